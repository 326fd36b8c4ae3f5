"""A group's day in four windows."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.walks.conftest import Study, wrong


async def test_a_day_in_four_windows(bare: Study, window: Open) -> None:
    """Tova sets the group up, three answer (one by keyboard alone), each sees their own result; then it closes.

    The channel that somebody does not look at is marked as unread.
    """
    await bare.newcomer("Cleo")
    tova, ana, ben, cleo = [await window(name) for name in ("Tova", "Ana", "Ben", "Cleo")]
    await tova.go("daily-quiz")
    await tova.run("/setup", channel="# daily-quiz", zone="Europe/Berlin")
    await tova.sees("is set up")
    await ana.sees_not("is set up")
    await tova.moves(re.compile("Next event"))

    question = await bare.ana.sees("Closes", where="#daily-quiz")
    key = await bare.key(question)
    await expect(ana.channel("daily-quiz")).to_contain_text("unread")
    for one in (ana, ben):
        await one.go("daily-quiz")
        await one.sees("Closes")
    await ana.press(key)
    await ana.sees(f"Locked: {key}")
    await ana.press("Sure")
    await ana.sees("✔ Right")
    await ben.press(wrong(key))
    await ben.press("Guess")
    await ben.sees("✘ Not this time")
    await ben.sees("Only you can see this")

    await cleo.types_to(cleo.channel("daily-quiz"), "Enter")
    await cleo.sees("Closes")
    await cleo.types_to(cleo.message("Closes").get_by_role("button", name=key, exact=True), "Enter")
    await cleo.types_to(cleo.message("Locked").get_by_role("button", name="Guess"), " ")
    await cleo.sees("✔ Right")
    await cleo.types_to(cleo.message("✔ Right").get_by_role("button", name="Dismiss message"), "Enter")
    await cleo.sees_not("✔ Right")
    await cleo.types_to(cleo.entry, "Thank you")
    await cleo.page.keyboard.press("Enter")

    for one in (ana, ben, tova):
        await one.sees("Thank you")
    await ana.sees("3 members have answered")
    await ana.sees_not("Not this time")
    await ben.sees_not("✔ Right")
    await tova.sees_not("Locked")
    await ana.picture("page")

    await tova.moves(re.compile("Next event"))
    await ana.sees("Closed")
    await expect((await ben.sees("Closed")).get_by_role("button", name=key, exact=True)).to_be_disabled()
    await tova.moves(re.compile("Next event"))
    digest = await ben.sees("That was Tuesday 3 March")
    await ben.press("My move", digest)
    await ben.sees("You have no points this week yet")
    await ana.sees_not("no points this week")
