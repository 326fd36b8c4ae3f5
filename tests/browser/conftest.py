"""The sandbox's page in Debian's Chromium: one browser for all tests here, and a window of its own for each person.

Everything runs on one event loop, since the browser outlives a test. CHROMIUM names another browser, HEADED=1 shows the
windows, TRACE=1 keeps a trace of each failed test in .sandbox/browser/.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.window import DESKTOP, PATIENCE_S, Window
from tests.people import Server
from tests.walks.conftest import Begin, Study, beginning

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
KEPT = Path(__file__).parents[2] / ".sandbox" / "browser"
"""Where failed tests leave what their windows showed."""
_HERE = Path(__file__).parent
_failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop and one worker for all of them: several browsers at once would only wait for each other."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip("there is no browser: apt-get install chromium"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test keeps its windows."""
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, started once a worker."""
    headed = bool(os.environ.get("HEADED"))
    expect.set_options(timeout=PATIENCE_S * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            headless=not headed,
            slow_mo=400 if headed else 0,
            env={**os.environ, "LANGUAGE": "en_GB"},
            args=["--disable-gpu", "--font-render-hinting=none", "--force-color-profile=srgb"],
        )
        yield browser
        await browser.close()


Open = Callable[..., Awaitable[Window]]


class Windows:
    """The windows of one test, each person's in a profile of its own."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._server = server
        self._browser = browser
        self._windows: list[Window] = []
        self._stack = AsyncExitStack()

    async def open(self, name: str, *, size: tuple[int, int] = DESKTOP, theme: str = "dark", **more: Any) -> Window:
        """Open the page as somebody. `theme` is light or dark; the clocks are Berlin's."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="light" if theme == "light" else "dark",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Berlin",
            **more,
        )
        self._stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE_S * 1000)
        if os.environ.get("TRACE"):
            await context.tracing.start(screenshots=True, snapshots=True)
        people = (await self._server.get("/sandbox/state"))["people"]
        person = next(one["id"] for one in people if one["name"] == name)
        window = Window(await context.new_page(), name, f"{self._server.url}/?as={person}")
        self._windows.append(window)
        await window.arrive()
        return window

    async def keep(self, test: str) -> None:
        """Write down what each window showed."""
        folder = KEPT / re.sub(r"\W+", "-", test)
        folder.mkdir(parents=True, exist_ok=True)
        for number, window in enumerate(self._windows):
            place = folder / f"{number}-{window.name}"
            with contextlib.suppress(Exception):
                await window.page.screenshot(path=place.with_suffix(".png"))
            if os.environ.get("TRACE"):
                await window.page.context.tracing.stop(path=place.with_suffix(".zip"))

    async def close(self, *, failed: bool) -> None:
        """Close them all; a page that complained or asked elsewhere fails the test, unless it has failed already."""
        await self._stack.aclose()
        for window in self._windows:
            if not failed:
                window.behaved()


@pytest_asyncio.fixture(loop_scope="session")
async def begin(tmp_path: Path) -> AsyncIterator[Begin]:
    """As in the walks, on the browser's event loop."""
    async with beginning(tmp_path) as start:
        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def bare(begin: Begin) -> Study:
    """A server with the bot in it and no group set up."""
    return await begin()


@pytest_asyncio.fixture(loop_scope="session")
async def study(bare: Study) -> Study:
    """A group that is set up: one question a day at 09:00 in Berlin, open for twelve hours."""
    await bare.set_up()
    return bare


@contextlib.asynccontextmanager
async def opening(browser: Browser, server: Server, request: pytest.FixtureRequest) -> AsyncIterator[Windows]:
    """Windows on one sandbox, kept where the test fails, in this block or around it."""
    windows = Windows(browser, server)
    failed = True
    try:
        yield windows
        failed = request.node.stash.get(_failed, False)
    finally:
        if failed:
            await windows.keep(request.node.name)
        await windows.close(failed=failed)


@pytest_asyncio.fixture(loop_scope="session")
async def window(chromium: Browser, bare: Study, request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    """Opens a person's window: `ana = await window("Ana")`."""
    async with opening(chromium, bare.server, request) as windows:
        yield windows.open
