"""How long each handler's module takes to import: `python -m infra.bench.import_time`.

Beside it the very libraries that it imports, without a line of ours, in the same order: what stays is ours.
Processor time in a process of its own, by turns, the fastest of five: the others only show what else the
machine was doing. Fails when ours takes more than LIMIT times the bare libraries.
"""

import json
import subprocess
import sys

from infra.local.functions import deployed
from infra.local.names import Names
from infra.template import ROOT, packaged

TIMES = 5
LIMIT = 3.0  # the forty event classes of tickets cost 25 ms, which weighs most beside the lightest handler
# Loaded by one module: every library module that came with it, in order.
LISTED = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
files = {name: getattr(module, "__file__", None) or "" for name, module in list(sys.modules.items())}
print(json.dumps([name for name, file in files.items() if "site-packages" in file]))
"""
TIMED = """
import importlib, json, sys, time
names = json.loads(sys.argv[1])
before = time.process_time()
for name in names:
    importlib.import_module(name)
print((time.process_time() - before) * 1000)
"""


def main() -> int:
    """Prints the table; the exit code."""
    print(f"{'module':32}{'import':>10}{'bare libraries':>16}{'ratio':>8}  modules of libraries")
    ratios = [row(module) for module in modules()]
    held = max(ratios) <= LIMIT
    print(f"at most {LIMIT} times the bare libraries: {'yes' if held else 'NO'}")
    return 0 if held else 1


def modules() -> list[str]:
    """The modules that Lambda imports, each once."""
    functions = deployed(Names(template=packaged(ROOT)))
    return sorted({function.handler.rpartition(".")[0] for function in functions.values()})


def row(module: str) -> float:
    """One module; the ratio."""
    libraries: list[str] = json.loads(run(LISTED, module))
    ours, bare = list[float](), list[float]()
    for _ in range(TIMES):
        ours.append(timed([module]))
        bare.append(timed(libraries))
    ratio = min(ours) / min(bare)
    print(f"{module:32}{min(ours):7.0f} ms{min(bare):13.0f} ms{ratio:8.2f}  {len(libraries)}")
    return ratio


def timed(names: list[str]) -> float:
    """Milliseconds in a new interpreter."""
    return float(run(TIMED, json.dumps(names)))


def run(code: str, argument: str) -> str:
    """What a new interpreter prints."""
    command = [sys.executable, "-c", code, argument]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
