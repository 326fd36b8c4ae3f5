"""The guided first minutes: each step notices by itself that it is done."""

from __future__ import annotations

from pathlib import Path

from tests.walks.conftest import DAILY, Begin
from tests.walks.test_feedback import ASK
from tests.walks.test_kinds import SHORT, begun


async def test_the_first_minutes_notice_what_is_done(begin: Begin) -> None:
    """Set up, answer by the hint, be wrong by the hint, look, ask, set a date, and hear of it twice: in this order."""
    study = await begin()
    server, ana, ben = study.server, study.ana, study.ben

    async def done() -> list[str]:
        return [one["name"] for one in (await server.get("/sandbox/guide"))["steps"] if one["done"]]

    async def hint(name: str) -> str:
        (found,) = [one for one in (await server.get("/sandbox/guide"))["steps"] if one["name"] == name]
        return str(found["hint"])

    refused = await ana.run("/setup", _in=DAILY)
    assert refused.failed
    assert await done() == []
    await study.set_up()
    assert await done() == ["setup"]
    assert await hint("answer") == ""
    moved = await server.post("/sandbox/clock", {"to": "seen", "question": True}, ana.id)
    assert moved["happened"][-1]["where"] == DAILY
    assert await done() == ["setup", "question"]
    question = await ana.sees("Closes", where=DAILY)
    key = await study.key(question)
    assert await hint("answer") == f"In the open question {key} is right."
    letter = (await hint("wrong")).split()[4]
    assert letter != key
    await ana.press(key, on=question)
    await ana.press("Sure")
    assert await done() == ["setup", "question", "answer"]
    await ben.press(letter, on=question)
    await ben.press("Guess")
    await ben.run("/progress", _in=DAILY)
    assert await done() == ["setup", "question", "answer", "wrong", "weak"]
    await ana.run("/feedback ask", _in=DAILY)
    await ana.submit(**ASK)
    await ana.sees(ASK["title"], where=DAILY)
    await ana.run("/exam set", _in=DAILY, date="in 15 days")
    assert (await done())[-2:] == ["feedback", "exam"]
    for expected in ("That was the first of them.", ""):
        moved = await server.post("/sandbox/clock", {"to": "seen", "dm": ana.id}, ana.id)
        assert moved["happened"][-1]["where"] == "direct messages with Ana"
        assert await hint("ladder") == expected
    assert (await done())[-1] == "ladder"


async def test_a_first_question_without_letters_is_one_too(begin: Begin, tmp_path: Path) -> None:
    """Where it is to be typed, the clock stops at it, the hint says where to press, and what was typed is an answer."""
    study = await begun(begin, tmp_path, SHORT)

    async def steps() -> dict[str, dict[str, object]]:
        return {one["name"]: one for one in (await study.server.get("/sandbox/guide"))["steps"]}

    await study.server.post("/sandbox/clock", {"to": "seen", "question": True}, study.ana.id)
    (question,) = study.posts("Closes")
    found = await steps()
    assert found["question"]["done"]
    assert "press Answer" in str(found["answer"]["hint"])
    await study.ana.press("Answer", on=question)
    await study.ana.submit(answer="open-reduction")
    assert (await steps())["answer"]["done"]
