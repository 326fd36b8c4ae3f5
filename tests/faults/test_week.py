"""Two days of a busy group with everything that people do, and nothing that goes wrong."""

from __future__ import annotations

from pathlib import Path

from tests.faults.oracle import examine
from tests.faults.scene import Scene, prepare
from tests.faults.week import live

SEED = 11


async def test_two_days_leave_everything_in_order(tmp_path: Path) -> None:
    """Whatever people were told is kept, what was due came once, and nothing private was seen by anybody else."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        record = await live(scene, SEED, days=2)
        assert await examine(scene, record) == []
    kinds = {act.kind for act in record.acts}
    assert len(kinds) > 25
    assert [act for act in record.acts if act.told is None] == []
