"""Write the API's description from the code, or with --check say whether the file is current."""

import json
import sys
from pathlib import Path

from app.main import create_app

DESCRIPTION = Path(__file__).resolve().parent.parent / "openapi" / "openapi.json"


def main(arguments: list[str]) -> int:
    """Write or check, and answer with the exit code."""
    text = json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"
    if "--check" not in arguments:
        DESCRIPTION.parent.mkdir(exist_ok=True)
        DESCRIPTION.write_text(text, encoding="utf-8")
        print(f"Wrote {DESCRIPTION.name}.")
        return 0
    if DESCRIPTION.is_file() and DESCRIPTION.read_text(encoding="utf-8") == text:
        print(f"{DESCRIPTION.name} is what the code says.")
        return 0
    print(f"{DESCRIPTION.name} is not what the code says; run scripts/openapi.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
