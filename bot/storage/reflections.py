"""Rows of members' private logs: what they take away."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.database import Row, Transaction

_COLUMNS = """SELECT r.reflection_id, r.text, t.name AS topic, r.made_at, a.title AS ask FROM reflections r
    LEFT JOIN topics t ON t.topic_id = r.topic_id LEFT JOIN asks a ON a.ask_id = r.ask_id"""


@dataclass(frozen=True, slots=True)
class Reflection:
    """A line of a member's log. `ask` is the title of the question that it came from; `made_at` in milliseconds."""

    reflection_id: int
    text: str
    topic: str | None
    made_at: int
    ask: str | None


def _reflection(row: Row) -> Reflection:
    return Reflection(row["reflection_id"], row["text"], row["topic"], row["made_at"], row["ask"])


async def put(
    tx: Transaction, member_id: int, text: str, now_ms: int, *, ask_id: int | None = None, topic_id: int | None = None
) -> None:
    """Keep a line. An ask has one: a second line about it stands for itself."""
    await tx.run(
        """INSERT INTO reflections (member_id, ask_id, topic_id, text, made_at)
           VALUES (:member, CASE WHEN EXISTS (SELECT 1 FROM reflections WHERE ask_id = :ask) THEN NULL ELSE :ask END,
               :topic, :text, :now)""",
        {"member": member_id, "ask": ask_id, "topic": topic_id, "text": text, "now": now_ms},
    )


async def said(tx: Transaction, member_id: int, topic_id: int | None, text: str) -> bool:
    """Whether the same line is there already."""
    row = await tx.one(
        """SELECT 1 FROM reflections WHERE member_id = :member AND text = :text
             AND COALESCE(topic_id, 0) = COALESCE(:topic, 0)""",
        {"member": member_id, "text": text, "topic": topic_id},
    )
    return row is not None


async def page(tx: Transaction, member_id: int, limit: int, offset: int) -> list[Reflection]:
    """A member's lines, newest first."""
    rows = await tx.all(
        f"""{_COLUMNS} WHERE r.member_id = :member
            ORDER BY r.made_at DESC, r.reflection_id DESC LIMIT :limit OFFSET :offset""",
        {"member": member_id, "limit": limit, "offset": offset},
    )
    return [_reflection(row) for row in rows]


async def count(tx: Transaction, member_id: int) -> int:
    row = await tx.one("SELECT COUNT(*) AS number FROM reflections WHERE member_id = :member", {"member": member_id})
    assert row is not None
    number: int = row["number"]
    return number


async def newest(tx: Transaction, member_id: int, topic_id: int) -> Reflection | None:
    """The newest line about a topic."""
    row = await tx.one(
        f"""{_COLUMNS} WHERE r.member_id = :member AND r.topic_id = :topic
            ORDER BY r.made_at DESC, r.reflection_id DESC LIMIT 1""",
        {"member": member_id, "topic": topic_id},
    )
    return _reflection(row) if row else None


async def delete(tx: Transaction, member_id: int, reflection_id: int) -> bool:
    """Delete one of a member's lines; whether there was one."""
    return (
        await tx.run(
            "DELETE FROM reflections WHERE reflection_id = :id AND member_id = :member",
            {"id": reflection_id, "member": member_id},
        )
        > 0
    )
