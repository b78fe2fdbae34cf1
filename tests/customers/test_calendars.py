"""A customer's hours and contract: versions, refusals with all faults, and deadlines that move (Clocks 6, D1, D5)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.core.errors import Unavailable
from chalicelib.customers import use_cases
from chalicelib.customers.domain import Customer
from tests.web.http_desk import HttpDesk

GOOD = {"subject": "A question of style", "text": "How?", "severity": 4}
OFFICE = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


@pytest.fixture
def knowing(desk: HttpDesk) -> HttpDesk:
    """kim at a customer on the Knowledge plan: 40 business hours for severity 4."""
    wiring.customers().put_customer(Customer(id="know", name="Knowbank", plan="knowledge", country="GB"))
    desk.contact("kim", "know")
    return desk


def due(desk: HttpDesk, url: str) -> str | None:
    """When the first response of this ticket is due."""
    promises = desk.get(f"{url}/promises", "kim").json()["items"]
    return next((one["due_at"] for one in promises if one["kind"] == "first_response"), None)


def test_a_holiday_added_later_moves_open_deadlines_and_leaves_settled_ones(
    knowing: HttpDesk, react: Any, told: Any
) -> None:
    """Clocks 6."""
    desk = knowing
    open_one, answered = (desk.post("/v1/tickets", "kim", GOOD).json()["url"] for _ in range(2))
    desk.post(f"{answered}/acknowledgement", "bob", {"severity": 4})
    settled = desk.get(f"{answered}/promises", "kim").json()
    assert due(desk, open_one) == "2026-11-27T17:00:00Z"
    feast = {"date": "2026-11-26", "name": "Founders' day"}
    put = desk.put(
        "/v1/customers/know/calendar", "carol", {"zone": "UTC", "week": OFFICE, "own_days": [feast]}
    )
    assert put.status == 200, put.body
    assert put.json()["calendar"]["own_days"][0]["name"] == "Founders' day"
    assert told("know")[-1]["detail-type"] == "CalendarChanged"
    assert react("know") == 2
    assert due(desk, open_one) == "2026-11-30T17:00:00Z"
    assert desk.get(f"{answered}/promises", "kim").json() == settled
    explained = desk.get(f"{open_one}/promises/first_response/explanation", "kim").json()
    assert explained["due_at"] == "2026-11-30T17:00:00Z"


def test_the_same_news_twice_moves_nothing_more_and_writes_nothing(knowing: HttpDesk, react: Any) -> None:
    """F9: a reaction is idempotent."""
    desk = knowing
    url = desk.post("/v1/tickets", "kim", GOOD).json()["url"]
    desk.put("/v1/customers/know/calendar", "carol", {"zone": "Asia/Kolkata", "week": OFFICE})
    assert react("know") == 1
    moved = desk.get(url, "kim").json()
    assert moved["version"] == 2
    for _ in range(2):
        react("know")
    assert desk.get(url, "kim").json() == moved


def test_every_open_ticket_is_reached_page_by_page_and_one_that_fails_does_not_stop_the_others(
    knowing: HttpDesk, react: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks 6, F11: what failed is tried again, the rest has moved."""
    desk = knowing
    urls = [desk.post("/v1/tickets", "kim", GOOD).json()["url"] for _ in range(7)]
    monkeypatch.setattr(use_cases, "PAGE", 3)
    desk.put("/v1/customers/know/calendar", "carol", {"zone": "UTC", "week": {"monday": ["09:00-17:00"]}})
    victim = urls[2].rpartition("/")[2]
    tickets = type(wiring.tickets())
    really = tickets.move_deadlines

    def sometimes(self: Any, ticket_id: str, *, calendar: str) -> Any:
        if ticket_id == victim:
            raise Unavailable("not just now", retry_after=5)
        return really(self, ticket_id, calendar=calendar)

    with monkeypatch.context() as broken:
        broken.setattr(tickets, "move_deadlines", sometimes)
        with pytest.raises(Unavailable):
            react("know")
    assert [due(desk, url) for url in urls].count("2026-12-21T17:00:00Z") == 6
    assert react("know") == 7
    assert {due(desk, url) for url in urls} == {"2026-12-21T17:00:00Z"}


def test_the_standard_hours_come_back_when_the_own_calendar_is_taken_away(
    knowing: HttpDesk, react: Any
) -> None:
    """Each switchable."""
    desk = knowing
    url = desk.post("/v1/tickets", "kim", GOOD).json()["url"]
    before = due(desk, url)
    desk.put("/v1/customers/know/calendar", "ada", {"zone": "UTC", "always": True})
    react("know")
    assert due(desk, url) == "2026-11-25T01:00:00Z"  # 40 real hours
    gone = desk.delete("/v1/customers/know/calendar", "ada")
    assert (gone.status, gone.json()["calendar"], gone.json()["version"]) == (200, None, 2)
    react("know")
    assert due(desk, url) == before


def test_two_windows_a_day_a_night_shift_and_a_switched_off_holiday_are_kept_as_written(
    desk: HttpDesk,
) -> None:
    """Calendars: several windows a day, night shifts, holidays by country, each switchable."""
    written = {
        "zone": "Europe/Berlin",
        "week": {"monday": ["08:00-12:00", "13:00-17:00"], "friday": ["22:00-06:00"]},
        "regions": ["DE-BE"],
        "own_days": [
            {"date": "2026-12-24", "name": "Christmas Eve", "windows": ["09:00-12:00"]},
            {"date": "2026-12-31", "name": "Not this year", "on": False},
        ],
        "off": ["Good Friday"],
    }
    kept = desk.put("/v1/customers/acme/calendar", "carol", written).json()["calendar"]
    assert {name: kept[name] for name in ("zone", "regions", "off", "week")} == {
        name: written[name] for name in ("zone", "regions", "off", "week")
    }
    assert [(own["date"], own["windows"], own["on"]) for own in kept["own_days"]] == [
        ("2026-12-24", ["09:00-12:00"], True),
        ("2026-12-31", [], False),
    ]
    assert kept["version"] == 1
    again = desk.put("/v1/customers/acme/calendar", "carol", written).json()["calendar"]
    assert again["version"] == 2


IMPOSSIBLE = {
    "never open": ({"zone": "UTC"}, ["no working time"]),
    "closed all year": (
        {
            "zone": "UTC",
            "week": {"sunday": ["09:00-17:00"]},
            "own_days": [
                {"date": f"2027-{day:%m-%d}", "name": "Closed"}
                for day in (datetime(2027, 1, 3 + 7 * n, tzinfo=UTC) for n in range(1))
            ],
            "regions": ["XX"],
        },
        ["XX"],
    ),
    "several faults at once": (
        {"zone": "Mars/Olympus", "regions": ["QQ", "DE-ZZZ"], "always": False},
        ["Mars/Olympus", "no working time", "QQ", "DE-ZZZ"],
    ),
    "24x7 with windows": ({"zone": "UTC", "always": True, "week": OFFICE}, ["24x7"]),
    "a day twice": (
        {"zone": "UTC", "week": OFFICE, "own_days": [{"date": "2026-12-24", "name": "a"}] * 2},
        ["two own days"],
    ),
    "no windows but odd texts": (
        {"zone": "UTC", "week": {"monday": ["9-5", "25:00-26:00"], "someday": []}, "regions": ["germany"]},
        ["week.monday.0", "week.monday.1", "week.someday", "regions.0"],
    ),
}


def test_a_calendar_that_cannot_work_is_refused_with_all_its_faults_and_the_old_one_stays(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F16, Clocks 2."""
    for name, (document, expected) in IMPOSSIBLE.items():
        with subtests.test(name):
            refused = desk.put("/v1/customers/acme/calendar", "carol", document)
            assert refused.status == 422
            told = str(refused.json()["errors"])
            assert [words for words in expected if words not in told] == []
    kept = desk.get("/v1/customers/acme", "carol").json()
    assert (kept["calendar"], kept["version"]) == (None, 0)


def test_a_contracts_value_goes_before_the_plans_and_names_its_clause(knowing: HttpDesk, react: Any) -> None:
    """D1."""
    desk = knowing
    url = desk.post("/v1/tickets", "kim", GOOD).json()["url"]
    clause = "Contract 4.2: minor questions within 8 hours"
    body = {"overrides": [{"clause": clause, "kind": "first_response", "severity": 4, "target": "8h"}]}
    put = desk.put("/v1/customers/know/overrides", "carol", body)
    assert put.status == 200
    assert put.json()["overrides"][0]["target_seconds"] == 8 * 3600
    react("know")
    (promise,) = [
        one for one in desk.get(f"{url}/promises", "kim").json()["items"] if one["kind"] == "first_response"
    ]
    assert promise["due_at"] == "2026-11-23T17:00:00Z"
    assert clause in promise["clause"]


@pytest.mark.parametrize(
    "override",
    [
        {"clause": "x", "kind": "resolution"},  # the plan has none, and this says not all of one
        {"clause": "x", "severity": 1, "target": "0h"},
        {"clause": "x", "kind": "first_response", "severity": 1, "calendar": "MARS"},
    ],
    ids=str,
)
def test_an_override_that_the_plan_cannot_take_is_refused(desk: HttpDesk, override: dict[str, Any]) -> None:
    """D1."""
    refused = desk.put("/v1/customers/acme/overrides", "carol", {"overrides": [override]})
    assert refused.status == 422, refused.body
    assert refused.json()["errors"][0]["field"] == "overrides.0"
    assert desk.get("/v1/customers/acme", "carol").json()["overrides"] == []


def test_customers_are_for_operations_managers_and_administrators(desk: HttpDesk) -> None:
    """F28, F34: nobody else reads or changes them."""
    for person in ("bob", "alice", "mallory"):
        assert desk.get("/v1/customers", person).status == 403
        assert desk.get("/v1/customers/acme", person).status == 403
        assert desk.put("/v1/customers/acme/calendar", person, {"zone": "UTC", "always": True}).status == 403
        assert desk.put("/v1/customers/acme/overrides", person, {"overrides": []}).status == 403
    first = desk.get("/v1/customers", "carol", limit=1).json()
    rest = desk.get("/v1/customers", "ada", limit=5, cursor=first["next"]).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ["acme", "rival"]
    assert desk.get("/v1/customers/nobody", "carol").status == 404


def test_the_second_who_changes_a_customer_is_told(desk: HttpDesk) -> None:
    """F8."""
    seen = desk.get("/v1/customers/acme", "carol").headers["etag"]
    body = {"zone": "UTC", "always": True}
    assert desk.put("/v1/customers/acme/calendar", "carol", body, if_match=seen).status == 200
    assert desk.put("/v1/customers/acme/overrides", "ada", {"overrides": []}, if_match=seen).status == 412


def test_the_plans_are_listed_with_the_figures_of_the_policies(desk: HttpDesk) -> None:
    """B11, D5."""
    plans = {one["id"]: one for one in desk.get("/v1/plans", "alice").json()["items"]}
    assert set(plans) == {"standard", "knowledge", "expert", "expert_partner"}
    found = {
        (plan, one["severity"]): (one["target_seconds"] / 3600, one["hours"])
        for plan, view in plans.items()
        for one in view["targets"]
        if one["kind"] == "first_response"
    }
    assert found["standard", 2] == (24, "always") and found["standard", 3] == (48, "always")
    assert [found["knowledge", n] for n in (1, 2, 3, 4)] == [(h, "business") for h in (8, 16, 24, 40)]
    assert [found["expert", n][0] for n in (1, 2, 3, 4)] == [2, 8, 16, 24]
