"""Rows of banks and topics, and which questions a group can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.domain.estimates import PRIOR_ITEM
from bot.domain.images import Picture
from bot.domain.questions import Bank, Kind, Option, Question, slug
from bot.storage import questions
from bot.storage.database import Row, Transaction
from bot.storage.questions import CONTENT, Kept, content_of, content_print


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a bank changed, in questions."""

    new: int
    changed: int
    retired: int
    same: int
    rekeyed: int = 0  # of the changed ones, those whose right answer is another: their answers were judged anew
    overruled: tuple[str, ...] = ()  # of the changed ones, the keys of those that a tutor had corrected in chat


class Pick(NamedTuple):
    """A live question as selection sees it; instants in milliseconds."""

    question_id: int
    topic_id: int
    topic: str  # the slug
    item_mean: float
    last_asked: int | None
    kind: Kind = Kind.SINGLE
    case: str | None = None  # its `case_name`, which the questions of one case share


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
    kind: Kind = Kind.SINGLE
    answers: tuple[str, ...] = ()
    case: str = ""  # the case's text

    @property
    def right(self) -> str:
        """The right answer in words, which an addition to the explanation is kept with."""
        return right_text(self.options, self.answers)


def right_text(options: Iterable[Option], answers: Sequence[str]) -> str:
    """The texts of the right options, sorted since rounds order them anew, or the first answer that is accepted."""
    return " · ".join(sorted(one.text for one in options if one.correct)) or (answers[0] if answers else "")


async def put(
    tx: Transaction, *, slug: str, title: str, licence: str, rights: str, exam: str, group_id: int | None = None
) -> int | None:
    """Keep a bank, of a group or the operator's; its id. None where that slug is a bank of somebody else's."""
    row = await tx.one(
        """INSERT INTO banks (slug, title, licence, rights, exam, group_id)
           VALUES (:slug, :title, :licence, :rights, :exam, :group_id)
           ON CONFLICT (slug) DO UPDATE SET title = excluded.title, licence = excluded.licence,
               rights = excluded.rights, exam = excluded.exam
           WHERE COALESCE(banks.group_id, 0) = COALESCE(excluded.group_id, 0)
           RETURNING bank_id""",
        {"slug": slug, "title": title, "licence": licence, "rights": rights, "exam": exam, "group_id": group_id},
    )
    return None if row is None else row["bank_id"]


@dataclass
class _Load:
    """What a bank's file says, held against what is kept of it."""

    bank_id: int
    topics: Mapping[str, int]
    shas: Mapping[str, str]
    kept: dict[str, Kept]
    prints: Mapping[int, str | None]
    new: int = 0
    changed: int = 0
    rekeyed: int = 0
    overruled: list[str] = field(default_factory=list)

    async def take(self, tx: Transaction, question: Question) -> None:
        print_ = content_print(question, self.shas)
        topic_id = self.topics[slug(question.topic)]
        before = self.kept.pop(question.key, None)
        if before is None:
            self.new += 1
            await questions.insert(tx, self.bank_id, topic_id, question, self.shas, file_print=print_)
            return
        last = self.prints[before.question_id]
        if last == print_:
            return
        if last is not None and last != content_print(before.question, before.pictures):
            self.overruled.append(question.key)
        rekeyed = await questions.revise(tx, before.question_id, topic_id, question, self.shas, file_print=print_)
        self.rekeyed += rekeyed
        await questions.revive(tx, [before.question_id])
        self.changed += await questions.kept(tx, before.question_id) != before


async def load(tx: Transaction, bank: Bank, pictures: Iterable[Picture] = ()) -> Loaded | None:
    """Make the kept bank equal to `bank`: new revisions for what changed, retirement for what vanished.

    A question whose file has not changed stays as it is kept, corrected in chat or retired there. None where a group
    has a bank of its own with that slug.
    """
    bank_id = await put(tx, slug=bank.slug, title=bank.title, licence=bank.licence, rights=bank.rights, exam=bank.exam)
    if bank_id is None:
        return None
    topics = await questions.topic_ids(tx, bank.exam, {question.topic for question in bank.questions})
    shas = {one.name: await questions.put_picture(tx, one) for one in pictures}
    rows = await tx.all(
        "SELECT question_id, key, file_print, state FROM questions WHERE bank_id = :bank", {"bank": bank_id}
    )
    # Mostly nothing has changed since the last start, and then no question need be put together.
    last = {row["key"]: row["file_print"] for row in rows if row["file_print"] is not None or row["state"] == "live"}
    if last == {question.key: content_print(question, shas) for question in bank.questions}:
        return Loaded(0, 0, 0, len(bank.questions))
    work = _Load(
        bank_id,
        topics,
        shas,
        {one.question.key: one for one in await questions.of_bank(tx, bank_id)},
        {row["question_id"]: row["file_print"] for row in rows},
    )
    for question in bank.questions:
        await work.take(tx, question)
    gone = [one for one in work.kept.values() if work.prints[one.question_id] is not None or one.state == "live"]
    await questions.retire(tx, [one.question_id for one in gone])
    await tx.many(
        "UPDATE questions SET file_print = NULL WHERE question_id = :id", [{"id": one.question_id} for one in gone]
    )
    same = len(bank.questions) - work.new - work.changed
    retired = sum(one.state == "live" for one in gone)
    return Loaded(work.new, work.changed, retired, same, work.rekeyed, tuple(work.overruled))


_KINDS = {kind.value: kind for kind in Kind}
_OF_GROUP = """(b.group_id IS NULL OR b.group_id = :group_id) AND NOT EXISTS (
                SELECT 1 FROM group_exclusions x WHERE x.group_id = :group_id AND x.question_id = q.question_id)"""
_IN_YEAR = """(COALESCE(v.code_year, :code_year) >= :code_year OR EXISTS (
                SELECT 1 FROM code_year_checks y WHERE y.group_id = :group_id AND y.question_id = q.question_id
                    AND y.year >= :code_year))"""


def _exams(exams: Sequence[str]) -> tuple[str, dict[str, str]]:
    names = {f"exam{n}": exam for n, exam in enumerate(exams)}
    return ", ".join(f":{name}" for name in names), names


async def picks(
    tx: Transaction, group_id: int, exams: Sequence[str], owner: int | None = None, *, code_year: int | None = None
) -> list[Pick]:
    """The live questions of `exams` (values of a bank's exam header).

    They are the operator's and the group's own, without those that the group is not asked; flashcards are for practice
    alone. `last_asked` is when the group had each as a daily question or, with `owner`, when that member last had it
    in any round that they could see. Those of an older year than `code_year` are left out until a tutor of the group
    has looked at them.
    """
    marks, params = _exams(exams)
    public = "v.type <> 'flashcard'" if owner is None else "1 = 1"
    seen = "r.kind = 'daily'" if owner is None else "(r.kind = 'daily' OR r.owner_id = :owner)"
    rows = await tx.all(
        f"""SELECT q.question_id, q.topic_id, t.slug, i.mean, v.type, b.slug AS bank, c.key AS case_key,
                (SELECT MAX(r.opened_at) FROM rounds r WHERE r.group_id = :group_id
                    AND r.question_id = q.question_id AND r.state <> 'unposted' AND {seen}) AS last_asked
            FROM questions q
            JOIN topics t ON t.topic_id = q.topic_id
            JOIN banks b ON b.bank_id = q.bank_id
            JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
            LEFT JOIN cases c ON c.case_id = v.case_id
            LEFT JOIN item_estimates i ON i.question_id = q.question_id
            WHERE q.state = 'live' AND b.exam IN ({marks}) AND {_OF_GROUP} AND {public} AND {_IN_YEAR}
            ORDER BY q.question_id""",
        {
            **params,
            "group_id": group_id,
            "code_year": 0 if code_year is None else code_year,
            **({} if owner is None else {"owner": owner}),
        },
    )
    # Hundreds of rows for each group and each day: taken apart by place, which is a third of the work by name.
    return [
        Pick(
            question_id,
            topic_id,
            topic,
            PRIOR_ITEM.mean if mean is None else mean,
            last_asked,
            _KINDS[kind],
            case_name(bank, case_key),
        )
        for question_id, topic_id, topic, mean, kind, bank, case_key, last_asked in rows
    ]


def case_name(bank: str, key: str | None) -> str | None:
    """A case's name among those of all banks; None where there is no case."""
    return None if key is None else f"{bank}/{key}"


async def content(tx: Transaction, question_id: int, revision: int | None = None) -> Content | None:
    """A revision of a question, the present one unless another is named."""
    row = await tx.one(
        f"""SELECT q.question_id, v.revision, q.topic_id, t.name AS topic, {CONTENT}
            FROM questions q
            JOIN topics t ON t.topic_id = q.topic_id
            JOIN revisions v ON v.question_id = q.question_id AND v.revision = COALESCE(:revision, q.revision)
            LEFT JOIN cases c ON c.case_id = v.case_id
            WHERE q.question_id = :id""",
        {"id": question_id, "revision": revision},
    )
    return None if row is None else _content(row)


def _content(row: Row) -> Content:
    found = content_of(row)
    case = found["case"]
    return Content(
        question_id=row["question_id"],
        revision=row["revision"],
        topic_id=row["topic_id"],
        topic=row["topic"],
        stem=found["stem"],
        options=found["options"],
        explanation=found["explanation"],
        source=found["source"],
        shuffle=found["shuffle"],
        kind=found["kind"],
        answers=found["answers"],
        case="" if case is None else case.stem,
    )


async def topics(tx: Transaction, exams: Sequence[str], group_id: int | None = None) -> list[tuple[int, str, str, int]]:
    """(topic id, slug, name, number of live questions) of the exams' topics; those that a group can be asked."""
    marks, params = _exams(exams)
    rows = await tx.all(
        f"""SELECT t.topic_id, t.slug, t.name, COUNT(q.question_id) AS live
            FROM topics t
            LEFT JOIN (questions q JOIN banks b ON b.bank_id = q.bank_id AND {_OF_GROUP})
                ON q.topic_id = t.topic_id AND q.state = 'live'
            WHERE t.exam IN ({marks}) GROUP BY t.topic_id, t.slug, t.name ORDER BY t.name""",
        {**params, "group_id": group_id},
    )
    return [(row["topic_id"], row["slug"], row["name"], row["live"]) for row in rows]


async def count_old(tx: Transaction, group_id: int, exams: Sequence[str], code_year: int) -> int:
    """How many live questions `picks` leaves out for that code year."""
    marks, params = _exams(exams)
    row = await tx.one(
        f"""SELECT COUNT(*) AS number FROM questions q
            JOIN banks b ON b.bank_id = q.bank_id
            JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
            WHERE q.state = 'live' AND b.exam IN ({marks}) AND {_OF_GROUP} AND NOT {_IN_YEAR}""",
        {**params, "group_id": group_id, "code_year": code_year},
    )
    assert row is not None
    number: int = row["number"]
    return number


async def is_old(tx: Transaction, group_id: int, question_id: int, code_year: int) -> bool:
    """Whether a question waits in that code year until a tutor of the group has looked at it."""
    row = await tx.one(
        f"""SELECT 1 FROM questions q JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
            WHERE q.question_id = :id AND NOT {_IN_YEAR}""",
        {"id": question_id, "group_id": group_id, "code_year": code_year},
    )
    return row is not None


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
