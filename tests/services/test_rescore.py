"""Changed keys and voided questions: everything becomes what it would be had it always been so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.domain.instants import MINUTE_MS
from bot.domain.questions import Bank, Question
from bot.domain.quiz import Confidence, Kind
from bot.domain.refusals import NoQuestions, QuestionVoided
from bot.services import banks, privacy, quiz, rescore
from bot.services.answers import Press, Sureness, commit_answers
from bot.services.replay import replay
from bot.storage import banks as kept_banks
from bot.storage import groups, snapshots
from bot.storage import quiz as kept_rounds
from bot.storage.database import Transaction
from tests.seeds import seeds
from tests.services.study import EXAM, GUILD, START, Study, bank, question

SIZE = 12
MEMBERS = tuple(range(2001, 2007))
CHANGED = (3, 4, 7)
STREAKS = "SELECT * FROM streaks ORDER BY member_id"
SUMMARIES = (
    "SELECT member_id, mean, variance FROM learner_estimates ORDER BY 1",
    "SELECT member_id, topic_id, mean, variance FROM learner_topic_estimates ORDER BY 1, 2",
    "SELECT topic_id, mean, variance FROM topic_estimates ORDER BY 1",
    "SELECT question_id, mean, variance FROM item_estimates ORDER BY 1",
    "SELECT * FROM standings ORDER BY group_id, period, member_id",
    "SELECT * FROM tallies ORDER BY member_id",
    "SELECT * FROM snapshots ORDER BY member_id, day",
    "SELECT * FROM topic_snapshots ORDER BY member_id, day, topic_id",
)
"""All that is kept of what follows from the answers; streaks do too, but an answer to a voided question keeps its day.

Derived when it is asked for: readiness, patterns of misses, question statistics, boards of a single day, growth, which
past periods have a board. Kept as it was said on its day, and not made anew: what answers showed their members
(`p_before`, `p_after` of answers whose verdict stands), a round's worth, leagues of a week, posts other than a closing.
"""
VERDICTS = (
    "SELECT seq, sure_seq, round_id, member_id, choice, correct, counted, rated, confidence FROM answers ORDER BY seq",
    "SELECT round_id, question_id, key_position FROM rounds ORDER BY round_id",
)
Past = list[list[tuple[Any, ...]]]


def other_key(number: int) -> Question:
    """The question with the same options and another one right."""
    options = question(number).options
    return question(
        number,
        options=tuple(replace(one, correct=place == (number + 1) % 4) for place, one in enumerate(options)),
        explanation="It was corrected.",
    )


def rekeyed() -> Bank:
    return bank(questions=tuple(other_key(n) if n in CHANGED else question(n) for n in range(SIZE)))


async def past(study: Study, *tables: str) -> Past:
    """Every row of what follows from the answers."""
    return [[tuple(row) for row in await study.sql(sql)] for sql in tables]


@dataclass
class Life:
    """Days of a group by seeded dice: which questions, which order of options, who presses and taps what.

    Nothing hangs on what is right, so that two studies with the same dice and other keys live through the same.
    """

    study: Study
    rng: Random

    async def days(self, number: int) -> None:
        for day in range(number):
            self.study.now += timedelta(days=1)
            if day % 3 == 0:
                await self._boundary()
            rounds = [await self._ask(slot) for slot in range(2)]
            await self.crowd(rounds)
            await self.crowd([await self._ask(2, owner) for owner in self.rng.sample(MEMBERS, 2)])

    async def _boundary(self) -> None:
        """A week or month begins: what is believed now is kept."""
        async with self.study.database.write() as tx:
            await snapshots.take(tx, self.study.group.group_id, self.study.now.date().isoformat())

    async def _ask(self, slot: int, owner: int | None = None) -> tuple[int, int | None]:
        study, order = self.study, self.rng.sample(range(4), 4)
        number = self.rng.randrange(SIZE) + 1
        async with study.database.write() as tx:
            content = await kept_banks.content(tx, number)
            assert content is not None
            key = (study.group.group_id, owner or 0)
            new = kept_rounds.NewRound(
                study.group.group_id,
                Kind.DAILY if owner is None else Kind.PRACTICE,
                None if owner is None else (await groups.member_ids(tx, [key], study.now_ms))[key],
                study.now.date().isoformat(),
                slot,
                tuple(order),
                study.now_ms,
                study.now_ms,
                study.now_ms + 720 * MINUTE_MS,
                study.group.wishes.channel_id,
            )
            made = await kept_rounds.open_round(tx, new, content)
            assert made is not None
            await kept_rounds.posted(tx, made, 1, study.now_ms)
        return made, owner

    async def crowd(self, rounds: list[tuple[int, int | None]]) -> None:
        """Presses in two moments, taps between and after them; what is refused is refused."""
        rng, study = self.rng, self.study
        presses = [
            (one, user, rng.randrange(4))
            for one, owner in rounds
            for user in (MEMBERS if owner is None else (owner,))
            if rng.random() < 0.8
        ]
        rng.shuffle(presses)
        half = (len(presses) + 1) // 2
        for part in (presses[:half], presses[half:]):
            await all_of([study.press(one, user, choice) for one, user, choice in part])
            words = [(one, user, rng.choice(list(Confidence))) for one, user, _ in presses if rng.random() < 0.5]
            taps = [Sureness(one, user, GUILD, word, study.now_ms) for one, user, word in words]
            await all_of([study.desk.sureness(tap) for tap in taps])


async def all_of(work: list[Coroutine[Any, Any, Any]]) -> None:
    """All of it in one moment; refusals are part of life."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException) and not type(outcome).__module__.endswith("refusals"):
            raise outcome


def opened(path: Path, questions: Bank | None = None) -> Any:
    return Study.open(path, questions=questions or bank(SIZE))


@pytest.mark.parametrize("seed", seeds(2))
async def test_a_changed_key_is_as_if_it_had_always_been_so(tmp_path: Path, seed: int) -> None:
    """Verdicts, estimates, boards and streaks are to the last bit those of a study that had the new key all the time.

    Answers, taps and new rounds go on while they are made anew.
    """
    results = []
    for name in ("changed", "always"):
        async with opened(tmp_path / f"{name}.db", rekeyed() if name == "always" else None) as study:
            life = Life(study, Random(seed))
            await life.days(12)
            if name == "changed":
                done = await banks.load(study.database, [rekeyed()])
                assert done["cpc-test"].rekeyed == len(CHANGED)
                before = await past(study, *SUMMARIES)
                work = asyncio.create_task(rescore.rebuild(study.database))
                await life.days(6)
                assert await work
                assert await past(study, *SUMMARIES) != before
            else:
                await life.days(6)
            assert not await rescore.rebuild(study.database)
            assert (await replay(study.database)).different == 0
            results.append(await past(study, *SUMMARIES, STREAKS, *VERDICTS))
    assert results[0] == results[1]
    assert len(results[0][-2]) > 100


@pytest.mark.parametrize("seed", seeds(2))
async def test_a_voided_question_is_as_if_it_had_never_counted(tmp_path: Path, seed: int) -> None:
    """Estimates and boards are to the last bit those of a study in which nobody could ever answer it."""
    results = []
    for name in ("voided", "never", "untouched"):
        async with opened(tmp_path / f"{name}.db") as study:
            life = Life(study, Random(seed))
            if name == "never":
                await void_all(study)
            await life.days(12)
            if name == "voided":
                await void_all(study)
                work = asyncio.create_task(rescore.rebuild(study.database))
                await life.days(6)
                await work
            else:
                await life.days(6)
            await rescore.rebuild(study.database)
            results.append(await past(study, *SUMMARIES))
            if name == "voided":
                counted = await study.sql("SELECT * FROM answers WHERE question_id = 4 AND counted + rated > 0")
                assert counted == []
    assert results[0] == results[1]
    assert results[0] != results[2]


async def void_all(study: Study) -> None:
    for number in CHANGED:
        assert (await rescore.void(study.database, "cpc-test", f"q{number}", study.now)).changed


async def test_unvoiding_restores_every_bit(tmp_path: Path) -> None:
    """A question that was voided by mistake comes back with all that its answers had counted for."""
    async with opened(tmp_path / "study.db") as study:
        await Life(study, Random(8)).days(10)
        before = await past(study, *SUMMARIES, STREAKS, *VERDICTS)
        await void_all(study)
        await rescore.rebuild(study.database)
        assert await past(study, *SUMMARIES) != before[: len(SUMMARIES)]
        for number in CHANGED:
            assert (await rescore.unvoid(study.database, "cpc-test", f"q{number}")).changed
            assert not (await rescore.unvoid(study.database, "cpc-test", f"q{number}")).changed
        assert await rescore.rebuild(study.database)
        assert await past(study, *SUMMARIES, STREAKS, *VERDICTS) == before


class Crash(Exception):
    """The process ends here."""


@pytest.mark.parametrize(
    "where",
    [
        "INSERT INTO snapshots",
        "INSERT INTO learner_estimates",
        "DELETE FROM standings",
        "INSERT INTO streaks",
        "INSERT INTO meta",
    ],
)
async def test_a_crash_in_the_middle_is_made_up_for(tmp_path: Path, where: str) -> None:
    """Whichever statement is the last, it is known that the summaries are outdated, and the next start ends the work.

    Until the new estimates are there, boards and streaks are the old ones.
    """
    async with opened(tmp_path / "study.db") as study:
        await Life(study, Random(9)).days(8)
        await banks.load(study.database, [rekeyed()])
        before = await past(study, SUMMARIES[4], STREAKS)
        whole = study.database.write_at_once

        async def dying(work: Callable[[Transaction], Coroutine[Any, Any, Any]]) -> Any:
            return await whole(lambda tx: work(_Dying(tx, where)))

        study.database.write_at_once = dying
        with pytest.raises(Crash):
            await rescore.rebuild(study.database)
        if where in ("INSERT INTO snapshots", "INSERT INTO learner_estimates"):
            assert await past(study, SUMMARIES[4], STREAKS) == before
        study.database.write_at_once = whole
    async with opened(tmp_path / "study.db", rekeyed()) as study:
        assert await rescore.rebuild(study.database)
        assert (await replay(study.database)).different == 0
        made = await past(study, *SUMMARIES, STREAKS)
        assert len(made[6]) > len(MEMBERS)
    async with opened(tmp_path / "always.db", rekeyed()) as study:
        await Life(study, Random(9)).days(8)
        assert made == await past(study, *SUMMARIES, STREAKS)


class _Dying(Transaction):
    """A transaction whose process ends at a statement."""

    def __init__(self, tx: Transaction, where: str) -> None:
        self._tx = tx
        self._where = where

    async def run(self, sql: str, params: Any = None) -> int:
        self._look(sql)
        return await self._tx.run(sql, params)

    async def many(self, sql: str, rows: Any) -> None:
        self._look(sql)
        await self._tx.many(sql, rows)

    async def all(self, sql: str, params: Any = None) -> Any:
        return await self._tx.all(sql, params)

    def _look(self, sql: str) -> None:
        if sql.lstrip().startswith(self._where):
            raise Crash


async def test_a_second_change_during_the_rebuild_is_in_it(tmp_path: Path) -> None:
    """A key that changes, or a member who goes, while everything is made anew: the end has both."""
    async with opened(tmp_path / "study.db") as study:
        await Life(study, Random(10)).days(10)
        await banks.load(study.database, [rekeyed()])
        work = asyncio.create_task(rescore.rebuild(study.database))
        await asyncio.sleep(0)
        await privacy.delete(study.database, study.group, MEMBERS[0])
        await rescore.void(study.database, "cpc-test", "q1", study.now)
        assert await work
        assert (await replay(study.database)).different == 0


async def test_a_deleted_members_answers_teach_nothing_any_more(tmp_path: Path) -> None:
    """What a member's answers had taught the shared rows goes with them."""
    async with opened(tmp_path / "study.db") as study:
        await Life(study, Random(11)).days(5)
        for user in MEMBERS:
            await privacy.delete(study.database, study.group, user)
        assert await rescore.rebuild(study.database)
        assert await study.sql("SELECT * FROM topic_estimates") == []
        assert (await replay(study.database)).different == 0


async def test_changed_words_are_another_question(tmp_path: Path) -> None:
    """Where an option is reworded nothing is judged anew; where it comes back with another key, what is found is."""
    reworded = replace(question(3).options[0], text="A clearer wording")
    async with opened(tmp_path / "study.db") as study:
        await Life(study, Random(12)).days(15)
        before = await past(study, VERDICTS[0])
        edited = question(3, options=(reworded, *question(3).options[1:]))
        rest = tuple(question(n) for n in range(SIZE) if n != 3)
        done = await banks.load(study.database, [bank(questions=(edited, *rest))])
        assert (done["cpc-test"].changed, done["cpc-test"].rekeyed) == (1, 0)
        assert await past(study, VERDICTS[0]) == before
        options = (reworded, *other_key(3).options[1:])
        moved = tuple(replace(one, correct=place == 1) for place, one in enumerate(options))
        await banks.load(study.database, [bank(questions=(question(3, options=moved), *rest))])
        rows = await study.sql(
            """SELECT a.choice, a.correct, r.option_order, r.key_position FROM answers a JOIN rounds r USING (round_id)
               JOIN questions q ON q.question_id = a.question_id WHERE q.key = 'q3'"""
        )
        assert rows
        for row in rows:
            assert row["correct"] == (row["option_order"][row["choice"]] == "1")
            assert row["option_order"][row["key_position"]] == "1"


async def test_results_say_what_has_changed(tmp_path: Path) -> None:
    """A member sees the new key, its reason and that they were judged anew; an open round goes on with the new key."""
    async with opened(tmp_path / "study.db", bank(1)) as study:
        await study.until(START + timedelta(hours=4))
        round_id = (await study.rounds())[0]["round_id"]
        await study.answer(round_id, 1, right=True)
        await banks.load(study.database, [bank(questions=(other_key(0),))])
        await rescore.rebuild(study.database)
        found = await quiz.result(study.database, round_id, 1, GUILD, study.now)
        assert (found.correct, found.rejudged, found.asked.explanation) == (False, True, "It was corrected.")
        assert found.p_after < found.p_before
        assert found.asked.options[found.asked.key].text == "Rule 1 of case 0"
        await study.press(round_id, 2, found.asked.key)
        later = await quiz.result(study.database, round_id, 2, GUILD, study.now)
        assert (later.correct, later.rejudged) == (True, False)


async def test_a_voided_question_is_over(tmp_path: Path) -> None:
    """It takes no answers, is not practised and never asked again, also when its file is loaded once more."""
    async with opened(tmp_path / "study.db", bank(1)) as study:
        await study.until(START + timedelta(hours=4))
        round_id = (await study.rounds())[0]["round_id"]
        await study.answer(round_id, 1, right=False)
        done = await rescore.void(study.database, "cpc-test", "q0", study.now)
        assert (done.answers, done.changed) == (1, True)
        assert not (await rescore.void(study.database, "cpc-test", "q0", study.now)).changed
        with pytest.raises(QuestionVoided):
            await study.answer(round_id, 2, right=True)
        assert (await study.press(round_id, 1, 0)).again
        assert (await quiz.result(study.database, round_id, 1, GUILD, study.now)).voided
        loaded = await banks.load(study.database, [bank(1)])
        assert loaded["cpc-test"].same == 1
        rng = Random(1)
        with pytest.raises(NoQuestions):
            await quiz.practise(study.database, study.group, 1, blueprint=EXAM, topic=None, now=study.now, rng=rng)
        await study.until(START + timedelta(days=3))
        assert len(await study.rounds()) == 1
        (closing,) = study.posted("close")
        assert closing.round is not None
        assert closing.round.voided
        assert study.posted("digest") == []
        with pytest.raises(QuestionVoided):
            await quiz.practise_again(study.database, round_id, 1, GUILD, study.now, rng)


async def test_a_question_that_is_voided_before_its_post_is_not_posted(tmp_path: Path) -> None:
    """Between the claim and the sending there is time to withdraw it: the day is skipped then."""
    async with opened(tmp_path / "study.db", bank(1)) as study:
        study.fails = lambda parcel: "down" if parcel.delivery.kind == "question" else None
        await study.until(START + timedelta(hours=3, seconds=5))
        await rescore.void(study.database, "cpc-test", "q0", study.now)
        study.fails = lambda _: None
        await study.until(START + timedelta(hours=4))
        assert study.posted("question") == []
        assert [row["state"] for row in await study.rounds()] == ["unposted"]


async def test_a_day_whose_question_was_voided_breaks_no_streak(tmp_path: Path) -> None:
    """Who had answered it keeps the day, and who had not misses none."""
    async with opened(tmp_path / "study.db", bank(3)) as study:
        for day in range(3):
            await study.until(START + timedelta(days=day, hours=4))
            round_id = (await study.rounds())[-1]["round_id"]
            await study.answer(round_id, 1, right=True)
            if day != 1:
                await study.answer(round_id, 2, right=True)
        (row,) = await study.sql(
            "SELECT q.key FROM rounds r JOIN questions q USING (question_id) WHERE round_id = :id",
            id=(await study.rounds())[1]["round_id"],
        )
        await rescore.void(study.database, "cpc-test", row["key"], study.now)
        await rescore.rebuild(study.database)
        assert [row["current"] for row in await study.sql("SELECT current FROM streaks ORDER BY member_id")] == [3, 2]


async def test_an_unknown_question_is_refused(tmp_path: Path) -> None:
    """A slip in the bank's name or the key changes nothing."""
    async with opened(tmp_path / "study.db") as study:
        for name, key in (("cpc-test", "q99"), ("other", "q1")):
            with pytest.raises(rescore.NoSuchQuestion):
                await rescore.void(study.database, name, key, study.now)
            with pytest.raises(rescore.NoSuchQuestion):
                await rescore.unvoid(study.database, name, key)


async def test_answers_between_the_portions_are_in_the_end(tmp_path: Path) -> None:
    """Answers are kept between any two of a rebuild's transactions, and the end is as if there had been no such thing.

    Among them are first answers of people who were unknown when the differences were read.
    """
    async with opened(tmp_path / "study.db") as study:
        life = Life(study, Random(12))
        await life.days(6)
        await study.until(study.now.replace(hour=9, minute=0) + timedelta(days=1))
        await banks.load(study.database, [rekeyed()])
        (row,) = await study.sql("SELECT MAX(round_id) AS id FROM rounds WHERE state = 'open'")
        whole, newcomers = study.database.write_at_once, iter(range(70_000, 70_012))

        async def between(work: Callable[[Transaction], Coroutine[Any, Any, Any]]) -> Any:
            result = await whole(work)
            user = next(newcomers, None)
            if user is not None:
                press = Press(row["id"], user, study.group.guild_id, user % 4, study.now_ms)
                await whole(partial(commit_answers, presses=[press]))
            return result

        study.database.write_at_once = between
        assert await rescore.rebuild(study.database, at_once=3)
        assert next(newcomers, None) is None
        assert (await replay(study.database)).different == 0
