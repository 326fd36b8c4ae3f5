"""Who was at a session, across a standstill: seen or by their own word, confirmed, taken away, and asked about."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import timedelta

import aiohttp

from tests.page import PATIENCE_S
from tests.people import Member, Message, Reply
from tests.walks.conftest import DAILY, Study
from tests.walks.test_sessions import posts

ROOM = "#Study room"
TUTOR_ROLE = "1101"


async def _watching(study: Study) -> None:
    """Wait until the bot has seen who is in the channel."""
    async with asyncio.timeout(PATIENCE_S):
        while not await study.rows("SELECT 1 FROM session_windows WHERE watching = 1"):
            pass  # it is done by the bot's own tasks, which these reads let run


async def _file(reply: Reply) -> bytes:
    assert reply.message is not None
    assert reply.message.ephemeral
    (file,) = reply.message.attachments
    async with aiohttp.ClientSession() as session, session.get(file["url"]) as response:
        return await response.read()


async def _confirmed(study: Study, person: Member) -> Reply:
    return await person.run("/attendance show", _in=DAILY)


def _line(found: Message | None, person: Member) -> str:
    assert found is not None
    return next(line for line in found.text.splitlines() if f"<@{person.id}>" in line)


async def test_an_evening_in_the_study_room(study: Study) -> None:
    """Two are seen in the channel, one presses a button, and the bot stops in the middle; then all that follows.

    The tutor corrects and confirms; a member takes the record away as CSV and PDF, and its code is genuine; three
    answer the poll, one of them with closed direct messages; the notes are pinned; and a wish is counted.
    """
    cara = await study.newcomer("Cara")
    wish = await cara.run("/session wish", _in=DAILY, topic="Modifiers")
    assert "You are the first" in wish.text
    await cara.run("/session wish", _in=DAILY, topic="Anatomy")
    assert "only tutors" in (await study.ana.run("/session wishes", _in=DAILY)).text.casefold()
    await posts(study, link=None, place=ROOM, topics=["Modifiers"])
    await study.ana.press("Going")
    await (await study.newcomer("Dora")).press("Going")

    # The window: from 17:45 on
    await study.server.clock_to(study.berlin("2026-03-05 17:44"))
    assert not study.posts("Attendance")
    await study.server.clock_to(study.berlin("2026-03-05 17:45"))
    await study.ana.sees("Attendance · Modifiers", where=DAILY)
    await _watching(study)
    await study.ana.joins_voice(ROOM)
    await study.tova.joins_voice(ROOM)
    await study.server.clock_to(study.berlin("2026-03-05 18:00"))
    assert "You lead this session" in (await study.tova.press("I'm here")).text
    await cara.joins_voice(ROOM)
    assert "You are not checked in" in (await study.ben.press("I'm leaving")).text
    assert "✅ You are there" in (await study.ben.press("I'm here")).text
    await study.server.clock_to(study.berlin("2026-03-05 18:10"))
    await study.ben.joins_voice(ROOM)
    await study.server.clock_to(study.berlin("2026-03-05 18:20"))
    await study.ben.leaves_voice()

    # The bot is down from 18:30 to 18:50; Cara leaves meanwhile, Ana stays.
    await study.server.clock_to(study.berlin("2026-03-05 18:30"))
    await study.stop()
    await study.server.clock_to(study.berlin("2026-03-05 18:40"))
    await cara.leaves_voice()
    await study.server.clock_to(study.berlin("2026-03-05 18:50"))
    await study.start()
    await _watching(study)
    assert len(study.posts("Attendance")) == 1
    await study.server.clock_to(study.berlin("2026-03-05 19:00"))
    assert "1 h so far" in (await study.ben.press("I'm leaving")).text

    # Ten minutes after the end
    await study.server.act("block_dms", user_id=cara.id)
    await study.server.clock_to(study.berlin("2026-03-05 19:40"))
    word = await study.tova.sees("Is this right?", where="dm")
    assert "**1 h 30 min** (1 h 30 min in the channel)" in _line(word, study.ana)
    assert "**1 h** (10 min in the channel, checked in)" in _line(word, study.ben)
    assert "**30 min** (30 min in the channel)" in _line(word, cara)
    assert "For 20 min of the session the channel was not observed" in word.text
    assert "1 member with a seat is not on the list" in word.text
    assert study.tova.id not in "".join(line for line in word.text.splitlines() if "<@" in line)
    assert "not confirmed yet" in (await _confirmed(study, study.ana)).text
    listed = await study.tova.run("/session confirm", _in=DAILY)
    assert "only tutors" in (await study.ben.run("/session confirm", _in=DAILY)).text.casefold()
    await study.tova.choose("@Cara", on=listed.message)
    assert "I cannot take “ninety”" in (await study.tova.submit(minutes="ninety")).text
    await study.tova.choose("@Cara", on=listed.message)
    corrected = await study.tova.submit(minutes="40")
    assert "**40 min** (set by a tutor, 30 min in the channel)" in _line(corrected.message, cara)
    assert "✅ Confirmed by Tova" in (await study.tova.press("Confirm this list", where="dm")).text

    # The member's record
    shown = await _confirmed(study, study.ana)
    assert "**1 h 30 min** confirmed by a tutor" in shown.text
    rows = list(csv.DictReader(io.StringIO((await _file(await study.ana.press("CSV"))).decode("utf-8-sig"))))
    assert [(row["Session"], row["Date"], row["Minutes"], row["Confirmed by"]) for row in rows] == [
        ("Modifiers", "2026-03-05", "90", "Tova (@tova)")
    ]
    pdf = await _file(await study.ana.press("PDF (A4)"))
    assert pdf.startswith(b"%PDF-")
    code = rows[0]["Check code"]
    check = await study.tova.run("/attendance check", _in=DAILY, code=code.lower(), member=study.ana)
    assert "✅ Genuine: **Modifiers**" in check.text
    assert "It is the record of the member that you named." in check.text
    assert study.ana.id not in check.text
    other = await study.tova.run("/attendance check", _in=DAILY, code=code, member=study.ben)
    assert "It is not the record" in other.text
    assert "No line of this group's records" in (await study.tova.run("/attendance check", code="AAAA-BBBB-CCCC")).text
    assert "only tutors" in (await study.ben.run("/attendance check", code=code)).text.casefold()
    dora = await study.server.member("Dora")
    assert "You had a seat and were not there once" in (await _confirmed(study, dora)).text

    # The poll
    assert "Thank you" in (await study.ana.press("Clearer now", where="dm")).text
    assert "Thank you" in (await study.ben.press("Not yet", where="dm")).text
    assert "fewer than 3 answers" in (await study.tova.run("/session confirm", _in=DAILY)).text
    assert "for those who were at the session" in (await dora.press("How was it?", where=DAILY)).text
    assert "clearer to you now" in (await cara.press("How was it?", where=DAILY)).text
    await cara.press("Clearer now")
    assert "Modifiers: 2 clearer, 1 not yet" in (await study.tova.run("/session confirm", _in=DAILY)).text

    # Notes, and what comes next
    await study.tova.run("/session notes", _in=DAILY)
    assert "nothing to post" in (await study.tova.submit()).text
    await study.tova.run("/session notes", _in=DAILY)
    refused = await study.tova.submit(notes="Read **Appendix A**.", link="not a link")
    assert "is no address" in refused.text
    form = await study.tova.press("Change what I typed", on=refused.message)
    assert form.modal is not None
    assert "Read **Appendix A**." in form.text
    said = await study.tova.submit(link="video.example/modifiers_1")
    assert "posted and pinned" in said.text
    notes = await study.ana.sees("Appendix A", where=DAILY)
    assert notes.raw["pinned"]
    assert [one.url for one in notes.buttons] == ["https://video.example/modifiers_1"]
    await study.server.act("set_permission", target="bot", channel_id="1202", deny=["PIN_MESSAGES"])
    study.expects_refusals = True
    form = await study.tova.run("/session notes", _in=DAILY)
    assert "Read **Appendix A**." in form.text
    assert "The notes are changed" in (await study.tova.submit(notes="Read Appendix B.")).text
    changed = await study.ana.sees("Appendix B", where=DAILY)
    assert changed.button("Recording or slides")
    assert "**Anatomy** · 1 wish" in (await study.tova.run("/session wishes", _in=DAILY)).text
    assert "Modifiers" not in (await study.tova.run("/session wishes", _in=DAILY)).text
    await study.server.advance(timedelta(minutes=60))
    assert await study.rows("SELECT 1 FROM presences WHERE ended_at IS NULL AND source = 'voice'") == []


async def test_who_is_a_tutor_no_longer_sees_no_list(study: Study) -> None:
    """Rita's role is taken from her: her old list in the direct messages says no, and no new one comes to her."""
    rita = await study.newcomer("Rita", roles=[TUTOR_ROLE])
    for day in ("05", "06"):
        await rita.run("/session post", _in=DAILY, link="Room 7")
        await rita.submit(title="Modifiers", start=f"2026-03-{day} 18:00", length="30 min")
    await study.server.clock_to(study.berlin("2026-03-05 18:00"))
    await study.ana.press("I'm here")
    await study.server.clock_to(study.berlin("2026-03-05 18:40"))
    assert study.ana.id in (await rita.sees("Is this right?", where="dm")).text
    assert study.ana.id in (await rita.press("Look again", where="dm")).text
    await study.server.act("set_roles", user_id=rita.id, roles=[])
    for label in ("Look again", "Confirm this list", "Notes or recording"):
        assert "Only tutors" in (await rita.press(label, where="dm")).text
    await study.server.clock_to(study.berlin("2026-03-06 18:00"))
    await study.ana.press("I'm here")
    await study.server.clock_to(study.berlin("2026-03-06 18:40"))
    assert len([one for one in rita.messages("dm") if "Is this right?" in one.text]) == 1
