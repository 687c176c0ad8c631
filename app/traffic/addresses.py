"""Who is calling: the address at the other end, or the one that a trusted proxy vouches for."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.types import Scope

from app.settings import Network

UNKNOWN = "unknown"
"""Where there is no address, as behind a socket in the file system."""


def caller_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """The address that limits are counted by.

    `X-Forwarded-For` is believed only from a trusted proxy, and only as far as proxies that are
    trusted themselves wrote it: read from its end, the first address that is no such proxy's.
    Of an IPv6 address the first 64 bits count, because a household has all the others.

    Args:
        scope: of the request.
        trusted: the networks that our own proxies are in.
    """
    client = scope.get("client")
    peer = client[0] if client else ""
    if not trusted:
        return _counted(peer)
    return _counted(_vouched_for(peer, scope["headers"], trusted))


def _vouched_for(
    peer: str, headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]
) -> str:
    if not _within(peer, trusted):
        return peer
    sent = ",".join(
        value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"
    )
    nearest = peer
    for written in reversed(sent.split(",")):
        address = written.strip()
        if _read(address) is None:
            # What cannot be read was not written by a proxy of ours.
            return nearest
        nearest = address
        if not _within(address, trusted):
            return address
    return nearest


@lru_cache(maxsize=4096)
def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        read = ip_address(address)
    except ValueError:
        return None
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return mapped or read


def _within(address: str, networks: Iterable[Network]) -> bool:
    read = _read(address)
    return read is not None and any(read in network for network in networks)


@lru_cache(maxsize=4096)
def _counted(address: str) -> str:
    read = _read(address)
    if read is None:
        return UNKNOWN
    if isinstance(read, IPv6Address):
        return f"{IPv6Address(int(read) >> 64 << 64)}/64"
    return str(read)
