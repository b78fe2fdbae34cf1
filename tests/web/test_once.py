"""A request repeated acts once and is answered as before; two people editing: the second is told (F1, F2, F8)."""

import json
import subprocess
import sys
from typing import Any

import pytest

import app  # noqa: F401 - declares the operations
from chalicelib import wiring
from tests.web.http_desk import HttpDesk

GOOD = {"subject": "Payroll is down", "text": "Nothing works."}


def test_the_same_report_sent_twice_is_one_ticket_with_the_identical_answer(desk: HttpDesk) -> None:
    """F1: also after the ticket and the customer's terms have changed since."""
    first = desk.post("/v1/tickets", "alice", GOOD, idempotency_key="report-1")
    url = first.json()["url"]
    assert desk.post("/v1/tickets", "alice", GOOD, idempotency_key="report-1").body == first.body
    overrides = {"overrides": [{"clause": "4.2", "kind": "first_response", "severity": 3, "target": "1h"}]}
    assert desk.put("/v1/customers/acme/overrides", "carol", overrides).status == 200
    assert desk.post("/v1/tickets", "alice", GOOD, idempotency_key="report-1").body == first.body
    desk.post(f"{url}/acknowledgement", "bob", {"severity": 3})
    desk.post(f"{url}/solution", "bob", {"text": "Fixed."})
    again = desk.post("/v1/tickets", "alice", GOOD, idempotency_key="report-1")
    assert (again.status, again.body, again.headers["etag"]) == (201, first.body, '"1"')
    assert len(desk.get("/v1/tickets", "alice", state="done").json()["items"]) == 1
    assert desk.get("/v1/tickets", "alice").json()["items"] == []


CHANGES = [
    ("replies", "alice", {"text": "Any news?"}, {"text": "Other words."}),
    ("notes", "bob", {"text": "Seen this before."}, {"text": "Other words."}),
    ("acknowledgement", "bob", {"severity": 3}, {"severity": 3, "text": "Other words."}),
    ("assignment", "bob", {"to": "bob"}, {"to": "carol"}),
    ("work", "bob", None, None),
    ("eta", "bob", {"eta": "2026-11-24T09:00:00Z"}, {"eta": "2026-11-25T09:00:00Z"}),
    ("escalation", "alice", {"reason": "The board asks."}, {"reason": "Other words."}),
    ("solution", "bob", {"text": "Fixed."}, {"text": "Other words."}),
]


def test_a_change_sent_again_is_answered_as_the_first_time_and_changes_nothing_more(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F1, F2: also after other changes; the same key with another body is refused and writes nothing."""
    for noun, person, body, other in CHANGES:
        with subtests.test(noun):
            url = desk.post("/v1/tickets", "alice", GOOD).json()["url"]
            first = desk.post(f"{url}/{noun}", person, body, idempotency_key="k1")
            assert first.status == 200, first.body
            desk.post(f"{url}/notes", "bob", {"text": "Something in between."})
            before = desk.get(url, "bob").json()
            again = desk.post(f"{url}/{noun}", person, body, idempotency_key="k1")
            assert (again.status, again.body) == (200, first.body)
            if other is not None:
                assert desk.post(f"{url}/{noun}", person, other, idempotency_key="k1").status == 409
            assert desk.get(url, "bob").json() == before


def test_a_change_that_changed_nothing_is_answered_alike_after_others_changed_it(desk: HttpDesk) -> None:
    """F1: taking what is mine already, and again when it is carol's."""
    url = desk.post("/v1/tickets", "alice", GOOD).json()["url"]
    desk.post(f"{url}/assignment", "bob", {"to": "bob"})
    first = desk.post(f"{url}/assignment", "bob", {"to": "bob"}, idempotency_key="k1")
    desk.post(f"{url}/assignment", "carol", {"to": "carol", "from": "bob"})
    assert desk.post(f"{url}/assignment", "bob", {"to": "bob"}, idempotency_key="k1").body == first.body
    assert desk.get(url, "bob").json()["assignee"] == "carol"


def test_the_same_report_under_the_same_key_with_another_body_is_refused(desk: HttpDesk) -> None:
    """F2."""
    desk.post("/v1/tickets", "alice", GOOD, idempotency_key="k1")
    refused = desk.post("/v1/tickets", "alice", {**GOOD, "text": "Other words."}, idempotency_key="k1")
    assert refused.status == 409
    assert "Idempotency-Key" in refused.json()["detail"]
    assert len(desk.get("/v1/tickets", "alice").json()["items"]) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "ü", "a b"])
def test_an_idempotency_key_that_is_none_is_refused(desk: HttpDesk, key: str) -> None:
    """What is wrong and what to do."""
    refused = desk.post("/v1/tickets", "alice", GOOD, idempotency_key=key)
    assert refused.status == 400
    assert "Idempotency-Key" in refused.json()["detail"]


def test_sixteen_at_once_with_one_key_make_one_ticket_and_sixteen_identical_answers(desk: HttpDesk) -> None:
    """F1, on Amazon's own engine, by sixteen processes."""
    found = at_once(desk, [("alice", "/v1/tickets", GOOD, {"Idempotency-Key": "once"})] * 16)
    assert {status for status, *_ in found} == {201}
    assert len({body for _, body, *_ in found}) == 1
    (kept,) = desk.get("/v1/tickets", "alice").json()["items"]
    assert kept == json.loads(found[0][1])


def test_of_eight_who_take_a_ticket_at_once_one_has_it_and_of_eight_who_answer_one_is_heard(
    desk: HttpDesk,
) -> None:
    """F8: the others see who has it, and that it was changed meanwhile (If-Match)."""
    taken, answered = (desk.post("/v1/tickets", "alice", GOOD).json()["url"] for _ in range(2))
    people = [f"engineer{n}" for n in range(8)]
    for person in people:
        desk.staff(person)
    takes = [(person, f"{taken}/assignment", {"to": person}, {}) for person in people]
    seen = {"If-Match": '"1"'}
    answers = [(person, f"{answered}/replies", {"text": f"I am {person}"}, seen) for person in people]
    found = at_once(desk, [*takes, *answers])
    of_takers = [one for one in found if "/assignment" in one[3]]
    of_speakers = [one for one in found if "/replies" in one[3]]
    assert sorted(status for status, *_ in of_takers) == [200] + [409] * 7
    owner = desk.get(taken, "bob").json()["assignee"]
    assert all(f"belongs to {owner}" in body for status, body, *_ in of_takers if status == 409)
    assert sorted(status for status, *_ in of_speakers) == [200] + [412] * 7
    assert desk.get(answered, "bob").json()["version"] == 2


def test_the_second_editor_is_told_and_can_go_on_after_reading_again(desk: HttpDesk) -> None:
    """F8: 412 for a stale ETag, in every spelling that a proxy may give it."""
    first = desk.post("/v1/tickets", "alice", GOOD)
    url, seen = first.json()["url"], first.headers["etag"]
    won = desk.post(f"{url}/severity", "bob", {"severity": 2, "reason": "Half of them."}, if_match=seen)
    assert (won.status, won.headers["etag"]) == (200, '"2"')
    for stale in (seen, f"W/{seen}", '"elsewhere"', '"0"'):
        lost = desk.post(f"{url}/severity", "carol", {"severity": 1, "reason": "All."}, if_match=stale)
        assert lost.status == 412
        assert "read it again" in lost.json()["detail"]
    assert desk.post(f"{url}/notes", "carol", {"text": "x"}, if_match="two").status == 400
    for fresh in (won.headers["etag"], "*"):
        assert desk.post(f"{url}/notes", "carol", {"text": "x"}, if_match=fresh).status == 200
    assert wiring.tickets().get(first.json()["id"], by=actor(desk)).severity == 2


def actor(desk: HttpDesk) -> Any:
    """carol as somebody who acts."""
    return wiring.customers().actor_of(desk.keys["carol"])


def at_once(
    desk: HttpDesk, asks: list[tuple[str, str, Any, dict[str, str]]]
) -> list[tuple[int, str, str, str]]:
    """Each by a process of its own, at the same moment."""
    requests = [
        {
            "method": "POST",
            "path": path,
            "body": json.dumps(body),
            "headers": {
                "Authorization": f"Bearer {desk.keys[person]}",
                "Content-Type": "application/json",
                **headers,
            },
        }
        for person, path, body, headers in asks
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.at_once"],
        input=json.dumps(requests).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return [tuple(answer) for answer in json.loads(done.stdout.splitlines()[-1])]  # type: ignore[misc]
