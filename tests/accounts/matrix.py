"""Who may do what, written by hand: each operation that there is, for each kind of caller.

A row says what each of the principals gets from a request that is well otherwise. `A` is the
provider in the path, whose home council is `X`; `B` is a provider of council `Y`. Operations of
other capabilities are added to `TABLE`; those that are open to everybody are one line each.
"""

from collections.abc import Mapping

PRINCIPALS = (
    "anonymous",
    "editor_a",
    "owner_a",
    "member_b",
    "officer_x",
    "officer_y",
    "admin_x",
    "client_with",
    "client_without",
    "disabled",
    "expired",
)
PEOPLE = frozenset({"editor_a", "owner_a", "member_b", "officer_x", "officer_y", "admin_x"})
OFFICERS = frozenset({"officer_x", "officer_y", "admin_x"})
CLIENTS = frozenset({"client_with", "client_without"})
NOBODY = frozenset({"anonymous", "disabled", "expired"})

Row = Mapping[str, int]


def open_to_all(status: int = 200) -> Row:
    """Everybody gets the same, and a token makes no difference."""
    return dict.fromkeys(PRINCIPALS, status)


def row(status: int, allowed: frozenset[str] | set[str], others: int = 403, **over: int) -> Row:
    """Those who are allowed get `status`; the rest of the people get `others`.

    Who is not signed in gets 401, and a client 403, unless it is allowed.
    """
    return {
        **dict.fromkeys(PRINCIPALS, others),
        **dict.fromkeys(NOBODY, 401),
        **dict.fromkeys(CLIENTS, 403),
        **dict.fromkeys(allowed, status),
        **over,
    }


PROVIDERS_OWN = frozenset({"editor_a", "owner_a", "officer_x", "admin_x"})
PROVIDERS_DECIDERS = PROVIDERS_OWN - {"editor_a"}
COUNCILS_OWN = frozenset({"officer_x", "admin_x"})
COUNCILS_DECIDERS = frozenset({"admin_x"})

PROVIDER = "/v1/manage/providers/{provider}/members"
COUNCIL = "/v1/manage/councils/{council}/members"
MANAGED = "/v1/manage/providers/{provider}"
ACTIVITY = "/v1/manage/activities/{activity}"

TABLE: dict[str, Row] = {
    # What everybody may read and ask.
    "GET /v1": open_to_all(),
    "GET /v1/councils": open_to_all(),
    "GET /v1/councils/{council}": open_to_all(),
    "GET /v1/providers": open_to_all(),
    "GET /v1/providers/{provider}": open_to_all(),
    "GET /v1/activities": open_to_all(),
    "POST /v1/activities/search": open_to_all(),
    "GET /v1/activities/{activity}": open_to_all(),
    "GET /v1/activities/{activity}/similar": open_to_all(),
    "GET /v1/activities/{activity}/calendar.ics": open_to_all(),
    "GET /v1/advice": open_to_all(),
    "GET /v1/advice/{slug}": open_to_all(),
    "GET /v1/questionnaire": open_to_all(),
    "POST /v1/matches": open_to_all(),
    "GET /v1/matching/policy": open_to_all(),
    "POST /v1/plans": open_to_all(),
    "GET /v1/places": open_to_all(),
    "GET /v1/vocabularies": open_to_all(),
    "GET /v1/vocabularies/{scheme}": open_to_all(),
    "GET /v1/changes": open_to_all(),
    "GET /v1/export/activities.ndjson": open_to_all(),
    "GET /v1/export/activities.json": open_to_all(),
    "GET /v1/export/activities.csv": open_to_all(),
    "GET /v1/export/sessions.csv": open_to_all(),
    "GET /v1/export/prices.csv": open_to_all(),
    "GET /open-referral-uk/v3": open_to_all(),
    "GET /open-referral-uk/v3/services": open_to_all(),
    "GET /open-referral-uk/v3/services/{service_id}": open_to_all(),
    "GET /open-referral-uk/v3/service_at_locations": open_to_all(),
    "GET /open-referral-uk/v3/service_at_locations/{place_id}": open_to_all(),
    "GET /open-referral-uk/v3/organizations": open_to_all(),
    "GET /open-referral-uk/v3/organizations/{organization_id}": open_to_all(),
    "GET /open-referral-uk/v3/taxonomies": open_to_all(),
    "GET /open-referral-uk/v3/taxonomies/{taxonomy_id}": open_to_all(),
    "GET /open-referral-uk/v3/taxonomy_terms": open_to_all(),
    "GET /open-referral-uk/v3/taxonomy_terms/{term_id}": open_to_all(),
    "GET /health/live": open_to_all(),
    "GET /health/ready": open_to_all(),
    # What the document leaves out.
    "GET /metrics": open_to_all(),
    "GET /openapi.json": open_to_all(),
    "GET /docs": open_to_all(),
    "GET /docs/oauth2-redirect": open_to_all(),
    "MOUNT /static-offline-docs": open_to_all(),
    # Signing in and registering.
    "POST /v1/auth/token": open_to_all(),
    "POST /v1/auth/revoke": open_to_all(),
    "GET /.well-known/jwks.json": open_to_all(),
    "GET /.well-known/openid-configuration": open_to_all(),
    "POST /v1/accounts": open_to_all(202),
    "POST /v1/accounts/verify": open_to_all(),
    "POST /v1/accounts/password-reset": open_to_all(202),
    "POST /v1/accounts/password-reset/confirm": open_to_all(),
    "POST /v1/accounts/email/confirm": open_to_all(),
    "POST /v1/accounts/invitations/accept": open_to_all(),
    # Oneself.
    "GET /v1/me": row(200, PEOPLE),
    "PATCH /v1/me": row(200, PEOPLE),
    "DELETE /v1/me": row(204, PEOPLE),
    "GET /v1/me/sessions": row(200, PEOPLE),
    "DELETE /v1/me/sessions": row(200, PEOPLE),
    "DELETE /v1/me/sessions/{sign_in}": row(204, PEOPLE),
    # Members of a provider. What is not one's own is not there.
    f"GET {PROVIDER}": row(200, PROVIDERS_OWN, 404),
    f"PATCH {PROVIDER}/{{member}}": row(200, PROVIDERS_DECIDERS, 404, editor_a=403),
    f"DELETE {PROVIDER}/{{member}}": row(204, PROVIDERS_DECIDERS, 404, editor_a=403),
    f"GET {PROVIDER}/invitations": row(200, PROVIDERS_DECIDERS, 404, editor_a=403),
    f"POST {PROVIDER}/invitations": row(201, PROVIDERS_DECIDERS, 404, editor_a=403),
    f"DELETE {PROVIDER}/invitations/{{invitation}}": row(
        204, PROVIDERS_DECIDERS, 404, editor_a=403
    ),
    # Members of a council.
    f"GET {COUNCIL}": row(200, COUNCILS_OWN, 404),
    f"PATCH {COUNCIL}/{{member}}": row(200, COUNCILS_DECIDERS, 404, officer_x=403),
    f"DELETE {COUNCIL}/{{member}}": row(204, COUNCILS_DECIDERS, 404, officer_x=403),
    f"GET {COUNCIL}/invitations": row(200, COUNCILS_DECIDERS, 404, officer_x=403),
    f"POST {COUNCIL}/invitations": row(201, COUNCILS_DECIDERS, 404, officer_x=403),
    f"DELETE {COUNCIL}/invitations/{{invitation}}": row(204, COUNCILS_DECIDERS, 404, officer_x=403),
    # Providers and their venues.
    "POST /v1/providers": row(201, PEOPLE),
    "POST /v1/providers/{provider}/claims": row(201, PEOPLE),
    "GET /v1/manage/claims": row(200, PEOPLE),
    "GET /v1/manage/providers": row(200, PEOPLE),
    f"GET {MANAGED}": row(200, PROVIDERS_OWN, 404),
    f"PATCH {MANAGED}": row(200, PROVIDERS_OWN, 404),
    f"GET {MANAGED}/proposals": row(200, PROVIDERS_OWN, 404),
    f"POST {MANAGED}/proposals": row(201, PROVIDERS_OWN, 404),
    f"GET {MANAGED}/venues": row(200, PROVIDERS_OWN, 404),
    f"POST {MANAGED}/venues": row(201, PROVIDERS_OWN, 404),
    "GET /v1/manage/venues/{venue}": row(200, PROVIDERS_OWN, 404),
    "PATCH /v1/manage/venues/{venue}": row(200, PROVIDERS_OWN, 404),
    "DELETE /v1/manage/venues/{venue}": row(204, PROVIDERS_OWN, 404),
    # Activities in any state.
    f"GET {MANAGED}/activities": row(200, PROVIDERS_OWN, 404),
    f"POST {MANAGED}/activities": row(201, PROVIDERS_OWN, 404),
    f"POST {MANAGED}/activities/import": row(200, PROVIDERS_OWN, 404),
    f"GET {MANAGED}/activities/import/template": row(200, PROVIDERS_OWN, 404),
    f"GET {ACTIVITY}": row(200, PROVIDERS_OWN, 404),
    f"PATCH {ACTIVITY}": row(200, PROVIDERS_OWN, 404),
    f"DELETE {ACTIVITY}": row(204, PROVIDERS_OWN, 404),
    f"POST {ACTIVITY}/copy": row(201, PROVIDERS_OWN, 404),
    f"GET {ACTIVITY}/preview": row(200, PROVIDERS_OWN, 404),
    f"GET {ACTIVITY}/completeness": row(200, PROVIDERS_OWN, 404),
    f"GET {ACTIVITY}/history": row(200, PROVIDERS_OWN, 404),
    f"GET {ACTIVITY}/history/{{revision}}": row(200, PROVIDERS_OWN, 404),
    f"PUT {ACTIVITY}/capacity": row(200, PROVIDERS_OWN, 404),
    f"PUT {ACTIVITY}/alert": row(200, PROVIDERS_OWN, 404),
    **{
        f"POST {ACTIVITY}/{step}": row(200, PROVIDERS_OWN, 404)
        for step in ("submit", "withdraw", "pause", "resume", "close", "confirm")
    },
    # Contract facts are the council's own.
    f"PUT {ACTIVITY}/contracts": row(200, COUNCILS_OWN, 404, owner_a=403, editor_a=403),
    # The code in a reminder is all that it needs.
    "GET /v1/confirmations": open_to_all(),
    "POST /v1/confirmations": open_to_all(),
    # Officers. What is another council's is not there.
    "GET /v1/moderation/queue": row(200, OFFICERS),
    "GET /v1/moderation/{kind}/{id}": row(200, COUNCILS_OWN, officer_y=404),
    **{
        f"POST /v1/moderation/{{kind}}/{{id}}/{verdict}": row(200, COUNCILS_OWN, officer_y=404)
        for verdict in ("approve", "request-changes", "reject")
    },
    "GET /v1/manage/councils/{council}": row(200, COUNCILS_OWN, 404),
    "PATCH /v1/manage/councils/{council}": row(200, COUNCILS_DECIDERS, 404, officer_x=403),
    # Clients and the audit log.
    "GET /v1/clients": row(200, COUNCILS_DECIDERS),
    "POST /v1/clients": row(201, COUNCILS_DECIDERS),
    "GET /v1/clients/{client}": row(200, COUNCILS_DECIDERS),
    "PATCH /v1/clients/{client}": row(200, COUNCILS_DECIDERS),
    "DELETE /v1/clients/{client}": row(204, COUNCILS_DECIDERS),
    "POST /v1/clients/{client}/secrets": row(201, COUNCILS_DECIDERS),
    "GET /v1/audit": row(200, OFFICERS),
}
"""By method and path as the code writes it."""
