"""Study buddies: two who look find each other, and a name is shown only when both want it."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.people import Member, Message
from tests.walks.conftest import DAILY, Study

OFFER = "whose strengths fit yours would like to study with you"


def _offers(who: Member) -> list[Message]:
    return [one for one in who.messages("dm") if OFFER in one.text] if "dm" in who.channels() else []


def _names(who: Member, other: Member) -> bool:
    """Whether anything that one reads tells who the other is."""
    return any(other.id in str(one.raw["content"]) or other.name in one.text for one in who.messages())


def _timeless(text: str) -> str:
    """The pairs were proposed a second apart."""
    return re.sub(r"<t:\d+", "<t:", text)


async def _look(study: Study, *people: Member) -> None:
    for one in people:
        assert "I look for somebody" in (await one.run("/buddy find", _in="#general")).text
    await study.server.advance(timedelta(seconds=1))


async def test_both_accept_and_then_names_are_shown(study: Study) -> None:
    """Asked in the evening, offered in the morning; both say yes, across a restart; one ends it, and both may look."""
    ana, ben, tova = study.ana, study.ben, study.tova
    await study.server.clock_to(study.berlin("2026-03-03 22:30"))
    assert "look for none" in (await ana.run("/buddy status", _in="#general")).text
    await _look(study, ana)
    assert "looking already" in (await ana.run("/buddy find", _in="#general")).text
    assert "You have been looking" in (await ana.run("/buddy status", _in="#general")).text
    await _look(study, ben)
    assert (_offers(ana), _offers(ben)) == ([], [])

    await study.restart()
    await study.server.clock_to(study.berlin("2026-03-04 08:00"))
    await ana.sees(OFFER, where="dm")
    offer = await ben.sees(OFFER, where="dm")
    forged = offer.buttons[0].custom_id
    assert "not yours" in (await tova.press_raw(tova.messages(DAILY)[-1], forged)).text
    assert "Noted" in (await ana.press("Yes, gladly", where="dm")).text
    assert "Noted" in (await ana.run("/buddy status", _in="#general")).text
    assert not _names(ana, ben)
    assert not _names(ben, ana)

    await study.restart()
    both = await ben.press("Yes, gladly", on=offer)
    assert f"<@{ana.id}>" in both.text
    told = await ana.sees("You have a study buddy", where="dm")
    assert f"<@{ben.id}>" in told.text
    assert "Topics worth doing together" in told.text
    topics = told.text.split("together: ")[1].splitlines()[0]
    assert topics in both.text
    assert f"<@{ben.id}>" in (await ana.run("/buddy status", _in="#general")).text
    assert "one at a time" in (await ben.run("/buddy find", _in="#general")).text

    assert "ended" in (await ben.run("/buddy end", _in="#general")).text
    await ana.sees("has ended the pair", where="dm")
    assert "no search to end" in (await ana.run("/buddy end", _in="#general")).text
    # They are not brought together a second time.
    await _look(study, ana, ben)
    await study.server.advance(timedelta(days=3))
    assert (len(_offers(ana)), len([one for one in _offers(ben) if one.buttons])) == (0, 0)


async def test_a_no_is_seen_by_nobody(study: Study) -> None:
    """Whether the other declines or says nothing, who said yes reads the same words at the same hour, and no name."""
    ana, ben = study.ana, study.ben
    cleo, dan = await study.newcomer("Cleo"), await study.newcomer("Dan")
    await study.server.clock_to(study.berlin("2026-03-03 10:00"))
    await _look(study, ana, ben)
    await _look(study, cleo, dan)
    for one in (ana, ben, cleo, dan):
        await one.sees(OFFER, where="dm")
    assert "Nobody is told" in (await ben.press("No, thanks", where="dm")).text
    said = _timeless((await ana.press("Yes, gladly", where="dm")).text)
    assert said == _timeless((await cleo.press("Yes, gladly", where="dm")).text)
    await study.server.advance(timedelta(hours=20))
    for looker in (ana, cleo):
        assert _timeless((await looker.run("/buddy status", _in="#general")).text) == said

    await study.server.clock_to(study.berlin("2026-03-05 10:00"))
    await study.server.advance(timedelta(seconds=5))
    ended = await ana.sees("No luck this time", where="dm")
    assert ended.text == (await cleo.sees("No luck this time", where="dm")).text
    for looker in (ana, cleo):
        for silent in (ben, dan):
            assert not _names(looker, silent)
            assert not _names(silent, looker)
    await dan.sees_not("No luck")
    assert "This offer is over" in (await dan.press("Yes, gladly", where="dm")).text
