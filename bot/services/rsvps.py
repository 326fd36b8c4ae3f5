"""Who comes to a session: answers, seats, the waiting list, and the reminders that each member chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals_sessions import NoSuchSession, SessionCancelled, SessionOver
from bot.domain.rsvps import Answer, Settled, answered, settled
from bot.domain.sessions import Lead, Session, State, says, to_come
from bot.services import session_posts
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, exams, groups, rsvps, sessions
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

EVERY_MS = 5_000


@dataclass(frozen=True, slots=True)
class Mine:
    """A member's own part in a session. `place` is that on the waiting list, from 1; None for who does not wait.

    `notices` has a bit for each reminder chosen, `to_come` those that will be sent; `hushed` tells that others of them
    would come on the day of an exam of the member's, when nothing is.
    """

    session: Session
    answer: Answer
    seated: bool
    place: int | None
    notices: int
    to_come: tuple[Lead, ...]
    hushed: bool


async def _open(tx: Transaction, session_id: int, guild_id: int | None, now_ms: int) -> Session:
    """A session of this server that can still be answered. Raises NoSuchSession, SessionOver, SessionCancelled."""
    session = await sessions.by_id(tx, session_id)
    group = await groups.by_id(tx, session.group_id) if session is not None else None
    if session is None or group is None or group.guild_id != guild_id:
        raise NoSuchSession
    if session.state is State.CANCELLED:
        raise SessionCancelled
    if session.state is State.OVER or session.ends_at <= now_ms:
        raise SessionOver(from_ms(session.ends_at))
    return session


async def answer(
    database: Database,
    session_id: int,
    user: int,
    guild_id: int | None,
    wish: Answer,
    now: datetime,
    count_every_ms: int = EVERY_MS,
) -> Mine:
    """A member says whether they come. Who gets the seat that they leave is told once.

    The announcement's counts change at most once every `count_every_ms`.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        session = await _open(tx, session_id, guild_id, now_ms)
        key = (session.group_id, user)
        member = (await groups.member_ids(tx, [key], now_ms))[key]
        before = await rsvps.of_session(tx, session_id)
        after = answered(before, member, wish, session.seats)
        await _keep(tx, session, after, now_ms)
        if list(after.rsvps) != before:
            await count_soon(tx, session, now_ms, count_every_ms)
        return await _mine(tx, session, after, member, now_ms)


async def choose_notices(
    database: Database, session_id: int, user: int, guild_id: int | None, mask: int, now: datetime
) -> Mine:
    """Choose the reminders of one session. Raises NoSuchSession for who has not answered it."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        session = await _open(tx, session_id, guild_id, now_ms)
        member = await groups.member(tx, session.group_id, user)
        if member is None or not await rsvps.set_notices(tx, session_id, member, mask):
            raise NoSuchSession
        after = settled(await rsvps.of_session(tx, session_id), session.seats)
        return await _mine(tx, session, after, member, now_ms)


async def _mine(tx: Transaction, session: Session, after: Settled, member: int, now_ms: int) -> Mine:
    own = after.of(member)
    assert own is not None, "they have answered"
    mask = await rsvps.notices(tx, session.session_id, member)
    ahead = to_come(mask, session.starts_at, now_ms)
    sent = tuple([lead for lead in ahead if not await _hushed(tx, session, member, lead.due_at(session.starts_at))])
    return Mine(session, own.answer, own.seated, after.place(member), mask, sent, sent != ahead)


async def _hushed(tx: Transaction, session: Session, member: int, at_ms: int) -> bool:
    """Whether no reminder comes then: on the day of an exam nothing does of another day's session."""
    return await exams.quiet(tx, member, at_ms) and not await exams.quiet(tx, member, session.starts_at)


async def settle(tx: Transaction, session: Session, now_ms: int) -> Settled:
    """Give the seats anew after their number, or the people, changed; who moved up or down is told once."""
    before = await rsvps.of_session(tx, session.session_id)
    after = settled(before, session.seats)
    await _keep(tx, session, after, now_ms)
    return after


async def _keep(tx: Transaction, session: Session, after: Settled, now_ms: int) -> None:
    await rsvps.write(tx, session.session_id, after.rsvps, now_ms)
    for what, members in (("up", after.up), ("down", after.down)):
        for member in members:
            # Whoever asks anew and moves up anew is told anew.
            own = after.of(member)
            turn = own.turn if own is not None else 0
            key = f"{what}:{turn}:{session.revision}"
            await session_posts.tell(tx, session, member, {"what": what}, now_ms, key=key)


async def count_soon(tx: Transaction, session: Session, now_ms: int, every_ms: int = EVERY_MS) -> None:
    """Let the announcement show the counts in a moment, once for all who answer until then."""
    due = (now_ms // every_ms + 1) * every_ms
    await agenda.put(
        tx,
        key=f"session-count:{session.session_id}",
        kind="session-count",
        group_id=session.group_id,
        subject_id=session.session_id,
        due_at=due,
    )


async def count(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """The moment has come; seats that a deletion left free are given, too."""
    await agenda.remove(tx, entry.agenda_id)
    session = await _of(tx, entry)
    if session is not None and session.ahead:
        await settle(tx, session, now_ms)
        await session_posts.show(tx, session, now_ms)


async def left(database: Database, session_id: int, group: Group, user: int, now_ms: int) -> None:
    """A member is no longer in the server: their seat goes to the next who waits."""
    async with database.write() as tx:
        member, session = await groups.member(tx, group.group_id, user), await sessions.by_id(tx, session_id)
        if member is not None and session is not None and await rsvps.drop(tx, session_id, member):
            await settle(tx, session, now_ms)
            await count_soon(tx, session, now_ms)


async def forget(tx: Transaction, group: Group, user: int) -> None:
    """Before a member is deleted: what becomes free is given away, and shown, as soon as the agenda is looked at."""
    member = await groups.member(tx, group.group_id, user)
    if member is None:
        return
    for session_id in await rsvps.coming_of(tx, member):
        session = await sessions.by_id(tx, session_id)
        if session is not None:
            await count_soon(tx, session, 0)


# Reminders


async def plan_notices(tx: Transaction, session: Session, now_ms: int) -> None:
    """Put the session's reminders into the agenda: those whose time is ahead, and no others."""
    for lead in Lead:
        key = f"session-notice:{session.session_id}:{lead.word}"
        due = lead.due_at(session.starts_at)
        if session.state is State.PLANNED and due > now_ms:
            await agenda.put(
                tx,
                key=key,
                kind="session-notice",
                group_id=session.group_id,
                subject_id=session.session_id,
                due_at=due,
            )
        else:
            await agenda.forget(tx, key)


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  the same
    """A reminder's time has come: a message to each who has a seat and chose it."""
    await agenda.remove(tx, entry.agenda_id)
    session = await _of(tx, entry)
    if session is None or not session.ahead or session.ends_at <= now_ms:
        return
    lead = Lead[entry.key.rsplit(":", 1)[1].upper()]
    for member, mask in await rsvps.to_remind(tx, session.session_id, lead.bit):
        if not says(lead, mask, session.starts_at, now_ms) or await _hushed(tx, session, member, now_ms):
            continue
        await deliveries.put(
            tx,
            key=f"session-notice:{session.session_id}:{session.starts_at}:{lead.word}:{member}",
            kind="session-notice",
            group_id=session.group_id,
            member_id=member,
            subject_id=session.session_id,
            lane=f"session:{session.session_id}:{member}",
            due_at=entry.due_at,
            now_ms=now_ms,
            expires_at=session.ends_at,
            payload={"starts_at": session.starts_at},
        )


async def due(database: Database, delivery: Delivery, now_ms: int) -> tuple[int, Session] | None:
    """The user to remind and the session, as things stand now; None where there is nothing to say any more."""
    if delivery.subject_id is None or delivery.member_id is None:
        return None
    async with database.read() as tx:
        session = await sessions.by_id(tx, delivery.subject_id)
        user = await rsvps.user(tx, delivery.member_id)
        if session is None or user is None or not session.ahead or session.ends_at <= now_ms:
            return None
        if session.starts_at != delivery.payload["starts_at"] or await _hushed(tx, session, delivery.member_id, now_ms):
            return None
        seated = {one.member for one in await rsvps.of_session(tx, session.session_id) if one.seated}
    return (user, session) if delivery.member_id in seated else None


async def addressee(database: Database, delivery: Delivery) -> tuple[int, Session] | None:
    """The user whom a word is for, and its session; None where either is gone."""
    if delivery.subject_id is None or delivery.member_id is None:
        return None
    async with database.read() as tx:
        session = await sessions.by_id(tx, delivery.subject_id)
        user = await rsvps.user(tx, delivery.member_id)
    return None if session is None or user is None else (user, session)


async def _of(tx: Transaction, entry: Entry) -> Session | None:
    return None if entry.subject_id is None else await sessions.by_id(tx, entry.subject_id)
