"""Which addresses a webhook may have: https and public, and on a laptop those of the laptop too."""

from collections.abc import Sequence

from chalicelib.core import guarded
from chalicelib.core.errors import Invalid


def check(url: str, *, allow: Sequence[guarded.Network] = ()) -> str:
    """The address in its plain form; Invalid with what is wrong. Every attempt checks again (F36, F42)."""
    if not allow and not url.lower().startswith("https://"):
        raise Invalid("a webhook needs an https address: what is told there concerns nobody else")
    try:
        return guarded.check(url, allow=allow)
    except guarded.Unreachable as fault:
        raise Invalid(f"this address cannot be found just now: {fault.cause}; check its name") from None
