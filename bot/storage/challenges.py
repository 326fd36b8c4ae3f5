"""Rows of challenges: what members doubt about questions, until tutors decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.challenges import Decision
from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge as it is kept.

    `state` is 'open', 'settled', 'passed' on to the operator, or 'looked' at by a tutor where nobody has reported it.
    """

    challenge_id: int
    group_id: int
    question_id: int
    state: str
    opened_at: int


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank of a question: whose it is (None: the operator's), and which exams are asked from it."""

    slug: str
    group_id: int | None
    exam: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A member's report about a question."""

    member_id: int
    reason: str
    flagged_at: int


@dataclass(frozen=True, slots=True)
class Given:
    """So many answers to a question that chose the same in rounds of the same order."""

    options: str  # the column of the round's revision
    option_order: str
    kind: str  # the question's type in that round
    choice: int
    correct: bool
    number: int


@dataclass(frozen=True, slots=True)
class Passed:
    """What a group's tutors ask of the operator."""

    bank: str
    key: str
    stem: str
    decision: Decision
    words: str
    settled_at: int
    reasons: tuple[str, ...]


_COLUMNS = "challenge_id, group_id, question_id, state, opened_at"


def _challenge(row: Row) -> Challenge:
    return Challenge(row["challenge_id"], row["group_id"], row["question_id"], row["state"], row["opened_at"])


async def open_one(tx: Transaction, group_id: int, question_id: int, now_ms: int) -> int | None:
    """Open a challenge; its id, None where one of the group's is open already, or nobody is asked the question."""
    row = await tx.one(
        """INSERT INTO challenges (group_id, question_id, opened_at)
           SELECT :group_id, :question, :now FROM questions WHERE question_id = :question AND voided_at IS NULL
           ON CONFLICT (group_id, question_id) WHERE state IN ('looked', 'open')
           DO UPDATE SET state = 'open', opened_at = excluded.opened_at WHERE challenges.state = 'looked'
           RETURNING challenge_id""",
        {"group_id": group_id, "question": question_id, "now": now_ms},
    )
    return row["challenge_id"] if row else None


async def look_at(tx: Transaction, group_id: int, question_id: int, now_ms: int) -> int:
    """The id of a group's open challenge of a question; where there is none, of one that is open for nobody else."""
    key = {"group_id": group_id, "question": question_id}
    await tx.run(
        """INSERT INTO challenges (group_id, question_id, state, opened_at)
           VALUES (:group_id, :question, 'looked', :now)
           ON CONFLICT (group_id, question_id) WHERE state IN ('looked', 'open') DO NOTHING""",
        {**key, "now": now_ms},
    )
    row = await tx.one(
        """SELECT challenge_id FROM challenges
           WHERE group_id = :group_id AND question_id = :question AND state IN ('looked', 'open')""",
        key,
    )
    assert row is not None
    found: int = row["challenge_id"]
    return found


async def by_id(tx: Transaction, challenge_id: int) -> Challenge | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM challenges WHERE challenge_id = :id", {"id": challenge_id})
    return _challenge(row) if row else None


async def open_of_group(tx: Transaction, group_id: int) -> list[Challenge]:
    """What a group's tutors have not decided on, oldest first; a question that was withdrawn meanwhile needs nobody."""
    rows = await tx.all(
        f"""SELECT {_COLUMNS} FROM challenges WHERE group_id = :id AND state = 'open'
            AND question_id IN (SELECT question_id FROM questions WHERE voided_at IS NULL) ORDER BY challenge_id""",
        {"id": group_id},
    )
    return [_challenge(row) for row in rows]


async def open_of_guild(tx: Transaction, guild_id: int, question_id: int) -> list[Challenge]:
    """The open challenges of a question in all groups of a server, and those that tutors look at."""
    rows = await tx.all(
        f"""SELECT {_COLUMNS} FROM challenges WHERE question_id = :question AND state IN ('looked', 'open')
            AND group_id IN (SELECT group_id FROM groups WHERE guild_id = :guild) ORDER BY challenge_id""",
        {"question": question_id, "guild": guild_id},
    )
    return [_challenge(row) for row in rows]


async def open_of_question(tx: Transaction, question_id: int) -> list[Challenge]:
    """The open challenges of a question, wherever."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM challenges WHERE question_id = :question AND state = 'open' ORDER BY challenge_id",
        {"question": question_id},
    )
    return [_challenge(row) for row in rows]


async def settle(
    tx: Transaction, challenge_id: int, decision: Decision, words: str, now_ms: int, *, passed_at: int | None = None
) -> None:
    """Note what the tutors decided; with `passed_at`, the question's revision, it waits for the operator."""
    await tx.run(
        """UPDATE challenges SET state = :state, decision = :decision, words = :words, revision = :revision,
               settled_at = :now WHERE challenge_id = :id AND state IN ('looked', 'open')""",
        {
            "state": "settled" if passed_at is None else "passed",
            "decision": decision.value,
            "words": words,
            "revision": passed_at,
            "now": now_ms,
            "id": challenge_id,
        },
    )


async def flags(tx: Transaction, one: Challenge) -> list[Flag]:
    """The reports that a challenge gathers, oldest first."""
    rows = await tx.all(
        """SELECT f.member_id, f.reason, f.flagged_at FROM flags f JOIN members m ON m.member_id = f.member_id
           WHERE m.group_id = :group_id AND f.question_id = :question AND f.flagged_at >= :since
           ORDER BY f.flagged_at, f.member_id""",
        {"group_id": one.group_id, "question": one.question_id, "since": one.opened_at},
    )
    return [Flag(row["member_id"], row["reason"], row["flagged_at"]) for row in rows]


async def bank(tx: Transaction, question_id: int) -> Bank | None:
    row = await tx.one(
        """SELECT b.slug, b.group_id, b.exam FROM questions q JOIN banks b ON b.bank_id = q.bank_id
           WHERE q.question_id = :id""",
        {"id": question_id},
    )
    return Bank(row["slug"], row["group_id"], row["exam"]) if row else None


async def revision(tx: Transaction, question_id: int) -> int:
    """The number of a question's present revision."""
    row = await tx.one("SELECT revision FROM questions WHERE question_id = :id", {"id": question_id})
    return row["revision"] if row else 0


async def topic(tx: Transaction, question_id: int) -> int:
    """The id of a question's topic."""
    row = await tx.one("SELECT topic_id FROM questions WHERE question_id = :id", {"id": question_id})
    assert row is not None, "questions are never deleted"
    return int(row["topic_id"])


async def given(tx: Transaction, guild_id: int, question_id: int) -> tuple[list[Given], int]:
    """How a server's members answered a question, and how many they are; a group's without a server has its own."""
    asked = """FROM groups g JOIN rounds r ON r.group_id = g.group_id AND r.question_id = :question
               JOIN answers a ON a.round_id = r.round_id"""
    params = {"question": question_id, "guild": guild_id}
    rows = await tx.all(
        f"""SELECT v.options, r.option_order, r.type, a.choice, a.correct, COUNT(*) AS n {asked}
            JOIN revisions v ON v.question_id = r.question_id AND v.revision = r.revision
            WHERE g.guild_id = :guild GROUP BY v.options, r.option_order, r.type, a.choice, a.correct""",
        params,
    )
    people = await tx.one(f"SELECT COUNT(DISTINCT a.member_id) AS n {asked} WHERE g.guild_id = :guild", params)
    assert people is not None
    found = [
        Given(row["options"], row["option_order"], row["type"], row["choice"], bool(row["correct"]), row["n"])
        for row in rows
    ]
    return found, people["n"]


async def withdrawn(tx: Transaction, group_id: int, exams: Sequence[str]) -> list[int]:
    """The questions of a group's banks that its tutors took out: voided, retired by a challenge, or hidden from it."""
    names = {f"exam{n}": exam for n, exam in enumerate(exams)}
    rows = await tx.all(
        f"""SELECT q.question_id FROM questions q JOIN banks b ON b.bank_id = q.bank_id
            WHERE (b.group_id IS NULL OR b.group_id = :group_id)
              AND b.exam IN ({", ".join(f":{name}" for name in names)})
              AND (q.voided_at IS NOT NULL
                OR (q.state = 'retired' AND q.question_id IN (
                    SELECT question_id FROM challenges WHERE decision = 'retire' AND state = 'settled'))
                OR q.question_id IN (SELECT question_id FROM group_exclusions WHERE group_id = :group_id))
            ORDER BY q.question_id""",
        {"group_id": group_id, **names},
    )
    return [row["question_id"] for row in rows]


async def hidden(tx: Transaction, group_id: int, question_id: int) -> bool:
    """Whether a group is not asked a question that others are."""
    row = await tx.one(
        "SELECT 1 FROM group_exclusions WHERE group_id = :group_id AND question_id = :question",
        {"group_id": group_id, "question": question_id},
    )
    return row is not None


async def passed(tx: Transaction) -> list[Passed]:
    """What waits for the operator: not what was changed or withdrawn since it was passed on."""
    rows = await tx.all(
        """SELECT c.challenge_id, c.group_id, c.question_id, c.state, c.opened_at, c.decision, c.words, c.settled_at,
               b.slug, q.key, v.stem
           FROM challenges c JOIN questions q ON q.question_id = c.question_id
           JOIN banks b ON b.bank_id = q.bank_id
           JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
           WHERE c.state = 'passed' AND c.revision = q.revision AND q.state = 'live' ORDER BY c.challenge_id"""
    )
    return [
        Passed(
            row["slug"],
            row["key"],
            row["stem"],
            Decision(row["decision"]),
            row["words"],
            row["settled_at"],
            tuple(one.reason for one in await flags(tx, _challenge(row))),
        )
        for row in rows
    ]
