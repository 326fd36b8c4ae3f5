"""Exam dates: setting them, looking at them, and the group's calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import Enum, auto
from zoneinfo import ZoneInfo

from bot.domain.exams import WISH, Exam, Outcome, Step, at_of, day_of, steps
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.refusals import ExamOver, NoSuchExam, NotYourExam, TooManyExams
from bot.services import ladder, streaks
from bot.services.ladder import Past
from bot.storage import agenda, groups, setbacks
from bot.storage import exams as kept
from bot.storage.database import Database, Transaction
from bot.storage.exams import Sitter

MOST = 5
OPEN_FOR_MS = 120 * DAY_MS  # /exam status asks for so long how an exam went


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member says of an exam. `start` is the wall time in `zone`, `wish` that of the good wish."""

    day: date
    start: time | None
    zone: str
    blueprint: str
    wish: time | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A date as it was kept; `before` is the one in whose place it stands, `ahead` what is planned, by the clock."""

    exam: Exam
    before: Exam | None
    ahead: tuple[Step, ...]
    on_calendar: bool

    @property
    def rungs(self) -> list[datetime]:
        return [one.at for one in self.ahead if one.word.isdecimal()]

    @property
    def wish(self) -> datetime | None:
        return next((one.at for one in self.ahead if one.word == WISH), None)


async def home(database: Database, group: Group, user: int) -> ZoneInfo:
    """The zone whose clock a user goes by."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return ZoneInfo(group.wishes.zone) if member is None else await ladder.home_of(tx, member, group)


async def set_date(database: Database, group: Group, user: int, wanted: Wanted, now: datetime) -> Noted:
    """Keep when a member sits an exam, or move it: of each blueprint one is ahead. Raises ExamOver and TooManyExams."""
    now_ms, at = to_ms(now), at_of(wanted.day, wanted.start, ZoneInfo(wanted.zone))
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        clock = await ladder.home_of(tx, member, group)
        starts, ends = day_of(at, clock)
        if ends <= now or (wanted.start is not None and at <= now):
            raise ExamOver(at)
        mine = await kept.coming(tx, member, now_ms)
        # One that has begun is being sat: a later date of the same exam is another attempt.
        ahead = [one for one in mine if one.begun_by_ms > now_ms]
        before = next((one for one in ahead if one.blueprint == wanted.blueprint), None)
        if before is None and len(mine) >= MOST:
            raise TooManyExams(MOST)
        exam = Exam(
            0 if before is None else before.exam_id,
            member,
            wanted.blueprint,
            wanted.day,
            wanted.start,
            wanted.zone,
            to_ms(at),
            to_ms(starts),
            to_ms(ends),
            wanted.wish or (before.wish if before else None),
        )
        if before is None:
            exam = replace(exam, exam_id=await kept.insert(tx, exam, now_ms))
        else:
            await kept.update(tx, exam)
        await ladder.plan_ahead(tx, exam, group.group_id, clock, now, Past.FORGET)
        await ladder.moved(tx, exam.exam_id, exam.at_ms, now_ms)
        wishes = await kept.sitter(tx, member)
    planned = tuple(one for one in steps(exam, clock) if one.at > now)
    return Noted(exam, before, planned, wishes.on_calendar)


async def clear(database: Database, exam_id: int, user: int, now: datetime) -> Exam:
    """Forget an exam with all that is planned and kept about it. Raises NoSuchExam and NotYourExam."""
    async with database.write() as tx:
        _, exam = await own(tx, exam_id, user)
        for key in await kept.planned(tx, exam):
            await agenda.forget(tx, key)
        await ladder.moved(tx, exam_id, None, to_ms(now))
        await kept.remove(tx, exam_id)
    return exam


async def own(tx: Transaction, exam_id: int, user: int) -> tuple[Group, Exam]:
    """A user's exam and its group. Raises NoSuchExam, and NotYourExam for somebody else's."""
    found = await kept.owned(tx, exam_id)
    if found is None:
        raise NoSuchExam
    group_id, owner, exam = found
    if owner != user:
        raise NotYourExam
    group = await groups.by_id(tx, group_id)
    assert group is not None, "members go with their group"
    return group, exam


async def find(database: Database, exam_id: int, user: int) -> tuple[Group, Exam]:
    """The same, for a button. Raises NoSuchExam and NotYourExam."""
    async with database.read() as tx:
        return await own(tx, exam_id, user)


@dataclass(frozen=True, slots=True)
class Status:
    """What a member has ahead, by date; `over` are exams of which they have not said how they went.

    `failed` and `passed` are the last of each. `resting_since` is when boards and pings began to rest.
    """

    exams: tuple[Exam, ...]
    over: tuple[Exam, ...]
    failed: Exam | None
    passed: Exam | None
    everything: tuple[Exam, ...]
    wishes: Sitter
    resting_since: datetime | None
    home: ZoneInfo
    ahead: tuple[Step, ...]  # of the nearest


async def status(database: Database, group: Group, user: int, now: datetime) -> Status:
    """A member's exams at `now`."""
    now_ms = to_ms(now)
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return Status((), (), None, None, (), Sitter(), None, ZoneInfo(group.wishes.zone), ())
        every = await kept.of_member(tx, member)
        wishes = await kept.sitter(tx, member)
        since = await setbacks.since(tx, member)
        clock = await ladder.home_of(tx, member, group)
    coming = tuple(one for one in every if one.outcome is None and one.ends_ms > now_ms)
    said = {one.outcome: one for one in every if one.outcome is not None}
    return Status(
        coming,
        tuple(one for one in every if one.outcome is None and now_ms - OPEN_FOR_MS < one.ends_ms <= now_ms),
        said.get(Outcome.FAILED),
        said.get(Outcome.PASSED),
        tuple(every),
        wishes,
        None if since is None else from_ms(since),
        clock,
        tuple(one for one in steps(coming[0], clock) if one.at > now) if coming else (),
    )


# The group's calendar


class Luck(Enum):
    """What a press of *Wish luck* did."""

    KEPT = auto()
    AGAIN = auto()
    OWN = auto()


async def calendar(database: Database, group: Group, now: datetime) -> list[tuple[int, Exam]]:
    """(user, exam) of those who want to be seen, the nearest first."""
    async with database.read() as tx:
        return await kept.calendar(tx, group.group_id, to_ms(now))


async def show(database: Database, group: Group, user: int, now: datetime, *, on: bool) -> None:
    """Put a member on the group's calendar, or take them off."""
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        await kept.set_sitter(tx, member, replace(await kept.sitter(tx, member), on_calendar=on))


async def wish_luck(database: Database, group: Group, exam_id: int, user: int, now: datetime) -> Luck:
    """Keep that a member of the group wishes luck for an exam on its calendar. Raises NoSuchExam."""
    async with database.write() as tx:
        shown = {exam.exam_id: owner for owner, exam in await kept.calendar(tx, group.group_id, to_ms(now))}
        if exam_id not in shown:
            raise NoSuchExam
        if shown[exam_id] == user:
            return Luck.OWN
        member = await streaks.member_of(tx, group, user, now)
        return Luck.KEPT if await kept.wish_luck(tx, exam_id, member, to_ms(now)) else Luck.AGAIN
