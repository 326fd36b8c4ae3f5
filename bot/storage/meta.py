"""Small facts about this installation."""

from __future__ import annotations

from bot.storage.database import Transaction


async def read(tx: Transaction, key: str) -> str | None:
    row = await tx.one("SELECT value FROM meta WHERE key = :key", {"key": key})
    return row["value"] if row else None


async def write(tx: Transaction, key: str, value: str) -> None:
    await tx.run(
        """INSERT INTO meta (key, value) VALUES (:key, :value)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value""",
        {"key": key, "value": value},
    )
