"""Rows of the learner model: four beliefs, each a mean and a variance on the logit scale."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.estimates import (
    PRIOR_ITEM,
    PRIOR_LEARNER,
    PRIOR_LEARNER_TOPIC,
    PRIOR_TOPIC,
    Gaussian,
    item_pool_from_sums,
)
from bot.storage.database import Row, Transaction

LearnerTopic = tuple[int, int]  # member id, topic id


@dataclass(frozen=True, slots=True)
class Item:
    """A question as the model begins with it."""

    topic_id: int
    difficulty: int | None  # the author's, 1 to 5
    live: bool


def marks(name: str, values: Collection[int]) -> tuple[str, dict[str, int]]:
    """Named parameters for an IN list: the text between the brackets, and their values."""
    params = {f"{name}{n}": value for n, value in enumerate(sorted(values))}
    return ", ".join(f":{key}" for key in params), params


def _gaussian(row: Row) -> Gaussian:
    return Gaussian(row["mean"], row["variance"])


class Rows:
    """The beliefs that a batch of answers touches: read once, changed in memory, written once."""

    def __init__(self) -> None:
        self.learners: dict[int, Gaussian] = {}
        self.learner_topics: dict[LearnerTopic, Gaussian] = {}
        self.topics: dict[int, Gaussian] = {}
        self.items: dict[int, Gaussian] = {}

    def learner(self, member: int) -> Gaussian:
        return self.learners.get(member, PRIOR_LEARNER)

    def learner_topic(self, member: int, topic: int) -> Gaussian:
        return self.learner_topics.get((member, topic), PRIOR_LEARNER_TOPIC)

    def topic(self, topic: int) -> Gaussian:
        return self.topics.get(topic, PRIOR_TOPIC)

    def item(self, question: int) -> Gaussian:
        return self.items.get(question, PRIOR_ITEM)


async def load(tx: Transaction, members: Collection[int], topics: Collection[int], items: Collection[int]) -> Rows:
    """The kept beliefs about these members (in these topics), topics and items."""
    rows = Rows()
    member_marks, member_params = marks("m", members)
    topic_marks, topic_params = marks("t", topics)
    item_marks, item_params = marks("i", items)
    for row in await tx.all(
        f"SELECT member_id, mean, variance FROM learner_estimates WHERE member_id IN ({member_marks})",
        member_params,
    ):
        rows.learners[row["member_id"]] = _gaussian(row)
    for row in await tx.all(
        f"""SELECT member_id, topic_id, mean, variance FROM learner_topic_estimates
            WHERE member_id IN ({member_marks}) AND topic_id IN ({topic_marks})""",
        {**member_params, **topic_params},
    ):
        rows.learner_topics[row["member_id"], row["topic_id"]] = _gaussian(row)
    for row in await tx.all(
        f"SELECT topic_id, mean, variance FROM topic_estimates WHERE topic_id IN ({topic_marks})",
        topic_params,
    ):
        rows.topics[row["topic_id"]] = _gaussian(row)
    for row in await tx.all(
        f"SELECT question_id, mean, variance FROM item_estimates WHERE question_id IN ({item_marks})",
        item_params,
    ):
        rows.items[row["question_id"]] = _gaussian(row)
    return rows


async def save(tx: Transaction, rows: Rows) -> None:
    """Write back every belief of `rows`."""
    await tx.many(
        """INSERT INTO learner_estimates (member_id, mean, variance) VALUES (:id, :mean, :variance)
           ON CONFLICT (member_id) DO UPDATE SET mean = excluded.mean, variance = excluded.variance""",
        [{"id": key, "mean": one.mean, "variance": one.variance} for key, one in rows.learners.items()],
    )
    await tx.many(
        """INSERT INTO learner_topic_estimates (member_id, topic_id, mean, variance)
           VALUES (:member, :topic, :mean, :variance)
           ON CONFLICT (member_id, topic_id) DO UPDATE SET mean = excluded.mean, variance = excluded.variance""",
        [
            {"member": member, "topic": topic, "mean": one.mean, "variance": one.variance}
            for (member, topic), one in rows.learner_topics.items()
        ],
    )
    await tx.many(
        """INSERT INTO topic_estimates (topic_id, mean, variance) VALUES (:id, :mean, :variance)
           ON CONFLICT (topic_id) DO UPDATE SET mean = excluded.mean, variance = excluded.variance""",
        [{"id": key, "mean": one.mean, "variance": one.variance} for key, one in rows.topics.items()],
    )
    await tx.many(
        """INSERT INTO item_estimates (question_id, mean, variance) VALUES (:id, :mean, :variance)
           ON CONFLICT (question_id) DO UPDATE SET mean = excluded.mean, variance = excluded.variance""",
        [{"id": key, "mean": one.mean, "variance": one.variance} for key, one in rows.items.items()],
    )


async def pools(tx: Transaction, topics: Collection[int]) -> dict[int, Gaussian]:
    """A random live item of each topic (see `item_pool`)."""
    topic_marks, params = marks("t", topics)
    found = await tx.all(
        f"""SELECT q.topic_id, COUNT(*) AS n, SUM(i.mean) AS means, SUM(i.mean * i.mean) AS squares,
                SUM(i.variance) AS variances
            FROM questions q JOIN item_estimates i ON i.question_id = q.question_id
            WHERE q.topic_id IN ({topic_marks}) AND q.state = 'live' GROUP BY q.topic_id""",
        params,
    )
    kept = {
        row["topic_id"]: item_pool_from_sums(row["n"], row["means"], row["squares"], row["variances"]) for row in found
    }
    return {topic: kept.get(topic, PRIOR_ITEM) for topic in topics}


async def answered(tx: Transaction, member: int) -> Mapping[int, int]:
    """How many answers of the member count for each topic id."""
    rows = await tx.all(
        """SELECT q.topic_id, COUNT(*) AS n FROM answers a JOIN questions q ON q.question_id = a.question_id
           WHERE a.member_id = :member AND a.counted = 1 GROUP BY q.topic_id""",
        {"member": member},
    )
    return {row["topic_id"]: row["n"] for row in rows}


async def undisclosed(tx: Transaction, member: int, now_ms: int) -> list[tuple[int, int, bool]]:
    """(topic, question, right) of a member's counted answers in daily rounds that are still open."""
    rows = await tx.all(
        """SELECT q.topic_id, a.question_id, a.correct FROM answers a
           JOIN rounds r ON r.round_id = a.round_id
           JOIN questions q ON q.question_id = a.question_id
           WHERE a.member_id = :member AND a.counted = 1 AND r.kind = 'daily' AND r.closed_at IS NULL
             AND r.closes_at >= :now ORDER BY a.seq DESC""",
        {"member": member, "now": now_ms},
    )
    return [(row["topic_id"], row["question_id"], bool(row["correct"])) for row in rows]


async def group_ability(tx: Transaction, group_id: int, topics: Collection[int]) -> dict[int, float]:
    """The group's mean ability in each topic, on the logit scale; topics that nobody has answered are left out."""
    topic_marks, params = marks("t", topics)
    rows = await tx.all(
        f"""SELECT lt.topic_id, AVG(l.mean + lt.mean - COALESCE(t.mean, 0.0)) AS ability
            FROM learner_topic_estimates lt
            JOIN members m ON m.member_id = lt.member_id
            JOIN learner_estimates l ON l.member_id = lt.member_id
            LEFT JOIN topic_estimates t ON t.topic_id = lt.topic_id
            WHERE m.group_id = :group_id AND lt.topic_id IN ({topic_marks}) GROUP BY lt.topic_id""",
        {**params, "group_id": group_id},
    )
    return {row["topic_id"]: row["ability"] for row in rows}


def _weeks(bounds: Sequence[int]) -> tuple[str, dict[str, int]]:
    """The number of an answer's week in SQL, and its parameters: 0 before the first of `bounds` (ms), then 1, 2…"""
    whens = " ".join(f"WHEN a.answered_at < :b{n} THEN {n}" for n in range(len(bounds)))
    return f"CASE {whens} ELSE {len(bounds)} END", {f"b{n}": bound for n, bound in enumerate(bounds)}


async def weeks_of_member(
    tx: Transaction, member: int, bounds: Sequence[int]
) -> dict[int, dict[int, tuple[float, int]]]:
    """What was expected of a member after their last answer of each week, and their answers in it, by topic and week.

    Week 0 is all before the first of `bounds` (instants in ms), week 1 is what follows, and so on.
    """
    week, params = _weeks(bounds)
    rows = await tx.all(
        f"""WITH last AS (
                SELECT q.topic_id, {week} AS week, MAX(a.seq) AS seq, COUNT(*) AS n
                FROM answers a JOIN questions q ON q.question_id = a.question_id
                WHERE a.member_id = :member AND a.counted = 1 GROUP BY 1, 2)
            SELECT last.topic_id, last.week, last.n, a.p_after FROM last JOIN answers a ON a.seq = last.seq""",
        {**params, "member": member},
    )
    found: dict[int, dict[int, tuple[float, int]]] = {}
    for row in rows:
        found.setdefault(row["topic_id"], {})[row["week"]] = (row["p_after"], row["n"])
    return found


async def weeks_of_group(
    tx: Transaction, group_id: int, bounds: Sequence[int], *, since: int, without_user: int
) -> list[Row]:
    """The same for all members of a group but one user, from the instant `since` (ms) on.

    A row a member, topic and week: member_id, topic_id, week, p_after, and first_seq, which orders the answers.
    """
    week, params = _weeks(bounds)
    return list(
        await tx.all(
            f"""WITH last AS (
                    SELECT a.member_id, q.topic_id, {week} AS week, MAX(a.seq) AS seq, MIN(a.seq) AS first_seq
                    FROM members m JOIN answers a ON a.member_id = m.member_id
                    JOIN questions q ON q.question_id = a.question_id
                    WHERE m.group_id = :group_id AND m.user_id <> :user AND a.counted = 1 AND a.answered_at >= :since
                    GROUP BY 1, 2, 3)
                SELECT last.member_id, last.topic_id, last.week, last.first_seq, a.p_after
                FROM last JOIN answers a ON a.seq = last.seq ORDER BY last.first_seq""",
            {**params, "group_id": group_id, "user": without_user, "since": since},
        )
    )


async def items(tx: Transaction) -> dict[int, Item]:
    """What the model begins with: every question that it learns from, by its id."""
    rows = await tx.all(
        """SELECT q.question_id, q.topic_id, q.difficulty, q.state FROM questions q
           JOIN item_estimates i ON i.question_id = q.question_id ORDER BY q.question_id"""
    )
    return {row["question_id"]: Item(row["topic_id"], row["difficulty"], row["state"] == "live") for row in rows}


async def everything(tx: Transaction) -> Rows:
    """Every kept belief."""
    rows = Rows()
    for row in await tx.all("SELECT member_id, mean, variance FROM learner_estimates"):
        rows.learners[row["member_id"]] = _gaussian(row)
    for row in await tx.all("SELECT member_id, topic_id, mean, variance FROM learner_topic_estimates"):
        rows.learner_topics[row["member_id"], row["topic_id"]] = _gaussian(row)
    for row in await tx.all("SELECT topic_id, mean, variance FROM topic_estimates"):
        rows.topics[row["topic_id"]] = _gaussian(row)
    for row in await tx.all("SELECT question_id, mean, variance FROM item_estimates"):
        rows.items[row["question_id"]] = _gaussian(row)
    return rows
