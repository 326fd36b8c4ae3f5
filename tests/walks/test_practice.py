"""Practice, boards and privacy, as a member meets them."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.walks.conftest import DAILY, Study, wrong


async def test_practice_is_private_and_unrated(study: Study) -> None:
    """The same flow, seen by nobody else, and neither board nor streak moves; one tap brings the next question."""
    card_reply = await study.ana.run("/quiz practice", topic="anatomy")
    card = card_reply.message
    assert card is not None
    assert card.ephemeral
    assert "Practice · Anatomy" in card.text
    key = await study.key(card)
    locked = await study.ana.press(key, on=card)
    assert "Locked" in locked.text
    shown = await study.ana.press("Guess")
    assert "✔ Right" in shown.text
    assert "it never moves the board" in shown.text
    following = await study.ana.press("Another one")
    assert "Practice ·" in following.text
    assert await study.rows("SELECT * FROM standings") == []
    assert await study.rows("SELECT * FROM streaks") == []
    assert study.ben.messages(DAILY) == []


async def test_practice_never_gives_away_the_open_question(study: Study) -> None:
    """What the group is being asked now cannot be practised, by any topic and however often."""
    await study.question()
    (open_now,) = await study.rows("SELECT question_id FROM rounds WHERE kind = 'daily'")
    for _ in range(25):
        await study.ana.run("/quiz practice")
    asked = await study.rows("SELECT question_id FROM rounds WHERE kind = 'practice'")
    assert len(asked) == 25
    assert open_now["question_id"] not in [row["question_id"] for row in asked]
    assert len({row["question_id"] for row in asked}) == 25


async def test_another_members_practice_stays_theirs(study: Study) -> None:
    """A made-up press on somebody else's practice round, or on no round at all, counts nothing."""
    reply = await study.ana.run("/quiz practice")
    question = await study.question()
    assert reply.message is not None
    round_id = reply.message.buttons[0].custom_id.split(":")[1]
    for tampered, sentence in (
        (f"a:{round_id}:0", "belongs to somebody else"),
        ("a:99999:0", "no longer kept"),
        ("a:1", "older version"),
        ("a:x:0", "older version"),
        ("a:1:-1", "older version"),
        ("nonsense", "older version"),
        ("a:99999999999999999999999:0", "older version"),
        ("l:1:decade:0", "older version"),
        ("l:1:points:decade:0", "older version"),
        ("l:1:points:w20260303:0", "older version"),
        ("l:1:best:all:0", "older version"),
        ("lo:1:points:s20260302", "older version"),
        ("lr:best", "older version"),
        ("m:1:20261399", "older version"),
        ("r:1:2", "older version"),
        ("del:1", "older version"),
    ):
        refused = await study.ben.press_raw(question, tampered)
        assert sentence in refused.text, tampered
    other = next(one for one in question.buttons if one.label == "A").custom_id.rsplit(":", 1)[0]
    refused = await study.ben.press_raw(question, f"{other}:9")
    assert "no such option" in refused.text
    assert await study.rows("SELECT * FROM answers") == []


async def test_topics_are_found_by_their_names(study: Study) -> None:
    """A topic may be typed by name or its beginning; a slip of the finger gets the nearest ones."""
    choices = await study.ana.completes("/quiz practice", "topic", "anat")
    assert ("Anatomy", "anatomy") in [(one.name, one.value) for one in choices]
    reply = await study.ana.run("/quiz practice", topic="Anato")
    assert "Practice · Anatomy" in reply.text
    refused = await study.ana.run("/quiz practice", topic="Anatmy")
    assert "Did you mean Anatomy" in refused.text


async def test_the_board_by_week_month_and_all_time(study: Study) -> None:
    """Points go to rated rounds; periods follow the group's calendar; the reader's own place is always shown."""
    cleo = await study.newcomer("Cleo")
    worths = {}
    for day in range(3, 11):
        await study.server.clock_to(study.berlin(f"2026-03-{day:02} 10:00"))
        question = study.posts("Closes")[-1]
        key, worths[day] = await study.key(question), await study.worth(question)
        await study.ana.press(key, on=question)
        await study.ben.press(key if day % 2 else wrong(key), on=question)
        await cleo.press(wrong(key), on=question)
    week = await study.ana.run("/leaderboard")
    assert "this week" in week.text
    assert "9 March to 15 March, Europe/Berlin" in week.text
    assert f"<@2001> · {worths[9] + worths[10]} points" in week.text
    month = await study.ben.run("/leaderboard", period="month")
    odd = sum(worth for day, worth in worths.items() if day % 2)
    assert f"🥇 <@2001> · {sum(worths.values())} points" in month.text
    assert f"🥈 <@2002> · {odd} points" in month.text
    assert f"Your place: **2** of 2, with {odd} points from 8 answers" in month.text
    ever = await study.tova.run("/leaderboard", period="all")
    assert "You have no points on this board yet" in ever.text


async def test_ties_share_a_rank(study: Study) -> None:
    """Equal points, equal rank."""
    question = await study.question()
    key = await study.key(question)
    for person in (study.ana, study.ben, await study.newcomer("Cleo")):
        await person.press(key if person.name != "Cleo" else wrong(key), on=question)
    board = await study.tova.run("/leaderboard")
    assert board.text.count("🥇") == 2


async def test_a_member_leaves_the_board_and_comes_back(study: Study) -> None:
    """Opting out works at once and for the past; digest and boards show only those who are on."""
    question = await study.question()
    key = await study.key(question)
    for person in (study.ana, study.ben, await study.newcomer("Cleo")):
        await person.press(key, on=question)
    off = await study.ana.run("/privacy board", show="off")
    assert "off the boards" in off.text
    assert "<@2001>" not in (await study.ben.run("/leaderboard")).text
    await study.server.advance(timedelta(hours=14))
    digest = await study.ben.sees("That was", where=DAILY)
    assert "<@2001>" not in digest.text
    await study.ana.run("/privacy board", show="on")
    assert f"<@2001> · {await study.worth(question)} points" in (await study.ben.run("/leaderboard")).text


async def test_export_and_deletion_reach_everything(study: Study) -> None:
    """One command gives a member all of theirs as a file, one deletes it; nobody else's data is touched."""
    question = await study.question()
    await study.ana.press("A", on=question)
    await study.ben.press("B", on=question)
    reply = await study.ana.run("/privacy export")
    assert reply.message is not None
    assert reply.message.ephemeral
    (file,) = reply.message.attachments
    async with study.server.session.get(file["url"]) as response:
        data = json.loads(await response.text())
    assert len(data["answers"]) == 1
    assert data["members"][0]["user_id"] == 2001
    assert "2002" not in json.dumps(data)
    await study.ana.run("/privacy delete")
    gone = await study.ana.press("Delete everything")
    assert "keeps nothing with your name" in gone.text
    assert "keeps nothing about you" in (await study.ana.run("/privacy export")).text
    assert [row["user_id"] for row in await study.rows("SELECT user_id FROM members")] == [2002]


async def test_board_pages_turn_after_a_restart(study: Study) -> None:
    """A long board has pages, and their buttons need nothing in memory."""
    question = await study.question()
    key = await study.key(question)
    for number in range(12):
        member = await study.newcomer(f"Member {number}")
        await member.press(key, on=question, where=DAILY)
    board = await study.ana.run("/leaderboard")
    assert board.text.count("<@") == 10
    await study.restart()
    turned = await study.ana.press("More ▶")
    assert turned.text.count("<@") == 2
