"""Inside one container: a process that runs one deployed function at a time, as Lambda does."""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a container finds the code, the clock, and the file its output goes to."""

    project: Path
    clock: Path
    log: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One invocation."""

    handler: str
    name: str
    arn: str
    request_id: str
    timeout: int
    event: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: a JSON value, or an error in one line."""

    value: Any = None
    error: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the function raised, crashed or ran out of time."""
        return self.error is not None


class Context:
    """The second argument of a handler: what Chalice and Powertools ask of it."""

    memory_limit_in_mb = "512"
    function_version = "$LATEST"
    log_group_name = log_stream_name = "local"
    identity = client_context = None

    def __init__(self, call: Call) -> None:
        self.function_name = call.name
        self.invoked_function_arn = call.arn
        self.aws_request_id = call.request_id
        self._end = time.monotonic() + call.timeout

    def get_remaining_time_in_millis(self) -> int:
        """Time left before the function is cut off."""
        return max(0, int((self._end - time.monotonic()) * 1000))


def serve(pipe: Connection, home: Home) -> None:
    """Answers one call after the other until the supervisor hangs up."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the supervisor ends things in order
    settle(home)
    while True:
        try:
            call = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(answer(call))


def settle(home: Home) -> None:
    """Output to the log, imports from the project, time from the movable clock."""
    with home.log.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.chdir(home.project)
    sys.path.insert(0, str(home.project))
    from chalicelib.core import clock
    from infra.local.clock import read_only

    clock.use(read_only(home.clock))


def answer(call: Call) -> Outcome:
    """Runs the handler; whatever it raises is told, never hidden."""
    try:
        value = load(call.handler)(call.event, Context(call))
        return Outcome(value=json.loads(json.dumps(value)))
    except BaseException as error:
        traceback.print_exc()
        return Outcome(error=one_line(error))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def load(handler: str) -> Any:
    """`package.module.name`, as Lambda reads it; imported at the first call."""
    module, _, name = handler.rpartition(".")
    return getattr(importlib.import_module(module), name)


def one_line(error: BaseException) -> str:
    """Type and message, short enough for a terminal."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
