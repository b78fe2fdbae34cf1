"""The demonstration operator: made at the first start, its keys kept beside the data."""

import importlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from infra.local.clock import MovableClock
from infra.template import ROOT

SEED = "infra.local.seed"


def seeded_keys(data: Path, project: Path, clock: MovableClock) -> dict[str, Any]:
    """API keys by person; none for another project than the desk itself."""
    kept = data / "keys.json"
    if not kept.exists():
        keys = seed(clock) if project == ROOT and importlib.util.find_spec(SEED) else {}
        kept.write_text(json.dumps(keys, indent=1))
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


def seed(clock: MovableClock) -> Any:
    """Runs the desk's own use cases, at the desk's time."""
    from chalicelib.core import clock as desk_clock

    desk_clock.use(clock.now)
    return importlib.import_module(SEED).run()
