"""Small facts about this installation, such as which commands Discord knows from us."""

from __future__ import annotations

from bot.storage import meta
from bot.storage.database import Database


async def read(database: Database, key: str) -> str | None:
    """The value kept under `key`, or None."""
    async with database.read() as tx:
        return await meta.read(tx, key)


async def write(database: Database, key: str, value: str) -> None:
    """Keep `value` under `key`."""
    async with database.write() as tx:
        await meta.write(tx, key, value)
