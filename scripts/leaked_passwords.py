"""Write the shipped list of leaked passwords anew, from a text with one password a line.

Usage: leaked_passwords.py LIST

Only the beginnings of digests are kept, so that nobody has to read what people choose.
"""

import sys
from pathlib import Path

from app.accounts.passwords import LEAKED, mark_of, plain_form

TARGET = Path(__file__).resolve().parent.parent / "app" / "accounts" / "data" / LEAKED


def main(arguments: list[str]) -> int:
    """Write the file and answer with the exit code."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    lines = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
    marks = sorted({mark_of(form) for line in lines if (form := plain_form(line))})
    TARGET.write_text("\n".join(marks) + "\n", encoding="utf-8")
    print(f"Wrote the marks of {len(marks):,} passwords.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
