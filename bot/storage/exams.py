"""Rows of exam dates, what members want around them, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from bot.domain.exams import Exam, Outcome
from bot.domain.instants import DAY_MS
from bot.storage.database import Row, Transaction

_COLUMNS = """e.exam_id, e.member_id, e.blueprint, e.day, e.minute, e.zone, e.at, e.starts, e.ends, e.wish_minute,
    e.outcome, e.told_at"""


def _time(minute: int | None) -> time | None:
    return None if minute is None else time(*divmod(minute, 60))


def _minute(at: time | None) -> int | None:
    return None if at is None else at.hour * 60 + at.minute


def _exam(row: Row) -> Exam:
    return Exam(
        row["exam_id"],
        row["member_id"],
        row["blueprint"],
        date.fromisoformat(row["day"]),
        _time(row["minute"]),
        row["zone"],
        row["at"],
        row["starts"],
        row["ends"],
        _time(row["wish_minute"]),
        Outcome(row["outcome"]) if row["outcome"] else None,
        row["told_at"] is not None,
    )


async def coming(tx: Transaction, member_id: int, now_ms: int) -> list[Exam]:
    """The exams that a member has ahead, the nearest first; one of today's is among them until the day is over."""
    rows = await tx.all(
        f"""SELECT {_COLUMNS} FROM exams e
            WHERE e.member_id = :member AND e.ends > :now AND e.outcome IS NULL ORDER BY e.at, e.exam_id""",
        {"member": member_id, "now": now_ms},
    )
    return [_exam(row) for row in rows]


async def of_member(tx: Transaction, member_id: int) -> list[Exam]:
    """All exams of a member, by date."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM exams e WHERE e.member_id = :member ORDER BY e.at, e.exam_id", {"member": member_id}
    )
    return [_exam(row) for row in rows]


async def by_id(tx: Transaction, exam_id: int) -> Exam | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM exams e WHERE e.exam_id = :id", {"id": exam_id})
    return _exam(row) if row else None


async def owned(tx: Transaction, exam_id: int) -> tuple[int, int, Exam] | None:
    """(group, user, exam) of an exam."""
    row = await tx.one(
        f"""SELECT m.group_id, m.user_id, {_COLUMNS} FROM exams e JOIN members m ON m.member_id = e.member_id
            WHERE e.exam_id = :id""",
        {"id": exam_id},
    )
    return (row["group_id"], row["user_id"], _exam(row)) if row else None


async def planned(tx: Transaction, exam: Exam) -> dict[str, int]:
    """The keys of what the agenda has for an exam, and when each is due (ms)."""
    rows = await tx.all(
        """SELECT key, due_at FROM agenda
           WHERE member_id = :member AND kind = 'exam' AND subject_id = :exam""",
        {"member": exam.member_id, "exam": exam.exam_id},
    )
    return {row["key"]: row["due_at"] for row in rows}


async def ahead(tx: Transaction, now_ms: int, after: int, limit: int) -> list[tuple[int, Exam]]:
    """(group, exam) of the first exams above the id *after* that still have something planned."""
    rows = await tx.all(
        f"""SELECT m.group_id, {_COLUMNS} FROM exams e JOIN members m ON m.member_id = e.member_id
            WHERE e.exam_id > :after AND e.ends > :since AND e.outcome IS NULL ORDER BY e.exam_id LIMIT :limit""",
        {"since": now_ms - 2 * DAY_MS, "after": after, "limit": limit},
    )
    return [(row["group_id"], _exam(row)) for row in rows]


async def ahead_in(tx: Transaction, now_ms: int, group_id: int) -> list[tuple[int, Exam]]:
    """(group, exam) of a group's exams that still have something planned."""
    rows = await tx.all(
        f"""SELECT m.group_id, {_COLUMNS} FROM members m JOIN exams e ON e.member_id = m.member_id
            WHERE m.group_id = :group_id AND e.ends > :since AND e.outcome IS NULL ORDER BY e.exam_id""",
        {"since": now_ms - 2 * DAY_MS, "group_id": group_id},
    )
    return [(row["group_id"], _exam(row)) for row in rows]


async def insert(tx: Transaction, exam: Exam, now_ms: int) -> int:
    """Keep a new exam; returns its id."""
    row = await tx.one(
        """INSERT INTO exams (member_id, blueprint, day, minute, zone, at, starts, ends, wish_minute, set_at)
           VALUES (:member, :blueprint, :day, :minute, :zone, :at, :starts, :ends, :wish, :now) RETURNING exam_id""",
        {**_params(exam), "now": now_ms},
    )
    assert row is not None
    return int(row["exam_id"])


async def update(tx: Transaction, exam: Exam) -> None:
    """Write an exam's date and times anew."""
    await tx.run(
        """UPDATE exams SET blueprint = :blueprint, day = :day, minute = :minute, zone = :zone, at = :at,
               starts = :starts, ends = :ends, wish_minute = :wish
           WHERE exam_id = :id AND member_id = :member""",
        {**_params(exam), "id": exam.exam_id},
    )


def _params(exam: Exam) -> dict[str, object]:
    return {
        "member": exam.member_id,
        "blueprint": exam.blueprint,
        "day": exam.day.isoformat(),
        "minute": _minute(exam.start),
        "zone": exam.zone,
        "at": exam.at_ms,
        "starts": exam.starts_ms,
        "ends": exam.ends_ms,
        "wish": _minute(exam.wish),
    }


async def remove(tx: Transaction, exam_id: int) -> None:
    await tx.run("DELETE FROM exams WHERE exam_id = :id", {"id": exam_id})


async def set_outcome(tx: Transaction, exam_id: int, outcome: Outcome) -> None:
    await tx.run("UPDATE exams SET outcome = :outcome WHERE exam_id = :id", {"outcome": outcome.value, "id": exam_id})


async def set_told(tx: Transaction, exam_id: int, now_ms: int | None) -> None:
    """The group was told that its owner passed; None where it was not after all."""
    await tx.run("UPDATE exams SET told_at = :now WHERE exam_id = :id", {"now": now_ms, "id": exam_id})


async def quiet(tx: Transaction, member_id: int, now_ms: int) -> bool:
    """Whether nothing but the good wish should reach the member now: it is the day of an exam of theirs."""
    row = await tx.one(
        "SELECT 1 FROM exams WHERE member_id = :member AND starts <= :now AND ends > :now LIMIT 1",
        {"member": member_id, "now": now_ms},
    )
    return row is not None


async def at_rest(tx: Transaction, member_id: int, now_ms: int) -> bool:
    """Whether no streak reminder should reach the member: on the day of an exam, and after a setback."""
    row = await tx.one("SELECT 1 FROM setbacks WHERE member_id = :member", {"member": member_id})
    return row is not None or await quiet(tx, member_id, now_ms)


# What members want around exams


@dataclass(frozen=True, slots=True)
class Sitter:
    """A member's wishes: to be on the group's calendar, and to help others after a pass."""

    on_calendar: bool = False
    helper: bool = False


async def sitter(tx: Transaction, member_id: int) -> Sitter:
    row = await tx.one("SELECT on_calendar, helper FROM sitters WHERE member_id = :id", {"id": member_id})
    return Sitter(bool(row["on_calendar"]), bool(row["helper"])) if row else Sitter()


async def set_sitter(tx: Transaction, member_id: int, wishes: Sitter) -> None:
    await tx.run(
        """INSERT INTO sitters (member_id, on_calendar, helper) VALUES (:id, :calendar, :helper)
           ON CONFLICT (member_id) DO UPDATE SET on_calendar = excluded.on_calendar, helper = excluded.helper""",
        {"id": member_id, "calendar": int(wishes.on_calendar), "helper": int(wishes.helper)},
    )


# The group's calendar


async def calendar(tx: Transaction, group_id: int, now_ms: int) -> list[tuple[int, Exam]]:
    """(user, exam) of the exams ahead of those who want to be seen and are still here, the nearest first."""
    rows = await tx.all(
        f"""SELECT m.user_id, {_COLUMNS} FROM exams e
            JOIN members m ON m.member_id = e.member_id JOIN sitters s ON s.member_id = e.member_id
            WHERE m.group_id = :group_id AND m.left_at IS NULL AND s.on_calendar = 1 AND e.ends > :now
              AND e.outcome IS NULL
            ORDER BY e.day, e.exam_id""",
        {"group_id": group_id, "now": now_ms},
    )
    return [(row["user_id"], _exam(row)) for row in rows]


async def wish_luck(tx: Transaction, exam_id: int, member_id: int, now_ms: int) -> bool:
    """Keep that a member wished luck; whether it was the first time."""
    changed = await tx.run(
        """INSERT INTO luck (exam_id, member_id, wished_at) VALUES (:exam, :member, :now)
           ON CONFLICT (exam_id, member_id) DO NOTHING""",
        {"exam": exam_id, "member": member_id, "now": now_ms},
    )
    return changed > 0


async def wishers(tx: Transaction, exam_id: int) -> list[int]:
    """The users who wished luck and are still here, in the order in which they did."""
    rows = await tx.all(
        """SELECT m.user_id FROM luck l JOIN members m ON m.member_id = l.member_id
           WHERE l.exam_id = :exam AND m.left_at IS NULL ORDER BY l.wished_at, m.member_id""",
        {"exam": exam_id},
    )
    return [row["user_id"] for row in rows]
