"""What tutors confirm of who was there, and the records that members take away."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from bot.domain.attendance import (
    Confirmed,
    Interval,
    Line,
    Presence,
    Record,
    Seen,
    check_code,
    genuine,
    most_minutes,
    read_code,
    seen,
    union,
    window,
)
from bot.domain.groups import Group
from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.refusals_attendance import (
    BadMinutes,
    NoSuchAttendee,
    NothingConfirmed,
    NotOpenYet,
    NotOverYet,
    UnknownCode,
)
from bot.domain.refusals_sessions import NoSuchSession, SessionCancelled
from bot.domain.sessions import Session, State
from bot.formats import attendance as formats
from bot.storage import attendance, groups, meta, sessions
from bot.storage import attendance_records as kept
from bot.storage.attendance_records import Attendance
from bot.storage.database import Database, Transaction

SECRET = "attendance-secret"  # noqa: S105  the name under which it is kept
_NOTHING = Seen(0, 0, checked_in=False)


@dataclass(frozen=True, slots=True)
class Present:
    """One line of the tutor's list. `minutes` is what confirming writes down, `confirmed` what stands already."""

    user: int
    minutes: int
    seen: Seen
    corrected: bool
    confirmed: int | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who was at a session, those with most minutes first.

    `unobserved` are minutes of the session in which the bot did not watch its channel, `absent` counts those with a
    seat who were not there: how many, never who. `signed_by` is None before it is confirmed, and where the tutor has
    had their data deleted.
    """

    session: Session
    lines: tuple[Present, ...]
    unobserved: int
    absent: int
    confirmed_at: datetime | None
    signed_by: str | None

    @property
    def pending(self) -> bool:
        """Whether confirming would write something down."""
        return any(line.minutes != (line.confirmed or 0) for line in self.lines)


async def roster(database: Database, group: Group, session_id: int, now: datetime) -> Roster:
    """Who was at a session. Raises NoSuchSession, SessionCancelled and NotOpenYet."""
    async with database.read() as tx:
        return await _roster(tx, group, session_id, to_ms(now))


async def _roster(tx: Transaction, group: Group, session_id: int, now_ms: int) -> Roster:
    session = await _held(tx, group, session_id, now_ms)
    users = await kept.users(tx, session_id)
    said = await kept.of_session(tx, session_id)
    found = _seen(await attendance.presences(tx, session_id), session, now_ms)
    lines = []
    for member, user in users.items():
        one, what = found.get(member, _NOTHING), said.get(member)
        if member == session.tutor_id:
            continue
        minutes, confirmed = _final(what, one), _minutes(what)
        line = Present(user, minutes, one, _set_by_tutor(what, one), confirmed)
        if line.minutes or line.corrected or line.confirmed is not None:
            lines.append(line)
    there = {line.user for line in lines if line.minutes}
    seated = [users.get(member) for member in await kept.seated(tx, session_id) if member != session.tutor_id]
    signed_at = await kept.signed_at(tx, session_id)
    return Roster(
        session,
        tuple(sorted(lines, key=lambda line: (-line.minutes, line.user))),
        _unobserved(await attendance.gaps(tx, session_id), session),
        sum(1 for user in seated if user not in there),
        None if signed_at is None else from_ms(signed_at),
        None if signed_at is None else (await kept.signers(tx, session_id)).get(signed_at),
    )


async def _held(tx: Transaction, group: Group, session_id: int, now_ms: int) -> Session:
    session = await sessions.by_id(tx, session_id)
    if session is None or session.group_id != group.group_id:
        raise NoSuchSession
    if session.state is State.CANCELLED:
        raise SessionCancelled
    bounds = window(session)
    if now_ms < bounds.began:
        raise NotOpenYet(from_ms(bounds.began))
    return session


def _seen(presences: list[Presence], session: Session, now_ms: int) -> Mapping[int, Seen]:
    by_member: dict[int, list[Presence]] = {}
    for one in presences:
        by_member.setdefault(one.member, []).append(one)
    return {member: seen(found, session, now_ms) for member, found in by_member.items()}


def _minutes(said: Attendance | None) -> int | None:
    return None if said is None else said.minutes


def _final(said: Attendance | None, found: Seen) -> int:
    """What counts: the tutor's correction, else what was confirmed before, else what was seen."""
    if said is not None and said.corrected is not None:
        return said.corrected
    return found.minutes if said is None or said.minutes is None else said.minutes


def _set_by_tutor(said: Attendance | None, found: Seen) -> bool:
    """Whether the minutes are a tutor's word and not what was seen, also after they were confirmed."""
    return said is not None and (said.corrected is not None or said.minutes not in (None, found.minutes))


def _unobserved(gaps: list[Interval], session: Session) -> int:
    within = Interval(session.starts_at, session.ends_at)
    return sum(one.ended - one.began for one in union(gaps, within)) // MINUTE_MS


async def correct(database: Database, group: Group, session_id: int, user: int, words: str, now: datetime) -> Roster:
    """Set a member's minutes, who need not have been seen. Raises as `roster` does, BadMinutes and NoSuchAttendee."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        session = await _held(tx, group, session_id, now_ms)
        most = most_minutes(session)
        text = words.strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= most):
            raise BadMinutes(words, most)
        if user == session.tutor_user:
            raise NoSuchAttendee
        key = (group.group_id, user)
        member = (await groups.member_ids(tx, [key], now_ms))[key]
        await kept.correct(tx, session_id, member, int(text))
        return await _roster(tx, group, session_id, now_ms)


async def confirm(database: Database, group: Group, session_id: int, tutor: int, name: str, now: datetime) -> Roster:
    """Sign the list as it stands, under the tutor's name. A line that was signed before and is the same stays so.

    One whose signer had their data deleted is signed anew.

    Raises as `roster` does, and NotOverYet.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        session = await _held(tx, group, session_id, now_ms)
        if now_ms < session.ends_at:
            raise NotOverYet(from_ms(session.ends_at))
        said = await kept.of_session(tx, session_id)
        found = _seen(await attendance.presences(tx, session_id), session, now_ms)
        secret, signers = await _secret(tx), await kept.signers(tx, session_id)
        new = await kept.signed_at(tx, session_id) is None
        for member, user in (await kept.users(tx, session_id)).items():
            line = said.get(member)
            minutes = _final(line, found.get(member, _NOTHING))
            unsigned = line is not None and line.confirmed_at is not None and line.confirmed_at not in signers
            if member == session.tutor_id or (minutes == (_minutes(line) or 0) and not unsigned):
                continue
            new = True
            proven = Line(session.marker, user, session.starts_at, minutes, now_ms)
            await kept.confirm(tx, session_id, member, minutes, check_code(secret, proven), now_ms)
        if new:
            key = (group.group_id, tutor)
            signer = (await groups.member_ids(tx, [key], now_ms))[key]
            await kept.sign(tx, session_id, signer, name, now_ms)
        return await _roster(tx, group, session_id, now_ms)


async def _secret(tx: Transaction) -> bytes:
    """This database's own secret, made at the first need. It stands in no log and no export."""
    found = await meta.read(tx, SECRET)
    if found is None:
        found = secrets.token_hex(32)
        await meta.write(tx, SECRET, found)
    return bytes.fromhex(found)


# For the member


@dataclass(frozen=True, slots=True)
class Attended:
    """A session that the member was at. `confirmed_at` is None before a tutor confirmed the minutes."""

    session: Session
    minutes: int
    confirmed_at: datetime | None
    tutor: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Mine:
    """A member's attendance, the latest first. `missed` counts sessions that they had a seat in and were not at."""

    attended: tuple[Attended, ...]
    missed: int

    @property
    def confirmed(self) -> int:
        """Minutes that a tutor confirmed."""
        return sum(one.minutes for one in self.attended if one.confirmed_at is not None)

    @property
    def open(self) -> int:
        """Minutes that wait for it."""
        return sum(one.minutes for one in self.attended if one.confirmed_at is None)


async def mine(database: Database, group: Group, user: int, now: datetime) -> Mine:
    """What a member sees of their own attendance."""
    now_ms = to_ms(now)
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return Mine((), 0) if member is None else await _mine(tx, member, now_ms)


async def _mine(tx: Transaction, member: int, now_ms: int) -> Mine:
    presences = await attendance.of_member(tx, member)
    said = await kept.of_member(tx, member)
    found = []
    for session_id in presences.keys() | said.keys():
        session, line = await sessions.by_id(tx, session_id), said.get(session_id)
        if session is None or session.state is State.CANCELLED or session.tutor_id == member:
            continue
        if line is not None and line.minutes is not None and line.confirmed_at is not None:
            tutor = (await kept.signers(tx, session_id)).get(line.confirmed_at)
            one = Attended(session, line.minutes, from_ms(line.confirmed_at), tutor, line.code)
        else:
            one = Attended(session, seen(presences.get(session_id, []), session, now_ms).minutes, None, None, None)
        if one.minutes:
            found.append(one)
    there = {one.session.session_id for one in found}
    seats = set(await kept.seats_of(tx, member, now_ms)) - there
    # Before a tutor confirmed who was there, nobody is said to have stayed away.
    missed = [session_id for session_id in seats if await kept.signed_at(tx, session_id) is not None]
    found.sort(key=lambda one: (-one.session.starts_at, one.session.session_id))
    return Mine(tuple(found), len(missed))


@dataclass(frozen=True, slots=True)
class Whose:
    """How a record names its member, their group's place and its exam; `handle` is Discord's plain name."""

    name: str
    handle: str
    place: str
    exam: str


async def record(database: Database, group: Group, user: int, whose: Whose, now: datetime) -> Record:
    """A member's confirmed sessions, the earliest first. Raises NothingConfirmed."""
    found = await mine(database, group, user, now)
    lines = [
        Confirmed(
            one.session.title,
            one.session.topics,
            one.session.starts_at,
            one.session.zone,
            one.minutes,
            one.tutor,
            to_ms(one.confirmed_at),
            one.code,
        )
        for one in reversed(found.attended)
        if one.confirmed_at is not None and one.code is not None
    ]
    if not lines:
        raise NothingConfirmed
    return Record(whose.name, whose.handle, whose.place, whose.exam, to_ms(now), group.wishes.zone, tuple(lines))


def as_csv(found: Record) -> bytes:
    """A record for a spreadsheet."""
    return formats.to_csv(found)


async def as_pdf(found: Record, paper: str) -> bytes:
    """A record to print, on "A4" or "Letter". Drawn in a thread: it takes some tenths of a second."""
    return await asyncio.to_thread(formats.to_pdf, found, paper, _letters())


def _letters() -> tuple[str, str]:
    """The files of the fonts that come with the package that draws pictures; it is found without being imported."""
    found = find_spec("matplotlib")
    assert found is not None, "it is installed with the bot"
    assert found.origin is not None, "it is a package with a file"
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return str(folder / "DejaVuSans.ttf"), str(folder / "DejaVuSans-Bold.ttf")


# For whoever is shown a record


@dataclass(frozen=True, slots=True)
class Checked:
    """A genuine line. `theirs` tells whether it is that of the member who was named; None where nobody was."""

    title: str
    starts_at: datetime
    minutes: int
    confirmed_at: datetime
    theirs: bool | None


async def check(database: Database, group: Group, words: str, user: int | None) -> Checked:
    """Whether a code is that of a line of this group's records, as it stands today. Raises UnknownCode."""
    code = read_code(words)
    async with database.read() as tx:
        found = None if code is None else await kept.by_code(tx, group.group_id, code)
        session = None if found is None else await sessions.by_id(tx, found.session_id)
        secret = await meta.read(tx, SECRET)
    if code is None or found is None or session is None or secret is None:
        raise UnknownCode(words)
    assert found.minutes is not None, "a code comes with what it proves"
    assert found.confirmed_at is not None, "the same"
    line = Line(session.marker, found.user_id, session.starts_at, found.minutes, found.confirmed_at)
    if not genuine(bytes.fromhex(secret), line, code):
        raise UnknownCode(words)
    return Checked(
        session.title,
        from_ms(session.starts_at),
        found.minutes,
        from_ms(found.confirmed_at),
        None if user is None else user == found.user_id,
    )
