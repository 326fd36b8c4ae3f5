"""Rows of single questions: their revisions, cases and pictures, and who wrote them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.estimates import item_prior
from bot.domain.images import Picture
from bot.domain.questions import Case, Image, Kind, Option, Question, slug
from bot.domain.rescore import rekeyed
from bot.storage import rescore
from bot.storage.database import Row, Transaction

ALL = 2**31 - 1
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
CONTENT = """v.type, v.stem, v.options, v.answers, v.scoring, v.explanation, v.source, v.code_year, v.shuffle, v.tags,
    v.image_name, v.image_alt, v.picture, v.case_id, c.key AS case_key, c.stem AS case_stem,
    c.image_name AS case_image_name, c.image_alt AS case_image_alt, c.picture AS case_picture"""
"""The content of a revision `v` with its case `c`, as `content_of` reads it."""
_WHOLE = f"""SELECT q.question_id, q.bank_id, q.key, q.revision, q.topic_id, q.difficulty, q.state, q.voided_at,
        q.file_print, t.name AS topic, {CONTENT}
    FROM questions q JOIN topics t ON t.topic_id = q.topic_id
    JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
    LEFT JOIN cases c ON c.case_id = v.case_id"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A question as the database has it; *state* is 'live' or 'retired', and a voided one is retired.

    *pictures* are the digests of its pictures by the names that it uses.
    """

    question_id: int
    question: Question
    state: str
    voided: bool
    pictures: Mapping[str, str]


def unpack_options(text: str) -> tuple[Option, ...]:
    """The options of a revision, from its column."""
    return tuple(Option(one[0], bool(one[1]), *one[2:]) for one in json.loads(text))


def _pack(options: Sequence[Option]) -> str:
    found = [
        [one.text, int(one.correct), one.feedback, *([] if one.weight is None else [one.weight])] for one in options
    ]
    return json.dumps(found, ensure_ascii=False)


def _image(row: Row, part: str = "") -> Image | None:
    name = row[f"{part}image_name"]
    return None if name is None else Image(name, row[f"{part}image_alt"] or "")


def content_of(row: Row) -> dict[str, Any]:
    """What a revision's row says of its question, by the names of `Question`'s fields."""
    case = None if row["case_id"] is None else Case(row["case_key"], row["case_stem"], _image(row, "case_"))
    return {
        "stem": row["stem"],
        "options": unpack_options(row["options"]),
        "explanation": row["explanation"],
        "source": row["source"],
        "tags": tuple(json.loads(row["tags"])),
        "code_year": row["code_year"],
        "shuffle": bool(row["shuffle"]),
        "kind": Kind(row["type"]),
        "answers": tuple(json.loads(row["answers"])),
        "image": _image(row),
        "scoring": row["scoring"],
        "case": case,
    }


def _question(row: Row) -> Question:
    return Question(key=row["key"], topic=row["topic"], difficulty=row["difficulty"], **content_of(row))


def _kept(row: Row) -> Kept:
    return Kept(row["question_id"], _question(row), row["state"], row["voided_at"] is not None, _pictures_of(row))


async def whole(tx: Transaction, question_id: int) -> Question | None:
    """The present revision of a question, of any kind; None where there is no such question."""
    row = await _row(tx, question_id)
    return None if row is None else _question(row)


async def _row(tx: Transaction, question_id: int) -> Row | None:
    return await tx.one(f"{_WHOLE} WHERE q.question_id = :id", {"id": question_id})


async def kept(tx: Transaction, question_id: int) -> Kept | None:
    """The same with its state."""
    row = await _row(tx, question_id)
    return None if row is None else _kept(row)


async def of_bank(tx: Transaction, bank_id: int) -> list[Kept]:
    """The questions of a bank, live ones and others, in the order in which they came."""
    rows = await tx.all(f"{_WHOLE} WHERE q.bank_id = :bank ORDER BY q.question_id", {"bank": bank_id})
    return [_kept(row) for row in rows]


async def of_group(
    tx: Transaction, group_id: int, exams: Collection[str], after: int = 0, most: int = ALL
) -> list[Kept]:
    """The live questions of the banks that a group is asked from, the operator's and its own; those with ids after."""
    names = {f"exam{n}": exam for n, exam in enumerate(sorted(exams))}
    rows = await tx.all(
        f"""{_WHOLE} JOIN banks b ON b.bank_id = q.bank_id
            WHERE q.state = 'live' AND q.question_id > :after AND (b.group_id IS NULL OR b.group_id = :group_id)
              AND b.exam IN ({", ".join(f":{name}" for name in names)}) ORDER BY q.question_id LIMIT :most""",
        {**names, "group_id": group_id, "after": after, "most": most},
    )
    return [_kept(row) for row in rows]


async def topic_ids(tx: Transaction, exam: str, names: Collection[str]) -> dict[str, int]:
    """The ids of an exam's topics by slug, made or renamed where `names` say so."""
    await tx.many(
        """INSERT INTO topics (exam, slug, name) VALUES (:exam, :slug, :name)
           ON CONFLICT (exam, slug) DO UPDATE SET name = excluded.name""",
        [{"exam": exam, "slug": slug(name), "name": name} for name in sorted(names)],
    )
    rows = await tx.all("SELECT topic_id, slug FROM topics WHERE exam = :exam", {"exam": exam})
    return {row["slug"]: row["topic_id"] for row in rows}


def content_print(question: Question, pictures: Mapping[str, str] | None = None) -> str:
    """The digest of all that a file says of a question; *pictures* are the digests of its pictures by their name."""
    shas = pictures or {}
    case = question.case
    parts = [
        slug(question.topic), question.difficulty, question.stem, _pack(question.options), question.explanation,
        question.source, question.tags, question.code_year, question.shuffle, question.kind.value, question.answers,
        question.scoring, _image_parts(question.image, shas),
        None if case is None else [case.key, case.stem, _image_parts(case.image, shas)],
    ]  # fmt: skip
    return _digest(parts)


def _image_parts(image: Image | None, shas: Mapping[str, str]) -> list[str | None] | None:
    return None if image is None else [image.name, image.alt, shas.get(image.name)]


def _digest(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


async def insert(
    tx: Transaction,
    bank_id: int,
    topic_id: int,
    question: Question,
    pictures: Mapping[str, str] | None = None,
    *,
    author_id: int | None = None,
    credit: str | None = None,
    file_print: str | None = None,
) -> int:
    """Keep a new question, live; its id.

    *pictures* name those that `put_picture` keeps by the names that the question uses. *author_id* is the member who
    wrote it, *credit* the name that they want to be shown with it.
    """
    row = await tx.one(
        """INSERT INTO questions (bank_id, key, topic_id, difficulty, revision, state, file_print)
           VALUES (:bank, :key, :topic, :difficulty, 1, 'live', :print) RETURNING question_id""",
        {
            "bank": bank_id,
            "key": question.key,
            "topic": topic_id,
            "difficulty": question.difficulty,
            "print": file_print,
        },
    )
    assert row is not None
    question_id = int(row["question_id"])
    await _begin_estimate(tx, question_id, question)
    await _add_revision(tx, bank_id, question_id, 1, question, pictures or {})
    if author_id is not None:
        await tx.run(
            "INSERT INTO question_authors (question_id, member_id, credit) VALUES (:id, :member, :credit)",
            {"id": question_id, "member": author_id, "credit": credit},
        )
    return question_id


async def _begin_estimate(tx: Transaction, question_id: int, question: Question) -> None:
    """What the learner model begins with. It learns nothing from flashcards, which their own readers judge."""
    if question.kind is Kind.FLASHCARD:
        return
    prior = item_prior(question.difficulty)
    await tx.run(
        """INSERT INTO item_estimates (question_id, mean, variance) VALUES (:id, :mean, :variance)
           ON CONFLICT (question_id) DO NOTHING""",
        {"id": question_id, "mean": prior.mean, "variance": prior.variance},
    )


async def revise(
    tx: Transaction,
    question_id: int,
    topic_id: int,
    question: Question,
    pictures: Mapping[str, str] | None = None,
    *,
    file_print: str | None = None,
) -> bool:
    """Give a question a new revision where anything differs; its state stays, and its key.

    True where the right answer is another: then its answers were judged anew, and the summaries have to be made again
    (`services.rescore.rebuild`). A picture that is not among *pictures* stays the one that the question has by that
    name. With *file_print* the question is again what its file says.
    """
    before = await _row(tx, question_id)
    assert before is not None, "questions are never deleted"
    if file_print is not None:
        await tx.run("UPDATE questions SET file_print = :print WHERE question_id = :id", _id(question_id, file_print))
    shas = {**_pictures_of(before), **(pictures or {})}
    old = _question(before)
    if (before["topic_id"], content_print(old, _pictures_of(before))) == (topic_id, content_print(question, shas)):
        return False
    revision = before["revision"] + 1
    await tx.run(
        """UPDATE questions SET topic_id = :topic, difficulty = :difficulty, revision = :revision
           WHERE question_id = :id""",
        {"topic": topic_id, "difficulty": question.difficulty, "revision": revision, "id": question_id},
    )
    await _add_revision(tx, before["bank_id"], question_id, revision, question, shas)
    await _begin_estimate(tx, question_id, question)
    changed = rekeyed(old, replace(question, key=old.key))
    if changed:
        await rescore.judge_anew(tx, question_id)
        await rescore.question_changed(tx, question_id)
    elif (before["topic_id"], before["difficulty"]) != (topic_id, question.difficulty):
        # The model has learned from its answers under another topic, or begun it elsewhere.
        await rescore.bump(tx)
    return changed


def _id(question_id: int, file_print: str | None) -> dict[str, Any]:
    return {"id": question_id, "print": file_print}


def _pictures_of(row: Row) -> dict[str, str]:
    pairs = ((row[f"{part}image_name"], row[f"{part}picture"]) for part in ("case_", ""))
    return {name: sha for name, sha in pairs if name is not None and sha is not None}


async def _add_revision(
    tx: Transaction, bank_id: int, question_id: int, revision: int, question: Question, shas: Mapping[str, str]
) -> None:
    case = None if question.case is None else await _case_id(tx, bank_id, question.case, shas)
    await tx.run(
        """INSERT INTO revisions (question_id, revision, type, stem, options, answers, scoring, explanation, source,
               code_year, shuffle, tags, image_name, image_alt, picture, case_id)
           VALUES (:id, :revision, :type, :stem, :options, :answers, :scoring, :explanation, :source,
               :code_year, :shuffle, :tags, :image_name, :image_alt, :picture, :case)""",
        {
            "id": question_id,
            "revision": revision,
            "type": question.kind.value,
            "stem": question.stem,
            "options": _pack(question.options),
            "answers": json.dumps(question.answers, ensure_ascii=False),
            "scoring": question.scoring,
            "explanation": question.explanation,
            "source": question.source,
            "code_year": question.code_year,
            "shuffle": int(question.shuffle),
            "tags": json.dumps(question.tags, ensure_ascii=False),
            **_image_columns(question.image, shas),
            "case": case,
        },
    )


def _image_columns(image: Image | None, shas: Mapping[str, str]) -> dict[str, str | None]:
    if image is None:
        return {"image_name": None, "image_alt": None, "picture": None}
    return {"image_name": image.name, "image_alt": image.alt, "picture": shas.get(image.name)}


async def _case_id(tx: Transaction, bank_id: int, case: Case, shas: Mapping[str, str]) -> int:
    print_ = _digest([case.key, case.stem, _image_parts(case.image, shas)])
    row = await tx.one(
        # An update that changes nothing, since only a row that was written is returned.
        """INSERT INTO cases (bank_id, key, stem, image_name, image_alt, picture, print)
           VALUES (:bank, :key, :stem, :image_name, :image_alt, :picture, :print)
           ON CONFLICT (bank_id, print) DO UPDATE SET key = excluded.key RETURNING case_id""",
        {"bank": bank_id, "key": case.key, "stem": case.stem, **_image_columns(case.image, shas), "print": print_},
    )
    assert row is not None
    return int(row["case_id"])


async def retire(tx: Transaction, ids: Collection[int]) -> None:
    """Ask these questions no more; what was asked and answered stays."""
    await tx.many("UPDATE questions SET state = 'retired' WHERE question_id = :id", [{"id": one} for one in ids])


async def revive(tx: Transaction, ids: Collection[int]) -> None:
    """Ask these retired questions again; voided ones stay as they are."""
    await tx.many(
        "UPDATE questions SET state = 'live' WHERE question_id = :id AND voided_at IS NULL",
        [{"id": one} for one in ids],
    )


async def exclude(tx: Transaction, group_id: int, question_id: int, now_ms: int) -> bool:
    """Ask one group this question no more; whether it was asked till now."""
    done = await tx.run(
        """INSERT INTO group_exclusions (group_id, question_id, excluded_at) VALUES (:group_id, :id, :now)
           ON CONFLICT (group_id, question_id) DO NOTHING""",
        {"group_id": group_id, "id": question_id, "now": now_ms},
    )
    return done > 0


async def include(tx: Transaction, group_id: int, question_id: int) -> bool:
    """Ask a group a question that it was not asked; whether it was so."""
    done = await tx.run(
        "DELETE FROM group_exclusions WHERE group_id = :group_id AND question_id = :id",
        {"group_id": group_id, "id": question_id},
    )
    return done > 0


async def put_picture(tx: Transaction, picture: Picture) -> str:
    """Keep a picture's file, once however many questions show it; its digest."""
    sha = hashlib.sha256(picture.data).hexdigest()
    await tx.run(
        """INSERT INTO pictures (sha, data, media_type, width, height) VALUES (:sha, :data, :type, :width, :height)
           ON CONFLICT (sha) DO NOTHING""",
        {
            "sha": sha,
            "data": picture.data,
            "type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
        },
    )
    return sha


def _picture(row: Row, name: str) -> Picture:
    return Picture(name, bytes(row["data"]), row["media_type"], row["width"], row["height"])


def picture_name(sha: str, media_type: str) -> str:
    """The name that a kept picture is attached by."""
    return f"{sha[:16]}.{ENDINGS[media_type]}"


async def picture(tx: Transaction, sha: str) -> Picture | None:
    """A kept picture, named by its digest."""
    row = await tx.one("SELECT data, media_type, width, height FROM pictures WHERE sha = :sha", {"sha": sha})
    return None if row is None else _picture(row, picture_name(sha, row["media_type"]))


async def media_type(tx: Transaction, sha: str) -> str | None:
    row = await tx.one("SELECT media_type FROM pictures WHERE sha = :sha", {"sha": sha})
    return row["media_type"] if row else None


async def pictures_of_bank(tx: Transaction, bank_id: int) -> list[Picture]:
    """The pictures of a bank's questions and cases, by the names that these use."""
    rows = await tx.all(
        """WITH used AS (
               SELECT r.image_name AS name, r.picture AS sha FROM questions q
               JOIN revisions r ON r.question_id = q.question_id AND r.revision = q.revision WHERE q.bank_id = :bank
               UNION SELECT image_name, picture FROM cases WHERE bank_id = :bank)
           SELECT used.name, p.data, p.media_type, p.width, p.height FROM used JOIN pictures p ON p.sha = used.sha
           ORDER BY used.name""",
        {"bank": bank_id},
    )
    return [_picture(row, row["name"]) for row in rows]


async def accepted(tx: Transaction, round_id: int) -> tuple[str, ...]:
    """The answers that a round's question accepts."""
    row = await tx.one(
        """SELECT v.answers FROM rounds r JOIN revisions v ON v.question_id = r.question_id AND v.revision = r.revision
           WHERE r.round_id = :round""",
        {"round": round_id},
    )
    return () if row is None else tuple(json.loads(row["answers"]))
