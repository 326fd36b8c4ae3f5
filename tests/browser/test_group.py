"""A group's day in four windows."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.walks.conftest import Study, wrong


async def test_a_day_in_four_windows(bare: Study, window: Open) -> None:
    """Tova sets the group up, three answer (one by keyboard alone), each sees their own result; then it closes."""
    tova = await window("Tova")
    await tova.go("daily-quiz")
    await tova.run("/setup", channel="# daily-quiz", zone="Europe/Berlin")
    await tova.sees("is set up")
    await tova.moves(re.compile("Next event"))
    await bare.newcomer("Cleo")
    question = await bare.ana.sees("Closes", where="#daily-quiz")
    key = await bare.key(question)
    ana, ben, cleo = await window("Ana"), await window("Ben"), await window("Cleo")
    for one in (ana, ben, cleo):
        await one.go("daily-quiz")
        await one.sees("Closes")
    await ana.press(key)
    await ana.sees(f"Locked: {key}")
    await ana.press("Sure")
    await ana.sees("Right")
    await ben.press(wrong(key))
    await ben.press("Guess")
    await ben.sees("Not this time")
    await ben.sees_not("✔ Right")
    await ana.sees_not("Not this time")
    await expect(ana.log).to_contain_text("Only you can see this")
