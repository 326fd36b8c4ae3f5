"""The sandbox talks to this machine alone, and of all pages in its browsers to its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from sandbox.guard import FOREIGN_HOST, FOREIGN_PAGE, is_loopback
from sandbox.server import Sandbox
from sandbox.study_group import ANA_ID, GENERAL_ID, TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DOORS = [
    ("GET", "/"),
    ("GET", "/static/app.js"),
    ("GET", "/nowhere"),
    ("GET", "/api/v10/users/@me"),
    ("POST", f"/api/v10/channels/{GENERAL_ID}/messages"),
    ("GET", "/gateway"),
    ("GET", "/cdn/attachments/1/2/x.png"),
    ("GET", "/sandbox/clock/ws"),
    ("POST", "/sandbox/clock"),
    ("GET", "/sandbox/state"),
    ("GET", "/sandbox/live"),
    ("GET", "/sandbox/inspector"),
    ("GET", "/sandbox/inspector/live"),
    ("POST", "/sandbox/interactions"),
    ("POST", "/sandbox/faults"),
    ("POST", "/sandbox/world/leave"),
    ("POST", "/sandbox/bot/kill"),
    ("POST", "/sandbox/month"),
]
FOREIGN_HOSTS = [
    "example.org",
    "sandbox.example.org:80",
    "127.0.0.1.example.org",
    "localhost:x",
    "[::2]:80",
    "10.0.0.1",
]


@pytest.fixture
async def page() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser's requests to a running sandbox, with nothing of its own in the headers."""
    async with Sandbox(port=0) as box, aiohttp.ClientSession(box.url) as session:
        yield session


async def test_every_door_is_shut_to_foreign_names_and_pages(page: aiohttp.ClientSession) -> None:
    """A name that somebody points at this machine, and a page from elsewhere, get one sentence and nothing else."""
    foreign = [({"Host": host}, FOREIGN_HOST) for host in FOREIGN_HOSTS]
    foreign += [({"Origin": one}, FOREIGN_PAGE) for one in ("https://example.org", "null", "http://127.0.0.1:1")]
    foreign += [
        ({"Sec-Fetch-Site": one, "Sec-Fetch-Mode": "no-cors"}, FOREIGN_PAGE) for one in ("cross-site", "same-site")
    ]
    for method, path in DOORS:
        for headers, sentence in foreign:
            async with page.request(method, path, headers={"Authorization": f"Bot {TOKEN}", **headers}) as answer:
                assert answer.status == 403, (path, headers)
                assert await answer.json() == {"error": sentence}
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await page.ws_connect(f"/sandbox/live?as={ANA_ID}", origin="https://example.org")
    assert refused.value.status == 403


async def test_this_machine_by_any_of_its_names(page: aiohttp.ClientSession) -> None:
    """127.0.0.1, localhost and [::1] are taken, with the page's own origin, from the address bar, and from a bot."""
    for host in ("127.0.0.1:8420", "localhost:8420", "LOCALHOST", "[::1]:8420", "[::1]"):
        assert is_loopback(host)
        async with page.get("/sandbox/state", headers={"Host": host, "Origin": f"http://{host}"}) as answer:
            assert answer.status == 200
    async with page.get("/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}) as answer:
        assert answer.status == 200
    async with page.get("/api/v10/users/@me", headers={"Authorization": f"Bot {TOKEN}"}) as answer:
        assert answer.status == 200


async def test_every_answer_says_what_it_may_load(page: aiohttp.ClientSession) -> None:
    """The policy and nosniff stand on pages, files, data, refusals, what is missing, and the bot's API."""
    for method, path in [*DOORS, ("DELETE", "/sandbox/state"), ("GET", "/api/v10/nowhere")]:
        async with page.request(method, path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "unsafe" not in policy
            assert "http" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_uploaded_page_is_no_page_here(page: aiohttp.ClientSession) -> None:
    """A file that a member uploads is downloaded, or shown as a picture without scripts."""
    evil = {"filename": "x.svg", "content_type": "image/svg+xml", "data_base64": "PHN2Zy8+"}
    form = {"content": "look", "attachments": [evil, {**evil, "filename": "x.html", "content_type": "text/html"}]}
    async with page.post(f"/sandbox/channels/{GENERAL_ID}/messages", json=form) as answer:
        picture, document = [one["url"] for one in (await answer.json())["attachments"]]
    async with page.get(picture) as answer:
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    async with page.get(document) as answer:
        assert answer.headers["Content-Disposition"] == "attachment"
