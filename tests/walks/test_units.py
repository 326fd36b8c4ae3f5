"""Ana keeps her certificate: units entered and taken out, what must not be shared refused, and one reminder."""

from __future__ import annotations

from datetime import timedelta

from tests.walks.conftest import Study

TITLE = "AAPC webinar on 2026 *guideline* changes"


async def test_a_cycle_from_the_first_unit_to_the_reminder_of_its_end(study: Study) -> None:
    """Only Ana sees her units; the reminder says what is missing, once, also after a restart, and can be stopped."""
    ana = study.ana
    reply = await ana.run("/ceu status")
    assert "0 of 36" in reply.text
    assert "I do not know when your cycle ends" in reply.text
    reply = await ana.run("/ceu add", title=TITLE, units=1.5, completed="yesterday")
    assert reply.message is not None
    assert reply.message.ephemeral
    assert "1.5 of 36; still to earn: 34.5 units" in reply.text
    assert "\\*guideline\\*" in reply.text
    for title, seen in (("CEU index # AB1234567", "an index number"), ("Key 1.B 2.C 3.A", "answers to a quiz")):
        reply = await ana.run("/ceu add", title=title, units=1)
        assert f"That looks like {seen}" in reply.text
        assert title not in reply.text
    reply = await ana.run("/ceu add", title="Conference", units=0.7)
    assert "I cannot take “0.7” units" in reply.text
    reply = await ana.run("/ceu cycle", ends="20 March", units=40)
    assert "21 March 2024 to 20 March 2026, 40 units" in reply.text
    await ana.run("/ceu add", title="Conference", units=12)
    (one, *_) = await ana.completes("/ceu remove", "entry", "webinar")
    reply = await study.ben.run("/ceu remove", entry=one.value)
    assert "I find no such entry of yours" in reply.text
    reply = await ana.run("/ceu remove", entry=one.value)
    assert "Taken out: 1.5 units" in reply.text
    reply = await ana.run("/ceu status")
    assert "12 of 40" in reply.text
    assert "Conference" in reply.text
    assert "webinar" not in reply.text
    assert "must not be shared" in reply.text

    await study.restart()
    await study.server.clock_to(study.berlin("2026-03-05 10:00"))
    word = await ana.sees("Your certification cycle ends", where="dm")
    assert "**in 15 days**, on 20 March 2026" in word.text
    assert "12 of 40 units: 28 to go" in word.text
    await study.server.advance(timedelta(hours=1))
    await study.restart()
    assert len([one for one in ana.messages("dm") if "certification cycle" in one.text]) == 1
    custom_id = word.buttons[0].custom_id or ""
    reply = await study.ben.press_raw(word, custom_id)
    assert reply.status == "refused" or "belongs to somebody else" in reply.text
    await ana.press("No more such reminders", on=word)
    await ana.sees("brings them back", ephemeral=True)
    await study.server.clock_to(study.berlin("2026-03-20 12:00"))
    assert len([one for one in ana.messages("dm") if "certification cycle" in one.text]) == 1
