"""Reminders as members meet them: asked for in words, sent in their minute, snoozed, shared, and never lost."""

from __future__ import annotations

from datetime import timedelta

from tests.people import Member, Message
from tests.walks.conftest import Begin, Study

HERE = "#general"


async def _remind(who: Member, when: str, what: str) -> str:
    return (await who.run("/remind", when=when, what=what)).text


async def _knows_zone(*people: Member) -> None:
    for one in people:
        await one.run("/timezone", zone="Europe/Berlin")


def _sent(who: Member, text: str, where: str = "dm") -> list[Message]:
    """The reminders themselves, not the words that they were made with."""
    return [one for one in who.messages(where) if text in one.text and (one.button("Done") or "💤" in one.text)]


async def test_from_the_first_words_to_done(study: Study) -> None:
    """The zone is asked once; the DM comes in its minute, also across a restart, is snoozed once, and done."""
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    asked = await study.ana.run("/remind", when="tomorrow at noon", what="call the **school**")
    assert "Whose clock do you mean by “tomorrow at noon”?" in asked.text
    assert asked.message is not None
    assert asked.message.ephemeral
    await study.restart()
    assert asked.message.button("Use the group's clock (Berlin, now 14:05)") is not None
    await study.ana.press("Use the group's clock (Berlin, now 14:05)")
    made = await study.ana.sees("I will remind you", ephemeral=True)
    at = int(study.berlin("2026-03-04 12:00").timestamp())
    assert f"<t:{at}:F> (<t:{at}:R>)" in made.text
    assert "Wednesday 4 March at 12:00 (Europe/Berlin)" in made.text
    assert "call the \\*\\*school\\*\\*" in made.text
    await study.ana.sees("This is where I will remind you", where="dm")
    await study.server.clock_to(study.berlin("2026-03-04 11:59"))
    await study.restart()
    assert not _sent(study.ana, "school")
    await study.server.clock_to(study.berlin("2026-03-04 12:00"))
    await study.ana.catch_up()
    (came,) = _sent(study.ana, "school")
    assert "late" not in came.text
    snoozed = await study.ana.press("Snooze 10 min", on=came)
    assert "💤 Again" in snoozed.text
    again = await study.ana.press_raw(came, came.buttons[1].custom_id)
    assert "snoozed already" in again.text
    await study.server.clock_to(study.berlin("2026-03-04 12:10"))
    assert len([one for one in study.ana.messages("dm") if "school" in one.text]) == 3
    done = await study.ana.press("Done", where="dm")
    assert "✅ Done" in done.text
    assert done.message is not None
    assert not done.message.buttons
    assert "You have no reminders" in (await study.ana.run("/reminders")).text
    assert "Whose clock" not in await _remind(study.ana, "tomorrow at noon", "once more")


async def test_another_place_than_the_groups_finishes_what_waited(study: Study) -> None:
    """/timezone completes the reminder, and what is there later is kept by clock time or moment as its owner likes."""
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    assert "Whose clock" in await _remind(study.ana, "every day 07:00", "stretch")
    assert "Whose clock" not in await _remind(study.ana, "in 20 minutes", "tea")
    moved = await study.ana.run("/timezone", zone="America/New_York")
    assert "Your zone is now **America/New_York**" in moved.text
    await study.ana.sees("every day at 07:00 (America/New_York)")
    await _remind(study.ana, "tomorrow 15:00", "dentist")
    await study.ana.run("/timezone", zone="Europe/Berlin")
    ask = await study.ana.sees("1 recurring reminder keeps its clock time")
    assert "1 single reminder keeps its moment" in ask.text
    shown = (await study.ana.run("/reminders")).text
    assert f"<t:{int(study.berlin('2026-03-04 07:00').timestamp())}:f>" in shown
    assert f"<t:{int(study.berlin('2026-03-04 21:00').timestamp())}:f>" in shown
    await study.restart()
    assert "keep their moment" in (await study.ana.press("Keep the moments", on=ask)).text
    shown = (await study.ana.run("/reminders")).text
    assert f"<t:{int(study.berlin('2026-03-04 13:00').timestamp())}:f>" in shown
    await study.ana.press("Keep the clock times", on=ask)
    shown = (await study.ana.run("/reminders")).text
    assert f"<t:{int(study.berlin('2026-03-04 07:00').timestamp())}:f>" in shown
    assert f"<t:{int(study.berlin('2026-03-04 15:00').timestamp())}:f>" in shown
    await study.server.clock_to(study.berlin("2026-03-04 07:00"))
    assert len(_sent(study.ana, "stretch")) == 1


async def test_what_is_ambiguous_is_asked(study: Study) -> None:
    """Two readings are two buttons, also after a restart; nonsense is refused with words that work."""
    await _knows_zone(study.ana)
    await study.server.clock_to(study.berlin("2026-03-03 09:05"))
    asked = await study.ana.run("/remind", when="3/4 at 18:00", what="the deadline")
    assert asked.message is not None
    labels = [one.label for one in asked.message.buttons]
    assert labels[-2:] == ["Change", "Cancel"]
    assert len(labels) == 4
    draft = asked.message.buttons[0].custom_id.split(":")[1]
    for forged in (
        f"rm-choice:{draft}:0",
        f"rm-change:{draft}",
        f"rm-cancel:{draft}",
        f"rm-delete:{draft}:0",
        f"rm-dm:{draft}",
    ):
        refused = await study.ben.press_raw(study.posts("Closes")[-1], forged)
        assert "belongs to somebody else" in refused.text, forged
    await study.restart()
    await study.ana.press(labels[0], on=asked.message)
    made = await study.ana.sees("the deadline", ephemeral=True)
    assert "at 18:00 (Europe/Berlin)" in made.text
    nonsense = await study.ana.run("/remind", when="when **pigs** fly", what="what I typed")
    assert "\\*\\*pigs\\*\\*" in nonsense.text
    assert "Try for example" in nonsense.text
    assert "What you typed is kept for a day" in nonsense.text
    form = await study.ana.press("Change", on=nonsense.message)
    assert "what I typed" in form.text
    await study.ana.submit(when="in 5 days", what="typed after all")
    assert "I will remind you" in (await study.ana.sees("typed after all", ephemeral=True)).text
    changed = await study.ana.press("Change", on=asked.message)
    assert changed.modal is not None
    assert "the deadline" in str(changed.modal.raw)
    again = await study.ana.submit(when="whenever", what="the deadline, really")
    assert "The reminder stays as it was. What you typed is kept" in again.text
    form = await study.ana.press("Change", on=again.message)
    assert "the deadline, really" in form.text
    again = await study.ana.submit(when="in 2 hours", what="the deadline, really")
    assert "Changed, by direct message" in again.text
    assert again.message is not None
    assert [one.label for one in again.message.buttons] == ["Change", "Delete"]
    await study.server.advance(timedelta(hours=2))
    assert len(_sent(study.ana, "the deadline, really")) == 1


async def test_in_a_channel_others_join(study: Study) -> None:
    """It mentions only its owner, whatever it says; Ben gets his own copy, once; strangers' presses do nothing."""
    await _knows_zone(study.ana, study.ben)
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    made = await study.ana.run("/remind", when="every day 18:00", what="@everyone <@&1> read", where="here", _in=HERE)
    assert "where everybody reads it" in made.text
    await study.server.clock_to(study.berlin("2026-03-03 18:00"))
    came = await study.ben.sees("read", where=HERE)
    assert came.content.startswith(f"⏰ <@{study.ana.id}> ")
    assert came.raw["mention_everyone"] is False
    assert [one["id"] for one in came.raw["mentions"]] == [study.ana.id]
    assert not came.raw["mention_roles"]
    for label in ("Snooze 10 min", "Done"):
        assert "belongs to somebody else" in (await study.ben.press(label, on=came)).text
    assert "by direct message, next" in (await study.ben.press("Remind me too", on=came)).text
    assert "already" in (await study.ben.press("Remind me too", on=came)).text
    assert "your own reminder" in (await study.ana.press("Remind me too", on=came)).text
    done = await study.ana.press("Done", on=came)
    assert done.message is not None
    assert [one.label for one in done.message.buttons] == ["Remind me too"]
    await study.server.clock_to(study.berlin("2026-03-04 18:00"))
    assert len(_sent(study.ben, "read")) == 1
    assert len(_sent(study.ana, "read", HERE)) == 1
    await study.ana.run("/reminders")
    await study.ana.choose("1. @\u200aeveryone <\u200a@&1> read")
    paused = await study.ana.press("Pause")
    assert "Paused" in paused.text
    await study.server.clock_to(study.berlin("2026-03-05 18:00"))
    assert len(_sent(study.ana, "read", HERE)) == 1
    assert len(_sent(study.ben, "read")) == 2
    await study.ana.press("Resume")
    await study.server.clock_to(study.berlin("2026-03-06 18:00"))
    assert len(_sent(study.ana, "read", HERE)) == 2
    await study.ana.run("/reminders")
    await study.ana.press("Delete all")
    assert "1 reminder was deleted" in (await study.ana.press("Delete all of them")).text
    await study.server.clock_to(study.berlin("2026-03-07 18:01"))
    assert len(_sent(study.ana, "read", HERE)) == 2
    assert len(_sent(study.ben, "read")) == 4


async def test_here_is_the_thread_and_only_where_it_may_be(study: Study) -> None:
    """A thread is a place too; a missing right of the bot's, or of the member's own, is said at once."""
    await _knows_zone(study.ana)
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    thread = await study.ana.posts("Case 12", "What about this one?", HERE)
    await study.ana.run("/remind", when="in 1 hour", what="come back", where="here", _in=thread)
    await study.server.advance(timedelta(hours=1))
    assert [one.author for one in study.ana.messages(thread)][-1] == "Studyhall"
    general = study.ana.channel_id(HERE)
    for target, said in (("bot", "I may not write: I still need Send Messages"), (study.ana.id, "You may not write")):
        await study.server.act("set_permission", target=target, channel_id=general, deny=["SEND_MESSAGES"])
        refused = await study.ana.run("/remind", when="in 1 hour", what="x", where="here", _in=HERE)
        assert said in refused.text
        await study.server.act("set_permission", target=target, channel_id=general, allow=["SEND_MESSAGES"])
    assert "You have no reminders" in (await study.ana.run("/reminders")).text
    await study.ana.press("Remind me by direct message")
    assert "by direct message" in (await study.ana.sees("> x", where=HERE, ephemeral=True)).text


async def test_nobody_is_left_behind_with_the_reminders_of_somebody_who_left(study: Study) -> None:
    """What recurs in a channel ends with its owner's stay; should they come back, they are told."""
    await _knows_zone(study.ana)
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    await study.ana.run("/remind", when="every day 18:00", what="read", where="here", _in=HERE)
    await study.server.act("leave", user_id=study.ana.id)
    await study.server.clock_to(study.berlin("2026-03-05 18:01"))
    await study.ben.sees_not("read", where=HERE)
    await study.server.act("join", user_id=study.ana.id)
    assert "paused" in (await study.ana.run("/reminders")).text
    assert "You had left the server" in (await study.ana.sees("no longer posted this reminder")).text


async def test_closed_messages_are_said_at_once_or_at_the_next_contact(study: Study) -> None:
    """Closed when made: the channel is offered, nobody sees the text. Closed later: a word at the next contact."""
    await _knows_zone(study.ana)
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    await study.server.act("block_dms", user_id=study.ana.id)
    refused = await study.ana.run("/remind", when="in 1 hour", what="a secret", _in=HERE)
    assert "Your direct messages are closed" in refused.text
    assert "secret" not in refused.text
    await study.ben.sees_not("secret")
    made = await study.ana.press("Remind me in this channel")
    assert "where everybody reads it" in made.text
    await study.server.act("block_dms", user_id=study.ana.id, blocked=False)
    assert "by direct message" in await _remind(study.ana, "every day 16:00", "a whisper")
    await study.server.act("block_dms", user_id=study.ana.id)
    await study.server.clock_to(study.berlin("2026-03-03 16:05"))
    await study.ben.sees("a secret", where=HERE)
    await study.ben.sees_not("a whisper")
    await study.ana.run("/streak show")
    note = await study.ana.sees("I could not send you your reminder")
    assert note.ephemeral
    assert "I paused it" in note.text
    assert "a whisper" in note.text
    await study.ana.dismisses(note)
    assert "paused" in (await study.ana.run("/reminders")).text
    await study.ana.sees_not("I could not send you your reminder")


async def test_what_was_missed_comes_late_and_once(study: Study) -> None:
    """Down for three days: of a daily reminder the last one comes, late, and says how many were missed."""
    await _knows_zone(study.ana)
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    await _remind(study.ana, "every day 18:00", "vitamins")
    await _remind(study.ana, "in 1 hour", "bread")
    await study.stop()
    await study.server.clock_to(study.berlin("2026-03-06 18:12"))
    await study.start()
    await study.server.advance(timedelta(seconds=1))
    (came,) = _sent(study.ana, "vitamins")
    assert "12 min late" in came.text
    assert "3 earlier ones came due while I was away" in came.text
    (bread,) = _sent(study.ana, "bread")
    assert "75 h 7 min late" in bread.text
    await study.restart()
    await study.server.advance(timedelta(minutes=5))
    assert len(_sent(study.ana, "vitamins")) == len(_sent(study.ana, "bread")) == 1


async def test_in_direct_messages(begin: Begin) -> None:
    """Whoever was met in no group is told where to begin; others use everything there, own snooze times too."""
    study = await begin()
    assert study.bot.user is not None
    await study.ana.opens_dm(str(study.bot.user.id))
    stranger = await study.ana.run("/remind", when="in 1 hour", what="x", _in="dm")
    assert "which study group is yours" in stranger.text
    assert "no study group yet" in await _remind(study.ana, "in 1 hour", "x")
    await study.set_up()
    await _knows_zone(study.ana)
    made = await study.ana.run("/remind", when="in 1 hour", what="from here", _in="dm")
    assert "by direct message" in made.text
    await study.server.advance(timedelta(hours=1))
    (came,) = _sent(study.ana, "from here")
    form = await study.ana.press("Other time…", on=came)
    assert form.modal is not None
    assert "A snooze comes once" in (await study.ana.submit(when="every day 7:00")).text
    await study.ana.press("Other time…", on=came)
    assert "💤 Again" in (await study.ana.submit(when="in 3 hours")).text
    await study.server.advance(timedelta(hours=3))
    assert len(_sent(study.ana, "from here")) == 2
    assert "You have no reminders" in (await study.ana.run("/reminders", _in="dm")).text


async def test_a_lost_answer_or_an_outage_doubles_nothing(study: Study) -> None:
    """Sent and never confirmed, it is found after a restart; in an outage it waits, comes once, and says how late."""
    await _knows_zone(study.ana)
    await study.server.clock_to(study.berlin("2026-03-03 14:05"))
    await _remind(study.ana, "in 1 hour", "bread")
    await _remind(study.ana, "in 3 hours", "milk")
    path = f"/channels/{study.ana.channel_id('dm')}/messages$"
    await study.server.fail("POST", path, lose_reply=True)
    await study.server.advance(timedelta(hours=1))
    await study.restart()
    await study.server.advance(timedelta(minutes=10))
    assert len(_sent(study.ana, "bread")) == 1
    await study.server.fail("POST", path, status=503, times=6)
    await study.server.clock_to(study.berlin("2026-03-03 17:30"))
    (milk,) = _sent(study.ana, "milk")
    assert "min late" in milk.text
    assert {row["state"] for row in await study.rows("SELECT state FROM deliveries WHERE kind = 'reminder'")} == {
        "sent"
    }
