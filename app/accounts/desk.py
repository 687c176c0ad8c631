"""What the operations of accounts take from the application and from the request."""

from typing import Annotated

from fastapi import Depends, Request

from app.accounts.commands.sign_ins import Caller, Desk
from app.traffic.addresses import caller_of

LONGEST_DEVICE = 200


async def get_desk(request: Request) -> Desk:
    """What the application that serves this request signs people in with."""
    desk: Desk = request.app.state.desk
    return desk


async def _site(request: Request) -> str:
    site: str = request.app.state.settings.site_url
    return site


async def _caller(request: Request) -> Caller:
    address = caller_of(request.scope, request.app.state.settings.trusted_proxies)
    sent = request.headers.get("user-agent", "")
    device = "".join(one if one.isprintable() else " " for one in sent)[:LONGEST_DEVICE].strip()
    return Caller(address, device or None)


DeskDep = Annotated[Desk, Depends(get_desk)]
"""For signing in."""

Site = Annotated[str, Depends(_site)]
"""The website that links in mail lead to; nothing if there is none."""

CallerDep = Annotated[Caller, Depends(_caller)]
"""Where the request comes from."""
