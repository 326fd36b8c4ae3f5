"""Answering: the press, what the member thinks of it, and all that follows from an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from bot.domain import standings as boards
from bot.domain.estimates import Gaussian
from bot.domain.instants import DAY_MS, from_ms
from bot.domain.questions import Kind as Type
from bot.domain.quiz import REPEAT_TEACHES_AFTER_DAYS, Asked, Confidence, Kind, RoundRules, judge
from bot.domain.refusals import NoSuchRound, NotAnswered, NotYourRound, Refusal
from bot.services import daily, streaks, typed
from bot.services.batches import Batches
from bot.services.beliefs import Beliefs, expected
from bot.services.points import Ledger, Stake
from bot.services.receipts import Press, Receipt, Result, Sureness, hidden_until, in_place, kept_receipt, result_of
from bot.services.streaks import Note
from bot.storage import answers, deliveries, estimates, groups, quiz, standings
from bot.storage.database import Database, Row, Transaction

__all__ = ["Desk", "Press", "Receipt", "Result", "Sureness", "commit_answers", "commit_sureness"]


def _rules(row: Row) -> RoundRules:
    return RoundRules(
        row["round_id"],
        row["guild_id"],
        row["owner"],
        row["key_position"],
        len(row["option_order"]),
        from_ms(row["closes_at"]),
        row["voided_at"] is not None,
        Type(row["type"]),
    )


class _Round:
    """What of a round is the same for every answer of a batch: worked out once, not for each press."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.rules = _rules(row)
        self.kind = Kind(row["kind"])
        self.group: int = row["group_id"]
        self.question: int = row["question_id"]
        self.topic: int = row["topic_id"]
        self.day: str = row["day"]
        self.closed: bool = row["closed_at"] is not None

    @cached_property
    def on(self) -> date:
        return date.fromisoformat(self.day)

    @cached_property
    def periods(self) -> list[str]:
        """The boards that an answer of this day counts for."""
        season = [f"season:{self.row['season']}"] if self.row["season"] else []
        return [boards.period(span, self.on) for span in boards.Span] + season

    @cached_property
    def stake(self) -> Stake:
        return Stake(self.rules.round_id, self.group, self.day, self.row["worth"], self.row["takers"], self.periods)


class Desk:
    """Takes answers. One for each database; every answer is committed before its receipt is given."""

    def __init__(self, database: Database) -> None:
        self._answers: Batches[Press, Receipt] = Batches(database, commit_answers)
        self._sureness: Batches[Sureness, Result | Receipt] = Batches(database, commit_sureness)

    async def answer(self, press: Press) -> Receipt:
        """Keep an answer. Raises NoSuchRound, NotYourRound, NoSuchChoice and RoundClosed."""
        return await self._answers.put(press)

    async def sureness(self, tap: Sureness) -> Result | Receipt:
        """Keep how sure the member was; the result, or only the receipt while the group's results are hidden.

        Raises NoSuchRound, NotYourRound and NotAnswered.
        """
        return await self._sureness.put(tap)

    async def idle(self) -> None:
        """Return when all that was taken in is committed."""
        await self._answers.idle()
        await self._sureness.idle()


async def commit_answers(tx: Transaction, presses: Sequence[Press]) -> list[Receipt | Exception]:
    """Judge and keep a batch of presses in the order of their arrival, with all that follows from them."""
    found = await quiz.rules(tx, {press.round_id for press in presses})
    rounds = {round_id: _Round(row) for round_id, row in found.items()}
    strays = {place for place, one in enumerate(presses) if one.round_id in found and _astray(found[one.round_id], one)}
    # Who may not answer does not become a member by trying.
    valid = [
        one
        for place, one in enumerate(presses)
        if one.round_id in rounds and place not in strays and _may_press(found[one.round_id], one)
    ]
    members = (
        await groups.member_ids(
            tx, [(rounds[one.round_id].group, one.user) for one in valid], max(one.at for one in valid)
        )
        if valid
        else {}
    )
    ids = set(members.values())
    questions = {one.question for one in rounds.values()}
    since = min((press.at for press in presses), default=0) - REPEAT_TEACHES_AFTER_DAYS * DAY_MS
    given: dict[tuple[int, int], Any] = dict(await answers.given(tx, list(rounds), ids))
    seen = await answers.lately(tx, ids, questions, since)
    topics = {one.topic for one in rounds.values()}
    books = _Books(
        Beliefs(await estimates.load(tx, ids, topics, questions)),
        await estimates.pools(tx, topics),
        await streaks.Ledger.open(tx, {member: group for (group, _), member in members.items()}),
        await answers.last_seq(tx),
        Ledger(await standings.people(tx, ids), await standings.attended(tx, list(rounds), ids)),
    )
    texts = await typed.verdicts(tx, found, members, valid)
    outcomes: list[Receipt | Exception] = []
    first: dict[int, int] = {}  # where each member's first new answer to a daily question stands
    for place, press in enumerate(presses):
        asked = rounds.get(press.round_id)
        if asked is None or (place in strays and _may_press(asked.row, press)):
            outcomes.append(NoSuchRound())
            continue
        member = members.get((asked.group, press.user))
        if member is None or not _may_press(asked.row, press):
            outcomes.append(NotYourRound())
            continue
        # Who answered may see their receipt for ever.
        before = given.get((press.round_id, member))
        try:
            correct = before is None and _judge(asked.rules, press, texts.right(press))
        except Refusal as refusal:
            outcomes.append(refusal)
            continue
        if before is None:
            # Who judges themselves teaches the model nothing.
            counted = (member, asked.question) not in seen and asked.rules.type is not Type.FLASHCARD
            books.enter(asked, press, member, correct=correct, counted=counted)
            seen.add((member, asked.question))
            given[press.round_id, member] = {"choice": press.choice, "confidence": None}
            texts.keep(press, member)
            if asked.kind is Kind.DAILY:
                first.setdefault(member, place)
        outcomes.append(_receipt(asked, press, before, texts.of(press.round_id, member)))
    notes = await books.write(tx)
    await texts.write(tx)
    for member, note in notes.items():
        receipt = outcomes[first[member]]
        assert isinstance(receipt, Receipt)
        outcomes[first[member]] = replace(receipt, note=note)
    return outcomes


def _judge(rules: RoundRules, press: Press, typed_right: bool | None) -> bool:
    return judge(
        rules, user=press.user, guild_id=rules.guild_id, choice=press.choice, at=from_ms(press.at), typed=typed_right
    )


def _astray(row: Row, press: Press) -> bool:
    """Whether the button stands in another message than the round's own.

    After a copy of the database was put back, numbers of rounds are given anew, and posts of those that are gone still
    have theirs: another question under the same number.
    """
    return press.message_id is not None and row["message_id"] not in (None, press.message_id)


def _may_press(row: Row, press: Press) -> bool:
    return in_place(row, press.guild_id) and row["owner"] in (None, press.user)


def _receipt(asked: _Round, press: Press, before: Any | None, text: str | None) -> Receipt:
    said = before["confidence"] if before else None
    return Receipt(
        press.round_id,
        before["choice"] if before else press.choice,
        asked.kind,
        before is not None,
        Confidence(said) if said else None,
        hidden_until(asked.row, press.at),
        before is None and asked.closed,
        type=asked.rules.type,
        text=text,
    )


class _Books:
    """All that an answer changes, kept in memory for a batch and written with a fixed number of statements."""

    def __init__(
        self, beliefs: Beliefs, pools: Mapping[int, Gaussian], days: streaks.Ledger, seq: int, ledger: Ledger
    ) -> None:
        self._beliefs = beliefs
        self._pools = pools
        self._days = days
        self._seq = seq
        self._answers: list[dict[str, Any]] = []
        self._ledger = ledger
        self._counts: Counter[int] = Counter()
        self._closed: dict[int, int] = {}  # rounds whose closing post is older than an answer, and its click

    def enter(self, asked: _Round, press: Press, member: int, *, correct: bool, counted: bool) -> None:
        before, after = self._learn(member, asked.topic, asked.question, correct, counted=counted)
        rated = asked.kind is Kind.DAILY
        plays = self._ledger.meet(member, tutor=asked.row["tutor_role_id"] in press.roles)
        if counted:
            self._ledger.learnt(member)
        self._seq += 1
        self._answers.append(
            {
                "round_id": press.round_id,
                "member_id": member,
                "seq": self._seq,
                "question_id": asked.question,
                "choice": press.choice,
                "correct": int(correct),
                "counted": int(counted),
                "rated": int(rated),
                "plays": int(plays),
                "answered_at": press.at,
                "day": asked.day,
                "own_day": self._days.enter(member, press.at, asked.row["posted_at"]) if rated else None,
                "p_before": before,
                "p_after": after,
            }
        )
        self._counts[press.round_id] += 1
        if rated:
            self._ledger.enter(asked.stake, member, right=correct, counted=counted, plays=plays)
            if asked.closed:
                self._closed[press.round_id] = press.at

    def _learn(self, member: int, topic: int, question: int, correct: bool, *, counted: bool) -> tuple[float, float]:
        pool = self._pools[topic]
        before = expected(self._beliefs.now(member, topic, question), pool)
        if not counted:
            return before, before
        return before, expected(self._beliefs.answer(member, topic, question, correct=correct), pool)

    async def write(self, tx: Transaction) -> dict[int, Note]:
        """Write it all; what there is to say to members besides."""
        if not self._answers:
            return {}
        await answers.insert_answers(tx, self._answers)
        await answers.add_answered(tx, self._counts)
        for round_id, at in self._closed.items():
            # With the answer itself: nobody would remember it after a crash.
            await deliveries.again(tx, daily.closing_key(round_id), at)
        await estimates.save(tx, self._beliefs.touched)
        await self._ledger.write(tx)
        return await self._days.write(tx)


async def commit_sureness(tx: Transaction, taps: Sequence[Sureness]) -> list[Result | Receipt | Exception]:
    """Keep a batch of *Sure* and *Guess* taps, weaken the evidence of guesses, and look up what each may be shown."""
    rounds = await quiz.rules(tx, {tap.round_id for tap in taps})
    given = await answers.of_users(tx, list(rounds), {tap.user for tap in taps})
    valid = []
    outcomes: list[Result | Receipt | Exception | None] = []
    for tap in taps:
        row, answer = rounds.get(tap.round_id), given.get((tap.round_id, tap.user))
        if row is None:
            outcomes.append(NoSuchRound())
        elif answer is None or not in_place(row, tap.guild_id):
            outcomes.append(NotYourRound() if answer else NotAnswered())
        else:
            valid.append((tap, row, answer))
            outcomes.append(None)
    said = await _keep_sureness(tx, valid)
    asked: dict[int, tuple[Row, Asked]] = {}  # a round is looked up once for all that tapped
    shown = iter([await _after_tap(tx, *one, said, asked) for one in valid])
    return [next(shown) if outcome is None else outcome for outcome in outcomes]


async def _keep_sureness(
    tx: Transaction, taps: Sequence[tuple[Sureness, Row, Row]]
) -> dict[tuple[int, int], tuple[Confidence, float]]:
    """Keep the first tap of each member in each round; what they said and what is expected of them since, by both."""
    said = {
        (tap.round_id, tap.user): (Confidence(answer["confidence"]), answer["p_after"])
        for tap, _, answer in taps
        if answer["confidence"] is not None
    }
    new = [one for one in taps if one[2]["confidence"] is None]
    counted = [one for one in new if one[0].confidence is Confidence.GUESS and one[2]["counted"]]
    topics = {row["topic_id"] for _, row, _ in counted}
    beliefs = Beliefs(
        await estimates.load(
            tx, {answer["member_id"] for _, _, answer in counted}, topics, {row["question_id"] for _, row, _ in counted}
        )
    )
    pools = await estimates.pools(tx, topics)
    seq = await answers.last_seq(tx)
    kept = []
    for tap, row, answer in new:
        if (tap.round_id, tap.user) in said:
            continue
        p_after, number = answer["p_after"], None
        if tap.confidence is Confidence.GUESS:
            # Numbered even where it takes nothing back now: a voided question may come to count again.
            seq += 1
            number = seq
            if answer["counted"]:
                about = (answer["member_id"], row["topic_id"], row["question_id"])
                pool = pools[row["topic_id"]]
                before = expected(beliefs.now(*about), pool)
                # What came between answer and tap is not this answer's doing.
                change = expected(beliefs.guess(*about, correct=bool(answer["correct"])), pool) - before
                p_after = min(1.0, max(0.0, p_after + change))
        said[tap.round_id, tap.user] = (tap.confidence, p_after)
        kept.append(
            {
                "round": tap.round_id,
                "member": answer["member_id"],
                "confidence": tap.confidence.value,
                "seq": number,
                "p_after": p_after,
            }
        )
    await answers.set_confidence(tx, kept)
    await estimates.save(tx, beliefs.touched)
    return said


async def _after_tap(
    tx: Transaction,
    tap: Sureness,
    row: Row,
    answer: Row,
    said: Mapping[tuple[int, int], tuple[Confidence, float]],
    asked: dict[int, tuple[Row, Asked]],
) -> Result | Receipt:
    confidence, p_after = said[tap.round_id, tap.user]
    hidden = hidden_until(row, tap.at)
    if hidden is not None:
        return kept_receipt(row, answer, confidence, hidden)
    if tap.round_id not in asked:
        whole = await quiz.round_row(tx, tap.round_id)
        assert whole is not None
        asked[tap.round_id] = whole, await quiz.explained(tx, whole)
    whole, question = asked[tap.round_id]
    return replace(result_of(question, whole, answer), confidence=confidence, p_after=p_after)
