"""The mail room, with its people, for tests of mail."""

import pytest

from tests.conftest import StillClock
from tests.engines import Cloud
from tests.mail.mailroom import Mailroom, settle_people


@pytest.fixture
def room(cloud: Cloud, still: StillClock) -> Mailroom:
    """An empty desk at Monday 09:00 UTC with its customers, partners and staff."""
    settle_people()
    return Mailroom()
