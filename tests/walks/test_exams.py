"""An exam's date and its day: the ladder, the quiet, and the way on after it, as members meet them."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from bot.services import groups
from tests.people import Member, Message
from tests.services.month import month
from tests.walks.conftest import DAILY, Study

WEAK = ("Anatomy", "Modifiers")


async def _learnt(study: Study, person: Member) -> None:
    """A month of answers behind somebody: right in most topics, wrong in two."""
    house = study.bot.house
    group = await groups.find(house.database, 1001)
    await month(
        house.database,
        house.desk,
        group,
        house.blueprint(group),
        int(person.id),
        until=study.server.now,
        answers=240,
        rng=Random(5),
        chances=dict.fromkeys(WEAK, 0.05),
    )


async def _at(study: Study, local: str) -> None:
    await study.server.clock_to(study.berlin(local))


def _dms(person: Member) -> list[Message]:
    return person.messages("dm") if "dm" in person.channels() else []


async def _presses_in_dm(study: Study, person: Member) -> None:
    """One tap practises the weak topics in the direct messages, from question to result and on."""
    card = await person.press("Practise these two", where="dm")
    assert any(f"Practice · {topic}" in card.text for topic in WEAK), card.text
    assert "Locked" in (await person.press("A", on=card.message)).text
    assert "it never moves the board" in (await person.press("Sure", where="dm")).text
    following = await person.press("Another one", where="dm")
    assert any(f"Practice · {topic}" in following.text for topic in WEAK)


async def test_the_ladder_a_quiet_day_and_the_way_on(study: Study) -> None:
    """Ana is told at 14, 7 and 1 days, with weak topics and practice; her day is quiet; a setback stays hers alone."""
    ana, ben = study.ana, study.ben
    await _learnt(study, ana)
    await ana.run("/streak ping", switch="on")
    assert "set no exam date" in (await ana.run("/exam status")).text
    noted = await ana.run("/exam set", date="24 March", time="9:00", blueprint="cpc")
    assert noted.message is not None
    assert noted.message.ephemeral
    exam_at = int(study.berlin("2026-03-24 09:00").timestamp())
    for part in ("Tuesday 24 March 2026, 09:00", f"<t:{exam_at}:F>", "The clock is that of **Europe/Berlin**", "Odds"):
        assert part in noted.text, part
    # The rung at 30 days is past: it is not sent late.
    await _at(study, "2026-03-10 17:59")
    assert _dms(ana) == []
    await _at(study, "2026-03-10 18:01")
    rung = await ana.sees("14 days to", where="dm")
    assert all(topic in rung.text for topic in WEAK)
    assert "late" not in rung.text
    await _presses_in_dm(study, ana)
    # The bot sleeps through the seventh day, and says the number of days that are left.
    await _at(study, "2026-03-17 12:00")
    await study.stop()
    await _at(study, "2026-03-19 12:00")
    await study.start()
    await study.server.advance(timedelta(minutes=1))
    late = await ana.sees("5 days to", where="dm")
    assert "42 h 1 min late" in late.text or "42 h late" in late.text
    status = await ana.run("/exam status")
    assert "in 5 days" in status.text
    assert "4 more daily questions come before it" in status.text
    assert "▼ below the target · Anatomy" in status.text
    # Ben finds her on the calendar once she wants to be there.
    assert "Nobody has put an exam" in (await ben.run("/exam board")).text
    await ana.press("Show me on the calendar")
    board = await ben.run("/exam board")
    assert f"<@{ana.id}>" in board.text
    assert "24 March" in board.text
    assert "09:00" not in board.text
    assert "It reaches them" in (await ben.press("exl:")).text
    assert "already" in (await ben.press("exl:")).text
    await _at(study, "2026-03-23 18:01")
    assert "Tomorrow" in (await ana.sees("sleep", where="dm")).text
    before = len(_dms(ana))
    # She answers today, so that a streak would be pinged tomorrow.
    await ana.press("A", on=study.posts("Closes")[-1])
    await _at(study, "2026-03-24 23:59")
    news = _dms(ana)[before:]
    assert len(news) == 1
    assert "🍀 Tuesday 24 March 2026" in news[0].text
    assert f"<@{ben.id}> wishes you luck" in news[0].text
    await _at(study, "2026-03-25 10:01")
    question = await ana.sees("However it went".lower(), where="dm")
    custom_id = next(one.custom_id for one in question.buttons if one.label == "Passed")
    assert "belongs to somebody else" in (await ben.press_raw(study.posts("Closes", DAILY)[-1], custom_id)).text
    failed = await ana.press("Did not pass", where="dm")
    assert "I am sorry" in failed.text
    assert "Retakes" in failed.text
    # A slip of the finger on a phone is no fate.
    assert "Congratulations" in (await ana.press_raw(question, custom_id)).text
    assert "No harm done" in (await ana.press("That was the wrong button", where="dm")).text
    assert "I am sorry" in (await ana.press("Did not pass", where="dm")).text
    assert "not entered your score report yet" in (await ana.press("My gaps", where="dm")).text
    await _reports(study, ana)
    await ana.run("/exam board", show="off")
    assert "Nobody has put an exam" in (await ben.run("/exam board")).text
    for secret in ("score report", "did not pass", "Did not pass", "setback"):
        await ben.sees_not(secret)


async def _reports(study: Study, ana: Member) -> None:
    """The private report, its gaps in their order, the retake's date, and the end of the pause."""
    await ana.press("Enter my score report", where="dm")
    refused = await ana.submit({"s0": "sixty"})
    assert "Nothing was kept" in refused.text
    await ana.press("Enter my score report", where="dm")
    half = await ana.submit({"s0": "60", "s1": "abc", "s2": "40/50"})
    assert "I could not read “Surgery and Modifiers: abc”; the rest is kept" in half.text
    form = await ana.press("Change my score report", where="dm")
    assert form.modal is not None
    assert form.modal.components["s0"]["value"] == "60"
    gaps = await ana.submit({"s0": "60", "s1": "55 %", "s2": "40/50", "s3": "20"})
    order = [gaps.text.index(name) for name in ("Other", "Surgery and Modifiers", "Medical Concepts")]
    assert order == sorted(order), gaps.text
    assert "Guidelines" not in gaps.text
    assert "Practice ·" in (await ana.press("Practise the largest gap", where="dm")).text
    await ana.press("Set a retake date", where="dm")
    retake = await ana.submit(day="4/6/2026")
    assert "could be two days" in retake.text
    chosen = await ana.press("Thu 4 June 2026", where="dm")
    assert "Thursday 4 June 2026" in chosen.text
    assert "No time was named" in chosen.text
    assert (await study.rows("SELECT on_board FROM members WHERE user_id = :id", id=int(ana.id)))[0]["on_board"] == 0
    status = await ana.run("/exam status")
    assert "rest for you" in status.text
    assert "as you had them before" in (await ana.press("End the pause")).text
    assert (await study.rows("SELECT on_board FROM members WHERE user_id = :id", id=int(ana.id)))[0]["on_board"] == 1


async def test_a_pass_is_told_only_when_its_member_asks(study: Study) -> None:
    """Ben passed: the group reads one line after his press, once; he may stay as a helper."""
    ben = study.ben
    noted = await ben.run("/exam set", date="4 March", wish_at="7:15")
    assert "(the day only)" in noted.text
    await _at(study, "2026-03-04 23:00")
    (wish,) = [one for one in _dms(ben) if "🍀" in one.text]
    assert "Breathe" in wish.text
    await _at(study, "2026-03-05 10:01")
    passed = await ben.press("Passed", where="dm")
    assert "Congratulations" in passed.text
    await study.server.advance(timedelta(minutes=5))
    assert study.posts("has passed") == []
    await ben.press("Tell the group", where="dm")
    await study.server.advance(timedelta(minutes=1))
    await study.restart()
    (line,) = study.posts("has passed")
    assert f"<@{ben.id}> has passed" in line.text
    await ben.press("Tell the group", where="dm")
    await study.server.advance(timedelta(minutes=1))
    assert len(study.posts("has passed")) == 1
    await ben.press("Stay as a helper", where="dm")
    assert await study.rows("SELECT helper FROM sitters") == [{"helper": 1}]
    assert "Nobody sees that you offered" in (await ben.press("Look at others' questions", where="dm")).text
    assert len(await study.rows("SELECT * FROM reviewers")) == 1
    offered = await ben.run("/exam clear")
    assert "Which exam" in offered.text
    assert "Forgotten" in (await ben.press(f"exc:{(await study.rows('SELECT exam_id FROM exams'))[0]['exam_id']}")).text
    assert await study.rows("SELECT * FROM agenda WHERE kind = 'exam'") == []


async def test_what_cannot_be_an_exam_date_is_refused_in_words(study: Study) -> None:
    """Nonsense, the past, an unknown zone, a forged button: a sentence each, and nothing is kept."""
    ana = study.ana
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"date": "**someday**"}, "cannot read “\\*\\*someday\\*\\*”"),
        ({"date": "2 March 2024"}, "cannot read"),
        ({"date": "today", "time": "0:01"}, "name a time that is still to come"),
        ({"date": "20 March", "time": "nine"}, "as a time of day"),
        ({"date": "20 March", "zone": "Atlantis"}, "no place called"),
        ({"date": "20 March", "blueprint": "bar"}, "no exam called"),
    )
    for options, said in cases:
        assert said in (await ana.run("/exam set", **options)).text, options
    asked = await ana.run("/exam set", date="3/4", zone="Europe/London")
    assert asked.message is not None
    assert [one.label for one in asked.message.buttons] == ["Wed 4 March 2026", "Fri 3 April 2026"]
    for forged, said in (
        ("exd:0:20261399:t:w:z:b", "older version"),
        ("exd:0:20260401:t9999:w:z:b", "older version"),
        ("exd:0:20260401:t:w:zMars:b", "no place called"),
        ("exd:0:20200101:t:w:z:b", "name a time"),
        ("exd:77:20260401:t:w:z:b", "no longer here"),
        ("exc:77", "no longer here"),
        ("exl:77", "no longer here"),
        ("exp:s:77:t1", "no longer here"),
        ("exo:77:passed:s", "no longer here"),
        ("exo:77:won:s", "older version"),
        ("exu:0", "not paused"),
        ("exb:maybe", "older version"),
    ):
        assert said in (await ana.press_raw(asked.message, forged)).text, forged
    assert await study.rows("SELECT * FROM exams") == []


async def test_closed_direct_messages_are_told_at_the_next_contact(study: Study) -> None:
    """A rung that was refused is no silence: the next command says so."""
    await study.ana.run("/exam set", date="10 March")
    await study.server.act("block_dms", user_id=study.ana.id)
    await _at(study, "2026-03-03 18:05")
    shown = await study.ana.run("/exam status")
    assert "in 7 days" in shown.text
    assert (
        "your direct messages are closed" in (await study.ana.sees("could not send you a message about your exam")).text
    )
    await study.ana.run("/exam status")
    assert len([one for one in study.ana.messages() if "could not send you a message" in one.text]) == 1


async def test_a_report_of_many_sections_is_one_field_of_lines(study: Study) -> None:
    """Seventeen sections do not fit a form's five fields: a line each, some left empty, one misspelt and named."""
    ana = study.ana
    await ana.run("/exam set", date="tomorrow", blueprint="cpc-17")
    await _at(study, "2026-03-03 23:00")
    (exam,) = await study.rows("SELECT exam_id FROM exams")
    await _at(study, "2026-03-04 10:01")
    await study.restart()
    await ana.press("Did not pass", where="dm")
    form = (await ana.press("Enter my score report", where="dm")).modal
    assert form is not None
    lines = str(next(iter(form.components.values()))["value"])
    assert "Integumentary surgery: " in lines
    assert len(lines.splitlines()) == 17
    assert "cannot read “Anatomia: 50”" in (await ana.submit({"all": "Anatomia: 50"})).text
    await ana.press_raw((await ana.sees("I am sorry", where="dm")), f"exr:{exam['exam_id']}")
    gaps = await ana.submit({"all": f"{lines}\nAnatomy = 40 %\nRadiology 60"})
    assert gaps.text.index("Anatomy") < gaps.text.index("Radiology")
    assert "Not entered: Integumentary surgery" in gaps.text
