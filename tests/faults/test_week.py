"""Two days of a busy group with everything that people do, and nothing that goes wrong."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Finished
from tests.faults.oracle import judge

pytestmark = pytest.mark.xdist_group("week")


async def test_two_days_leave_everything_in_order(finished: Finished) -> None:
    """Whatever people were told is kept, what was due came once, and nothing private was seen by anybody else."""
    acts = finished.evidence.record.acts
    assert len({act.kind for act in acts}) > 25
    assert [act for act in acts if act.told is None] == []
    assert await judge(finished.evidence) == []
