"""What the page draws anew, and what it leaves as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from sandbox.server import Sandbox
from sandbox.study_group import BEN_ID, DAILY_QUIZ_ID
from tests.browser.conftest import opening
from tests.people import Server

COUNTING = """() => {
    const parse = Date.parse;
    window.read = 0;
    Date.parse = (text) => (window.read++, parse(text));
}"""
"""Whatever draws a message reads when it was sent."""


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """A sandbox without a bot."""
    async with Sandbox(port=0, frozen=True) as box, Server.open(box.url) as server:
        yield server


async def test_a_key_draws_no_message(server: Server, chromium: Browser, request: pytest.FixtureRequest) -> None:
    """While one types, with the list of commands open and without, no message is drawn; one that comes is."""
    say = f"/sandbox/channels/{DAILY_QUIZ_ID}/messages"
    for number in range(5):
        await server.post(say, {"content": f"message {number}"}, BEN_ID)
    async with opening(chromium, server, request) as windows:
        ana = await windows.open("Ana")
        await ana.go("daily-quiz")
        await ana.sees("message 4")
        await ana.page.evaluate(COUNTING)
        await ana.entry.press_sequentially("/leader")
        await expect(ana.page.get_by_text("No command is called /leader")).to_be_visible()
        await ana.entry.fill("")
        await ana.entry.press_sequentially("Hello @B")
        await expect(ana.page.get_by_role("listbox", name="Members")).to_be_visible()
        assert await ana.page.evaluate("read") == 0
        await server.post(say, {"content": "one more"}, BEN_ID)
        await ana.sees("one more")
        assert await ana.page.evaluate("read") > 0
