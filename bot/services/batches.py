"""Group commit: what arrives while a commit runs is committed together by the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from bot.storage.database import Database, Transaction
from bot.storage.soundness import unwritten

__all__ = ["Batches", "unwritten"]

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
# The first replies go out while the rest is committed; each next batch may be twice as large.
FIRST = 16
LARGEST = 500  # keeps a statement's parameters and a member's wait bounded


class Batches(Generic[Item, Outcome]):
    """Hands items to `commit` in batches, one transaction each; nobody waits for a timer.

    `commit` returns an outcome or an exception for each item, in order; the exception is raised to the one
    who gave that item. Every waiting caller is told only after the commit.
    """

    def __init__(
        self,
        database: Database,
        commit: Callable[[Transaction, Sequence[Item]], Coroutine[Any, Any, list[Outcome | Exception]]],
    ) -> None:
        self._database = database
        self._commit = commit
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Outcome:
        """Have `item` committed; returns its outcome. Cancelling the caller does not call back the commit."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def idle(self) -> None:
        """Return when everything that was given so far is committed."""
        while self._worker is not None:
            await asyncio.shield(self._worker)

    async def _work(self) -> None:
        size = FIRST
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:size], self._waiting[size:]
                await self._settle(batch)
                size = min(size * 2, LARGEST)
        finally:
            self._worker = None

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Outcome]]]) -> None:
        try:
            outcomes = await self._database.write_at_once(lambda tx: self._commit(tx, [item for item, _ in batch]))
        except Exception as error:  # noqa: BLE001  it is raised to whoever waits
            if len(batch) > 1 and not unwritten(error):
                # One item that breaks the batch must not take the others with it.
                for entry in batch:
                    await self._settle([entry])
                return
            # No item makes a disk full or holds the database, and nobody has the time to wait for each of the others.
            outcomes = [error] * len(batch)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
