"""A week of questions, and on Monday the one that most members missed is explained."""

from __future__ import annotations

from datetime import timedelta

from tests.walks.conftest import DAILY, Study, wrong


async def test_the_most_missed_question_is_explained_and_the_best_explanation_stays(study: Study) -> None:
    """One who solved it is asked in private, others explain too; a tutor's approval and the members' marks choose."""
    ana, ben, tova = study.ana, study.ben, study.tova
    cleo, dia = [await study.newcomer(name) for name in ("Cleo", "Dia")]
    await study.set_up(tutor_role="@Tutor")
    await ben.run("/feedback review", switch="on")
    question = await study.question()
    key = await study.key(question)
    for person in (ana, cleo, dia):
        await person.press(wrong(key), on=question)
        await person.press("Sure", where=DAILY)
    await ben.press(key, on=question)
    (row,) = await study.rows("SELECT question_id FROM rounds WHERE kind = 'daily'")

    # Not before Monday at ten; then once, with the right answer behind a spoiler.
    monday = study.berlin("2026-03-09 10:00")
    await study.server.clock_to(monday - timedelta(minutes=1))
    assert study.posts("Last week most of us missed") == []
    await study.server.clock_to(monday)
    await study.restart()
    await study.server.clock_to(monday + timedelta(minutes=1))
    (card,) = study.posts("Last week most of us missed")
    assert "The right answer: ||" in card.text
    assert "Teach-back · " in card.text
    thread = next(name for name in ana.channels() if name.startswith("Teach-back · "))
    told = await ben.sees("you solved it", where="dm")
    assert "Last week many" in told.text
    await ben.press("I'll look", where="dm")

    # Explaining takes no scores; who wrote without a name is not named, and nobody marks their own.
    form = await ben.press("Explain it", on=card)
    assert "Three numbers" not in form.text
    await ben.submit(right_why="The guideline puts the underlying disease first.", reading="Guideline I.A.13")
    await dia.press("Explain it", on=card)
    await dia.submit(right_why="Read the word “first” in the title.", name="hidden")
    first = await ana.sees("underlying disease first", where=thread)
    second = await ana.sees("Read the word", where=thread)
    assert f"Explained by <@{ben.id}>" in first.text
    assert dia.id not in str(second.raw["embeds"])
    assert "wrote this yourself" in (await dia.press("Helpful", on=second)).text
    for person in (ana, cleo):
        await person.press("Helpful", on=second)
    await ana.press("Helpful", on=first)
    await ana.sees("2 members found this helpful", where=thread)
    for one in (first, second):
        await tova.press("More", on=one)
        await tova.press("Endorse")

    # The week ends: the best one's writer is asked, and is named as little as they were.
    await study.server.clock_to(monday + timedelta(days=6, minutes=1))
    await dia.sees("would like to add your words", where="dm")
    over = await ana.sees("The week is over", where=DAILY)
    assert over.button("Explain it")
    asked = await dia.sees("no name stands there", where="dm")
    assert asked.button("With my name") is None
    assert "stands with the question's explanation now, without a name" in (await dia.press("Yes", where="dm")).text
    (addition,) = await study.rows("SELECT question_id, text FROM additions")
    assert addition["question_id"] == row["question_id"]
    assert "Read the word" in addition["text"]
    closed = next(one for one in ana.messages(DAILY) if one.button("My answer"))
    assert "Read the word" in (await ana.press("My answer", on=closed)).text
    assert await study.rows("SELECT * FROM addition_credits") == []


async def test_a_group_can_do_without(study: Study) -> None:
    """Only tutors switch teach-backs off and on."""
    assert "Only tutors" in (await study.ana.run("/feedback teachback", switch="off")).text
    assert "no more teach-backs" in (await study.tova.run("/feedback teachback", switch="off")).text
    question = await study.question()
    key = await study.key(question)
    for person in (study.ana, study.ben, await study.newcomer("Cleo")):
        await person.press(wrong(key), on=question)
    await study.server.clock_to(study.berlin("2026-03-10 12:00"))
    assert study.posts("Last week most of us missed") == []
    assert "on Monday at 10:00" in (await study.tova.run("/feedback teachback", switch="on")).text
