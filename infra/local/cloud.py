"""The whole cloud, in the order in which it is started; `stop()` goes the other way round."""

import fcntl
import importlib.util
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, TextIO

from infra.local import control, gateway
from infra.local.clock import MovableClock
from infra.local.container import Home
from infra.local.containers import Containers
from infra.local.driver import Driver
from infra.local.due import DueIndex
from infra.local.dynamodb import DynamoDBLocal
from infra.local.feedback import Post
from infra.local.functions import deployed
from infra.local.http import Server, listen
from infra.local.inbound import Inbound
from infra.local.moto_server import MotoServer
from infra.local.names import ACCOUNT, REGION, Names
from infra.local.outbox import Outbox
from infra.local.ports import claim
from infra.local.queues import Queues
from infra.local.resources import client, create_on_moto, create_table, environment
from infra.local.routes import api
from infra.local.shelf import Shelf
from infra.local.travel import Traveller, alarms
from infra.local.wire import Faults, Wire
from infra.local.wiring import connect, feedback_topics, stream_readers, topics_of_functions
from infra.template import ROOT, declared, packaged

PAUSE = 0.15  # between looks that found nothing
PATIENCE = 8  # seconds for what is under way, when stopping


class DataInUse(RuntimeError):
    """Two clouds cannot share a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one cloud lives."""

    data: Path
    port: int
    control_port: int
    project: Path = ROOT


@dataclass(slots=True, kw_only=True)
class Cloud:
    """`start()`, then `watch()` until something ends it, then `stop()`."""

    place: Place
    ended: Event = field(default_factory=Event)
    _dynamodb: DynamoDBLocal = field(init=False)
    _moto: MotoServer = field(init=False)
    _containers: Containers = field(init=False)
    _traveller: Traveller | None = None
    _servers: list[Server] = field(default_factory=list)
    _loop: Thread | None = None
    _held: TextIO | None = None
    _keys: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        """Returns when everything answers."""
        place = self.place
        claim(place.port, variable="PORT")
        claim(place.control_port, variable="CONTROL_PORT")
        self._hold_data()
        clock = MovableClock(place.data / "clock")
        self._dynamodb = DynamoDBLocal(folder=folder(place.data / "dynamodb"))
        self._dynamodb.launch()
        queues, faults, shelf = Queues(clock=clock), Faults(), Shelf(place.data / "s3")
        watchers: list[Any] = [shelf.watch]
        self._moto = MotoServer(
            around=lambda app: Wire(application=app, lock=queues.lock, faults=faults, watchers=watchers)
        )
        self._moto.start()
        public = {"PublicUrl": f"http://127.0.0.1:{place.port}"}
        names = Names(template=declared(), endpoint=self._moto.endpoint, parameters=public)
        os.environ.update(environment(names, dynamodb=self._dynamodb.endpoint))
        names.template = packaged(place.project)
        create_on_moto(names)
        shelf.restore()
        self._dynamodb.wait()
        dynamodb = client("dynamodb", self._dynamodb.endpoint)
        (table,) = names.of_type("AWS::DynamoDB::Table").values()
        names.stream_arn = create_table(dynamodb, table)
        functions = deployed(names)
        connect(functions, names, queues)
        outbox = Outbox(file=place.data / "mailbox.jsonl", clock=clock)
        post = Post(
            outbox=outbox,
            clock=clock,
            feedback=feedback_topics(names),
            publish=publish,
            for_functions=topics_of_functions(functions),
        )
        watchers.append(post.watch)
        self._start_containers([function.handler for function in functions.values()])
        due = DueIndex(client=dynamodb, table=table["TableName"], shards=due_shards())
        driver = Driver(
            clock=clock,
            queues=queues,
            containers=self._containers,
            functions=functions,
            streams=stream_readers(functions.values(), self._dynamodb.endpoint, place.data),
            say=say,
        )
        self._traveller = Traveller(
            clock=clock, driver=driver, due=due, alarms=alarms(functions, clock.now())
        )
        self._seed(clock)
        self._listen(
            gateway.Gateway(
                api=api(names.template), function=functions["APIHandler"], containers=self._containers
            ),
            control.Control(
                clock=clock,
                traveller=self._traveller,
                inbound=Inbound(names=names, clock=clock),
                outbox=outbox,
                post=post,
                faults=faults,
                keys=lambda: self._keys,
                health=self._unwell,
            ),
        )
        self._loop = Thread(target=self._live, args=(self._traveller,), name="driver", daemon=True)
        self._loop.start()

    def watch(self) -> bool:
        """Waits for the end; False when an engine ended by itself."""
        while not self.ended.wait(0.5):
            if not self._dynamodb.alive:
                say("DynamoDB Local ended by itself.")
                return False
        return True

    def stop(self) -> None:
        """No more requests; what is under way is finished; then the engines."""
        self.ended.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        if self._loop is not None and self._traveller is not None:
            self._loop.join(PATIENCE)
            self._finish(self._traveller)
        for part in ("_containers", "_moto", "_dynamodb"):
            if hasattr(self, part):
                getattr(self, part).stop()

    def _hold_data(self) -> None:
        self._held = (folder(self.place.data) / "in-use").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataInUse(
                f"{self.place.data} is in use by another `make run`: stop it, or set DATA."
            ) from None

    def _start_containers(self, handlers: list[str]) -> None:
        # The fork server imports from the project first, then from this tree.
        os.chdir(self.place.project)
        os.environ["PYTHONPATH"] = os.pathsep.join([str(self.place.project), str(ROOT)])
        home = Home(
            project=self.place.project,
            clock=(self.place.data / "clock").resolve(),
            log=(self.place.data / "functions.log").resolve(),
        )
        self._containers = Containers(home=home)
        self._containers.preload(handlers)
        self._containers.warm(2)

    def _seed(self, clock: MovableClock) -> None:
        """The demonstration operator, at the first start only."""
        kept = self.place.data / "keys.json"
        if kept.exists():
            self._keys = json.loads(kept.read_text())
        elif self.place.project == ROOT and importlib.util.find_spec("infra.local.seed"):
            from chalicelib.core import clock as desk_clock

            desk_clock.use(clock.now)
            self._keys = importlib.import_module("infra.local.seed").run()
            kept.write_text(json.dumps(self._keys, indent=1))

    def _listen(self, served: gateway.Gateway, controlled: control.Control) -> None:
        self._servers.append(listen(self.place.port, gateway.handler(served)))
        self._servers.append(listen(self.place.control_port, control.handler(controlled)))

    def _live(self, traveller: Traveller) -> None:
        """Drives everything at the pace of the wall clock; nothing that goes wrong ends it."""
        while not self.ended.is_set():
            try:
                busy = bool(traveller.live())
            except Exception as error:  # noqa: BLE001 - told, and the loop goes on
                say(f"the driver failed: {type(error).__name__}: {error}")
                busy = False
            if not busy:
                self.ended.wait(PAUSE)

    def _finish(self, traveller: Traveller) -> None:
        """Queues live in memory: what waits is worked off; open promises are found again by the sweep."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._dynamodb.alive and traveller.driver.sweep():
            continue

    def _unwell(self) -> list[str]:
        wrong = [] if self._dynamodb.alive else ["DynamoDB Local has ended"]
        return wrong if self._loop and self._loop.is_alive() else [*wrong, "the driver has not started"]


def folder(path: Path) -> Path:
    """The folder, made when it is not there."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def due_shards() -> tuple[str, ...]:
    """The shards of the due index, from the code that writes them."""
    from chalicelib.promises.domain import SHARDS

    return SHARDS


def publish(topic: str, message: str) -> None:
    """Onto a topic, from inside the cloud."""
    from moto.sns.models import sns_backends

    sns_backends[ACCOUNT][REGION].publish(message, topic)


def say(line: str) -> None:
    """One clear line for whoever watches."""
    print(line, file=sys.stderr, flush=True)
