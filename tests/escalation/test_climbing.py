"""Promises near and past their time, and escalated tickets, climb the ladder (D15, A8, F14)."""

from datetime import timedelta
from email import message_from_string
from email.policy import default

from chalicelib import wiring
from tests.escalation.desk import by, mails, pages


def letters():
    return [(mail.destinations[0], subject(mail)) for mail in mails()]


def subject(mail):
    return read(mail)["subject"]


def read(mail):
    return message_from_string(mail.raw_data, policy=default)


def test_an_escalated_ticket_is_told_to_the_operations_manager_once_d15(desk):
    ticket = desk.register(3)
    wiring.tickets().escalate(ticket, by("alice"), reason="we wait for days")
    desk.settle()
    desk.again()
    assert pages() == [("carol", "S3 #1001 Standard: escalated 09:00Z.")]
    desk.pass_time(hours=1)
    assert len(pages()) == 1  # told, not mobilised


def test_a_warning_goes_to_whoever_owns_it_and_the_breach_to_the_manager(desk):
    ticket = desk.register(3)
    wiring.tickets().assign(ticket, by("carol"), to="dave")
    desk.settle()
    desk.pass_time(hours=36)
    assert letters() == [("dave@desk.example", "[#1001] first response is due soon")]
    assert "is due on Wed 25 Nov 2026, 09:00 (UTC)" in read(mails()[0]).get_body(("plain",)).get_content()
    desk.pass_time(hours=12)
    desk.again()
    assert letters()[1:] == [("carol@desk.example", "[#1001] first response is late")]
    assert not pages()


def test_without_an_owner_whoever_is_on_call_is_written_to(desk):
    desk.register(3)
    desk.settle()
    desk.pass_time(hours=36)
    assert {reader for reader, _ in letters()} == {"bob@desk.example", "dave@desk.example"}


def test_severity_2_that_nobody_answered_pages_the_manager(desk):
    desk.register(2)
    desk.settle()
    desk.pass_time(hours=24)
    assert pages() == [("carol", "S2 #1001 Standard: first response broken 09:00Z.")]


def test_a_breach_that_is_over_when_it_is_noticed_pages_nobody_but_is_written_of_f14(desk):
    severe, usual = desk.register(2), desk.register(3)
    desk.settle()
    desk.clock.at = desk.clock.at.replace(day=27)  # the sweep stood still for days
    for ticket in (severe, usual):
        acknowledge(ticket)
    desk.settle()
    assert not pages()
    assert letters() == [("carol@desk.example", "[#1002] first response is late")]


def test_work_that_began_late_before_anybody_noticed_pages_nobody_and_asks_for_no_call_f14(desk):
    ticket = desk.register(1)
    desk.settle()
    desk.clock.at += timedelta(hours=2, minutes=10)  # the sweep stood still
    wiring.tickets().start_work(ticket, by("bob"))
    desk.settle()
    assert any(event["detail"].get("promise", {}).get("kind") == "work_start" for event in desk.told)
    occasions = {call.occasion.value for call in wiring.mobilisation_store().of_ticket(ticket)[0]}
    assert occasions == {"severity_1_marked", "first_response_broken"}
    assert wiring.tickets().get(ticket, by=by("bob").by).promise("customer_call") is None


def test_a_warning_that_comes_after_the_answer_is_not_sent(desk):
    ticket = desk.register(3)
    desk.settle()
    desk.clock.at = desk.clock.at.replace(day=24, hour=21)
    wiring.tickets().fall_due(ticket)
    desk.clock.at = desk.clock.at.replace(hour=22)
    acknowledge(ticket)
    desk.settle()
    assert not mails()


def test_a_call_of_the_customer_that_was_not_made_pages_the_manager_b10(desk):
    ticket = desk.register(3)
    wiring.tickets().raise_call(ticket, by("desk"), reason="call them")
    desk.settle()
    desk.pass_time(minutes=30)  # the customer's call was promised within half an hour
    assert any(event["detail-type"] == "PromiseBroken" for event in desk.told)
    assert pages() == [("carol", "S3 #1001 Standard: customer call broken 09:30Z.")]


def acknowledge(ticket):
    severity = wiring.tickets().get(ticket, by=by("bob").by).severity
    wiring.tickets().acknowledge(ticket, by("bob"), severity=severity)
