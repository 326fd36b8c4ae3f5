"""The messages around an exam: the rungs before it, the good wish, and the question the day after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from bot.domain.exams import ASK, WISH, Exam, at_of, day_of, days_left, overtaken, steps, wish_ends
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.schedule import instant
from bot.services import reminders
from bot.services.parcels import TOO_LATE, Parcel
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, groups, notes
from bot.storage import exams as kept
from bot.storage import streaks as zones
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

NOTE = "exam"
"""The note that tells a member of a message that was refused."""
ASKS_FOR_MS = 30 * DAY_MS  # how an exam went can be told for so long after it was asked
SOME = 20  # exams that are looked at in one transaction
_MORNING = time(9)


async def home_of(tx: Transaction, member: int, group: Group) -> ZoneInfo:
    """The zone whose clock a member goes by."""
    return ZoneInfo(await zones.own_zone(tx, member) or group.wishes.zone)


async def moved(tx: Transaction, exam_id: int, at_ms: int | None, now_ms: int) -> None:
    """Reminders that count from the exam move with it; None where it is gone."""
    await reminders.anchor_moved(tx, "exam", exam_id, at_ms, now_ms)


def _key(exam: Exam, word: str) -> str:
    return f"exam:{exam.exam_id}:{word}"


class Past(Enum):
    """What to do with messages whose time is over: of a new date they are no more, and a flight brings them at once."""

    FORGET = auto()
    SEND = auto()
    LEAVE = auto()


async def plan_ahead(tx: Transaction, exam: Exam, group_id: int, clock: ZoneInfo, now: datetime, past: Past) -> None:
    """Put into the agenda what lies ahead; what is due already stays so, unless the date is a new one."""
    now_ms = to_ms(now)
    before = await kept.planned(tx, exam)
    for step in steps(exam, clock):
        key, at = _key(exam, step.word), to_ms(step.at)
        planned = before.get(key)
        overdue = planned is not None and planned <= now_ms
        if at > now_ms and at != planned and (past is Past.FORGET or not overdue):
            await _put(tx, exam, group_id, step.word, at)
        elif at <= now_ms and past is Past.FORGET:
            await agenda.forget(tx, key)
        elif at <= now_ms and past is Past.SEND and planned is not None and not overdue:
            await _put(tx, exam, group_id, step.word, now_ms)


async def _put(tx: Transaction, exam: Exam, group_id: int, word: str, due: int) -> None:
    await agenda.put(
        tx,
        key=_key(exam, word),
        kind="exam",
        group_id=group_id,
        member_id=exam.member_id,
        subject_id=exam.exam_id,
        due_at=due,
    )


async def replan(tx: Transaction, *, now_ms: int, after: int) -> int | None:
    """Compute the exams' instants and messages anew: zones' rules change, and the plan is older than they are."""
    found = await kept.ahead(tx, now_ms, after, SOME)
    await _replan(tx, found, now_ms, Past.LEAVE)
    return found[-1][1].exam_id if len(found) == SOME else None


async def replan_group(tx: Transaction, group: Group, now: datetime) -> None:
    """The same for a group, whose zone may have changed."""
    await _replan(tx, await kept.ahead_in(tx, to_ms(now), group.group_id), to_ms(now), Past.SEND)


async def replan_member(tx: Transaction, group: Group, member: int, now: datetime) -> None:
    """The same for a member, whose zone may have changed: the messages keep their wall time."""
    mine = await kept.coming(tx, member, to_ms(now) - 2 * DAY_MS)
    await _replan(tx, [(group.group_id, one) for one in mine], to_ms(now), Past.SEND)


async def _replan(tx: Transaction, found: Sequence[tuple[int, Exam]], now_ms: int, past: Past) -> None:
    known: dict[int, Group] = {}
    for group_id, exam in found:
        if group_id not in known:
            group = await groups.by_id(tx, group_id)
            assert group is not None, "members go with their group"
            known[group_id] = group
        at = to_ms(at_of(exam.day, exam.start, exam.place))
        clock = await home_of(tx, exam.member_id, known[group_id])
        starts, ends = day_of(from_ms(at), clock)
        anew = replace(exam, at_ms=at, starts_ms=to_ms(starts), ends_ms=to_ms(ends))
        if anew != exam:
            await kept.update(tx, anew)
        if anew.at_ms != exam.at_ms:
            await moved(tx, exam.exam_id, at, now_ms)
        # What was claimed has no entry any more; its delivery's key keeps it from being sent twice.
        await plan_ahead(tx, anew, group_id, clock, from_ms(now_ms), past)


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """The hour of a message has come: write it, unless it is needless by now."""
    exam = None if entry.subject_id is None else await kept.by_id(tx, entry.subject_id)
    word, now = entry.key.rsplit(":", 1)[1], from_ms(now_ms)
    if exam is None or exam.outcome is not None:
        await agenda.remove(tx, entry.agenda_id)
        return
    clock = await home_of(tx, exam.member_id, group)
    if overtaken(exam, clock, word, now):
        await agenda.remove(tx, entry.agenda_id)
        return
    if word.isdecimal() and await kept.quiet(tx, exam.member_id, now_ms):
        # The day of another exam: this can wait until the morning after.
        tomorrow = now.astimezone(clock).date() + timedelta(days=1)
        await agenda.move(tx, entry.agenda_id, to_ms(instant(tomorrow, _MORNING, clock)))
        return
    key = f"{_key(exam, word)}:{exam.day.isoformat()}"
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind="exam",
        group_id=group.group_id,
        member_id=exam.member_id,
        subject_id=exam.exam_id,
        due_at=entry.due_at,
        now_ms=now_ms,
        expires_at=_ends(exam, clock, word, entry.due_at),
    )
    await agenda.remove(tx, entry.agenda_id)


def _ends(exam: Exam, clock: ZoneInfo, word: str, due: int) -> int:
    """Until when a message may still be sent, in milliseconds: `overtaken` from then on."""
    if word == ASK:
        return due + ASKS_FOR_MS
    if word == WISH:
        return to_ms(wish_ends(exam, clock))
    later = [to_ms(one.at) for one in steps(exam, clock) if one.word.isdecimal() and int(one.word) < int(word)]
    return min([exam.starts_ms, *later])


@dataclass(frozen=True, slots=True)
class Due:
    """A message as it is to be sent now. `word` is a rung, `WISH` or `ASK`; `days` are left."""

    user: int
    exam: Exam
    word: str
    days: int
    wishers: tuple[int, ...]


async def due(database: Database, group: Group, delivery: Delivery, now: datetime) -> Due | None:
    """What to say as things stand now; None where there is nothing to say any more."""
    _, exam_id, word, day = delivery.key.split(":")
    async with database.read() as tx:
        found = await kept.owned(tx, int(exam_id))
        if found is None:
            return None
        _, user, exam = found
        clock = await home_of(tx, exam.member_id, group)
        if exam.day.isoformat() != day or exam.outcome is not None or overtaken(exam, clock, word, now):
            return None
        if word.isdecimal() and await kept.quiet(tx, exam.member_id, to_ms(now)):
            return None
        wishers = await kept.wishers(tx, exam.exam_id) if word == WISH else []
    return Due(user, exam, word, days_left(exam, clock, now), tuple(wishers))


async def given_up(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """The member's direct messages are closed: they are told at the next contact."""
    member = parcel.delivery.member_id
    if member is not None and problem != TOO_LATE:
        await notes.put(tx, member, NOTE, {}, now_ms)
