"""Tutors endorse, correct and promote feedback, handle a report, and are told once of what nobody answers."""

from __future__ import annotations

from datetime import timedelta

from tests.people import Message
from tests.walks.conftest import DAILY, Study
from tests.walks.test_feedback import ASK, GIVEN

THREAD = ASK["title"]


async def asked(study: Study) -> tuple[Message, Message]:
    """Ana asks, Ben gives feedback: the two cards, as Tova sees them."""
    await study.set_up(tutor_role="@Tutor")
    await study.ana.run("/feedback ask")
    await study.ana.submit(**ASK)
    card = await study.ben.sees(THREAD, where=DAILY)
    await study.ben.press("Give feedback", on=card)
    await study.ben.submit(**GIVEN)
    return card, await study.tova.sees(GIVEN["change"], where=THREAD)


async def test_feedback_is_endorsed_corrected_and_explains_a_question(study: Study) -> None:
    """A tutor's name stands with what they did; the writer chooses the name of the credit; the explanation shows it."""
    ana, ben, tova = study.ana, study.ben, study.tova
    question = await study.question()
    await ana.press(await study.key(question), on=question)
    (row,) = await study.rows(
        "SELECT q.key FROM rounds r JOIN questions q ON q.question_id = r.question_id WHERE r.kind = 'daily'"
    )
    _, review = await asked(study)

    # A member sees only *Report*, and a button that was not meant for them does nothing.
    panel = await ana.press("More", on=review)
    assert panel.message is not None
    assert [one.label for one in panel.message.buttons] == ["Report"]
    review_id = next(one.custom_id for one in review.buttons if one.label == "More").rsplit(":", 1)[1]
    assert "Only tutors" in (await ana.press_raw(review, f"tr-endorse:{review_id}")).text
    assert "older version" in (await tova.press_raw(review, "tr:nonsense:1")).text

    panel = await tova.press("More", on=review)
    assert f"Written by <@{ben.id}>" in panel.text
    await tova.press("Endorse")
    await tova.press("More", on=review)
    await tova.press("Correct")
    assert "stands below" in (await tova.submit(text="Z79.4 also for <@&1101> temporary pumps.")).text
    card = await ana.sees(f"<@{tova.id}> corrects this", where=THREAD)
    assert f"Endorsed by <@{tova.id}>" in card.text
    assert GIVEN["change"] in card.text
    assert "<@&1101>" not in card.text

    # What the asker found helpful counts on a board of its own.
    await ana.press("Helpful", on=review)
    board = await ana.run("/leaderboard", board="helpers")
    assert f"<@{ben.id}> · 1 time helpful" in board.text
    assert "Feedback without a name counts for nobody" in (await ana.press("How this works")).text

    # Promoting: chosen by key, asked for consent across a restart, shown with the explanation.
    assert "/feedback promote" in (await tova.press("Put into an explanation")).text
    (choice, *_) = await tova.completes("/feedback promote", "feedback", "E11")
    keys = await tova.completes("/feedback promote", "question", row["key"])
    assert row["key"] in [one.value for one in keys]
    assert await ana.completes("/feedback promote", "question", row["key"]) == [], "an answer, and nothing in it"
    assert "Only tutors" in (await ana.run("/feedback promote", feedback=str(choice.value), question=row["key"])).text
    await tova.run("/feedback promote", feedback=str(choice.value), question=row["key"])
    assert "Its writer is asked" in (await tova.submit(text="The guideline assumes the link **always**.")).text
    await ben.sees("would like to add your words", where="dm")
    await study.restart()
    await ben.press("With another name", where="dm")
    assert "with the name Ben the coder" in (await ben.submit(text="Ben the coder")).text
    await study.server.clock_to(study.server.now + timedelta(hours=14))
    closed = await ana.sees("Closed", where=DAILY)
    assert "The guideline assumes the link \\*\\*always\\*\\*" in closed.text
    assert "Ben the coder" in closed.text
    mine = await ana.press("My answer", on=closed)
    assert "From your group" in mine.text
    await ben.press("Take it back", where="dm")
    assert "Ben the coder" not in (await ana.press("My answer", on=closed)).text


async def test_a_report_goes_to_tutors_alone(study: Study) -> None:
    """Nobody else sees it, its copy outlives the card, the tutors decide once, and everybody concerned is told."""
    ana, ben, tova = study.ana, study.ben, study.tova
    cleo = await study.newcomer("Cleo")
    card, review = await asked(study)
    await ben.press("More", on=review)
    assert "yourself" in (await ben.press("Report")).text
    await cleo.press("More", on=review)
    await cleo.press("Report")
    assert "in private" in (await cleo.submit(text="He calls <@1> names.")).text
    assert "You reported this already" in (await cleo.press("Report")).text
    told = await tova.sees("reported something", where="dm")
    assert GIVEN["change"] not in told.text
    assert "Only tutors" in (await cleo.run("/feedback queue")).text

    # Its writer rewrites it: the tutors read what was reported.
    await ben.press("Give feedback", on=review)
    await ben.submit(right_why="All fine here.", change="Nothing.")
    await ben.sees("All fine here.", where=THREAD)
    queue = await tova.run("/feedback queue")
    assert GIVEN["right_why"] in queue.text
    assert f"by <@{ben.id}>" in queue.text
    assert "<@1>" not in queue.text
    assert cleo.id not in queue.text
    await study.restart()
    study.expects_refusals = True
    await study.server.act("block_dms", user_id=cleo.id)
    await tova.press("Remove")
    assert "It is removed" in (await tova.submit(text="Be kind.")).text
    assert "Why: Be kind." in (await ben.sees("A tutor removed your feedback", where="dm")).text
    gone = await ana.sees("This feedback was removed", where=THREAD)
    assert not gone.buttons
    assert "no other was posted" in (await ben.press("Give feedback", where=DAILY)).text
    assert queue.message is not None
    assert "Another tutor has decided" in (await tova.press_raw(queue.message, "tq-keep:1")).text
    assert "no longer kept" in (await tova.press_raw(queue.message, "tq-keep:77")).text
    assert "Nothing waits" not in (await tova.run("/feedback queue")).text  # the question has no feedback now

    # Direct messages that are closed: told at the next contact, for one's own eyes.
    await study.server.advance(timedelta(seconds=1))
    await cleo.run("/feedback inbox")
    assert (await cleo.sees("A tutor removed it")).ephemeral

    # The thread is closed: nothing more is posted there, and Discord locks it.
    await tova.press("More", on=card)
    await tova.press("Lock the thread")
    assert "locked in Discord too" in (await tova.submit(text="Let us stop here.")).text
    await ana.sees("A tutor closed the thread", where="dm")
    await study.server.advance(timedelta(seconds=1))
    assert ana.channel(THREAD)["thread_metadata"]["locked"]
    assert "A tutor locked this question" in (await cleo.press("Give feedback", on=card)).text

    # Who is no tutor any more has no say, whatever stands on their screen.
    await study.server.act("set_roles", guild_id="1001", user_id=cleo.id, roles=["1101"])
    mine = await cleo.run("/feedback queue")
    assert mine.message is not None
    await study.server.act("set_roles", guild_id="1001", user_id=cleo.id, roles=[])
    assert "Only tutors" in (await cleo.press_raw(mine.message, "tq-watch:1")).text
    assert "Only tutors" in (await cleo.press_raw(card, "tr-unlock:1")).text
    assert "is unlocked" in (await tova.press_raw(card, "tr-unlock:1")).text


async def test_tutors_are_told_once_of_what_nobody_answers(study: Study) -> None:
    """The role is mentioned in the group's channel, by day, once; and `/feedback queue` has it."""
    await study.set_up(tutor_role="@Tutor")
    await study.server.clock_to(study.berlin("2026-03-02 22:00"))
    await study.ana.run("/feedback ask")
    await study.ana.submit(**ASK)
    await study.server.clock_to(study.berlin("2026-03-04 08:59"))
    assert study.posts("waited for feedback") == []
    await study.server.clock_to(study.berlin("2026-03-04 09:01"))
    (told,) = study.posts("waited for feedback")
    assert "<@&" in told.content
    assert THREAD in told.content
    assert len(told.raw["mention_roles"]) == 1
    await study.restart()
    await study.server.clock_to(study.berlin("2026-03-07 12:00"))
    assert len(study.posts("waited for feedback")) == 1
    assert THREAD in (await study.tova.run("/feedback queue")).text
