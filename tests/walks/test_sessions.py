"""Review sessions: a tutor posts them, members take seats, and everybody is told once what concerns them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from icalendar import Calendar

from tests.people import Member, Message, Reply
from tests.walks.conftest import DAILY, Begin, Study

TICK = timedelta(seconds=1)


async def posts(study: Study, *, link: str | None = "https://meet.example/room", **more: Any) -> Reply:
    """Tova posts a session: Thursday 5 March 2026 at 18:00 in Berlin, unless told otherwise."""
    typed = {"title": "Modifiers", "start": "2026-03-05 18:00", "length": "90 min", "notes": "Bring your book."}
    options: dict[str, Any] = {key: more.pop(key) for key in ("place", "seats", "repeat") if key in more}
    if link is not None:
        options["link"] = link
    form = await study.tova.run("/session post", _in=DAILY, **options)
    assert form.modal is not None, form.text
    reply = await study.tova.submit({**typed, **more})
    await study.server.advance(TICK)
    return reply


def announcement(study: Study) -> Message:
    """The newest announcement that takes answers, as Ana sees it."""
    return [one for one in study.ana.messages(DAILY) if one.button("Going")][-1]


async def events(study: Study) -> list[dict[str, Any]]:
    """The server's events, as the sandbox keeps them."""
    state = await study.server.get("/sandbox/state", study.tova.id)
    return list(state["guilds"][0]["scheduled_events"])


async def calendar(reply: Reply) -> Any:
    """The file of a reply, as a calendar reads it."""
    assert reply.message is not None
    (file,) = reply.message.attachments
    async with aiohttp.ClientSession() as session, session.get(file["url"]) as response:
        return Calendar.from_ical(await response.read())


async def dms(person: Member) -> list[str]:
    """What the bot has written to somebody, oldest first."""
    await person.catch_up()
    return [one.content for one in person.messages("dm") if not one.ephemeral] if "dm" in person.channels() else []


def stamp(moment: datetime, style: str = "F") -> str:
    return f"<t:{int(moment.timestamp())}:{style}>"


async def test_a_session_from_its_post_to_its_end(study: Study) -> None:
    """Two seats, three who want them; an edit told once; reminders in their minute; a calendar file; and the end."""
    cara = await study.newcomer("Cara")
    reply = await posts(study, seats=2, topics=["Modifiers"])
    start = study.berlin("2026-03-05 18:00")
    assert "is posted in" in reply.text
    assert stamp(start) in reply.text
    assert "Thursday 5 March at 18:00 (Europe/Berlin)" in reply.text
    (event,) = await events(study)
    assert (event["name"], event["entity_metadata"]) == ("Modifiers", {"location": "https://meet.example/room"})

    assert "You have a seat" in (await study.ana.press("Going")).text
    assert "an hour before" in (await study.ana.choose("An hour before", "A day before")).text
    assert "You have a seat" in (await study.ben.press("Going")).text
    assert "you are number **1** on the waiting list" in (await cara.press("Going")).text
    assert "0 of 2" in announcement(study).text
    await study.server.advance(TICK)
    assert "2 of 2 seats taken · ⏳ 1 waiting" in announcement(study).text
    assert "you cannot come" in (await study.ben.press("Can't")).text
    await study.server.advance(TICK)
    (moved_up,) = await dms(cara)
    assert "You have moved up" in moved_up
    assert "2 of 2 seats taken · ❔ 0 maybe · ❌ 1 can't" in announcement(study).text
    first = await calendar(await cara.press("Add to calendar", where="dm"))

    hung = await study.tova.run("/remind", when="30 min before the next session", what="Copy the handout")
    assert stamp(start - timedelta(minutes=30)) in hung.text
    form = await study.tova.run("/session edit", session="1")
    assert form.modal is not None
    assert "2026-03-05 18:00" in form.text
    changed = await study.tova.submit(start="2026-03-05 19:00")
    assert "I tell 2 members who come or may come" in changed.text
    await study.server.advance(TICK)
    await study.restart()
    moved = study.berlin("2026-03-05 19:00")
    (told,) = await dms(study.ana)
    assert f"it begins {stamp(moved)} ({stamp(moved, 'R')}), not {stamp(start)}" in told
    assert len(await dms(cara)) == 2
    assert await dms(study.ben) == []
    (event,) = await events(study)
    assert event["scheduled_start_time"].startswith("2026-03-05T18:00:00")

    second = await calendar(await study.ana.press("Add to calendar", where=DAILY))
    (before,), (after,) = first.walk("VEVENT"), second.walk("VEVENT")
    assert (before["uid"], before["sequence"], after["sequence"]) == (after["uid"], 0, 1)
    assert (after["dtstart"].params["TZID"], after["dtstart"].dt) == ("Europe/Berlin", moved)
    assert second.walk("VTIMEZONE")
    assert after.walk("VALARM")
    feed = await calendar(await study.ben.run("/session calendar"))
    assert [one["uid"] for one in feed.walk("VEVENT")] == [after["uid"]]

    await study.server.clock_to(moved - timedelta(days=1, seconds=1))
    assert len(await dms(study.ana)) == 1
    await study.server.clock_to(moved - timedelta(days=1))
    assert f": {stamp(moved)} ({stamp(moved, 'R')}), https://meet.example/room" in (await dms(study.ana))[1]
    await study.server.clock_to(moved - timedelta(hours=1))
    assert [len(await dms(one)) for one in (study.ana, cara, study.ben)] == [3, 3, 0]
    listed = await study.ana.run("/session list")
    assert "2 of 2 seats taken · you: going" in listed.text
    await study.tova.sees_not("⏰ Copy the handout", where="dm")
    await study.server.clock_to(moved - timedelta(minutes=30))
    await study.tova.sees("Copy the handout", where="dm", ephemeral=False)
    await study.server.clock_to(moved)
    assert "Going on now" in announcement(study).text
    await study.server.clock_to(moved + timedelta(minutes=90))
    over = await study.ana.sees("This session is over", where=DAILY)
    assert not over.buttons
    assert await events(study) == []
    assert "No review session is planned" in (await study.ana.run("/session list")).text
    assert [len(await dms(one)) for one in (study.ana, cara, study.ben)] == [3, 3, 0]


async def test_a_weekly_series(study: Study) -> None:
    """Across the clock change its wall time stays; one is cancelled and told once, the rest go on, until all end."""
    reply = await posts(study, start="every sunday 18:00", link=None, place="#Study room")
    assert "repeats every week" in reply.text
    await study.ben.press("Maybe")
    first = study.berlin("2026-03-08 18:00")
    (event,) = await events(study)
    assert (event["channel_id"], event["status"]) == (study.ana.channel_id("Study room"), 1)
    await study.server.clock_to(first)
    assert [one["status"] for one in await events(study)] == [2]
    await study.server.clock_to(first + timedelta(minutes=90))
    second = await study.ana.sees(stamp(study.berlin("2026-03-15 18:00")), where=DAILY)
    assert second.button("Going")
    assert [one["status"] for one in await events(study)] == [1]
    await study.ben.press("Going", on=second)
    await study.tova.press("Tutors", on=second)
    await study.tova.press("Cancel it")
    done = await study.tova.press("Yes, cancel it")
    third = study.berlin("2026-03-22 18:00")
    assert f"I tell 1 member. The next one is posted for {stamp(third)}" in done.text
    await study.server.advance(TICK)
    (told,) = await dms(study.ben)
    assert "is cancelled" in told
    assert stamp(third) in told
    gone = await calendar(await study.ben.press("Take it out of my calendar", where="dm"))
    assert (gone["method"], gone.walk("VEVENT")[0]["status"]) == ("CANCEL", "CANCELLED")
    await study.server.clock_to(third + timedelta(minutes=90))
    fourth = await study.ana.sees(stamp(study.berlin("2026-03-29 18:00")), where=DAILY)
    assert "Only tutors" in (await study.ben.press_raw(fourth, "session-stop:4")).text
    await study.tova.press("Tutors", on=fourth)
    assert "edit its start to “every sunday 18:00”" in (await study.tova.press("Stop repeating")).text
    await study.server.advance(TICK)
    assert "Repeats" not in announcement(study).text
    await study.tova.press("Edit")
    await study.tova.submit(start="every sunday 18:00")
    await study.server.advance(TICK)
    assert "Repeats" in announcement(study).text
    await study.tova.press("Tutors", on=fourth)
    await study.tova.press("Cancel it and all following")
    assert "all that would follow" in (await study.tova.press("Yes, cancel all of them")).text
    await study.server.clock_to(study.berlin("2026-04-13 12:00"))
    assert await events(study) == []
    announced = [one for one in study.ana.messages(DAILY) if "Modifiers" in one.text and "Attendance" not in one.text]
    assert len(announced) == 4
    assert len(await dms(study.ben)) == 1


async def test_nothing_that_a_tutor_typed_is_lost(study: Study) -> None:
    """A length that cannot be read hands the form back; an ambiguous start is asked with buttons; it is posted once."""
    assert "Only tutors" in (await study.ana.run("/session post", link="here")).text
    assert "one place" in (await study.tova.run("/session post")).text
    refused = await posts(study, length="a while")
    assert "I cannot read “a while” as a length" in refused.text
    assert "Everything you typed is kept" in refused.text
    await study.restart()
    form = await study.tova.press("Change what I typed")
    assert form.modal is not None
    assert all(word in form.text for word in ("Modifiers", "2026-03-05 18:00", "a while", "Bring your book."))
    asked = await study.tova.submit(length="2h", start="4/3 18:00")
    assert "press the one you mean" in asked.text
    message = asked.message
    assert message is not None
    choices = [one for one in message.buttons if one.custom_id.startswith("session-when")]
    assert [one.label for one in choices][:2] == ["Wednesday 4 March, 18:00", "Friday 3 April, 18:00"]
    done = await study.tova.press("Friday 3 April, 18:00", on=message)
    assert stamp(study.berlin("2026-04-03 18:00")) in done.text
    again = await study.tova.press_raw(message, choices[0].custom_id)
    assert "was sent already" in again.text
    await study.server.advance(TICK)
    assert len(await events(study)) == 1
    assert "no such review session" in (await study.tova.run("/session edit", session="Modifiers")).text


async def test_without_the_right_to_make_events(study: Study) -> None:
    """The announcement comes all the same, the tutor is told which right is missing; given, an edit makes the event."""
    await study.server.act("set_permission", target="bot", guild_id="1001", deny=["CREATE_EVENTS"])
    assert "are announced without one in the server's list" in (await study.tova.run("/setup")).text
    reply = await posts(study)
    assert "There is no event in the server's list: I lack Create Events" in reply.text
    assert announcement(study).button("Going")
    assert await events(study) == []
    await study.server.act("set_permission", target="bot", guild_id="1001", allow=["CREATE_EVENTS"])
    await study.tova.run("/session edit", session="1")
    assert "There was nobody to tell" in (await study.tova.submit()).text
    await study.server.advance(TICK)
    assert [one["name"] for one in await events(study)] == ["Modifiers"]
    await study.tova.run("/session edit", session="1")
    assert "Nothing is different" in (await study.tova.submit()).text
    stage = await posts(study, link=None, place="#Lecture hall")
    assert "I lack Manage Channels, Mute Members and Move Members" in stage.text


async def test_an_edit_before_the_announcement_could_be_posted_makes_no_second_one(study: Study) -> None:
    """Discord was out of order when it was posted and edited: there is one announcement, as it was edited."""
    study.expects_refusals = True
    await study.server.fail("POST", "/channels/1202/messages$", 503, times=3)
    await posts(study)
    await study.tova.run("/session edit", session="1")
    await study.tova.submit(title="Modifiers II")
    await study.server.advance(timedelta(minutes=2))
    (post,) = [one for one in study.ana.messages(DAILY) if one.button("Going")]
    assert "Modifiers II" in post.text


async def test_what_an_admin_deletes_is_made_again_where_it_is_wanted(study: Study) -> None:
    """The announcement and the event were deleted: an edit makes both again, once; counting alone does not."""
    await posts(study)
    (event,) = await events(study)
    await study.server.act(
        "delete_message", channel_id=announcement(study).channel_id, message_id=announcement(study).id
    )
    await study.tova.run("/session edit", session="1")
    await study.tova.submit(length="2h")
    await study.server.advance(TICK)
    await study.server.advance(TICK)
    assert len([one for one in study.ana.messages(DAILY) if one.button("Going")]) == 1
    assert [one["id"] for one in await events(study)] == [event["id"]]


async def test_closed_direct_messages_are_told_at_the_next_contact(study: Study) -> None:
    """A waiting list moved up while Ben's messages were closed: he reads it at his next press, once."""
    await posts(study, seats=1)
    await study.ana.press("Going")
    await study.ben.press("Going")
    await study.server.act("block_dms", user_id=study.ben.id)
    await study.ana.press("Can't")
    await study.server.advance(TICK)
    await study.ben.run("/remind", when="tomorrow 9:00", what="Modifiers")
    told = await study.ben.sees("You have moved up", ephemeral=True)
    await study.ben.dismisses(told)
    await study.ben.run("/session list")
    await study.ben.sees_not("You have moved up")


async def test_a_seat_that_is_deleted_goes_to_the_next(study: Study) -> None:
    """Ana deletes her data: Ben, who waited, moves up, and her answer is nowhere."""
    await posts(study, seats=1)
    await study.ana.press("Going")
    await study.ben.press("Going")
    await study.server.advance(TICK)
    assert "1 of 1 seat taken · ⏳ 1 waiting" in announcement(study).text
    await study.ana.run("/privacy delete")
    await study.ana.press("Delete everything")
    await study.server.advance(TICK)
    assert "You have moved up" in (await dms(study.ben))[0]
    assert len(await study.rows("SELECT * FROM session_rsvps")) == 1


async def test_the_seat_of_who_left_the_server_goes_to_the_next(study: Study) -> None:
    """Ana leaves, which is found out when her reminder is due: Ben, who waited, is told that he has her seat."""
    await posts(study, seats=1)
    await study.ana.press("Going")
    await study.ben.press("Going")
    await study.server.act("leave", user_id=study.ana.id)
    await study.server.clock_to(study.berlin("2026-03-05 17:00"))
    await study.server.advance(5 * TICK)
    (told,) = await dms(study.ben)
    assert "You have moved up" in told
    assert [row["seated"] for row in await study.rows("SELECT * FROM session_rsvps")] == [1]
    (post,) = [one for one in study.ben.messages(DAILY) if one.button("Going")]
    assert "1 of 1 seat taken · ❔" in post.text


async def test_a_lost_reply_makes_no_second_event(study: Study) -> None:
    """Discord made the event and its reply was lost, so that the library asks again: one event stays."""
    await study.server.fail("POST", "/guilds/1001/scheduled-events$", lose_reply=True)
    await posts(study)
    (event,) = await events(study)
    await study.server.clock_to(study.berlin("2026-03-05 18:00"))
    assert [(one["id"], one["status"]) for one in await events(study)] == [(event["id"], 2)]


async def test_channels_that_are_deleted_are_said_or_replaced(study: Study) -> None:
    """The voice channel goes: the tutor is told. The announcement's goes: an edit posts it where the group is now."""
    await posts(study, link=None, place="#Study room")
    await study.ana.press("Going")
    await study.server.act("delete_channel", channel_id=study.ana.channel_id("Study room"))
    await study.server.advance(TICK)
    (told,) = await dms(study.tova)
    assert "was deleted. The session stands" in told
    await study.server.act("delete_channel", channel_id=study.ana.channel_id("daily-quiz"))
    await study.set_up(channel="#general")
    await study.tova.run("/session edit", _in="#general", session="1", link="Room 7")
    assert "is changed. I tell 1 member" in (await study.tova.submit()).text
    await study.server.advance(TICK)
    await study.server.advance(TICK)
    post = await study.ana.sees("Room 7", where="#general")
    assert "1 going" in post.text
    assert [one["entity_type"] for one in await events(study)] == [3]
    assert "the place is Room 7" in (await dms(study.ana))[0]


async def test_the_groups_file_is_kept_up_to_date(begin: Begin, tmp_path: Path) -> None:
    """The operator's folder has the group's file as soon as a session is posted, and again when it is cancelled.

    It has a name that nobody can guess: there may be a link in it that is this group's alone."""
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "1.ics").write_text("of an earlier version", encoding="utf-8")
    study = await begin(calendars=tmp_path / "published")
    await study.set_up()
    await posts(study)
    (file,) = (tmp_path / "published").iterdir()
    assert re.fullmatch(r"1-[0-9a-f]{20}\.ics", file.name)
    (event,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert (event["summary"], event["status"]) == ("Modifiers", "CONFIRMED")
    await study.tova.run("/session cancel", session="1")
    await study.tova.press("Yes, cancel it")
    await study.server.advance(TICK)
    (gone,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert (gone["uid"], gone["sequence"], gone["status"]) == (event["uid"], 1, "CANCELLED")
    assert list(file.parent.iterdir()) == [file]
