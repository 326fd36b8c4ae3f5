"""Group commit: together in one transaction, each with its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.services.batches import LARGEST, Batches
from bot.storage import meta
from bot.storage.database import Database, Transaction


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "study.db")
    yield opened
    await opened.close()


class _Poison(Exception):
    """What a poisoned item raises."""


class _Keeper:
    """Keeps names; "poison" breaks its whole batch, "no" is refused alone."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def commit(self, tx: Transaction, names: Sequence[str]) -> list[str | Exception]:
        self.batches.append(list(names))
        outcomes: list[str | Exception] = []
        for name in names:
            if name == "poison":
                raise _Poison
            if name == "no":
                outcomes.append(ValueError(name))
                continue
            await meta.write(tx, name, "kept")
            outcomes.append(name.upper())
        return outcomes


async def _kept(database: Database) -> set[str]:
    async with database.read() as tx:
        return {row["key"] for row in await tx.all("SELECT key FROM meta")}


async def test_what_arrives_meanwhile_is_committed_together(database: Database) -> None:
    """Three hundred at once need a handful of commits, and everybody gets their own outcome."""
    keeper = _Keeper()
    batches = Batches(database, keeper.commit)
    names = [f"name{n}" for n in range(300)]
    assert await asyncio.gather(*(batches.put(name) for name in names)) == [name.upper() for name in names]
    assert len(keeper.batches) <= 6
    assert [name for batch in keeper.batches for name in batch] == names
    assert await _kept(database) == set(names)


async def test_a_batch_has_a_largest_size(database: Database) -> None:
    """However many wait, a transaction takes a bounded number of them."""
    keeper = _Keeper()
    batches = Batches(database, keeper.commit)
    await asyncio.gather(*(batches.put(f"name{n}") for n in range(2 * LARGEST + 1)))
    assert max(map(len, keeper.batches)) == LARGEST
    assert len(await _kept(database)) == 2 * LARGEST + 1


async def test_a_refusal_reaches_only_its_own_caller(database: Database) -> None:
    """An outcome that is an exception is raised to the one who gave that item."""
    batches = Batches(database, _Keeper().commit)
    outcomes = await asyncio.gather(*map(batches.put, ("a", "no", "b")), return_exceptions=True)
    assert outcomes[0::2] == ["A", "B"]
    assert isinstance(outcomes[1], ValueError)
    assert await _kept(database) == {"a", "b"}


async def test_a_poisoned_item_fails_alone(database: Database) -> None:
    """An item that breaks the whole batch takes nobody with it, and the next batch works."""
    batches = Batches(database, _Keeper().commit)
    names = [*(f"name{n}" for n in range(10)), "poison", *(f"more{n}" for n in range(10))]
    outcomes = await asyncio.gather(*map(batches.put, names), return_exceptions=True)
    assert [name for name, outcome in zip(names, outcomes, strict=True) if isinstance(outcome, Exception)] == ["poison"]
    assert isinstance(outcomes[10], _Poison)
    assert await _kept(database) == set(names) - {"poison"}
    assert await batches.put("later") == "LATER"


async def test_nobody_is_told_before_the_commit(database: Database) -> None:
    """At the moment a caller goes on, another connection already reads what was kept."""
    batches = Batches(database, _Keeper().commit)

    async def put(name: str) -> bool:
        await batches.put(name)
        return name in await _kept(database)

    assert all(await asyncio.gather(*(put(f"name{n}") for n in range(20))))


async def test_cancelling_a_waiting_caller_loses_no_item(database: Database) -> None:
    """Whoever stops waiting, at whatever moment, had their item taken in: it is committed with the others."""
    batches = Batches(database, _Keeper().commit)
    for steps in range(15):
        tasks = [asyncio.create_task(batches.put(f"{steps}-{n}")) for n in range(4)]
        await asyncio.sleep(0)
        for _ in range(steps):
            await asyncio.sleep(0)
        tasks[1].cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await batches.idle()
        assert [outcome for n, outcome in enumerate(outcomes) if n != 1] == [f"{steps}-{n}" for n in (0, 2, 3)]
        assert {f"{steps}-{n}" for n in range(4)} <= await _kept(database)


async def test_idle_waits_for_all_that_was_given(database: Database) -> None:
    """Before the bot closes its database it waits here: afterwards everything is on disk."""
    batches = Batches(database, _Keeper().commit)
    tasks = [asyncio.create_task(batches.put(f"name{n}")) for n in range(LARGEST + 5)]
    await asyncio.sleep(0)
    await batches.idle()
    assert len(await _kept(database)) == LARGEST + 5
    await asyncio.gather(*tasks)
    await batches.idle()
