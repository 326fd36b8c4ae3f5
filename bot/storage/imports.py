"""Rows of imports: previews with their files, what was done, and who did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.domain.images import Picture
from bot.domain.imports import Choices
from bot.domain.instants import DAY_MS
from bot.storage.database import Row, Transaction

State = Literal["preview", "applying", "applied", "undoing", "undone"]
What = Literal["new", "changed", "retired"]

_COLUMNS = """i.import_id, i.group_id, i.bank_id, i.slug, i.title, i.licence, i.rights, i.exam, i.file, i.state, i.seen,
    i.choices, i.done, i.new, i.changed, i.retired, i.made_at, i.applied_at, i.undone_at"""


@dataclass(frozen=True, slots=True)
class Import:
    """One run of an importer; instants in milliseconds. *new*, *changed* and *retired* count what it did."""

    import_id: int
    group_id: int
    bank_id: int | None
    slug: str
    title: str
    licence: str
    rights: str
    exam: str
    file: str
    state: State
    seen: str
    choices: Choices
    done: int
    new: int
    changed: int
    retired: int
    made_at: int
    applied_at: int | None
    undone_at: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What an import did to a question. *before* is what stood there, as it was packed by `services.imports`."""

    place: int
    question_id: int
    what: What
    revision: int
    before: str | None


def _import(row: Row) -> Import:
    values = dict(row)
    values["choices"] = unpack_choices(values["choices"])
    return Import(**values)


def pack_choices(choices: Choices) -> str:
    asks = {str(place): chosen for place, chosen in choices.asks.items()}
    return json.dumps(
        {"topic": choices.topic, "keep_gone": choices.keep_gone, "asks": asks, "topics": dict(choices.topics)}
    )


def unpack_choices(text: str) -> Choices:
    found = json.loads(text)
    asks = {int(place): one for place, one in found["asks"].items()}
    return Choices(found["topic"], found["keep_gone"], asks, found.get("topics", {}))


async def insert(tx: Transaction, values: Mapping[str, Any], pictures: Collection[Picture]) -> int:
    """Keep a preview; *values* are its columns."""
    row = await tx.one(
        """INSERT INTO imports (group_id, bank_id, slug, title, licence, rights, exam, file, state, seen, choices,
               findings, questions, made_at)
           VALUES (:group_id, :bank_id, :slug, :title, :licence, :rights, :exam, :file, 'preview', :seen, :choices,
               :findings, :questions, :made_at)
           RETURNING import_id""",
        values,
    )
    assert row is not None
    await tx.many(
        """INSERT INTO import_pictures (import_id, name, data, media_type, width, height)
           VALUES (:import_id, :name, :data, :media_type, :width, :height)""",
        [
            {
                "import_id": row["import_id"],
                "name": one.name,
                "data": one.data,
                "media_type": one.media_type,
                "width": one.width,
                "height": one.height,
            }
            for one in pictures
        ],
    )
    return int(row["import_id"])


async def sign(tx: Transaction, import_id: int, member_id: int) -> None:
    """Keep who imports."""
    await tx.run(
        "INSERT INTO import_tutors (import_id, member_id) VALUES (:id, :member)", {"id": import_id, "member": member_id}
    )


async def compared(tx: Transaction, import_id: int, bank_id: int | None, seen: str, findings: bytes) -> None:
    """A preview was compared anew: what was chosen of doubtful ones is asked again."""
    await tx.run(
        "UPDATE imports SET bank_id = :bank, seen = :seen, findings = :findings WHERE import_id = :id",
        {"id": import_id, "bank": bank_id, "seen": seen, "findings": findings},
    )


async def by_id(tx: Transaction, group_id: int, import_id: int) -> Import | None:
    """An import of this group."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM imports i WHERE i.import_id = :id AND i.group_id = :group_id",
        {"id": import_id, "group_id": group_id},
    )
    return _import(row) if row else None


async def findings(tx: Transaction, import_id: int) -> bytes:
    row = await tx.one("SELECT findings FROM imports WHERE import_id = :id", {"id": import_id})
    assert row is not None
    return bytes(row["findings"])


async def questions(tx: Transaction, import_id: int) -> bytes | None:
    row = await tx.one("SELECT questions FROM imports WHERE import_id = :id", {"id": import_id})
    return None if row is None or row["questions"] is None else bytes(row["questions"])


async def pictures(tx: Transaction, import_id: int, names: Collection[str]) -> list[Picture]:
    """The pictures of a preview that are called so."""
    found = []
    for name in sorted(names):
        row = await tx.one(
            """SELECT name, data, media_type, width, height FROM import_pictures
               WHERE import_id = :id AND name = :name""",
            {"id": import_id, "name": name},
        )
        if row is not None:
            found.append(Picture(row["name"], row["data"], row["media_type"], row["width"], row["height"]))
    return found


async def picture_digests(tx: Transaction, import_id: int) -> dict[str, str]:
    """The digests of a preview's pictures, by name."""
    found = {}
    for row in await tx.all("SELECT name FROM import_pictures WHERE import_id = :id", {"id": import_id}):
        (one,) = await pictures(tx, import_id, [row["name"]])
        found[one.name] = hashlib.sha256(one.data).hexdigest()
    return found


async def choose(tx: Transaction, import_id: int, choices: Choices) -> None:
    await tx.run(
        "UPDATE imports SET choices = :choices WHERE import_id = :id",
        {"id": import_id, "choices": pack_choices(choices)},
    )


async def last_topics(tx: Transaction, slug: str) -> Mapping[str, str]:
    """What the last import into a bank made of the topics that its exam does not have."""
    row = await tx.one(
        """SELECT choices FROM imports WHERE slug = :slug AND state = 'applied'
           ORDER BY applied_at DESC, import_id DESC LIMIT 1""",
        {"slug": slug},
    )
    return {} if row is None else unpack_choices(row["choices"]).topics


async def remove(tx: Transaction, import_id: int) -> None:
    await tx.run("DELETE FROM imports WHERE import_id = :id AND state = 'preview'", {"id": import_id})


async def sweep(tx: Transaction, group_id: int, now_ms: int, most: int) -> None:
    """Forget previews of a day ago and more, and of this group's all but the newest ones."""
    await tx.run("DELETE FROM imports WHERE state = 'preview' AND made_at <= :since", {"since": now_ms - DAY_MS})
    await tx.run(
        """DELETE FROM imports WHERE state = 'preview' AND group_id = :group_id AND import_id NOT IN (
               SELECT import_id FROM imports WHERE state = 'preview' AND group_id = :group_id
               ORDER BY import_id DESC LIMIT :most)""",
        {"group_id": group_id, "most": most},
    )


async def begin(tx: Transaction, import_id: int, state: State, bank_id: int) -> None:
    """The work on an import begins."""
    await tx.run(
        "UPDATE imports SET state = :state, bank_id = :bank, done = 0 WHERE import_id = :id",
        {"id": import_id, "state": state, "bank": bank_id},
    )


async def advance(tx: Transaction, import_id: int, done: int, counted: Mapping[What, int]) -> None:
    """So many steps are done; *counted* adds to what the import did."""
    await tx.run(
        """UPDATE imports SET done = :done, new = new + :new, changed = changed + :changed,
               retired = retired + :retired WHERE import_id = :id""",
        {
            "id": import_id,
            "done": done,
            "new": counted.get("new", 0),
            "changed": counted.get("changed", 0),
            "retired": counted.get("retired", 0),
        },
    )


async def finish(tx: Transaction, import_id: int, now_ms: int) -> None:
    """All of an import is done: its file is no longer needed."""
    await tx.run(
        "UPDATE imports SET state = 'applied', applied_at = :now, questions = NULL WHERE import_id = :id",
        {"id": import_id, "now": now_ms},
    )
    await tx.run("DELETE FROM import_pictures WHERE import_id = :id", {"id": import_id})


async def undone(tx: Transaction, import_id: int, now_ms: int) -> None:
    await tx.run(
        "UPDATE imports SET state = 'undone', undone_at = :now WHERE import_id = :id", {"id": import_id, "now": now_ms}
    )


async def note(tx: Transaction, import_id: int, changes: Sequence[Change]) -> None:
    """Keep what was done, so that it can be undone."""
    await tx.many(
        """INSERT INTO import_changes (import_id, place, question_id, what, revision, before)
           VALUES (:id, :place, :question, :what, :revision, :before)""",
        [
            {
                "id": import_id,
                "place": one.place,
                "question": one.question_id,
                "what": one.what,
                "revision": one.revision,
                "before": one.before,
            }
            for one in changes
        ],
    )


async def changes(tx: Transaction, import_id: int, since: int, most: int) -> list[Change]:
    """What was done, from the `since`th change on, in its order."""
    rows = await tx.all(
        """SELECT place, question_id, what, revision, before FROM import_changes
           WHERE import_id = :id ORDER BY place LIMIT :most OFFSET :since""",
        {"id": import_id, "most": most, "since": since},
    )
    return [Change(row["place"], row["question_id"], row["what"], row["revision"], row["before"]) for row in rows]


async def count_changes(tx: Transaction, import_id: int) -> int:
    row = await tx.one("SELECT COUNT(*) AS n FROM import_changes WHERE import_id = :id", {"id": import_id})
    assert row is not None
    return int(row["n"])


async def busy(tx: Transaction, slug: str, but: int = 0) -> bool:
    """Whether another import of the bank is being done or undone."""
    row = await tx.one(
        """SELECT 1 FROM imports WHERE slug = :slug AND import_id <> :but AND state IN ('applying', 'undoing')
           LIMIT 1""",
        {"slug": slug, "but": but},
    )
    return row is not None


async def later(tx: Transaction, bank_id: int, import_id: int) -> Import | None:
    """The last import of the bank that was done after this one, and stands."""
    row = await tx.one(
        f"""SELECT {_COLUMNS} FROM imports i JOIN imports this ON this.import_id = :id
            WHERE i.bank_id = :bank AND i.state IN ('applying', 'applied') AND i.import_id <> this.import_id
              AND (i.applied_at IS NULL OR i.applied_at > this.applied_at
                   OR (i.applied_at = this.applied_at AND i.import_id > this.import_id))
            ORDER BY i.applied_at DESC LIMIT 1""",
        {"bank": bank_id, "id": import_id},
    )
    return _import(row) if row else None


async def recent(tx: Transaction, group_id: int, most: int) -> list[tuple[Import, int | None]]:
    """The group's last imports that were done, the newest first, each with the user who made it, if known."""
    rows = await tx.all(
        f"""SELECT {_COLUMNS}, m.user_id FROM imports i
            LEFT JOIN import_tutors t ON t.import_id = i.import_id LEFT JOIN members m ON m.member_id = t.member_id
            WHERE i.group_id = :group_id AND i.state <> 'preview'
            ORDER BY COALESCE(i.applied_at, i.made_at) DESC, i.import_id DESC LIMIT :most""",
        {"group_id": group_id, "most": most},
    )
    return [(_import_of(row), row["user_id"]) for row in rows]


def _import_of(row: Row) -> Import:
    values = dict(row)
    del values["user_id"]
    values["choices"] = unpack_choices(values["choices"])
    return Import(**values)


async def unfinished(tx: Transaction) -> list[tuple[int, int, State]]:
    """(group, import, state) of those that a stop left in the middle."""
    rows = await tx.all(
        "SELECT group_id, import_id, state FROM imports WHERE state IN ('applying', 'undoing') ORDER BY import_id"
    )
    return [(row["group_id"], row["import_id"], row["state"]) for row in rows]


# The bank itself


async def bank(tx: Transaction, slug: str) -> Row | None:
    """A bank by its slug: bank_id, group_id, title, licence, rights, exam."""
    return await tx.one(
        "SELECT bank_id, group_id, title, licence, rights, exam FROM banks WHERE slug = :slug", {"slug": slug}
    )


async def condition(tx: Transaction, bank_id: int | None) -> str:
    """What a bank is like now: another text whenever a question of it was added, changed, retired or revived."""
    if bank_id is None:
        return ""
    row = await tx.one(
        """SELECT COUNT(*) AS n, COALESCE(SUM(revision), 0) AS revisions,
               COALESCE(SUM(CASE WHEN state = 'live' THEN question_id ELSE 0 END), 0) AS live,
               COUNT(voided_at) AS voided FROM questions WHERE bank_id = :bank""",
        {"bank": bank_id},
    )
    assert row is not None
    return f"{bank_id}:{row['n']}:{row['revisions']}:{row['live']}:{row['voided']}"


async def own_live(tx: Transaction, group_id: int) -> int:
    """Live questions of the group's own banks."""
    row = await tx.one(
        """SELECT COUNT(*) AS n FROM questions q JOIN banks b ON b.bank_id = q.bank_id
           WHERE b.group_id = :group_id AND q.state = 'live'""",
        {"group_id": group_id},
    )
    assert row is not None
    return int(row["n"])


async def last_states(tx: Transaction, ids: Collection[int]) -> dict[int, tuple[int, str, str | None]]:
    """(revision, state, file_print) of questions, by id; the state is 'live', 'retired' or 'voided'."""
    found = {}
    for question_id in ids:
        row = await tx.one(
            """SELECT revision, CASE WHEN voided_at IS NULL THEN state ELSE 'voided' END AS state, file_print
               FROM questions WHERE question_id = :id""",
            {"id": question_id},
        )
        if row is not None:
            found[question_id] = (row["revision"], row["state"], row["file_print"])
    return found


async def prints(tx: Transaction, bank_id: int) -> dict[int, str | None]:
    """The digests of what their file last said of a bank's questions, by id."""
    rows = await tx.all("SELECT question_id, file_print FROM questions WHERE bank_id = :bank", {"bank": bank_id})
    return {row["question_id"]: row["file_print"] for row in rows}


async def set_print(tx: Transaction, question_id: int, file_print: str | None) -> None:
    """None where no file holds the question any longer."""
    await tx.run(
        "UPDATE questions SET file_print = :print WHERE question_id = :id", {"id": question_id, "print": file_print}
    )


async def banks_of(tx: Transaction, group_id: int, exams: Collection[str]) -> list[Row]:
    """The banks that a group is asked from, its own first, with their columns and the number of `live` questions."""
    names = {f"exam{n}": exam for n, exam in enumerate(exams)}
    marks = ", ".join(f":{name}" for name in names)
    rows = await tx.all(
        f"""SELECT b.bank_id, b.slug, b.group_id, b.title, b.licence, b.rights, b.exam,
                COUNT(CASE WHEN q.state = 'live' THEN 1 END) AS live
            FROM banks b LEFT JOIN questions q ON q.bank_id = b.bank_id
            WHERE b.group_id = :group_id OR (b.group_id IS NULL AND b.exam IN ({marks}))
            GROUP BY b.bank_id, b.slug, b.group_id, b.title, b.licence, b.rights, b.exam
            ORDER BY CASE WHEN b.group_id IS NULL THEN 1 ELSE 0 END, b.title""",
        {**names, "group_id": group_id},
    )
    return list(rows)
