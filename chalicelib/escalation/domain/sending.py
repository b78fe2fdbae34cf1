"""One page on its way out: claimed, sent, or failed and visible."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.core.errors import Unavailable

# Longer than SNS may take with its retries, shorter than the pause before Lambda tries a failed event again.
LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What became of a page. Between a publish that succeeded and its record a crash repeats the page:
    rather twice than never.
    """

    page_id: str
    version: int = 1
    mobilisation_id: str
    ticket_id: str
    person: str
    channel: str
    text: str
    asked_at: datetime
    tries: int = 0
    leased_until: datetime | None = None
    sent_at: datetime | None = None
    failed: str = ""  # why the last try failed

    @property
    def is_undelivered(self) -> bool:
        return bool(self.failed)

    def claim(self, at: datetime) -> "Sending":
        """Whoever claims sends. Unavailable, to be tried again, while another try may be under way."""
        # A lease that ends later than any could was given by a clock that is ahead of ours (F15).
        if self.leased_until and at < self.leased_until <= at + LEASE:
            raise Unavailable(f"page {self.page_id} is being sent just now", retry_after=LEASE.seconds)
        return replace(self, tries=self.tries + 1, leased_until=at + LEASE)

    def sent(self, at: datetime) -> "Sending":
        return replace(self, sent_at=at, leased_until=None, failed="")

    def fail(self, because: str) -> "Sending":
        return replace(self, leased_until=None, failed=because)
