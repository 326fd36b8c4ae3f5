"""What is written about a review session: its announcement, Discord's event of it, and words to single members."""

from __future__ import annotations

from typing import Any

from bot.domain.instants import DAY_MS
from bot.domain.sessions import Session, State
from bot.services.parcels import TOO_LATE, Parcel
from bot.storage import deliveries, notes, rsvps, sessions
from bot.storage.database import Database, Transaction

NOTE = "session"
"""The kind of a note about a session: a word as `tell` is given it, with the session's id."""
NO_RIGHT = "rights"
"""Why there is no event: the bot lacks a right. Other reasons are `PLACE_GONE`, `FULL`, `LATE` or Discord's code."""
PLACE_GONE, FULL, LATE = "place-gone", "full", "late"
_REASONS = {"50001": NO_RIGHT, "50013": NO_RIGHT, "10003": PLACE_GONE, "50024": PLACE_GONE, "30038": FULL}


def post_lane(session_id: int) -> str:
    """The announcement and its edits keep their order."""
    return f"session:{session_id}"


async def announce(tx: Transaction, session: Session, now_ms: int) -> None:
    """Put the announcement into the outbox, for the first time or anew."""
    shown = await sessions.show(tx, session.session_id)
    await deliveries.put(
        tx,
        key=f"session-post:{session.session_id}:{shown}",
        kind="session-post",
        group_id=session.group_id,
        subject_id=session.session_id,
        lane=post_lane(session.session_id),
        due_at=now_ms,
        now_ms=now_ms,
        expires_at=session.ends_at,
    )


async def show(tx: Transaction, session: Session, now_ms: int, *, anew: bool = False) -> None:
    """Let the announcement show the session as it is now; `anew`: where somebody deleted it, it is made again."""
    shown = await sessions.show(tx, session.session_id)
    await deliveries.put(
        tx,
        key=f"session-card:{session.session_id}:{shown}",
        kind="session-card",
        group_id=session.group_id,
        subject_id=session.session_id,
        lane=post_lane(session.session_id),
        due_at=now_ms,
        now_ms=now_ms,
        expires_at=now_ms + DAY_MS,
        payload={"shown": shown, "anew": anew},
    )


async def match_event(tx: Transaction, session: Session, now_ms: int) -> None:
    """Let Discord's event be what the session is now: made, changed, begun, ended or called off."""
    ends = {
        State.PLANNED: session.starts_at,
        State.LIVE: session.ends_at,
        State.OVER: now_ms + DAY_MS,
        State.CANCELLED: now_ms + DAY_MS,
    }
    await deliveries.put(
        tx,
        key=f"session-event:{session.session_id}:{session.revision}:{session.state.value}",
        kind="session-event",
        group_id=session.group_id,
        subject_id=session.session_id,
        lane=f"session-event:{session.session_id}",
        due_at=now_ms,
        now_ms=now_ms,
        expires_at=ends[session.state],
        payload={"state": session.state.value},
    )


async def tell(
    tx: Transaction, session: Session, member_id: int, word: dict[str, Any], now_ms: int, *, key: str
) -> None:
    """Tell one member something about a session by direct message; the same `key` is told once.

    Words about one session reach a member in their order.
    """
    await deliveries.put(
        tx,
        key=f"session-word:{session.session_id}:{member_id}:{key}",
        kind="session-word",
        group_id=session.group_id,
        member_id=member_id,
        subject_id=session.session_id,
        lane=f"session:{session.session_id}:{member_id}",
        due_at=now_ms,
        now_ms=now_ms,
        expires_at=max(session.ends_at, now_ms + DAY_MS),
        payload=word,
    )


async def tell_tutor(tx: Transaction, session: Session, word: dict[str, Any], now_ms: int, *, key: str) -> None:
    """The same for its tutor, unless they have had their data deleted."""
    if session.tutor_id is not None:
        await tell(tx, session, session.tutor_id, word, now_ms, key=key)


async def posted(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """The announcement is in its channel."""
    session = await _session(tx, parcel)
    if session is not None:
        await sessions.posted(tx, session.session_id, message_id)


async def unposted(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """The announcement never comes: its tutor is told."""
    session = await _session(tx, parcel)
    if session is None or not session.ahead:
        return
    why = LATE if problem == TOO_LATE else problem
    number = parcel.delivery.key.rsplit(":", 1)[1]
    await tell_tutor(tx, session, {"what": "no-post", "why": why}, now_ms, key=f"no-post:{number}")


async def shown(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:
    """The announcement shows the present state; None where it is gone, and is to be made again."""
    session = await _session(tx, parcel)
    if session is None or message_id is not None or session.message_id is None:
        return
    if session.shown > parcel.delivery.payload["shown"]:
        return  # it was passed over for the newer one
    await sessions.posted(tx, session.session_id, None)
    if parcel.delivery.payload["anew"] and session.ahead:
        await announce(tx, session, now_ms)


async def unshown(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """The announcement cannot be edited: where its channel is gone it moves to the group's, else its tutor is told."""
    session = await _session(tx, parcel)
    if session is None or not session.ahead or problem == TOO_LATE:
        return
    group_channel = parcel.group.wishes.channel_id
    if _REASONS.get(problem.rsplit(" ", 1)[-1]) == PLACE_GONE and group_channel != session.channel_id:
        await sessions.move_post(tx, session.session_id, group_channel)
        await announce(tx, session, now_ms)
    elif parcel.delivery.payload["anew"]:
        word = {"what": "no-post", "why": problem}
        await tell_tutor(tx, session, word, now_ms, key=f"no-post:{session.revision}")


async def event_made(tx: Transaction, parcel: Parcel, event_id: int | None, now_ms: int) -> None:
    """Discord's event is as the session is; None where there is none, and none is wanted."""
    session = await _session(tx, parcel)
    if session is None or session.event_id == event_id:
        return
    await sessions.has_event(tx, session.session_id, event_id, None)
    if session.ahead:
        await show(tx, session, now_ms)


async def event_refused(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """There is no event, or it shows an old state: the session takes place all the same, and its tutor is told why."""
    session = await _session(tx, parcel)
    if session is None or session.state is not State.PLANNED or parcel.delivery.payload["state"] != State.PLANNED:
        return
    code = problem.rsplit(" ", 1)[-1]
    why = LATE if problem == TOO_LATE else _REASONS.get(code, code)
    await sessions.has_event(tx, session.session_id, session.event_id, why)
    word = {"what": "no-event", "why": why, "stale": session.event_id is not None}
    await tell_tutor(tx, session, word, now_ms, key=f"no-event:{session.revision}")


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """Direct messages are closed, or out of reach: it is told at the member's next contact."""
    session, member = await _session(tx, parcel), parcel.delivery.member_id
    if session is None or member is None or (problem == TOO_LATE and not session.ahead):
        return
    if member != session.tutor_id and not await rsvps.has_answered(tx, session.session_id, member):
        return  # they are gone
    word = parcel.delivery.payload
    if parcel.delivery.kind == "session-notice":
        word = {"what": "notice"}
        if not session.ahead or problem == TOO_LATE:
            return
    await keep(tx, session.session_id, member, word, now_ms)


async def keep(tx: Transaction, session_id: int, member_id: int, word: dict[str, Any], now_ms: int) -> None:
    """Tell a member a word at the next contact."""
    await notes.put(tx, member_id, NOTE, {**word, "session": session_id}, now_ms)


async def place_gone(database: Database, channel_id: int, now_ms: int) -> bool:
    """A channel was deleted: the tutors of the sessions that were to be held in it are told once; whether there are."""
    async with database.write() as tx:
        found = [one for one in await sessions.all_ahead(tx) if one.place_id == channel_id]
        for session in found:
            await tell_tutor(tx, session, {"what": "place-gone"}, now_ms, key=f"place-gone:{channel_id}")
    return bool(found)


async def _session(tx: Transaction, parcel: Parcel) -> Session | None:
    assert parcel.delivery.subject_id is not None
    return await sessions.by_id(tx, parcel.delivery.subject_id)
