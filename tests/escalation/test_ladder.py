"""The ladders that ship, and what a ladder must be to be used (B6, B10, D15, edge case Clocks 9)."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.errors import Invalid, NotFound
from chalicelib.escalation.domain import Action, Hours, Level, Occasion, Target, TargetKind, ladder_of
from chalicelib.escalation.reader import ladder

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
STANDARD = ladder()
OPERATIONS = Target(kind=TargetKind.ROLE, name="operations_manager")
VP = Target(kind=TargetKind.ROLE, name="vp_operations")
ENGINEERS = Target(kind=TargetKind.ON_CALL, name="engineers")


def done(occasion, severity=1, involved=False):
    steps = STANDARD.steps_for(Occasion(occasion), severity=severity, plan="Standard", involved=involved)
    return [f"{step.action} {step.target}" for step in steps]


STEPS = [
    ("severity_1_marked", 1, ["page role:operations_manager", "page on_call:engineers"]),
    ("work_start_broken", 1, ["page role:vp_operations", "task assignee"]),
    ("work_start_broken", 2, []),
    ("work_start_warned", 1, ["write assignee"]),
    ("first_response_warned", 3, ["write assignee"]),
    ("first_response_broken", 1, ["page role:operations_manager"]),
    ("first_response_broken", 2, ["page role:operations_manager"]),
    ("first_response_broken", 3, ["write role:operations_manager"]),
    ("first_response_broken", 4, ["write role:operations_manager"]),
    ("update_warned", 1, ["write assignee"]),
    ("update_broken", 1, ["write role:operations_manager"]),
    ("resolution_warned", 2, ["write assignee"]),
    ("resolution_broken", 2, ["write role:operations_manager"]),
    ("escalated", 3, ["page role:operations_manager"]),
    ("customer_call_broken", 1, ["page role:operations_manager"]),
]


@pytest.mark.parametrize(("occasion", "severity", "expected"), STEPS)
def test_the_standard_ladder_does_what_the_policy_says(occasion, severity, expected):
    assert done(occasion, severity) == expected


def test_every_occasion_has_a_step_so_nothing_happens_in_silence():
    assert {row[0] for row in STEPS} == set(Occasion)
    assert all(done(occasion) for occasion in Occasion)


def test_escalation_contacts_are_written_to_only_when_their_system_is_involved_b10():
    assert "write escalation_contacts" not in done("severity_1_marked")
    assert done("severity_1_marked", involved=True)[-1] == "write escalation_contacts"


def test_the_team_is_mobilised_in_rounds_and_managers_are_told_once_b6_b10():
    tell, mobilise, *_ = STANDARD.steps_for(Occasion.SEVERITY_1_MARKED, severity=1, plan="Expert")
    assert STANDARD.levels(tell) == (Level(target=OPERATIONS),)
    assert STANDARD.levels(mobilise) == (Level(target=ENGINEERS, rounds=3, every=timedelta(minutes=10)),)


def test_every_page_waits_for_the_contracts_hours_and_nothing_else_does_clocks_9():
    for step in STANDARD.steps:
        assert step.hours is (Hours.CONTRACT if step.action is Action.PAGE else Hours.ALWAYS)


@pytest.mark.parametrize(("opens_in", "waits"), [(6, 6), (0, 0)])
def test_a_09_17_contract_pages_at_the_next_opening_and_a_24x7_one_at_once_clocks_9(opens_in, waits):
    page, *_, write = STANDARD.steps_for(Occasion.SEVERITY_1_MARKED, severity=1, plan="Expert", involved=True)
    opening = NOW + timedelta(hours=opens_in)
    assert page.due_at(NOW, opens_at=opening) == NOW + timedelta(hours=waits)
    assert write.due_at(NOW, opens_at=opening) == NOW


def test_a_ladder_that_is_not_there_is_refused_by_name():
    for name in ("expert", "../standard", "standard.toml"):
        with pytest.raises(NotFound, match="there is standard"):
            ladder(name)


STEP = {
    "id": "one",
    "occasion": "escalated",
    "action": "page",
    "target": "on_call:engineers",
    "hours": "always",
}


def document(*steps, **changes):
    return {
        "name": "own",
        "version": 1,
        "rounds": 3,
        "every_minutes": 10,
        "steps": list(steps or [STEP]),
        **changes,
    }


def test_plans_narrow_a_step():
    own = ladder_of(document(STEP | {"plans": ["Expert"]}))
    asked = [own.steps_for(Occasion.ESCALATED, severity=1, plan=plan) for plan in ("Expert", "Standard")]
    assert asked == [own.steps, ()]


FAULTY = [
    (document(name=" "), "it has no name"),
    (document(version=0), "version is a whole number from 1 to 1000000"),
    (document(rounds=True), "rounds is a whole number from 1 to 10"),
    (document(rounds=11), "rounds is a whole number from 1 to 10"),
    (document(every_minutes=0.5), "every_minutes is a whole number from 1 to 120"),
    (document(speed=1), "it has no place for 'speed'"),
    (document(steps=[]), "it needs steps, each a table"),
    (document(steps=[1]), "it needs steps, each a table"),
    (document(STEP, STEP), "two steps are called 'one'"),
    (document(STEP | {"id": ""}), "step '': it has no id"),
    (document(STEP | {"occassion": "x"}), "step 'one': it has no place for 'occassion'"),
    (document(STEP | {"action": "shout"}),
     "step 'one': there is no action 'shout'; there is page, write, task"),
    (document(STEP | {"hours": "night"}), "step 'one': there is no hours 'night'; there is always, contract"),
    (document(STEP | {"target": "on_call"}), "step 'one': on_call needs a name, as in on_call:name"),
    (document(STEP | {"target": "assignee:bob"}), "step 'one': assignee takes no name"),
    (document(STEP | {"target": "role:king"}), "step 'one': there is no role 'king'"),
    (document(STEP | {"target": "moon"}),
     "step 'one': there is no target 'moon'; there is role, on_call, escalation_contacts, assignee"),
    (document(STEP | {"severities": [0]}), "step 'one': severities are 1, 2, 3 or 4"),
    (document(STEP | {"severities": 1}), "step 'one': severities must be lists"),
    (document(STEP | {"target": "escalation_contacts"}), "step 'one': a customer is written to, never paged"),
    (document(STEP | {"action": "write", "must_be_taken": True}), "step 'one': only a page can be taken"),
    (document(STEP | {"then": ["on_call:engineers"]}),
     "step 'one': there is a next level only when it must be taken"),
    (document(STEP | {"text": "hello"}), "step 'one': a task has a text, and nothing else has one"),
    (document(STEP | {"action": "task"}), "step 'one': a task has a text, and nothing else has one"),
]  # fmt: skip


@pytest.mark.parametrize(("faulty", "fault"), FAULTY, ids=[row[1] for row in FAULTY])
def test_a_ladder_with_a_fault_is_refused_when_it_is_read(faulty, fault):
    with pytest.raises(Invalid) as refusal:
        ladder_of(faulty)
    assert refusal.value.details["errors"] == (fault,)


def test_all_faults_of_a_ladder_are_named_at_once():
    with pytest.raises(Invalid) as refusal:
        ladder_of({"steps": [{}, {"id": "b"}]})
    assert len(refusal.value.details["errors"]) == 4 + 5 + 4
