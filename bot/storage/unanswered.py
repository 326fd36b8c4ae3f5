"""Rows of questions for feedback that nobody has answered."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.database import Transaction

_WAITING = """FROM asks a WHERE a.group_id = :group_id AND a.kind = 'ask' AND a.state = 'open'
    AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.ask_id = a.ask_id AND r.state = 'posted')"""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without feedback; `made_at` in milliseconds. Of a private one no title leaves its thread."""

    ask_id: int
    title: str
    private: bool
    thread_id: int | None
    made_at: int


async def of_group(tx: Transaction, group_id: int, limit: int) -> list[Unanswered]:
    """What waits, oldest first."""
    rows = await tx.all(
        f"""SELECT a.ask_id, a.title, a.visibility, a.thread_id, a.made_at {_WAITING}
            ORDER BY a.made_at, a.ask_id LIMIT :limit""",
        {"group_id": group_id, "limit": limit},
    )
    return [
        Unanswered(row["ask_id"], row["title"], row["visibility"] == "private", row["thread_id"], row["made_at"])
        for row in rows
    ]


async def untold(tx: Transaction, group_id: int) -> list[tuple[int, int]]:
    """(ask id, when it was made in ms) of what waits and tutors were not told of, oldest first."""
    rows = await tx.all(
        f"""SELECT a.ask_id, a.made_at {_WAITING}
            AND NOT EXISTS (SELECT 1 FROM unanswered u WHERE u.ask_id = a.ask_id) ORDER BY a.made_at, a.ask_id""",
        {"group_id": group_id},
    )
    return [(row["ask_id"], row["made_at"]) for row in rows]


async def told(tx: Transaction, ask_id: int, now_ms: int) -> None:
    await tx.run(
        "INSERT INTO unanswered (ask_id, told_at) VALUES (:ask, :now) ON CONFLICT (ask_id) DO NOTHING",
        {"ask": ask_id, "now": now_ms},
    )


async def forget(tx: Transaction, ask_id: int) -> None:
    """Tutors were not told after all."""
    await tx.run("DELETE FROM unanswered WHERE ask_id = :ask", {"ask": ask_id})
