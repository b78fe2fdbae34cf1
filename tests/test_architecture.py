"""Imports run one way, rooms stay small, handlers load light: the table of design.md, held by walking the code.

Where the table was widened, the reason stands beside it.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "chalicelib"
SHARED = ("core", "aws", "web", "wiring")
OURS = "chalicelib."

# A capability's rooms, each with the kind of work that is done there.
ROOMS = {
    "domain": "domain",
    "events": "domain",
    "use_cases": "use case",
    "api": "api",
    "pages": "api",
    "forms": "form",
    "jobs": "job",
    # What reads or writes something outside: tables, files, queues, documents, libraries, the network.
    "store": "adapter",
    "reader": "adapter",
    "sender": "adapter",
    "pager": "adapter",
    "relay": "adapter",
    "sweep": "adapter",
    "letters": "adapter",
    "as_html": "adapter",
    "topics": "adapter",
    "terms": "adapter",
    "holidays": "adapter",
    "documents": "adapter",
    "addresses": "adapter",
    # Forms with a name of their own, and what turns domain objects into them.
    "calendar_forms": "form",
    "key_forms": "form",
    "rota_forms": "form",
    "history": "api",
    # Mail's use cases are named for what they do: one folder of verbs would mix three flows.
    "inbound": "use case",
    "received": "use case",
    "contents": "use case",
    "finding": "use case",
    "notices": "use case",
    "outbox": "use case",
    "telling": "use case",
    "noting": "use case",
    "readers": "use case",
    "wording": "use case",
}

# One name, another kind of work: these forms are documents that people write in files.
MODULES = {"sla.forms": "adapter"}

# What each kind may import besides the standard library: of its own capability, of others, of the shared rooms.
OWN = {
    "domain": {"domain"},
    "use case": {"domain", "use case"},
    "adapter": {"domain", "adapter", "use case"},  # a use case's Protocols are what an adapter fills
    "form": {"domain", "form"},
    "api": {"domain", "form", "api"},
    "job": {"domain"},
}
OTHERS = {
    "domain": {"domain"},
    "use case": {"domain"},
    "adapter": {"domain", "adapter"},  # plans and holidays are data that several adapters read
    "form": {"domain", "form"},
    "api": {"domain", "form"},
    "job": {"domain"},
}
OF_SHARED = {
    # Ids that are derived from words are as pure as the words.
    "domain": {"core.errors", "core.ids"},
    "use case": {"core"},
    "adapter": {"core", "aws"},
    "form": {"core", "web"},
    # The codec turns JSON into domain objects and back: no trip, no client.
    "api": {"core", "web", "wiring", "aws.codec"},
    "job": {"core", "web", "wiring", "aws.codec"},
}
LIBRARIES = {
    "domain": set[str](),
    "use case": set[str](),
    "adapter": {"*"},
    "form": {"pydantic"},
    "api": {"chalice", "pydantic", "jinja2", "markupsafe"},
    "job": {"chalice"},
}
CORE_LIBRARIES = {"aws_lambda_powertools"}
# boto3, PynamoDB and their kin live with the shared AWS room and in adapters that must name their errors.
AWS_LIBRARIES = {"boto3", "botocore", "pynamodb"}
AWS_ROOMS = {"store", "sender", "pager", "relay", "sweep"}

# Single crossings, each with its reason; one that is no longer needed fails the test.
CROSSINGS = {
    (
        "audit.jobs",
        "audit.relay",
    ): "nothing is decided between the stream and the bus: a use case would be empty",
    ("promises.jobs", "promises.sweep"): "the same for the due index and the due queue",
    ("webhooks.jobs", "promises.sweep"): "asks to be woken again: the queue's own answer to what is due",
    ("webhooks.jobs", "webhooks.store"): "the name of a sort key",
    ("customers.forms", "sla.forms"): "durations are read by the one reader of durations",
    ("escalation.letters", "mail.outbox"): "a letter of escalation leaves by mail",
    ("escalation.letters", "mail.telling"): "a letter of escalation is framed as every letter of the desk",
    ("knowledge.pages", "knowledge.topics"): "the help pages are the table of topics, page by page",
    ("mail.jobs", "mail.notices"): "what SES says, read where it comes in",
    ("mail.jobs", "mail.telling"): "the names of the events that are told by mail",
    ("mail.readers", "mail.letters"): "who reads a letter is part of its text",
    (
        "mail.telling",
        "mail.letters",
    ): "letters are texts made of templates: pure, and the very thing decided here",
    ("mail.wording", "mail.letters"): "as telling",
    ("mail.outbox", "mail.sender"): "the two errors by which a sender says whether a mail may have left",
    ("mail.telling", "mail.store"): "a type",
}
# Longer than a room should be, and why they are left whole.
LONG = {
    "tickets/events.py": "a catalogue: each entry is a few fields, read one at a time",
    "tickets/forms.py": "as the events: forms first, views after",
    "wiring.py": "a list of factories, no decisions",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: from which module of ours, of what."""

    module: str
    of: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.of}"


def modules() -> list[Path]:
    """All code that is deployed."""
    return sorted(
        path for path in CODE.rglob("*.py") if path.name != "__init__.py" or path.read_text().strip()
    )


@cache
def imports() -> tuple[Import, ...]:
    """Every import anywhere in a file, inside functions too."""
    return tuple(one for path in modules() for one in imports_of(path))


def imports_of(path: Path) -> Iterator[Import]:
    """The imports of one file, each by the module that it names."""
    parts = path.relative_to(CODE).with_suffix("").parts
    module = ".".join(part for part in parts if part != "__init__")
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: say the whole name"
            names = [meant(node.module or "", alias.name) for alias in node.names]
        for name in names:
            yield Import(module, name, str(path.relative_to(ROOT)), node.lineno)  # type: ignore[attr-defined]


def meant(module: str, name: str) -> str:
    """`from chalicelib.tickets import events` means the module events."""
    inner = f"{module}.{name}"
    place = ROOT / inner.replace(".", "/")
    return inner if place.with_suffix(".py").exists() or (place / "__init__.py").exists() else module


def room(module: str) -> tuple[str, str]:
    """(capability, room): `tickets.domain.owed` lies in (tickets, domain)."""
    capability, _, rest = module.partition(".")
    return capability, rest.partition(".")[0]


def kind(module: str) -> str | None:
    """What kind of work is done in a module of a capability."""
    return MODULES.get(module) or ROOMS.get(room(module)[1])


def of_capabilities() -> list[Import]:
    """The imports of all capabilities' rooms."""
    return [one for one in imports() if room(one.module)[0] not in SHARED and room(one.module)[1]]


def test_every_room_is_a_room_of_the_table() -> None:
    unknown = {one.module for one in of_capabilities() if kind(one.module) is None}
    assert not unknown, "say in ROOMS what kind of work is done there"


def test_imports_run_one_way() -> None:
    """The table of design.md."""
    wrong = [str(one) for one in of_capabilities() if not is_allowed(one) and crossing(one) not in CROSSINGS]
    assert not wrong, "\n".join(wrong)


def test_every_crossing_is_still_needed() -> None:
    used = {crossing(one) for one in of_capabilities() if one.of.startswith(OURS) and not is_allowed(one)}
    assert set(CROSSINGS) - used == set()


def crossing(one: Import) -> tuple[str, str]:
    """From which room into which."""
    return ".".join(room(one.module)), ".".join(room(one.of.removeprefix(OURS)))


def is_allowed(one: Import) -> bool:
    """Whether the table allows it."""
    work = kind(one.module)
    assert work is not None
    if not one.of.startswith("chalicelib"):
        return is_allowed_library(one, work)
    target = one.of.removeprefix("chalicelib").lstrip(".")
    if target.partition(".")[0] in SHARED:
        return any(target == name or target.startswith(f"{name}.") for name in OF_SHARED[work])
    if target == room(one.module)[0]:
        return True  # the capability itself: its words, no code
    same = room(target)[0] == room(one.module)[0]
    return kind(target) in (OWN if same else OTHERS)[work] or same_room(one.module, target)


def same_room(module: str, target: str) -> bool:
    """A room that has become a folder."""
    return room(module) == room(target)


def is_allowed_library(one: Import, work: str) -> bool:
    """The standard library, and the libraries of the room."""
    library = one.of.partition(".")[0]
    if library in sys.stdlib_module_names:
        return True
    if library in AWS_LIBRARIES:
        return room(one.module)[1] in AWS_ROOMS
    return "*" in LIBRARIES[work] or library in LIBRARIES[work]


def test_the_shared_rooms_know_no_capability_but_its_words() -> None:
    """core: the standard library and the Logger. aws: core. web: core, wiring, and whose key it is."""
    allowed = {"core": {"core"}, "aws": {"core", "aws"}, "web": {"core", "web", "wiring"}}
    wrong = []
    for one in imports():
        home = one.module.partition(".")[0]
        if home not in allowed or not one.of.startswith(OURS):
            continue
        target = one.of.removeprefix(OURS)
        known = target.partition(".")[0] in allowed[home]
        if not known and not (home == "web" and kind(target) == "domain"):
            wrong.append(str(one))
    assert not wrong, "\n".join(wrong)


def test_core_stands_on_the_standard_library_and_the_logger() -> None:
    wrong = [
        str(one)
        for one in imports()
        if one.module.startswith("core")
        and not one.of.startswith("chalicelib")
        and one.of.partition(".")[0] not in sys.stdlib_module_names | CORE_LIBRARIES
    ]
    assert not wrong, "\n".join(wrong)


def test_boto3_lives_in_the_aws_room_alone() -> None:
    """The Logger's Powertools brings its own; nobody else makes a client."""
    wrong = [
        str(one) for one in imports() if one.of.partition(".")[0] == "boto3" and one.module != "aws.clients"
    ]
    pynamodb = [str(one) for one in imports() if one.of.startswith("pynamodb") and not keeps(one.module)]
    assert not wrong + pynamodb


def keeps(module: str) -> bool:
    """Where records are."""
    return module.startswith("aws.") or room(module)[1] == "store"


def test_nobody_imports_the_app() -> None:
    """A handler's module is loaded alone; what it needs from app.py would be missing."""
    assert not [str(one) for one in imports() if one.of == "app"]


def test_only_the_app_imports_wirings_users() -> None:
    """app -> api, pages, jobs: nothing else does."""
    doors = {"api", "pages", "jobs"}
    wrong = [
        str(one)
        for one in imports()
        if one.of.startswith(OURS)
        and room(target := one.of.removeprefix(OURS))[1] in doors
        and room(target)[0] not in SHARED
        and not same_room(one.module, target)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_app_decides_nothing() -> None:
    lines = (ROOT / "app.py").read_text().splitlines()
    assert len(lines) < 60
    tree = ast.parse("\n".join(lines))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)]


def test_rooms_are_smaller_than_three_hundred_lines() -> None:
    sizes = {str(path.relative_to(CODE)): len(path.read_text().splitlines()) for path in modules()}
    long = {name for name, size in sizes.items() if size >= 300}
    assert long <= set(LONG), "make a folder of it, with the same import path"


def test_every_capability_says_what_it_promises() -> None:
    """A paragraph in `__init__.py`, and no code."""
    for folder in sorted({path.parent for path in CODE.glob("*/*.py")}):
        tree = ast.parse((folder / "__init__.py").read_text())
        assert ast.get_docstring(tree), folder.name
        assert len(tree.body) == 1, f"{folder.name}/__init__.py holds code"


HEAVY = (
    "app",
    "pydantic",
    "jinja2",
    "nh3",
    "html2text",
    "charset_normalizer",
    "holidays",
    "standardwebhooks",
    "aws_xray_sdk",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.idempotency",
)
LOAD = """
import importlib, json, os, sys
import botocore.session
def refuse(*_, **__):
    raise RuntimeError("a client is made at import")
botocore.session.Session.create_client = refuse
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


@pytest.mark.parametrize(
    "path", sorted({*CODE.glob("*/jobs.py")} - {CODE / "web" / "jobs.py"}), ids=lambda path: path.parent.name
)
def test_a_handlers_module_loads_alone_without_client_setting_or_heavy_library(path: Path) -> None:
    """facts.md, import weight: Lambda imports this module alone, with no app and no request."""
    module = f"chalicelib.{path.parent.name}.jobs"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", LOAD, module, *HEAVY],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == []
