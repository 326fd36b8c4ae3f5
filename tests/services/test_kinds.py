"""Questions of every kind: asked, answered, judged, judged anew and withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.domain.images import Picture
from bot.domain.questions import Bank, Case, Image, Kind, Option, Question
from bot.domain.quiz import Asked, Confidence, earned, mask
from bot.domain.quiz import Kind as Purpose
from bot.domain.refusals import NoSuchChoice, NotYourRound, QuestionVoided, RoundClosed
from bot.domain.short_answers import Rule
from bot.services import banks, deliveries, privacy, quiz, rescore, sheets
from bot.services.answers import Press, Receipt, Result, Sureness
from bot.services.replay import replay
from tests.services.study import EXAM, GUILD, Study, bank, question

ANA, BEN, EVA = 2001, 2002, 2003


def several(number: int, **changes: Any) -> Question:
    """Four options, of which the first two are right."""
    options = tuple(replace(one, correct=place < 2) for place, one in enumerate(question(number).options))
    return question(number, **{"kind": Kind.MULTI, "options": options, "shuffle": False, **changes})


def short(number: int, *answers: str, **changes: Any) -> Question:
    return question(number, **{"kind": Kind.SHORT, "options": (), "answers": answers, **changes})


def card(number: int) -> Question:
    return question(number, kind=Kind.FLASHCARD, options=(), answers=(f"The back of {number}.",))


MULTI, SHORT = several(0), short(3, "cholecystectomy", "gallbladder removal")


def only(*questions: Question) -> Bank:
    return bank(questions=questions)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db", questions=only(MULTI, SHORT), per_day=2) as made:
        yield made


async def asked_now(study: Study) -> dict[Kind, Asked]:
    """The day's rounds, by the kind of their question."""
    await study.until(study.now.replace(hour=9, minute=1))
    states = [await deliveries.round_state(study.database, row["round_id"]) for row in await study.rounds()]
    return {one.asked.type: one.asked for one in states if one is not None and not one.closed}


async def type_in(study: Study, asked: Asked, user: int, text: str) -> Receipt:
    return await study.desk.answer(Press(asked.round_id, user, GUILD, 0, study.now_ms, text=text))


async def result(study: Study, asked: Asked, user: int) -> Result:
    return await quiz.result(study.database, asked.round_id, user, GUILD, study.now)


async def practise(study: Study, user: int = ANA, seed: int = 0, **more: Any) -> Asked:
    return await quiz.practise(
        study.database, study.group, user, blueprint=EXAM, now=study.now, rng=Random(seed), **more
    )


async def test_several_right_options_count_only_together(study: Study) -> None:
    """A choice is right where it is exactly the right options, and the closed round counts who chose each."""
    asked = (await asked_now(study))[Kind.MULTI]
    for user, places in ((ANA, (0, 1)), (BEN, (0,)), (EVA, (0, 1, 2))):
        receipt = await study.press(asked.round_id, user, mask(places))
        assert (receipt.type, receipt.choice) == (Kind.MULTI, mask(places))
    assert [(await result(study, asked, user)).correct for user in (ANA, BEN, EVA)] == [True, False, False]
    for choice in (0, 16, 99):
        with pytest.raises(NoSuchChoice):
            await study.press(asked.round_id, 2009, choice)
    await study.until(study.now + timedelta(hours=11))
    state = await deliveries.round_state(study.database, asked.round_id)
    assert state is not None
    assert state.tally is not None
    assert (state.tally.answers, state.tally.right, dict(state.chosen)) == (3, 1, {0: 3, 1: 2, 2: 1})
    assert (await replay(study.database)).different == 0


async def test_a_short_answer_is_judged_kept_and_shown_to_its_writer_alone(study: Study) -> None:
    """The rule that let it pass is known, the first text stays, and a letter is no answer to it."""
    asked = (await asked_now(study))[Kind.SHORT]
    texts = {ANA: "Cholecystectomy", BEN: "Gall-bladder removal", EVA: "cholecistectomy", 2004: "colectomy"}
    for user, text in texts.items():
        assert (await type_in(study, asked, user, text)).text == text
    again = await type_in(study, asked, ANA, "something else")
    assert (again.again, again.text) == (True, "Cholecystectomy")
    found = {user: await result(study, asked, user) for user in texts}
    assert {user: one.text for user, one in found.items()} == texts
    rules = {user: None if one.accepted is None else one.accepted.rules for user, one in found.items()}
    assert rules == {ANA: (Rule.CASE,), BEN: (Rule.HYPHENS, Rule.ALIAS), EVA: (Rule.SPELLING,), 2004: None}
    with pytest.raises(NoSuchChoice):
        await study.press(asked.round_id, 2009, 0)
    multi = (await asked_now(study))[Kind.MULTI]
    with pytest.raises(NoSuchChoice):
        await type_in(study, multi, ANA, "A")
    tap = await study.desk.sureness(Sureness(asked.round_id, ANA, GUILD, Confidence.SURE, study.now_ms))
    assert isinstance(tap, Result)
    assert tap.text == "Cholecystectomy"
    export = str(await privacy.export(study.database, study.group, ANA))
    assert "Cholecystectomy" in export
    assert "cholecistectomy" not in export
    await privacy.delete(study.database, study.group, ANA)
    assert len(await study.sql("SELECT * FROM written_answers")) == 3


async def test_a_word_of_the_bank_is_no_slip_for_another(tmp_path: Path) -> None:
    """A misspelling is forgiven only where it is not another question's answer."""
    bank_of = only(short(0, "arteriosclerosis"), short(3, "arteriosclerotis"))
    async with Study.open(tmp_path / "study.db", questions=bank_of) as study:
        asked = (await asked_now(study))[Kind.SHORT]
        given = {"arteriosclerosis", "arteriosclerotis"} - set(asked.answers)
        await type_in(study, asked, ANA, given.pop())
        assert not (await result(study, asked, ANA)).correct


async def test_a_changed_key_judges_every_kind_anew(study: Study) -> None:
    """Sets of options and typed answers get the verdict of the new key, and the summaries follow to the last bit."""
    asked = await asked_now(study)
    multi, typed = asked[Kind.MULTI], asked[Kind.SHORT]
    for user, places, text in ((ANA, (0, 1), "cholecystectomy"), (BEN, (1, 2), "removal of the gallbladder")):
        await study.press(multi.round_id, user, mask(places))
        await type_in(study, typed, user, text)
    options = tuple(replace(one, correct=place in (1, 2)) for place, one in enumerate(MULTI.options))
    longer = replace(SHORT, answers=(*SHORT.answers, "removal of the gallbladder"))
    done = await banks.load(study.database, [only(replace(MULTI, options=options), longer)])
    assert done["cpc-test"].rekeyed == 2
    assert await rescore.rebuild(study.database)
    right = {
        (one.type, user): (await result(study, one, user)).correct for one in (multi, typed) for user in (ANA, BEN)
    }
    assert right == {
        (Kind.MULTI, ANA): False,
        (Kind.MULTI, BEN): True,
        (Kind.SHORT, ANA): True,
        (Kind.SHORT, BEN): True,
    }
    assert (await replay(study.database)).different == 0
    shown = await deliveries.round_state(study.database, multi.round_id)
    assert shown is not None
    assert shown.asked.keys == (1, 2)
    # As another kind it is another question: what was answered stays judged as it was.
    single = replace(MULTI, kind=Kind.SINGLE, options=question(0).options)
    assert (await banks.load(study.database, [only(single, longer)]))["cpc-test"].rekeyed == 0
    assert (await result(study, multi, BEN)).correct


async def test_a_withdrawn_question_of_any_kind_counts_nowhere(study: Study) -> None:
    """Its answers are taken out of estimates and boards, and come back with it."""
    asked = await asked_now(study)
    await study.press(asked[Kind.MULTI].round_id, ANA, mask((0, 1)))
    await type_in(study, asked[Kind.SHORT], ANA, "cholecystectomy")
    before = await study.sql("SELECT * FROM learner_estimates")
    for key in (MULTI.key, SHORT.key):
        await rescore.void(study.database, "cpc-test", key, study.now)
    await rescore.rebuild(study.database)
    assert not await study.sql("SELECT * FROM learner_estimates")
    with pytest.raises(QuestionVoided):
        await type_in(study, asked[Kind.SHORT], BEN, "x")
    with pytest.raises(QuestionVoided):
        await sheets.sheet(study.database, asked[Kind.MULTI].round_id, BEN, GUILD, study.now)
    assert (await result(study, asked[Kind.SHORT], ANA)).voided
    for key in (MULTI.key, SHORT.key):
        await rescore.unvoid(study.database, "cpc-test", key)
    await rescore.rebuild(study.database)
    assert await study.sql("SELECT * FROM learner_estimates") == before


async def test_a_flashcard_is_for_practice_and_teaches_the_model_nothing(tmp_path: Path) -> None:
    """It is never a daily question; what its reader says of themselves is kept and moves no estimate or board."""
    async with Study.open(tmp_path / "study.db", questions=only(card(0), question(1))) as study:
        await study.until(study.now + timedelta(days=3))
        assert {row["question_id"] for row in await study.rounds()} == {2}
        asked = await practise(study, topic="anatomy")
        assert (asked.type, asked.kind, asked.answers) == (Kind.FLASHCARD, Purpose.PRACTICE, ("The back of 0.",))
        with pytest.raises(NotYourRound):
            await sheets.sheet(study.database, asked.round_id, BEN, GUILD, study.now)
        await study.press(asked.round_id, ANA, 1)
        kept = await result(study, asked, ANA)
        assert (kept.correct, kept.counted, kept.rated, kept.p_before) == (True, False, False, kept.p_after)
        for table in ("learner_estimates", "standings"):
            assert not await study.sql(f"SELECT * FROM {table}")
        with pytest.raises(NoSuchChoice):
            await study.press((await practise(study, topic="anatomy")).round_id, ANA, 2)
        assert (await replay(study.database)).different == 0


CASE = Case("fall", "A patient of 70 fell from a ladder.", Image("scan.png", "A broken hip"))
OF_CASE = tuple(question(n, case=CASE, topic="Surgery") for n in (2, 5, 8))


async def test_a_cases_questions_come_together_and_in_their_order(tmp_path: Path) -> None:
    """In a day of several slots and in practice alike: what was begun goes on."""
    others = tuple(question(n) for n in (0, 1, 3))
    async with Study.open(
        tmp_path / "study.db", questions=only(*others, *OF_CASE), per_day=3, repeat_days=60, open_minutes=60
    ) as study:
        practised = [await practise(study, BEN, seed, topic="surgery") for seed in range(3)]
        assert [one.stem for one in practised] == [one.stem for one in OF_CASE]
        assert {one.case for one in practised} == {CASE.stem}
        await study.until(study.now + timedelta(days=2))
        days: dict[str, list[int]] = {}
        for row in await study.rounds():
            days.setdefault(row["day"], []).append(row["question_id"])
        whole = [day for day in days.values() if set(day) & {4, 5, 6}]
        assert [one for day in whole for one in day if one in (4, 5, 6)] == [4, 5, 6]
        # From whichever of them selection came, the case begins at its beginning and its rest follows at once.
        assert all(day[day.index(4) :] in ([4], [4, 5], [4, 5, 6]) for day in whole if 4 in day)


async def test_a_sheet_holds_the_pictures_and_knows_who_answered(tmp_path: Path) -> None:
    """Who has not answered gets the question with its files, who has their receipt, and nobody one that is closed."""
    pictures = [Picture(name, name.encode(), "image/png", 4, 3) for name in ("scan.png", "q.png")]
    made = bank(questions=(several(2, case=CASE, image=Image("q.png", "The form")),))
    async with Study.open(tmp_path / "study.db", questions=bank(questions=())) as study:
        await banks.load(study.database, [made], {made.slug: pictures})
        asked = (await asked_now(study))[Kind.MULTI]
        found, receipt = await sheets.sheet(study.database, asked.round_id, ANA, GUILD, study.now)
        assert (found, receipt) == (asked, None)
        shown = [one for one in (asked.case_image, asked.image) if one is not None]
        assert [one.data for one in await sheets.pictures(study.database, shown)] == [b"scan.png", b"q.png"]
        assert asked.image is not None
        assert asked.image.alt == "The form"
        await study.press(asked.round_id, ANA, 3)
        _, receipt = await sheets.sheet(study.database, asked.round_id, ANA, GUILD, study.now)
        assert receipt is not None
        assert (receipt.again, receipt.choice) == (True, 3)
        with pytest.raises(NotYourRound):
            await sheets.sheet(study.database, asked.round_id, ANA, GUILD + 1, study.now)
        late = asked.closes_at + timedelta(seconds=1)
        with pytest.raises(RoundClosed):
            await sheets.sheet(study.database, asked.round_id, BEN, GUILD, late)


def test_a_part_is_earned_by_weights_or_shares_and_never_less_than_nothing() -> None:
    """Right options share the point; a wrong one takes a share away, or its own weight."""
    equal = (Option("a", True), Option("b", True), Option("c", False), Option("d", False))
    assert [earned(equal, mask(chosen)) for chosen in ((0,), (0, 1), (0, 2), (2, 3), (0, 1, 2))] == [0.5, 1, 0, 0, 0.5]
    weighed = (Option("a", True, "", 70.0), Option("b", True, "", 30.0), Option("c", False, "", -20.0))
    assert [round(earned(weighed, mask(chosen)), 2) for chosen in ((0,), (1,), (0, 2), (2,))] == [0.7, 0.3, 0.5, 0]
