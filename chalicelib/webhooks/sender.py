"""Sends a message to a customer's address through the guarded client, and says what came of it (F42)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.core import guarded
from chalicelib.webhooks.domain import Message, Outcome, SecretRef, Subscription

Secret = Callable[[SecretRef], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`secret` gives the signing secret behind a reference; `allow` are networks for development."""

    secret: Secret
    allow: Sequence[guarded.Network] = ()
    call: Callable[..., guarded.Answer] = guarded.request

    def send(self, message: Message, *, to: Subscription, at: datetime) -> Outcome:
        """One attempt. Never raises for what the receiver does; never follows a redirect, inward or not."""
        headers = message.headers(at=at, secrets=[self.secret(ref) for ref in to.signing(at)])
        try:
            answer = self.call(
                "POST", to.url, body=message.body, headers=headers, redirects=0, allow=self.allow
            )
        except guarded.Blocked as refusal:
            return Outcome(at=at, cause=f"blocked: {refusal.reason}")
        except guarded.Unreachable as fault:
            return Outcome(at=at, cause=f"{fault.phase}: {fault.cause}")
        return Outcome(at=at, status=answer.status)
