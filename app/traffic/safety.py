"""The headers that keep browsers safe."""

from collections.abc import Sequence

RawHeaders = Sequence[tuple[bytes, bytes]]

NOT_MODIFIED = 304

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
"""On every answer but a 304, which stands for one that the browser has.

Browsers ignore `Strict-Transport-Security` outside HTTPS.
"""

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
"""The documentation page carries a script of its own, served from here."""


def _raw(policy: str) -> RawHeaders:
    headers = {**SECURITY_HEADERS, "Content-Security-Policy": policy}
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


_OF_DOCS, _OF_API = _raw(DOCS_POLICY), _raw(API_POLICY)

SAFETY_NAMES = frozenset(name for name, _ in _OF_API)
"""Their names. A 304 leaves them to the answer that the browser has, which carries them (RFC 9110,
section 15.4.5)."""


def safety_headers(status: int, path: str) -> RawHeaders:
    """The headers of an answer to a path that keep browsers safe."""
    if status == NOT_MODIFIED:
        return ()
    return _OF_DOCS if path.startswith(("/docs", "/redoc")) else _OF_API
