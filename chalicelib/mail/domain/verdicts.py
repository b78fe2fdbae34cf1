"""What the receiving server found out about a mail (SES receipt verdicts)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """SES words. `GRAY` is no policy or no opinion; `PROCESSING_FAILED` is not looked at."""

    PASS = "PASS"
    FAIL = "FAIL"
    GRAY = "GRAY"
    PROCESSING_FAILED = "PROCESSING_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Kept with the mail and shown. What is missing counts as not passed."""

    spf: Verdict = Verdict.GRAY
    dkim: Verdict = Verdict.GRAY
    dmarc: Verdict = Verdict.GRAY
    spam: Verdict = Verdict.GRAY
    virus: Verdict = Verdict.GRAY

    @classmethod
    def of(cls, receipt: Mapping[str, object]) -> "Verdicts":
        """Read a SES receipt (`spfVerdict: {status: PASS}`); an unknown word counts as not looked at."""
        return cls(**{name: _verdict(receipt.get(f"{name}Verdict")) for name in _NAMES})

    @property
    def forged(self) -> bool:
        """Nobody vouches for the sender, or their own domain disowns the mail: never thread it (F20)."""
        if self.dmarc is Verdict.FAIL:
            return True
        return self.spf is not Verdict.PASS and self.dkim is not Verdict.PASS

    @property
    def harmful(self) -> bool:
        """Spam or a virus was found: keep it, show it marked, answer nothing."""
        return Verdict.FAIL in (self.spam, self.virus)


_NAMES = ("spf", "dkim", "dmarc", "spam", "virus")


def _verdict(entry: object) -> Verdict:
    status = entry.get("status") if isinstance(entry, Mapping) else None
    if status is None:
        return Verdict.GRAY
    try:
        return Verdict(str(status).upper())
    except ValueError:
        return Verdict.PROCESSING_FAILED
