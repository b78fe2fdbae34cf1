"""`python -m infra.local`: the cloud on a laptop, in the foreground; Ctrl-C ends everything.

Read from the environment: PORT (8000), CONTROL_PORT (8001), DATA (.local), PROJECT (this tree).
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # everything else is imported late: each container imports this module again
    from infra.local.place import Place


def main() -> int:
    """0 after Ctrl-C; 1 with one clear sentence when something is missing or taken."""
    from infra.local.cloud import Cloud
    from infra.local.fetch import ToolMissing
    from infra.local.place import DataInUse, Place
    from infra.local.ports import PortTaken
    from infra.local.resources import OutdatedTable

    try:
        place = Place(
            data=Path(os.environ.get("DATA") or ".local").resolve(),
            port=int(os.environ.get("PORT") or 8000),
            control_port=int(os.environ.get("CONTROL_PORT") or 8001),
            project=Path(os.environ.get("PROJECT") or ".").resolve(),
        )
    except ValueError:
        print("PORT and CONTROL_PORT are numbers.", file=sys.stderr)
        return 1
    cloud = Cloud(place=place)

    def end(_signal: int, _frame: FrameType | None) -> None:
        if cloud.ended.is_set():
            os._exit(1)  # asked twice: now
        cloud.ended.set()

    try:
        cloud.start()
        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        print(welcome(place), flush=True)
        return 0 if cloud.watch() else 1
    except (PortTaken, ToolMissing, DataInUse, OutdatedTable) as wrong:
        print(wrong, file=sys.stderr, flush=True)
        return 1
    except OverflowError:
        print(
            "a port is a number from 1 to 65535: correct PORT or CONTROL_PORT.", file=sys.stderr, flush=True
        )
        return 1
    except OSError as wrong:
        print(f"cannot start: {wrong}. Look at PORT, CONTROL_PORT and DATA.", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        cloud.stop()


def welcome(place: "Place") -> str:
    """Where everything is."""
    control = f"http://127.0.0.1:{place.control_port}"
    return f"""
Pledge runs. Ctrl-C ends it.
  API       http://127.0.0.1:{place.port}
  Mailbox   {control}/            everything that left the desk
  Keys      {control}/keys        API keys of the demonstration operator, by person
  Mail in   curl --data-binary @some.eml {control}/mail
  Clock     curl -d '{{"advance": "PT2H"}}' {control}/clock
  Data      {place.data}  (delete it to begin anew); output of the functions: functions.log there
"""


if __name__ == "__main__":
    sys.exit(main())
