"""`with LocalCloud(data=folder) as cloud:` a whole cloud on free ports, for tests and the demo."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from infra.local.ports import HOST, free_port
from infra.template import ROOT

STARTING, STOPPING = 90, 30  # seconds
LONGEST_JOURNEY = 600


class CloudFailed(RuntimeError):
    """It did not start, or refused what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass(slots=True, kw_only=True)
class LocalCloud:
    """Starts `python -m infra.local` and speaks to it over HTTP as anybody would."""

    data: Path
    project: Path = ROOT
    port: int = field(default_factory=free_port)
    control_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://{HOST}:{self.port}"

    @property
    def control_url(self) -> str:
        """Where the control server and the mailbox page are."""
        return f"http://{HOST}:{self.control_port}"

    @property
    def pid(self) -> int:
        """The supervisor's process."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Returns when all is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        places = {
            "DATA": self.data,
            "PORT": self.port,
            "CONTROL_PORT": self.control_port,
            "PROJECT": self.project,
        }
        with (self.data / "cloud.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local"],
                cwd=ROOT,
                env={**os.environ, **{name: str(value) for name, value in places.items()}},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> int:
        """As Ctrl-C would; gives the exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def __enter__(self) -> "LocalCloud":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # The API

    def request(
        self, method: str, path: str, *, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """One request to the desk; a body that is not bytes is sent as JSON."""
        given = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        return send(self.port, method, path, body=as_bytes(body), headers=given)

    # The control server

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the control server; refused is an error."""
        reply = send(self.control_port, method, path, body=as_bytes(body), headers={})
        if reply.status >= 400:
            raise CloudFailed(f"{method} {path}: {reply.status} {reply.body.decode(errors='replace')}")
        return reply.json()

    def mail(self, raw: bytes, **wishes: str) -> str:
        """A mail comes in; `recipient`, `spf="FAIL"` and the like are wishes. Gives SES's message id."""
        return str(self.control("POST", f"/mail?{urlencode(wishes)}", raw)["message_id"])

    def settle(self) -> dict[str, Any]:
        """Waits until all that is due by now is done."""
        return dict(self.control("POST", "/settle"))

    def advance(self, duration: str) -> dict[str, Any]:
        """Moves the desk's time by an ISO duration."""
        return dict(self.control("POST", "/clock", {"advance": duration}))

    def set_clock(self, moment: str) -> dict[str, Any]:
        """Moves the desk's time to a moment."""
        return dict(self.control("POST", "/clock", {"set": moment}))

    def now(self) -> str:
        """The desk's time."""
        return str(self.control("GET", "/clock")["now"])

    def mailbox(self, since: int = 0) -> list[dict[str, Any]]:
        """What left the desk after that number."""
        return list(self.control("GET", f"/mailbox?since={since}"))

    def keys(self) -> dict[str, Any]:
        """The seeded keys."""
        return dict(self.control("GET", "/keys"))

    def fail_next(self, service: str, count: int) -> None:
        """The next calls of a service fail."""
        self.control("POST", "/faults", {"service": service, "fail": count})

    def _wait(self) -> None:
        end = time.monotonic() + STARTING
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            try:
                if send(self.control_port, "GET", "/health", body=b"", headers={}).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        log = (self.data / "cloud.log").read_text(errors="replace")
        self.stop()
        raise CloudFailed(f"the cloud did not start: {log[-2000:].strip()}")


def send(port: int, method: str, path: str, *, body: bytes, headers: dict[str, str]) -> Reply:
    """One request on a connection of its own."""
    connection = HTTPConnection(HOST, port, timeout=LONGEST_JOURNEY)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return Reply(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
    finally:
        connection.close()


def as_bytes(body: Any) -> bytes:
    """Bytes as they are, nothing as nothing, anything else as JSON."""
    if body is None:
        return b""
    return body if isinstance(body, bytes) else json.dumps(body).encode()
