"""A short week of a bot that is killed and plagued again and again; `make faults` lives long ones."""

from __future__ import annotations

from pathlib import Path

from tests.faults.cases import Case, play
from tests.faults.scene import prepare

SAMPLE = Case("sample", 4, days=1)


async def test_a_short_week(tmp_path: Path) -> None:
    """Killed at places all over the program, and plagued by what can go wrong: the oracle finds nothing wrong."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    result = await play(SAMPLE, prepared, tmp_path / "week")
    assert result.wrong == [], "\n".join([*result.story, *result.killed, SAMPLE.command])
    assert len(result.killed) >= 5, result.killed
    assert result.struck.total() >= 8, result.struck
    assert len(result.seen) > 700, "the names of the steps do not tell them apart any more"
