"""Guesses, reasons, corrected keys and withdrawn questions, as members meet them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import running
from bot.services import banks, rescore
from tests.walks.conftest import DAILY, Study, wrong

REASONS = ["Misread it", "Did not know", "Wrong rule", "Ran out of time", "Guessed"]


async def _asked(study: Study) -> tuple[str, str]:
    """Bank and key of the newest daily question."""
    rows = await study.rows(
        """SELECT b.slug, q.key FROM rounds r JOIN questions q ON q.question_id = r.question_id
           JOIN banks b ON b.bank_id = q.bank_id WHERE r.kind = 'daily' ORDER BY r.round_id DESC LIMIT 1"""
    )
    return rows[0]["slug"], rows[0]["key"]


def _change(text: str) -> int:
    """By how many points of a hundred the estimate is said to have moved."""
    words = text[: text.index(" expected on a new question")].split()
    before, after = int(words[-5]), int(words[-2])
    return abs(after - before)


async def test_a_guess_moves_the_estimate_less(study: Study) -> None:
    """Ana and Ben are both right; Ben says that he guessed, and his estimate moves less. It is said at once."""
    question = await study.question()
    key = await study.key(question)
    await study.ana.press(key, on=question)
    sure = await study.ana.press("Sure")
    await study.ben.press(key, on=question)
    guess = await study.ben.press("Guess")
    assert 0 < _change(guess.text) < _change(sure.text)
    (row,) = await study.rows("SELECT COUNT(sure_seq) AS n FROM answers")
    assert row["n"] == 1


async def test_why_did_i_miss_it(study: Study) -> None:
    """One tap after a wrong answer, changed by another; who guessed is not offered it again; nobody else sees it."""
    question = await study.question()
    key = await study.key(question)
    await study.ana.press(wrong(key), on=question)
    result = await study.ana.press("Sure")
    assert "Why did you miss it" in result.text
    assert result.message is not None
    assert [one.label for one in result.message.buttons] == REASONS
    kept = await study.ana.press("Misread it")
    assert "Kept: misread it" in kept.text
    assert "Not this time" in kept.text
    await study.restart()
    changed = await study.ana.press("Wrong rule")
    assert "Kept: wrong rule" in changed.text
    assert [row["miss"] for row in await study.rows("SELECT miss FROM answers")] == ["wrong-rule"]
    await study.ben.press(wrong(key), on=question)
    guessed = await study.ben.press("Guess")
    assert guessed.message is not None
    assert [one.label for one in guessed.message.buttons] == REASONS[:4]
    assert "Kept" not in guessed.text
    assert all("Kept" not in message.text for message in study.ben.messages(DAILY))


async def test_a_right_answer_has_no_reasons(study: Study) -> None:
    """Who was right is asked nothing more, and a made-up press of a reason keeps nothing."""
    question = await study.question()
    await study.ana.press(await study.key(question), on=question)
    result = await study.ana.press("Sure")
    assert result.message is not None
    assert result.message.buttons == []
    round_id = question.buttons[0].custom_id.split(":")[1]
    for made_up, sentence in (
        (f"w:{round_id}:misread", "no miss to explain"),
        (f"w:{round_id}:bored", "older version"),
        ("w:99999:misread", "no longer kept"),
    ):
        assert sentence in (await study.ana.press_raw(question, made_up)).text
    assert [row["miss"] for row in await study.rows("SELECT miss FROM answers")] == [None]


async def test_progress_sums_the_reasons_up(study: Study) -> None:
    """Four misses in one section with a reason each: half of them misreadings is a sentence under /progress."""
    for reason in ("Misread it", "Did not know", "Misread it", "Guessed"):
        reply = await study.ana.run("/quiz practice", topic="anatomy")
        assert reply.message is not None
        await study.ana.press(wrong(await study.key(reply.message)), on=reply.message)
        await study.ana.press("Sure")
        await study.ana.press(reason)
        following = await study.ana.press("Another one")
        assert "Practice ·" in following.text
    await study.ana.run("/progress")
    seen = await study.ana.sees("misreadings", ephemeral=True)
    assert (
        "Half of your misses in Medical Concepts are misreadings (2 of the 4 that you gave a reason for)." in seen.text
    )
    await study.ben.run("/progress")
    await study.ben.sees_not("misreadings")


async def test_a_withdrawn_question(study: Study) -> None:
    """It takes no more answers and says why; its post says so at closing, without a key, and nobody's streak breaks."""
    question = await study.question()
    key = await study.key(question)
    await study.ana.press(key, on=question)
    await study.ana.press("Sure")
    await rescore.void(study.bot.house.database, *await _asked(study), study.server.now)
    refused = await study.ben.press(key, on=question)
    assert "This question was withdrawn" in refused.text
    assert "Your streak is safe" in refused.text
    await study.server.advance(timedelta(hours=12, minutes=2))
    closed = await study.ana.sees("This question was withdrawn", where=DAILY, ephemeral=False)
    assert "the key" not in closed.text
    assert not any(one.label == "Practise it" for one in closed.buttons)
    mine = await study.ana.press("My answer", on=closed)
    assert "Your answer had been" in mine.text
    assert "breaks nobody's streak" in mine.text
    again = await study.ben.press_raw(closed, f"p:{question.buttons[0].custom_id.split(':')[1]}")
    assert "This question was withdrawn" in again.text
    await study.restart()
    await rescore.rebuild(study.bot.house.database)
    assert await study.rows("SELECT * FROM standings WHERE points > 0") == []
    # Not to the next thing that is planned, which may be word of the correction.
    await study.server.clock_to(study.berlin("2026-03-04 09:00"))
    following = await study.ana.sees("Closes", where=DAILY)
    assert following.id != question.id


async def test_a_corrected_key(study: Study) -> None:
    """The corrected bank is loaded: verdicts and board follow by themselves, and the member reads why."""
    question = await study.question()
    key = await study.key(question)
    await study.ana.press(key, on=question)
    await study.ana.press("Sure")
    await study.server.advance(timedelta(hours=12, minutes=2))
    slug, name = await _asked(study)
    _, found = running.content(study.settings)
    (bank,) = [one for one in found if one.slug == slug]
    (wronged,) = [one for one in bank.questions if one.key == name]
    place = next(n for n, one in enumerate(wronged.options) if not one.correct)
    options = tuple(replace(one, correct=n == place) for n, one in enumerate(wronged.options))
    questions = tuple(replace(one, options=options) if one is wronged else one for one in bank.questions)
    await banks.load(study.bot.house.database, [replace(bank, questions=questions)])
    assert study.bot.jobs is not None
    await study.bot.jobs.follow_soon()
    following = study.bot.jobs._following
    assert following is not None
    await following
    closed = next(one for one in study.posts("Closed") if one.id == question.id)
    mine = await study.ana.press("My answer", on=closed)
    assert "Not this time" in mine.text
    assert "The key of this question was corrected" in mine.text
    assert await study.rows("SELECT * FROM standings WHERE points > 0") == []
