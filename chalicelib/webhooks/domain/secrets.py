"""Signing secrets. None is stored: each is derived from the deployment's secret and the name of the reference."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Which signing secret, and until when it still signs beside its successor. `key` is no secret."""

    key: str
    until: datetime | None = None

    def signs(self, at: datetime) -> bool:
        return self.until is None or at < self.until


def derived_secret(ref: SecretRef, *, root: bytes) -> str:
    """The signing secret behind a reference: whoever reads the table cannot sign, and a rotation gives another.

    Changing the deployment's secret changes every signing secret with it: rotate them all then.
    """
    return new_secret(hmac.new(root, f"webhook\x1f{ref.key}".encode(), hashlib.sha256).digest())


def new_secret(randomness: bytes) -> str:
    """A signing secret in the form that receivers' libraries read, of 24 to 64 random bytes."""
    if not 24 <= len(randomness) <= 64:
        raise ValueError("a secret has 24 to 64 random bytes")
    return PREFIX + base64.b64encode(randomness).decode()


def signature(secret: str, *, id_: str, seconds: int, body: bytes) -> str:
    """One signature of a message at a moment, in the Standard Webhooks form."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{id_}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
