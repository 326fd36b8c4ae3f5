"""The learner model once more from the beginning: what the kept answers say that the estimates must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.estimates import item_pool, item_prior
from bot.services.beliefs import Beliefs, expected
from bot.storage import answers, estimates, snapshots
from bot.storage.database import Database, Row, Transaction
from bot.storage.estimates import Item, Rows
from bot.storage.replay import events
from bot.storage.snapshots import Boundary, Own

CHUNK = 400  # events that are entered in one turn of the event loop: a few milliseconds


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many counted answers were replayed, how many kept rows there are, and how many differ in any bit."""

    answers: int
    rows: int
    different: int


class Replay:
    """Beliefs made from nothing by entering every event in its order. `upto` is the number of the last one."""

    def __init__(self, items: Mapping[int, Item]) -> None:
        rows = Rows()
        self._beliefs = Beliefs(rows)
        self._pools: dict[int, list[int]] = {}
        self.rows = rows
        self.upto = 0
        self.answers = 0
        # What was believed of a group's members when a period began; taken out by whoever writes it.
        self.looked_back: list[tuple[Boundary, dict[int, Own]]] = []
        self._seen: set[tuple[int, str]] = set()
        self._topics: set[int] = set()
        self._counted: Counter[int] = Counter()
        # What was expected of a member around an answer that was judged anew: (before, after) by (round, member).
        self.corrected: dict[tuple[int, int], tuple[float, float]] = {}
        self.add_items(items)

    def add_items(self, items: Mapping[int, Item]) -> None:
        """Begin with these questions; those that are known already stay as they are."""
        for question, item in items.items():
            if question not in self.rows.items:
                self.rows.items[question] = item_prior(item.difficulty)
                if item.live:
                    self._pools.setdefault(item.topic_id, []).append(question)

    def enter(self, found: Iterable[Row], upto: int, boundaries: Sequence[Boundary] = ()) -> None:
        """Enter the events with the numbers from the last one up to `upto`.

        `boundaries` are those in between, in their order; one that was entered before is passed over.
        """
        waiting = [one for one in reversed(boundaries) if (one.group_id, one.day) not in self._seen]
        for event in found:
            while waiting and waiting[-1].seq < event["at"]:
                self._look_back(waiting.pop())
            if event["counted"]:
                self._learn(event)
        while waiting:
            self._look_back(waiting.pop())
        self.upto = upto

    @property
    def touched(self) -> Rows:
        """What was changed since `forget_touched`."""
        return self._beliefs.touched

    def forget_touched(self) -> None:
        """From now on, note anew what changes."""
        self._beliefs.touched = Rows()

    def _look_back(self, boundary: Boundary) -> None:
        self._seen.add((boundary.group_id, boundary.day))
        rows = self.rows
        known = {
            member: Own(
                rows.learners[member],
                {
                    topic: rows.learner_topics[member, topic]
                    for topic in self._topics
                    if (member, topic) in rows.learner_topics
                },
                self._counted[member],
            )
            for member in boundary.members
            if member in rows.learners
        }
        self.looked_back.append((boundary, known))

    def _learn(self, event: Row) -> None:
        about = (event["member_id"], event["topic_id"], event["question_id"])
        correct, beliefs = bool(event["correct"]), self._beliefs
        enter = beliefs.guess if event["tap"] else beliefs.answer
        self.answers += not event["tap"]
        self._counted[event["member_id"]] += not event["tap"]
        self._topics.add(event["topic_id"])
        if not event["rejudged"]:
            enter(*about, correct=correct)
            return
        pool = item_pool(self.rows.item(one) for one in self._pools.get(event["topic_id"], ()))
        before = expected(beliefs.now(*about), pool)
        after = expected(enter(*about, correct=correct), pool)
        key = (event["round_id"], event["member_id"])
        if event["tap"] and key in self.corrected:
            first, then = self.corrected[key]
            self.corrected[key] = (first, min(1.0, max(0.0, then + after - before)))
        else:
            self.corrected[key] = (before, after)


async def enter_rest(tx: Transaction, made: Replay) -> None:
    """Enter all that is kept after the last event, in one transaction."""
    await enter_next(tx, made, await answers.last_seq(tx))


async def enter_next(tx: Transaction, made: Replay, upto: int) -> None:
    """Enter what is kept after the last event up to the number `upto`."""
    found = await events(tx, made.upto, upto)
    made.enter(found, upto, await snapshots.boundaries(tx, made.upto, upto))


async def replay(database: Database) -> Comparison:
    """Replay answers and *Guess* taps in their sequence and compare with the kept rows, to the last bit."""
    async with database.read() as tx:
        made = Replay(await estimates.items(tx))
        last = await answers.last_seq(tx)
        while made.upto < last:
            upto = min(last, made.upto + CHUNK)
            made.enter(await events(tx, made.upto, upto), upto)
        kept = await estimates.everything(tx)
    pairs: list[tuple[Mapping[Any, Any], Mapping[Any, Any]]] = [
        (kept.learners, made.rows.learners),
        (kept.learner_topics, made.rows.learner_topics),
        (kept.topics, made.rows.topics),
        (kept.items, made.rows.items),
    ]
    different = sum(
        1 for ours, theirs in pairs for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)
    )
    return Comparison(made.answers, sum(len(ours) for ours, _ in pairs), different)
