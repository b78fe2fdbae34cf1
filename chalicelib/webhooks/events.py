"""What becomes of deliveries."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFellDue:
    """An attempt is to be made now. It counts only while the delivery is still at the version that told it."""

    delivery_id: str
