"""Rows of reviews that become part of a question's explanation: the consent, the addition, and its credit."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.promotions import Addition
from bot.storage.database import Transaction

ASKED, GIVEN, REFUSED = "asked", "given", "refused"


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a review's writer is asked, or was. `consent` is asked, given or refused."""

    review_id: int
    question_id: int
    text: str
    consent: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A question as a tutor finds it."""

    question_id: int
    key: str
    stem: str
    topic: str


async def by_id(tx: Transaction, review_id: int) -> Promotion | None:
    row = await tx.one(
        "SELECT review_id, question_id, text, consent FROM promotions WHERE review_id = :id", {"id": review_id}
    )
    return Promotion(*row) if row else None


async def ask(tx: Transaction, review_id: int, question_id: int, text: str, now_ms: int) -> bool:
    """Note that the writer is asked; False where they were before."""
    return (
        await tx.run(
            """INSERT INTO promotions (review_id, question_id, text, consent, asked_at)
               VALUES (:review, :question, :text, 'asked', :now) ON CONFLICT (review_id) DO NOTHING""",
            {"review": review_id, "question": question_id, "text": text, "now": now_ms},
        )
        > 0
    )


async def answer(tx: Transaction, review_id: int, before: str, after: str, now_ms: int) -> bool:
    """Note the writer's answer; whether it was still *before*."""
    return (
        await tx.run(
            """UPDATE promotions SET consent = :after, answered_at = :now
               WHERE review_id = :id AND consent = :before""",
            {"after": after, "before": before, "now": now_ms, "id": review_id},
        )
        > 0
    )


async def forget(tx: Transaction, review_id: int) -> None:
    """Nobody is asked any more, and nothing of the review is part of an explanation."""
    await tx.run("DELETE FROM promotions WHERE review_id = :id", {"id": review_id})
    await take_out(tx, review_id)


async def take_out(tx: Transaction, review_id: int) -> None:
    """Take it out of its explanation."""
    await tx.run("DELETE FROM additions WHERE review_id = :id", {"id": review_id})


async def add(
    tx: Transaction, group_id: int, promotion: Promotion, right_text: str, now_ms: int, credit: tuple[int, str] | None
) -> None:
    """Make it part of the explanation; *credit* is the member and the name that they chose."""
    row = await tx.one(
        """INSERT INTO additions (group_id, question_id, review_id, right_text, text, added_at)
           VALUES (:group_id, :question, :review, :right, :text, :now) RETURNING addition_id""",
        {
            "group_id": group_id,
            "question": promotion.question_id,
            "review": promotion.review_id,
            "right": right_text,
            "text": promotion.text,
            "now": now_ms,
        },
    )
    assert row is not None
    if credit is not None:
        await tx.run(
            "INSERT INTO addition_credits (addition_id, member_id, name) VALUES (:id, :member, :name)",
            {"id": row["addition_id"], "member": credit[0], "name": credit[1]},
        )


async def count(tx: Transaction, group_id: int, question_id: int) -> int:
    """How many additions a question has, those counted whose writers are being asked."""
    row = await tx.one(
        """SELECT (SELECT COUNT(*) FROM additions WHERE group_id = :group_id AND question_id = :question)
               + (SELECT COUNT(*) FROM promotions p JOIN reviews r ON r.review_id = p.review_id
                  JOIN asks a ON a.ask_id = r.ask_id JOIN review_authors w ON w.review_id = r.review_id
                  WHERE a.group_id = :group_id AND p.question_id = :question AND p.consent = 'asked') AS number""",
        {"group_id": group_id, "question": question_id},
    )
    assert row is not None
    number: int = row["number"]
    return number


async def of_round(tx: Transaction, round_id: int) -> list[tuple[str, Addition]]:
    """(right option, addition) of what the round's group added to its question, oldest first."""
    rows = await tx.all(
        """SELECT a.right_text, a.text, c.name FROM rounds r
           JOIN additions a ON a.question_id = r.question_id AND a.group_id = r.group_id
           LEFT JOIN addition_credits c ON c.addition_id = a.addition_id
           WHERE r.round_id = :id ORDER BY a.addition_id""",
        {"id": round_id},
    )
    return [(row["right_text"], Addition(row["text"], row["name"])) for row in rows]


async def waiting(tx: Transaction, member_id: int) -> list[tuple[int, str]]:
    """(review id, the question's title) of what a member is asked and has not answered."""
    rows = await tx.all(
        """SELECT p.review_id, a.title FROM promotions p
           JOIN review_authors w ON w.review_id = p.review_id JOIN reviews r ON r.review_id = p.review_id
           JOIN asks a ON a.ask_id = r.ask_id
           WHERE w.member_id = :member AND p.consent = 'asked' AND r.state = 'posted' AND a.state <> 'removed'
           ORDER BY p.review_id""",
        {"member": member_id},
    )
    return [(row["review_id"], row["title"]) for row in rows]


_CHOICE = """SELECT q.question_id, q.key, v.stem, t.name AS topic FROM questions q
    JOIN banks b ON b.bank_id = q.bank_id JOIN topics t ON t.topic_id = q.topic_id
    JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision"""


_THEIRS = "(b.group_id IS NULL OR b.group_id = :group_id)"
"""The operator's banks are everybody's; what tutors import is their own group's, also where the exam is the same."""


def _named(exams: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    names = {f"exam{n}": exam for n, exam in enumerate(exams)}
    return ", ".join(f":{name}" for name in names), names


async def questions(tx: Transaction, group_id: int, exams: tuple[str, ...], words: str, limit: int) -> list[Choice]:
    """Questions that a group is asked, with these words in their key or their stem; not what was withdrawn."""
    names, params = _named(exams)
    rows = await tx.all(
        f"""{_CHOICE} WHERE b.exam IN ({names}) AND {_THEIRS} AND q.voided_at IS NULL
              AND (LOWER(q.key) LIKE :words ESCAPE '!' OR LOWER(v.stem) LIKE :words ESCAPE '!')
            ORDER BY CASE WHEN LOWER(q.key) = :exact THEN 0 ELSE 1 END, q.key LIMIT :limit""",
        {
            **params,
            "group_id": group_id,
            "words": f"%{_escaped(words.lower())}%",
            "exact": words.lower(),
            "limit": limit,
        },
    )
    return [Choice(*row) for row in rows]


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


async def question(tx: Transaction, group_id: int, exams: tuple[str, ...], question_id: int) -> Choice | None:
    """A question that a group is asked, and that was not withdrawn."""
    names, params = _named(exams)
    row = await tx.one(
        f"{_CHOICE} WHERE b.exam IN ({names}) AND {_THEIRS} AND q.voided_at IS NULL AND q.question_id = :id",
        {**params, "group_id": group_id, "id": question_id},
    )
    return Choice(*row) if row else None


async def candidates(tx: Transaction, group_id: int, limit: int) -> list[tuple[int, str, str]]:
    """(review id, the question's title, the review's beginning) of what could be promoted: the endorsed ones first."""
    rows = await tx.all(
        """SELECT r.review_id, a.title, r.right_why FROM reviews r JOIN asks a ON a.ask_id = r.ask_id
           JOIN review_authors w ON w.review_id = r.review_id
           WHERE a.group_id = :id AND a.state <> 'removed' AND a.visibility = 'group' AND r.state = 'posted'
             AND NOT EXISTS (SELECT 1 FROM promotions p WHERE p.review_id = r.review_id)
           ORDER BY CASE WHEN r.endorsed_at IS NULL THEN 1 ELSE 0 END, r.review_id DESC LIMIT :limit""",
        {"id": group_id, "limit": limit},
    )
    return [(row["review_id"], row["title"], row["right_why"]) for row in rows]
