"""A desk whose tickets, calls and letters happen for real, on the engines."""

import pytest

from tests.escalation.desk import Desk, open_desk


@pytest.fixture
def desk(cloud, still, tmp_path) -> Desk:
    """Escalation reacts; nobody else does."""
    return open_desk(still, tmp_path, "escalation")
