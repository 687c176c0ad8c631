"""Commands about listings: reminding providers and hiding what nobody confirms."""

from contextlib import closing

import typer

from app.cli.console import DatabaseOption, choose, open_database, say
from app.listings.freshness.housekeeping import keep_house
from app.parameters import london_today

listings = typer.Typer()


@listings.command("housekeeping")
def housekeeping(database: DatabaseOption = None) -> None:
    """Remind providers of what is due, and hide what nobody confirmed. Run it once a day.

    Run twice, or on two machines at once, it does nothing more.
    """
    settings = choose(database)
    with closing(open_database(settings)) as opened:
        kept = keep_house(opened, london_today(), settings.base_url)
    say(f"Sent {kept.reminded} reminders and hid {kept.hidden} activities.")
