"""What goes wrong around the bot, and how it takes it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.walks.conftest import DAILY, Begin, Study, wrong

BANK = """---
bank: tiny
title: A tiny bank
licence: CC-BY-4.0
rights: own work
exam: cpc
---
# Anatomy
"""
QUESTION = """## Question number {n}? {{#q{n}}}
- [x] Yes
  > It is.
- [ ] No
  > It is not.
> Because it is number {n}.
@difficulty: 3
@source: A book
"""


def tiny_bank(folder: Path, questions: int) -> Path:
    """A folder with one bank of that many questions."""
    folder.mkdir(exist_ok=True)
    text = BANK + "\n".join(QUESTION.format(n=n) for n in range(questions))
    (folder / "tiny.md").write_text(text, encoding="utf-8")
    return folder


async def test_buttons_work_after_a_restart(study: Study) -> None:
    """Question, sureness and result survive restarts between each tap."""
    question = await study.question()
    key = await study.key(question)
    await study.restart()
    assert "Locked" in (await study.ana.press(key, on=question)).text
    for person in (study.ben, await study.newcomer("Cleo")):
        await person.press(wrong(key), on=question)
    await study.restart()
    assert "✔ Right" in (await study.ana.press("Sure")).text
    await study.restart()
    await study.server.advance(timedelta(hours=13))
    assert len(study.posts("Closed")) == 1
    assert len(study.posts("That was")) == 1
    await study.restart()
    assert "place **1**" in (await study.ana.press("My move")).text
    assert len(study.posts("That was")) == 1


async def test_a_database_that_cannot_be_used_at_the_start_is_waited_for(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stands and the agenda cannot be read: it is begun as soon as it can, without another start."""
    monkeypatch.setattr("bot.client.AFTER_AN_ERROR_S", 0.05)
    await study.stop()

    def rename(table: str, name: str) -> None:
        with contextlib.closing(sqlite3.connect(study.settings.database)) as beside:
            beside.execute(f"ALTER TABLE {table} RENAME TO {name}")

    rename("agenda", "gone")
    await study.start()
    assert study.bot.jobs is not None
    assert not study.bot.jobs.started
    await asyncio.to_thread(rename, "gone", "agenda")  # the bot runs in this thread, and may hold the lock just now
    await study.server.clock_to(study.berlin("2026-03-03 09:00"))
    await study.ana.sees("Closes", where=DAILY)


async def test_slept_through_the_minute_posts_late_and_says_so(study: Study) -> None:
    """Down at nine, up at 09:42: the question comes once and says that it is 42 minutes late, also later on."""
    await study.stop()
    await study.server.clock_to(study.berlin("2026-03-03 09:42"))
    await study.start()
    question = await study.ana.sees("42 min late", where=DAILY)
    await study.ana.press("A", on=question)
    counted = await study.ana.sees("1 member has answered", where=DAILY)
    assert "42 min late" in counted.text
    assert len(study.posts("Closes")) == 1


async def test_slept_through_the_grace_is_skipped_and_recorded(study: Study) -> None:
    """Down for two days and more: what is too late is skipped, each day recorded, and the next one comes in time."""
    await study.stop()
    await study.server.clock_to(study.berlin("2026-03-05 18:00"))
    await study.start()
    await study.server.next_event()
    skips = await study.rows("SELECT day, reason FROM skips ORDER BY day")
    assert [(row["day"], row["reason"]) for row in skips] == [
        ("2026-03-03", "late"),
        ("2026-03-04", "late"),
        ("2026-03-05", "late"),
    ]
    assert study.server.now == study.berlin("2026-03-06 09:00")
    assert len(study.posts("Closes")) == 1


async def test_a_clock_set_back_posts_nothing_twice(study: Study) -> None:
    """After the day's question the clock goes back two hours: no second one comes."""
    await study.question()
    await study.server.clock_to(study.berlin("2026-03-03 07:00"))
    await study.server.clock_to(study.berlin("2026-03-03 12:00"))
    assert len(study.posts("Closes")) == 1


async def test_a_deleted_channel_is_told_once_and_mended_by_setup(study: Study) -> None:
    """The channel is gone: the admin hears it once, nothing is lost, and another channel mends it."""
    study.expects_refusals = True
    await study.server.act("delete_channel", channel_id="1202")
    await study.server.clock_to(study.berlin("2026-03-06 12:00"))
    told = [message for message in study.tova.messages() if "channel of the daily question is gone" in message.text]
    assert len(told) == 1
    await study.set_up(channel="#general")
    await study.server.clock_to(study.berlin("2026-03-07 09:00"))
    assert len(study.posts("Closes", "#general")) == 1
    days = await study.rows("SELECT day, reason FROM skips ORDER BY day")
    assert [row["reason"] for row in days] == ["unposted"] * 4


async def test_a_lost_permission_is_told_once_and_heals_by_itself(study: Study) -> None:
    """No right to post: told once however many days it lasts; with the right back, the next question simply comes."""
    study.expects_refusals = True
    await study.server.act("set_permission", target="1102", channel_id="1202", deny=["SEND_MESSAGES"])
    await study.server.clock_to(study.berlin("2026-03-05 12:00"))
    told = [message for message in study.tova.messages() if "may no longer post" in message.text]
    assert len(told) == 1
    tries = [
        one
        for one in await study.server.requests()
        if one["method"] == "POST" and one["path"].endswith("/channels/1202/messages")
    ]
    assert len(tries) == 3
    await study.server.act("set_permission", target="1102", channel_id="1202", allow=["SEND_MESSAGES"])
    await study.server.clock_to(study.berlin("2026-03-06 09:00"))
    assert len(study.posts("Closes")) == 1
    assert (await study.rows("SELECT trouble FROM groups")) == [{"trouble": None}]


async def test_an_admin_with_closed_messages_is_told_in_the_server(study: Study) -> None:
    """The admin takes no direct messages: the notice comes to the server's system channel, naming them."""
    study.expects_refusals = True
    await study.server.act("block_dms", user_id="2003")
    await study.server.act("delete_channel", channel_id="1202")
    await study.server.clock_to(study.berlin("2026-03-03 12:00"))
    notice = await study.ana.sees("channel of the daily question is gone", where="#general")
    assert "<@2003>" in notice.text


async def test_a_deleted_post_closes_in_peace(study: Study) -> None:
    """Somebody deletes the question's message: the round still closes, counts, and the digest comes."""
    study.expects_refusals = True
    question = await study.question()
    await study.ana.press(await study.key(question), on=question)
    await study.server.act("delete_message", channel_id="1202", message_id=question.id)
    await study.server.advance(timedelta(hours=14))
    digest = await study.ana.sees("That was", where=DAILY)
    assert "1 answer to 1 question" in digest.text


async def test_a_low_bank_is_told_a_week_ahead_and_old_questions_come_back(begin: Begin, tmp_path: Path) -> None:
    """Ten questions: the admin is told once when a week is left; on the eleventh day the oldest one returns."""
    study = await begin(banks=tiny_bank(tmp_path / "banks", 10))
    await study.set_up(open_hours=1)
    await study.server.clock_to(study.berlin("2026-03-05 12:00"))
    assert not [one for one in study.tova.messages() if "will last about" in one.text]
    await study.server.clock_to(study.berlin("2026-03-14 12:00"))
    told = [one for one in study.tova.messages() if "will last about" in one.text]
    assert len(told) == 1
    assert "7 more days" in told[0].text
    asked = [row["question_id"] for row in await study.rows("SELECT question_id FROM rounds ORDER BY round_id")]
    assert len(set(asked[:10])) == 10
    assert asked[10:12] == asked[:2]


async def test_an_empty_bank_is_told_and_filled_again(begin: Begin, tmp_path: Path) -> None:
    """No questions at all: nothing is posted, the day is recorded, the admin told once; a filled bank goes on."""
    study = await begin(banks=tiny_bank(tmp_path / "banks", 1))
    await study.set_up(exam="cpc")
    async with study.bot.house.database.write() as tx:
        await tx.run("UPDATE questions SET state = 'retired', file_print = NULL")  # as if their file had lost them
    await study.server.clock_to(study.berlin("2026-03-05 12:00"))
    assert study.posts("Closes") == []
    told = [one for one in study.tova.messages() if "there are no questions" in one.text]
    assert len(told) == 1
    assert "no other question" in (await study.ana.run("/quiz practice")).text
    await study.restart()
    await study.server.clock_to(study.berlin("2026-03-06 09:00"))
    assert len(study.posts("Closes")) == 1


async def test_discord_failing_for_minutes_loses_nothing(study: Study) -> None:
    """500s and 503s, a lost reply after it acted, a dropped gateway: one question, one thread, one digest."""
    study.expects_refusals = True  # the thread whose reply was lost is asked for once more
    await study.server.fail("POST", r"/channels/1202/messages", status=503, times=3)
    await study.server.clock_to(study.berlin("2026-03-03 09:05"))
    assert len(study.posts("Closes")) == 1
    await study.server.disconnect("resume")
    await study.server.bot_is(connected=True)
    await study.server.fail("POST", r"/channels/1202/messages", lose_reply=True)
    await study.server.advance(timedelta(hours=14))
    assert len(study.posts("That was")) == 1


async def test_several_servers_each_their_own_group(study: Study) -> None:
    """A second server has its own group, clock and board; presses of one do not count in the other."""
    made = await study.server.act(
        "add_guild", name="Night owls", owner_id="2003", members=["2001", "2003"], channels=["night-quiz"]
    )
    other = made["channels"]["night-quiz"] if isinstance(made["channels"], dict) else made["channels"][0]["id"]
    reply = await study.tova.run("/setup", _in=other, channel=other, zone="America/New_York", at="20:00")
    assert "is set up" in reply.text
    await study.server.clock_to(study.berlin("2026-03-03 10:00"))
    groups = await study.rows("SELECT guild_id, zone FROM groups ORDER BY group_id")
    assert [row["zone"] for row in groups] == ["Europe/Berlin", "America/New_York"]
    rounds = await study.rows("SELECT group_id, round_id FROM rounds ORDER BY round_id")
    assert [row["group_id"] for row in rounds] == [2, 1]
    there = next(one for one in study.ana.messages() if one.channel_id == other and "Closes" in one.text)
    tampered = await study.ana.press_raw(there, f"a:{rounds[1]['round_id']}:0")
    assert "belongs to somebody else" in tampered.text
    assert "Locked" in (await study.ana.press("A", on=there)).text
    board = await study.ana.run("/leaderboard", _in=other)
    assert "America/New_York" in board.text
