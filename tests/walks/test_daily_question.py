"""A group's day, from the question to the digest."""

from __future__ import annotations

from datetime import timedelta

from tests.walks.conftest import DAILY, Begin, Study, wrong


async def test_the_day_from_post_to_digest(study: Study) -> None:
    """Question at local time, private answers, closing with key and thread, digest with board and My move."""
    question = await study.question()
    assert study.server.now == study.berlin("2026-03-03 09:00")
    assert [button.label for button in question.buttons][:4] == ["A", "B", "C", "D"]
    assert "your answer is private" in question.text
    assert "Report a problem" in [button.label for button in question.buttons]
    key = await study.key(question)

    locked = await study.ana.press(key)
    assert f"Locked: **{key}**" in locked.text
    assert locked.message is not None
    assert locked.message.ephemeral
    shown = await study.ana.press("Sure")
    assert "✔ Right" in shown.text
    assert f"Why {key} is right" in shown.text
    assert "Source" in shown.text
    assert "→" in shown.text

    await study.ben.press(wrong(key))
    shown = await study.ben.press("Guess")
    assert "✘ Not this time" in shown.text
    assert f"Why {wrong(key)} is not" in shown.text
    cleo = await study.newcomer("Cleo")
    await cleo.press(wrong(key), on=question)
    await study.ana.sees("3 members have answered", where=DAILY)
    await study.ana.sees_not("Not this time")

    await study.server.next_event()
    closed = await study.ana.sees("Closed", where=DAILY)
    assert "the key" in closed.text
    assert "33 %" in closed.text
    assert "||" in closed.text
    assert not any(button.label in "ABCD" and not button.disabled for button in closed.buttons)
    thread = next(name for name in study.ana.channels() if "3 March" in name)
    await study.ana.sees("What made you choose yours", where=thread)

    await study.server.next_event()
    assert study.server.now == study.berlin("2026-03-03 21:01")
    digest = await study.ana.sees("That was Tuesday 3 March", where=DAILY)
    worth = await study.worth(question)
    assert f"🥇 <@2001> · {worth} points" in digest.text
    assert "<@2002>" not in digest.text
    moved = await study.ana.press("My move")
    assert f"You earned {worth} points" in moved.text
    assert "place **1** of 1" in moved.text
    assert moved.message is not None
    assert moved.message.ephemeral


async def test_one_answer_a_member(study: Study) -> None:
    """Pressing again shows the receipt of the first answer, which stays, and the result stays in reach."""
    question = await study.question()
    key = await study.key(question)
    await study.ana.press(key, on=question)
    again = await study.ana.press(wrong(key), on=question)
    assert f"You already answered: **{key}**" in again.text
    await study.ana.press("Sure")
    again = await study.ana.press(wrong(key), on=question)
    assert "You were sure." in again.text
    result = await study.ana.press("My answer")
    assert "✔ Right" in result.text
    assert await study.rows("SELECT choice FROM answers") == [{"choice": "ABCD".index(key)}]


async def test_at_close_groups_learn_the_result_at_closing(begin: Begin) -> None:
    """With feedback at-close a press gets its receipt only; the result is there once the round has closed."""
    study = await begin()
    await study.set_up(feedback="at-close")
    question = await study.question()
    key = await study.key(question)
    locked = await study.ana.press(key)
    assert "The result comes when the round closes" in locked.text
    said = await study.ana.press("Sure")
    assert "You were sure" in said.text
    assert "Right" not in said.text
    await study.server.next_event()
    closed = await study.ana.sees("Closed", where=DAILY)
    result = await study.ana.press("My answer", on=closed)
    assert "✔ Right" in result.text


async def test_a_late_press_is_offered_as_practice(study: Study) -> None:
    """A press after closing, on buttons that the bot could not take away, says when it closed and offers practice."""
    question = await study.question()
    key = await study.key(question)
    await study.stop()
    await study.server.advance(timedelta(hours=13))
    await study.server.fail("PATCH", r"/channels/\d+/messages/", status=503, times=3)
    await study.start()
    late = await study.ana.press(key, on=question)
    assert "Closed at <t:" in late.text
    await study.ana.press("Practise it")
    card = await study.ana.sees("Practice ·")
    assert card.ephemeral
    letter = await study.key(card)
    await study.ana.press(letter, on=card)
    shown = await study.ana.press("Sure")
    assert "✔ Right" in shown.text
    assert "it never moves the board" in shown.text
    assert await study.rows("SELECT * FROM standings") == []


async def test_an_answer_in_time_counts_even_where_the_round_was_closed_meanwhile(study: Study) -> None:
    """The click's own time decides: pressed in time and handled after closing, the answer is kept and shown."""
    question = await study.question()
    key = await study.key(question)
    button = next(one for one in question.buttons if one.label == key)
    round_id = int(button.custom_id.split(":")[1])
    async with study.bot.house.database.write() as tx:
        now = study.bot.house.clock.now_ms()
        await tx.run(
            "UPDATE rounds SET state = 'closed', closed_at = :now WHERE round_id = :id", {"now": now, "id": round_id}
        )
    locked = await study.ana.press(key, on=question)
    assert "Locked" in locked.text
    assert (await study.rows("SELECT answered FROM rounds"))[0]["answered"] == 1


async def test_several_questions_a_day(begin: Begin) -> None:
    """Up to five questions a day, numbered, of different topics, in one digest."""
    study = await begin()
    await study.set_up(questions=3, open_hours=2)
    await study.server.next_event()
    titles = [message.text for message in study.posts("Closes")]
    assert [f"Question {n} of 3" in title for n, title in enumerate(titles, start=1)] == [True] * 3
    topics = await study.rows(
        "SELECT DISTINCT q.topic_id FROM rounds r JOIN questions q ON q.question_id = r.question_id"
    )
    assert len(topics) == 3
    await study.server.advance(timedelta(hours=3))
    assert len(study.posts("Closed")) == 3
    assert len(study.posts("That was")) == 1


async def test_the_weekdays_that_the_group_chose(begin: Begin) -> None:
    """No question at the weekend where the group chose weekdays, and the streak does not mind."""
    study = await begin()
    await study.set_up(days="weekdays")
    await study.server.clock_to(study.berlin("2026-03-05 10:00"))
    for day in (5, 6, 9):
        await study.server.clock_to(study.berlin(f"2026-03-0{day} 10:00"))
        question = study.posts("Closes")[-1]
        await study.ana.press("A", on=question)
    await study.server.clock_to(study.berlin("2026-03-09 22:00"))
    days = await study.rows("SELECT day FROM rounds ORDER BY day")
    assert [row["day"][-2:] for row in days] == ["03", "04", "05", "06", "09"]
    assert (await study.rows("SELECT current FROM streaks")) == [{"current": 3}]


async def test_a_month_of_questions_never_repeats_nor_sits_on_one_letter(study: Study) -> None:
    """Thirty days: thirty different questions, and the key is never at one letter more than three days running."""
    await study.server.clock_to(study.berlin("2026-04-02 12:00"))
    rounds = await study.rows("SELECT question_id, key_position FROM rounds ORDER BY round_id")
    assert len(rounds) == 31
    assert len({row["question_id"] for row in rounds}) == 31
    keys = "".join(str(row["key_position"]) for row in rounds)
    assert not any(letter * 4 in keys for letter in "0123456789")
