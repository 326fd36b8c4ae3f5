"""A week that was lived through once, for all tests that look at it."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sqlite3
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.evidence import Evidence
from tests.faults.scene import Scene, prepare
from tests.faults.week import live

SEED = 11


@dataclasses.dataclass(frozen=True)
class Finished:
    """A week that is over."""

    evidence: Evidence
    folder: Path

    def corrupted(self, sql: str) -> Evidence:
        """The same with a copy of its database in which this was done; a table `deleted` has who was deleted."""
        path = self.folder / "corrupted.db"
        shutil.copy(self.evidence.database, path)
        (user,) = [self.evidence.record.people[one] for one in self.evidence.deleted()]
        with contextlib.closing(sqlite3.connect(path)) as kept:
            kept.executescript(f"CREATE TEMP TABLE deleted AS SELECT '{user}' AS user_id; {sql};")
        return self.evidence.besides(database=path)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two days of everything that people do, without any fault."""
    folder = tmp_path_factory.mktemp("finished")
    await prepare(folder / "prepared.db")
    async with Scene.open(folder / "prepared.db", folder / "scene") as scene:
        record = await live(scene, SEED, days=2)
        return Finished(await Evidence.gather(scene, record), folder)
