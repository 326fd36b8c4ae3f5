"""What members have to be told at the next contact, since it could not be sent."""

from __future__ import annotations

from collections.abc import Collection

from bot.storage import notes
from bot.storage.database import Database
from bot.storage.notes import Note

AT_ONCE = 5

__all__ = ["Note"]


async def users(database: Database) -> set[int]:
    """Everybody who has something to be told."""
    async with database.read() as tx:
        return await notes.users(tx)


async def waiting(database: Database, user: int) -> list[Note]:
    """The oldest of what waits for a user."""
    async with database.read() as tx:
        return await notes.of_user(tx, user, AT_ONCE)


async def told(database: Database, note_ids: Collection[int]) -> None:
    """They reached their member."""
    async with database.write() as tx:
        await notes.remove(tx, note_ids)
