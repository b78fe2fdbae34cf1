"""Severity 1 from end to end: who is paged and written to, and what ends it (B6, B10, F9, F10, Clocks 9)."""

from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default

import pytest

from chalicelib import wiring
from chalicelib.core.errors import Conflict
from chalicelib.escalation.domain import State
from chalicelib.tickets.domain import Status
from tests.escalation.desk import by, mails, pages, texts

TAKE = "Take: http://127.0.0.1:8000/v1/tickets/1001/taking"
TOLD = "S1 #1001 Standard: severity 1 marked 09:00Z."


def calls(ticket):
    return wiring.mobilisation_store().of_ticket(ticket)[0]


def states(ticket):
    return {(call.must_be_taken, call.state) for call in calls(ticket)}


def persons():
    return [person for person, _ in pages()]


def readers():
    return sorted(mail.destinations[0] for mail in mails())


def test_as_soon_as_it_is_marked_the_manager_the_team_and_the_customers_managers_know_b10_b6(desk):
    desk.register(1)
    desk.settle()
    assert pages() == [("carol", TOLD), ("bob", f"{TOLD} {TAKE}"), ("dave", f"{TOLD} {TAKE}")]
    assert texts() == [("+442079460101", f"{TOLD} {TAKE}")]
    assert readers() == ["olga@acme.example"]
    assert "now has severity 1" in mails()[0].raw_data


def test_a_page_holds_no_word_of_the_customer(desk):
    desk.register(1)
    desk.settle()
    assert not any(word in text for _, text in (*pages(), *texts()) for word in ("Payroll", "Acme", "alice"))


def test_events_that_come_three_times_call_everybody_once_f9(desk):
    ticket = desk.register(1)
    desk.settle()
    desk.again()
    desk.again()
    assert persons() == ["carol", "bob", "dave"] and len(texts()) == len(mails()) == 1
    assert len(calls(ticket)) == 2


@pytest.mark.parametrize("severity", [2, 3])
def test_a_lower_severity_calls_nobody(desk, severity):
    desk.register(severity)
    desk.settle()
    assert not pages() and not mails()


def test_a_severity_that_the_desk_raises_to_1_calls_and_naming_it_again_does_not(desk):
    ticket = desk.register(3)
    desk.settle()
    desk.pass_time(minutes=5)
    wiring.tickets().acknowledge(ticket, by("bob"), severity=1, reason="all users")
    desk.settle()
    assert persons() == ["carol", "bob", "dave"]
    desk.pass_time(minutes=1)
    wiring.tickets().propose_severity(ticket, by("alice"), severity=1, reason="as we said")
    desk.settle()
    assert persons() == ["carol", "bob", "dave"]


def test_a_customer_marks_severity_1_until_the_desk_has_decided_d9(desk):
    proposed, decided = desk.register(3), desk.register(3)
    desk.clock.at = desk.clock.at.replace(minute=1)
    wiring.tickets().acknowledge(decided, by("bob"), severity=3)
    for ticket in (proposed, decided):
        wiring.tickets().propose_severity(ticket, by("alice"), severity=1, reason="it spreads")
    desk.settle()
    assert len(calls(proposed)) == 2 and not calls(decided)


def test_a_mark_that_was_taken_back_before_anybody_heard_of_it_calls_nobody_f10(desk):
    ticket = desk.register(1)
    desk.clock.at = desk.clock.at.replace(minute=1)
    wiring.tickets().decide_severity(ticket, by("bob"), severity=3, reason="one user")
    desk.settle()
    assert not pages() and not mails()


def test_a_second_mark_calls_again(desk):
    ticket = desk.register(1)
    desk.settle()
    for minute, severity in ((1, 2), (2, 1)):
        desk.clock.at = desk.clock.at.replace(minute=minute)
        wiring.tickets().decide_severity(ticket, by("bob"), severity=severity, reason="it changed")
        desk.settle()
    assert persons() == ["carol", "bob", "dave"] * 2
    assert states(ticket) == {
        (False, State.TOLD), (True, State.CALLING), (True, State.WITHDRAWN)
    }  # fmt: skip


def test_rounds_go_on_until_nobody_is_left_and_the_vp_is_not_called_before_two_hours_b10(desk):
    ticket = desk.register(1)
    desk.settle()
    desk.pass_time(minutes=29)
    assert persons() == ["carol", *["bob", "dave"] * 3]
    desk.pass_time(minutes=1)
    assert states(ticket) == {(False, State.TOLD), (True, State.UNANSWERED)}
    assert any(event["detail-type"] == "MobilisationUnanswered" for event in desk.told)


def test_whoever_takes_it_ends_the_rounds_works_on_it_and_owns_it_b6(desk):
    ticket = desk.register(1)
    desk.settle()
    desk.pass_time(minutes=12)
    taken = wiring.mobilisations().take(ticket, by("dave"))
    assert (taken.assignee, taken.work_started_at) == ("dave", desk.clock.at)
    desk.settle()
    desk.pass_time(hours=1)
    assert persons() == ["carol", "bob", "dave", "bob", "dave"]
    (call,) = (call for call in calls(ticket) if call.must_be_taken)
    assert (call.state, call.taken_by, call.paged) == (State.TAKEN, "dave", ("bob", "dave"))


def test_the_second_taker_is_told_who_has_it_and_taking_twice_is_taking_once_f8(desk):
    ticket = desk.register(1)
    desk.settle()
    wiring.mobilisations().take(ticket, by("dave"))
    before = wiring.tickets().get(ticket, by=by("dave").by)
    assert wiring.mobilisations().take(ticket, by("dave")) == before
    with pytest.raises(Conflict, match="dave has #1001"):
        wiring.mobilisations().take(ticket, by("bob"))
    assert wiring.tickets().get(ticket, by=by("bob").by) == before


def test_a_ticket_that_called_nobody_can_be_taken_too_but_not_when_it_is_done(desk):
    ticket = desk.register(3)
    assert wiring.mobilisations().take(ticket, by("bob")).assignee == "bob"
    wiring.tickets().solve(ticket, by("bob"), resolution="restarted")
    with pytest.raises(Conflict, match="nothing to take"):
        wiring.mobilisations().take(ticket, by("bob"))


def test_taking_leaves_an_owner_in_place(desk):
    ticket = desk.register(1)
    wiring.tickets().assign(ticket, by("carol"), to="bob")
    desk.settle()
    taken = wiring.mobilisations().take(ticket, by("dave"))
    assert taken.assignee == "bob" and taken.work_started_at


def test_whoever_starts_to_work_has_taken_it(desk):
    ticket = desk.register(1)
    desk.settle()
    desk.pass_time(minutes=3)
    wiring.tickets().start_work(ticket, by("bob"))
    desk.settle()
    desk.pass_time(hours=1)
    assert persons() == ["carol", "bob", "dave"]
    assert (True, State.TAKEN) in states(ticket)


def test_work_before_severity_1_was_marked_keeps_nobody_from_being_called(desk):
    ticket = desk.register(2)
    wiring.tickets().start_work(ticket, by("bob"))
    desk.settle()
    desk.pass_time(minutes=30)
    wiring.tickets().decide_severity(ticket, by("bob"), severity=1, reason="it spreads")
    desk.settle()
    assert persons() == ["carol", "bob", "dave"] and (True, State.CALLING) in states(ticket)


ENDS = {
    "solved": lambda t: wiring.tickets().solve(t, by("bob"), resolution="restarted"),
    "closed": lambda t: wiring.tickets().close(t, by("alice")),
    "declined": lambda t: wiring.tickets().decline(t, by("bob"), reason="beyond_control"),
    "severity": lambda t: wiring.tickets().decide_severity(t, by("bob"), severity=2, reason="one user"),
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("heard", [True, False], ids=["heard of", "not heard of"])
def test_what_is_done_or_less_severe_calls_nobody_any_more(desk, how, heard):
    ticket = desk.register(1)
    desk.settle()
    desk.pass_time(minutes=5)
    ENDS[how](ticket)
    if heard:  # else the bus is late, and the next round asks the ticket itself
        desk.settle()
        assert (True, State.WITHDRAWN) in states(ticket)
    desk.pass_time(hours=1)
    assert persons().count("bob") == 1 and (True, State.WITHDRAWN) in states(ticket)


def test_a_ticket_merged_away_calls_nobody_any_more(desk):
    ticket, other = desk.register(1), desk.register(3)
    desk.settle()
    wiring.tickets().merge(ticket, by("bob"), into=other)
    desk.settle()
    assert (True, State.WITHDRAWN) in states(ticket)


def test_the_end_that_is_told_before_the_beginning_does_no_harm_f10(desk):
    ticket = desk.register(1)
    wiring.tickets().solve(ticket, by("bob"), resolution="restarted")
    for event in reversed(list(desk._fresh())):
        desk.deliver(event)
    assert not pages() and not calls(ticket)


def test_after_two_hours_without_work_the_vp_is_paged_and_a_call_is_due_each_once_b10(desk):
    ticket = desk.register(1)
    wiring.tickets().acknowledge(ticket, by("carol"), severity=1)
    desk.settle()
    desk.ticket_falls_due(ticket, hours=2)
    desk.again()
    desk.again()
    told = [text for person, text in pages() if person == "victor" and "work start" in text]
    assert told == ["S1 #1001 Standard: work start broken 11:00Z."]
    history, _ = wiring.ticket_store().history(ticket)
    raised = [e for change in history for e in change.events if type(e).__name__ == "CallTaskRaised"]
    assert [event.at for event in raised] == [datetime(2026, 11, 23, 11, 0, tzinfo=UTC)]


def test_the_call_is_not_asked_for_again_by_a_late_repeat_f9(desk):
    ticket = desk.register(1)
    desk.settle()
    desk.ticket_falls_due(ticket, hours=2)
    wiring.tickets().log_call(ticket, by("carol"), direction="outbound", person="Alice", summary="told her")
    desk.again()
    history, _ = wiring.ticket_store().history(ticket)
    names = [type(event).__name__ for change in history for event in change.events]
    assert names.count("CallTaskRaised") == 1


def test_with_work_started_in_time_neither_happens_b10(desk):
    ticket = desk.register(1)
    desk.settle()
    wiring.tickets().start_work(ticket, by("bob"))
    desk.settle()
    desk.ticket_falls_due(ticket, hours=3)
    assert "victor" not in persons()
    assert wiring.tickets().get(ticket, by=by("bob").by).promise("customer_call") is None


def test_a_contract_with_hours_pages_nobody_at_night_and_writes_at_once_clocks_9(desk):
    desk.clock.at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    ticket = desk.register(1, by="karl")
    desk.settle()
    assert not pages() and readers() == ["karl@knowbank.example"]
    desk.pass_time(hours=6)
    assert sorted(persons()) == ["bob", "carol", "dave"]  # 09:00 in Berlin
    assert {call.pages[0].at for call in calls(ticket)} == {datetime(2026, 11, 24, 8, 0, tzinfo=UTC)}


def test_a_night_that_ends_with_a_solved_ticket_wakes_nobody_in_the_morning_clocks_9(desk):
    desk.clock.at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    ticket = desk.register(1, by="karl")
    desk.settle()
    wiring.tickets().solve(ticket, by("bob"), resolution="restarted")
    desk.settle()
    desk.pass_time(hours=12)
    assert not pages()
    assert wiring.tickets().get(ticket, by=by("bob").by).status is Status.SOLVED


def test_when_triage_finds_out_whose_system_it_is_that_customers_managers_are_told_once_b10(desk):
    ticket = desk.register(1, by="karl")
    desk.settle()
    before = persons()
    for minute in (1, 2):
        desk.clock.at = desk.clock.at.replace(minute=minute)
        wiring.tickets().attribute(ticket, by("bob"), customer_id="acme")
        desk.settle()
    assert readers() == ["karl@knowbank.example", "olga@acme.example"] and persons() == before


def test_a_hole_in_the_rota_raises_an_alarm_at_once(desk):
    from dataclasses import replace
    from datetime import time

    from chalicelib.customers.domain import DESK
    from tests.escalation.desk import ROTA, TEAM

    night = replace(TEAM, starts=time(20), ends=time(6))
    wiring.rotas().put(replace(ROTA, shifts=(night,)), by=DESK)
    desk.register(1)
    desk.settle()
    assert persons() == ["carol"]
    assert [e["detail"]["target"] for e in desk.told if e["detail-type"] == "NobodyOnCall"] == [
        "on_call:engineers"
    ]


def test_a_severity_1_that_comes_back_calls_everybody_anew_and_work_must_start_again_b10_d14(desk):
    ticket = desk.register(1)
    desk.settle()
    wiring.mobilisations().take(ticket, by("bob"))
    wiring.tickets().solve(ticket, by("bob"), resolution="restarted")
    desk.settle()
    desk.pass_time(hours=24)
    before = len(persons())
    wiring.tickets().reopen(ticket, by("bob"), reason="down again")
    desk.settle()
    desk.again()
    assert persons()[before:] == ["carol", "bob", "dave"]
    work = wiring.tickets().get(ticket, by=by("bob").by).promise("work_start")
    assert work is not None and work.due_at == desk.clock.at + timedelta(hours=2)


def test_whoever_must_call_the_customer_is_told_so_b10(desk):
    ticket = desk.register(1)
    desk.settle()
    wiring.tickets().assign(ticket, by("carol"), to="dave")
    desk.settle()
    desk.pass_time(hours=2)
    told = [
        message_from_string(mail.raw_data, policy=default)["subject"]
        for mail in mails()
        if mail.destinations[0] == "dave@desk.example"
    ]
    assert "[#1001] Call the customer's contact: no work has started yet." in told
