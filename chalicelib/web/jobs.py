"""Handlers that no request wakes. Lambda imports their module alone, so nothing of `app.py` works there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from chalicelib.core.log import log

Handler = Callable[..., Any]


def job(function: Handler) -> Handler:
    """Says in one line what failed, and fails: the trigger tries again, then the dead-letter queue has it."""

    @wraps(function)
    def run(event: Any) -> Any:
        try:
            return function(event)
        except Exception:
            log.exception("job failed", job=function.__name__)
            raise

    return run
