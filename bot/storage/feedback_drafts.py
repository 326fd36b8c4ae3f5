"""Rows of what members typed into feedback's forms until it is posted, with the files of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.feedback import File
from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member typed into a form. `kind` is the form; `at` in milliseconds."""

    draft_id: int
    member_id: int
    group_id: int
    kind: str
    ask_id: int | None
    review_id: int | None
    payload: dict[str, Any]
    at: int


async def put(
    tx: Transaction,
    member_id: int,
    kind: str,
    payload: dict[str, Any],
    now_ms: int,
    *,
    ask_id: int | None = None,
    review_id: int | None = None,
) -> int:
    """Keep what was typed; returns its id."""
    row = await tx.one(
        """INSERT INTO feedback_drafts (member_id, kind, ask_id, review_id, payload, at)
           VALUES (:member, :kind, :ask, :review, :payload, :now) RETURNING draft_id""",
        {
            "member": member_id,
            "kind": kind,
            "ask": ask_id,
            "review": review_id,
            "payload": json.dumps(payload, ensure_ascii=False),
            "now": now_ms,
        },
    )
    assert row is not None
    draft_id: int = row["draft_id"]
    return draft_id


async def change(tx: Transaction, draft_id: int, payload: dict[str, Any], now_ms: int) -> None:
    await tx.run(
        "UPDATE feedback_drafts SET payload = :payload, at = :now WHERE draft_id = :id",
        {"payload": json.dumps(payload, ensure_ascii=False), "now": now_ms, "id": draft_id},
    )


def _draft(row: Row) -> Draft:
    return Draft(
        row["draft_id"],
        row["member_id"],
        row["group_id"],
        row["kind"],
        row["ask_id"],
        row["review_id"],
        json.loads(row["payload"]),
        row["at"],
    )


async def one(tx: Transaction, draft_id: int, user_id: int) -> Draft | None:
    """A user's own draft."""
    row = await tx.one(
        """SELECT d.*, m.group_id FROM feedback_drafts d JOIN members m ON m.member_id = d.member_id
           WHERE d.draft_id = :id AND m.user_id = :user""",
        {"id": draft_id, "user": user_id},
    )
    return _draft(row) if row else None


async def of_member(tx: Transaction, member_id: int) -> list[Draft]:
    """A member's drafts, newest first."""
    rows = await tx.all(
        """SELECT d.*, m.group_id FROM feedback_drafts d JOIN members m ON m.member_id = d.member_id
           WHERE d.member_id = :member ORDER BY d.draft_id DESC""",
        {"member": member_id},
    )
    return [_draft(row) for row in rows]


async def delete(tx: Transaction, draft_id: int) -> None:
    await tx.run("DELETE FROM feedback_drafts WHERE draft_id = :id", {"id": draft_id})


async def delete_before(tx: Transaction, before_ms: int) -> None:
    """Put away what was typed before then."""
    await tx.run("DELETE FROM feedback_drafts WHERE at < :before", {"before": before_ms})


async def put_files(tx: Transaction, draft_id: int, files: Sequence[File]) -> None:
    """Keep the files of a draft in the place of those that it had."""
    await tx.run("DELETE FROM feedback_files WHERE draft_id = :id", {"id": draft_id})
    await tx.many(
        "INSERT INTO feedback_files (draft_id, name, data) VALUES (:draft, :name, :data)",
        [{"draft": draft_id, "name": one.name, "data": one.data} for one in files],
    )


async def files(tx: Transaction, draft_id: int) -> list[File]:
    rows = await tx.all("SELECT name, data FROM feedback_files WHERE draft_id = :id ORDER BY file_id", {"id": draft_id})
    return [File(row["name"], row["data"]) for row in rows]


async def hand_on(tx: Transaction, draft_id: int, ask_id: int) -> None:
    """The draft's files are the ask's from now on."""
    await tx.run(
        "UPDATE feedback_files SET ask_id = :ask, draft_id = NULL WHERE draft_id = :draft",
        {"ask": ask_id, "draft": draft_id},
    )


async def files_of_ask(tx: Transaction, ask_id: int) -> list[File]:
    """The files that wait to be posted with an ask."""
    rows = await tx.all("SELECT name, data FROM feedback_files WHERE ask_id = :id ORDER BY file_id", {"id": ask_id})
    return [File(row["name"], row["data"]) for row in rows]


async def delete_files_of_ask(tx: Transaction, ask_id: int) -> None:
    await tx.run("DELETE FROM feedback_files WHERE ask_id = :id", {"id": ask_id})
