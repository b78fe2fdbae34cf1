"""Tickets on Amazon's own engine: nothing lost, nothing twice, one winner (F1-F3, F8, F14, F26, F46)."""

import json
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from chalicelib import wiring
from chalicelib.aws import codec
from chalicelib.aws import desk as table
from chalicelib.aws.records import Record
from chalicelib.core.errors import Conflict, Malformed, NotFound, PreconditionFailed
from chalicelib.customers.domain import DESK
from chalicelib.promises.domain import SHARDS
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import RequestKind
from chalicelib.tickets.domain.evolve import replay
from chalicelib.tickets.domain.keeping import Ask, Once
from chalicelib.tickets.domain.report import MOST_INLINE, Report
from chalicelib.tickets.events import Message, Requester
from tests.tickets.conftest import at_once
from tests.tickets.desk import ALICE, BOB, ERIN, HOUR, MONDAY

BY_BOB, BY_ERIN = Ask(by=BOB), Ask(by=ERIN)


def report(text: str = "nothing works", **more) -> Report:
    more = {"severity": 2, "customer_id": "acme", "numbered": True} | more
    return Report(
        channel="api",
        subject="Payroll",
        message=Message(text=text),
        requester=Requester(name="Alice", email="alice@acme.example", contact_id="alice"),
        kind=RequestKind.BUG,
        **more,
    )


def register(desk, **more) -> str:
    return desk.register(report(**more), by=ALICE).id


def say(text: str) -> Message:
    return Message(text=text)


def items(kind: str | None = None) -> list[dict]:
    """Every item of the table, as plain values; those whose sort key begins with `kind`."""
    found = boto3.client("dynamodb").scan(TableName=Record.Meta.table_name, ConsistentRead=True)["Items"]
    plain = [{name: next(iter(value.values())) for name, value in item.items()} for item in found]
    return [item for item in plain if kind is None or item["sk"].startswith(kind)]


def history(ticket_id: str) -> list[e.Event]:
    return [event for change in wiring.ticket_store().history(ticket_id)[0] for event in change.events]


# -- round trip ---------------------------------------------------------------------------------------


def test_a_ticket_with_everything_in_it_is_read_as_it_was_written(desk, still):
    ticket_id, other = register(desk, severity=1, signals=("data_loss",)), register(desk)
    verbs = [
        ("acknowledge", {"severity": 2, "reason": "nicht so schlimm ✓ \u2028"}),
        ("assign", {"to": "bob"}),
        ("await_customer", {"question": "which?"}),
        ("resume", {}),
        ("give_eta", {"eta": MONDAY + HOUR}),
        ("give_workaround", {"text": "restart"}),
        ("link", {"to": other, "relation": "blocks"}),
        ("escalate", {"reason": "urgent"}),
        ("raise_call", {"reason": "call her"}),
        ("log_call", {"direction": "inbound", "person": "Alice", "summary": "s", "support_phone": True}),
        ("decide_severity", {"severity": 1, "reason": "worse"}),
    ]
    kept = None
    for verb, said in verbs:
        still.at += timedelta(minutes=3, microseconds=7)
        kept = getattr(desk, verb)(ticket_id, BY_BOB, **said)
    assert wiring.ticket_store().load(ticket_id).ticket == kept
    assert replay(history(ticket_id)) == replace(kept, promises=(), version=1, cycles={})


# -- F1, F2, F3: once ------------------------------------------------------------------------------------


def test_sixteen_equal_requests_at_once_make_one_ticket_and_get_one_answer(desk):
    """F1."""
    answers = at_once(16, lambda _: desk.register(report(), by=ALICE, key="click"))
    assert len({codec.dumps(answer) for answer in answers}) == 1
    assert {item["pk"] for item in items("TICKET")} == {answers[0].id, "COUNTER"}


def test_the_same_request_later_gets_the_first_answer_although_the_ticket_went_on(desk, still):
    """F1: identical answer and number, rebuilt from the history."""
    first = desk.register(report(), by=ALICE, key="click")
    desk.note(first.id, BY_BOB, message=say("one"))
    still.at += HOUR
    desk.acknowledge(first.id, BY_BOB, severity=2)
    assert desk.register(report(), by=ALICE, key="click") == first


def test_the_same_key_with_another_body_is_refused_and_writes_nothing(desk):
    """F2."""
    desk.register(report(), by=ALICE, key="click")
    before = items()
    with pytest.raises(Conflict, match="another body"):
        desk.register(report("something else"), by=ALICE, key="click")
    assert items() == before


def test_another_person_may_use_the_same_key(desk):
    first = desk.register(report(), by=ALICE, key="click")
    assert desk.register(report(), by=BOB, key="click").id != first.id


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("key", ["click", None])
def test_a_lost_answer_of_the_put_is_a_success_with_one_ticket(desk, lost_answers, key, times):
    """F3: the retry's condition fails because of our own write; nobody hears of it."""
    with lost_answers("PutItem", times) as lost:
        answer = desk.register(report(), by=ALICE, key=key)
    assert lost == ["PutItem"] * 1  # the retry was answered by the condition, not lost
    assert wiring.ticket_store().load(answer.id).ticket == answer
    assert len(items("TICKET")) == 2


def test_a_lost_answer_of_a_change_changes_once(desk, lost_answers):
    """F3: the transaction's own request token tells the engine that it is the same one."""
    ticket_id = register(desk)
    with lost_answers("TransactWriteItems", 2) as lost:
        kept = desk.note(ticket_id, BY_BOB, message=say("only once"))
    assert len(lost) == 2
    assert kept.version == 2
    assert [type(event) for event in history(ticket_id)] == [e.TicketRegistered, e.NoteAdded]


def test_a_repeated_change_gets_its_first_answer_after_the_ticket_went_on(desk):
    """Everywhere: a request repeated with the same key acts once; with another body it is refused."""
    ticket_id = register(desk)
    ask = Ask(by=BOB, once=Once(key="k", asks="hello"))
    first = desk.reply(ticket_id, ask, message=say("hello"))
    desk.solve(ticket_id, BY_BOB, resolution="fixed")
    assert desk.reply(ticket_id, ask, message=say("hello")) == first
    with pytest.raises(Conflict, match="another body"):
        desk.reply(ticket_id, Ask(by=BOB, once=Once(key="k", asks="bye")), message=say("bye"))
    assert len([event for event in history(ticket_id) if isinstance(event, e.ReplySent)]) == 1


def test_a_repeated_change_sixteen_times_at_once_acts_once(desk):
    ticket_id = register(desk)
    ask = Ask(by=BOB, once=Once(key="k", asks="hello"))
    answers = at_once(16, lambda _: desk.reply(ticket_id, ask, message=say("hello")))
    assert len({codec.dumps(answer) for answer in answers}) == 1
    assert len([event for event in history(ticket_id) if isinstance(event, e.ReplySent)]) == 1


def test_a_request_that_changed_nothing_is_remembered_too(desk):
    ticket_id = register(desk)
    desk.assign(ticket_id, BY_BOB, to="bob")
    again = Ask(by=BOB, once=Once(key="k", asks="to bob"))
    first = desk.assign(ticket_id, again, to="bob")
    desk.assign(ticket_id, BY_ERIN, to="erin", before="bob")
    assert desk.assign(ticket_id, again, to="bob") == first
    assert wiring.ticket_store().load(ticket_id).ticket.assignee == "erin"


# -- F8: who is first -----------------------------------------------------------------------------------


def test_of_two_agents_who_take_a_ticket_at_once_exactly_one_has_it(desk):
    """F8: the other is told who owns it now."""
    ticket_id = register(desk)
    answers = at_once(2, lambda n: desk.assign(ticket_id, (BY_BOB, BY_ERIN)[n], to=("bob", "erin")[n]))
    (refused,) = [answer for answer in answers if isinstance(answer, Exception)]
    (won,) = [answer for answer in answers if not isinstance(answer, Exception)]
    assert isinstance(refused, Conflict)
    assert f"belongs to {won.assignee} now" in refused.message
    assert wiring.ticket_store().load(ticket_id).ticket.assignee == won.assignee


def test_twenty_notes_at_once_are_all_kept(desk):
    """F8: no lost update, and nobody is turned away."""
    ticket_id = register(desk)
    answers = at_once(20, lambda n: desk.note(ticket_id, BY_BOB, message=say(f"note {n}")))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    notes = [event.message.text for event in history(ticket_id) if isinstance(event, e.NoteAdded)]
    assert sorted(notes) == sorted(f"note {n}" for n in range(20))
    assert wiring.ticket_store().load(ticket_id).ticket.version == 21


def test_an_agent_and_two_sweeps_at_once_break_a_promise_once(desk, still):
    """F8, F14."""
    ticket_id = register(desk)
    still.at += 25 * HOUR
    acts = [
        lambda: desk.fall_due(ticket_id),
        lambda: desk.fall_due(ticket_id),
        lambda: desk.acknowledge(ticket_id, BY_BOB, severity=2),
    ]
    answers = at_once(3, lambda n: acts[n]())
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    events = history(ticket_id)
    (broken,) = [event for event in events if isinstance(event, e.PromiseBroken)]
    (late,) = [event for event in events if isinstance(event, e.PromiseFulfilledLate)]
    assert broken.promise.due_at == broken.promise.settled_at == MONDAY + 24 * HOUR
    (settled,), _ = wiring.ticket_store().settled(ticket_id, cursor=None, limit=10)
    assert settled == late.promise


def test_broken_and_late_found_in_one_change_is_one_record(desk, still):
    """F14: answered after its time, before any sweep: both events and one settled promise."""
    ticket_id = register(desk)
    still.at += 25 * HOUR
    desk.reply(ticket_id, BY_BOB, message=say("sorry"))
    ((found_for, settled),), _ = wiring.ticket_store().settled_of_customer("acme", cursor=None, limit=10)
    assert (found_for, settled.state, settled.fulfilled_at) == (ticket_id, "broken", still.at)


def test_who_read_an_older_version_is_told(desk):
    """F8, If-Match."""
    ticket_id = register(desk)
    desk.note(ticket_id, BY_BOB, message=say("one"))
    with pytest.raises(PreconditionFailed, match="changed meanwhile"):
        desk.note(ticket_id, Ask(by=ERIN, seen=1), message=say("two"))


def test_a_stranger_sees_a_ticket_as_missing(desk):
    """F29: the same words as for one that does not exist."""
    mine, number = register(desk), wiring.ticket_store().load(register(desk)).ticket.number
    mallory = replace(ALICE, id="mallory", customer_id="evil")
    for name in (mine, str(number), f"#{number}"):
        with pytest.raises(NotFound) as hidden:
            desk.get(name, by=mallory)
        assert hidden.value.message == f"there is no ticket {name}"


# -- shape on the table -----------------------------------------------------------------------------------


def test_the_first_change_lies_in_the_ticket_until_the_second_moves_it(desk):
    ticket_id = register(desk)
    (whole,) = [item for item in items() if item["pk"] == ticket_id]
    assert whole["source"] == "tickets"
    assert json.loads(whole["events"])[0]["type"] == "TicketRegistered"
    assert [change.version for change in wiring.ticket_store().history(ticket_id)[0]] == [1]
    desk.note(ticket_id, BY_BOB, message=say("second"))
    found = {item["sk"]: item for item in items() if item["pk"] == ticket_id}
    assert set(found) == {"TICKET", "CHANGE#000001", "CHANGE#000002"}
    assert "events" not in found["TICKET"]
    assert "source" not in found["CHANGE#000001"]  # the stream has told of it already
    assert found["CHANGE#000002"]["source"] == "tickets"
    assert wiring.ticket_store().change(ticket_id, 1).events == (history(ticket_id)[0],)


def test_history_is_paged_in_order_without_gap_or_repeat(desk):
    ticket_id = register(desk)
    for n in range(12):
        desk.note(ticket_id, BY_BOB, message=say(str(n)))
    versions, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        changes, cursor = wiring.ticket_store().history(ticket_id, cursor=cursor, limit=5)
        versions += [change.version for change in changes]
        pages += 1
    assert versions == list(range(1, 14))
    assert pages == 3


def test_the_queue_is_paged_in_its_order_and_holds_no_solved_ticket(desk, still):
    """B3, B9, D15."""
    made = {}
    for name, severity in [("three", 3), ("one", 1), ("two", 2), ("solved", 1), ("escalated", 3)]:
        still.at += timedelta(seconds=1)
        made[register(desk, severity=severity)] = name
    by_name = {name: ticket_id for ticket_id, name in made.items()}
    desk.solve(by_name["solved"], BY_BOB, resolution="fixed")
    desk.escalate(by_name["escalated"], BY_BOB, reason="now")
    seen, cursor = [], None
    while not seen or cursor:
        tickets, cursor = wiring.ticket_store().queue(cursor=cursor, limit=2)
        seen += [made[ticket.id] for ticket in tickets]
    assert seen == ["escalated", "one", "two", "three"]


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJhIl0", "WyIiXQ", "W10", "WzFd", "////", "é"])
def test_a_cursor_that_is_none_of_ours_is_refused(desk, cursor):
    """F29."""
    ticket_id = register(desk)
    store = wiring.ticket_store()
    for read in (
        lambda: store.history(ticket_id, cursor=cursor, limit=5),
        lambda: store.queue(cursor=cursor, limit=5),
        lambda: store.of_customer("acme", done=False, cursor=cursor, limit=5),
    ):
        with pytest.raises(Malformed, match="begin again without it"):
            read()


def test_a_cursor_of_another_list_shows_nothing_of_that_list(desk, still):
    """F29: a cursor holds a position, never whose list it is."""
    for _ in range(3):
        still.at += HOUR
        register(desk)
    _, cursor = wiring.ticket_store().of_customer("acme", done=False, cursor=None, limit=1)
    tickets, _ = wiring.ticket_store().of_customer("evil", done=False, cursor=cursor, limit=5)
    assert tickets == []
    history_of = register(desk)
    for _ in range(3):
        desk.note(history_of, BY_BOB, message=say("x"))
    _, cursor = wiring.ticket_store().history(history_of, limit=1)
    with pytest.raises(Malformed):
        wiring.ticket_store().settled(history_of, cursor=cursor, limit=1)


def test_fifty_at_once_draw_fifty_rising_numbers(desk):
    """Decision 1: unique, rising, never reused."""
    numbers = at_once(50, lambda _: wiring.ticket_store().next_number())
    assert sorted(numbers) == list(range(1001, 1051))
    assert wiring.ticket_store().next_number() == 1051


def test_a_ticket_has_one_number_although_two_give_it_at_once(desk):
    ticket_id = register(desk, numbered=False)
    at_once(4, lambda _: desk.number(ticket_id, BY_BOB))
    (event,) = [event for event in history(ticket_id) if isinstance(event, e.TicketNumbered)]
    assert desk.get(f"#{event.number}", by=BOB).id == ticket_id


def test_a_done_ticket_leaves_the_due_index(desk):
    ticket_id = register(desk)
    far = "9999"
    assert [r.pk for shard in SHARDS for r in table.due(shard, far)] == [ticket_id]
    desk.close(ticket_id, BY_BOB)
    assert [r.pk for shard in SHARDS for r in table.due(shard, far)] == []


def test_a_late_sweep_records_the_true_due_time_once(desk, still):
    """F14, B10: two hours without a sweep, then two at once."""
    ticket_id = register(desk, severity=1)
    still.at += 4 * HOUR
    at_once(2, lambda _: desk.fall_due(ticket_id))
    settled, _ = wiring.ticket_store().settled(ticket_id, cursor=None, limit=50)
    assert {p.id: p.settled_at - MONDAY for p in settled if p.state == "broken"} == {
        "first_response": 2 * HOUR, "work_start": 2 * HOUR,
        "update.1": HOUR, "update.2": 2 * HOUR, "update.3": 3 * HOUR,
    }  # fmt: skip
    assert len([event for event in history(ticket_id) if isinstance(event, e.HoldingStatusSent)]) == 1


def test_a_standstill_of_months_still_fits_one_transaction(desk, still):
    """F14: at most a hundred items in one, so missed hours are recorded up to a bound."""
    ticket_id = register(desk, severity=1)
    still.at += timedelta(days=90)
    assert desk.fall_due(ticket_id).wake_at > still.at


# -- F26 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def with_files(cloud, still):
    return wiring.tickets()


@pytest.mark.parametrize("letter", ["a", "é", "😀", "\u0001"])
def test_a_text_of_400_kb_lies_in_s3_and_its_ticket_on_the_table(with_files, letter):
    """F26."""
    desk, text = with_files, letter * 400_000
    ticket = desk.register(report(text, customer_id=None), by=BOB)
    desk.reply(ticket.id, BY_BOB, message=Message(text="short", html=f"<p>{text}</p>"))
    first, reply = history(ticket.id)[0].message, history(ticket.id)[1].message
    assert first.text == text[:MOST_INLINE]
    assert wiring.texts().read(first.text_key) == (text, None)
    assert wiring.texts().read(reply.text_key) == ("short", f"<p>{text}</p>")
    assert reply.html is None


def test_when_s3_does_not_take_the_text_there_is_no_ticket_either(with_files, monkeypatch):
    """F26: both or neither."""
    from chalicelib.core.errors import Unavailable

    monkeypatch.setattr(wiring.texts(), "bucket", "there-is-no-such-bucket")
    with pytest.raises(Unavailable):
        with_files.register(report("x" * 400_000, customer_id=None), by=BOB)
    assert items("TICKET") == []


# -- F46 ----------------------------------------------------------------------------------------------------


def put_raw(item: dict) -> None:
    """An item as another version of the code would have written it."""
    as_stored = {name: {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in item.items()}
    boto3.client("dynamodb").put_item(TableName=Record.Meta.table_name, Item=as_stored)


def test_old_code_reads_what_newer_code_wrote(desk):
    """F46: unknown attributes, fields and event types."""
    ticket_id = register(desk)
    (item,) = [item for item in items() if item["pk"] == ticket_id]
    state, events = json.loads(item["state"]), json.loads(item["events"])
    state |= {"mood": "sunny", "promises": [p | {"colour": "red"} for p in state["promises"]]}
    events[0]["weather"] = {"wind": 3}
    events.insert(1, {"type": "TicketTranslated", "at": "2027-01-01T00:00:00Z", "to": "fr"})
    version, number = int(item.pop("version")), int(item.pop("number"))
    put_raw(item | {
        "state": json.dumps(state), "events": json.dumps(events), "shelf": "b3", "version": version, "number": number,
    })  # fmt: skip
    assert desk.get(ticket_id, by=BOB).subject == "Payroll"
    assert [type(event) for event in history(ticket_id)] == [e.TicketRegistered]
    assert desk.note(ticket_id, BY_BOB, message=say("and goes on")).version == 2


@pytest.mark.parametrize("state", ["", "{", "[]", "null", '{"id": 7}', '{"status": "archived"}'])
def test_a_damaged_item_does_not_empty_a_list(desk, state, caplog):
    """F46: it is left out, and a log line names it without quoting it."""
    good, bad = register(desk), register(desk)
    desk.close(register(desk), BY_BOB)
    (item,) = [item for item in items() if item["pk"] == bad]
    item["version"], item["number"] = int(item["version"]), int(item["number"])
    if state.startswith('{"status'):
        state = json.dumps(json.loads(item["state"]) | json.loads(state))
    put_raw(item | {"state": state} if state else {k: v for k, v in item.items() if k != "state"})
    store = wiring.ticket_store()
    assert [ticket.id for ticket in store.queue(cursor=None, limit=10)[0]] == [good]
    assert [t.id for t in store.of_customer("acme", done=False, cursor=None, limit=10)[0]] == [good]
    assert {(line.record, line.part) for line in caplog.records} == {(bad, "TICKET")}
    assert "alice@acme.example" not in str([vars(line) for line in caplog.records])


def test_a_damaged_change_and_a_damaged_promise_do_not_empty_theirs(desk, still):
    ticket_id = register(desk, severity=1)
    still.at += 3 * HOUR
    desk.fall_due(ticket_id)
    put_raw({"pk": ticket_id, "sk": "CHANGE#000002", "events": "{]"})
    put_raw({"pk": ticket_id, "sk": "PROMISE#work_start", "state": "{}"})
    desk.note(ticket_id, BY_BOB, message=say("after"))
    assert [change.version for change in wiring.ticket_store().history(ticket_id)[0]] == [1, 3]
    settled, _ = wiring.ticket_store().settled(ticket_id, cursor=None, limit=10)
    assert {p.id for p in settled} == {"first_response", "update.1", "update.2", "update.3"}


def test_the_desk_itself_reads_every_ticket(desk):
    assert desk.get(register(desk), by=DESK)
