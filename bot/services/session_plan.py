"""What lies ahead of a session: its reminders, beginning and end, and the next one of a weekly series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.domain.groups import Group
from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.recurrence import Recurrence
from bot.domain.sessions import Place, Session, State, following
from bot.services import attendance, rsvps, session_posts
from bot.services.plan import Plan
from bot.storage import agenda, groups, sessions
from bot.storage.agenda import Entry
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a tutor wants: `starts_at` aware, `minutes` long, `place` as in `domain.sessions.Session`."""

    title: str
    topics: tuple[str, ...]
    notes: str
    starts_at: datetime
    minutes: int
    zone: str
    place: Place
    place_id: int | None
    link: str | None
    seats: int | None
    repeat: bool = False


async def announce(tx: Transaction, session: Session, now_ms: int, *, with_event: bool = True) -> None:
    """Write a new session's announcement and event, and plan what lies ahead of it."""
    await session_posts.announce(tx, session, now_ms)
    if with_event:
        await session_posts.match_event(tx, session, now_ms)
    else:
        await sessions.has_event(tx, session.session_id, None, session_posts.NO_RIGHT)
    await arrange(tx, session, now_ms)


async def arrange(tx: Transaction, session: Session, now_ms: int) -> None:
    """Put what lies ahead of a session into the agenda, or take it out."""
    await rsvps.plan_notices(tx, session, now_ms)
    begins, ends = f"session-begin:{session.session_id}", f"session-end:{session.session_id}"
    group_id, subject_id = session.group_id, session.session_id
    if session.state is State.PLANNED:
        due = session.starts_at
        await agenda.put(tx, key=begins, kind="session-begin", group_id=group_id, subject_id=subject_id, due_at=due)
    else:
        await agenda.forget(tx, begins)
    if session.ahead:
        due = session.ends_at
        await agenda.put(tx, key=ends, kind="session-end", group_id=group_id, subject_id=subject_id, due_at=due)
    else:
        await agenda.forget(tx, ends)
    await attendance.begin(tx, session, now_ms)


def row(group: Group, wishes: Wishes, series_id: int | None) -> sessions.New:
    """The session as it is kept."""
    starts_at = to_ms(wishes.starts_at)
    return sessions.New(
        group.group_id,
        series_id,
        wishes.title,
        wishes.topics,
        wishes.notes,
        starts_at,
        starts_at + wishes.minutes * MINUTE_MS,
        wishes.zone,
        wishes.place,
        wishes.place_id,
        wishes.link,
        wishes.seats,
        group.wishes.channel_id,
    )


def template(wishes: Wishes) -> Mapping[str, Any]:
    """What every session of a series begins with."""
    return {name: value for name, value in asdict(wishes).items() if name not in ("starts_at", "repeat", "zone")}


async def begin(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A session begins."""
    await agenda.remove(tx, entry.agenda_id)
    session = await _of(tx, entry)
    if session is not None and session.state is State.PLANNED:
        await _become(tx, session, State.LIVE, now_ms)


async def end(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  the same
    """A session ends; the next one of its series is posted."""
    await agenda.remove(tx, entry.agenda_id)
    session = await _of(tx, entry)
    if session is not None and session.ahead:
        await _become(tx, session, State.OVER, now_ms)
        await follow(tx, session, now_ms)


async def _become(tx: Transaction, session: Session, state: State, now_ms: int) -> None:
    await sessions.set_state(tx, session.session_id, state)
    after = await sessions.by_id(tx, session.session_id)
    assert after is not None
    await session_posts.show(tx, after, now_ms)
    if after.event_id is not None:
        await session_posts.match_event(tx, after, now_ms)


async def follow(tx: Transaction, session: Session, now_ms: int) -> Session | None:
    """Post the next session of a series whose last one is over or called off."""
    found = None if session.series_id is None else await sessions.series(tx, session.series_id)
    group = await groups.by_id(tx, session.group_id)
    if found is None or group is None or session.series_id is None:
        return None
    rule, begins_with = found
    last = await sessions.last_of_series(tx, session.series_id)
    if last is None or (last.ahead and last.session_id != session.session_id):
        return None
    starts_at = following(rule, last.slot_at, now_ms)
    if starts_at is None:
        return None
    wishes = Wishes(
        **{**begins_with, "topics": tuple(begins_with["topics"]), "place": Place(begins_with["place"])},
        starts_at=from_ms(starts_at),
        zone=Recurrence.from_text(rule).zone,
    )
    made = await sessions.insert(tx, row(group, wishes, session.series_id), session.tutor_id, now_ms)
    await announce(tx, made, now_ms)
    return made


async def _of(tx: Transaction, entry: Entry) -> Session | None:
    return None if entry.subject_id is None else await sessions.by_id(tx, entry.subject_id)
