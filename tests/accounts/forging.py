"""Tokens that are not what they say, made with the application's own keys or with others."""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from jose import jwk, jwt  # type: ignore[import-untyped] # It comes without types.
from preparing import Person

from app.accounts.tokens import TYPE, Tokens


def claims_of(tokens: Tokens, person: Person, **over: Any) -> dict[str, Any]:
    """The claims of a token that is well, but for what is given; None leaves one out."""
    now = int(time.time())
    claims = {
        "iss": tokens.issuer,
        "aud": tokens.audience,
        "sub": str(person.id),
        "iat": now,
        "exp": now + 600,
        "jti": secrets.token_urlsafe(16),
        "client_id": "carefinder",
        "scope": "",
        "sid": str(person.sign_in),
        **over,
    }
    return {name: value for name, value in claims.items() if value is not None}


def signed(tokens: Tokens, claims: Mapping[str, Any], **header: Any) -> str:
    """A token signed with the application's own key; None leaves a member of the header out."""
    key = tokens.keys.newest()
    whole = {"alg": key.algorithm, "kid": key.id, "typ": TYPE, **header}
    whole = {name: value for name, value in whole.items() if value is not None}
    return raw(whole, json.dumps(claims), _signer(dict(key.private), key.algorithm))


def raw(header: Any, payload: str, sign: Callable[[bytes], bytes]) -> str:
    """A token of any header and payload."""
    text = header if isinstance(header, str) else json.dumps(header)
    content = f"{encoded(text.encode())}.{encoded(payload.encode())}"
    return f"{content}.{encoded(sign(content.encode()))}"


def _signer(material: dict[str, str], algorithm: str) -> Callable[[bytes], bytes]:
    key = jwk.construct(material, algorithm)

    def sign(content: bytes) -> bytes:
        made: bytes = key.sign(content)
        return made

    return sign


def encoded(content: bytes) -> str:
    """Bytes as tokens carry them."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def expired(tokens: Tokens, person: Person) -> str:
    """A token that was well an hour ago."""
    then = int(time.time()) - 3_600
    return signed(tokens, claims_of(tokens, person, iat=then, exp=then + 600))


def forgeries(tokens: Tokens, person: Person) -> dict[str, str]:
    """The list of attacks: each must be refused, and none may break anything. It only grows."""
    now = int(time.time())
    good = signed(tokens, claims_of(tokens, person))
    header, payload, signature = good.split(".")
    key = tokens.keys.newest()
    public = dict(key.public)
    x, y = (base64.urlsafe_b64decode(public[name] + "=") for name in ("x", "y"))
    der = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04" + x + y
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"
    claims = claims_of(tokens, person)
    text = json.dumps(claims)

    def hmac_signed(secret: bytes, name: str = "HS256", **over: Any) -> str:
        digest = f"sha{name[2:]}"
        whole = {"alg": name, "kid": key.id, "typ": TYPE, **over}
        return raw(whole, text, lambda content: hmac.new(secret, content, digest).digest())

    def with_claims(**over: Any) -> str:
        return signed(tokens, claims_of(tokens, person, **over))

    def with_header(**over: Any) -> str:
        return signed(tokens, claims, **over)

    def unsigned(name: str) -> str:
        return raw({"alg": name, "kid": key.id, "typ": TYPE}, text, lambda _: b"")

    other = jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"typ": TYPE, "kid": key.id})
    wider = {"alg": key.algorithm, "kid": key.id, "typ": TYPE, "x": 1}
    deep = '{"alg":' + "[" * 350 + "]" * 350 + "}"
    return {
        # No signature, or somebody else's.
        "algorithm none": unsigned("none"),
        "algorithm None": unsigned("None"),
        "algorithm NONE": unsigned("NONE"),
        "algorithm nOnE": unsigned("nOnE"),
        "empty algorithm": unsigned(""),
        "no signature": f"{header}.{payload}.",
        "signature cut": good[:-8],
        "signature of zeros": f"{header}.{payload}.{encoded(bytes(64))}",
        "signature in ASN.1": f"{header}.{payload}.{encoded(bytes.fromhex('3006020101020101'))}",
        "another payload": f"{header}.{encoded(text.replace('care', 'x').encode())}.{signature}",
        "another header": f"{encoded(json.dumps(wider).encode())}.{payload}.{signature}",
        "another key": other,
        # One algorithm for another.
        "public key as secret, PEM": hmac_signed(pem),
        "public key as secret, DER": hmac_signed(der),
        "public key as secret, JWK": hmac_signed(json.dumps(public).encode()),
        "public key as secret, x": hmac_signed(x),
        "public point as secret": hmac_signed(b"\x04" + x + y),
        "empty secret": hmac_signed(b""),
        "key id as secret": hmac_signed(key.id.encode()),
        "HS384": hmac_signed(pem, "HS384"),
        "HS512": hmac_signed(pem, "HS512"),
        "RS256 in name": with_header(alg="RS256"),
        "ES384 in name": with_header(alg="ES384"),
        "PS256 in name": with_header(alg="PS256"),
        "EdDSA in name": with_header(alg="EdDSA"),
        "algorithm in small letters": with_header(alg="es256"),
        "algorithm in a list": with_header(alg=["ES256"]),
        "no algorithm": with_header(alg=None),
        # Headers that want to be believed.
        "no key id": with_header(kid=None),
        "unknown key id": with_header(kid="f" * 16),
        "key id of a path": with_header(kid="../../../../dev/null"),
        "key id of SQL": with_header(kid="' UNION SELECT 'k' --"),
        "key id of a number": with_header(kid=1),
        "key in the header": with_header(jwk=public),
        "address of keys": with_header(jku="https://evil.example/jwks.json"),
        "certificate in the header": with_header(x5c=["MIIB"]),
        "address of a certificate": with_header(x5u="https://evil.example/x.pem"),
        "critical extension": with_header(crit=["exp"]),
        "unencoded payload": with_header(b64=False, crit=["b64"]),
        "compressed": with_header(zip="DEF"),
        "typ JWT": with_header(typ="JWT"),
        "typ of another use": with_header(typ="refresh+jwt"),
        "no typ": with_header(typ=None),
        "header of a list": raw("[]", text, lambda _: bytes(64)),
        "header of null": raw("null", text, lambda _: bytes(64)),
        "header of a number": raw("1", text, lambda _: bytes(64)),
        "deep header": raw(deep, text, lambda _: bytes(64)),
        "very deep header": raw('{"alg":' + "[" * 3_000 + "}", text, lambda _: bytes(64)),
        "header that is no JSON": raw("{", text, lambda _: bytes(64)),
        # Claims, signed with the true key.
        "expired": expired(tokens, person),
        "expired a minute ago": with_claims(iat=now - 600, exp=now - 60),
        "never expires": with_claims(exp=None),
        "expires in a year": with_claims(exp=now + 31_536_000),
        "lasts sixteen minutes": with_claims(exp=now + 960),
        "expires at infinity": raw_claims(tokens, text, "exp", "Infinity"),
        "expires at NaN": raw_claims(tokens, text, "exp", "NaN"),
        "expires at 1e999": raw_claims(tokens, text, "exp", "1e999"),
        "expires at a half": raw_claims(tokens, text, "exp", f"{now + 600}.5"),
        "expires at true": raw_claims(tokens, text, "exp", "true"),
        "expires at a text": with_claims(exp=str(now + 600)),
        "expires at a list": with_claims(exp=[now + 600]),
        "issued tomorrow": with_claims(iat=now + 86_400, exp=now + 86_900),
        "never issued": with_claims(iat=None),
        "issued at a text": with_claims(iat=str(now)),
        "not yet": with_claims(nbf=now + 3_600),
        "for somebody else": with_claims(aud="https://elsewhere.example/v1"),
        "for nobody": with_claims(aud=None),
        "for several": with_claims(aud=[tokens.audience, "https://elsewhere.example"]),
        "for us in a list": with_claims(aud=[tokens.audience]),
        "from somebody else": with_claims(iss="https://elsewhere.example"),
        "from nobody": with_claims(iss=None),
        "from several": with_claims(iss=[tokens.issuer]),
        "of nobody": with_claims(sub=None),
        "of a number": with_claims(sub=1),
        "of a name": with_claims(sub="admin@example.org"),
        "of somebody unknown": with_claims(sub=str(uuid4())),
        "without an id": with_claims(jti=None),
        "of no sign-in that there is": with_claims(sid=str(uuid4())),
        "sign-in of SQL": with_claims(sid="' OR 1=1 --"),
        "with one claim more": with_claims(role="admin"),
        "claims of a list": raw_payload(tokens, "[]"),
        "claims of null": raw_payload(tokens, "null"),
        "deep claims": raw_payload(tokens, '{"iss":' + "[" * 900 + "]" * 900 + "}"),
        # Shapes.
        "empty": "",
        "one part": "e30",
        "two parts": f"{header}.{payload}",
        "four parts": f"{good}.{signature}",
        "five parts, as JWE": ".".join(["e30"] * 5),
        "only dots": "..",
        "padded": f"{header}==.{payload}.{signature}",
        "a space inside": f"{header}. {payload}.{signature}",
        "standard base64": good.replace("-", "+").replace("_", "/") + "+/",
        "twice": f"{good},{good}",
        "in quotation marks": f'"{good}"',
        "very long": f"{header}.{payload * 20}.{signature}",
        "of nulls": "%00.%00.%00",
        "JSON serialisation": json.dumps({"payload": payload, "signatures": []}),
    }


def raw_claims(tokens: Tokens, text: str, name: str, value: str) -> str:
    """A token with a claim that Python's own JSON would not write."""
    claims = json.loads(text)
    claims[name] = "@"
    return raw_payload(tokens, json.dumps(claims).replace('"@"', value))


def raw_payload(tokens: Tokens, payload: str) -> str:
    """A token of any payload, signed with the application's own key."""
    key = tokens.keys.newest()
    header = {"alg": key.algorithm, "kid": key.id, "typ": TYPE}
    return raw(header, payload, _signer(dict(key.private), key.algorithm))
