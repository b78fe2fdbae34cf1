"""The desk as anybody outside sees it: an HTTP API, an address for mail, and people who get mail and pages."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.client import LocalCloud

MAILS = Path(__file__).parent / "mails"
Json = dict[str, Any]


class Refused(RuntimeError):
    """The API said no."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status} {said}")
        self.status = status


@dataclass(slots=True)
class Desk:
    """Speaks to one running cloud."""

    cloud: LocalCloud
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = self.cloud.keys()

    @property
    def now(self) -> datetime:
        """The desk's time."""
        return datetime.fromisoformat(self.cloud.now())

    def go(self, moment: str) -> None:
        """It is `moment` (UTC, without its Z); all that fell due on the way was done, each at its own time."""
        if not self.cloud.set_clock(f"{moment}Z")["quiet"]:
            raise RuntimeError(f"the cloud did not come to rest at {moment}")

    def get(self, person: str, path: str) -> Json:
        """What `person` reads."""
        return self._ask(person, "GET", path, None, {})

    def post(self, person: str, path: str, body: Json | None = None, *, key: str | None = None) -> Json:
        """What `person` does; then all that follows from it at once has happened."""
        done = self._ask(person, "POST", path, body, {"Idempotency-Key": key} if key else {})
        self.cloud.settle()
        return done

    def listed(self, person: str, path: str) -> list[Json]:
        """Every page of a list."""
        found: list[Json] = []
        sign, cursor = "&" if "?" in path else "?", ""
        while True:
            page = self.get(person, f"{path}{cursor}")
            found += page["items"]
            if not page["next"]:
                return found
            cursor = f"{sign}cursor={page['next']}"

    def mail(self, name: str, **words: str) -> None:
        """A mail comes in. `words` are what its writer's program puts in place: the id or number it answers."""
        raw = (MAILS / f"{name}.eml").read_text(encoding="utf-8")
        for word, value in words.items():
            raw = raw.replace(word.upper(), value)
        self.cloud.mail(raw.replace("\n", "\r\n").encode())
        self.cloud.settle()

    def _ask(self, person: str, method: str, path: str, body: Json | None, headers: dict[str, str]) -> Json:
        whose = {"Authorization": f"Bearer {self.keys[person]}", **headers}
        reply = self.cloud.request(method, f"/v1{path}", body=body, headers=whose)
        if reply.status >= 400:
            raise Refused(reply.status, reply.body.decode(errors="replace"))
        return dict(reply.json())
