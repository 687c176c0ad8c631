"""Access tokens: what is good, and the list of what is not."""

import base64
import json
import re
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from accounts.forging import claims_of, forgeries, signed
from conftest import Kind, make_app
from contract import check_problem
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI
from fastapi.testclient import TestClient
from preparing import Person, make_person, walker

from app.accounts import keys, tokens
from app.accounts.keys import KeyRing, make_keys, read_keys, rotate_keys
from app.accounts.tokens import Claims, RefusedTokenError, Tokens
from app.settings import UnsafeSettingsError

NOBODY = Person(uuid4(), "nobody@example.org", "", uuid4())


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys.json", "ES256", make=True)


@pytest.fixture
def made(ring: KeyRing) -> Tokens:
    return Tokens(ring, "https://care.example.org", 600)


def test_a_token_says_whose_it_is_and_for_what(made: Tokens) -> None:
    person, sign_in = uuid4(), uuid4()
    assert made.read(made.issue(person, sign_in=sign_in)) == Claims(person, sign_in, frozenset())
    for_client = made.read(made.issue(person, scopes=("b", "a")))
    assert for_client == Claims(person, None, frozenset({"a", "b"}))


def test_two_tokens_are_never_alike(made: Tokens) -> None:
    person = uuid4()
    assert made.issue(person) != made.issue(person)


def test_a_token_of_the_list_would_be_good_but_for_what_is_wrong_with_it(made: Tokens) -> None:
    good = signed(made, claims_of(made, NOBODY))
    assert made.read(good).subject == NOBODY.id
    now = int(time.time())
    # Clocks may differ by half a minute, in both directions.
    for over in ({"iat": now - 610, "exp": now - 20}, {"iat": now + 20, "exp": now + 600}):
        assert made.read(signed(made, claims_of(made, NOBODY, **over))).subject == NOBODY.id


def is_refused(reader: Tokens, token: str) -> bool:
    try:
        reader.read(token)
    except RefusedTokenError:
        return True
    return False


NOT_ABOUT_THE_TOKEN = {"of somebody unknown", "of no sign-in that there is"}
"""These are refused only once somebody looks who it is."""


@pytest.mark.parametrize("algorithm", ["ES256", "HS256"])
def test_every_forged_token_is_refused_and_none_breaks_anything(
    tmp_path: Path, algorithm: Any
) -> None:
    es256 = Tokens(KeyRing(tmp_path / "one.json", "ES256", make=True), "https://a.example", 600)
    list_of_attacks = forgeries(es256, NOBODY)
    assert len(list_of_attacks) >= 90
    reader = es256
    if algorithm == "HS256":
        # What is good elsewhere is not good here.
        ring = KeyRing(tmp_path / "two.json", "HS256", make=True)
        reader = Tokens(ring, "https://a.example", 600)
        list_of_attacks["good elsewhere"] = es256.issue(NOBODY.id, sign_in=NOBODY.sign_in)
    for name, token in list_of_attacks.items():
        if algorithm == "ES256" and name in NOT_ABOUT_THE_TOKEN:
            continue
        assert is_refused(reader, token), name


def test_the_list_is_refused_over_http_with_a_challenge(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    person = walker(app)
    places = (("GET", "/v1/me"), ("GET", "/v1/clients"), ("DELETE", "/v1/me/sessions"))
    for name, token in forgeries(app.state.tokens, person).items():
        for method, path in places if len(name) % 3 else places[:1]:
            headers = {b"Authorization": f"Bearer {token}".encode("utf-8", "replace")}
            answer = client.request(method, path, headers=headers)
            assert answer.status_code == 401, (name, path)
            assert answer.headers["www-authenticate"].startswith('Bearer realm="Care Finder"')
            check_problem(answer)
    # None of it signed anybody out.
    assert client.get("/v1/me", headers=person.headers).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dTpw",
        "Token {token}",
        "{token}",
        "Bearer,{token}",
        "Bearer {token} {token}",
        "Bearer\t{token}",
        "Négotier {token}",
    ],
)
def test_a_header_that_names_no_bearer_token_is_refused(client: TestClient, sent: str) -> None:
    assert isinstance(client.app, FastAPI)
    header = sent.format(token=walker(client.app).token).encode("latin-1")
    answer = client.get("/v1/me", headers={b"Authorization": header})
    assert answer.status_code == 401


def test_a_good_header_is_taken_whatever_its_case(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    token = walker(client.app).token
    for sent in (f"Bearer {token}", f"bearer {token}", f"BEARER  {token}"):
        assert client.get("/v1/me", headers={"authorization": sent}).status_code == 200


def test_two_headers_are_refused(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    token = walker(client.app).token
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert client.get("/v1/me", headers=twice).status_code == 401


def test_a_token_is_of_no_use_in_the_address_or_the_body(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    token = walker(client.app).token
    assert client.get(f"/v1/me?access_token={token}").status_code == 401
    assert client.request("GET", "/v1/me", data={"access_token": token}).status_code == 401


# Keys


def test_a_new_key_signs_and_the_old_one_is_still_good(
    ring: KeyRing, made: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "LOOK_EVERY", 0.0)
    before = made.issue(NOBODY.id)
    first = ring.newest().id
    second = rotate_keys(ring.path, "ES256")
    assert ring.newest().id == second != first
    assert [one["kid"] for one in ring.published()] == [second, first]
    after = made.issue(NOBODY.id)
    for token in (before, after):
        assert made.read(token).subject == NOBODY.id
    # An hour later the next rotation takes the first key out.
    third = rotate_keys(ring.path, "ES256", now=time.time() + 3_700)
    assert [key.id for key in ring.all()] == [third, second]
    with pytest.raises(RefusedTokenError):
        made.read(before)
    assert made.read(after).subject == NOBODY.id


def test_a_key_that_another_process_has_just_made_is_found_at_once(
    ring: KeyRing, made: Tokens
) -> None:
    made.issue(NOBODY.id)
    assert keys.LOOK_EVERY > 0
    other = Tokens(KeyRing(ring.path, "ES256", make=False), made.issuer, 600)
    rotate_keys(ring.path, "ES256")
    assert made.read(other.issue(NOBODY.id)).subject == NOBODY.id


def test_a_file_that_was_spoilt_stops_nobody_who_has_read_it(
    ring: KeyRing, made: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "LOOK_EVERY", 0.0)
    token = made.issue(NOBODY.id)
    ring.path.write_text("{")
    assert made.read(token).subject == NOBODY.id
    ring.path.unlink()
    assert made.read(token).subject == NOBODY.id


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    make_keys(path, "ES256")
    before = path.read_bytes()
    make_keys(path, "ES256")
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


def test_without_a_file_and_not_allowed_to_make_one_nothing_is_signed(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettingsError, match="CAREFINDER_TOKEN_KEYS_FILE"):
        KeyRing(tmp_path / "none.json", "ES256", make=False).newest()
    assert not (tmp_path / "none.json").exists()


def _held(path: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(path.read_text())
    return held


SECRET = {"kty": "oct", "kid": "a", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldDEyMw"}


@pytest.mark.parametrize(
    ("algorithm", "keys_held", "said"),
    [
        ("ES256", [], "no key"),
        ("ES256", "x", "not a JWK set"),
        ("ES256", [{"kid": "a"}], "not for ES256"),
        ("ES256", [SECRET], "not for ES256"),
        ("ES256", [{"kid": "a", "kty": "EC", "crv": "P-384"}], "not for ES256"),
        ("ES256", [{"kid": "a", "kty": "EC", "crv": "P-256", "d": "AQ"}], "not a JWK set"),
        ("HS256", [{**SECRET, "kid": ""}], "no kid"),
        ("HS256", [{"kty": "oct", "k": SECRET["k"]}], "no kid"),
        ("HS256", [SECRET, SECRET], "same kid"),
        ("HS256", [{**SECRET, "k": "c2hvcnQ"}], "fewer than 32 bytes"),
        ("HS256", [{**SECRET, "k": "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"}], "repeats"),
        ("HS256", [{**SECRET, "k": "@@@"}], "not a JWK set"),
        ("HS256", [{**SECRET, "kty": "EC"}], "not for HS256"),
        ("HS256", [{**SECRET, "alg": "ES256"}], "not for HS256"),
    ],
)
def test_keys_that_are_not_fit_are_refused_by_name_and_never_shown(
    tmp_path: Path, algorithm: Any, keys_held: Any, said: str
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": keys_held}))
    path.chmod(0o600)
    with pytest.raises(UnsafeSettingsError, match=said) as refused:
        read_keys(path, algorithm)
    assert "CAREFINDER_TOKEN_KEYS_FILE" in str(refused.value)
    assert SECRET["k"] not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make_keys(path, "ES256")
    for mode in (0o640, 0o604, 0o644, 0o666):
        path.chmod(mode)
        with pytest.raises(UnsafeSettingsError, match="chmod it to 600"):
            read_keys(path, "ES256")


def test_parts_of_two_keys_are_no_key(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        make_keys(tmp_path / name, "ES256")
    one, two = _held(tmp_path / "one.json"), _held(tmp_path / "two.json")
    one["keys"][0]["x"] = two["keys"][0]["x"]
    (tmp_path / "one.json").write_text(json.dumps(one))
    with pytest.raises(UnsafeSettingsError, match="do not belong together"):
        read_keys(tmp_path / "one.json", "ES256")


def test_a_key_shows_its_id_alone(ring: KeyRing) -> None:
    key = ring.newest()
    assert repr(key) == f"Key({key.id})"
    assert dict(key.private)["d"] not in f"{key} {[key]!r} {ring.published()}"
    assert "d" not in ring.published()[0]


def test_with_one_secret_nothing_is_published(tmp_path: Path, templates: Any, kind: Kind) -> None:
    url = templates.copy(kind, "sample")
    settings = {"token_algorithm": "HS256", "token_keys_file": str(tmp_path / "keys.json")}
    app = make_app(url, **settings)
    with TestClient(app) as client:
        person = make_person(app)
        assert client.get("/v1/me", headers=person.headers).status_code == 200
        assert client.get("/.well-known/jwks.json").json() == {"keys": []}


def test_anybody_can_check_a_token_with_the_published_key(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    header, payload, signature = walker(client.app).token.split(".")
    kid = json.loads(decoded(header))["kid"]
    (key,) = (
        one for one in client.get("/.well-known/jwks.json").json()["keys"] if one["kid"] == kid
    )
    x, y = (int.from_bytes(decoded(key[name])) for name in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    r, s = (int.from_bytes(part) for part in (decoded(signature)[:32], decoded(signature)[32:]))
    signed_text = f"{header}.{payload}".encode()
    public.verify(encode_dss_signature(r, s), signed_text, ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(encode_dss_signature(r, s), signed_text + b"x", ec.ECDSA(SHA256()))


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_metadata_lead_to_the_endpoints(client: TestClient) -> None:
    metadata = client.get("/.well-known/openid-configuration").json()
    assert metadata["issuer"] == "http://127.0.0.1:8000"
    for name in ("token_endpoint", "revocation_endpoint", "jwks_uri"):
        path = metadata[name].removeprefix(metadata["issuer"])
        assert client.get(path).status_code in {200, 405}


def test_the_library_is_imported_in_one_place() -> None:
    folder = Path(tokens.__file__).parent.parent
    importing = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if re.search(r"^\s*(from|import) jose\b", path.read_text(), re.MULTILINE)
    ]
    assert importing == ["accounts/tokens.py"]
