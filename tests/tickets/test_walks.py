"""Whatever people do in whatever order, and whenever the sweep comes: the rules that always hold."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.errors import Conflict
from chalicelib.promises.domain import State
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.evolve import replay
from tests.tickets.desk import ALICE, BOB, SETTLINGS, Desk

DECIDED = st.integers(1, 4)
VERBS = st.one_of(
    st.tuples(st.just("acknowledge"), DECIDED.map(lambda n: {"severity": n, "reason": "r"})),
    st.tuples(st.just("decide_severity"), DECIDED.map(lambda n: {"severity": n, "reason": "r"})),
    st.tuples(st.just("propose_severity"), DECIDED.map(lambda n: {"severity": n})),
    st.tuples(st.just("reply"), st.sampled_from([{}, {"sort": "auto_reply"}, {"by": ALICE}])),
    st.tuples(st.just("attribute"), st.sampled_from([{"customer_id": c} for c in ("acme", "bank", "xenon", "signed")])),
    st.tuples(
        st.just("log_call"),
        st.sampled_from([
            {"direction": way, "person": "p", "summary": "s", "support_phone": way == "inbound"}
            for way in ("inbound", "outbound")
        ]),
    ),
    st.sampled_from([
        ("start_work", {}),
        ("hold", {"reason": "r"}),
        ("await_customer", {"question": "?"}),
        ("resume", {}),
        ("give_workaround", {"text": "t"}),
        ("solve", {"resolution": "r"}),
        ("close", {}),
        ("reopen", {"reason": "r"}),
        ("escalate", {"reason": "r"}),
        ("decline", {"reason": "beyond_control"}),
        ("accept_consultancy", {}),
        ("raise_call", {"reason": "r"}),
        ("assign", {"to": "bob"}),
        ("note", {"message": e.Message(text="n")}),
        ("number", {}),
        ("move_deadlines", {"calendar": "c"}),
        ("merge", {}),
        ("unmerge", {}),
    ]),
)  # fmt: skip
SPANS = st.one_of(
    st.sampled_from(
        [timedelta(), timedelta(hours=1), timedelta(hours=2), timedelta(days=1), timedelta(minutes=-5)]
    ),
    st.integers(1, 10 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
)
STEPS = st.lists(
    st.one_of(
        VERBS,
        st.tuples(st.just("wait"), SPANS),
        st.tuples(st.just("sweep"), SPANS),
        st.tuples(st.just("pass"), st.integers(1, 40).map(lambda hours: timedelta(hours=hours))),
    ),
    max_size=25,
)


@settings(max_examples=400)
@given(
    steps=STEPS,
    severity=st.integers(1, 4),
    customer=st.sampled_from(["acme", "bank", "xenon", "signed", None]),
)
def test_any_walk_keeps_the_rules(steps, severity, customer):
    desk = Desk()
    other = desk.register(3, customer).id
    desk.register(severity, customer)
    for verb, said in steps:
        take(desk, verb, said, other)
        check_the_ticket(desk)
    check_the_history(desk)


def take(desk: Desk, verb: str, said, other: str) -> None:
    """One step; what the moves forbid is refused and changes nothing."""
    before = desk.ticket
    try:
        if verb in ("wait", "sweep"):
            desk.at += said
            if verb == "sweep":
                desk.sweep()
                wake = desk.ticket.wake_at
                assert wake is None or wake > max(desk.at, desk.ticket.changed_at), (
                    "left something due behind"
                )
        elif verb == "pass":
            desk.pass_time(hours=said.total_seconds() / 3600)
        elif verb == "move_deadlines":
            desk.tickets.move_deadlines(desk.id, **said)
        elif verb == "merge":
            desk.do("merge", into=other)
        elif verb == "reply":
            desk.reply(**{"by": BOB} | said)
        else:
            desk.do(verb, **said)
    except Conflict:
        assert desk.ticket == before


def check_the_ticket(desk: Desk) -> None:
    ticket = desk.ticket
    kinds = Counter(p.kind for p in ticket.promises)
    assert not kinds or max(kinds.values()) == 1, "one promise of a kind at a time"
    assert all(p.state in (State.OPEN, State.BROKEN) for p in ticket.promises)
    if not ticket.is_unsolved or ticket.consultancy:
        assert ticket.promises == (), "nothing is owed for what is done"
    if ticket.status in ("pending", "solved", "closed", "declined"):
        assert ticket.timeline.pauses[-1].to is None
    else:
        assert all(pause.to for pause in ticket.timeline.pauses)
    hourly = ticket.promise("update")
    if ticket.is_unsolved and ticket.severity == 1 and not ticket.consultancy:
        assert hourly and hourly.state is State.OPEN, "severity 1 is always owed its next status"


def check_the_history(desk: Desk) -> None:
    history, ticket = desk.history, desk.ticket
    settled = Counter(event.promise.id for event in history if isinstance(event, SETTLINGS))
    assert not settled or max(settled.values()) == 1, f"settled twice: {settled}"
    late = [event.promise.id for event in history if isinstance(event, e.PromiseFulfilledLate)]
    broken = {event.promise.id: event.promise for event in history if isinstance(event, e.PromiseBroken)}
    assert len(late) == len(set(late))
    assert set(late) <= set(broken)
    deadlines = [(p.kind, p.started_at, p.due_at) for p in broken.values()]
    assert len(deadlines) == len(set(deadlines)), "one deadline was broken twice"
    assert all(p.settled_at == p.due_at for p in broken.values())
    assert set(settled).isdisjoint(p.id for p in ticket.promises if p.state is State.OPEN)
    warned = Counter(
        (ev.promise.id, ev.promise.warned_at) for ev in history if isinstance(ev, e.PromiseWarned)
    )
    assert not warned or max(warned.values()) == 1
    times = [event.at for event in history]
    assert times == sorted(times), "history runs forwards (F15)"
    assert replay(history) == replace(ticket, promises=(), version=1, cycles={})
