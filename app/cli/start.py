"""The way into the command line, which is short so that it starts quickly."""

import gc


def main() -> None:
    """Run the command line.

    What is imported stays in memory. Python would search it for rubbish again and again while it
    grows, which takes a third of the time that the start does: so it is told not to, and later
    searches leave it out.
    """
    gc.disable()
    from app.cli.commands import run  # noqa: PLC0415 - the switch has to come before.

    gc.freeze()
    gc.enable()
    run()
