"""A member's question goes through a form, a tutor's hands and the group's daily, and its author hears of it once."""

from __future__ import annotations

from datetime import timedelta

from tests.walks.conftest import DAILY, Study

GOOD = {
    "topic": "anatomy",
    "stem": "Which bone is the collar bone?",
    "options": "*The clavicle\n> Its Latin name.\nThe scapula\n> The shoulder blade.\nThe sternum\n> The breastbone.",
    "explanation": "Clavicula is its Latin name.",
    "source": "An atlas of anatomy",
}


async def test_a_proposed_question_is_edited_approved_asked_and_credited(study: Study) -> None:
    """What is refused is kept; a tutor mends it; the group is asked it; the name stands with it while it is wanted."""
    ana, ben, tova = study.ana, study.ben, study.tova
    await study.set_up(tutor_role="@Tutor")
    assert "Only tutors" in (await ana.run("/question review")).text
    empty = await tova.run("/question review")
    assert "No proposed question waits" in empty.text
    assert empty.message is not None
    await tova.dismisses(empty.message)
    assert ("Anatomy", "anatomy") in await ana.completes("/question suggest", "topic", "anat")

    # A form without a right option is refused, and opened again with what was typed.
    await ana.run("/question suggest", topic="anatomy")
    assert ana.modal is not None
    refused = await ana.submit(**{**GOOD, "options": "clavicle\nscapula @everyone", "explanation": "x" * 1500})
    assert "no option has a * in front" in refused.text
    assert "kept as a draft" in refused.text
    await study.restart()
    await ana.press("Go on writing")
    assert ana.modal is not None
    assert "clavicle\nscapula @everyone" in ana.modal.text
    thanks = await ana.submit(**{**GOOD, "options": f"{GOOD['options']}\nAll of the above", "source": ""})
    assert "A tutor reads it before" in thanks.text
    assert "gives itself away" in thanks.text
    assert "A source would let others check it" in thanks.text
    assert "✅ **A** The clavicle" in thanks.text
    assert "with the name **Ana**" in (await ana.press("With my name")).text
    assert "by direct message" in (await ana.press("Message me the decision")).text
    assert "proposed a question" in (await tova.sees("proposed a question", where="dm")).text

    # The tutor sees whose it is and what could be better, mends it, and approves it.
    card = await tova.run("/question review")
    assert f"by <@{ana.id}>" in card.text
    assert "gives itself away" in card.text
    assert card.message is not None
    none = await ben.run("/question mine")
    assert none.message is not None
    assert "Only tutors" in (await ben.press_raw(none.message, "qs-yes:1:2")).text
    assert "no longer kept" in (await ben.press_raw(none.message, "qs-show:1")).text
    assert "changed it after" in (await tova.press_raw(card.message, "qs-yes:1:1")).text
    await tova.press("Edit")
    assert "All of the above" in tova.modal.text if tova.modal else False
    kept = await tova.submit(**{**GOOD, "options": "two\nlines"})
    assert "What you typed is kept" in kept.text
    await tova.press("Go on writing")
    assert tova.modal is not None
    assert "two\nlines" in tova.modal.text
    assert "with your changes" in (await tova.submit(**GOOD)).text
    await tova.press("Show the next one")
    await tova.sees("No proposed question waits")
    assert "decided already" in (await tova.press_raw(card.message, "qs-yes:1:2")).text
    assert "changed some words" in (await ana.sees("is in the bank of", where="dm")).text
    assert "It takes a while" in (await ana.run("/question mine")).text

    # Only this one is left to be asked: the group gets it, and its author's name when the answer is shown.
    async with study.bot.house.database.write() as tx:
        await tx.run("UPDATE questions SET state = 'retired' WHERE bank_id <> (SELECT MAX(bank_id) FROM banks)")
    question = await study.question()
    assert GOOD["stem"] in question.text
    assert "Question by" not in question.text
    key = await study.key(question)
    await ben.press(key, on=question)
    result = await ben.press("Sure")
    assert "Question by" in result.text
    await study.server.clock_to(study.server.now + timedelta(hours=13))
    closed = await ben.sees("Closed", where=DAILY)
    assert "Question by Ana" in closed.text
    mine = await ana.run("/question mine")
    assert "asked once in all" in mine.text
    assert "not enough answers yet" in mine.text

    # The name can be taken back, and goes with its author; the question stays.
    await ana.press("1", on=mine.message)
    await ana.press("Without a name")
    assert "Question by" not in (await ben.press("My answer", on=closed)).text
    await ana.press("With another name")
    assert "The coder" in (await ana.submit(text="The coder")).text
    assert "The coder" in (await ben.press("My answer", on=closed)).text
    await ana.run("/privacy delete")
    await ana.press("Delete everything")
    after = await ben.press("My answer", on=closed)
    assert "clavicle" in after.text
    assert "The coder" not in after.text


async def test_a_declined_question_is_told_once_with_its_reason(study: Study) -> None:
    """Told at the next contact where no message was wished for; the text stays for another try; an own one is left."""
    ana, ben, tova = study.ana, study.ben, study.tova
    await study.set_up(tutor_role="@Tutor")
    await ana.run("/question suggest")
    await ana.submit(**GOOD)
    await ben.run("/question suggest")
    await ben.submit(**{**GOOD, "stem": "Which bone is the collar bone, then?"})
    card = await tova.run("/question review")
    assert "**1 of 2**" in card.text
    await tova.press("Decline")
    assert "reads your reason once" in (await tova.submit(text="Too easy for <@1>.")).text
    await study.server.advance(timedelta(seconds=61))
    await ana.run("/question mine")
    told = await ana.sees("declined your question")
    assert told.ephemeral
    assert "Why: Too easy for" in told.text
    assert "<@1>" not in told.text
    mine = await ana.run("/question mine")
    await ana.catch_up()
    assert len([one for one in ana.messages() if "declined your question" in one.text]) == 1
    await ana.press("1", on=mine.message)
    await ana.press("Propose it anew")
    assert ana.modal is not None
    assert GOOD["stem"] in ana.modal.text

    # A tutor's own question is for the other tutor, once there is one.
    await study.server.act("set_roles", guild_id="1001", user_id=ben.id, roles=["1101"])
    own = await ben.run("/question review")
    assert "No other tutor has been seen" not in own.text
    assert "another tutor decides" in own.text
    assert own.message is not None
    assert "another tutor decides" in (await ben.press_raw(own.message, "qs-yes:2:1")).text
    await tova.run("/question review")
    assert "in the group's bank" in (await tova.press("Approve")).text
