"""A question among peers: asked, answered twice, asked back, resolved; and what does not get through."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.people import File
from tests.walks.conftest import DAILY, Study

ASK = {
    "title": "Is E11.65 right?",
    "did": "Type 2 diabetes with hyperglycemia: I chose E11.65, since the guideline assumes the link.",
    "wants": "Would you add Z79.4?",
}
GIVEN = {
    "right_why": "E11.65 is right: the record says hyperglycemia.",
    "change": "Add Z79.4 only for long-term insulin.",
    "reading": "Guideline I.C.4.a.3",
    "scores": "3 3 4",
}


async def test_a_question_is_asked_answered_asked_back_and_resolved(study: Study) -> None:
    """Ask, invite, pass, give twice and once without a name, unclear, follow up, resolve, endorse, board.

    The card is a message with a thread; only the asker can mark what is said there; a restart changes nothing.
    """
    ana, ben, tova = study.ana, study.ben, study.tova
    cleo = await study.newcomer("Cleo")
    await study.set_up(tutor_role="@Tutor")
    for one in (ben, cleo, tova):
        await one.run("/feedback review", switch="on")
    drawn, told = io.BytesIO(), PngInfo()
    told.add_text("Author", "Ana Example")
    Image.new("RGB", (9, 9)).save(drawn, "PNG", pnginfo=told)
    picture = File("case.png", drawn.getvalue(), "image/png")
    await ana.run("/feedback ask")
    assert "cannot attach" in (await ana.submit(**ASK, files=[File("case.png", b"MZ", "image/png")])).text
    await ana.press("Go on writing")
    reply = await ana.submit(**ASK, files=[picture])
    assert "is being posted" in reply.text
    for one in (ben, cleo, tova):
        await one.sees("would you look at a question", where="dm")
    assert "ask somebody else" in (await tova.press("Pass", where="dm")).text
    for one in (ben, cleo):
        assert ASK["title"] in (await one.press("I'll look", where="dm")).text
    card = await ben.sees("Is E11.65 right?", where=DAILY)
    assert f"<@{ana.id}>" in card.text
    assert [one["filename"] for one in card.attachments] == ["case.png"]
    async with study.server.session.get(card.attachments[0]["url"]) as posted:
        assert (await posted.read()).startswith(b"\x89PNG")
        assert b"Ana Example" in drawn.getvalue()
        assert b"Ana Example" not in await posted.read()

    # Nobody reviews their own, and a mistake costs no text.
    assert "your own question" in (await ana.press("Give feedback", on=card)).text
    await ben.press("Give feedback", on=card)
    refused = await ben.submit(**{**GIVEN, "scores": "very good"})
    assert "three scores" in refused.text
    again = await ben.press("Go on writing")
    assert GIVEN["change"] in again.text
    assert "is being posted" in (await ben.submit(scores="3 3 4")).text
    first = await ana.sees(GIVEN["right_why"], where="Is E11.65 right?")
    assert f"<@{ben.id}>" in first.text
    assert "There is feedback on your question" in (await ana.sees("There is feedback", where="dm")).text

    await cleo.press("Give feedback", on=card)
    await cleo.submit(**{**GIVEN, "right_why": "I would say the same."}, name="hidden")
    second = await ana.sees("I would say the same.", where="Is E11.65 right?")
    assert cleo.id not in str(second.raw["embeds"])
    assert "a member, without their name" in second.text
    await ben.sees("2 members have given feedback", where=DAILY)

    assert await study.rows("SELECT * FROM feedback_files") == []

    # A restart in between changes nothing: all that a button needs stands in it.
    await study.restart()
    assert "Only whoever asked" in (await tova.press("Helpful", on=first)).text
    assert "helped you" in (await ana.press("Helpful", on=first)).text
    await ben.sees("The asker found this helpful")
    for review in (first, second):
        await tova.press("More", on=review)
        await tova.press("Endorse")
        await ben.sees(f"Endorsed by <@{tova.id}>")
    await ana.press("Not yet clear", on=second)
    await ana.submit(text="Why only long-term?")
    await cleo.sees("has a question about your feedback", where="dm")
    await cleo.press("Answer", where="dm")
    await cleo.submit(text="Z79.4 says long-term in its name.")
    answer = await ana.sees("Z79.4 says long-term", where="Is E11.65 right?")
    assert cleo.id not in str(answer.raw["embeds"])
    assert answer.raw["message_reference"]["message_id"] == second.id
    await ana.press("Helpful", on=second)
    board = await ben.run("/leaderboard", board="helpers")
    assert f"<@{ben.id}>" in board.text
    assert cleo.id not in board.text
    assert "Nothing waits" in (await ana.run("/feedback inbox")).text

    # Resolved once, kept for the asker, and archived a day after the last word.
    assert "Only whoever asked" in (await ben.press("Resolved", on=card)).text
    await ana.press("Resolved", on=card)
    assert "/reflections" in (await ana.submit(text="Z79.4 needs long-term use.")).text
    await ana.press_raw(card, next(one.custom_id for one in card.buttons if one.label == "Resolved"))
    assert "was resolved before" in (await ana.submit(text="Z79.4 needs long-term use.")).text
    assert "Z79.4 needs long-term use." in (await ana.run("/reflections")).text
    assert "Nothing yet" in (await ben.run("/reflections")).text
    assert "✅ resolved" in (await ana.run("/feedback mine")).text
    await study.server.clock_to(study.server.now + timedelta(days=1, minutes=1))
    assert ana.channel("Is E11.65 right?")["thread_metadata"]["archived"]
    await cleo.press("Give feedback", on=card)
    await cleo.submit(change="Look at the sequencing, too.")
    await ana.sees("Look at the sequencing, too.", where="Is E11.65 right?")
    assert not ana.channel("Is E11.65 right?")["thread_metadata"]["archived"]


async def test_a_question_without_a_name_in_a_forum(study: Study) -> None:
    """A warning is heeded, the post has its topic's tag, and neither the asker nor their name is in the thread."""
    ana, ben = study.ana, study.ben
    await study.server.act("set_tags", channel_id="1204", tags=["Case", "Coding guidelines"])
    await study.tova.run("/feedback channel", channel="#case-clinic")
    await ana.run("/feedback ask", anonymous=True)
    warned = await ana.submit(**{**ASK, "did": "Mrs. Okafor, DOB 4/12/1957, with E11.65"}, topic="coding-guidelines")
    assert "Is this a patient's data?" in warned.text
    assert "Okafor" in warned.text
    again = await ana.press("Change")
    assert "Mrs. Okafor" in again.text
    assert "without your name" in (await ana.submit(did="A patient with E11.65 @everyone <@&1101> \u202eabc")).text
    card = await ben.sees("I would like to know", where="Is E11.65 right?")
    assert ana.id not in str(card.raw["embeds"])
    assert "Ana" not in ana.members_of("Is E11.65 right?")
    assert ben.tags_of("Is E11.65 right?") == ["Coding guidelines"]
    assert "@everyone" not in card.text
    assert "\u202e" not in card.text
    await ben.press("Give feedback", on=card)
    await ben.submit(**GIVEN)
    await ben.sees(GIVEN["change"], where="Is E11.65 right?")
    await ana.press("Add to my question", on=card)
    await ana.submit(text="The record says insulin pump.")
    added = await ben.sees("insulin pump", where="Is E11.65 right?")
    assert added.author == "Studyhall"
    assert ana.id not in str(added.raw["embeds"])

    # A moderator deletes the thread: nothing is lost.
    await study.tova.deletes("Is E11.65 right?")
    await ana.sees("was deleted", where="dm")
    assert "not all of it is posted" in (await ana.run("/feedback mine")).text
    await ana.press("1")
    assert "posted again" in (await ana.press("Post it again")).text
    await ben.sees("insulin pump", where="Is E11.65 right?")
    texts = [message.text for message in ben.messages("Is E11.65 right?")]
    assert [ASK["wants"] in texts[0], GIVEN["change"] in texts[1], "insulin pump" in texts[2]] == [True] * 3


async def test_ones_own_message_becomes_a_question_for_invited_reviewers(study: Study) -> None:
    """Only on one's own message; the private thread is seen by its asker and not by others, whatever they press."""
    ana, ben = study.ana, study.ben
    said = await ana.says("I would use modifier 25 here, since the visit was significant.", where="#general")
    assert "own messages" in (await ben.run("Ask for feedback on this", _on=said)).text
    form = await ana.run("Ask for feedback on this", _on=said)
    assert "significant" in form.text
    await ana.submit(title="Modifier 25?", wants="Is it separate enough?", how="private:0")
    card = await ana.sees("significant", where="Modifier 25?")
    assert "Modifier 25?" not in ben.channels()
    assert sorted(ana.members_of("Modifier 25?")) == ["Ana", "the bot"]
    press = next(one.custom_id for one in card.buttons if one.label == "Give feedback")
    other = await ben.says("hello", where="#general")
    assert (await ben.press_raw(other, press)).failed
    assert await study.rows("SELECT * FROM reviews") == []


async def test_a_lost_reply_doubles_no_card(study: Study) -> None:
    """Discord acts and its answer is lost, for a card, a forum post, a private thread and a review: each comes once."""
    ana, ben = study.ana, study.ben
    study.expects_refusals = True

    async def lose(path: str) -> None:
        fault = {"method": "POST", "path": path, "status": 500, "times": 1, "lose_reply": True}
        await study.server.post("/sandbox/faults", {"fail": [fault]})

    async def all_were_lost() -> bool:
        return not (await study.server.get("/sandbox/faults"))["fail"]

    async def ask(title: str, **options: Any) -> None:
        await ana.run("/feedback ask", **options)
        await ana.submit(**{**ASK, "title": title})
        await study.server.clock_to(study.server.now + timedelta(seconds=10))
        await ben.catch_up()
        assert await all_were_lost()

    await lose(r"/channels/1202/messages")
    await ask("In the channel")
    assert len([one for one in ben.messages(DAILY) if "In the channel" in one.text and one.buttons]) == 1
    await study.tova.run("/feedback channel", channel="#case-clinic")
    await lose(r"/channels/1204/threads")
    await ask("In the forum")
    assert ben.channels().count("In the forum") == 1
    await lose(r"/channels/1202/threads")
    await ask("In private", who="private")
    assert ana.channels().count("In private") == 1
    card = await ben.sees(ASK["did"], where="In the forum")
    await ben.press("Give feedback", on=card)
    await lose(rf"/channels/{card.channel_id}/messages")
    await ben.submit(**GIVEN)
    await study.server.clock_to(study.server.now + timedelta(seconds=10))
    await ben.catch_up()
    assert await all_were_lost()
    assert len([one for one in ben.messages("In the forum") if GIVEN["change"] in one.text]) == 1
