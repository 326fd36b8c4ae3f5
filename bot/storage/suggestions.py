"""Rows of the questions that members propose."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.suggestions import State, Words
from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed question. Instants in milliseconds; `credit` is the name that its author wants to stand with it."""

    suggestion_id: int
    group_id: int
    member_id: int
    user_id: int
    state: State
    version: int
    words: Words
    credit: str | None
    by_message: bool
    changed_at: int
    decided_at: int | None
    reason: str
    question_id: int | None


_ALL = """SELECT s.*, m.group_id, m.user_id FROM suggestions s JOIN members m ON m.member_id = s.member_id"""


def _suggestion(row: Row) -> Suggestion:
    return Suggestion(
        row["suggestion_id"],
        row["group_id"],
        row["member_id"],
        row["user_id"],
        State(row["state"]),
        row["version"],
        Words(row["topic"], row["stem"], row["options"], row["explanation"], row["source"]),
        row["credit"],
        bool(row["by_message"]),
        row["changed_at"],
        row["decided_at"],
        row["reason"],
        row["question_id"],
    )


def _values(words: Words) -> dict[str, str]:
    return {
        "topic": words.topic,
        "stem": words.stem,
        "options": words.options,
        "explanation": words.explanation,
        "source": words.source,
    }


async def put(tx: Transaction, member_id: int, words: Words, now_ms: int) -> int:
    """Keep what was typed, as a draft; returns its id."""
    row = await tx.one(
        """INSERT INTO suggestions (member_id, state, version, topic, stem, options, explanation, source, changed_at)
           VALUES (:member, 'draft', 1, :topic, :stem, :options, :explanation, :source, :now)
           RETURNING suggestion_id""",
        {**_values(words), "member": member_id, "now": now_ms},
    )
    assert row is not None
    found: int = row["suggestion_id"]
    return found


async def change(tx: Transaction, suggestion_id: int, words: Words, now_ms: int) -> None:
    """Other words, as a draft of the next version."""
    await tx.run(
        """UPDATE suggestions SET state = 'draft', version = version + 1, topic = :topic, stem = :stem,
               options = :options, explanation = :explanation, source = :source, changed_at = :now
           WHERE suggestion_id = :id""",
        {**_values(words), "id": suggestion_id, "now": now_ms},
    )
    await tx.run("DELETE FROM suggestion_edits WHERE suggestion_id = :id", {"id": suggestion_id})


async def by_id(tx: Transaction, suggestion_id: int) -> Suggestion | None:
    row = await tx.one(f"{_ALL} WHERE s.suggestion_id = :id", {"id": suggestion_id})
    return _suggestion(row) if row else None


async def of_member(tx: Transaction, member_id: int) -> list[Suggestion]:
    """A member's, the newest change first."""
    rows = await tx.all(
        f"{_ALL} WHERE s.member_id = :member ORDER BY s.changed_at DESC, s.suggestion_id DESC", {"member": member_id}
    )
    return [_suggestion(row) for row in rows]


async def waiting(tx: Transaction, group_id: int) -> list[Suggestion]:
    """Those of a group that wait for a tutor, the oldest first."""
    rows = await tx.all(
        f"""{_ALL} WHERE m.group_id = :group_id AND s.state = 'waiting'
            ORDER BY s.changed_at, s.suggestion_id""",
        {"group_id": group_id},
    )
    return [_suggestion(row) for row in rows]


async def move(tx: Transaction, suggestion_id: int, before: State, after: State) -> bool:
    """Another state; whether it was still in the one before."""
    return (
        await tx.run(
            "UPDATE suggestions SET state = :after WHERE suggestion_id = :id AND state = :before",
            {"id": suggestion_id, "before": before.value, "after": after.value},
        )
        > 0
    )


async def decide(
    tx: Transaction, suggestion_id: int, tutor_id: int, state: State, reason: str, question_id: int | None, now_ms: int
) -> None:
    """A tutor's decision."""
    await tx.run(
        """UPDATE suggestions SET state = :state, reason = :reason, question_id = :question, decided_at = :now
           WHERE suggestion_id = :id""",
        {"id": suggestion_id, "state": state.value, "reason": reason, "question": question_id, "now": now_ms},
    )
    await tx.run(
        """INSERT INTO suggestion_tutors (suggestion_id, member_id) VALUES (:id, :tutor)
           ON CONFLICT (suggestion_id) DO UPDATE SET member_id = excluded.member_id""",
        {"id": suggestion_id, "tutor": tutor_id},
    )
    await tx.run("DELETE FROM suggestion_edits WHERE suggestion_id = :id", {"id": suggestion_id})


async def put_edit(tx: Transaction, suggestion_id: int, tutor_id: int, words: Words) -> None:
    """What a tutor typed, until one decides."""
    await tx.run(
        """INSERT INTO suggestion_edits (suggestion_id, member_id, topic, stem, options, explanation, source)
           VALUES (:id, :tutor, :topic, :stem, :options, :explanation, :source)
           ON CONFLICT (suggestion_id, member_id) DO UPDATE SET topic = excluded.topic, stem = excluded.stem,
               options = excluded.options, explanation = excluded.explanation, source = excluded.source""",
        {**_values(words), "id": suggestion_id, "tutor": tutor_id},
    )


async def edit_of(tx: Transaction, suggestion_id: int, user_id: int) -> Words | None:
    """What a user typed who edits it."""
    row = await tx.one(
        """SELECT e.topic, e.stem, e.options, e.explanation, e.source FROM suggestion_edits e
           JOIN members m ON m.member_id = e.member_id WHERE e.suggestion_id = :id AND m.user_id = :user""",
        {"id": suggestion_id, "user": user_id},
    )
    return None if row is None else Words(*row)


async def set_credit(tx: Transaction, suggestion_id: int, credit: str | None) -> None:
    """The name that stands with the question, at once where it is one already."""
    await tx.run(
        "UPDATE suggestions SET credit = :credit WHERE suggestion_id = :id", {"id": suggestion_id, "credit": credit}
    )
    await tx.run(
        """UPDATE question_authors SET credit = :credit
           WHERE question_id = (SELECT question_id FROM suggestions WHERE suggestion_id = :id)""",
        {"id": suggestion_id, "credit": credit},
    )


async def set_by_message(tx: Transaction, suggestion_id: int, *, on: bool) -> None:
    """Whether its author wants a direct message about the decision."""
    await tx.run(
        "UPDATE suggestions SET by_message = :on WHERE suggestion_id = :id", {"id": suggestion_id, "on": int(on)}
    )


async def in_bank(tx: Transaction, bank_id: int, key: str) -> bool:
    """Whether a bank has a question of that key."""
    row = await tx.one("SELECT 1 FROM questions WHERE bank_id = :bank AND key = :key", {"bank": bank_id, "key": key})
    return row is not None


async def delete(tx: Transaction, suggestion_id: int) -> None:
    await tx.run("DELETE FROM suggestions WHERE suggestion_id = :id", {"id": suggestion_id})


async def tidy(tx: Transaction, drafts_before_ms: int, decided_before_ms: int) -> None:
    """Forget old drafts, and what was declined or withdrawn long ago."""
    await tx.run(
        """DELETE FROM suggestions WHERE (state = 'draft' AND changed_at < :drafts)
               OR (state = 'declined' AND decided_at < :decided) OR (state = 'withdrawn' AND changed_at < :decided)""",
        {"drafts": drafts_before_ms, "decided": decided_before_ms},
    )


async def other_tutors(tx: Transaction, group_id: int, member_id: int) -> int:
    """How many other tutors the group is known to have."""
    row = await tx.one(
        """SELECT COUNT(*) AS number FROM members
           WHERE group_id = :group_id AND is_tutor = 1 AND left_at IS NULL AND member_id <> :member""",
        {"group_id": group_id, "member": member_id},
    )
    assert row is not None
    number: int = row["number"]
    return number


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an approved question in its group: rounds for everybody, first answers and right ones there."""

    state: str
    voided: bool
    asked: int
    answers: int
    right: int


async def fate(tx: Transaction, question_id: int, group_id: int) -> Fate | None:
    """How often a group was asked a question and how it went; None where it is gone."""
    row = await tx.one(
        """SELECT q.state, q.voided_at,
               (SELECT COUNT(*) FROM rounds r WHERE r.question_id = q.question_id AND r.group_id = :group_id
                   AND r.kind = 'daily' AND r.state IN ('open', 'closed')) AS asked,
               COUNT(a.member_id) AS answers, COALESCE(SUM(a.correct), 0) AS correct
           FROM questions q
           LEFT JOIN rounds c ON c.question_id = q.question_id AND c.group_id = :group_id AND c.kind = 'daily'
               AND c.state = 'closed'
           LEFT JOIN answers a ON a.round_id = c.round_id AND a.counted = 1
           WHERE q.question_id = :id GROUP BY q.question_id, q.state, q.voided_at""",
        {"id": question_id, "group_id": group_id},
    )
    if row is None:
        return None
    return Fate(row["state"], row["voided_at"] is not None, row["asked"], row["answers"], row["correct"])
