"""The page comes from this machine, talks to nothing else, and turns no text into markup."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

import sandbox
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STATIC = Path(sandbox.__file__).parent / "static"
FILES = sorted(path.name for path in STATIC.iterdir() if path.is_file())
VENDOR = STATIC / "vendor"
SCRIPTS = [name for name in FILES if name.endswith(".js")]
NAMESPACE = "http://www.w3.org/2000/svg"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: apt-get install nodejs")


@pytest.fixture
async def page() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser's requests to a running sandbox."""
    async with Sandbox(port=0) as box, aiohttp.ClientSession(box.url) as session:
        yield session


def run_node(*arguments: str | Path) -> str:
    """What Node prints; its complaints fail the test."""
    assert NODE
    done = subprocess.run([NODE, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


async def test_the_page_and_its_files_are_served(page: aiohttp.ClientSession) -> None:
    """Each file is there with a type that a browser takes although sniffing is forbidden."""
    kinds = {"html": "text/html", "css": "text/css", "js": "javascript", "svg": "image/svg+xml"}
    async with page.get("/") as answer:
        assert answer.status == 200
        assert "Studyhall" in await answer.text()
    for name in FILES:
        async with page.get(f"/static/{name}") as answer:
            assert answer.status == 200
            assert kinds[name.rsplit(".", 1)[-1]] in answer.headers["Content-Type"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_libraries_are_served(page: aiohttp.ClientSession) -> None:
    """The vendored libraries come as scripts from this server, too."""
    for path in VENDOR.rglob("*.js"):
        async with page.get(f"/static/{path.relative_to(STATIC).as_posix()}") as answer:
            assert answer.status == 200
            assert "javascript" in answer.headers["Content-Type"]


def test_the_libraries_are_what_was_published() -> None:
    """Each vendored file has the sum that VENDOR.md gives, none is left out, and each folder has its licence."""
    listed = dict(
        re.findall(r"^\| (\S+) \| `([0-9a-f]{64})` \|$", (VENDOR / "VENDOR.md").read_text("utf-8"), re.MULTILINE)
    )
    scripts = [path for path in VENDOR.rglob("*") if path.suffix in (".js", ".ts")]
    sums = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in scripts}
    assert sums == listed
    assert all((folder / "LICENSE").is_file() for folder in VENDOR.iterdir() if folder.is_dir())


async def test_scripts_come_from_this_server_only(page: aiohttp.ClientSession) -> None:
    """The header allows no script from elsewhere and no frame around the page."""
    async with page.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    assert rules.get("script-src", rules["default-src"]) == ["'self'"]
    assert rules["frame-ancestors"] == ["'none'"]


def test_the_page_forbids_itself_everything_inline() -> None:
    """The page's own policy is stricter than the header, and what it has obeys: browsers apply both."""
    html = read("index.html")
    found = re.search(r'content="(default-src[^"]+)"', html)
    assert found
    assert "unsafe" not in found[1]
    assert found[1].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)


@pytest.mark.parametrize("host", ["example.org", "sandbox.example.org:80", "127.0.0.1.example.org"])
async def test_a_foreign_host_is_refused(page: aiohttp.ClientSession, host: str) -> None:
    """A name that somebody points at this machine (DNS rebinding) opens nothing."""
    for path in ("/", "/static/app.js", "/sandbox/state"):
        async with page.get(path, headers={"Host": host}) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://127.0.0.1:1"])
async def test_a_foreign_origin_is_refused(page: aiohttp.ClientSession, origin: str) -> None:
    """Another page in the same browser can neither act nor listen."""
    headers = {"Origin": origin}
    async with page.post("/sandbox/clock", json={"advance_ms": 1}, headers=headers) as answer:
        assert answer.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await page.ws_connect("/sandbox/live?as=2001", headers=headers)
    assert refused.value.status == 403


@pytest.mark.parametrize("name", FILES)
def test_no_external_address_is_loaded(name: str) -> None:
    """No file names another machine, but for patterns that recognise links in messages."""
    text = read(name).replace(NAMESPACE, "")
    assert not re.findall(r"(?:https?|wss?):(?://|\\/\\/)(?!\$\{location)[\w.]", text)
    assert "@import" not in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_text_never_becomes_markup(name: str) -> None:
    """Messages are built as nodes: there is no door through which their text is parsed as HTML or run."""
    doors = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment"
    assert not re.search(doors, read(name))
    assert "DOMParser" not in read(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_and_ids_exist(name: str) -> None:
    """Each module that is imported is a file, and each id that is asked for stands in the page."""
    text = read(name)
    assert all((STATIC / path).is_file() for path in re.findall(r'from "\./([^"]+)"', text))
    ids = set(re.findall(r'id="([^"]+)"', read("index.html")))
    assert set(re.findall(r'\$\("([^"]+)"\)', text)) <= ids


@needs_node
def test_scripts_parse(tmp_path: Path) -> None:
    """Each file is a well-formed ES module."""
    script = tmp_path / "parse.mjs"
    script.write_text(
        """
        import { readFileSync } from "node:fs";
        import { SourceTextModule } from "node:vm";
        for (const path of process.argv.slice(2)) {
            new SourceTextModule(readFileSync(path, "utf-8"), { identifier: path });
        }
        """,
        "utf-8",
    )
    run_node("--experimental-vm-modules", "--no-warnings", script, *(STATIC / name for name in SCRIPTS))


@needs_node
def test_the_clock_keeps_to_the_zone(tmp_path: Path) -> None:
    """ "Tomorrow 09:00" is nine by the zone's wall clock, also across the spring change; relative times round."""
    (tmp_path / "time.mjs").write_text(read("time.js"), "utf-8")
    script = tmp_path / "try.mjs"
    script.write_text(
        """
        import { SandboxTime, relative } from "./time.mjs";
        const time = new SandboxTime();
        time.set({ now_ms: Date.UTC(2027, 2, 27, 20), frozen: true, next_ms: null, zone: "Europe/Berlin" });
        console.log(new Date(time.tomorrow(9)).toISOString());
        console.log(new Date(time.read(time.write(time.now))).toISOString());
        console.log(time.format(time.now, "t"), "|", time.format(time.now + 60000, "R"));
        console.log([59e3, 3599e3, -7200e3, 26 * 36e5].map(relative).join(", "));
        """,
        "utf-8",
    )
    assert run_node(script).splitlines() == [
        "2027-03-28T07:00:00.000Z",
        "2027-03-27T20:00:00.000Z",
        "21:00 | in 1 minute",
        "in 59 seconds, in 1 hour, 2 hours ago, in 1 day",
    ]
