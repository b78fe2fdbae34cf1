"""Kinds of request (D18), reasons to decline (D2), and the severity that signals propose (D17)."""

from collections.abc import Iterable
from enum import StrEnum


class RequestKind(StrEnum):
    """D18."""

    QUESTION = "question"
    BUG = "bug"
    FEATURE_REQUEST = "feature_request"


class DeclineReason(StrEnum):
    """The seven kinds of request that may be declined (D2), each with its words for the customer."""

    CUSTOMER_INFRASTRUCTURE = "customer_infrastructure"
    THIRD_PARTY_PRODUCT = "third_party_product"
    CONSULTING_OR_TRAINING = "consulting_or_training"
    FEATURE_NOT_IN_PRODUCT = "feature_not_in_product"
    CUSTOMER_OMISSION = "customer_omission"
    THIRD_PARTY_FAILURE = "third_party_failure"
    BEYOND_CONTROL = "beyond_control"

    @property
    def words(self) -> str:
        """The reason as the customer reads it."""
        return _WORDS[self]


_WORDS = {
    DeclineReason.CUSTOMER_INFRASTRUCTURE: "it concerns infrastructure of your own",
    DeclineReason.THIRD_PARTY_PRODUCT: "it concerns a product of another company",
    DeclineReason.CONSULTING_OR_TRAINING: "it asks for consulting or training",
    DeclineReason.FEATURE_NOT_IN_PRODUCT: "it asks for a feature that the product does not have",
    DeclineReason.CUSTOMER_OMISSION: "it follows from something done or left undone on your side",
    DeclineReason.THIRD_PARTY_FAILURE: "it follows from a failure of another company",
    DeclineReason.BEYOND_CONTROL: "its cause is beyond our control",
}

# D17: what the form asks for, and the severity that each answer proposes.
SIGNALS = {
    "data_loss": 1,
    "customer_data_exposed": 1,
    "all_users_affected": 1,
    "growing_fast": 1,
    "service_down": 1,
    "major_function_unusable": 2,
    "many_users_affected": 2,
    "workaround_exists": 3,
    "single_user_affected": 3,
    "cosmetic": 4,
}
LOWEST = 4
USUAL = 3


def propose(signals: Iterable[str], kind: RequestKind = RequestKind.BUG) -> int:
    """The most urgent severity that any signal proposes; without signals 3, and 4 for a wish (D17)."""
    without = LOWEST if kind is RequestKind.FEATURE_REQUEST else USUAL
    return min((SIGNALS[signal] for signal in signals), default=without)
