"""Judging kept answers anew, and whether the summaries still follow from them.

The *evidence* is a number that grows whenever something changes what kept answers mean (a changed key, a voided
question, a member who is gone); the summaries were made for one such number. Where the two differ they have to be made
anew, and since both are rows, that is known after any crash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.domain.questions import Kind as Type
from bot.domain.quiz import Kind, mask
from bot.domain.rescore import Verdicts, verdicts, way
from bot.domain.short_answers import judge, words
from bot.storage import corrections, meta
from bot.storage.database import Row, Transaction

EVIDENCE, MADE_FOR = "evidence", "summaries_made_for"
# Through the groups, since the index on a question's rounds begins with them.
_ASKED = "FROM groups g JOIN rounds r ON r.group_id = g.group_id AND r.question_id = :id"


async def bump(tx: Transaction) -> None:
    """Say that the summaries no longer follow from the kept answers."""
    await meta.write(tx, EVIDENCE, str(await evidence(tx) + 1))


async def evidence(tx: Transaction) -> int:
    return int(await meta.read(tx, EVIDENCE) or 0)


async def outdated(tx: Transaction) -> bool:
    """Whether the summaries have to be made anew."""
    return int(await meta.read(tx, MADE_FOR) or 0) != await evidence(tx)


async def outdated_groups(tx: Transaction) -> list[int]:
    """The groups whose boards and streaks have to be made anew."""
    return [row["group_id"] for row in await tx.all("SELECT group_id FROM outdated ORDER BY group_id")]


async def made_for(tx: Transaction, number: int) -> None:
    """The summaries follow from the answers as they were at this number of the evidence."""
    await meta.write(tx, MADE_FOR, str(number))
    await tx.run("DELETE FROM outdated")


async def question_changed(tx: Transaction, question_id: int) -> None:
    """Say that answers to this question mean something else now: for the model, and for the groups that were asked."""
    await tx.run(
        # The WHERE keeps SQLite from reading the conflict clause as part of the join.
        f"""INSERT INTO outdated (group_id) SELECT DISTINCT r.group_id {_ASKED} WHERE r.round_id > 0
            ON CONFLICT (group_id) DO NOTHING""",
        {"id": question_id},
    )
    await corrections.show_again(tx, question_id)
    await bump(tx)


async def question(tx: Transaction, bank: str, key: str) -> Row | None:
    """A question by its bank's slug and its own key: question_id, stem, voided_at."""
    return await tx.one(
        """SELECT q.question_id, v.stem, q.voided_at FROM questions q
           JOIN banks b ON b.bank_id = q.bank_id
           JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
           WHERE b.slug = :bank AND q.key = :key""",
        {"bank": bank, "key": key},
    )


async def judge_anew(tx: Transaction, question_id: int) -> None:
    """Hold every round and answer of a question against its present key.

    A round whose options are those of the present revision becomes a round of it, with the new explanation. An option
    that the present revision does not have keeps its verdict, and so does what was asked as another kind of question.
    """
    await corrections.remember(tx, question_id)
    rows = await tx.all(
        "SELECT revision, type, options, answers FROM revisions WHERE question_id = :id ORDER BY revision",
        {"id": question_id},
    )
    texts = {row["revision"]: [one[0] for one in json.loads(row["options"])] for row in rows}
    newest = rows[-1]
    kind = way(Type(newest["type"]))
    asked = await tx.all(f"SELECT r.round_id, r.revision, r.type, r.option_order {_ASKED}", {"id": question_id})
    asked = [row for row in asked if way(Type(row["type"])) is kind]
    if kind is Type.SHORT:
        await _judge_texts(tx, question_id, newest, [row["round_id"] for row in asked])
        return
    key = [place for place, one in enumerate(json.loads(newest["options"])) if one[1]]
    rounds: list[Mapping[str, object]] = []
    changes: list[Mapping[str, object]] = []
    for row in asked:
        shown = [texts[row["revision"]][int(source)] for source in row["option_order"]]
        found = verdicts(shown, texts[newest["revision"]], key)
        rounds.append(_round(row, newest["revision"], found, several=kind is Type.MULTI))
        if kind is Type.MULTI:
            changes += await _masks(tx, row["round_id"], found)
        else:
            changes += [
                {"round": row["round_id"], "choice": place, "correct": int(right)}
                for place, right in enumerate(found.right)
                if right is not None
            ]
    await tx.many(
        """UPDATE rounds SET revision = :revision, option_order = :order, key_position = COALESCE(:key, key_position),
               corrected = CASE WHEN COALESCE(:key, key_position) <> key_position THEN 1 ELSE corrected END
           WHERE round_id = :round""",
        rounds,
    )
    await tx.many(
        """UPDATE answers SET correct = :correct, rejudged = 1
           WHERE round_id = :round AND choice = :choice AND correct <> :correct""",
        changes,
    )


def _round(row: Row, newest: int, found: Verdicts, *, several: bool) -> Mapping[str, object]:
    revision, order = row["revision"], row["option_order"]
    if found.order is not None:
        revision, order = newest, "".join(str(place) for place in found.order)
    key = None if found.key is None else mask(found.key) if several else min(found.key)
    return {"round": row["round_id"], "revision": revision, "order": order, "key": key}


async def _masks(tx: Transaction, round_id: int, found: Verdicts) -> list[Mapping[str, object]]:
    """The verdict of each set of options that was chosen, where all that was shown is known and all that is right."""
    if found.key is None or None in found.right:
        return []
    key = mask(found.key)
    rows = await tx.all("SELECT DISTINCT choice FROM answers WHERE round_id = :round", {"round": round_id})
    return [{"round": round_id, "choice": row["choice"], "correct": int(row["choice"] == key)} for row in rows]


async def _judge_texts(tx: Transaction, question_id: int, newest: Row, rounds: Sequence[int]) -> None:
    answers = json.loads(newest["answers"])
    known = await bank_words(tx, question_id)
    changes = []
    for round_id in rounds:
        rows = await tx.all("SELECT member_id, text FROM written_answers WHERE round_id = :round", {"round": round_id})
        changes += [
            {
                "round": round_id,
                "member": row["member_id"],
                "correct": int(judge(row["text"], answers, known) is not None),
            }
            for row in rows
        ]
    await tx.many(
        "UPDATE rounds SET revision = :revision, corrected = 1 WHERE round_id = :round",
        [{"revision": newest["revision"], "round": round_id} for round_id in rounds],
    )
    await tx.many(
        """UPDATE answers SET correct = :correct, rejudged = 1
           WHERE round_id = :round AND member_id = :member AND correct <> :correct""",
        changes,
    )


async def bank_words(tx: Transaction, question_id: int) -> set[str]:
    """The words of all options and answers of a question's bank: none of them is a slip for another."""
    rows = await tx.all(
        """SELECT r.options, r.answers FROM questions o JOIN questions q ON q.bank_id = o.bank_id
           JOIN revisions r ON r.question_id = q.question_id AND r.revision = q.revision
           WHERE o.question_id = :id AND q.state = 'live'""",
        {"id": question_id},
    )
    found: set[str] = set()
    for row in rows:
        for text in (*(one[0] for one in json.loads(row["options"])), *json.loads(row["answers"])):
            found |= words(text)
    return found


async def void(tx: Transaction, question_id: int, now_ms: int) -> int:
    """Let a question and all its answers count nowhere; how many answers there are."""
    await corrections.remember(tx, question_id)
    await corrections.show_again(tx, question_id, "open")
    await tx.run(
        "UPDATE questions SET voided_at = :now, state = 'retired' WHERE question_id = :id",
        {"now": now_ms, "id": question_id},
    )
    return await tx.run(
        f"""UPDATE answers SET would_count = counted, counted = 0, rated = 0
            WHERE round_id IN (SELECT r.round_id {_ASKED}) AND would_count IS NULL""",
        {"id": question_id},
    )


async def unvoid(tx: Transaction, question_id: int) -> int:
    """Let a voided question and its answers count again; how many answers there are."""
    await corrections.remember(tx, question_id)
    await corrections.show_again(tx, question_id, "open")
    await tx.run(
        "UPDATE questions SET voided_at = NULL, state = 'live' WHERE question_id = :id",
        {"id": question_id},
    )
    return await tx.run(
        f"""UPDATE answers SET counted = would_count, would_count = NULL,
               rated = (SELECT CASE r.kind WHEN :daily THEN 1 ELSE 0 END FROM rounds r
                        WHERE r.round_id = answers.round_id)
           WHERE round_id IN (SELECT r.round_id {_ASKED}) AND would_count IS NOT NULL""",
        {"id": question_id, "daily": Kind.DAILY.value},
    )


async def correct_chances(tx: Transaction, corrected: Mapping[tuple[int, int], tuple[float, float]]) -> None:
    """Write what was expected before and after the answers that were judged anew, by (round, member)."""
    await tx.many(
        "UPDATE answers SET p_before = :before, p_after = :after WHERE round_id = :round AND member_id = :member",
        [
            {"round": round_id, "member": member, "before": before, "after": after}
            for (round_id, member), (before, after) in corrected.items()
        ],
    )
