"""What was promised, and what became of it, per customer: as the API tells it, against what the scenes know."""

from collections import Counter

from infra.local.demo.desk import Json
from infra.local.demo.play import Play, moment

# (ticket, kind, what became of it): how often.
EXPECTED: dict[str, dict[tuple[str, str, str], int]] = {
    "acme": {
        ("#1001", "first_response", "kept"): 1,
        ("#1003", "first_response", "kept"): 1,
        ("#1003", "work_start", "kept"): 1,
        ("#1003", "update", "kept"): 1,
    },
    "partnerly": {
        ("#1002", "first_response", "kept"): 1,
        ("#1002", "work_start", "late"): 1,  # broken after two hours, begun at 12:05
        ("#1002", "customer_call", "kept"): 1,
        ("#1002", "update", "kept by the desk"): 3,  # 11:00, 12:00 and 13:10
        ("#1002", "update", "kept"): 4,  # the call, the acknowledgement, the work-around, the resolution
    },
    "xenon": {
        ("#1004", "first_response", "kept"): 1,
        ("#1005", "first_response", "kept"): 1,
    },
    "isphere": {("#1006", "first_response", "kept"): 1},
    "knowbank": {
        ("#1007", "first_response", "kept"): 1,
        ("#1008", "first_response", "late"): 1,
    },
}


def kept_and_broken(play: Play) -> None:
    """The list that a customer may ask for (B18, C16)."""
    play.story.chapter("Promises kept and broken, per customer", play.desk.now)
    for customer, expected in EXPECTED.items():
        play.story.note(f"  {customer}")
        found = play.desk.listed("bob", f"/promises?customer_id={customer}")
        rows = [(_label(play, p), p["kind"], _fate(p)) for p in found]
        for promise, (label, kind, fate) in reversed(list(zip(found, rows, strict=True))):
            due = f"{moment(promise['due_at']):%d %b %H:%M:%S}" if promise["due_at"] else "-"
            done = f"{moment(promise['fulfilled_at']):%d %b %H:%M:%S}" if promise["fulfilled_at"] else "-"
            row = f"    {label:7}{kind:16}due {due:17}done {done:17}{fate}"
            play.story.note(row, bad=fate in ("late", "broken"))
        play.story.check(
            f"{customer}: exactly the {sum(expected.values())} promises of these scenes",
            Counter(rows) == Counter(expected),
            Counter(rows),
        )
    own = play.desk.listed("karl", "/promises")
    play.story.check(
        "a customer reads their own list, and no other's",
        len(own) == 2 and play.refused_reading("karl", "/promises?customer_id=acme") == 404,
        own,
    )
    dead = {
        name: depth
        for name, depth in play.cloud.control("GET", "/queues").items()
        if "dead" in name and depth
    }
    play.story.check("no message lies in a dead-letter queue", not dead, dead)


def _label(play: Play, promise: Json) -> str:
    ticket = play.desk.get("bob", str(promise["ticket"]).removeprefix("/v1"))
    return f"#{ticket['number']}"


def _fate(promise: Json) -> str:
    if promise["late"]:
        return "late"
    return "kept by the desk" if promise["automatic"] else str(promise["state"])
