"""Streaks: what answers do to them, how they stand, pauses and zones.

A streak's row says how it stood on the day of the last answer; what has passed since is judged when somebody asks. A
member's day is that of the click. A question answered after midnight counts for the new day, and excuses the day on
which it was posted: whoever answers every question in time never loses a streak.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Self
from zoneinfo import ZoneInfo

from bot.domain.dates import parse_day
from bot.domain.days import Stay, by_schedule, days_off, local_day, span
from bot.domain.groups import Group
from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.refusals import BadDay, NotPaused
from bot.domain.streaks import Off, Pauses, Streak, answered, ends_at, from_history, needs_history, rolled
from bot.storage import corrections, groups
from bot.storage import streaks as kept
from bot.storage.database import Database, Transaction
from bot.storage.streaks import Posted

_ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_ROUND_THE_WORLD = timedelta(days=3)  # a group's date is never further than that from a member's


@dataclass(frozen=True, slots=True)
class Note:
    """What an answer's receipt has to say besides.

    *frozen* are the days since the last answer that freezes covered, *freezes* are left.
    """

    day: date
    frozen: tuple[date, ...]
    freezes: int


def _posted_in(instants: Sequence[int], start: datetime, end: datetime) -> bool:
    place = bisect_left(instants, to_ms(start))
    return place < len(instants) and instants[place] < to_ms(end)


def _gone_by(stays: Sequence[Stay], instants: Sequence[int], excused: Collection[date] = ()) -> Off:
    return days_off(stays, partial(_posted_in, instants), excused)


class Ledger:
    """The streaks of a batch of answers: entered one by one, written with a fixed number of statements."""

    def __init__(
        self,
        members: Mapping[int, int],
        stays: Mapping[int, Sequence[Stay]],
        streaks: Mapping[int, Streak],
    ) -> None:
        self._members = members
        self._stays = stays
        self._streaks = streaks
        self._entries: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
        self._lately: dict[int, tuple[int, int, date]] = {}
        self._offs: dict[tuple[int, int, date | None], Off] = {}

    @classmethod
    async def open(cls, tx: Transaction, members: Mapping[int, int]) -> Self:
        """The ledger for answers of these members; `members` maps them to their groups."""
        return cls(
            members,
            await kept.stays(tx, members),
            await kept.load(tx, members),
        )

    def enter(self, member: int, at: int, posted_at: int | None) -> str:
        """A daily answer clicked at `at` (ms), to a question posted at `posted_at`; returns the member's day."""
        stays = self._stays[member]
        day = self._day(stays, at)
        asked = day if posted_at is None or posted_at >= at else self._day(stays, posted_at)
        self._entries[member].append((day, asked))
        return day.isoformat()

    def _day(self, stays: Sequence[Stay], at: int) -> date:
        """The date of most presses of a batch is that of the one before: who chose no zone shares the group's stays."""
        known = self._lately.get(id(stays))
        if known is not None and known[0] <= at < known[1]:
            return known[2]
        day = local_day(stays, from_ms(at))
        lived = span(day, stays)
        if lived is not None:
            self._lately[id(stays)] = (to_ms(lived[0]), to_ms(lived[1]), day)
        return day

    async def write(self, tx: Transaction) -> dict[int, Note]:
        """Write the streaks, after the answers; returns what there is to say, by member."""
        if not self._entries:
            return {}
        posted, pauses = await self._between(tx)
        new: dict[int, Streak] = {}
        late: dict[int, int] = {}
        for member, entries in self._entries.items():
            streak = self._after(member, entries, posted, pauses.get(member, ()))
            if streak is None:
                late[member] = self._members[member]
            else:
                new[member] = streak
        if late:
            new |= await told_again(tx, late)
        await kept.save(tx, new)
        return {member: note for member, streak in new.items() if (note := self._note(member, streak)) is not None}

    async def _between(self, tx: Transaction) -> tuple[Mapping[int, list[int]], Mapping[int, Pauses]]:
        """What is needed to judge the days since the last answers; nothing where those were yesterday."""
        apart = [
            member
            for member, entries in self._entries.items()
            if member in self._streaks and max(entries)[0] > self._streaks[member].last_day + _ONE_DAY
        ]
        if not apart:
            return {}, {}
        since = min(self._streaks[member].last_day for member in apart) - _ROUND_THE_WORLD
        groups_of = {self._members[member] for member in apart}
        return await kept.posted(tx, groups_of, since), await kept.pauses(tx, apart)

    def _after(
        self, member: int, entries: Sequence[tuple[date, date]], posted: Mapping[int, list[int]], pauses: Pauses
    ) -> Streak | None:
        """The streak after these answers; None where one came too late to be added."""
        streak = self._streaks.get(member)
        for day, asked in entries:
            if needs_history(streak, day) or (asked != day and needs_history(streak, asked)):
                return None
            if streak is None or day <= streak.last_day + _ONE_DAY:
                streak = answered(streak, day)  # no day lies between that would have to be judged
                continue
            streak = answered(streak, day, off=self._off(member, asked if asked < day else None, posted), pauses=pauses)
        return streak

    def _off(self, member: int, excused: date | None, posted: Mapping[int, list[int]]) -> Off:
        stays, group = self._stays[member], self._members[member]
        key = (id(stays), group, excused)
        if key not in self._offs:
            # Asked of the same days for each member who missed them.
            self._offs[key] = cache(_gone_by(stays, posted.get(group, ()), () if excused is None else (excused,)))
        return self._offs[key]

    def _note(self, member: int, streak: Streak) -> Note | None:
        before = self._streaks.get(member)
        known = before.frozen_days if before is not None else ()
        frozen = tuple(day for day in streak.frozen_days if day not in known)
        return Note(streak.last_day, frozen, streak.freezes) if frozen else None


async def told_again(tx: Transaction, members: Mapping[int, int]) -> dict[int, Streak]:
    """These members' streaks (member to group) from all their answers, as they were on the day of the last one."""
    answers = await kept.answered(tx, members)
    if not answers:
        return {}
    first = min(one.day for given in answers.values() for one in given)
    posted = await kept.posted(tx, set(members.values()), first - _ROUND_THE_WORLD)
    pauses = await kept.pauses(tx, members)
    stays = await kept.stays(tx, members)
    found = {}
    for member, given in answers.items():
        excused = {local_day(stays[member], from_ms(one.posted)) for one in given}
        off = _gone_by(stays[member], posted.get(members[member], ()), excused)
        streak = from_history([one.day for one in given], today=date.min, off=off, pauses=pauses.get(member, ()))
        assert streak is not None
        found[member] = streak
    return found


async def rebuild(tx: Transaction, group_id: int, members: Collection[int]) -> None:
    """Make these members' streaks anew, after a question was voided: whoever missed it alone missed nothing.

    How long those were that have become others is kept, for their members to be told.
    """
    before = await kept.load(tx, members)
    now = await told_again(tx, dict.fromkeys(members, group_id))
    await kept.save(tx, now)
    others = (member for member, one in now.items() if member in before and before[member].current != one.current)
    await corrections.remember_streaks(tx, {member: before[member].current for member in others})


@dataclass(frozen=True, slots=True)
class State:
    """A member's streak now. *open* are the questions that take answers; *strict* forgets that they may be answered."""

    streak: Streak | None
    strict: Streak | None
    today: date
    stays: Sequence[Stay]
    off: Off
    pauses: Pauses
    open: Sequence[Posted]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.stays[-1].zone)

    def day_of(self, asked: Posted) -> date:
        """The member's day on which a question was posted."""
        return local_day(self.stays, from_ms(asked.posted_at))

    def pause(self, day: date) -> tuple[date, date | None] | None:
        """The pause that the day lies in."""
        return next((one for one in self.pauses if one[0] <= day and (one[1] is None or day <= one[1])), None)


async def state(tx: Transaction, group: Group, member: int, now: datetime) -> State:
    """How a member's streak stands at an instant. Days to come are judged by the group's schedule."""
    stays = (await kept.stays(tx, {member: group.group_id}))[member]
    today = local_day(stays, now)
    streak = (await kept.load(tx, [member])).get(member)
    pauses = (await kept.pauses(tx, [member])).get(member, [])
    since = min(today, streak.last_day if streak else today) - _ROUND_THE_WORLD
    instants = (await kept.posted(tx, [group.group_id], since)).get(group.group_id, [])
    waiting = await kept.open_for(tx, group.group_id, member, to_ms(now))
    planned = by_schedule(group.schedule)

    def posted(start: datetime, end: datetime) -> bool:
        return _posted_in(instants, start, end) or (end > now and planned(max(start, now), end))

    off = days_off(stays, posted)
    lenient = strict = None
    if streak is not None:
        pending = {local_day(stays, from_ms(one.posted_at)) for one in waiting if not one.mine}
        strict = rolled(streak, today, off=off, pauses=pauses)
        lenient = rolled(streak, today, off=days_off(stays, posted, pending), pauses=pauses)
    return State(lenient, strict, today, stays, off, pauses, waiting)


def end_of(group: Group, now_state: State, now: datetime) -> datetime | None:
    """When the streak ends unless an answer comes before; None where it does not.

    A question that stays open over midnight can be answered until it closes.
    """
    streak, strict, open_until = now_state.streak, now_state.strict, group.wishes.open_minutes * MINUTE_MS
    if streak is None or strict is None or not streak.current:
        return None
    if not strict.current:
        missed = strict.ended_on
        closing = [one.closes_at for one in now_state.open if not one.mine and now_state.day_of(one) == missed]
        return from_ms(max(closing)) if closing else now
    end = ends_at(strict, now_state.zone, today=now_state.today, off=now_state.off, pauses=now_state.pauses)
    if end is None:
        return None
    last = local_day(now_state.stays, end - _TICK)
    closing = [one.closes_at for one in now_state.open if not one.mine and now_state.day_of(one) == last]
    slot = group.schedule.next_after(max(now, end - _ONE_DAY))
    if slot < end:
        closing.append(to_ms(slot) + open_until)
    return max([end, *(from_ms(instant) for instant in closing)])


@dataclass(frozen=True, slots=True)
class Shown:
    """What /streak shows. `pause` is the one that today lies in, `ping` says whether reminders are on."""

    streak: Streak | None
    answered_today: bool
    ends_at: datetime | None
    pause: tuple[date, date | None] | None
    ping: bool


async def show(database: Database, group: Group, user: int, now: datetime) -> Shown:
    """How a member's streak stands."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return Shown(None, False, None, None, ping=False)
        found = await state(tx, group, member, now)
        ping = await kept.ping(tx, member)
    return Shown(
        found.streak,
        found.streak is not None and found.streak.last_day >= found.today,
        end_of(group, found, now),
        found.pause(found.today),
        ping,
    )


async def current(database: Database, group: Group, user: int, now: datetime) -> Streak | None:
    """A member's streak as it stands now."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return None if member is None else (await state(tx, group, member, now)).streak


async def pause(database: Database, group: Group, user: int, until: str | None, now: datetime) -> date | None:
    """Pause from today to the day that the words name, or until `resume`; returns that day. Raises BadDay.

    A pause that goes on already gets the new end.
    """
    async with database.write() as tx:
        member = await member_of(tx, group, user, now)
        found = await state(tx, group, member, now)
        last = None if until is None else _day(until, found.today)
        going = found.pause(found.today)
        first = found.today if going is None else going[0]
        await kept.put_pauses(tx, member, [*(one for one in found.pauses if one[0] < first), (first, last)])
    return last


def _day(words: str, today: date) -> date:
    try:
        return parse_day(words, today)
    except ValueError:
        raise BadDay(words) from None


async def resume(database: Database, group: Group, user: int, now: datetime) -> None:
    """End the pause with today, which still asks nothing. Raises NotPaused."""
    async with database.write() as tx:
        member = await member_of(tx, group, user, now)
        found = await state(tx, group, member, now)
        going = found.pause(found.today)
        if going is None:
            raise NotPaused
        await kept.put_pauses(tx, member, [*(one for one in found.pauses if one != going), (going[0], found.today)])


async def member_of(tx: Transaction, group: Group, user: int, now: datetime) -> int:
    """The user's member id, made where we meet them for the first time."""
    key = (group.group_id, user)
    return (await groups.member_ids(tx, [key], to_ms(now)))[key]
