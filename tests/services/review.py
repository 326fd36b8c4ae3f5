"""Review sessions for tests: one that is posted, and everything that a member can do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.rsvps import Answer
from bot.domain.sessions import Place, Session
from bot.services import rsvps, session_drafts, session_posts, sessions
from bot.services.rsvps import Mine
from bot.services.sessions import Wishes
from bot.storage import groups
from tests.services.study import GUILD, START, Study

TUTOR = 814_000_000_000_003_001
WISHES = Wishes(
    title="Modifiers",
    topics=("Surgery",),
    notes="Bring your book.",
    starts_at=START + timedelta(days=3),
    minutes=90,
    zone="Europe/Berlin",
    place=Place.LINK,
    place_id=None,
    link="https://meet.example/room",
    seats=None,
)


async def post(study: Study, user: int = TUTOR, **changes: Any) -> Session:
    """A tutor posts a session."""
    return await sessions.post(study.database, study.group, user, replace(WISHES, **changes), study.now)


async def answers(
    study: Study, session: Session, user: int, answer: Answer = Answer.GOING, *, at: datetime | None = None
) -> Mine:
    """A member presses a button of the announcement."""
    return await rsvps.answer(study.database, session.session_id, user, GUILD, answer, at or study.now)


async def takes_part(study: Study, user: int) -> None:
    """A user tutors a session and goes to it, typed another one, and was not told something."""
    session = await post(study, user, starts_at=study.now + timedelta(days=2))
    await answers(study, session, user)
    await session_drafts.begin(study.database, study.group, user, {"title": "Another"}, study.now)
    async with study.database.write() as tx:
        member = await groups.member(tx, study.group.group_id, user)
        assert member is not None
        await session_posts.keep(tx, session.session_id, member, {"what": "up"}, study.now_ms)
