"""After a session: its tutor and those who were there are asked, notes are kept, and what was taught is asked more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.afterwards import ASKED_AFTER_MS, TAUGHT_MS, Tally, tally, taught
from bot.domain.attendance import seen, window
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.questions import slug
from bot.domain.refusals_attendance import NoSessionYet, NotOverYet, NotThere
from bot.domain.refusals_sessions import NoSuchSession, SessionCancelled
from bot.domain.sessions import Session, State
from bot.services import session_posts
from bot.services.parcels import TOO_LATE, Parcel
from bot.services.plan import Plan
from bot.storage import afterwards, agenda, attendance, attendance_records, deliveries, groups, rsvps, sessions, wishes
from bot.storage.afterwards import Notes
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

__all__ = ["Notes"]

ASKED_FOR_MS = 3 * DAY_MS
"""So long after its end a session is still asked about."""
LISTED = 25


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the poll: the topic, or None for the session as a whole, its number from 0, and of how many."""

    session: Session
    topic: str | None
    number: int
    of: int


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A session ended ten minutes ago: write to its tutor, to those who were there, and into the channel."""
    session = None if entry.subject_id is None else await sessions.by_id(tx, entry.subject_id)
    if session is not None and session.state is not State.CANCELLED:
        due = session.ends_at + ASKED_AFTER_MS
        if now_ms < due:
            await agenda.move(tx, entry.agenda_id, due)
            return
        await wishes.granted(tx, group.group_id, [slug(topic) for topic in session.topics], session.starts_at)
        there = await _there(tx, session, now_ms)
        await _put(tx, session, "roster", session.tutor_id, now_ms)
        for member in there:
            await _put(tx, session, "poll", member, now_ms)
        if there:
            await _put(tx, session, "afterwards", None, now_ms)
    await agenda.remove(tx, entry.agenda_id)


async def _put(tx: Transaction, session: Session, kind: str, member: int | None, now_ms: int) -> None:
    if member is None and kind != "afterwards":
        return
    key = f"{kind}:{session.session_id}" if kind != "poll" else f"{kind}:{session.session_id}:{member}"
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind=kind,
        group_id=session.group_id,
        member_id=member,
        subject_id=session.session_id,
        due_at=session.ends_at + ASKED_AFTER_MS,
        now_ms=now_ms,
        expires_at=session.ends_at + ASKED_FOR_MS,
    )


async def _there(tx: Transaction, session: Session, now_ms: int) -> list[int]:
    """The members who were at a session, by what was seen and by what its tutor says."""
    said = await attendance_records.of_session(tx, session.session_id)
    presences = await attendance.presences(tx, session.session_id)
    found = []
    for member in {one.member for one in presences} | said.keys():
        own, line = [one for one in presences if one.member == member], said.get(member)
        by_tutor = None if line is None else line.corrected if line.corrected is not None else line.minutes
        minutes = seen(own, session, now_ms).minutes if by_tutor is None else by_tutor
        if minutes and member != session.tutor_id:
            found.append(member)
    return sorted(found)


async def addressee(database: Database, delivery: Delivery) -> tuple[int, Session] | None:
    """The user whom a message is for, and its session; None where either is gone or the session was called off."""
    if delivery.subject_id is None or delivery.member_id is None:
        return None
    async with database.read() as tx:
        session = await sessions.by_id(tx, delivery.subject_id)
        user = await rsvps.user(tx, delivery.member_id)
    return None if session is None or user is None or session.state is State.CANCELLED else (user, session)


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """Direct messages are closed: it is told at the next contact, and the channel's post leads there too."""
    session_id, member = parcel.delivery.subject_id, parcel.delivery.member_id
    if session_id is not None and member is not None and problem != TOO_LATE:
        await session_posts.keep(tx, session_id, member, {"what": parcel.delivery.kind}, now_ms)


# The poll


async def question(database: Database, session_id: int, user: int, number: int, now: datetime) -> Question | None:
    """A question of the poll for somebody who was there; None after the last one.

    Raises NoSuchSession, SessionCancelled, NotOverYet and NotThere.
    """
    async with database.read() as tx:
        session, _ = await _asked(tx, session_id, user, to_ms(now))
    return _question(session, number)


async def answer(
    database: Database, session_id: int, user: int, number: int, clearer: bool | None, now: datetime
) -> Question | None:
    """Keep what a member says of a topic (None: nothing), and return the next question. Raises as `question` does."""
    async with database.write() as tx:
        session, member = await _asked(tx, session_id, user, to_ms(now))
        asked = _question(session, number)
        if asked is None:
            return None
        topic = slug(asked.topic) if asked.topic is not None else ""
        if clearer is None:
            await afterwards.skip(tx, session_id, member, topic)
        else:
            await afterwards.answer(tx, session_id, member, topic, clearer=clearer)
    return _question(session, number + 1)


async def _asked(tx: Transaction, session_id: int, user: int, now_ms: int) -> tuple[Session, int]:
    session = await sessions.by_id(tx, session_id)
    if session is None:
        raise NoSuchSession
    member = await groups.member(tx, session.group_id, user)
    if member is None:
        raise NotThere
    if session.state is State.CANCELLED:
        raise SessionCancelled
    if now_ms < session.ends_at:
        raise NotOverYet(from_ms(session.ends_at))
    if member not in await _there(tx, session, now_ms):
        raise NotThere
    return session, member


def _question(session: Session, number: int) -> Question | None:
    topics: tuple[str | None, ...] = session.topics or (None,)
    return Question(session, topics[number], number, len(topics)) if 0 <= number < len(topics) else None


async def tallies(database: Database, session: Session) -> list[tuple[str | None, Tally | None]]:
    """What a tutor may know of each topic (None: the session as a whole); None where fewer than three answered."""
    async with database.read() as tx:
        answers = await afterwards.answers(tx, session.session_id)
    topics: tuple[str | None, ...] = session.topics or (None,)
    return [(topic, tally(topic or "", answers.get(slug(topic) if topic else "", []))) for topic in topics]


# Notes, and what was taught


async def held(database: Database, group: Group, now: datetime) -> list[Session]:
    """The group's sessions that have begun, the latest first."""
    async with database.read() as tx:
        ids = await afterwards.begun(tx, group.group_id, to_ms(now), LISTED)
        return [one for one in [await sessions.by_id(tx, session_id) for session_id in ids] if one is not None]


async def chosen(database: Database, group: Group, session_id: int | None, now: datetime) -> Session:
    """The session of that id, else the latest one whose window has opened. Raises NoSuchSession and NoSessionYet."""
    now_ms = to_ms(now)
    async with database.read() as tx:
        if session_id is not None:
            session = await sessions.by_id(tx, session_id)
            if session is None or session.group_id != group.group_id:
                raise NoSuchSession
            return session
        begun = await afterwards.begun(tx, group.group_id, now_ms, 1)
        latest = await sessions.by_id(tx, begun[0]) if begun else None
        coming = await sessions.next_of_group(tx, group.group_id, now_ms)
    if latest is None and coming is not None and window(coming).began <= now_ms:
        return coming
    if latest is None:
        raise NoSessionYet
    return latest


async def notes(database: Database, session_id: int) -> Notes | None:
    """Where a session's notes stand already."""
    async with database.read() as tx:
        return await afterwards.notes(tx, session_id)


async def keep_notes(database: Database, session_id: int, where: Notes, now: datetime) -> None:
    """Remember where they stand, so that they can be changed."""
    async with database.write() as tx:
        await afterwards.keep_notes(tx, session_id, where, to_ms(now))


async def lately_taught(tx: Transaction, group_id: int, now_ms: int) -> Mapping[str, float]:
    """By what the weights of topics (by slug) are multiplied in the group's daily choice."""
    return taught(await afterwards.held(tx, group_id, now_ms - TAUGHT_MS, now_ms), now_ms)
