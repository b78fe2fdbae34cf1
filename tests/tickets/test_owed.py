"""What a ticket owes: kept, broken or withdrawn once each, at its true time (B10, B11, D9-D15, edge cases Clocks)."""

from datetime import timedelta

import pytest

from chalicelib.core.errors import Conflict, Invalid
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import DeclineReason, Status
from chalicelib.tickets.domain.keeping import Once
from tests.tickets.desk import ALICE, BOB, DAY, ERIN, HOUR, MINUTE, MONDAY, Desk

# -- B11, D5, D11: answers --------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "hours"), [(1, 2), (2, 24), (3, 48)])
def test_the_standard_plan_answers_in_time(severity, hours):
    desk = Desk().register(severity)
    assert desk.due("first_response") == MONDAY + hours * HOUR


@pytest.mark.parametrize(
    "answer", ["reply", "eta", "workaround", "question", "call", "solution", "acknowledgement"]
)
def test_on_the_standard_plan_any_public_word_of_a_person_is_the_answer(answer):
    """B11 asks for an answer, not for an acknowledgement of the severity."""
    desk = Desk().register(2).wait(hours=3)
    _say(desk, answer)
    assert desk.settled()["first_response"] == "PromiseKept"
    assert desk.ticket.answered_at == desk.at


@pytest.mark.parametrize("words", ["reply", "eta", "workaround", "question", "call"])
def test_on_the_knowledge_plan_only_the_acknowledgement_stops_the_response_clock(words):
    """D11: from the report to the acknowledgement of the incident and its severity."""
    desk = Desk().register(2, "bank").wait(hours=3)
    _say(desk, words)
    assert desk.ticket.promise("first_response").state == "open"
    desk.acknowledge()
    assert desk.settled()["first_response"] == "PromiseKept"


def _say(desk: Desk, what: str) -> None:
    verb, said = {
        "reply": ("reply", {"message": e.Message(text="hello")}),
        "eta": ("give_eta", {"eta": desk.at + HOUR}),
        "workaround": ("give_workaround", {"text": "restart"}),
        "question": ("await_customer", {"question": "which?"}),
        "call": ("log_call", {"direction": "outbound", "person": "Alice", "summary": "talked"}),
        "solution": ("solve", {"resolution": "fixed"}),
        "acknowledgement": ("acknowledge", {"severity": desk.ticket.severity}),
    }[what]
    desk.do(verb, **said)


def test_a_severity_that_was_decided_first_can_still_be_acknowledged():
    """D9 before D11: else the response clock could never be stopped."""
    desk = Desk().register(3, "bank")
    desk.do("decide_severity", severity=2, reason="many users")
    desk.acknowledge(2)
    assert desk.settled()["first_response"] == "PromiseKept"
    with pytest.raises(Conflict, match="acknowledged before"):
        desk.acknowledge(2)


def test_the_proposal_and_the_decision_are_both_kept_with_the_reason():
    """D9."""
    desk = Desk().register(1)
    with pytest.raises(Invalid, match="give the reason"):
        desk.acknowledge(3, reason=" ")
    desk.acknowledge(3, reason="one user")
    ticket = desk.ticket
    assert (ticket.proposal.severity, ticket.decision.severity, ticket.decision.reason) == (1, 3, "one user")


# -- F14: late sweeps ---------------------------------------------------------------------------------


def test_work_that_does_not_begin_in_two_hours_is_broken_once_at_its_true_time():
    """B10, F14: the sweep comes three hours late, then twice more."""
    desk = Desk().register(1).wait(hours=5)
    for _ in range(3):
        desk.sweep()
    (event,) = [event for event in desk.events(e.PromiseBroken) if event.promise.kind == "work_start"]
    assert event.promise.settled_at == event.promise.due_at == MONDAY + 2 * HOUR
    assert event.at == desk.at


def test_work_that_begins_after_its_time_but_before_the_sweep_is_broken_and_late():
    desk = Desk().register(1).wait(hours=2, minutes=1)
    desk.do("start_work")
    assert desk.settled()["work_start"] == "PromiseBroken"
    (late,) = [p for p in desk.events(e.PromiseFulfilledLate) if p.promise.kind == "work_start"]
    assert (late.promise.settled_at, late.promise.fulfilled_at) == (MONDAY + 2 * HOUR, desk.at)
    desk.sweep()
    assert [event.promise.id for event in desk.events(e.PromiseBroken)].count("work_start") == 1


def test_nothing_fires_for_a_clock_that_was_stopped_meanwhile():
    """F14: the due work was queued, then an engineer began."""
    desk = Desk().register(1).wait(hours=1, minutes=59)
    desk.do("start_work")
    desk.at = MONDAY + 2 * HOUR
    desk.sweep()
    assert desk.settled()["work_start"] == "PromiseKept"


def test_a_breach_found_by_another_change_before_the_sweep_has_its_due_time_too():
    desk = Desk().register(2).wait(hours=25)
    desk.do("note", message=e.Message(text="internal"))
    desk.sweep()
    (event,) = desk.events(e.PromiseBroken)
    assert event.promise.settled_at == MONDAY + 24 * HOUR


def test_fulfilled_exactly_at_its_due_time_is_kept():
    desk = Desk().register(2).wait(hours=24)
    desk.reply()
    assert desk.settled() == {"first_response": "PromiseKept"}


def test_a_clock_that_runs_backwards_never_runs_history_backwards():
    """F15: the next function's clock is five minutes behind."""
    desk = Desk().register(2).wait(hours=1)
    desk.do("note", message=e.Message(text="one"))
    desk.at -= 5 * MINUTE
    desk.reply()
    desk.sweep()
    times = [event.at for event in desk.history]
    assert times == sorted(times)


def test_a_late_warning_dates_the_ticket_so_that_a_slower_clock_cannot_go_before_it():
    """F15: a warning alone is a change as well."""
    desk = Desk().register(2).pass_time(hours=18)
    assert desk.events(e.PromiseWarned)
    desk.at -= 5 * MINUTE
    desk.do("note", message=e.Message(text="behind"))
    assert desk.history[-1].at == MONDAY + 18 * HOUR


# -- warnings, moving deadlines -----------------------------------------------------------------------


def test_each_promise_warns_once():
    desk = Desk().register(3).pass_time(hours=47)
    desk.sweep()
    (warned,) = desk.events(e.PromiseWarned)
    assert (warned.at, warned.promise.kind) == (MONDAY + 36 * HOUR, "first_response")


def test_a_warning_whose_time_has_passed_at_creation_fires_once():
    """Clocks 8: severity 1 was marked after 100 of the 120 minutes of its response target."""
    desk = Desk().register(3).pass_time(minutes=100)
    desk.do("decide_severity", severity=1, reason="everybody")
    desk.pass_time(minutes=5)
    desk.sweep()
    warned = [event for event in desk.events(e.PromiseWarned) if event.promise.kind == "first_response"]
    assert len(warned) == 1


def test_a_breach_is_recorded_once_although_the_deadline_moved_and_moved_back():
    """Clocks 8."""
    desk = Desk().register(2).pass_time(hours=25)
    desk.do("decide_severity", severity=3, reason="less")
    desk.pass_time(hours=1)
    desk.do("decide_severity", severity=2, reason="more")
    desk.pass_time(hours=200)
    assert [event.promise.id for event in desk.events(e.PromiseBroken)] == ["first_response"]
    desk.reply()
    assert [event.promise.id for event in desk.events(e.PromiseFulfilledLate)] == ["first_response"]


def test_a_warning_is_not_given_again_when_the_deadline_moved_and_moved_back():
    desk = Desk().register(2).pass_time(hours=19)
    desk.do("decide_severity", severity=3, reason="less")
    desk.do("decide_severity", severity=2, reason="more")
    desk.pass_time(hours=4)
    assert len(desk.events(e.PromiseWarned)) == 1


def test_severity_raised_counts_from_the_report_and_is_never_broken_retroactively():
    """Decision 5, Clocks 5."""
    desk = Desk().register(3).wait(hours=30)
    desk.do("decide_severity", severity=2, reason="more")
    assert desk.due("first_response") == desk.at + 15 * MINUTE
    early = Desk().register(3).wait(hours=3)
    early.do("decide_severity", severity=2, reason="more")
    assert early.due("first_response") == MONDAY + 24 * HOUR


def test_severity_lowered_moves_the_deadline_and_withdraws_what_the_plan_does_not_promise_there():
    desk = Desk().register(1).wait(minutes=30)
    desk.do("decide_severity", severity=3, reason="less")
    assert desk.due("first_response") == MONDAY + 48 * HOUR
    assert desk.settled() == {"update.1": "PromiseWithdrawn", "work_start": "PromiseWithdrawn"}


def test_severity_raised_while_paused_starts_its_clocks_after_the_pause():
    """Clocks 5."""
    desk = Desk().register(2, "signed").wait(hours=1)
    desk.do("await_customer", question="?")
    desk.wait(hours=2)
    desk.do("decide_severity", severity=1, reason="more")
    assert desk.due("update") is None
    desk.wait(hours=5)
    desk.do("resume")
    assert desk.due("update") == desk.at + HOUR


# -- D12, decision 4 ------------------------------------------------------------------------------------


def test_until_the_support_phone_is_called_the_knowledge_target_counts_then_the_earlier():
    desk = Desk().register(1, "xenon").wait(hours=1)
    assert desk.due("first_response") == MONDAY.replace(hour=17)  # 8 business hours, in UTC
    desk.do("log_call", direction="inbound", person="Xavier", summary="down", support_phone=True)
    assert desk.due("first_response") == desk.at + 2 * HOUR


def test_a_second_call_does_not_start_the_premium_clock_again():
    desk = Desk().register(1, "xenon").wait(hours=1)
    for _ in range(2):
        desk.do("log_call", direction="inbound", person="Xavier", summary="down", support_phone=True)
        desk.wait(minutes=30)
    assert desk.due("first_response") == MONDAY + 3 * HOUR


@pytest.mark.parametrize("when", [-MINUTE, 2 * HOUR])
def test_a_call_lies_between_the_report_and_now(when):
    """F15: times that a client sends are checked."""
    desk = Desk().register(1, "xenon").wait(hours=1)
    with pytest.raises(Invalid, match="between the report and now"):
        desk.do("log_call", direction="inbound", person="X", summary="s", called_at=MONDAY + when)


def test_a_product_lines_own_channel_has_no_response_clock():
    """D13."""
    assert Desk().register(1, "xenon", channel="chat").ticket.promise("first_response") is None


# -- decision 6, Clocks 4: pauses -----------------------------------------------------------------------


def resolution() -> Desk:
    """A contract that promises a resolution within 8 hours."""
    return Desk().register(2, "signed")


def test_waiting_for_the_customer_stops_the_resolution_clock_and_never_the_response_clock():
    desk = resolution().wait(hours=2)
    desk.do("note", message=e.Message(text="x"))
    desk.do("await_customer", question="?")
    assert desk.due("resolution") is None
    desk.wait(hours=30)
    desk.do("resume")
    assert desk.due("resolution") == MONDAY + 38 * HOUR
    unanswered = Desk().register(2, "bank").wait(hours=1)
    unanswered.do("await_customer", question="?")
    assert unanswered.due("first_response") is not None


def test_nothing_breaks_while_paused_however_much_is_edited():
    desk = resolution().wait(hours=2)
    desk.do("await_customer", question="?")
    for _ in range(20):
        desk.wait(hours=1)
        desk.do("note", message=e.Message(text="x"))
        desk.sweep()
    assert desk.events(e.PromiseBroken) == []


def test_on_hold_stops_no_clock():
    desk = resolution().wait(hours=1)
    desk.do("hold", reason="vendor")
    assert desk.due("resolution") == MONDAY + 8 * HOUR


def test_solved_then_reopened_then_pending_then_open_counts_only_the_work():
    desk = resolution().wait(hours=1)
    desk.do("solve", resolution="fixed")
    desk.wait(hours=10)
    desk.do("reopen", reason="again")
    desk.wait(hours=1)
    desk.do("await_customer", question="?")
    desk.wait(hours=10)
    desk.reply(ALICE)
    assert desk.due("resolution") == MONDAY + 28 * HOUR
    assert desk.settled()["resolution"] == "PromiseKept"
    assert desk.ticket.promise("resolution").id == "resolution.2"


def test_closed_while_paused_ends_the_pause_first_and_the_explanation_says_so():
    desk = resolution().wait(hours=1)
    desk.do("await_customer", question="?")
    desk.wait(hours=2)
    desk.do("close", reason="no need")
    desk.wait(hours=3)
    desk.do("reopen", reason="again")
    desk.wait(hours=1)
    spans = desk.tickets.explain(desk.id, "resolution.2", by=BOB).spans
    assert [(span.reason, span.end - span.start) for span in spans] == [
        ("24x7", HOUR), ("waiting for the customer", 2 * HOUR), ("closed", 3 * HOUR), ("24x7", HOUR),
    ]  # fmt: skip


def test_a_thousand_pauses_and_reopenings_lose_and_gain_nothing():
    """F17."""
    desk = resolution()
    for _ in range(250):
        desk.wait(seconds=20)
        desk.do("await_customer", question="?")
        desk.wait(seconds=7)
        desk.reply(ALICE)
        desk.do("solve", resolution="fixed")
        desk.wait(seconds=13)
        desk.do("reopen", reason="again")
    worked = 250 * timedelta(seconds=20)
    assert desk.due("resolution") == desk.at + 8 * HOUR - worked
    counted = desk.tickets.explain(desk.id, desk.ticket.promise("resolution").id, by=BOB)
    assert (
        counted.counted == worked == sum((s.end - s.start for s in counted.spans if s.counted), timedelta())
    )


# -- Clocks 7: what restarts the update clock -------------------------------------------------------------


@pytest.mark.parametrize("word", ["reply", "eta", "workaround", "question", "call"])
def test_every_public_word_of_a_person_restarts_the_update_clock_alike(word):
    desk = Desk().register(2, "signed").wait(hours=3)
    _say(desk, word)
    if word == "question":
        desk.do("resume")
    assert desk.due("update") == desk.at + 4 * HOUR


def test_a_note_an_automatic_reply_a_bounce_and_the_customers_own_words_do_not():
    desk = Desk().register(2, "signed").wait(hours=3)
    desk.do("note", message=e.Message(text="x"))
    for sort in ("auto_reply", "bounce", "own_mail"):
        desk.reply(ERIN, sort=sort)
    desk.reply(ALICE)
    assert desk.due("update") == MONDAY + 4 * HOUR


# -- D14: closing and reopening -----------------------------------------------------------------------------


def test_a_silent_customer_is_warned_before_the_ticket_is_closed():
    desk = Desk().register()
    desk.do("await_customer", question="?")
    desk.pass_time(days=30)
    (announced,), (closed,) = desk.events(e.ClosingAnnounced), desk.events(e.TicketClosed)
    assert (announced.at - MONDAY, closed.at - MONDAY) == (5 * DAY, 7 * DAY)
    assert announced.closes_at == closed.at
    assert announced.automatic
    assert closed.automatic


def test_a_standstill_never_closes_without_two_days_of_warning():
    desk = Desk().register()
    desk.do("await_customer", question="?")
    desk.wait(days=40).sweep()
    assert desk.ticket.status is Status.PENDING
    assert desk.ticket.closes_at == desk.at + 2 * DAY


@pytest.mark.parametrize("days", [4, 6])
def test_a_reply_stops_the_closing(days):
    desk = Desk().register()
    desk.do("await_customer", question="?")
    desk.pass_time(days=days)
    desk.reply(ALICE)
    desk.pass_time(days=30)
    assert desk.ticket.status is Status.OPEN
    assert desk.events(e.TicketClosed) == []


def test_a_customer_who_was_written_to_again_has_the_whole_time_again():
    desk = Desk().register()
    desk.do("await_customer", question="?")
    desk.pass_time(days=6)
    desk.reply()
    desk.pass_time(days=4, hours=23)
    assert desk.ticket.status is Status.PENDING
    assert len(desk.events(e.ClosingAnnounced)) == 1
    desk.pass_time(days=3)
    assert desk.ticket.status is Status.CLOSED


def test_a_solved_ticket_closes_by_itself_unless_somebody_writes():
    quiet, loud = Desk().register(), Desk().register()
    for desk in (quiet, loud):
        desk.do("solve", resolution="fixed")
    loud.pass_time(days=6)
    loud.reply(ALICE)
    for desk in (quiet, loud):
        desk.pass_time(days=8)
    assert (quiet.ticket.status, loud.ticket.status) == (Status.CLOSED, Status.OPEN)


def test_reopening_keeps_the_clock_history_and_never_breaks_a_deadline_twice():
    """D14: overdue at 8 h, solved late, reopened: the one breach stays the only one."""
    desk = resolution().pass_time(hours=9)
    desk.do("solve", resolution="fixed")
    desk.pass_time(hours=5)
    desk.do("reopen", reason="again")
    desk.pass_time(hours=100)
    assert [ev.promise.id for ev in desk.events(e.PromiseBroken) if ev.promise.kind == "resolution"] == [
        "resolution"
    ]
    assert [
        ev.promise.id for ev in desk.events(e.PromiseFulfilledLate) if ev.promise.kind == "resolution"
    ] == ["resolution"]


@pytest.mark.parametrize("days", [1, 10])
def test_closed_unanswered_and_reopened_later_is_not_broken_retroactively(days):
    """Decision 5's reason: nobody could answer a closed ticket. Within its time the old deadline still counts."""
    desk = Desk().register(3).wait(hours=1)
    desk.do("close", ALICE, reason="solved itself")
    desk.pass_time(days=days)
    desk.do("reopen", ALICE, reason="again")
    expected = MONDAY + 48 * HOUR if days == 1 else desk.at + 15 * MINUTE
    assert desk.due("first_response") == expected
    desk.wait(minutes=1).do("note", message=e.Message(text="changes nothing"))
    assert desk.due("first_response") == expected
    assert desk.events(e.PromiseBroken) == []
    explained = desk.tickets.explain(desk.id, "first_response.2", by=ALICE)
    assert explained.due_at == expected
    desk.pass_time(days=3)
    assert desk.settled() == {"first_response": "PromiseWithdrawn", "first_response.2": "PromiseBroken"}


# -- D2, C10, merge: what is not owed any more --------------------------------------------------------------


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_each_of_the_seven_reasons_declines_and_withdraws_what_was_owed(reason):
    desk = Desk().register(1).wait(minutes=5)
    desk.do("decline", reason=reason.value)
    assert desk.ticket.declined_for == reason.value
    assert desk.ticket.promises == ()
    settled = desk.settled()
    assert settled.pop("first_response") == "PromiseKept"  # the refusal is an answer
    assert set(settled.values()) == {"PromiseWithdrawn"}


def test_another_reason_is_refused_with_the_list():
    with pytest.raises(Invalid, match="beyond_control"):
        Desk().register().do("decline", reason="too_hard")


def test_declined_work_goes_on_as_consultancy_without_clocks():
    """D2, C10."""
    desk = Desk().register(1)
    desk.do("decline", reason="consulting_or_training")
    desk.do("accept_consultancy", ALICE)
    assert (desk.ticket.status, desk.ticket.consultancy) == (Status.OPEN, True)
    desk.do("decide_severity", severity=1, reason="still")
    desk.pass_time(days=30)
    assert desk.ticket.promises == ()
    assert desk.events(e.PromiseBroken, e.HoldingStatusSent) == []


def test_a_declined_ticket_that_is_reopened_is_declined_no_more():
    desk = Desk().register()
    desk.do("decline", reason="beyond_control")
    desk.do("reopen", reason="it was ours")
    assert desk.ticket.declined_for is None


def test_merging_withdraws_and_unmerging_owes_again():
    desk = Desk().register(1).wait(minutes=10)
    source, target = desk.id, desk.register(1).id
    desk.id = source
    desk.do("merge", into=target)
    assert (desk.ticket.status, desk.ticket.promises) == (Status.CLOSED, ())
    assert "PromiseBroken" not in desk.settled().values()
    desk.wait(minutes=5)
    desk.do("unmerge")
    assert desk.ticket.status is Status.OPEN
    assert desk.due("work_start") == MONDAY + 2 * HOUR


def test_merging_after_a_deadline_that_no_sweep_saw_records_the_breach():
    desk = Desk().register(1)
    source, target = desk.id, desk.register(1).id
    desk.id = source
    desk.wait(hours=3).do("merge", into=target)
    assert desk.settled()["work_start"] == "PromiseBroken"


def test_a_robots_mail_owes_nothing():
    """F19, C10."""
    assert Desk().register(1, is_automatic_mail=True).ticket.promises == ()


# -- B10: the call task ------------------------------------------------------------------------------------


def test_the_customers_contact_is_to_be_called_and_an_outbound_call_settles_it():
    desk = Desk().register(1).wait(hours=2)
    desk.do("raise_call", reason="work has not started")
    desk.do("raise_call", reason="told twice")
    assert len(desk.events(e.CallTaskRaised)) == 1
    desk.wait(minutes=10).do("log_call", direction="inbound", person="Alice", summary="she called")
    assert desk.ticket.promise("customer_call")
    desk.do("log_call", direction="outbound", person="Alice", summary="called")
    assert desk.settled()["customer_call"] == "PromiseKept"


def test_the_same_request_for_a_call_raises_no_second_one_after_the_call():
    """F9: the event that asked for it is delivered again an hour later."""
    desk = Desk().register(1)
    first, again = Once(key="k1", asks="a"), Once(key="k2", asks="b")
    desk.do("raise_call", reason="not started", once=first)
    desk.do("raise_call", reason="not started", once=again)  # changes nothing, and is remembered all the same
    desk.wait(minutes=10).do("log_call", direction="outbound", person="Alice", summary="called")
    for once in (first, again):
        desk.do("raise_call", reason="not started", once=once)
    assert len(desk.events(e.CallTaskRaised)) == 1


def test_a_call_that_is_not_made_is_broken_and_a_second_task_has_its_own_record():
    desk = Desk().register(1)
    desk.do("raise_call", reason="one")
    desk.pass_time(hours=1)
    assert desk.settled()["customer_call"] == "PromiseBroken"
    desk.do("log_call", direction="outbound", person="Alice", summary="late")
    desk.do("raise_call", reason="two")
    assert desk.ticket.promise("customer_call").id == "customer_call.2"


# -- Clocks 10, attribution --------------------------------------------------------------------------------


def test_a_strangers_report_counts_by_its_customers_plan_from_the_report_on_once_it_is_known():
    desk = Desk().register(3, None).wait(hours=2)
    assert desk.due("first_response") == MONDAY + 48 * HOUR
    desk.do("attribute", customer_id="bank")
    ticket = desk.ticket
    assert (ticket.customer_id, ticket.plan.id, ticket.verified) == ("bank", "knowledge", True)
    assert (
        desk.due("first_response") == MONDAY + 3 * DAY
    )  # 24 business hours, 10 o'clock in Berlin to 10 o'clock


def test_an_open_ticket_keeps_the_plan_it_pinned_when_the_customers_plan_changes(monkeypatch):
    """Clocks 10: the agreement ends while a ticket is open; what was promised stays promised."""
    from dataclasses import replace

    from tests.tickets import desk as there

    desk = Desk().register(2, "bank")
    due = desk.due("first_response")
    monkeypatch.setitem(there.CUSTOMERS, "bank", replace(there.CUSTOMERS["bank"], plan="standard"))
    desk.wait(minutes=1).do("decide_severity", severity=3, reason="x")
    desk.do("decide_severity", severity=2, reason="x")
    assert desk.due("first_response") == due
    assert desk.ticket.plan.id == "knowledge"


# -- D10, D15: ETA, escalation, queue ------------------------------------------------------------------------


def test_each_change_of_the_eta_is_told_and_an_eta_lies_ahead():
    desk = Desk().register()
    desk.do("give_eta", eta=MONDAY + HOUR)
    desk.do("give_eta", eta=MONDAY + HOUR)
    desk.do("give_eta", eta=MONDAY + 2 * HOUR, reason="harder")
    assert [(ev.before, ev.eta) for ev in desk.events(e.EtaGiven)] == [
        (None, MONDAY + HOUR), (MONDAY + HOUR, MONDAY + 2 * HOUR),
    ]  # fmt: skip
    with pytest.raises(Invalid, match="future"):
        desk.do("give_eta", eta=MONDAY)


def test_the_queue_has_escalated_first_then_severity_then_the_nearest_deadline_and_overdue_before_all():
    """B3, B9, D15."""

    def made(severity, wait, *, escalated=False, broken=False):
        desk = Desk(at=MONDAY + wait * MINUTE).register(severity)
        if escalated:
            desk.do("escalate", ALICE, reason="now")
        if broken:
            desk.pass_time(hours=60)
        return desk.ticket.queue_order

    expected = [
        made(3, 9, escalated=True), made(1, 1), made(1, 2), made(2, 0), made(3, 0, broken=True), made(3, 1), made(3, 2),
    ]  # fmt: skip
    assert sorted(expected) == expected


def test_our_own_call_is_no_call_to_the_support_phone_d12():
    desk = Desk().register(1, "xenon").wait(hours=1)
    with pytest.raises(Invalid, match="inbound"):
        desk.do("log_call", direction="outbound", person="Xavier", summary="told him", support_phone=True)
