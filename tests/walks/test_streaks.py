"""A member's streak: freezes, pauses, zones and the one reminder, as its owner sees them."""

from __future__ import annotations

from datetime import timedelta

from tests.people import Message
from tests.walks.conftest import Begin, Study


async def _day(study: Study, day: int) -> Message:
    """Noon of that day of March 2026 in Berlin, and its question."""
    await study.server.clock_to(study.berlin(f"2026-03-{day:02} 12:00"))
    return study.posts("Closes")[-1]


async def _answers(study: Study, *days: int) -> str:
    """Ana answers at noon of these days; what the last receipt says."""
    text = ""
    for day in days:
        text = (await study.ana.press("A", on=await _day(study, day))).text
    return text


async def test_a_freeze_covers_a_missed_day_and_says_so(study: Study) -> None:
    """Seven days earn it; after a missed eighth the receipt tells it, and the result keeps the line."""
    await _answers(study, *range(3, 10))
    shown = await study.ana.run("/streak show")
    assert shown.message is not None
    assert shown.message.ephemeral
    assert "**7 days** in a row, today included" in shown.text
    assert "Freezes: 1 of 2" in shown.text
    assert f"<t:{int(study.berlin('2026-03-12 00:00').timestamp())}:F>" in shown.text
    assert "🧊 Yesterday was covered by a freeze; none left." in await _answers(study, 11)
    result = await study.ana.press("Sure")
    assert "🧊 Yesterday was covered by a freeze; none left." in result.text
    assert "Why" in result.text
    assert "**8 days** in a row" in (await study.ana.run("/streak show")).text


async def test_before_the_first_answer_there_is_nothing_to_lose(study: Study) -> None:
    """/streak show says how it begins; resuming what is not paused is refused in words."""
    assert "one answer to a daily question starts it" in (await study.ben.run("/streak show")).text
    assert "not paused" in (await study.ben.run("/streak resume")).text


async def test_a_pause_waits_without_shame(study: Study) -> None:
    """Paused until a day in words, nothing is lost; nonsense is refused with what works; resuming is welcome."""
    await _answers(study, 3, 4)
    refused = await study.ana.run("/streak pause", until="**soonish**")
    assert "I cannot read “\\*\\*soonish\\*\\*”" in refused.text
    assert "in 10 days" in refused.text
    paused = await study.ana.run("/streak pause", until="20 March")
    assert "up to and including Friday 20 March" in paused.text
    assert "on Saturday 21 March" in paused.text
    await study.restart()
    await _day(study, 18)
    shown = await study.ana.run("/streak show")
    assert "**2 days** in a row" in shown.text
    assert "⏸ Paused up to and including Friday 20 March" in shown.text
    assert "Welcome back" in (await study.ana.run("/streak resume")).text
    await _answers(study, 19)
    assert "**3 days** in a row" in (await study.ana.run("/streak show")).text


async def test_a_weekend_without_questions_neither_breaks_nor_counts(begin: Begin) -> None:
    """Friday and Monday are two days in a row, and on Friday the end shown is Monday's."""
    study = await begin()
    await study.set_up(days="weekdays")
    await _answers(study, 6)
    shown = await study.ana.run("/streak show")
    assert f"<t:{int(study.berlin('2026-03-10 00:00').timestamp())}:F>" in shown.text
    await _answers(study, 9)
    assert "**2 days** in a row" in (await study.ana.run("/streak show")).text


async def test_the_members_own_zone(study: Study) -> None:
    """Chosen from the list, confirmed with the time there; the streak goes on and ends at that midnight."""
    assert "You go by the group's zone, **Europe/Berlin**" in (await study.ana.run("/timezone")).text
    await _answers(study, 3, 4)
    choices = await study.ana.completes("/timezone", "zone", "auck")
    assert choices[0].value == "Pacific/Auckland"
    moved = await study.ana.run("/timezone", zone="Pacific/Auckland")
    assert "**Pacific/Auckland**: it is 00:00 there (Thursday)" in moved.text
    shown = await study.ana.run("/streak show")
    assert "**2 days** in a row" in shown.text
    await _answers(study, 5)
    assert "**3 days** in a row" in (await study.ana.run("/streak show")).text
    assert "no place called “Atlantis”" in (await study.ana.run("/timezone", zone="Atlantis")).text
    assert "Your zone is **Pacific/Auckland**" in (await study.ana.run("/timezone")).text
    back = await study.ana.run("/timezone", zone="group")
    assert "You now go by the group's zone, **Europe/Berlin**" in back.text


async def test_one_reminder_before_the_streak_ends(study: Study) -> None:
    """By direct message at 18:00, once, across a restart in between; none after an answer, and the button ends it."""
    await _answers(study, 3)
    assert "I will write you once" in (await study.ana.run("/streak ping", switch="on")).text
    await study.server.clock_to(study.berlin("2026-03-04 17:59"))
    await study.restart()
    assert "dm" not in study.ana.channels()
    await study.server.clock_to(study.berlin("2026-03-04 18:01"))
    reminder = await study.ana.sees("Your streak of 1 day in", where="dm")
    assert f"ends <t:{int(study.berlin('2026-03-05 00:00').timestamp())}:R>" in reminder.text
    assert any("/channels/" in button.url for button in reminder.buttons)
    await study.restart()
    await study.server.clock_to(study.berlin("2026-03-04 20:59"))
    assert len(study.ana.messages("dm")) == 1
    await study.ana.press("A", on=study.posts("Closes")[-1])
    await _answers(study, 5)
    await study.server.clock_to(study.berlin("2026-03-05 22:00"))
    assert len(study.ana.messages("dm")) == 1
    await study.server.clock_to(study.berlin("2026-03-06 18:01"))
    assert len(study.ana.messages("dm")) == 2
    stopped = await study.ana.press("No more such reminders", where="dm")
    assert "No more reminders" in stopped.text
    await study.ana.press("A", on=study.posts("Closes")[-1])
    await study.server.clock_to(study.berlin("2026-03-07 23:00"))
    assert len(study.ana.messages("dm")) == 2


async def test_nobody_is_reminded_at_night(study: Study) -> None:
    """The bot slept from 17:00 to 22:00: what was due at 18:00 is not sent any more."""
    await _answers(study, 3)
    await study.ana.run("/streak ping", switch="on")
    await study.server.clock_to(study.berlin("2026-03-04 17:00"))
    await study.stop()
    await study.server.clock_to(study.berlin("2026-03-04 22:00"))
    await study.start()
    await study.server.advance(timedelta(minutes=1))
    await study.ana.catch_up()
    assert "dm" not in study.ana.channels()


async def test_closed_direct_messages_are_told_at_the_next_answer(study: Study) -> None:
    """The reminder was refused: it is switched off, and the next press is told so, once."""
    await _answers(study, 3)
    await study.ana.run("/streak ping", switch="on")
    await study.server.act("block_dms", user_id=study.ana.id)
    await study.server.clock_to(study.berlin("2026-03-04 18:05"))
    await study.ana.press("A", on=study.posts("Closes")[-1])
    told = await study.ana.sees("your direct messages are closed, so I switched these reminders off")
    assert told.ephemeral
    assert "direct messages" not in await _answers(study, 5)
    assert "Reminders: off" in (await study.ana.run("/streak show")).text
    assert await study.rows("SELECT state FROM deliveries WHERE kind = 'streak'") == [{"state": "failed"}]
    assert "I may no longer post" not in study.ana.screen()
