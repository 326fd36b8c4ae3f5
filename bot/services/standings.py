"""The boards, and a member's own move on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Feedback, Group
from bot.domain.instants import to_ms
from bot.domain.periods import Board
from bot.domain.recognition import board as best_helpers
from bot.domain.standings import Period, Standing, Window, consistent, ranked, window
from bot.services import growth
from bot.storage import groups, leagues, recognition, seasons, standings
from bot.storage.database import Database, Transaction
from bot.storage.standings import Person

__all__ = ["Person"]


@dataclass(frozen=True, slots=True)
class Line:
    """A member's line on a board. `score` is points, days, marks, or the gain in expected share right (0 to 1)."""

    rank: int
    user_id: int
    score: float
    of: int  # the quiz days so far; 0 on other boards


class Absence(StrEnum):
    """Why a board cannot be shown at all."""

    NO_BEGINNING = "no-beginning"
    NOT_WEEKLY = "not-weekly"
    NO_LEAGUE = "no-league"
    NO_SNAPSHOT = "no-snapshot"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole board as one member may see it. `answered` are their rated answers in the window."""

    board: Board
    window: Window
    lines: tuple[Line, ...]
    absence: Absence | None
    person: Person | None
    answered: int
    league: int | None = None

    def own(self, user: int) -> Line | None:
        return next((one for one in self.lines if one.user_id == user), None)


@dataclass(frozen=True, slots=True)
class Move:
    """What a day did to a member's place on the week's board; None where they are not on it.

    `few` says that a question of that day gave no points, since fewer than three people took part.
    """

    earned: int
    now: Standing | None
    rank_before: int | None
    people: int
    few: bool = False


async def sheet(
    database: Database, group: Group, which: Board, over: Window, user: int, *, blueprint: Blueprint | None, today: date
) -> Sheet:
    """The board `which` over a window, as `user` may see it on `today`; the most improved need the group's exam."""
    async with database.read() as tx:
        person = await standings.person(tx, group.group_id, user)
        rows = await standings.board(tx, group.group_id, over)
        answered = next((n for who, _, n in rows if who == user), 0)
        absence: Absence | None = None
        number: int | None = None
        lines: list[Line] = []
        match which:
            case Board.POINTS:
                lines = _points(rows)
            case Board.CONSISTENT:
                lines = await steady(tx, group, over)
            case Board.IMPROVED:
                assert blueprint is not None
                found = await _improved(tx, group, over, blueprint, today)
                if await _betrays(tx, group, over, today):
                    found = Absence.HIDDEN
                lines, absence = ([], found) if isinstance(found, Absence) else (found, None)
            case Board.HELPERS:
                lines = await helpers(tx, group, over)
            case Board.LEAGUE if not over.key.startswith("week:"):
                absence = Absence.NOT_WEEKLY
            case Board.LEAGUE:
                assert over.first is not None
                league = await leagues.mates(tx, group.group_id, over.first.isoformat(), user)
                if league is None:
                    absence = Absence.NO_LEAGUE
                else:
                    number = league[0]
                    lines = _in_league(rows, league[1])
    return Sheet(which, over, tuple(lines), absence, person, answered, number)


async def helpers(tx: Transaction, group: Group, over: Window) -> list[Line]:
    """Whose feedback helped most in a window."""
    marks = await recognition.helpful(tx, group.group_id)
    shown = await recognition.shown(tx, group.group_id)
    board = best_helpers(marks, over, ZoneInfo(group.wishes.zone), shown)
    return [Line(one.rank, one.user_id, one.points, 0) for one in board]


def _points(rows: Sequence[tuple[int, int, int]]) -> list[Line]:
    return [Line(one.rank, one.user_id, one.points, 0) for one in ranked(_with_points(rows))]


def _in_league(rows: Sequence[tuple[int, int, int]], mates: Collection[int]) -> list[Line]:
    points = {user: score for user, score, _ in rows}
    board = ranked([(user, points.get(user, 0), 0) for user in mates])
    return [Line(one.rank, one.user_id, one.points, 0) for one in board]


async def steady(tx: Transaction, group: Group, over: Window) -> list[Line]:
    """The most consistent of a window."""
    board = consistent(
        await standings.days(tx, group.group_id, over), await standings.quiz_days(tx, group.group_id, over)
    )
    return [Line(one.rank, one.user_id, one.days, one.quiz_days) for one in board]


async def risen(tx: Transaction, group: Group, over: Window, blueprint: Blueprint, today: date) -> list[Line]:
    """The most improved of a window; empty where that cannot be known."""
    found = await _improved(tx, group, over, blueprint, today)
    return [] if isinstance(found, Absence) else found


async def _improved(
    tx: Transaction, group: Group, over: Window, blueprint: Blueprint, today: date
) -> list[Line] | Absence:
    if over.first is None:
        return Absence.NO_BEGINNING
    board = await growth.improvements(tx, group.group_id, over, blueprint, today)
    if board is None:
        return Absence.NO_SNAPSHOT
    return [Line(one.rank, one.user_id, one.gain, 0) for one in board]


async def _betrays(tx: Transaction, group: Group, over: Window, today: date) -> bool:
    """Whether a gain that moves with an answer would tell what the group's members learn only at closing."""
    if group.wishes.feedback is not Feedback.AT_CLOSE or (over.last is not None and over.last < today):
        return False
    return await standings.open_until(tx, group.group_id, Window("all", None, None)) is not None


async def points(tx: Transaction, group: Group, over: Window) -> list[Standing]:
    """Everybody who has points in the window and may be shown, best first."""
    return ranked(_with_points(await standings.board(tx, group.group_id, over)))


async def board(database: Database, group: Group, over: Window) -> list[Standing]:
    """The board of points over a window: everybody who has points on it, best first."""
    async with database.read() as tx:
        return await points(tx, group, over)


def _with_points(rows: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [row for row in rows if row[1] > 0]


def week_of(day: date) -> Window:
    """The week that `day` is in."""
    found = window(Period.THIS_WEEK, day)
    assert found is not None
    return found


async def my_move(database: Database, group: Group, user: int, day: date) -> Move:
    """How the rounds of `day` moved a member on the board of its week."""
    async with database.read() as tx:
        rows = await standings.board(tx, group.group_id, week_of(day))
        earned = await standings.earned_on(tx, group.group_id, day.isoformat())
        few = await standings.few(tx, group.group_id, day.isoformat())
    after = ranked(_with_points(rows))
    before = ranked(_with_points([(who, points - earned.get(who, 0), n) for who, points, n in rows]))
    return Move(
        earned.get(user, 0),
        next((one for one in after if one.user_id == user), None),
        next((one.rank for one in before if one.user_id == user), None),
        len(after),
        few,
    )


async def periods(database: Database, group: Group, limit: int = 60) -> list[Window]:
    """The archive: periods that are over and have a board, newest first."""
    async with database.read() as tx:
        return await seasons.past(tx, group.group_id, limit)


async def here(database: Database, group: Group, user: int, *, tutor: bool) -> bool:
    """A member is in their server, with or without the tutors' role; whether that was news.

    Nothing is kept of those who are no member of the group.
    """
    async with database.read() as tx:
        before = await standings.person(tx, group.group_id, user)
    if before is None or (before.is_tutor == tutor and not before.gone):
        return False
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is not None:
            await standings.here(tx, {member: tutor})
    return True


async def hidden(database: Database, group: Group, users: Collection[int]) -> set[int]:
    """Those of the users whom no board may show."""
    async with database.read() as tx:
        found = [await standings.person(tx, group.group_id, user) for user in sorted(users)]
    return set(users) - {one.user_id for one in found if one is not None and one.shown}


async def gone(database: Database, group: Group, user: int, now: datetime) -> None:
    """A member has left the server: the boards show them no longer, until they answer again."""
    async with database.write() as tx:
        await standings.gone(tx, group.group_id, user, to_ms(now))
