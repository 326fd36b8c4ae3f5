"""Feedback among faults: threads that others meddle with, members who try things, names that must not show."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from tests.people import Member, Message, Modal, Reply
from tests.walks.conftest import DAILY, Study
from tests.walks.test_feedback import ASK, GIVEN

TITLE, SECOND = ASK["title"], timedelta(seconds=1)


async def _ask(study: Study, title: str = TITLE, **options: Any) -> Message:
    """Ana asks; her card."""
    await study.ana.run("/feedback ask", **options)
    await study.ana.submit(**{**ASK, "title": title})
    return await study.ana.sees(title, where=DAILY)


async def _gives(who: Member, card: Message, **changes: str) -> Reply:
    await who.press("Give feedback", on=card)
    return await who.submit(**{**GIVEN, **changes})


async def _sends(who: Member, form: Modal, **values: str) -> Reply:
    """Send a form that was opened before, whatever is open now."""
    fields = {form.field(name): value for name, value in values.items()}
    return await who._interact({"kind": "modal", "interaction_id": form.interaction_id, "fields": fields})


async def test_what_others_do_to_a_thread_loses_nothing(study: Study) -> None:
    """A deleted card, a lock while the bot was away, lost rights, a deleted channel, a reviewer who left."""
    ana, ben, tova = study.ana, study.ben, study.tova
    cleo = await study.newcomer("Cleo")
    study.expects_refusals = True
    cases = (await study.server.act("create_channel", guild_id="1001", name="cases"))["channel_id"]
    await tova.run("/feedback channel", channel="#cases")
    await ana.run("/feedback ask")
    await ana.submit(**ASK)
    card = await ana.sees(TITLE, where="#cases")
    await _gives(ben, card)
    review = await ana.sees(GIVEN["change"], where=TITLE)

    # Its card is deleted: a press elsewhere finds out, and it can be posted again.
    await study.server.act("delete_message", channel_id=review.channel_id, message_id=review.id)
    await ana.run("/feedback inbox")
    await ana.press("1. Read what it says")
    await ana.press("Helpful")
    await study.server.advance(SECOND)
    assert "not all of it is posted" in (await ana.run("/feedback mine")).text
    await ana.press("1")
    await ana.press("Post it again")
    review = await ana.sees("The asker found this helpful", where=TITLE)

    # Locked while the bot was away, which may not write there: kept, said, and posted once it is unlocked.
    await study.server.act("set_permission", target="bot", channel_id=cases, deny=["MANAGE_THREADS"])
    await study.stop()
    await tova.turns(TITLE, locked=True)
    await study.start()
    assert "is being posted" in (await _gives(cleo, card, change="Sequence it first.")).text
    assert "is posted when a tutor unlocks" in (await ana.sees("is locked", where="dm")).text
    assert "It is kept" in (await cleo.sees("could not be posted", where="dm")).text
    await tova.turns(TITLE, locked=False)
    await ana.sees("Sequence it first.", where=TITLE)
    await tova.turns(TITLE, locked=True)
    await study.server.advance(SECOND)
    assert "A tutor locked this" in (await ben.press("Give feedback", on=card)).text
    await tova.turns(TITLE, locked=False)
    await study.server.advance(SECOND)

    # The right to write there is lost, and given back.
    await study.server.act("set_permission", target="bot", channel_id=cases, deny=["SEND_MESSAGES_IN_THREADS"])
    await ana.press("Add to my question", on=card)
    await ana.submit(text="The record says so twice.")
    assert "once an admin gave me the right" in (await ana.sees("I may not write", where="dm")).text
    await study.server.act("set_permission", target="bot", channel_id=cases)
    await ana.press("Post it again", where="dm")
    await ana.sees("The record says so twice.", where=TITLE)

    # A reviewer leaves: the asker is told, and who left posts nothing from outside.
    await ana.press("Not yet clear", on=review)
    await ana.submit(text="Why?")
    await ben.sees("has a question about your feedback", where="dm")
    await study.server.act("leave", guild_id="1001", user_id=ben.id)
    await study.server.advance(timedelta(minutes=11))  # so long the bot believes what it has looked up
    await ben.press("Answer", where="dm")
    assert "no longer in that server" in (await ben.submit(text="From outside.")).text
    await ana.press("Not yet clear", on=review)
    assert "no longer in the group" in (await ana.submit(text="Why, again?")).text

    # The channel is deleted with all its threads: everything comes back in the group's own.
    await study.server.act("delete_channel", channel_id=cases)
    await ana.run("/feedback mine")
    await ana.press("1")
    await ana.press("Resolved")
    await ana.submit(text="")
    await ana.sees("was deleted", where="dm")
    await study.server.advance(SECOND)
    await ana.press("Post it again", where="dm")
    await ana.sees(TITLE, where=DAILY)
    await ana.sees("Why, again?", where=TITLE)
    texts = [one.text for one in ana.messages(TITLE)]
    assert all(any(said in text for text in texts) for said in (GIVEN["change"], "Sequence it first.", "twice."))
    assert not any("From outside." in text for text in texts)


FORGED = (
    "fb-give:99:p1.", "fb-give:x:y", "fb-give:1", "fb-add:1:p1.", "fb-done:1:p1.", "fb-reopen:1", "fb-again:1",
    "fb-show:1:r0", "fb-ok:1:p1.", "fb-unclear:1:p1.", "fb-answer:1:p1.", "fb-on:1", "fb-post:1", "fb-away:1",
    "fbm-ask:group:7:0:0", "fbm-add:1:0:0", "fbm-done:1", "fbm-unclear:1:0:0", "fbm-answer:1:0:0", "fbm-rubric",
    "rf-delete:1:0", "rf-page:-1", "iv-yes:1", "iv-no:1", "iv-show:1", "cr-named:1", "cr-none:1", "cr-no:1",
    "tr:rumour:1", "tr-endorse:1", "tr-correct:1", "tr-lock:1", "tr-unlock:1", "tr-remove:ask:1", "tr-promote:1",
    "trm-correct:1", "trm-lock:1", "trm-remove:review:1", "trm-decide:removed:1", "tq-page:0", "tq-keep:1",
)  # fmt: skip


async def test_what_members_try_changes_nothing(study: Study) -> None:
    """Others' buttons and forged ones, mentions and hidden letters, walls of text, too much, two forms at once."""
    ana, ben = study.ana, study.ben
    cleo = await study.newcomer("Cleo")
    await study.tova.run("/feedback channel", channel="#general")  # where others see what is posted
    wild = "[x](https://evil.example) @everyone <@&1101> \u202eabc\u200b <t:1:R>"
    await ana.run("/feedback ask")
    await ana.submit(title=wild, did="*" * 4000, wants="\U000e0041_" * 300)
    card = await ben.sees("I would like to know", where="#general")
    assert not card.raw["mention_everyone"]
    assert not card.raw["mention_roles"]
    assert not any(live in card.text for live in ("@everyone", "<@&", "<t:", "\u202e", "\u200b", "](", "\U000e0041"))
    assert "*" * 4000 in (await ben.file(card, "whole-text.txt")).decode()
    await _gives(ben, card)
    review = await ana.sees(GIVEN["change"])

    # Cleo has nothing to do with either, presses everything, and nothing becomes different.
    tables = ("asks", "reviews", "marks", "follow_ups", "invitations", "reflections", "reports", "review_tutors")

    async def all_rows() -> list[list[dict[str, Any]]]:
        return [await study.rows(f"SELECT * FROM {table}") for table in tables]

    await ana.sees("1 member has given feedback", where="#general")
    before = await all_rows()
    for custom_id in FORGED:
        reply = await cleo.press_raw(review, custom_id)
        assert reply.message is not None, custom_id
        assert not reply.failed, custom_id
        assert "went wrong" not in reply.text, reply.text
    assert await all_rows() == before

    # Two forms of *Resolved* at once: it is resolved once, and both lines are kept.
    await ana.press("Resolved", on=card)
    first = ana.modal
    await ana.press("Resolved", on=card)
    second = ana.modal
    assert first is not None
    assert second is not None
    replies = await asyncio.gather(_sends(ana, first, text="One."), _sends(ana, second, text="Two."))
    said = sorted(one.text.split()[0] for one in replies)
    assert said == ["Resolved.", "This"]
    log = await ana.run("/reflections")
    assert "One." in log.text
    assert "Two." in log.text

    # A form that is sent twice is one question; more than three open ones are none, and the text is kept.
    await ana.run("/feedback ask")
    form = ana.modal
    assert form is not None
    for _ in range(2):
        assert "is being posted" in (await _sends(ana, form, **ASK)).text
    for number in (2, 3):
        await ana.run("/feedback ask")
        await ana.submit(**{**ASK, "title": f"Question {number}"})
    await ana.run("/feedback ask")
    refused = await ana.submit(**{**ASK, "title": "Question 4"})
    assert "3 open questions" in refused.text
    assert "What you wrote is kept" in refused.text
    assert "Question 4" in (await ana.run("/feedback inbox")).text
    assert len([one for one in ben.messages("#general") if TITLE in one.text and one.buttons]) == 1


async def test_who_wrote_without_a_name_is_told_by_nothing(study: Study, caplog: pytest.LogCaptureFixture) -> None:
    """Neither cards, others' exports, the log, nor an error's report tells it; deletion tells it neither."""
    caplog.set_level(logging.INFO)
    study.expects_refusals = True
    ana, ben, tova = study.ana, study.ben, study.tova
    cleo = await study.newcomer("Cleopatra")
    card = await _ask(study)
    await study.server.act("block_dms", user_id=cleo.id)
    await _gives(ben, card, change="Named.")
    named = await ana.sees("Named.", where=TITLE)
    await _gives(cleo, card, change="Hidden.", name="hidden")
    hidden = await ana.sees("Hidden.", where=TITLE)
    for review in (named, hidden):
        await ana.press("Not yet clear", on=review)
        await ana.submit(text="Why?")
    for one in (ben, cleo):
        await one.run("/feedback inbox")
        await one.press("1. Answer")
        await one.submit(text=f"Since {'ten' if one is ben else 'eleven'}.")
        await ana.sees("Since ten." if one is ben else "Since eleven.", where=TITLE)
    export = await ana.run("/privacy export")
    assert export.message is not None
    text = (await ana.file(export.message, "studyhall-my-data.json")).decode()
    assert cleo.id not in text
    assert cleo.name not in text

    # Something breaks while it is about them.
    async with study.bot.house.database.write() as tx:
        await tx.run("ALTER TABLE marks RENAME TO lost", {})
    broken = await cleo.press("Give feedback", on=card)
    assert "went wrong" in broken.text, broken.text
    async with study.bot.house.database.write() as tx:
        await tx.run("ALTER TABLE lost RENAME TO marks", {})

    # Both are deleted: only the named one's cards change.
    before = [message.text for message in ana.messages(TITLE)]
    for one in (cleo, ben):
        assert "a former member" in (await one.run("/privacy delete")).text
        assert "former member" in (await one.press("Delete everything")).text
    await ana.sees("Since ten.\n\nFeedback by a former member", where=TITLE)
    await ana.sees("Named.", where=TITLE)
    after = [message.text.replace("a former member", f"<@{ben.id}>") for message in ana.messages(TITLE)]
    assert after == before
    assert "a former member" in (await tova.press("More", on=named)).text
    logged = [str(vars(record)) for record in caplog.records]
    assert any("an interaction failed" in line for line in logged)
    assert not any(cleo.id in line or cleo.name in line for line in [*logged, caplog.text])
