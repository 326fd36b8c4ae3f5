"""A doubted question: reported, decided on by a tutor, judged anew, and told once."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.services import rescore
from tests.people import Member, Message
from tests.walks.conftest import DAILY, Study


async def followed(study: Study) -> None:
    """Wait until what follows from the answers is made anew, and the posts are edited."""
    assert study.bot.jobs is not None
    await study.bot.jobs.follow_soon()
    following = study.bot.jobs._following
    assert following is not None
    await following
    await study.server.advance(timedelta(seconds=1))


async def played(study: Study) -> tuple[Message, dict[str, str], str]:
    """Ana, Ben and Cleo answer the day's question: Ben alone is wrong, and right by the key that comes.

    The post, the letters by the text of their option, and the option that Ben chose.
    """
    question = await study.question()
    cleo = await study.newcomer("Cleo")
    key = await study.key(question)
    other = "B" if key == "A" else "A"
    for person, letter in ((study.ana, key), (study.ben, other), (cleo, key)):
        await person.press(letter, on=question)
        await person.press("Sure")
    (row,) = await study.rows(
        """SELECT v.options, r.option_order FROM rounds r
           JOIN revisions v ON v.question_id = r.question_id AND v.revision = r.revision WHERE r.kind = 'daily'"""
    )
    return question, {"key": key, "other": other}, row["option_order"]["AB".index(other)]


async def points(study: Study) -> dict[str, int]:
    rows = await study.rows(
        """SELECT m.user_id, s.points FROM standings s JOIN members m USING (member_id) WHERE s.period = 'all'"""
    )
    return {str(row["user_id"]): row["points"] for row in rows}


def labels(message: Message | None) -> list[str]:
    assert message is not None
    return [one.label for one in message.buttons]


async def test_a_corrected_key(study: Study) -> None:
    """From the flag to the board: the tutor reads what would happen before it does, a second press does nothing, a
    member may press nothing, and Ben, whose messages are closed, hears of it at his next contact."""
    ana, ben, tova = study.ana, study.ben, study.tova
    question, letters, choice = await played(study)
    worth = await study.worth(question)
    await ana.press("Report a problem", on=question)
    thanks = await ana.submit(reason="The **other one** is right @everyone <t:0:R>")
    assert "You hear once what they decide" in thanks.text
    await study.server.advance(timedelta(hours=12, minutes=2))
    assert "Only tutors" in (await ben.run("/question challenges")).text

    card = await tova.run("/question challenges")
    assert card.message is not None
    for part in ("The \\*\\*other one\\*\\* is right", "3 answers of 3 members, 67 % right", "In doubt ·", "Source"):
        assert part in card.text
    assert "Ana" not in card.text
    assert "<t:0" not in card.text
    assert labels(card.message)[:5] == ["Another option is right", "Edit the text", "Retire", "Void", "It is right"]
    await study.restart()
    would = await tova.press("Void")
    assert "3 answers of 3 members would count nowhere" in would.text
    await tova.press("Back")
    await tova.press("Another option is right")
    same = await tova.choose(await _right(study))
    assert "how the question is already" in same.text
    would = await tova.choose(choice)
    assert "3 answers of 3 members would be judged anew: 1 would be right after all, and 2 no longer." in would.text
    assert would.message is not None
    do = next(one.custom_id for one in would.message.buttons if one.label == "Correct the key")
    assert "Only tutors" in (await ben.press_raw(question, do)).text
    await study.server.act("block_dms", user_id=ben.id)
    await tova.press("Correct it, and say why")
    done = await tova.submit(text="A reason of Tova's.")
    assert "The key is corrected" in done.text
    assert "decided a moment ago" in (await tova.press_raw(question, do)).text

    await followed(study)
    earned = await points(study)
    assert (earned[ben.id], earned[ana.id]) == (worth, 0)
    closed = next(one for one in study.posts("Closed") if one.id == question.id)
    assert "The key was corrected after this round." in closed.text
    assert "A reason of Tova's." in closed.text
    assert f"✅ **{letters['other']}**" in closed.text
    await ana.sees("The key of this question was corrected", where=_thread(ana))
    mine = await ben.press("My answer", on=closed)
    assert "Right" in mine.text
    assert [row["current"] for row in await study.rows("SELECT current FROM streaks")] == [1, 1, 1]

    # Told once each: Ana by message of her report and of her answer, Ben at his next contact.
    await ana.sees("Well spotted: its key was corrected", where="dm")
    await ana.sees_not("that you answered", where="dm")
    await study.server.advance(timedelta(minutes=11))
    told = await ana.sees("News of a question that you answered in", where="dm")
    assert f"−{worth} points" in told.text
    await ben.run("/progress")
    told = await ben.sees("Yours was right after all", ephemeral=True)
    assert f"+{worth} points" in told.text
    await study.restart()
    await followed(study)
    await study.server.advance(timedelta(minutes=15))
    assert len([one for one in ana.messages("dm") if "that you answered" in one.text]) == 1
    assert "No question is in doubt" in (await tova.run("/question challenges")).text


async def test_a_voided_question_with_a_restart_in_the_middle(study: Study) -> None:
    """Killed before anything is made anew, the next start does it; taken back in, every point is there again."""
    ana, tova = study.ana, study.tova
    question, _, _ = await played(study)
    await ana.press("Report a problem", on=question)
    await ana.submit(reason="Nonsense")
    await study.server.advance(timedelta(hours=12, minutes=2))
    before = await points(study)
    await tova.run("/question challenges")
    await tova.press("Void")
    study.bot.jobs = None
    assert "counts for nobody" in (await tova.press("Void it")).text
    assert await points(study) == before
    await study.restart()
    await followed(study)
    assert await points(study) == {}
    closed = await ana.sees("This question was withdrawn", where=DAILY, ephemeral=False)
    assert closed.id == question.id
    assert "Practise it" not in labels(closed)
    await study.server.advance(timedelta(minutes=11))
    await ana.sees("It was withdrawn and counts for nobody.", where="dm")
    out = await tova.run("/question withdrawn")
    assert "3 answers count as if it had never been withdrawn" in out.text
    await tova.press("Take it back in")
    await followed(study)
    assert await points(study) == before
    assert not await rescore.rebuild(study.bot.house.database)
    closed = next(one for one in study.posts("Closed") if one.id == question.id)
    assert "withdrawn" not in closed.text


async def test_a_post_that_is_open_says_at_once_that_its_question_is_withdrawn(study: Study) -> None:
    """Its letters go grey; taken back in, they take answers again."""
    question, letters, _ = await played(study)
    await study.ana.press("Report a problem", on=question)
    await study.ana.submit(reason="Nonsense")
    await study.tova.run("/question challenges")
    await study.tova.press("Void")
    await study.tova.press("Void it")
    await followed(study)
    shown = await study.ana.sees("it takes no answers and counts for nobody", where=DAILY, ephemeral=False)
    assert shown.id == question.id
    assert {one.disabled for one in shown.buttons} == {True}
    late = await study.newcomer("Dan")
    assert "was withdrawn" in (await late.press_raw(shown, question.buttons[0].custom_id)).text
    await study.tova.run("/question withdrawn")
    await study.tova.press("Take it back in")
    await followed(study)
    again = await study.ana.sees("Closes", where=DAILY, ephemeral=False)
    assert again.id == question.id
    assert "withdrawn" not in again.text
    assert "Locked" in (await late.press(letters["key"], on=again)).text


async def test_other_words_and_words_for_the_reporter(study: Study) -> None:
    """What a tutor typed comes back with a refusal; a role that was lost meanwhile opens nothing."""
    ana, tova = study.ana, study.tova
    await study.set_up(tutor_role="@Tutor")
    question, _, _ = await played(study)
    await ana.press("Report a problem", on=question)
    await ana.submit(reason="Unclear")
    await tova.run("/question challenges")
    form = await tova.press("Edit the text")
    assert form.modal is not None
    lost = await tova.submit(stem="Clearer?", body="Only one option")
    assert "lines were written" in lost.text
    assert lost.message is not None
    assert b"Only one option" in await tova.file(lost.message, "your-words.txt")
    await tova.press("Edit the text")
    assert "worded anew" in (await tova.submit(stem="Clearer?")).text
    await ana.sees("it was worded anew", where="dm")
    await study.server.advance(timedelta(minutes=1))
    await ana.press("Report a problem", on=question)
    await ana.submit(reason="Still unclear")
    rita = await study.newcomer("Rita", roles=["1101"])
    await rita.run("/question challenges")
    await rita.press("Void")
    await study.server.act("set_roles", guild_id="1001", user_id=rita.id, roles=[])
    assert "Only tutors" in (await rita.press("Void it")).text
    card = await tova.run("/question challenges")
    assert "Clearer?" in card.text
    assert "> Unclear" not in card.text
    await tova.press("It is right")
    assert "It stays as it is" in (await tova.submit(text="See **I.A**.")).text
    heard = await ana.sees("it stays as it is", where="dm")
    assert "See \\*\\*I.A\\*\\*." in heard.text


async def _right(study: Study) -> str:
    """The key's place in the bank."""
    (row,) = await study.rows(
        """SELECT v.options FROM rounds r
           JOIN revisions v ON v.question_id = r.question_id AND v.revision = r.revision WHERE r.kind = 'daily'"""
    )
    return str(next(place for place, one in enumerate(json.loads(row["options"])) if one[1]))


def _thread(person: Member) -> str:
    return next(name for name in person.channels() if " · " in name)
