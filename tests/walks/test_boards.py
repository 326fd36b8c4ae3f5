"""The boards, as members meet them: fair, with everybody's own place in sight, and one that each can win."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.services import groups, standings
from tests.people import Member, Reply
from tests.walks.conftest import DAILY, Begin, Study, wrong

GUILD = "1001"


async def _answer(study: Study, *right: Member, wrongly: tuple[Member, ...] = ()) -> int:
    """Some answer the open question rightly, some wrongly; what it is worth."""
    question = study.posts("Closes")[-1]
    key = await study.key(question)
    for person in right:
        await person.press(key, on=question, where=DAILY)
    for person in wrongly:
        await person.press(wrong(key), on=question, where=DAILY)
    return await study.worth(question)


async def _season(person: Member, name: str, first: str, last: str) -> Reply:
    options: dict[str, Any] = {"name": name, "from": first, "to": last}
    return await person.run("/season set", **options)


async def _morning(study: Study, day: str) -> None:
    await study.server.clock_to(study.berlin(f"{day} 10:00"))


async def test_no_points_before_the_third_person(study: Study) -> None:
    """Two people earn nothing and are told why; with the third, the first two have their points at once."""
    await study.question()
    worth = await _answer(study, study.ana, study.ben)
    board = await study.ana.run("/leaderboard")
    assert "a question gives points once three members have answered it" in board.text
    assert "Your 1 answer has brought no points here yet" in board.text
    await _answer(study, wrongly=(await study.newcomer("Cleo"),))
    board = await study.ana.run("/leaderboard")
    assert board.text.count(f"🥇 <@2001> · {worth} points") == 1
    assert f"🥇 <@2002> · {worth} points" in board.text
    assert "Your place: **1** of 2" in board.text


async def test_the_rule_is_one_tap_away(study: Study) -> None:
    """Each board says how it ranks, for the reader alone."""
    await study.ana.run("/leaderboard")
    rule = await study.ana.press("How points work")
    assert rule.message is not None
    assert rule.message.ephemeral
    for part in (
        "8 to 15 points",
        "Practice never moves this board",
        "speed plays no part",
        "three",
        "/privacy board off",
    ):
        assert part in rule.text.replace("3 members", "three members")
    for board, part in (("improved", "more than its own uncertainty"), ("consistent", "right or wrong")):
        await study.ana.run("/leaderboard", board=board)
        assert part in (await study.ana.press("How this works")).text


async def test_practice_cannot_move_a_board(study: Study) -> None:
    """Any amount of practice leaves every board as it was."""
    await study.question()
    await _answer(study, study.ben, study.ana, await study.newcomer("Cleo"))
    boards = ("points", "improved", "consistent", "league")
    before = [(await study.ben.run("/leaderboard", board=board)).text for board in boards]
    for _ in range(5):
        card = (await study.ana.run("/quiz practice")).message
        assert card is not None
        await study.ana.press(await study.key(card), on=card)
    assert [(await study.ben.run("/leaderboard", board=board)).text for board in boards] == before


async def test_the_readers_place_is_in_sight_on_every_page(study: Study) -> None:
    """Whoever is far down reads their place on the first page, gets there with one tap, and back after a restart."""
    await study.question()
    crowd = [await study.newcomer(f"Member {n}") for n in range(24)]
    await _answer(study, *crowd, wrongly=(study.ben,))
    await study.server.advance(timedelta(days=1))
    await _answer(study, *crowd[:23], study.ana)
    board = await study.ana.run("/leaderboard", period="all")
    assert board.text.count("<@") == 10
    assert "<@2001>" not in board.text
    assert "Your place: **" in board.text
    there = await study.ana.press("My place")
    assert "<@2001>" in there.text
    assert "Your place: **" in there.text
    await study.restart()
    back = await study.ana.press("◀ Back")
    assert "Your place: **" in back.text
    assert "<@2001>" not in back.text


async def test_tutors_are_off_the_boards_until_they_ask(begin: Begin) -> None:
    """A tutor's answer shows nowhere and is none of the three; `/privacy board on` puts them on, off takes them off."""
    study = await begin()
    await study.set_up(tutor_role="1101")
    await study.question()
    await _answer(study, study.tova, study.ana, study.ben)
    assert "<@" not in (await study.ana.run("/leaderboard")).text
    await _answer(study, await study.newcomer("Cleo"))
    assert "<@2003>" not in (await study.ana.run("/leaderboard")).text
    assert "Tutors are off the boards" in (await study.tova.run("/leaderboard")).text
    await study.tova.run("/privacy board", show="on")
    assert "<@2003>" in (await study.ana.run("/leaderboard")).text
    await study.tova.run("/privacy board", show="off")
    assert "<@2003>" not in (await study.ana.run("/leaderboard")).text
    assert (
        "You are off the boards" in (await study.tova.run("/leaderboard")).text
        or "Tutors are off" in (await study.tova.run("/leaderboard")).text
    )


async def test_who_left_is_not_shown_and_comes_back(study: Study) -> None:
    """The bot does not know who leaves, so it looks when it draws a board; back and answering, they are shown again."""
    cleo = await study.newcomer("Cleo")
    await study.question()
    await _answer(study, study.ana, study.ben, cleo)
    await study.server.act("leave", user_id=cleo.id, guild_id=GUILD)
    board = await study.ana.run("/leaderboard")
    assert f"<@{cleo.id}>" not in board.text
    assert "of 2, with" in board.text
    await study.server.act("join", user_id=cleo.id, guild_id=GUILD)
    await study.server.advance(timedelta(days=1))
    await _answer(study, cleo)
    assert f"<@{cleo.id}>" in (await study.ana.run("/leaderboard", period="all")).text


async def test_a_slow_look_up_keeps_nobody_waiting(study: Study) -> None:
    """Where members cannot be looked up, the board comes all the same, as it was known."""
    await study.question()
    await _answer(study, study.ana, study.ben, await study.newcomer("Cleo"))
    await study.server.fail("GET", r"/guilds/\d+/members/", status=403, times=9)
    board = await study.ana.run("/leaderboard")
    assert "<@2002>" in board.text


async def test_last_week_stays_readable_and_the_week_is_the_groups(study: Study) -> None:
    """On Monday the week begins anew at midnight in Berlin; last week's board and its boundary are still there."""
    cleo = await study.newcomer("Cleo")
    await _morning(study, "2026-03-08")
    worth = await _answer(study, study.ana, wrongly=(study.ben, cleo))
    now = await study.ana.run("/leaderboard")
    assert "2 March to 8 March, Europe/Berlin" in now.text
    assert f"Ends <t:{int(study.berlin('2026-03-09 00:00').timestamp())}:R>" in now.text
    await study.server.clock_to(study.berlin("2026-03-09 00:30"))
    fresh = await study.ana.run("/leaderboard")
    assert "9 March to 15 March" in fresh.text
    assert "<@2001>" not in fresh.text
    last = await study.ben.run("/leaderboard", period="last-week")
    assert "last week" in last.text
    assert f"🥇 <@2001> · {worth} points" in last.text
    await study.server.clock_to(study.berlin("2026-03-20 12:00"))
    choices = await study.ana.completes("/leaderboard", "period", "week of 2")
    assert [(one.name, one.value) for one in choices] == [("week of 2 March 2026", "w20260302")]
    archived = await study.ana.run("/leaderboard", period="w20260302")
    assert f"🥇 <@2001> · {worth} points" in archived.text
    assert "week of 2 March 2026" in archived.text
    assert "No board is called" in (await study.ana.run("/leaderboard", period="yesterday")).text


async def test_a_week_s_winners_are_told_once(study: Study) -> None:
    """Half an hour after Monday's question: points, most improved and consistent; nobody who opted out or left."""
    cleo, dan = await study.newcomer("Cleo"), await study.newcomer("Dan")
    for day in range(3, 9):
        await _morning(study, f"2026-03-{day:02}")
        await _answer(study, study.ana, cleo, dan, wrongly=(study.ben,))
    await study.ana.run("/privacy board", show="off")
    await study.server.act("leave", user_id=dan.id, guild_id=GUILD)
    await study.server.clock_to(study.berlin("2026-03-09 09:29"))
    assert study.posts("The week's board") == []
    await study.server.clock_to(study.berlin("2026-03-09 09:30"))
    (post,) = study.posts("The week's board")
    assert "2 March to 8 March" in post.text
    assert f"<@{cleo.id}>" in post.text
    assert "<@2001>" not in post.text
    assert f"<@{dan.id}>" not in post.text
    assert "**Most consistent** <@2002>" in post.text
    assert "6 of 6 days" in post.text
    await study.restart()
    await study.server.clock_to(study.berlin("2026-03-10 08:00"))
    assert len(study.posts("The week's board")) == 1
    whole = await study.ben.press("See the whole board", on=post)
    assert whole.message is not None
    assert whole.message.ephemeral
    assert f"<@{cleo.id}>" in whole.text


async def test_winners_wait_for_the_last_round_of_the_week(begin: Begin) -> None:
    """Sunday's round is open until Monday 21:00: the week's winners come after it, and after its digest."""
    study = await begin()
    await study.set_up(at="21:00", open_hours=24)
    cleo = await study.newcomer("Cleo")
    await study.server.clock_to(study.berlin("2026-03-08 22:00"))
    await _answer(study, study.ana, study.ben, cleo)
    await study.server.clock_to(study.berlin("2026-03-09 20:59"))
    assert study.posts("The week's board") == []
    await study.server.clock_to(study.berlin("2026-03-09 22:00"))
    (post,) = study.posts("The week's board")
    assert "<@2001>" in post.text


async def test_nothing_is_told_where_nobody_took_part(study: Study) -> None:
    """A month without answers brings no announcement of any week or of the month."""
    await study.server.clock_to(study.berlin("2026-04-02 12:00"))
    assert study.posts("The week's board") == []
    assert study.posts("The board of") == []
    group = await groups.find(study.bot.house.database, int(GUILD))
    assert await standings.periods(study.bot.house.database, group) == []


async def test_the_month_has_its_winners_too(study: Study) -> None:
    """On the first of the next month, once."""
    cleo = await study.newcomer("Cleo")
    await _morning(study, "2026-03-30")
    await _answer(study, study.ana, study.ben, cleo)
    await study.server.clock_to(study.berlin("2026-04-01 12:00"))
    assert len(study.posts("The board of March")) == 1


async def test_tutors_set_a_season(begin: Begin) -> None:
    """A season counts what was answered in it before it was set; members find it in the choices."""
    study = await begin()
    await study.set_up(tutor_role="1101")
    cleo = await study.newcomer("Cleo")
    await _morning(study, "2026-03-05")
    worth = await _answer(study, study.ana, wrongly=(study.ben, cleo))
    names = [one.value for one in await study.ana.completes("/leaderboard", "period", "")]
    assert names[:4] == ["this-week", "last-week", "month", "all"]
    assert "There is no season yet" in (await study.ana.run("/leaderboard", period="season")).text
    await study.server.act("show_command", name="season")
    refused = await _season(study.ana, "Mine", "2 March", "30 April")
    assert "Only tutors can do this" in refused.text
    wrongly = await _season(study.tova, "Spring", "30 April", "someday")
    assert "I can make no season" in wrongly.text
    done = await _season(study.tova, "Spring", "2026-03-02", "30 April")
    assert "The season **Spring** is set" in done.text
    board = await study.ana.run("/leaderboard", period="season")
    assert f"🥇 <@2001> · {worth} points" in board.text
    assert "Points · Spring" in board.text
    assert "2 March to 30 April" in board.text
    choices = await study.ana.completes("/leaderboard", "period", "spring")
    assert [(one.name, one.value) for one in choices] == [("season · Spring", "season")]
    taken = await _season(study.tova, "Other", "1 April", "3 May")
    assert "The season Spring already has some of these days" in taken.text
    moved = await _season(study.tova, "spring", "2026-03-06", "30 April")
    assert "has new days" in moved.text
    assert "<@2001>" not in (await study.ana.run("/leaderboard", period="season")).text


async def test_no_board_betrays_an_open_round_of_an_at_close_group(begin: Begin) -> None:
    """While results are hidden, neither points nor gains move with an answer."""
    study = await begin()
    await study.set_up(feedback="at-close")
    await _morning(study, "2026-03-10")
    await _answer(study, study.ana, study.ben, await study.newcomer("Cleo"))
    assert "<@" not in (await study.ana.run("/leaderboard")).text
    assert "its results come at closing" in (await study.ana.run("/leaderboard", board="improved")).text
    await study.server.clock_to(study.berlin("2026-03-10 22:00"))
    assert "<@2001>" in (await study.ana.run("/leaderboard")).text
    assert "Nobody's gain is certain" in (await study.ana.run("/leaderboard", board="improved")).text


async def test_a_league_of_people_with_similar_habits(study: Study) -> None:
    """From Monday on, who answered lately is in a league, whoever looks sees their own, and others see none."""
    crowd = [await study.newcomer(f"Member {n}") for n in range(9)]
    for day in range(3, 9):
        await _morning(study, f"2026-03-{day:02}")
        diligent = crowd[:5] if day != 8 else crowd
        await _answer(study, *diligent)
    none = await study.ana.run("/leaderboard", board="league")
    assert "You were in no league" in none.text
    await _morning(study, "2026-03-09")
    worth = await _answer(study, crowd[0], crowd[1], crowd[5])
    busy = await crowd[0].run("/leaderboard", board="league")
    calm = await crowd[5].run("/leaderboard", board="league")
    assert f"<@{crowd[4].id}> · 0 points" in busy.text
    assert f"<@{crowd[0].id}> · {worth} points" in busy.text
    assert f"<@{crowd[5].id}>" not in busy.text
    assert f"<@{crowd[5].id}> · {worth} points" in calm.text
    assert f"<@{crowd[0].id}>" not in calm.text
    assert "Leagues are weekly" in (await crowd[0].run("/leaderboard", board="league", period="month")).text
    await crowd[4].run("/privacy board", show="off")
    assert f"<@{crowd[4].id}>" not in (await crowd[0].run("/leaderboard", board="league")).text
