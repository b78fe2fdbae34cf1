"""What can go wrong, in the desk's words. `web/` maps each to a status and a problem type (RFC 9457)."""


class DeskError(Exception):
    """A refusal. Its message is for the caller: what is wrong and what to do."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Malformed(DeskError):
    """Not even readable: broken JSON, a charset that is none, a cursor that is none of ours."""


class UnsupportedMediaType(DeskError):
    """A body of a kind that we do not read."""


class Invalid(DeskError):
    """What was sent cannot be understood or breaks a rule of its form. `errors` lists every fault."""


class Unauthorised(DeskError):
    """Nobody, or somebody whose key is unknown, expired or revoked."""


class Forbidden(DeskError):
    """Known, but without the right to do this."""


class NotFound(DeskError):
    """There is no such thing, or none that the caller may know of (F29)."""


class Conflict(DeskError):
    """The state of the thing does not allow it; the message names the state."""


class PreconditionFailed(DeskError):
    """Somebody else changed it first: read it again and repeat (F8)."""


class TooLarge(DeskError):
    """Over a limit that the message names."""


class TooManyRequests(DeskError):
    """Over a rate; `retry_after` in seconds is among the details."""


class Unavailable(DeskError):
    """A service we stand on does not answer; nothing was kept. `retry_after` is among the details."""
