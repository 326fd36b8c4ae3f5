"""Who is at a session: its window opens and closes, members check in and out, and its voice channel is watched.

What is seen stands in rows at once. Where the bot stopped in between, whoever was in the channel before and after
counts as there, whoever left meanwhile as there until it was seen last, and the gap is kept to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.afterwards import ASKED_AFTER_MS
from bot.domain.attendance import Source, seen, window
from bot.domain.groups import Group
from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.refusals_attendance import LeadsSession, NotCheckedIn, NotOpenYet, WindowOver
from bot.domain.refusals_sessions import NoSuchSession, SessionCancelled
from bot.domain.sessions import Session, State
from bot.services import session_posts
from bot.services.parcels import TOO_LATE, Parcel
from bot.services.plan import Plan
from bot.storage import agenda, attendance, deliveries, groups, sessions
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction

BEAT_MS = 2 * MINUTE_MS
"""So often it is noted that a channel is watched: what is lost of a presence that ends while the bot is down."""
GAP_MS = MINUTE_MS
"""A shorter gap is not worth a word."""


@dataclass(frozen=True, slots=True)
class Here:
    """A member who checked in or out: the session, since when they are there or None, and their minutes so far."""

    session: Session
    since: datetime | None
    minutes: int


async def begin(tx: Transaction, session: Session, now_ms: int) -> None:
    """Plan the window and the end of a session that was planned, changed or called off."""
    opens, asks = _key(session.session_id), f"afterwards:{session.session_id}"
    bounds = window(session)
    if session.state is State.CANCELLED:
        await agenda.forget(tx, opens)
        await agenda.forget(tx, asks)
        await attendance.close_window(tx, session.session_id, min(now_ms, bounds.ended))
        return
    opened = await attendance.window(tx, session.session_id)
    if opened is not None and now_ms < bounds.began:
        await attendance.drop_window(tx, session.session_id)
        opened = None
    elif opened is not None:
        await attendance.unwatch(tx, session.session_id, now_ms)
    group_id, subject_id = session.group_id, session.session_id
    if opened is None or opened.closed_at is None:
        due = max(bounds.began, now_ms)
        await agenda.put(tx, key=opens, kind="attendance", group_id=group_id, subject_id=subject_id, due_at=due)
    due = session.ends_at + ASKED_AFTER_MS
    await agenda.put(tx, key=asks, kind="afterwards", group_id=group_id, subject_id=subject_id, due_at=due)


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A session's window opens, goes on, or closes."""
    session = None if entry.subject_id is None else await sessions.by_id(tx, entry.subject_id)
    if session is None or session.state is State.CANCELLED:
        await agenda.remove(tx, entry.agenda_id)
        return
    bounds = window(session)
    if now_ms < bounds.began:
        await agenda.move(tx, entry.agenda_id, bounds.began)
        return
    if now_ms >= bounds.ended:
        await agenda.remove(tx, entry.agenda_id)
        # Slept through as a whole, it is a gap as a whole.
        await attendance.open_window(tx, session.session_id, now_ms, bounds.began)
        await _close(tx, session, bounds.ended)
        return
    if await attendance.window(tx, session.session_id) is None:
        await _open(tx, session, max(bounds.began, entry.due_at), bounds.ended, now_ms)
    await attendance.beat(tx, session.session_id, now_ms)
    following = bounds.ended if session.place_id is None else min(now_ms + BEAT_MS, bounds.ended)
    await agenda.move(tx, entry.agenda_id, following)


async def _open(tx: Transaction, session: Session, began: int, ended: int, now_ms: int) -> None:
    await attendance.open_window(tx, session.session_id, now_ms, began)
    key = f"{_key(session.session_id)}:{session.starts_at}"
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind="attendance",
        group_id=session.group_id,
        subject_id=session.session_id,
        due_at=began,
        now_ms=now_ms,
        expires_at=ended,
    )


async def _close(tx: Transaction, session: Session, ended: int) -> None:
    opened = await attendance.window(tx, session.session_id)
    if opened is None or opened.closed_at is not None:
        return
    at = ended
    if session.place_id is not None and not opened.watching:
        at = min(ended, opened.watched_until)
        await _gap(tx, session.session_id, at, ended)
    await attendance.close_window(tx, session.session_id, at)


async def _gap(tx: Transaction, session_id: int, began: int, ended: int) -> None:
    if ended - began > GAP_MS:
        await attendance.add_gap(tx, session_id, began, ended)


async def posted(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:  # noqa: ARG001  the same
    """The post with the buttons is in its channel."""
    assert parcel.delivery.subject_id is not None
    await attendance.posted(tx, parcel.delivery.subject_id, message_id)


async def unposted(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """A post about attendance never comes: the session's tutor is told, who can still say who was there."""
    assert parcel.delivery.subject_id is not None
    session = await sessions.by_id(tx, parcel.delivery.subject_id)
    if session is not None and session.state is not State.CANCELLED and problem != TOO_LATE:
        word = {"what": "no-attendance", "why": problem}
        await session_posts.tell_tutor(tx, session, word, now_ms, key=f"no-attendance:{session.starts_at}")


def _key(session_id: int) -> str:
    return f"attendance:{session_id}"


# By button


async def check_in(database: Database, session_id: int, user: int, guild_id: int | None, at: datetime) -> Here:
    """A member says that they are there; a second time changes nothing.

    Raises NoSuchSession, SessionCancelled, NotOpenYet, WindowOver and LeadsSession.
    """
    at_ms = to_ms(at)
    async with database.write() as tx:
        session = await _open_at(tx, session_id, guild_id, at_ms)
        if at_ms >= session.ends_at:
            raise WindowOver(from_ms(session.ends_at))
        if session.tutor_user == user:
            raise LeadsSession
        key = (session.group_id, user)
        member = (await groups.member_ids(tx, [key], at_ms))[key]
        await attendance.begin(tx, session_id, member, Source.BUTTON, at_ms)
        return await _here(tx, session, member, at_ms)


async def check_out(database: Database, session_id: int, user: int, guild_id: int | None, at: datetime) -> Here:
    """A member says that they go. Raises as `check_in` does, and NotCheckedIn."""
    at_ms = to_ms(at)
    async with database.write() as tx:
        session = await _open_at(tx, session_id, guild_id, at_ms)
        member = await groups.member(tx, session.group_id, user)
        if member is None or not await attendance.end(tx, session_id, member, Source.BUTTON, at_ms):
            raise NotCheckedIn
        return await _here(tx, session, member, at_ms)


async def _open_at(tx: Transaction, session_id: int, guild_id: int | None, at_ms: int) -> Session:
    session = await of_guild(tx, session_id, guild_id)
    if session.state is State.CANCELLED:
        raise SessionCancelled
    bounds = window(session)
    if at_ms < bounds.began:
        raise NotOpenYet(from_ms(bounds.began))
    if at_ms >= bounds.ended:
        raise WindowOver(from_ms(bounds.ended))
    return session


async def _here(tx: Transaction, session: Session, member: int, now_ms: int) -> Here:
    found = [one for one in await attendance.presences(tx, session.session_id) if one.member == member]
    open_since = [one.began for one in found if one.source is Source.BUTTON and one.ended is None]
    since = from_ms(open_since[0]) if open_since else None
    return Here(session, since, seen(found, session, now_ms).minutes)


async def of_guild(tx: Transaction, session_id: int, guild_id: int | None) -> Session:
    """A session of a server. Raises NoSuchSession."""
    session = await sessions.by_id(tx, session_id)
    group = None if session is None else await groups.by_id(tx, session.group_id)
    if session is None or group is None or group.guild_id != guild_id:
        raise NoSuchSession
    return session


async def find(database: Database, session_id: int) -> Session | None:
    """A session as it is now."""
    async with database.read() as tx:
        return await sessions.by_id(tx, session_id)


# In the channel


async def moved(
    database: Database, guild_id: int, user: int, before: int | None, after: int | None, now_ms: int
) -> bool:
    """Somebody went from one voice channel to another (None: out of all); whether a session is about it."""
    async with database.read() as tx:
        about = _watched(await attendance.watches(tx), guild_id, {before, after})
    if not about:
        return False
    async with database.write() as tx:
        for watch in _watched(await attendance.watches(tx), guild_id, {before, after}):
            if user == watch.tutor_user:
                continue
            key = (watch.group_id, user)
            if watch.place_id == after:
                member = (await groups.member_ids(tx, [key], now_ms))[key]
                await attendance.begin(tx, watch.session_id, member, Source.VOICE, now_ms)
            elif (known := await groups.member(tx, *key)) is not None:
                await attendance.end(tx, watch.session_id, known, Source.VOICE, now_ms)
            await attendance.beat(tx, watch.session_id, now_ms)
    return True


def _watched(
    watches: Collection[attendance.Watch], guild_id: int, channels: Collection[int | None]
) -> list[attendance.Watch]:
    return [one for one in watches if one.watching and one.guild_id == guild_id and one.place_id in channels]


async def places(database: Database) -> dict[int, int]:
    """The channels that sessions with an open window are held in, with their servers."""
    async with database.read() as tx:
        return {one.place_id: one.guild_id for one in await attendance.watches(tx)}


async def unseen(database: Database) -> bool:
    """Whether there is an open window whose channel is not watched."""
    async with database.read() as tx:
        return any(not one.watching for one in await attendance.watches(tx))


async def strangers(database: Database, place_id: int, users: Collection[int]) -> set[int]:
    """Those of the users in a channel who are nobody's members yet, and might be bots."""
    async with database.read() as tx:
        left = set(users)
        for watch in await attendance.watches(tx):
            if watch.place_id == place_id:
                left -= await attendance.known(tx, watch.group_id, left) | {watch.tutor_user or 0}
    return left


async def look(database: Database, present: Mapping[int, Collection[int]], now_ms: int) -> None:
    """Take what is seen now for the truth: `present` are the users in each channel that can be seen.

    From now on these channels are watched. Whoever is gone since the channel was seen last was there until then.
    """
    async with database.write() as tx:
        for watch in await attendance.watches(tx):
            if watch.place_id not in present:
                continue
            users = set(present[watch.place_id]) - {watch.tutor_user}
            if not watch.watching:
                await _gap(tx, watch.session_id, watch.watched_until, now_ms)
            before = await attendance.present(tx, watch.session_id)
            gone_at = now_ms if watch.watching else watch.watched_until
            for user in before.keys() - users:
                await attendance.end(tx, watch.session_id, before[user], Source.VOICE, gone_at)
            keys = [(watch.group_id, user) for user in users - before.keys()]
            for member in (await groups.member_ids(tx, keys, now_ms)).values() if keys else ():
                await attendance.begin(tx, watch.session_id, member, Source.VOICE, now_ms)
            await attendance.watch(tx, watch.session_id, now_ms)


async def look_away(database: Database, now_ms: int | None = None) -> None:
    """The connection is lost at an instant; None: at a start, when only the last beat tells since when."""
    async with database.write() as tx:
        await attendance.look_away(tx, now_ms)


async def lose_sight(database: Database, of: Callable[[int], bool], now_ms: int) -> None:
    """A connection is lost at an instant: *of* says which servers, by their ids, were heard through it."""
    async with database.write() as tx:
        for one in await attendance.watches(tx):
            if one.watching and of(one.guild_id):
                await attendance.unwatch(tx, one.session_id, now_ms)
