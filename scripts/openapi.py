"""Record the documentation's examples and write the API's description, or check that both stand.

The examples are what the operations really answer, from the sample catalogue on a fixed day.
"""

import asyncio
import json
import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import delete
from sqlmodel import col, select

from app.accounts import passwords
from app.accounts.demo import make_demos
from app.accounts.models import (
    Account,
    Allowance,
    Client,
    ClientSecret,
    CouncilMember,
    Invitation,
    MailedLink,
    ProviderMember,
    SignIn,
)
from app.accounts.opaque import digest_of, make_secret
from app.catalogue.intake import load_sample
from app.catalogue.models import Activity, Council, Provider
from app.database import Database, utc_now
from app.documentation import answer_of
from app.exchange.openreferral.identity import PREFIX as FEED
from app.exchange.openreferral.identity import taxonomy_id, term_id
from app.listings.models import Claim, Listing, Notice, Proposal
from app.main import create_app
from app.schema import migrate
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "app" / "examples.json"
DESCRIPTION = ROOT / "openapi" / "openapi.json"

TODAY = date(2026, 3, 16)
"""The day on which the examples are recorded; another one would give other dates."""

MOMENT = "2026-03-16 09:00:00.000000"
EPOCH = "0123456789abcdef"
"""When everything was published, and the catalogue's epoch, as the examples have them."""

MOST_ITEMS = 2
"""How many items of a list an example shows."""


class Call(NamedTuple):
    """A request whose answer is worth showing.

    What stands in braces was made before, and is put in: `{client}` is the id of a client.
    """

    address: str
    body: Any = None
    form: bool = False
    who: str | None = None
    """The demo account that asks."""
    exact: bool = False
    """Whether `If-Match` has to name what is decided about: then it is read first."""


PASSWORD = "lanterns by the river"  # noqa: S105 - of invented people in a database for a moment.

CALLS = {
    "get_service": Call("/v1"),
    "list_councils": Call("/v1/councils?per_page=2"),
    "get_council": Call("/v1/councils/E10000012"),
    "list_providers": Call("/v1/providers?per_page=2"),
    "get_provider": Call("/v1/providers/two-oars"),
    "list_activities": Call("/v1/activities?per_page=1"),
    "search_activities": Call(
        "/v1/activities/search", {"near": "CW1 2AB", "cohort": ["dementia"], "per_page": 1}
    ),
    "find_matches": Call(
        "/v1/matches",
        {
            "answers": {
                "location": {"text": "CW1 2AB"},
                "needs": ["learning_disability"],
                "age_band": "26_64",
                "funding": "direct_payment",
                "activities": ["gardening"],
                "times": {"slots": ["tue_morning"]},
                "travel": {"within_miles": 3},
                "access": [{"code": "step_free"}],
            },
            "limit": 1,
        },
    ),
    "get_matching_policy": Call("/v1/matching/policy"),
    "find_plans": Call(
        "/v1/plans?plan=best_fit",
        {
            "answers": {
                "location": {"text": "CW1 2AB"},
                "needs": ["learning_disability"],
                "funding": "direct_payment",
                "budget": {"amount_pence": 20_000},
                "activities": ["cooking", "gardening"],
                "travel": {"within_miles": 10},
            },
            "days_per_week": 1,
            "earliest": "09:30",
            "latest": "16:00",
        },
    ),
    "list_similar_activities": Call("/v1/activities/two-oars-days-out-dengie/similar?per_page=1"),
    "get_activity": Call("/v1/activities/two-oars-days-out-dengie"),
    "get_questionnaire": Call("/v1/questionnaire"),
    "list_advice": Call("/v1/advice?per_page=2"),
    "get_advice": Call("/v1/advice/what-is-a-direct-payment"),
    "find_places": Call("/v1/places?q=CW1%202AB"),
    "list_vocabularies": Call("/v1/vocabularies?per_page=2"),
    "get_vocabulary": Call("/v1/vocabularies/cohort"),
    "create_token": Call(
        "/v1/auth/token",
        {"grant_type": "password", "username": "owner@example.org", "password": PASSWORD},
        form=True,
    ),
    "revoke_token": Call("/v1/auth/revoke", {"token": "{refresh}"}, form=True),
    "get_token_keys": Call("/.well-known/jwks.json"),
    "get_token_metadata": Call("/.well-known/openid-configuration"),
    "register_account": Call("/v1/accounts", {"email": "new@example.org", "password": PASSWORD}),
    "verify_account": Call("/v1/accounts/verify", {"token": "{register}"}),
    "ask_for_password_reset": Call("/v1/accounts/password-reset", {"email": "owner@example.org"}),
    "confirm_password_reset": Call(
        "/v1/accounts/password-reset/confirm", {"token": "{reset}", "password": PASSWORD}
    ),
    "confirm_email_change": Call("/v1/accounts/email/confirm", {"token": "{email}"}),
    "accept_invitation": Call(
        "/v1/accounts/invitations/accept", {"token": "{invited}", "password": PASSWORD}
    ),
    "get_me": Call("/v1/me", who="owner"),
    "change_me": Call("/v1/me", {"current_password": PASSWORD}, who="owner"),
    "list_my_sessions": Call("/v1/me/sessions?per_page=1", who="owner"),
    "delete_my_sessions": Call("/v1/me/sessions", who="editor"),
    "list_provider_members": Call("/v1/manage/providers/two-oars/members", who="owner"),
    "change_provider_member": Call(
        "/v1/manage/providers/two-oars/members/{editor_member}", {"role": "editor"}, who="owner"
    ),
    "list_provider_invitations": Call(
        "/v1/manage/providers/two-oars/members/invitations", who="owner"
    ),
    "create_provider_invitation": Call(
        "/v1/manage/providers/two-oars/members/invitations",
        {"email": "colleague@example.org", "role": "editor"},
        who="owner",
    ),
    "list_council_members": Call("/v1/manage/councils/E10000012/members", who="admin"),
    "change_council_member": Call(
        "/v1/manage/councils/E10000012/members/{officer_member}", {"role": "officer"}, who="admin"
    ),
    "list_council_invitations": Call(
        "/v1/manage/councils/E10000012/members/invitations", who="admin"
    ),
    "create_council_invitation": Call(
        "/v1/manage/councils/E10000012/members/invitations",
        {"email": "colleague@example.org", "role": "officer"},
        who="admin",
    ),
    "list_clients": Call("/v1/clients", who="admin"),
    "create_client": Call(
        "/v1/clients",
        {"name": "Case system", "scopes": ["changes:read"], "council": "E10000012"},
        who="admin",
    ),
    "get_client": Call("/v1/clients/{client}", who="admin"),
    "change_client": Call("/v1/clients/{client}", {"enabled": True}, who="admin"),
    "rotate_client_secret": Call(
        "/v1/clients/{client}/secrets", {"overlap_hours": 24}, who="admin"
    ),
    "list_audit": Call("/v1/audit?action=client.created&per_page=1", who="officer"),
    "register_provider": Call(
        "/v1/providers",
        {
            "name": "Boathouse Pots",
            "description": "Two potters in an old boathouse.",
            "legal_form": "partnership",
            "contacts": [{"role": "enquiries", "email": "pots@example.org"}],
            "council": "E10000012",
        },
        who="owner",
    ),
    "claim_provider": Call(
        "/v1/providers/tidewrack-trust/claims",
        {"message": "I am the manager. The council has my address."},
        who="owner",
    ),
    "list_claims": Call("/v1/manage/claims", who="owner"),
    "list_managed_providers": Call("/v1/manage/providers?per_page=1", who="owner"),
    "get_managed_provider": Call("/v1/manage/providers/two-oars", who="owner"),
    "change_provider": Call(
        "/v1/manage/providers/two-oars", {"description": "Two people and a car."}, who="owner"
    ),
    "list_proposals": Call("/v1/manage/providers/two-oars/proposals", who="owner"),
    "propose": Call(
        "/v1/manage/providers/two-oars/proposals",
        {
            "kind": "term",
            "scheme": "activity_type",
            "name": "Beekeeping",
            "why": "We keep bees with people, and it is neither gardening nor farming.",
        },
        who="owner",
    ),
    "list_venues": Call("/v1/manage/providers/two-oars/venues?per_page=1", who="owner"),
    "create_venue": Call(
        "/v1/manage/providers/two-oars/venues",
        {
            "name": "The Old Boathouse",
            "address": {
                "lines": ["2 Anchor Hard"],
                "town": "Burnham-on-Crouch",
                "county": "Essex",
                "postcode": "CM0 8AA",
            },
            "features": [{"code": "step_free", "value": "yes"}],
        },
        who="owner",
    ),
    "get_venue": Call("/v1/manage/venues/two-oars-slipway-hut", who="owner"),
    "change_venue": Call(
        "/v1/manage/venues/two-oars-slipway-hut",
        {"directions": "Turn left at the quay."},
        who="owner",
    ),
    "list_own_activities": Call("/v1/manage/providers/two-oars/activities?per_page=1", who="owner"),
    "create_activity": Call(
        "/v1/manage/providers/two-oars/activities",
        {
            "name": "Clay on Tuesdays",
            "summary": "A small group that works with clay.",
            "description": "We make pots, and drink tea while they dry.",
            "cohorts": ["learning_disability"],
        },
        who="owner",
    ),
    "get_own_activity": Call("/v1/manage/activities/two-oars-days-out-dengie", who="owner"),
    "change_own_activity": Call(
        "/v1/manage/activities/two-oars-days-out-dengie",
        {"summary": "A day out with one of us."},
        who="owner",
    ),
    "submit_activity": Call("/v1/manage/activities/{draft}/submit", who="owner"),
    "withdraw_activity": Call("/v1/manage/activities/{waiting}/withdraw", who="owner"),
    "copy_activity": Call("/v1/manage/activities/two-oars-days-out-dengie/copy", who="owner"),
    "pause_activity": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/pause",
        {
            "reason": "The car is being mended.",
            "easy_read": "The car is broken.",
            "until": "2026-04-20",
        },
        who="owner",
    ),
    "resume_activity": Call("/v1/manage/activities/two-oars-days-out-dengie/resume", who="owner"),
    "close_activity": Call("/v1/manage/activities/{live}/close", {}, who="owner"),
    "preview_activity": Call("/v1/manage/activities/two-oars-days-out-dengie/preview", who="owner"),
    "get_completeness": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/completeness", who="owner"
    ),
    "list_activity_history": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/history?per_page=1", who="owner"
    ),
    "get_activity_revision": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/history/2", who="owner"
    ),
    "put_capacity": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/capacity",
        {"status": "waiting_list"},
        who="owner",
    ),
    "put_alert": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/alert",
        {"text": "Bring warm clothes.", "easy_read": "Bring warm clothes.", "until": "2026-03-30"},
        who="owner",
    ),
    "confirm_activity": Call("/v1/manage/activities/two-oars-days-out-dengie/confirm", who="owner"),
    "put_contracts": Call(
        "/v1/manage/activities/two-oars-days-out-dengie/contracts",
        {"contracts": [{"council_gss": "E10000012", "route": "spot"}]},
        who="officer",
    ),
    "import_activities": Call(
        "/v1/manage/providers/two-oars/activities/import",
        {
            "activities": [
                {
                    "reference": "POTS-1",
                    "name": "Clay on Tuesdays",
                    "summary": "A small group that works with clay.",
                    "description": "We make pots, and drink tea while they dry.",
                }
            ]
        },
        who="owner",
    ),
    "list_queue": Call("/v1/moderation/queue?per_page=1", who="officer"),
    "get_review": Call("/v1/moderation/activities/{waiting}", who="officer"),
    "approve": Call("/v1/moderation/activities/{waiting}/approve", {}, who="officer", exact=True),
    "request_changes": Call(
        "/v1/moderation/activities/{waiting}/request-changes",
        {"reason": "Please say what it costs."},
        who="officer",
        exact=True,
    ),
    "reject": Call(
        "/v1/moderation/activities/{waiting}/reject",
        {"reason": "This is the same as another one of yours."},
        who="officer",
        exact=True,
    ),
    "get_own_council": Call("/v1/manage/councils/E10000012", who="officer"),
    "change_own_council": Call(
        "/v1/manage/councils/E10000012", {"trusted": {"fields": ["contacts"]}}, who="admin"
    ),
    "show_confirmation": Call("/v1/confirmations?token={reminder}", who="owner"),
    "confirm_by_mail": Call("/v1/confirmations?token={reminder}", who="owner"),
    "list_changes": Call("/v1/changes?limit=2"),
    "export_activities": Call("/v1/export/activities.json?provider=two-oars"),
    "get_feed": Call(FEED),
    "list_feed_services": Call(f"{FEED}/services?per_page=2"),
    "get_feed_service": Call(f"{FEED}/services/01a16aef-7a0e-7c7e-95e4-bd60a3b26a4a"),
    "list_feed_places": Call(f"{FEED}/service_at_locations?per_page=1"),
    "get_feed_place": Call(f"{FEED}/service_at_locations/01a16aef-7a0e-868b-a4dd-77063490553c"),
    "list_feed_organizations": Call(f"{FEED}/organizations?per_page=2"),
    "get_feed_organization": Call(f"{FEED}/organizations/01a16aef-7064-7724-8cd9-8b004499ca13"),
    "list_feed_taxonomies": Call(f"{FEED}/taxonomies?per_page=2"),
    "get_feed_taxonomy": Call(f"{FEED}/taxonomies/{taxonomy_id('cohort')}"),
    "list_feed_terms": Call(f"{FEED}/taxonomy_terms?per_page=2"),
    "get_feed_term": Call(f"{FEED}/taxonomy_terms/{term_id('cohort', 'dementia')}"),
    "get_liveness": Call("/health/live"),
    "get_readiness": Call("/health/ready"),
}
"""By operation id. An operation that answers with JSON needs one."""


def record() -> str:
    """The examples of all operations, as the text of their file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/sample.db"
        migrate(url)
        database = Database(url)
        load_sample(database, TODAY)
        make_demos(database, PASSWORD)
        database.close()
        with closing(sqlite3.connect(f"{folder}/sample.db")) as connection, connection:
            # These tell when and where it was recorded, and would differ each time.
            connection.execute("UPDATE change SET at = ?", (MOMENT,))
            connection.execute("UPDATE activity SET published_at = ?", (MOMENT,))
            connection.execute("UPDATE provider SET updated_at = ?", (MOMENT,))
            connection.execute("UPDATE catalogue_clock SET epoch = ?", (EPOCH,))
        settings = {"database_url": url, "var": folder, "read_limit": 0}
        application = create_app(Settings.model_validate(settings))
        application.state.today = lambda: TODAY
        examples = asyncio.run(_exchanges(application))
    return json.dumps(examples, indent=2, ensure_ascii=False) + "\n"


async def _exchanges(application: FastAPI) -> dict[str, dict[str, Any]]:
    requests, answers = {}, {}
    transport = httpx.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        operations = _operations(application)
        for name, _method in operations:
            if name not in CALLS:
                raise SystemExit(f"There is no example of {name}; give it a call in {__file__}.")
        # What people write would show in what everybody reads, and is another each time.
        operations.sort(key=lambda one: _is_about_somebody(CALLS[one[0]]))
        for name, method in operations:
            call = CALLS[name]
            made = await _made_before(application, client) if _is_about_somebody(call) else {}
            body = _filled(call.body, made)
            address = call.address.format_map(made)
            headers = {"Authorization": made[call.who], "If-Match": "*"} if call.who else {}
            if call.exact:
                looked_at = await client.get(address.rsplit("/", 1)[0], headers=headers)
                headers["If-Match"] = looked_at.headers["ETag"]
            answer = await client.request(
                method, address, **{"data" if call.form else "json": body}, headers=headers
            )
            if answer.is_error:
                raise SystemExit(f"{name} answers {answer.status_code}; its example would be gone.")
            answers[name] = cut(steady(answer.json(), STEADY if made else STEADY[:2]))
            if "catalogue_version" in answers[name]:
                # It holds a number drawn at random when the database is made.
                answers[name]["catalogue_version"] = "4f1c2b7e9a035d68-1"
            if call.body is not None:
                requests[name] = steady(body) if made else body
    return {"requests": requests, "answers": answers}


ABOUT_SOMEBODY = re.compile(r"/v1/(accounts|audit|auth|clients|manage|me)\b|/\.well-known/")


def _is_about_somebody(call: Call) -> bool:
    return call.who is not None or ABOUT_SOMEBODY.match(call.address) is not None


def _filled(body: Any, made: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value, in and out.
    if isinstance(body, dict):
        return {key: _filled(value, made) for key, value in body.items()}
    return body.format_map(made) if isinstance(body, str) else body


async def _made_before(application: FastAPI, client: httpx.AsyncClient) -> dict[str, str]:
    """Tokens, codes and ids for one request: each example stands by itself."""
    database: Database = application.state.database
    with database.write() as session:
        session.execute(delete(Allowance))
        for table in (Client, Invitation, MailedLink, SignIn, Claim, Proposal):
            session.execute(delete(table))
        session.execute(delete(Listing).where(col(Listing.life) == "new"))
        session.execute(delete(Account).where(col(Account.demo).is_(False)))
        ids = {
            row.email.partition("@")[0]: row.id
            for row in session.exec(select(Account).where(Account.demo))
        }
        made = {}
        for purpose, who in (("register", None), ("reset", "owner2"), ("email", "officer2")):
            made[purpose] = make_secret(purpose)
            session.add(
                MailedLink(
                    digest=digest_of(made[purpose]),
                    purpose=purpose,
                    account_id=ids.get(who or ""),
                    email=None if purpose == "reset" else f"{purpose}@example.org",
                    password=passwords.hash_password(PASSWORD) if who is None else None,
                    expires_at=utc_now() + timedelta(hours=1),
                )
            )
        provider = session.exec(select(Provider).where(Provider.slug == "two-oars")).one()
        council = session.exec(select(Council).where(Council.slug == "essex")).one()
        made["invited"] = make_secret("invitation")
        session.add(
            Invitation(
                digest=digest_of(made["invited"]),
                email="invited@example.org",
                role="editor",
                provider_id=provider.id,
                expires_at=utc_now() + timedelta(hours=1),
            )
        )
        row = Client(council_id=council.id, name="Case system", scopes=["changes:read"])
        session.add(row)
        session.flush()
        made["client"] = str(row.id)
        session.add(ClientSecret(client_id=row.id, digest="0" * 64, created_at=utc_now()))
        member = select(ProviderMember).where(ProviderMember.account_id == ids["editor"])
        officer = select(CouncilMember).where(CouncilMember.account_id == ids["officer"])
        made["editor_member"] = str(session.exec(member).one().id)
        made["officer_member"] = str(session.exec(officer).one().id)
    for who in ("owner", "editor", "admin", "officer"):
        got = await client.post(
            "/v1/auth/token",
            data={
                "grant_type": "password",
                "username": f"{who}@example.org",
                "password": PASSWORD,
            },
        )
        made[who] = f"Bearer {got.json()['access_token']}"
        made["refresh"] = got.json()["refresh_token"]
    made |= await _listings_made(application, client, made["owner"], made["officer"])
    return made


async def _listings_made(
    application: FastAPI, client: httpx.AsyncClient, owner: str, officer: str
) -> dict[str, str]:
    """New activities of the owner's: a draft, one that waits, one that is live and reminded of."""
    draft = CALLS["create_activity"]
    made = {}
    for stage in ("draft", "waiting", "live"):
        headers = {"Authorization": owner}
        answer = await client.post(draft.address, json=draft.body, headers=headers)
        made[stage] = answer.json()["id"]
        if stage != "draft":
            await client.post(f"/v1/manage/activities/{made[stage]}/submit", headers=headers)
    address = f"/v1/moderation/activities/{made['live']}"
    looked_at = await client.get(address, headers={"Authorization": officer})
    headers = {"Authorization": officer, "If-Match": looked_at.headers["ETag"]}
    await client.post(f"{address}/approve", json={}, headers=headers)
    made["reminder"] = make_secret("confirm")
    with application.state.database.write() as session:
        row = session.get_one(Activity, UUID(made["live"]))
        session.add(
            Notice(
                activity_id=row.id,
                confirmed_on=row.confirmed_on,
                number=1,
                digest=digest_of(made["reminder"]),
                sent_on=TODAY,
                expires_on=TODAY + timedelta(days=30),
            )
        )
    return made


SHOWN_AT = "2026-03-16T09:00:00Z"
SHOWN_ID = "01a16afa-45fa-796a-ba97-b1af856c67e6"

STEADY = (
    (re.compile(r"^\d{4}-\d\d-\d\dT.*Z$"), SHOWN_AT),
    (re.compile(r"^MS[45][\w-]{20,}$"), "MS4xYzlmMGE3YmUzNWQyNDY4LjEuMQ"),
    (re.compile(r"(?<=/)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), SHOWN_ID),
    (re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), SHOWN_ID),
    (re.compile(r'^"[0-9a-f]{32}(-\d+)*"$'), f'"{SHOWN_ID.replace("-", "")}-1"'),
    (re.compile(r"^cf_(\w+?)_[\w-]{43}$"), r"cf_\1_9V0cJ2hM5tQeY7rB1xKfW3sLdP8zAnG6uTiOoEjRvCw"),
    (re.compile(r"^eyJ[\w-]+\.[\w-]+\.[\w-]+$"), "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwIn0.c2ln"),
    (re.compile(r"^[\w-]{43}$"), "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
    (re.compile(r"^[0-9a-f]{16}$"), "1c9f0a7be35d2468"),
)
"""What is another one each time, and what stands for it in an example."""


def steady(value: Any, patterns: Any = STEADY) -> Any:  # noqa: ANN401 - any JSON value, in and out.
    """The same JSON with one and the same value for what is made anew each time."""
    if isinstance(value, list):
        return [steady(item, patterns) for item in value]
    if isinstance(value, dict):
        return {key: steady(item, patterns) for key, item in value.items()}
    if isinstance(value, str):
        for pattern, shown in patterns:
            value = pattern.sub(shown, value)
    return value


def _operations(application: FastAPI) -> list[tuple[str, str]]:
    """The id and the method of each operation that answers with JSON."""
    return [
        (operation["operationId"], method.upper())
        for operations in application.openapi()["paths"].values()
        for method, operation in operations.items()
        if "application/json" in answer_of(operation).get("content", {})
    ]


def cut(value: Any) -> Any:  # noqa: ANN401 - any JSON value, in and out.
    """The same JSON with every list cut short."""
    if isinstance(value, list):
        return [cut(item) for item in value[:MOST_ITEMS]]
    if isinstance(value, dict):
        return {key: cut(item) for key, item in value.items()}
    return value


def describe() -> str:
    """The API's description, with the examples as they stand, as the text of its file."""
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check, and answer with the exit code."""
    checking = "--check" in arguments
    for path, make in ((EXAMPLES, record), (DESCRIPTION, describe)):
        text = make()
        if not checking:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"Wrote {path.relative_to(ROOT)}.")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(
                f"{path.relative_to(ROOT)} is not what the code says; run scripts/openapi.",
                file=sys.stderr,
            )
            return 1
    if checking:
        print("The description and its examples are what the code says.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
