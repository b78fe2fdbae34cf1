"""History as people read it."""

from collections.abc import Iterable
from typing import Any

from chalicelib import wiring
from chalicelib.aws import codec
from chalicelib.customers.domain import Actor
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Change
from chalicelib.tickets.forms import ChangeView

INTERNAL = (e.NoteAdded, e.CallTaskRaised, e.DeadlinesMoved, e.PromiseWarned)
HIDDEN = ("request",)  # fingerprints and storage keys are ours alone
HIDDEN_IN_MESSAGES = ("raw_key", "text_key")


def shown(changes: Iterable[Change], actor: Actor, *, whole: bool = False) -> list[ChangeView]:
    """The changes that `actor` may see; `whole` fetches long texts and makes links to files."""
    views = (
        ChangeView(version=change.version, events=_events(change, actor, whole=whole)) for change in changes
    )
    return [view for view in views if view.events]


def _events(change: Change, actor: Actor, *, whole: bool) -> list[dict[str, Any]]:
    return [
        _event(event, actor, whole=whole)
        for event in change.events
        if actor.is_staff or not isinstance(event, INTERNAL)
    ]


def _event(event: e.Event, actor: Actor, *, whole: bool) -> dict[str, Any]:
    row = {key: value for key, value in codec.plain(event).items() if key not in HIDDEN}
    message = getattr(event, "message", None)
    if message is not None:
        row["message"] = _message(message, actor, whole=whole)
    return {"type": type(event).__name__, **row}


def _message(message: e.Message, actor: Actor, *, whole: bool) -> dict[str, Any]:
    row = {key: value for key, value in codec.plain(message).items() if key not in HIDDEN_IN_MESSAGES}
    row["text"] = message.text
    if message.text_key:
        row["cut"] = not whole
    if not whole:
        return row
    if message.text_key:
        row["text"], row["html"] = wiring.texts().read(message.text_key)
    files = wiring.files()
    row["files"] = [
        {**codec.plain(file), "url": files.link(file.id, name=file.name)} for file in message.files
    ]
    if message.raw_key and actor.is_staff:  # a colleague's raw mail quotes what was for staff alone
        row["raw_url"] = wiring.raw_mail().link(message.raw_key, name="message.eml")
    return row
