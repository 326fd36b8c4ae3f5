"""One person's window in a real browser: they look, write, press and choose by what is to be read there.

Everything is found by its role and name, as people and screen readers find it; every wait is for something to be seen.
"""

from __future__ import annotations

import base64
import os
import re
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.async_api import ConsoleMessage, Locator, Page, Request, WebSocket, expect

from tests.people import File

PATIENCE_S = 15.0
"""Real seconds until something that does not appear fails the test."""
PICTURES = bool(os.environ.get("PICTURES"))
"""Whether the README's pictures are wanted."""
_DOCS = Path(__file__).parents[2] / "docs"
DESKTOP, PHONE = (1280, 800), (375, 720)
_AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


class Window:
    """A page open as `name`. Made by the fixture `window`."""

    def __init__(self, page: Page, name: str, address: str) -> None:
        self.page = page
        self.name = name
        self.address = address
        self.complaints: list[str] = []
        self.allowed: list[str] = []
        self._host = urlsplit(address).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.context.on("request", self._asked)
        page.on("websocket", self._connected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host and not request.url.startswith(("data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def _connected(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).netloc != self._host:
            self.complaints.append(f"connected elsewhere: {socket.url}")

    def behaved(self) -> None:
        """Assert that nothing was asked of another host and nothing complained, but for what is `allowed`."""
        bad = [one for one in self.complaints if not any(part in one for part in self.allowed)]
        assert not bad, f"{self.name}'s page: {bad}"

    async def arrive(self) -> None:
        """Open the page."""
        await self.page.goto(self.address)
        await expect(self.page).to_have_title(re.compile(rf"· {self.name} ·"))

    # Places

    @property
    def log(self) -> Locator:
        """The open channel's messages."""
        return self.page.get_by_role("main").get_by_role("log", name=re.compile("^Messages "))

    @property
    def entry(self) -> Locator:
        """The input line of the open channel."""
        return self.page.get_by_role("main").get_by_role("textbox", name=re.compile("^Message "))

    @property
    def thread(self) -> Locator:
        """The side panel with a thread."""
        return self.page.get_by_role("region", name=re.compile("^Thread: "))

    @property
    def drawer(self) -> Locator:
        """The drawer of whoever runs the sandbox."""
        return self.page.get_by_role("complementary", name="Sandbox tools")

    async def tools(self, tab: str) -> None:
        """Open the drawer at one of its tabs."""
        if not await self.drawer.is_visible():
            await self.page.get_by_role("button", name="Tools", exact=True).click()
        await self.drawer.get_by_role("tab", name=tab).click()

    def dialog(self, name: str | re.Pattern[str]) -> Locator:
        """An open form, list or picture."""
        return self.page.get_by_role("dialog", name=name)

    def channel(self, name: str) -> Locator:
        """A channel's entry at the side."""
        named = re.compile(rf"^\W*{re.escape(name)}\b")
        return self.page.get_by_role("navigation", name="Channels").get_by_role("button", name=named)

    async def go(self, name: str) -> None:
        """Open a channel; on a phone the list of them is behind a button."""
        entry = self.channel(name).first
        if not await entry.is_visible():
            await self.page.get_by_role("button", name="Channels and people").click()
        await entry.click()
        await expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    # Looking

    def message(self, text: str | re.Pattern[str]) -> Locator:
        """The newest message with this text in it."""
        return self.log.get_by_role("listitem").filter(has_text=text).last

    async def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait for a message with this text; returns the newest."""
        found = self.message(text)
        await expect(found).to_be_visible()
        return found

    async def sees_not(self, text: str) -> None:
        """Assert that the open channel does not show it."""
        await expect(self.log).not_to_contain_text(text)

    # Doing

    async def press(self, label: str, on: Locator | None = None) -> None:
        """Press the newest button of that name, on a message or anywhere in the channel."""
        await (on or self.log).get_by_role("button", name=label, exact=True).last.click()

    async def acts_on(self, message: Locator, action: str) -> None:
        """Choose from a message's menu."""
        await message.click(button="right", position={"x": 4, "y": 4})
        await self.page.get_by_role("menu", name="Message actions").get_by_role("menuitem", name=action).click()

    async def press_thread(self, name: str) -> None:
        """Open a thread beside its channel, by the link below the message that it belongs to."""
        link = self.log.get_by_role("button", name=re.compile(rf"^{re.escape(name)} \d+ messages?"))
        await link.last.click()
        await expect(self.thread).to_be_visible()

    async def writes(self, text: str) -> None:
        """Send a message."""
        await self.entry.fill(text)
        await self.entry.press("Enter")

    async def drops(self, file: File, place: Locator) -> None:
        """Drop a file on a place, as from a desktop."""
        made = """([name, type, data]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
            transfer.items.add(new File([bytes], name, {type}));
            return transfer;
        }"""
        data = base64.b64encode(file.data).decode()
        transfer = await self.page.evaluate_handle(made, [file.name, file.content_type, data])
        for happening in ("dragenter", "dragover", "drop"):
            await place.dispatch_event(happening, {"dataTransfer": transfer})

    async def becomes(self, name: str) -> None:
        """Be somebody else in this window."""
        await self.page.get_by_role("button", name=re.compile("^You are ")).click()
        await self.dialog("Be somebody").get_by_role("button", name=re.compile(f"^Be {name}")).click()
        await expect(self.page).to_have_title(re.compile(rf"· {name} ·"))
        self.name = name

    # Commands and forms

    @property
    def offered(self) -> Locator:
        """The commands that the picker offers."""
        return self.page.get_by_role("listbox", name="Commands").get_by_role("option")

    async def picks(self, command: str) -> Locator:
        """Choose a slash command in the picker; returns its form."""
        await self.entry.fill(command)
        await self.offered.filter(has=self.page.get_by_text(command, exact=True)).click()
        form = self.page.get_by_role("form", name=command)
        await expect(form).to_be_visible()
        return form

    async def run(self, command: str, **options: str) -> None:
        """Run a slash command with these options (people, channels and choices by what is read there)."""
        form = await self.picks(command)
        for name, value in options.items():
            await self.fills(form, name, value)
        await self.runs(command)

    async def runs(self, command: str) -> None:
        """Run the command whose form is open."""
        form = self.page.get_by_role("form", name=command)
        await form.get_by_role("button", name="Run").click()
        await expect(form).to_be_hidden()

    async def option(self, form: Locator, name: str) -> Locator:
        """The field of a command's option, asked for first where it is optional."""
        more = form.get_by_role("button", name=f"+ {name}", exact=True)
        if await more.count():
            await more.click()
        return form.get_by_role("textbox", name=name, exact=True).or_(
            form.get_by_role("combobox", name=name, exact=True)
        )

    async def fills(self, form: Locator, name: str, value: str) -> Locator:
        """Fill in one option of a command; returns its field."""
        field = await self.option(form, name)
        if await field.evaluate("element => element.tagName") == "SELECT":
            await field.select_option(label=value)
        else:
            await field.fill(value)
        return field

    async def submits(self, name: str | re.Pattern[str]) -> None:
        """Send an open form."""
        await self.dialog(name).get_by_role("button", name="Submit").click()

    async def moves(self, button: str | re.Pattern[str]) -> None:
        """Move the clock by one of its buttons, and wait until what became due has happened."""
        controls = self.page.get_by_role("group", name="Move the clock")
        if not await controls.is_visible():
            await self.page.get_by_role("button", name="Clock", exact=True).click()
        await controls.get_by_role("button", name=button).click()
        await expect(controls).not_to_have_attribute("aria-busy", "true")

    async def types_to(self, wanted: Locator, keys: str) -> None:
        """Come to something by Tab alone, and press a key there or type a text."""
        await expect(wanted).to_be_visible()
        for _ in range(120):
            if await wanted.evaluate("element => element === document.activeElement"):
                break
            await self.page.keyboard.press("Tab")
        await expect(wanted).to_be_focused()
        if keys in ("Enter", " "):
            await self.page.keyboard.press(keys)
        else:
            await self.page.keyboard.type(keys)

    # Showing

    async def picture(self, name: str) -> None:
        """Write what is seen to docs/ for the README, where PICTURES=1 asks for it."""
        if not PICTURES:
            return
        await self.page.mouse.move(0, 0)
        drawn = "() => [...document.images].every((one) => one.complete && one.naturalWidth)"
        await self.page.wait_for_function(drawn)
        await expect(self.page.locator(".toast")).to_have_count(0)
        shot = Image.open(BytesIO(await self.page.screenshot(animations="disabled", caret="hide")))
        small = shot.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(_DOCS / f"{name}.png", optimize=True)

    # Judging

    async def is_accessible(self, part: Locator | None = None) -> None:
        """Assert that axe finds nothing wrong in what is seen now, or in a part of it, and that nothing is too wide.

        Judged are a desktop and a phone in the dark, and the colours in the light: of all that only they hang on it.
        """
        await self.page.evaluate(_AXE)
        before = self.page.viewport_size
        assert before is not None
        await self._judge(part)
        await self.page.emulate_media(color_scheme="light")
        await self._judge(part, "color-contrast")
        await self.page.emulate_media(color_scheme="dark")
        await self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await self._judge(part)
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        await self.page.set_viewport_size(before)

    async def _judge(self, part: Locator | None, *rules: str) -> None:
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        place = part or self.page.locator("html")
        found = await place.evaluate("(part, options) => axe.run(part, options)", options)
        wrong = [
            f"{one['id']} ({one['help']}): {node['html'][:200]} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert not wrong, f"{self.name}'s page, {self.page.viewport_size}:\n" + "\n".join(wrong)
