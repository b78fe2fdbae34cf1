"""Opaque ids: a letter for the kind, then 26 characters of Crockford's base 32 (128 bits)."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new(kind: str) -> str:
    """A fresh random id, such as `T-7Q…`."""
    return f"{kind}-{_base32(secrets.token_bytes(16))}"


def derived(kind: str, *of: str) -> str:
    """The same id for the same words, so that a repeated intake finds its own record (F1, F18)."""
    digest = hashlib.sha256("\x1f".join(of).encode("utf-8", "surrogatepass")).digest()
    return f"{kind}-{_base32(digest[:16])}"


def fingerprint(*of: str) -> str:
    """What a request asked for, in 32 characters: tells a repeat from another body under the same key (F2)."""
    return hashlib.sha256("\x1f".join(of).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _base32(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
