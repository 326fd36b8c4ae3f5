"""What tutors typed for a session: kept until it is posted, so that a mistake costs nobody their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, to_ms
from bot.domain.refusals_sessions import DraftGone
from bot.storage import groups, sessions
from bot.storage.database import Database
from bot.storage.sessions import Draft

__all__ = ["Draft"]

KEPT_MS = 7 * DAY_MS


async def begin(
    database: Database,
    group: Group,
    user: int,
    payload: Mapping[str, Any],
    now: datetime,
    session_id: int | None = None,
) -> int:
    """Keep what a tutor chose before the form opens; returns the draft's id. Old drafts go."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        await sessions.drop_drafts(tx, now_ms - KEPT_MS)
        key = (group.group_id, user)
        member = (await groups.member_ids(tx, [key], now_ms))[key]
        return await sessions.keep_draft(tx, member, session_id, payload, now_ms)


async def find(database: Database, draft_id: int, user: int) -> Draft:
    """A tutor's own draft. Raises DraftGone."""
    async with database.read() as tx:
        draft = await sessions.draft(tx, draft_id)
    if draft is None or draft.user_id != user:
        raise DraftGone
    return draft


async def keep(database: Database, draft: Draft, payload: Mapping[str, Any], now: datetime) -> Draft:
    """Keep what was typed since."""
    async with database.write() as tx:
        await sessions.change_draft(tx, draft.draft_id, payload, to_ms(now))
    return Draft(draft.draft_id, draft.user_id, draft.group_id, draft.session_id, dict(payload))
