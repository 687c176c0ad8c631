"""A provider's whole story, over HTTP: from registering to closing an activity."""

from conftest import ClientMaker
from listed import DRAFT, VENUE, caller, letters_to, officer, public, settle


def test_a_provider_registers_and_lists_an_activity_to_its_end(  # noqa: PLR0915 - it is one story.
    make_client: ClientMaker, sample_url: str
) -> None:
    client = make_client(sample_url)
    people, me, council = public(client), caller(client), officer(client)

    registered = me.post(
        "/v1/providers",
        {
            "name": "Boathouse Pots",
            "description": "Two potters in an old boathouse.",
            "contacts": [{"email": "pots@example.org"}],
            "council": "E10000012",
        },
    )
    assert registered.status_code == 201
    provider = registered.json()["id"]
    assert registered.json()["status"] == "submitted"
    assert people.get(f"/v1/providers/{provider}").status_code == 404
    assert letters_to(client, council) == ["Something waits for you in Care Finder"]

    waiting = council.get("/v1/moderation/queue?kind=providers").json()
    assert [(one["id"], one["new"]) for one in waiting["items"]] == [(provider, True)]
    assert council.decide(f"/v1/moderation/providers/{provider}", "approve").status_code == 200
    assert people.get(f"/v1/providers/{provider}").json()["name"] == "Boathouse Pots"
    assert letters_to(client, me) == ["Boathouse Pots is approved"]

    venue = me.post(f"/v1/manage/providers/{provider}/venues", VENUE).json()["id"]
    session = {"venue_id": venue, "day": "tue", "starts_at": "10:00", "ends_at": "12:00"}
    made = me.post(f"/v1/manage/providers/{provider}/activities", {**DRAFT, "sessions": [session]})
    assert made.status_code == 201, made.text
    mine = made.headers["location"]
    key = made.json()["id"]
    assert me.get(f"{mine}/preview").json()["venues"][0]["name"] == "The Old Boathouse"
    assert me.post(f"{mine}/submit").json()["status"] == "submitted"
    assert people.get(f"/v1/activities/{key}").status_code == 404

    review = council.get(f"/v1/moderation/activities/{key}").json()
    assert review["may_decide"]
    assert [one["name"] for one in review["affects"]] == ["The Old Boathouse"]
    asked = council.decide(
        f"/v1/moderation/activities/{key}", "request-changes", "Please say what it costs."
    )
    assert asked.status_code == 200
    assert me.get(mine).json()["status"] == "changes_requested"
    assert me.get(mine).json()["reason"] == "Please say what it costs."
    price = {"parts": [{"part": "support", "unit": "session", "amount_pence": 1_500}]}
    assert me.patch(mine, {"prices": [price]}).status_code == 200
    assert me.post(f"{mine}/submit").json()["status"] == "submitted"
    assert council.decide(f"/v1/moderation/activities/{key}", "approve").status_code == 200

    settle(client)
    seen = people.get("/v1/activities?q=clay").json()
    assert key in [one["id"] for one in seen["items"]]
    shown = people.get(f"/v1/activities/{key}").json()
    assert shown["venues"][0]["name"] == "The Old Boathouse"
    assert shown["price"]["from_pence"] == 1_500

    assert me.patch(mine, {"summary": "Clay for beginners."}).json()["change"] == "draft"
    assert people.get(f"/v1/activities/{key}").json()["summary"] == DRAFT["summary"]
    me.post(f"{mine}/submit")
    difference = council.get(f"/v1/moderation/activities/{key}").json()["differences"]
    assert [(one["place"], one["before"], one["after"]) for one in difference] == [
        ("/summary", DRAFT["summary"], "Clay for beginners.")
    ]
    council.decide(f"/v1/moderation/activities/{key}", "approve")
    assert people.get(f"/v1/activities/{key}").json()["summary"] == "Clay for beginners."

    told = me.put(f"{mine}/capacity", {"status": "waiting_list"})
    assert told.status_code == 200, told.text
    shown = people.get(f"/v1/activities/{key}").json()
    assert shown["capacity"]["status"]["code"] == "waiting_list"
    until = {"reason": "The kiln is broken.", "until": "2026-04-20"}
    assert me.post(f"{mine}/pause", until).status_code == 200
    assert people.get(f"/v1/activities/{key}").json()["closure"]["reopens_on"] == "2026-04-20"
    assert me.post(f"{mine}/resume").status_code == 200
    assert people.get(f"/v1/activities/{key}").json()["closure"] is None

    assert me.post(f"{mine}/close", {}).json()["status"] == "closed"
    gone = people.get(f"/v1/activities/{key}")
    assert gone.status_code == 410
    settle(client)
    assert key not in people.get("/v1/activities?q=clay").text
    actions = [one["action"] for one in me.get(f"{mine}/history?per_page=100").json()["items"]]
    assert actions[0] == "close"
    assert actions[-1] == "created"
