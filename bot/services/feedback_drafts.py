"""What members typed, kept before anything is tried with it: a refusal or a crash costs nobody their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.feedback import File
from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.preflight import Finding, look
from bot.domain.refusals_feedback import NoSuchDraft
from bot.storage import feedback_drafts as drafts
from bot.storage import groups
from bot.storage.database import Database, Transaction
from bot.storage.feedback_drafts import Draft

KEPT = timedelta(days=7)
MOST = 10  # a member; the oldest makes room

__all__ = ["Draft", "keep", "mine", "of_user", "put_away", "warnings"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft and what in it looks like a patient's data."""

    draft_id: int
    warnings: tuple[Finding, ...]


async def keep(
    database: Database,
    group: Group,
    user: int,
    kind: str,
    payload: dict[str, Any],
    now: datetime,
    *,
    ask_id: int | None = None,
    review_id: int | None = None,
    draft_id: int = 0,
    files: Sequence[File] | None = None,
) -> Kept:
    """Keep what was typed into a form: in the place of the draft that the form was opened with, if there was one.

    `files` None leaves those that the draft has.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        await drafts.delete_before(tx, to_ms(now - KEPT))
        member = (await groups.member_ids(tx, [(group.group_id, user)], now_ms))[(group.group_id, user)]
        before = await drafts.one(tx, draft_id, user)
        if before is not None and (before.kind, before.ask_id, before.review_id) == (kind, ask_id, review_id):
            await drafts.change(tx, draft_id, payload, now_ms)
        else:
            draft_id = await drafts.put(tx, member, kind, payload, now_ms, ask_id=ask_id, review_id=review_id)
        if files is not None:
            await drafts.put_files(tx, draft_id, files)
        for old in (await drafts.of_member(tx, member))[MOST:]:
            await drafts.delete(tx, old.draft_id)
        attached = await drafts.files(tx, draft_id)
    return Kept(draft_id, warnings(payload, attached))


def warnings(payload: dict[str, Any], files: Sequence[File] = ()) -> tuple[Finding, ...]:
    """What in a form's texts, and in files beside it and their names, looks like a patient's data."""
    texts = [value for value in payload.values() if isinstance(value, str)]
    names = [one.name.replace("_", " ") for one in files]
    return look([*texts, *names, *(one.data.decode("utf-8", "replace") for one in files if not one.picture)])


async def of_user(database: Database, draft_id: int, user: int) -> Draft:
    """A user's own draft. Raises NoSuchDraft."""
    async with database.read() as tx:
        return await mine(tx, draft_id, user)


async def mine(tx: Transaction, draft_id: int, user: int, kind: str | None = None) -> Draft:
    """The same inside a transaction; of this kind, if one is named. Raises NoSuchDraft."""
    found = await drafts.one(tx, draft_id, user)
    if found is None or (kind is not None and found.kind != kind):
        raise NoSuchDraft
    return found


async def put_away(database: Database, draft_id: int, user: int) -> None:
    """The member does not want it any more. Raises NoSuchDraft."""
    async with database.write() as tx:
        found = await mine(tx, draft_id, user)
        await drafts.delete(tx, found.draft_id)
