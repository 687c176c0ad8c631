"""The policy tells what the code does, because it is made from the same tables."""

from fastapi.testclient import TestClient

from app.matching import policy
from app.vocabulary.easy_read import lint


def test_the_policy_is_what_the_code_uses(client: TestClient) -> None:
    body = client.get("/v1/matching/policy").json()
    assert body["version"] == policy.VERSION
    assert [one["code"] for one in body["filters"]] == [one.code for one in policy.FILTERS]
    assert {one["criterion"]: one["weight"] for one in body["weights"]} == policy.WEIGHTS
    assert sum(one["weight"] for one in body["weights"]) == 100
    assert [one["least"] for one in body["bands"]][:4] == [80, 60, 40, 0]
    assert body["history"][0]["version"] == policy.VERSION
    answer = client.post("/v1/matches", json={})
    assert answer.json()["policy_version"] == body["version"]


def test_its_words_hold_its_figures_and_are_easy_to_read(client: TestClient) -> None:
    body = client.get("/v1/matching/policy").json()
    told = {one["criterion"]: one["text"] for one in body["weights"]}
    assert "1, 0.8, 0.6, 0.5, 0.4" in told["what_i_do"]
    assert "0.75" in told["how_near"]
    near = next(one["text"] for one in body["lists"] if one["code"] == "near_misses")
    assert "1.25" in near
    assert "{" not in str(body).replace("{'", "").replace(": {", "")
    for one in [*body["filters"], *body["lists"], *body["weights"], *body["order"]]:
        assert not lint(one["easy_read"]), one["easy_read"]
    for band in body["bands"]:
        assert not lint(band["easy_read"])


def test_it_may_be_kept_by_everybody(client: TestClient) -> None:
    answer = client.get("/v1/matching/policy")
    again = client.get("/v1/matching/policy", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
