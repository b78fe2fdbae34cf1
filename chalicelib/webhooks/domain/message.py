"""One event, told in the Standard Webhooks form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.webhooks.domain.outcome import stamp
from chalicelib.webhooks.domain.secrets import signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Its id and bytes are the same at every attempt, so receivers can tell a repetition (F9)."""

    id: str
    type: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        told = {"type": self.type, "timestamp": stamp(self.at), "data": dict(self.data)}
        return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    def headers(self, *, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
        """The headers of an attempt at this moment, signed with each secret in force."""
        seconds, body = int(at.timestamp()), self.body
        signatures = (signature(secret, id_=self.id, seconds=seconds, body=body) for secret in secrets)
        return {
            "content-type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(signatures),
        }
