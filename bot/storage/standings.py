"""Summary rows of the boards, and who is shown on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.standings import MIN_PEOPLE, Span, Window, period
from bot.storage.database import Params, Row, Transaction
from bot.storage.estimates import marks

SHOWN = "m.on_board = 1 AND m.left_at IS NULL AND (m.is_tutor = 0 OR m.opted_in = 1)"
"""Off the boards are those who opted out, those who left, and tutors who did not opt in."""
POINTS = f"CASE WHEN r.takers >= {MIN_PEOPLE} THEN a.correct * a.counted * r.worth ELSE 0 END"
"""What an answer earned in its round: `bot.domain.standings.round_points` in SQL; a test compares the two."""
_SUMS = f"SELECT a.member_id, r.day, SUM({POINTS}) AS points, COUNT(*) AS answered"


@dataclass(frozen=True, slots=True)
class Person:
    """What the boards know of a member; `plays` where their answers make a round one of several people."""

    user_id: int
    is_tutor: bool
    on_board: bool
    opted_in: bool
    gone: bool

    @property
    def shown(self) -> bool:
        return self.on_board and not self.gone and (self.opted_in or not self.is_tutor)


async def add(tx: Transaction, rows: Iterable[Params]) -> None:
    """Add points, answers and days to each row's (group_id, period, member_id)."""
    await tx.many(
        """INSERT INTO standings (group_id, period, member_id, points, answered, days)
           VALUES (:group_id, :period, :member_id, :points, :answered, :days)
           ON CONFLICT (group_id, period, member_id)
           DO UPDATE SET points = standings.points + excluded.points, answered = standings.answered + excluded.answered,
               days = standings.days + excluded.days""",
        rows,
    )


async def add_takers(tx: Transaction, takers: Mapping[int, int]) -> None:
    """So many more people took part in each round."""
    await tx.many(
        "UPDATE rounds SET takers = takers + :n WHERE round_id = :id",
        [{"id": round_id, "n": n} for round_id, n in takers.items() if n],
    )


async def add_counted(tx: Transaction, counted: Mapping[int, int]) -> None:
    """The learner model counted so many more answers of each member."""
    await tx.many(
        """INSERT INTO tallies (member_id, counted) VALUES (:id, :n)
           ON CONFLICT (member_id) DO UPDATE SET counted = tallies.counted + excluded.counted""",
        [{"id": member, "n": n} for member, n in counted.items()],
    )


async def count_anew(tx: Transaction, members: Collection[int]) -> None:
    """How many answers of each of these members the learner model counted: once more from the answers."""
    member_marks, params = marks("m", members)
    await tx.run(f"DELETE FROM tallies WHERE member_id IN ({member_marks})", params)
    await tx.run(
        f"""INSERT INTO tallies (member_id, counted) SELECT member_id, COUNT(*) FROM answers
            WHERE member_id IN ({member_marks}) AND counted = 1 GROUP BY member_id""",
        params,
    )


async def right_answers(tx: Transaction, rounds: Collection[int]) -> list[tuple[int, int]]:
    """(round, member) of each right answer that counts in these rounds."""
    round_marks, params = marks("r", rounds)
    rows = await tx.all(
        f"""SELECT round_id, member_id FROM answers
            WHERE round_id IN ({round_marks}) AND rated = 1 AND correct = 1 AND counted = 1""",
        params,
    )
    return [(row["round_id"], row["member_id"]) for row in rows]


async def attended(tx: Transaction, rounds: Collection[int], members: Collection[int]) -> set[tuple[int, str]]:
    """(member, day) where these members have an answer on the days of these daily rounds already."""
    round_marks, round_params = marks("r", rounds)
    member_marks, member_params = marks("m", members)
    rows = await tx.all(
        f"""SELECT DISTINCT a.member_id, r.day FROM rounds mine
            JOIN rounds r ON r.group_id = mine.group_id AND r.day = mine.day AND r.kind = 'daily'
            JOIN answers a ON a.round_id = r.round_id
            WHERE mine.round_id IN ({round_marks}) AND mine.kind = 'daily' AND a.member_id IN ({member_marks})""",
        {**round_params, **member_params},
    )
    return {(row["member_id"], row["day"]) for row in rows}


async def people(tx: Transaction, members: Collection[int]) -> dict[int, Person]:
    """What the boards know of these members, by their id."""
    member_marks, params = marks("m", members)
    rows = await tx.all(
        f"""SELECT member_id, user_id, is_tutor, on_board, opted_in, left_at FROM members
            WHERE member_id IN ({member_marks})""",
        params,
    )
    return {row["member_id"]: _person(row) for row in rows}


async def person(tx: Transaction, group_id: int, user_id: int) -> Person | None:
    row = await tx.one(
        """SELECT user_id, is_tutor, on_board, opted_in, left_at FROM members
           WHERE group_id = :group_id AND user_id = :user""",
        {"group_id": group_id, "user": user_id},
    )
    return _person(row) if row else None


def _person(row: Row) -> Person:
    return Person(
        row["user_id"],
        bool(row["is_tutor"]),
        bool(row["on_board"]),
        bool(row["opted_in"]),
        row["left_at"] is not None,
    )


async def here(tx: Transaction, members: Mapping[int, bool]) -> None:
    """These members are in their server, with or without the tutors' role."""
    await tx.many(
        "UPDATE members SET left_at = NULL, is_tutor = :tutor WHERE member_id = :id",
        [{"id": member, "tutor": int(tutor)} for member, tutor in members.items()],
    )


async def gone(tx: Transaction, group_id: int, user_id: int, now_ms: int) -> None:
    """This member is no longer in the server."""
    await tx.run(
        """UPDATE members SET left_at = COALESCE(left_at, :now) WHERE group_id = :group_id AND user_id = :user""",
        {"group_id": group_id, "user": user_id, "now": now_ms},
    )


def _bounds(window: Window) -> dict[str, str | None]:
    return {
        "first": window.first.isoformat() if window.first else None,
        "last": window.last.isoformat() if window.last else None,
    }


async def board(tx: Transaction, group_id: int, window: Window) -> list[tuple[int, int, int]]:
    """(user, points, answered) of everybody who may be shown.

    A group that shows results at closing has none of its open rounds on it: points would tell who was right.
    """
    rows = await tx.all(
        f"""SELECT m.user_id, s.points, s.answered FROM standings s JOIN members m ON m.member_id = s.member_id
           WHERE s.group_id = :group_id AND s.period = :period AND {SHOWN}""",
        {"group_id": group_id, "period": window.key},
    )
    hidden = await tx.all(
        f"""SELECT m.user_id, SUM({POINTS}) AS points, COUNT(*) AS answered FROM rounds r
           JOIN groups g ON g.group_id = r.group_id
           JOIN answers a ON a.round_id = r.round_id
           JOIN members m ON m.member_id = a.member_id
           WHERE r.group_id = :group_id AND r.kind = 'daily' AND r.closed_at IS NULL
             AND g.feedback = 'at-close' AND (:first IS NULL OR r.day BETWEEN :first AND :last)
           GROUP BY m.user_id""",
        {"group_id": group_id, **_bounds(window)},
    )
    less = {row["user_id"]: (row["points"], row["answered"]) for row in hidden}
    shown = []
    for row in rows:
        points, answered = less.get(row["user_id"], (0, 0))
        if row["answered"] > answered:
            shown.append((row["user_id"], row["points"] - points, row["answered"] - answered))
    return shown


async def days(tx: Transaction, group_id: int, window: Window) -> dict[int, int]:
    """On how many of the window's days each user answered; only those who may be shown."""
    rows = await tx.all(
        f"""SELECT m.user_id, s.days FROM standings s JOIN members m ON m.member_id = s.member_id
           WHERE s.group_id = :group_id AND s.period = :period AND {SHOWN}""",
        {"group_id": group_id, "period": window.key},
    )
    return {row["user_id"]: row["days"] for row in rows}


async def quiz_days(tx: Transaction, group_id: int, window: Window) -> int:
    """How many days of the window had a question so far."""
    row = await tx.one(
        """SELECT COUNT(DISTINCT day) AS n FROM rounds
           WHERE group_id = :group_id AND kind = 'daily' AND state <> 'unposted'
             AND day BETWEEN COALESCE(:first, '0000-00-00') AND COALESCE(:last, '9999-99-99')""",
        {"group_id": group_id, **_bounds(window)},
    )
    assert row is not None
    return int(row["n"])


async def open_until(tx: Transaction, group_id: int, window: Window) -> int | None:
    """When the last of the window's rounds that still take answers closes (ms); None where all are closed."""
    row = await tx.one(
        """SELECT MAX(closes_at) AS until FROM rounds
           WHERE group_id = :group_id AND kind = 'daily' AND state IN ('posting', 'open')
             AND day BETWEEN COALESCE(:first, '0000-00-00') AND COALESCE(:last, '9999-99-99')""",
        {"group_id": group_id, **_bounds(window)},
    )
    return row["until"] if row else None


async def took_part(tx: Transaction, group_id: int, window: Window) -> bool:
    """Whether anybody answered in the window."""
    row = await tx.one(
        "SELECT 1 FROM standings WHERE group_id = :group_id AND period = :period LIMIT 1",
        {"group_id": group_id, "period": window.key},
    )
    return row is not None


async def activity(tx: Transaction, group_id: int, periods: Sequence[str]) -> dict[int, int]:
    """How many rated answers each user gave in these periods together; only those who may be shown."""
    names = {f"p{n}": name for n, name in enumerate(periods)}
    rows = await tx.all(
        f"""SELECT m.user_id, SUM(s.answered) AS n FROM standings s JOIN members m ON m.member_id = s.member_id
           WHERE s.group_id = :group_id AND s.period IN ({", ".join(f":{one}" for one in names)}) AND {SHOWN}
           GROUP BY m.user_id""",
        {"group_id": group_id, **names},
    )
    return {row["user_id"]: row["n"] for row in rows}


async def earned_on(tx: Transaction, group_id: int, day: str) -> dict[int, int]:
    """The points that each user earned with the rounds of a day, as far as the board shows them."""
    rows = await tx.all(
        f"""SELECT m.user_id, SUM({POINTS}) AS points FROM answers a
           JOIN rounds r ON r.round_id = a.round_id
           JOIN groups g ON g.group_id = r.group_id
           JOIN members m ON m.member_id = a.member_id
           WHERE r.group_id = :group_id AND r.day = :day AND r.kind = 'daily' AND a.rated = 1
             AND (g.feedback <> 'at-close' OR r.closed_at IS NOT NULL)
           GROUP BY m.user_id""",
        {"group_id": group_id, "day": day},
    )
    return {row["user_id"]: row["points"] for row in rows}


async def few(tx: Transaction, group_id: int, day: str) -> bool:
    """Whether a round of that day had too few people for points."""
    row = await tx.one(
        f"""SELECT 1 FROM rounds WHERE group_id = :group_id AND day = :day AND kind = 'daily'
            AND state <> 'unposted' AND takers < {MIN_PEOPLE} LIMIT 1""",
        {"group_id": group_id, "day": day},
    )
    return row is not None


async def sums(tx: Transaction, group_id: int, window: Window) -> dict[tuple[int, date], tuple[int, int]]:
    """(points, answers) of each (member, day), from the answers themselves."""
    return _by_day(
        await tx.all(
            f"""{_SUMS} FROM rounds r JOIN answers a ON a.round_id = r.round_id
                WHERE r.group_id = :group_id AND r.kind = 'daily' AND a.rated = 1
                  AND r.day BETWEEN COALESCE(:first, '0000-00-00') AND COALESCE(:last, '9999-99-99')
                GROUP BY a.member_id, r.day""",
            {"group_id": group_id, **_bounds(window)},
        )
    )


def _by_day(rows: Iterable[Row]) -> dict[tuple[int, date], tuple[int, int]]:
    return {(row["member_id"], date.fromisoformat(row["day"])): (row["points"], row["answered"]) for row in rows}


async def rebuild(tx: Transaction, group_id: int, members: Collection[int], seasons: Sequence[Window]) -> None:
    """Make all summary rows of some members of a group anew from their answers, those of the given seasons too."""
    member_marks, params = marks("m", members)
    await tx.run(f"DELETE FROM standings WHERE member_id IN ({member_marks})", params)
    rows = await tx.all(
        f"""{_SUMS} FROM answers a JOIN rounds r ON r.round_id = a.round_id
            WHERE a.member_id IN ({member_marks}) AND r.kind = 'daily' AND a.rated = 1 GROUP BY a.member_id, r.day""",
        params,
    )
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (member, day), (points, answered) in _by_day(rows).items():
        names = [period(span, day) for span in Span]
        names += [one.key for one in seasons if one.first and one.last and one.first <= day <= one.last]
        for name in names:
            line = found[name, member]
            line[0] += points
            line[1] += answered
            line[2] += 1
    await add(tx, _lines(group_id, found))


async def fill(tx: Transaction, group_id: int, window: Window) -> None:
    """Make the summary rows of one window anew from the answers."""
    await drop(tx, group_id, window.key)
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (member, _), (points, answered) in (await sums(tx, group_id, window)).items():
        line = found[window.key, member]
        line[0] += points
        line[1] += answered
        line[2] += 1
    await add(tx, _lines(group_id, found))


def _lines(group_id: int, found: Mapping[tuple[str, int], list[int]]) -> list[Params]:
    return [
        {"group_id": group_id, "period": name, "member_id": member, "points": n[0], "answered": n[1], "days": n[2]}
        for (name, member), n in found.items()
    ]


async def drop(tx: Transaction, group_id: int, name: str) -> None:
    """Forget the summary rows of a period."""
    await tx.run("DELETE FROM standings WHERE group_id = :id AND period = :period", {"id": group_id, "period": name})
