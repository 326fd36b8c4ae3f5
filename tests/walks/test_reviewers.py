"""Invitations to look at a question: one after the other, never at night, and they tell nothing of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tests.people import Member, Message
from tests.walks.conftest import DAILY, Study

ASK = {
    "title": "One procedure, two surgeons",
    "did": "I reported it once for each of them.",
    "wants": "Is that one line too many?",
}
WOULD = "would you look at a question"


def _letters(who: Member) -> list[Message]:
    """The invitations that wait in somebody's direct messages."""
    if "dm" not in who.channels():
        return []
    return [one for one in who.messages("dm") if one.button("I'll look")]


async def _invited(people: Sequence[Member]) -> list[Member]:
    for one in people:
        await one.catch_up()
    return [one for one in people if _letters(one)]


async def _offer(study: Study, *names: str) -> list[Member]:
    people = [await study.newcomer(name) for name in names]
    for one in people:
        assert "never at night" in (await one.run("/feedback review", switch="on")).text
    return people


async def test_a_private_question_finds_its_reviewers(study: Study) -> None:
    """Three are invited; one passes and the next is asked; one does not answer for a day and the next is asked.

    Who accepts comes into the thread, nobody else does. At night nobody is written to, and a restart loses nothing.
    """
    ana = study.ana
    await study.server.clock_to(study.berlin("2026-03-03 22:00"))
    people = await _offer(study, "Cleo", "Dan", "Eve", "Finn", "Gus")
    await ana.run("/feedback review", switch="on")
    await ana.run("/feedback ask", who="private", topic="surgery")
    await ana.submit(**ASK)
    thread = ASK["title"]
    await ana.sees(ASK["did"], where=thread)
    assert await _invited(people) == []

    await study.server.clock_to(study.berlin("2026-03-04 07:59"))
    await study.restart()
    assert await _invited(people) == []
    await study.server.clock_to(study.berlin("2026-03-04 08:00"))
    first = await _invited(people)
    assert len(first) == 3
    assert _letters(ana) == []
    letter = _letters(first[0])[0]
    assert WOULD in letter.text
    assert thread not in letter.text
    assert ana.name not in letter.text

    # Pressing what is somebody else's does nothing.
    yes = letter.button("I'll look")
    assert yes is not None
    assert "Somebody else was invited" in (await first[1].press_raw(_letters(first[1])[0], yes.custom_id)).text
    assert "no longer kept" in (await first[1].press_raw(_letters(first[1])[0], "iv-yes:999")).text

    assert "ask somebody else" in (await first[0].press("Pass", on=letter)).text
    await study.server.advance(timedelta(seconds=1))
    second = [one for one in await _invited(people) if one not in first]
    assert len(second) == 1
    assert "You passed this one on" in (await first[0].press_raw(letter, yes.custom_id)).text

    # Two of them look: they see the thread now. The third lets the day go by.
    await study.restart()
    for one in (first[1], second[0]):
        assert thread not in one.channels()
        took = await one.press("I'll look", where="dm")
        assert thread in took.text
        assert "others see that you are in it" in took.text
        await one.sees(ASK["did"], where=thread)
    assert thread not in first[2].channels()
    late = _letters(first[2])[0]
    await study.server.clock_to(study.berlin("2026-03-05 08:00"))
    await study.server.advance(timedelta(seconds=1))
    third = [one for one in await _invited(people) if one not in first + second]
    assert len(third) == 1
    refused = await first[2].press("I'll look", on=late)
    assert "went on to somebody else" in refused.text
    assert thread not in first[2].channels()

    # The question is settled: what still waits has nothing to wait for.
    await ana.press("Resolved", where=thread)
    await ana.submit(text="One line for each surgeon.")
    over = await third[0].press("I'll look", where="dm")
    assert "settled" in over.text
    rows = await study.rows("SELECT state, COUNT(*) AS n FROM invitations GROUP BY state ORDER BY state")
    assert [(one["state"], one["n"]) for one in rows] == [("accepted", 2), ("lapsed", 2), ("passed", 1)]


async def test_closed_messages_and_missing_rights_are_said(study: Study) -> None:
    """The next is asked where somebody cannot be written to, who learns of it; a missing right loses no acceptance."""
    ana = study.ana
    await study.server.clock_to(study.berlin("2026-03-03 10:00"))
    cleo, dan = await _offer(study, "Cleo", "Dan")
    await study.server.act("block_dms", user_id=cleo.id)
    await ana.run("/feedback ask", who="private")
    await ana.submit(**ASK)
    await ana.sees(ASK["did"], where=ASK["title"])
    await dan.sees(WOULD, where="dm")
    assert await _invited([cleo]) == []
    assert "I could not write to you" not in (await cleo.run("/feedback inbox")).text
    await cleo.sees("I could not write to you", ephemeral=True)
    await study.server.act("set_permission", target="bot", channel_id=ana.channel_id(DAILY), deny=["VIEW_CHANNEL"])
    await dan.press("I'll look", where="dm")
    await study.server.advance(timedelta(minutes=1))
    await dan.run("/feedback inbox", _in="#general")
    await dan.sees("could not add you to the private thread", ephemeral=True)
    study.expects_refusals = True
    await study.server.act("set_permission", target="bot", channel_id=ana.channel_id(DAILY), deny=[])
    assert ASK["title"] not in dan.channels()
    await dan.press("Add me to the thread", where="dm")
    await dan.sees(ASK["did"], where=ASK["title"])
