"""What customers' records tell the world."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged:
    """Other hours count for this customer from version `terms` on (Clocks 6)."""

    customer_id: str
    terms: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesChanged:
    """The contract sets other values than the plan from version `terms` on (D1)."""

    customer_id: str
    terms: str
    by: str
    at: datetime
