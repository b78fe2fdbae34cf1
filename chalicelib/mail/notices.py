"""What SES says on its topics, in the desk's words."""

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.mail.domain import Verdicts
from chalicelib.mail.domain.outgoing import News
from chalicelib.mail.domain.proof import Proof
from chalicelib.mail.received import Notice

_SIGNER = re.compile(r"(?:^|;)\s*d\s*=\s*([A-Za-z0-9._-]{1,253})", re.ASCII)


def notice_of(told: Mapping[str, Any]) -> Notice:
    """A mail has come in: where it lies, and what proves its sender."""
    mail, receipt = told.get("mail", {}), told["receipt"]
    proof = Proof(
        verdicts=Verdicts.of(receipt),
        envelope=str(mail.get("source") or ""),
        signers=_signers(mail),
    )
    return Notice(key=receipt["action"]["objectKey"], proof=proof)


def news_of(told: Mapping[str, Any]) -> News:
    """What became of a mail of ours."""
    kind, bounce = str(told.get("eventType", "")), told.get("bounce", {})
    words = (bounce.get("bounceType"), bounce.get("bounceSubType"), told.get("reject", {}).get("reason"))
    return News(
        kind=kind,
        ses_id=told["mail"]["messageId"],
        reason=" ".join(str(word) for word in words if word),
        permanent=kind != "Bounce" or bounce.get("bounceType") == "Permanent",
    )


def _signers(mail: Mapping[str, Any]) -> tuple[str, ...]:
    """The domain of every DKIM signature; nothing when SES cut the headers, for one might be missing."""
    if mail.get("headersTruncated"):
        return ()
    headers = [(str(h.get("name", "")).lower(), str(h.get("value", ""))) for h in mail.get("headers", [])]
    found = [_SIGNER.search(value) for name, value in headers if name == "dkim-signature"]
    return tuple(match[1].lower() if match else "" for match in found)
