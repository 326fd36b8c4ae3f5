"""Rows of banks, topics, questions and their revisions."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.estimates import item_prior
from bot.domain.questions import Bank, Option, Question, slug
from bot.domain.rescore import key_changed
from bot.storage import rescore
from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a bank changed, in questions."""

    new: int
    changed: int
    retired: int
    same: int
    rekeyed: int = 0  # of the changed ones, those whose right option is another: their answers were judged anew


@dataclass(frozen=True, slots=True)
class Pick:
    """A live question as selection sees it; instants in milliseconds."""

    question_id: int
    topic_id: int
    topic: str  # the slug
    item_mean: float
    last_asked: int | None


@dataclass(frozen=True, slots=True)
class Content:
    """One revision of a question, options in the bank's order."""

    question_id: int
    revision: int
    topic_id: int
    topic: str  # the name
    stem: str
    options: tuple[Option, ...]
    explanation: str
    source: str
    shuffle: bool


def _pack(options: Sequence[Option]) -> str:
    return json.dumps([[one.text, int(one.correct), one.feedback] for one in options], ensure_ascii=False)


def unpack_options(text: str) -> tuple[Option, ...]:
    """The options of a revision, from its column."""
    return tuple(Option(words, bool(correct), feedback) for words, correct, feedback in json.loads(text))


async def _topic_ids(tx: Transaction, exam: str, names: Collection[str]) -> dict[str, int]:
    await tx.many(
        """INSERT INTO topics (exam, slug, name) VALUES (:exam, :slug, :name)
           ON CONFLICT (exam, slug) DO UPDATE SET name = excluded.name""",
        [{"exam": exam, "slug": slug(name), "name": name} for name in sorted(names)],
    )
    rows = await tx.all("SELECT topic_id, slug FROM topics WHERE exam = :exam", {"exam": exam})
    return {row["slug"]: row["topic_id"] for row in rows}


async def load(tx: Transaction, bank: Bank) -> Loaded:
    """Make the kept bank equal to `bank`: new revisions for what changed, retirement for what vanished."""
    row = await tx.one(
        """INSERT INTO banks (slug, title, licence, rights, exam)
           VALUES (:slug, :title, :licence, :rights, :exam)
           ON CONFLICT (slug) DO UPDATE SET title = excluded.title, licence = excluded.licence,
               rights = excluded.rights, exam = excluded.exam
           RETURNING bank_id""",
        {
            "slug": bank.slug,
            "title": bank.title,
            "licence": bank.licence,
            "rights": bank.rights,
            "exam": bank.exam,
        },
    )
    assert row is not None
    bank_id = row["bank_id"]
    topics = await _topic_ids(tx, bank.exam, {question.topic for question in bank.questions})
    rows = await tx.all(
        """SELECT q.question_id, q.key, q.revision, q.state, q.topic_id, q.difficulty, r.stem, r.options,
               r.explanation, r.source, r.code_year, r.shuffle, q.voided_at
           FROM questions q JOIN revisions r ON r.question_id = q.question_id AND r.revision = q.revision
           WHERE q.bank_id = :bank""",
        {"bank": bank_id},
    )
    kept = {row["key"]: row for row in rows}
    new = changed = rekeyed = 0
    outdated = False
    for question in bank.questions:
        topic_id = topics[slug(question.topic)]
        before = kept.pop(question.key, None)
        if before is None:
            new += 1
            await _insert(tx, bank_id, topic_id, question)
        elif not _same(before, topic_id, question):
            changed += 1
            await _revise(tx, before, topic_id, question)
            if key_changed(unpack_options(before["options"]), question.options):
                rekeyed += 1
                await rescore.judge_anew(tx, before["question_id"])
                await rescore.question_changed(tx, before["question_id"])
            # The model has learned from its answers under another topic, or begun it elsewhere.
            outdated = outdated or (before["topic_id"], before["difficulty"]) != (topic_id, question.difficulty)
    gone = [row["question_id"] for row in kept.values() if row["state"] == "live"]
    await tx.many(
        "UPDATE questions SET state = 'retired' WHERE question_id = :id",
        [{"id": question} for question in gone],
    )
    if outdated:
        await rescore.bump(tx)
    return Loaded(new, changed, len(gone), len(bank.questions) - new - changed, rekeyed)


def _same(row: Row, topic_id: int, question: Question) -> bool:
    return (
        (row["state"] == "live" or row["voided_at"] is not None)
        and row["topic_id"] == topic_id
        and row["difficulty"] == question.difficulty
        and row["stem"] == question.stem
        and row["options"] == _pack(question.options)
        and row["explanation"] == question.explanation
        and row["source"] == question.source
        and row["code_year"] == question.code_year
        and bool(row["shuffle"]) == question.shuffle
    )


async def _insert(tx: Transaction, bank_id: int, topic_id: int, question: Question) -> None:
    row = await tx.one(
        """INSERT INTO questions (bank_id, key, topic_id, difficulty, revision, state)
           VALUES (:bank, :key, :topic, :difficulty, 1, 'live') RETURNING question_id""",
        {"bank": bank_id, "key": question.key, "topic": topic_id, "difficulty": question.difficulty},
    )
    assert row is not None
    prior = item_prior(question.difficulty)
    await tx.run(
        "INSERT INTO item_estimates (question_id, mean, variance) VALUES (:id, :mean, :variance)",
        {"id": row["question_id"], "mean": prior.mean, "variance": prior.variance},
    )
    await _add_revision(tx, row["question_id"], 1, question)


async def _revise(tx: Transaction, before: Row, topic_id: int, question: Question) -> None:
    revision = before["revision"] + 1
    await tx.run(
        """UPDATE questions SET topic_id = :topic, difficulty = :difficulty, revision = :revision,
               state = CASE WHEN voided_at IS NULL THEN 'live' ELSE state END
           WHERE question_id = :id""",
        {
            "topic": topic_id,
            "difficulty": question.difficulty,
            "revision": revision,
            "id": before["question_id"],
        },
    )
    await _add_revision(tx, before["question_id"], revision, question)


async def _add_revision(tx: Transaction, question_id: int, revision: int, question: Question) -> None:
    await tx.run(
        """INSERT INTO revisions (question_id, revision, stem, options, explanation, source, code_year, shuffle)
           VALUES (:id, :revision, :stem, :options, :explanation, :source, :code_year, :shuffle)""",
        {
            "id": question_id,
            "revision": revision,
            "stem": question.stem,
            "options": _pack(question.options),
            "explanation": question.explanation,
            "source": question.source,
            "code_year": question.code_year,
            "shuffle": int(question.shuffle),
        },
    )


def _exams(exams: Sequence[str]) -> tuple[str, dict[str, str]]:
    names = {f"exam{n}": exam for n, exam in enumerate(exams)}
    return ", ".join(f":{name}" for name in names), names


async def picks(tx: Transaction, group_id: int, exams: Sequence[str], owner: int | None = None) -> list[Pick]:
    """The live questions of `exams` (values of a bank's exam header).

    `last_asked` is when the group had each as a daily question or, with `owner`, when that member last had it
    in any round that they could see.
    """
    marks, params = _exams(exams)
    seen = "r.kind = 'daily'" if owner is None else "(r.kind = 'daily' OR r.owner_id = :owner)"
    rows = await tx.all(
        f"""SELECT q.question_id, q.topic_id, t.slug, i.mean,
                (SELECT MAX(r.opened_at) FROM rounds r WHERE r.group_id = :group_id
                    AND r.question_id = q.question_id AND r.state <> 'unposted' AND {seen}) AS last_asked
            FROM questions q
            JOIN topics t ON t.topic_id = q.topic_id
            JOIN banks b ON b.bank_id = q.bank_id
            JOIN item_estimates i ON i.question_id = q.question_id
            WHERE q.state = 'live' AND b.exam IN ({marks})
            ORDER BY q.question_id""",
        {**params, "group_id": group_id, **({} if owner is None else {"owner": owner})},
    )
    return [
        Pick(
            row["question_id"],
            row["topic_id"],
            row["slug"],
            row["mean"],
            row["last_asked"],
        )
        for row in rows
    ]


async def content(tx: Transaction, question_id: int, revision: int | None = None) -> Content | None:
    """A revision of a question, the present one unless another is named."""
    row = await tx.one(
        """SELECT q.question_id, r.revision, q.topic_id, t.name, r.stem, r.options, r.explanation, r.source,
               r.shuffle
           FROM questions q
           JOIN topics t ON t.topic_id = q.topic_id
           JOIN revisions r ON r.question_id = q.question_id AND r.revision = COALESCE(:revision, q.revision)
           WHERE q.question_id = :id""",
        {"id": question_id, "revision": revision},
    )
    if row is None:
        return None
    return Content(
        row["question_id"],
        row["revision"],
        row["topic_id"],
        row["name"],
        row["stem"],
        unpack_options(row["options"]),
        row["explanation"],
        row["source"],
        bool(row["shuffle"]),
    )


async def topics(tx: Transaction, exams: Sequence[str]) -> list[tuple[int, str, str, int]]:
    """(topic id, slug, name, number of live questions) of the exams' topics."""
    marks, params = _exams(exams)
    rows = await tx.all(
        f"""SELECT t.topic_id, t.slug, t.name, COUNT(q.question_id) AS live
            FROM topics t LEFT JOIN questions q ON q.topic_id = t.topic_id AND q.state = 'live'
            WHERE t.exam IN ({marks}) GROUP BY t.topic_id, t.slug, t.name ORDER BY t.name""",
        params,
    )
    return [(row["topic_id"], row["slug"], row["name"], row["live"]) for row in rows]


async def summary(tx: Transaction) -> list[tuple[str, str, str, int, int]]:
    """(slug, title, exam, live, retired) of each bank."""
    rows = await tx.all(
        """SELECT b.slug, b.title, b.exam,
               COUNT(CASE WHEN q.state = 'live' THEN 1 END) AS live,
               COUNT(CASE WHEN q.state = 'retired' THEN 1 END) AS retired
           FROM banks b LEFT JOIN questions q ON q.bank_id = b.bank_id
           GROUP BY b.slug, b.title, b.exam ORDER BY b.slug"""
    )
    return [(row["slug"], row["title"], row["exam"], row["live"], row["retired"]) for row in rows]
