"""Engines, settings and a clock that stands still, for every test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from chalicelib import wiring
from chalicelib.core import clock
from chalicelib.core.settings import settings as desk_settings

pytest_plugins = ["tests.engines"]

# The same examples every time: a test that fails today fails tomorrow.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class StillClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def still() -> Iterator[StillClock]:
    """The desk's clock, standing at Monday 2026-11-23 09:00 UTC."""
    source = StillClock()
    clock.use(source)
    yield source
    clock.use(lambda: datetime.now(UTC))


@pytest.fixture(autouse=True)
def fresh_wiring() -> Iterator[None]:
    """No use case of one test is left for the next."""
    yield
    wiring.forget()
    desk_settings.cache_clear()
