"""Many at once: one wins, the others are told, and nothing is done twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from listed import DRAFT, officer, owner, public, published, submitted

MINE = "/v1/manage/activities"
MANY = 50


def test_of_fifty_edits_based_on_the_same_one_wins(work: TestClient) -> None:
    me = owner(work)
    key = published(work, me)
    etag = me.get(f"{MINE}/{key}").headers["etag"]

    def edit(number: int) -> int:
        body = {"summary": f"Edit {number}."}
        return int(me.patch(f"{MINE}/{key}", body, etag).status_code)

    with ThreadPoolExecutor(10) as pool:
        told = Counter(pool.map(edit, range(MANY)))
    assert told == {200: 1, 412: MANY - 1}
    assert me.get(f"{MINE}/{key}/history").json()["items"][0]["action"] == "edit"


def test_fifty_identical_submissions_are_one(work: TestClient) -> None:
    me = owner(work)
    key = me.post("/v1/manage/providers/two-oars/activities", DRAFT).json()["id"]
    with ThreadPoolExecutor(10) as pool:
        told = Counter(pool.map(lambda _: me.post(f"{MINE}/{key}/submit").status_code, range(MANY)))
    assert told == {200: MANY}
    actions = [one["action"] for one in me.get(f"{MINE}/{key}/history").json()["items"]]
    assert actions == ["submit", "created"]


def test_fifty_identical_drafts_are_one(work: TestClient) -> None:
    me = owner(work)
    url = "/v1/manage/providers/two-oars/activities"
    with ThreadPoolExecutor(10) as pool:
        told = list(
            pool.map(lambda _: me.post(url, DRAFT, Idempotency_Key="the-same"), range(MANY))
        )
    assert {one.status_code for one in told} <= {201, 409}
    assert len({one.json()["id"] for one in told if one.status_code == 201}) == 1


def test_of_officers_who_decide_at_once_one_does(work: TestClient) -> None:
    key = submitted(owner(work))
    officers = [officer(work) for _ in range(6)]
    etag = officers[0].get(f"/v1/moderation/activities/{key}").headers["etag"]
    verdicts = ["approve", "reject"] * 3

    def decide(number: int) -> int:
        url = f"/v1/moderation/activities/{key}/{verdicts[number]}"
        answer = officers[number].post(url, {"reason": "So."}, If_Match=etag)
        return int(answer.status_code)

    with ThreadPoolExecutor(6) as pool:
        told = Counter(pool.map(decide, range(6)))
    assert told == {200: 1, 412: 5}


def test_namesakes_approved_at_once_all_go_out_under_addresses_of_their_own(
    work: TestClient,
) -> None:
    me = owner(work)
    keys = [submitted(me) for _ in range(12)]
    officers = [officer(work) for _ in keys]

    def approve(number: int) -> int:
        review = f"/v1/moderation/activities/{keys[number]}"
        etag = officers[number].get(review).headers["etag"]
        return int(officers[number].post(f"{review}/approve", {}, If_Match=etag).status_code)

    with ThreadPoolExecutor(12) as pool:
        told = Counter(pool.map(approve, range(len(keys))))
    assert told == {200: len(keys)}
    slugs = {work.get(f"/v1/activities/{key}").json()["slug"] for key in keys}
    assert len(slugs) == len(keys)


def test_an_approval_and_an_edit_at_once_never_publish_what_was_not_looked_at(
    work: TestClient,
) -> None:
    me, council = owner(work), officer(work)
    for number in range(5):
        key = submitted(me)
        mine = me.get(f"{MINE}/{key}").headers["etag"]
        looked_at = council.get(f"/v1/moderation/activities/{key}").headers["etag"]
        url = f"/v1/moderation/activities/{key}/approve"
        with ThreadPoolExecutor(2) as pool:
            edit = pool.submit(me.patch, f"{MINE}/{key}", {"summary": f"Sly {number}."}, mine)
            approval = pool.submit(council.post, url, {}, If_Match=looked_at)
        shown = public(work).get(f"/v1/activities/{key}")
        if approval.result().status_code == 200:
            assert shown.json()["summary"] == DRAFT["summary"]
        else:
            assert approval.result().status_code == 412
            assert edit.result().status_code == 200
            assert shown.status_code == 404
