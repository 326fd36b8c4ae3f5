"""What whoever runs the sandbox does: break things, look behind them, go through the guide."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from sandbox.launcher import BotProcess
from sandbox.server import Sandbox
from tests.blank import stocked
from tests.browser.conftest import Open, opening
from tests.browser.window import DESKTOP, PHONE, PICTURES, Window
from tests.people import Server
from tests.walks.conftest import Study, wrong

DAILY = "#daily-quiz"


@pytest_asyncio.fixture(loop_scope="session")
async def box(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox with the bot as a process of its own."""
    database = tmp_path / "studyhall.db"
    await stocked(database)
    async with Sandbox(port=0, frozen=True) as box:
        box.bot_process = BotProcess(box.url, database, log=tmp_path / "bot.log")
        await box.bot_process.start()
        yield box
        await box.bot_process.stop()


async def test_faults_are_switched_on_and_the_bot_killed_in_the_page(
    box: Sandbox, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    """In an outage a press fails and says so, and the answer is kept. Killed and started again, the bot goes on.

    The inspector shows each press with what went over the wire, and what stands behind one message.
    """
    async with Server.open(box.url) as server, opening(chromium, server, request) as windows:
        await server.bot_is(connected=True)
        ana, tova = await server.member("Ana"), await windows.open("Tova")
        await (await server.member("Tova")).run("/setup", channel=DAILY)
        await server.next_event()
        await ana.sees("Closes", where=DAILY)
        window = await windows.open("Ana")
        await window.go("daily-quiz")
        await tova.page.get_by_role("button", name="Tools").click()
        await tova.tools("Faults")
        outage = tova.drawer.get_by_role("switch", name="Unavailable (503)")
        await outage.click()
        await expect(outage).to_be_checked()
        await expect(window.page.get_by_role("banner")).to_contain_text("Unavailable (503)")
        await window.press("A", await window.sees("Closes"))
        await window.sees("This interaction failed")
        await tova.is_accessible(tova.drawer)
        await tova.drawer.get_by_role("button", name="End all faults").click()
        await expect(window.page.get_by_role("banner")).not_to_contain_text("Unavailable (503)")
        await window.press("A", await window.sees("Closes"))
        await window.sees("You already answered: A")
        await window.sees_not("This interaction failed")

        await tova.drawer.get_by_role("button", name="Kill the bot").click()
        await expect(window.page.get_by_role("banner")).to_contain_text("Bot offline")
        await tova.drawer.get_by_role("button", name="Start the bot").click()
        await expect(window.page.get_by_role("banner")).to_contain_text("Bot online", timeout=30_000)
        await window.press("Sure")
        await window.sees(re.compile("✔ Right|✘ Not this time"))

        await tova.tools("Inspector")
        wire = tova.drawer.get_by_role("list", name="On the wire")
        await tova.drawer.get_by_label("What").select_option(label="The bot's requests")
        await tova.drawer.get_by_label("Words").fill("callback")
        line = wire.get_by_role("listitem").first
        await line.get_by_role("button").click()
        await expect(line.get_by_role("region", name="Request")).to_contain_text("Source")
        await tova.is_accessible(tova.drawer)
        await expect(wire).to_contain_text("A fault that is switched on: 503.")
        await tova.go("daily-quiz")
        await tova.acts_on(await tova.sees("Closes"), "Inspect")
        await expect(tova.drawer).to_contain_text("Behind the message of Studyhall")
        await tova.drawer.get_by_label("Words").fill("/messages")
        await expect(wire.get_by_role("listitem").last).to_contain_text("Question of the day")


async def step(window: Window, title: str) -> Locator:
    """Come to a step of the guide; returns what it says."""
    await window.tools("Guide")
    found = window.drawer.get_by_role("listitem").filter(has=window.page.get_by_role("button", name=title))
    await expect(found).to_have_attribute("aria-current", "step")
    return found


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop", "phone"])
async def test_the_guided_first_minutes(bare: Study, window: Open, size: tuple[int, int], theme: str) -> None:
    """One window that is Tova, Ana and Ben in turn goes through every step, each of which notices that it is done.

    The month at its end passes day by day, and can be stopped; what happened stays.
    """
    me = await window("Ana", size=size, theme=theme)
    await me.page.get_by_role("button", name="Show me").click()

    async def does(title: str, button: str) -> None:
        await (await step(me, title)).get_by_role("button", name=button).click()

    await does("Set up the group", "Be Tova and type /setup")
    await me.runs("/setup")
    await me.sees("is set up")
    await does("Let the first question come", "Move the clock")
    question = await bare.ana.sees("Closes", where=DAILY)
    key = await bare.key(question)
    await does("Answer it", "Be Ana, at the question")
    await me.press(key, await me.sees("Closes"))
    await me.press("Sure")
    await me.sees("✔ Right")
    await does("Be wrong", "Be Ben, at the question")
    await me.press(wrong(key), await me.sees("Closes"))
    await me.press("Guess")
    await me.sees("✘ Not this time")
    await does("See the weak area", "Be Ben and type /progress")
    await me.runs("/progress")
    await me.sees("topics")
    await does("Ask for feedback", "Be Ana and type /feedback ask")
    await me.runs("/feedback ask")
    for name in ("Title", "What I did", "What I would like to know"):
        await me.dialog("Ask for feedback").get_by_role("textbox", name=name).fill("Is E11.65 right?")
    await me.submits("Ask for feedback")
    await does("Set an exam date", "Be Ana and type /exam set")
    await me.runs("/exam set")
    await me.sees("CPC (four sections): noted")
    await does("Watch the ladder of reminders", "On to Ana's next direct message")
    await does("Watch the ladder of reminders", "On to Ana's next direct message")
    await does("See a month of a group", "Let a month pass")
    if PICTURES and size == DESKTOP:
        await expect(me.drawer).to_contain_text("That was it", timeout=300_000)
    else:
        await expect(me.drawer).to_contain_text(re.compile(r"Day \d+ of 30"), timeout=30_000)
        await me.drawer.get_by_role("button", name="Stop").click()
        await expect(me.drawer).to_contain_text("what happened stays", timeout=30_000)
    await me.drawer.get_by_role("button", name="Close the tools").click()
    await me.becomes("Tova")
    await me.go("daily-quiz")
    await me.run("/leaderboard")
    await me.sees("points")
    await me.run("/group overview")
    await me.sees("The group · CPC")
    if size == DESKTOP:
        await me.picture("month")
