"""What is known of the questions that a group can be asked: their state, and how its answers went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.bank_status import ENOUGH_MEMBERS, ENOUGH_OTHERS, NEWEST, Sums
from bot.domain.questions import Kind
from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of a group's banks. `state` is 'live' or 'retired'; `last_asked` in milliseconds.

    `confirmed` is the latest code year for which a tutor of the group has looked at it, `own` says that it is in the
    group's own bank, `hidden` that this group is not asked it.
    """

    question_id: int
    key: str
    bank: str
    own: bool
    topic_id: int
    slug: str
    topic: str
    kind: Kind
    stem: str
    state: str
    voided: bool
    hidden: bool
    code_year: int | None
    confirmed: int | None
    last_asked: int | None


_ENTRY = """SELECT q.question_id, q.key, b.slug AS bank, b.group_id, q.topic_id, t.slug, t.name, v.type, v.stem,
        q.state, q.voided_at, v.code_year,
        EXISTS (SELECT 1 FROM group_exclusions x WHERE x.group_id = :group_id AND x.question_id = q.question_id)
            AS hidden,
        (SELECT MAX(c.year) FROM code_year_checks c WHERE c.group_id = :group_id AND c.question_id = q.question_id)
            AS confirmed,
        (SELECT MAX(r.opened_at) FROM rounds r WHERE r.group_id = :group_id AND r.question_id = q.question_id
            AND r.state <> 'unposted' AND r.kind = 'daily') AS last_asked
    FROM questions q
    JOIN banks b ON b.bank_id = q.bank_id AND (b.group_id IS NULL OR b.group_id = :group_id)
    JOIN topics t ON t.topic_id = q.topic_id
    JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision"""


def _named(exams: Sequence[str]) -> tuple[str, dict[str, str]]:
    names = {f"exam{n}": exam for n, exam in enumerate(exams)}
    return ", ".join(f":{name}" for name in names), names


def _entry(row: Row) -> Entry:
    return Entry(
        row["question_id"],
        row["key"],
        row["bank"],
        row["group_id"] is not None,
        row["topic_id"],
        row["slug"],
        row["name"],
        Kind(row["type"]),
        row["stem"],
        row["state"],
        row["voided_at"] is not None,
        bool(row["hidden"]),
        row["code_year"],
        row["confirmed"],
        row["last_asked"],
    )


async def entries(tx: Transaction, group_id: int, exams: Sequence[str]) -> list[Entry]:
    """All questions of a group's banks, those too that are asked no more."""
    names, params = _named(exams)
    rows = await tx.all(
        f"{_ENTRY} WHERE b.exam IN ({names}) ORDER BY t.name, q.question_id", {**params, "group_id": group_id}
    )
    return [_entry(row) for row in rows]


async def entry(tx: Transaction, group_id: int, exams: Sequence[str], question_id: int) -> Entry | None:
    """One of them; None where the question is no question of the group's."""
    names, params = _named(exams)
    row = await tx.one(
        f"{_ENTRY} WHERE b.exam IN ({names}) AND q.question_id = :id",
        {**params, "group_id": group_id, "id": question_id},
    )
    return None if row is None else _entry(row)


async def results(tx: Transaction, group_id: int, question_id: int | None = None) -> dict[int, tuple[int, int]]:
    """(first answers, wrong ones among them) by question, or of one, in the group's closed rounds and its practice."""
    which = "" if question_id is None else "AND r.question_id = :question"
    rows = await tx.all(
        f"""SELECT a.question_id, COUNT(*) AS answers, SUM(1 - a.correct) AS wrong
            FROM rounds r JOIN answers a ON a.round_id = r.round_id
            WHERE r.group_id = :group_id AND a.counted = 1 AND (r.kind = 'practice' OR r.state = 'closed') {which}
            GROUP BY a.question_id""",
        {"group_id": group_id, **({} if question_id is None else {"question": question_id})},
    )
    return {row["question_id"]: (row["answers"], row["wrong"]) for row in rows}


async def reported(tx: Transaction, group_id: int) -> dict[int, int]:
    """How many of the group's members reported each question."""
    rows = await tx.all(
        """SELECT f.question_id, COUNT(*) AS members FROM flags f JOIN members m ON m.member_id = f.member_id
           WHERE m.group_id = :group_id GROUP BY f.question_id""",
        {"group_id": group_id},
    )
    return {row["question_id"]: row["members"] for row in rows}


async def sums(tx: Transaction, question_id: int | None = None) -> dict[int, Sums]:
    """What discrimination is made of, by question or of one, over the newest answers of all groups.

    Members with too few other questions are left out, questions with too few members too. Who answered a question
    again, three weeks later or more, counts with the mean.
    """
    which = "" if question_id is None else "WHERE r.question_id = :question"
    rows = await tx.all(
        f"""WITH recent AS (
               SELECT member_id, question_id, AVG(correct) AS correct
               FROM (SELECT member_id, question_id, correct FROM answers WHERE counted = 1
                   ORDER BY seq DESC LIMIT :newest) AS newest
               GROUP BY member_id, question_id),
           totals AS (
               SELECT member_id, SUM(correct) AS correct, COUNT(*) AS answered FROM recent
               GROUP BY member_id HAVING COUNT(*) > :others),
           shares AS (
               SELECT r.question_id, r.correct, (t.correct - r.correct) * 1.0 / (t.answered - 1) AS rest
               FROM recent r JOIN totals t ON t.member_id = r.member_id {which})
           SELECT question_id, COUNT(*) AS members, SUM(correct) AS correct, SUM(rest) AS rest,
               SUM(rest * rest) AS squared, SUM(rest * correct) AS of_correct
           FROM shares GROUP BY question_id HAVING COUNT(*) >= :members""",
        {
            "newest": NEWEST,
            "others": ENOUGH_OTHERS,
            "members": ENOUGH_MEMBERS,
            **({} if question_id is None else {"question": question_id}),
        },
    )
    return {
        row["question_id"]: Sums(row["members"], row["correct"], row["rest"], row["squared"], row["of_correct"])
        for row in rows
    }
