"""`carefinder feed check URL`: how good an Open Referral feed is, ours or anybody's."""

from typing import Annotated

import httpx
import typer

from app.cli.console import out, say, stop
from app.exchange.quality.harvest import Bounds, NoFeedError, harvest
from app.exchange.quality.report import report_of
from app.exchange.quality.telling import telling
from app.parameters import london_today

feed_commands = typer.Typer(help="Open Referral feeds.", no_args_is_help=True)


@feed_commands.command()
def check(
    url: Annotated[str, typer.Argument(help="The feed's address, to which /services is added.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    pages: Annotated[int, typer.Option(min=1, max=10_000, help="Pages to read at most.")] = 200,
    details: Annotated[int, typer.Option(min=0, max=10_000, help="Services to read whole.")] = 50,
    seconds: Annotated[
        float, typer.Option(min=1, max=3_600, help="Seconds to take at most.")
    ] = 300,
) -> None:
    """Pull a feed and say what is filled, how fresh it is, what is broken and what it honours."""
    if not url.startswith(("http://", "https://")):
        stop("the address should begin with http:// or https://.")
    try:
        pulled = harvest(url, Bounds(pages=pages, details=details, seconds=seconds))
    except NoFeedError as error:
        stop(str(error))
    except (httpx.InvalidURL, UnicodeError):
        stop("this is no web address.")
    report = report_of(pulled, london_today())
    if as_json:
        out.print_json(report.model_dump_json())
    else:
        say(telling(report))
