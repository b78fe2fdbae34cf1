"""The whole cloud, in the order in which it is started; `stop()` goes the other way round."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from infra.local import control, gateway
from infra.local.clock import MovableClock
from infra.local.container import Home
from infra.local.containers import Containers
from infra.local.driver import Driver, sources
from infra.local.due import DueIndex
from infra.local.dynamodb import DynamoDBLocal
from infra.local.feedback import Post
from infra.local.functions import Function, deployed
from infra.local.http import Handler, listen
from infra.local.inbound import Inbound
from infra.local.moto_server import MotoServer
from infra.local.names import ACCOUNT, REGION, Names
from infra.local.notices import Notices
from infra.local.outbox import Outbox
from infra.local.place import Place, folder
from infra.local.queues import Queues
from infra.local.resources import client, create_on_moto, create_table, environment
from infra.local.routes import api
from infra.local.runner import Runner
from infra.local.seeding import seeded_keys
from infra.local.shelf import Shelf
from infra.local.travel import Traveller, alarms
from infra.local.wire import Faults, Watcher, Wire
from infra.local.wiring import connect, feedback_topics, topics_of_functions
from infra.template import ROOT, declared, packaged

PAUSE = 0.15  # between looks that found nothing
PATIENCE = 8  # seconds for what is under way, when stopping


@dataclass(slots=True, kw_only=True)
class Cloud:
    """`start()`, then `watch()` until something ends it, then `stop()`."""

    place: Place
    ended: Event = field(default_factory=Event)
    _closing: ExitStack = field(default_factory=ExitStack)
    _clock: MovableClock = field(init=False)
    _queues: Queues = field(init=False)
    _notices: Notices = field(init=False)
    _dynamodb: DynamoDBLocal = field(init=False)
    _watchers: list[Watcher] = field(default_factory=list)
    _faults: Faults = field(default_factory=Faults)

    def start(self) -> None:
        """Returns when everything answers."""
        self._closing.enter_context(self.place.held())
        self._clock = MovableClock(self.place.clock)
        self._queues = Queues(clock=self._clock)
        self._notices = Notices(folder=self.place.data / "notices")
        names = self._start_engines()
        functions = deployed(names)
        connect(functions, names, self._queues)
        containers = self._start_containers(functions)
        post = self._watch_what_leaves(names, functions)
        traveller = self._traveller(names, functions, containers)
        keys = seeded_keys(self.place.data, self.place.project, self._clock)
        inbound = Inbound(names=names, clock=self._clock, notices=self._notices)
        controlled = control.Control(
            clock=self._clock,
            traveller=traveller,
            inbound=inbound,
            post=post,
            faults=self._faults,
            keys=keys,
            health=self._unwell,
        )
        served = gateway.Gateway(
            api=api(names.template),
            function=functions["APIHandler"],
            containers=containers,
            responses=gateway.own_responses(names),
        )
        inbound.again()
        self._drive(traveller)
        self._listen(self.place.port, gateway.handler(served))
        self._listen(self.place.control_port, control.handler(controlled))

    def watch(self) -> bool:
        """Waits for the end; False when an engine ended by itself."""
        while not self.ended.wait(0.5):
            if not self._dynamodb.alive:
                say("DynamoDB Local ended by itself.")
                return False
        return True

    def stop(self) -> None:
        """No more requests; what is under way is finished; then the functions, then the engines."""
        self.ended.set()
        self._closing.close()

    def _start_engines(self) -> Names:
        """Both engines with every resource of the template, and what was kept."""
        self._dynamodb = DynamoDBLocal(folder=folder(self.place.data / "dynamodb"))
        self._closing.callback(self._dynamodb.stop)
        self._dynamodb.launch()  # Java takes a second: everything else goes on meanwhile
        moto = MotoServer(around=self._wire)
        self._closing.callback(moto.stop)
        moto.start()
        public = {"PublicUrl": f"http://127.0.0.1:{self.place.port}"}
        names = Names(template=declared(), endpoint=moto.endpoint, parameters=public)
        os.environ.update(environment(names, dynamodb=self._dynamodb.endpoint))
        names.template = packaged(self.place.project)
        create_on_moto(names)
        shelf = Shelf(self.place.data / "s3")
        shelf.restore()
        self._watchers.append(shelf.watch)
        self._dynamodb.wait()
        (table,) = names.of_type("AWS::DynamoDB::Table").values()
        names.stream_arn = create_table(client("dynamodb", self._dynamodb.endpoint), table)
        return names

    def _wire(self, application: Any) -> Wire:
        return Wire(
            application=application, lock=self._queues.lock, faults=self._faults, watchers=self._watchers
        )

    def _start_containers(self, functions: dict[str, Function]) -> Containers:
        # The fork server imports from the project first, then from this tree.
        os.chdir(self.place.project)
        os.environ["PYTHONPATH"] = os.pathsep.join([str(self.place.project), str(ROOT)])
        log = self.place.data / "functions.log"
        containers = Containers(home=Home(project=self.place.project, clock=self.place.clock, log=log))
        self._closing.callback(containers.stop)
        containers.preload(function.handler for function in functions.values())
        containers.warm(functions["APIHandler"], 2)
        return containers

    def _watch_what_leaves(self, names: Names, functions: dict[str, Function]) -> Post:
        post = Post(
            outbox=Outbox(file=self.place.data / "mailbox.jsonl", clock=self._clock),
            clock=self._clock,
            feedback=feedback_topics(names),
            publish=publish,
            for_functions=topics_of_functions(functions),
        )
        self._watchers.append(post.watch)
        return post

    def _traveller(self, names: Names, functions: dict[str, Function], containers: Containers) -> Traveller:
        runner = Runner(clock=self._clock, containers=containers, say=say)
        endpoint = self._dynamodb.endpoint
        found = sources(
            functions.values(), runner=runner, queues=self._queues, data=self.place.data, dynamodb=endpoint
        )
        (table,) = names.of_type("AWS::DynamoDB::Table").values()
        return Traveller(
            clock=self._clock,
            driver=Driver(queues=self._queues, sources=[*found, self._notices]),
            due=DueIndex(client=client("dynamodb", endpoint), table=table["TableName"]),
            alarms=alarms(functions, self._clock.now()),
        )

    def _drive(self, traveller: Traveller) -> None:
        loop = Thread(target=self._live, args=(traveller.live,), name="driver", daemon=True)
        self._closing.callback(self._finish, traveller)
        self._closing.callback(loop.join, PATIENCE)
        loop.start()

    def _listen(self, port: int, handler: type[Handler]) -> None:
        server = listen(port, handler)
        self._closing.callback(server.server_close)
        self._closing.callback(server.shutdown)

    def _live(self, step: Callable[[], list[Any]]) -> None:
        """Drives everything at the pace of the wall clock; nothing that goes wrong ends it."""
        while not self.ended.is_set():
            try:
                busy = bool(step())
            except Exception as error:
                say(f"the driver failed: {type(error).__name__}: {error}")
                busy = False
            if not busy:
                self.ended.wait(PAUSE)

    def _finish(self, traveller: Traveller) -> None:
        """Queues live in memory: what waits is worked off; open promises are found again by the sweep."""
        end = time.monotonic() + PATIENCE
        while self._dynamodb.alive and time.monotonic() < end and traveller.driver.sweep():
            continue

    def _unwell(self) -> list[str]:
        return [] if self._dynamodb.alive else ["DynamoDB Local has ended"]


def publish(topic: str, message: str) -> None:
    """Onto a topic, from inside the cloud."""
    from moto.sns.models import sns_backends

    sns_backends[ACCOUNT][REGION].publish(message, topic)


def say(line: str) -> None:
    """One clear line for whoever watches."""
    print(line, file=sys.stderr, flush=True)
