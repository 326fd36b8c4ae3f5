"""Review sessions: posted, changed, called off, begun and ended; and the next one of a weekly series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.refusals_sessions import (
    DraftGone,
    NoSuchSession,
    SessionBegun,
    SessionCancelled,
    SessionInPast,
    SessionOver,
)
from bot.domain.rsvps import Answer, Counts, Rsvp
from bot.domain.sessions import FURTHEST, Session, State, weekly
from bot.services import reminders, rsvps, session_plan, session_posts
from bot.services.session_plan import Wishes
from bot.storage import groups, sessions
from bot.storage import rsvps as kept
from bot.storage.database import Database, Transaction

__all__ = ["Wishes"]

MOST_LISTED = 25
RECENT_MS = 30 * DAY_MS
"""How far back the group's calendar file goes."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A session after a change: what changed, how many members are told, the series' next one."""

    session: Session
    fields: tuple[str, ...]
    told: int
    following: Session | None = None

    @property
    def changed(self) -> bool:
        return bool(self.fields)


@dataclass(frozen=True, slots=True)
class Coming:
    """A session ahead with its figures and the reader's own answer."""

    session: Session
    counts: Counts
    mine: Rsvp | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its announcement shows it."""

    session: Session
    counts: Counts
    guild_id: int


async def post(
    database: Database,
    group: Group,
    user: int,
    wishes: Wishes,
    now: datetime,
    *,
    with_event: bool = True,
    draft_id: int | None = None,
) -> Session:
    """Plan a session, or a weekly series of them, and write its announcement and its event.

    `with_event` is False where the bot lacks the right: then there is no event, and `problem` says so. The draft goes
    with it, so that it is posted once. Raises SessionInPast and DraftGone.
    """
    now_ms = to_ms(now)
    _check_start(wishes.starts_at, now)
    async with database.write() as tx:
        await _spend(tx, draft_id)
        key = (group.group_id, user)
        tutor = (await groups.member_ids(tx, [key], now_ms))[key]
        series_id = None
        if wishes.repeat:
            rule = weekly(wishes.starts_at, wishes.zone).to_text()
            series_id = await sessions.begin_series(tx, group.group_id, rule, session_plan.template(wishes))
        made = await sessions.insert(tx, session_plan.row(group, wishes, series_id), tutor, now_ms)
        await session_plan.announce(tx, made, now_ms, with_event=with_event)
        return made


async def edit(
    database: Database,
    group: Group,
    session_id: int,
    user: int,
    wishes: Wishes,
    now: datetime,
    *,
    series: bool = False,
    with_event: bool = True,
    draft_id: int | None = None,
) -> Changed:
    """Change a session, or with `series` also all that follow it, and tell once those who come or may come.

    Raises NoSuchSession, SessionOver, SessionCancelled, SessionBegun, SessionInPast and DraftGone.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        await _spend(tx, draft_id)
        before = await _editable(tx, group, session_id, now_ms)
        starts_at = to_ms(wishes.starts_at)
        if starts_at != before.starts_at:
            if before.state is State.LIVE:
                raise SessionBegun
            _check_start(wishes.starts_at, now)
        new = session_plan.row(group, wishes, before.series_id)
        if series and before.series_id is not None:
            await _change_series(tx, before, wishes)
        elif wishes.repeat and before.recurrence is None:
            new = await _begin_series(tx, group, before, wishes)
        begun = new.series_id != before.series_id
        # One that was moved by itself keeps the slot that its series gave it, as long as the series stays.
        slot_at = starts_at if begun or (series and _moves(before, wishes)) else before.slot_at
        fields = changed(before, new)
        if begun:
            fields = (*fields, "repeat")
        if before.state is State.PLANNED and (before.message_id is None or (with_event and before.problem is not None)):
            fields = (*fields, "again")  # what could not be posted or made is tried once more
        if not fields:
            return Changed(before, (), 0)
        after = await sessions.update(tx, session_id, new, slot_at, now_ms)
        await session_plan.arrange(tx, after, now_ms)
        if "start" in fields:
            await reminders.anchor_moved(tx, "session", session_id, after.starts_at, now_ms)
        told = await _tell(tx, after, _word(before, fields), user, now_ms) if _matters(fields) else 0
        await rsvps.settle(tx, after, now_ms)
        if with_event:
            await session_posts.match_event(tx, after, now_ms)
        if after.message_id is None and after.state is State.PLANNED:
            await session_posts.announce(tx, after, now_ms)
        else:
            await session_posts.show(tx, after, now_ms, anew=True)
        return Changed(after, fields, told)


async def _change_series(tx: Transaction, before: Session, wishes: Wishes) -> None:
    assert before.series_id is not None
    found = await sessions.series(tx, before.series_id)
    if found is None:
        return
    rule = found[0]
    if _moves(before, wishes):
        rule = weekly(wishes.starts_at, wishes.zone).to_text()
    await sessions.change_series(tx, before.series_id, rule, session_plan.template(wishes))


def _moves(before: Session, wishes: Wishes) -> bool:
    return to_ms(wishes.starts_at) != before.starts_at or wishes.zone != before.zone


async def _begin_series(tx: Transaction, group: Group, before: Session, wishes: Wishes) -> sessions.New:
    rule = weekly(wishes.starts_at, wishes.zone).to_text()
    series_id = await sessions.begin_series(tx, group.group_id, rule, session_plan.template(wishes))
    await sessions.join_series(tx, before.session_id, series_id)
    return session_plan.row(group, wishes, series_id)


async def cancel(
    database: Database, group: Group, session_id: int, user: int, now: datetime, *, series: bool = False
) -> Changed:
    """Call a session off, with `series` all that follow it too, and tell once those who come or may come.

    Of a series that goes on the next session is posted at once. Raises as `edit` does.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        before = await _editable(tx, group, session_id, now_ms)
        if series and before.series_id is not None:
            await sessions.end_series(tx, before.series_id, now_ms)
        await sessions.cancel(tx, session_id, now_ms)
        after = await sessions.by_id(tx, session_id)
        assert after is not None
        await session_plan.arrange(tx, after, now_ms)
        await reminders.anchor_moved(tx, "session", session_id, None, now_ms)
        then = await session_plan.follow(tx, after, now_ms)
        word = {"what": "cancelled", "next": then.starts_at if then else None}
        told = await _tell(tx, after, word, user, now_ms)
        if after.event_id is not None:
            await session_posts.match_event(tx, after, now_ms)
        await session_posts.show(tx, after, now_ms)
        return Changed(after, (), told, then)


async def stop_series(database: Database, group: Group, session_id: int, now: datetime) -> Session:
    """Let a session be the last one of its series; it takes place itself, and nobody has to be told.

    Raises NoSuchSession, SessionOver and SessionCancelled.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        before = await _editable(tx, group, session_id, now_ms)
        if before.series_id is None or before.recurrence is None:
            return before
        await sessions.end_series(tx, before.series_id, now_ms)
        after = await sessions.by_id(tx, session_id)
        assert after is not None, "it was there"
        await session_posts.show(tx, after, now_ms)
        return after


async def _tell(tx: Transaction, session: Session, word: dict[str, Any], but: int, now_ms: int) -> int:
    """Tell those who come, wait or may come; returns how many. Whoever made the change knows of it."""
    told = 0
    for one in await kept.of_session(tx, session.session_id):
        if one.answer is not Answer.NO and await kept.user(tx, one.member) != but:
            await session_posts.tell(tx, session, one.member, word, now_ms, key=f"revision:{session.revision}")
            told += 1
    return told


def changed(before: Session, new: sessions.New) -> tuple[str, ...]:
    """The names of what differs, in the order in which it matters to those who come."""
    pairs = (
        ("start", before.starts_at, new.starts_at),
        ("place", (before.place, before.place_id, before.link), (new.place, new.place_id, new.link)),
        ("length", before.ends_at - before.starts_at, new.ends_at - new.starts_at),
        ("title", before.title, new.title),
        ("topics", before.topics, new.topics),
        ("notes", before.notes, new.notes),
        ("seats", before.seats, new.seats),
        ("zone", before.zone, new.zone),
    )
    return tuple(name for name, old, now in pairs if old != now)


def _matters(fields: tuple[str, ...]) -> bool:
    """Who is touched by other seats is told so; a zone alone changes no instant."""
    return bool(set(fields) - {"seats", "zone", "repeat", "again"})


def _word(before: Session, fields: tuple[str, ...]) -> dict[str, Any]:
    return {"what": "changed", "fields": list(fields), "was": before.starts_at, "title": before.title}


async def _spend(tx: Transaction, draft_id: int | None) -> None:
    if draft_id is not None and not await sessions.drop_draft(tx, draft_id):
        raise DraftGone


async def _editable(tx: Transaction, group: Group, session_id: int, now_ms: int) -> Session:
    session = await sessions.by_id(tx, session_id)
    if session is None or session.group_id != group.group_id:
        raise NoSuchSession
    check_ahead(session, now_ms)
    return session


def check_ahead(session: Session, now_ms: int) -> None:
    """Raises SessionCancelled or SessionOver for what can be attended no more."""
    if session.state is State.CANCELLED:
        raise SessionCancelled
    if session.state is State.OVER or session.ends_at <= now_ms:
        raise SessionOver(from_ms(session.ends_at))


def _check_start(starts_at: datetime, now: datetime) -> None:
    if not now < starts_at <= now + FURTHEST:
        raise SessionInPast(starts_at)


# Reading


async def find(database: Database, guild_id: int | None, session_id: int) -> Session:
    """A session of this server. Raises NoSuchSession."""
    async with database.read() as tx:
        session = await sessions.by_id(tx, session_id)
        group = None if session is None else await groups.by_id(tx, session.group_id)
    if session is None or group is None or group.guild_id != guild_id:
        raise NoSuchSession
    return session


async def find_mine(database: Database, user: int, session_id: int) -> Session:
    """A session of a group in which the user is known, wherever they ask. Raises NoSuchSession."""
    async with database.read() as tx:
        session = await sessions.by_id(tx, session_id)
        if session is None or await groups.member(tx, session.group_id, user) is None:
            raise NoSuchSession
    return session


async def shown(database: Database, session_id: int) -> Shown | None:
    """A session as its announcement shows it now."""
    async with database.read() as tx:
        session = await sessions.by_id(tx, session_id)
        group = None if session is None else await groups.by_id(tx, session.group_id)
        if session is None or group is None:
            return None
        counts = await kept.counts(tx, [session_id])
    return Shown(session, counts.get(session_id, Counts()), group.guild_id)


async def coming(database: Database, group: Group, user: int) -> list[Coming]:
    """The group's sessions ahead, the nearest first, with what the user answered."""
    async with database.read() as tx:
        found = await sessions.ahead(tx, group.group_id, MOST_LISTED)
        counts = await kept.counts(tx, [one.session_id for one in found])
        member = await groups.member(tx, group.group_id, user)
        mine = {}
        for session in found:
            answers = await kept.of_session(tx, session.session_id)
            mine[session.session_id] = next((one for one in answers if one.member == member), None)
    return [Coming(one, counts.get(one.session_id, Counts()), mine[one.session_id]) for one in found]


async def groups_ahead(database: Database) -> list[int]:
    """The groups that have sessions ahead."""
    async with database.read() as tx:
        return sorted({one.group_id for one in await sessions.all_ahead(tx)})


async def calendar(database: Database, group: Group, now: datetime) -> list[Session]:
    """The group's sessions to come and those of the last month, called off ones too, for its calendar file."""
    async with database.read() as tx:
        return await sessions.since(tx, group.group_id, to_ms(now) - RECENT_MS)
