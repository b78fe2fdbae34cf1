"""The desk as HTTP shows it."""

import pytest

from tests.web.http_desk import HttpDesk, peopled


@pytest.fixture
def desk(cloud, still) -> HttpDesk:
    """The desk with its people, at Monday 09:00 UTC."""
    return peopled()
