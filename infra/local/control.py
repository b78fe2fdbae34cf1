"""The control server on CONTROL_PORT, for trying and for tests: mail in, mailbox, clock, keys, faults."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.clock import BackwardsRefused, MovableClock
from infra.local.durations import UnclearDuration, parse_duration
from infra.local.feedback import Post
from infra.local.http import Answer, Handler, as_json
from infra.local.inbound import LIMIT, Inbound, MailTooLarge
from infra.local.page import mailbox_page
from infra.local.travel import Traveller
from infra.local.wire import Faults

LONGEST = timedelta(days=3660)
MOST_RAN = 1000  # of what was done on the way, the newest
SERVICES = ("ses", "sns", "sqs", "s3", "events", "webhook")


class Unclear(ValueError):
    """The request says something that this server cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to the control server."""

    query: dict[str, str]
    headers: Message
    body: bytes
    rest: str = ""  # what follows the first part of the path

    def fields(self) -> dict[str, Any]:
        """The JSON object in the body."""
        try:
            found = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Unclear("send a JSON object")
        return found


@dataclass(slots=True, kw_only=True)
class Control:
    """One method a request."""

    clock: MovableClock
    traveller: Traveller
    inbound: Inbound
    post: Post
    faults: Faults
    keys: dict[str, Any]
    health: Callable[[], list[str]]  # what is not well, in words
    _routes: dict[tuple[str, str], Callable[[Asked], Answer]] = field(init=False)

    def __post_init__(self) -> None:
        self._routes = {
            ("GET", ""): self.show_page,
            ("GET", "health"): self.show_health,
            ("GET", "keys"): self.show_keys,
            ("GET", "mailbox"): self.show_mailbox,
            ("POST", "mail"): self.receive_mail,
            ("GET", "clock"): self.show_clock,
            ("POST", "clock"): self.move_clock,
            ("POST", "settle"): self.settle,
            ("POST", "bounces"): self.plan_bounce,
            ("POST", "faults"): self.plan_faults,
            ("GET", "queues"): self.show_queues,
            ("POST", "hooks"): self.take_webhook,
        }

    def handle(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
        """Refusals are clear words with a 4xx."""
        parts = urlsplit(target)
        name, _, rest = parts.path.strip("/").partition("/")
        route = self._routes.get((method, name))
        if route is None:
            known = ", ".join(f"{verb} /{path}" for verb, path in self._routes)
            return as_json(404, {"error": f"not here: {known}"})
        asked = Asked(query=dict(parse_qsl(parts.query)), headers=headers, body=body, rest=rest)
        try:
            return route(asked)
        except (Unclear, UnclearDuration, BackwardsRefused, MailTooLarge) as refused:
            return as_json(422, {"error": str(refused)})

    def show_health(self, _asked: Asked) -> Answer:
        """200 when everything is ready."""
        wrong = self.health()
        return as_json(503 if wrong else 200, {"ready": not wrong, "wrong": wrong})

    def show_keys(self, _asked: Asked) -> Answer:
        """The seeded API keys by person."""
        return as_json(200, self.keys)

    def receive_mail(self, asked: Asked) -> Answer:
        """A raw mail comes in the SES way: `?spf=FAIL&recipient=...` say its verdicts and envelope."""
        return as_json(202, {"message_id": self.inbound.receive(asked.body, asked.query)})

    def show_mailbox(self, asked: Asked) -> Answer:
        """Everything that left the desk after number `since`."""
        since = asked.query.get("since", "0")
        if not since.isdigit():
            raise Unclear("since is the number of the last thing you have seen")
        return as_json(200, [asdict(sent) for sent in self.post.outbox.since(int(since))])

    def show_page(self, _asked: Asked) -> Answer:
        """The mailbox to read."""
        page = mailbox_page(self.post.outbox.since(0), self.clock.now())
        return Answer(status=200, body=page.encode(), headers=[("Content-Type", "text/html; charset=utf-8")])

    def show_clock(self, _asked: Asked) -> Answer:
        """The desk's time."""
        return as_json(200, {"now": iso(self.clock.now()), "offset_seconds": self.clock.offset})

    def move_clock(self, asked: Asked) -> Answer:
        """`{"advance": "PT2H"}` or `{"set": "2026-11-21T18:00:00Z"}`; answers when all is quiet."""
        journey = self.traveller.travel(self._target(asked.fields()))
        ran = [asdict(one) for one in journey.ran[-MOST_RAN:]]
        counts = {"ran": ran, "ran_in_all": len(journey.ran)}
        return as_json(200, {"now": iso(journey.now), **counts, "quiet": journey.quiet})

    def settle(self, _asked: Asked) -> Answer:
        """Answers when all that is due by now is done."""
        ran, quiet = self.traveller.settle()
        return as_json(
            200, {"now": iso(self.clock.now()), "ran": [asdict(one) for one in ran], "quiet": quiet}
        )

    def plan_bounce(self, asked: Asked) -> Answer:
        """Mail to this address bounces from now on."""
        address = asked.fields().get("address")
        if not isinstance(address, str):
            raise Unclear('send {"address": "..."}')
        self.post.bouncing.add(address.lower())
        return as_json(200, {"bouncing": sorted(self.post.bouncing)})

    def plan_faults(self, asked: Asked) -> Answer:
        """The next calls of a service fail: `{"service": "ses", "fail": 3}`; `webhook` is a service too."""
        given = asked.fields()
        service, count = given.get("service"), given.get("fail")
        if service not in SERVICES or not isinstance(count, int):
            raise Unclear(f'send {{"service": "ses", "fail": 3}}; services: {", ".join(SERVICES)}; 0 ends it')
        return as_json(200, self.faults.plan(service, count))

    def show_queues(self, _asked: Asked) -> Answer:
        """How much lies in each queue, dead letters included."""
        return as_json(200, self.traveller.driver.queues.depth())

    def take_webhook(self, asked: Asked) -> Answer:
        """A webhook of the desk arrives here and shows in the mailbox: POST /hooks/<whose>."""
        refused = self.faults.strikes("webhook")
        said = {"text": asked.body.decode("utf-8", "replace"), "headers": dict(asked.headers.items())}
        self.post.outbox.add("webhook", [asked.rest], failed="refused" if refused else "", **said)
        return as_json(500, {"error": "planned fault"}) if refused else as_json(200, {})

    def _target(self, given: dict[str, Any]) -> datetime:
        now = self.clock.now()
        match given:
            case {"advance": str(duration)}:
                target = now + parse_duration(duration)
            case {"set": str(moment)}:
                target = parse_moment(moment)
            case _:
                raise Unclear('send {"advance": "PT2H"} or {"set": "2026-11-21T18:00:00Z"}')
        if target - now > LONGEST:
            raise Unclear("ten years at most at once")
        return target


def parse_moment(text: str) -> datetime:
    """An ISO moment with its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unclear(f"{text!r} is not an ISO 8601 moment") from None
    if moment.tzinfo is None:
        raise Unclear("say the offset too, such as 2026-12-24T13:00:00Z")
    return moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """As the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def handler(control: Control) -> type[Handler]:
    """The HTTP handler of this control server."""

    class ControlHandler(Handler):
        """Mails may be as large as SES takes them."""

        limit = LIMIT

        def respond(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
            return control.handle(method, target, headers, body)

    return ControlHandler
