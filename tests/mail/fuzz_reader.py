"""Look for bytes that the reader cannot take. By hand: `python tests/mail/fuzz_reader.py [seconds]`.

With atheris installed it is guided by coverage; without, samples are damaged at random."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from chalicelib.mail.reader.reading import read_unguarded
from tests.mail.bounds import assert_bounded

SAMPLES = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("samples/*.eml"))]


def one(raw: bytes) -> None:
    """Raises what the reader raises."""
    assert_bounded(read_unguarded(raw))


def damaged(chance: random.Random) -> bytes:
    """Two samples, cut, crossed and flipped."""
    first, second = chance.choice(SAMPLES), chance.choice(SAMPLES)
    at, end = chance.randrange(len(first)), chance.randrange(len(second))
    raw = bytearray(first[:at] + second[end:] if chance.random() < 0.5 else first)
    for _ in range(chance.randrange(1, 12)):
        position = chance.randrange(len(raw))
        length = chance.randrange(40)
        piece = chance.choice([b"", chance.randbytes(3), bytes(raw[position : position + length]) * 2])
        raw[position : position + chance.randrange(length + 1)] = piece
        raw = raw or bytearray(b"x")
    return bytes(raw)


def at_random(seconds: float) -> None:
    """Damage samples until the time is over; keep what fails."""
    chance, count, until = random.Random(), 0, time.monotonic() + seconds  # noqa: S311
    slowest = 0.0
    while time.monotonic() < until:
        raw, began, count = damaged(chance), time.process_time(), count + 1
        try:
            one(raw)
        except BaseException:
            Path("/tmp/fuzz_reader_failed.eml").write_bytes(raw)
            raise
        slowest = max(slowest, time.process_time() - began)
    print(f"{count} damaged mails read, the slowest in {slowest * 1000:.0f} ms, none refused")


if __name__ == "__main__":
    try:
        import atheris
    except ImportError:
        at_random(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
    else:
        atheris.instrument_all()
        atheris.Setup(sys.argv, one)
        atheris.Fuzz()
