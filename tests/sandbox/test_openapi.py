"""Requests are held against Discord's own description, loosened only where real clients differ from it."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import discord
import pytest
from aiohttp import web
from discord.http import HTTPClient, handle_message_parameters

from sandbox.openapi import LOOSENINGS, Checker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

JSON = "application/json"
DESCRIPTION = os.environ.get("DISCORD_OPENAPI")
needs_description = pytest.mark.skipif(
    not DESCRIPTION,
    reason="DISCORD_OPENAPI is unset: save specs/openapi.json of github.com/discord/discord-api-spec "
    "and set the variable to its path",
)


@pytest.fixture
def small(tmp_path: Path) -> Checker:
    """A description of three operations, small enough to see through."""
    text = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    choice = {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Text"}]}
    document = {
        "openapi": "3.1.0",
        "paths": {
            "/notes/{id}": {
                "parameters": [{"name": "id", "in": "path"}],
                "get": {"parameters": [{"name": "limit", "in": "query"}]},
                "put": {"requestBody": {"required": True, "content": {JSON: {"schema": choice}}}},
            },
            "/notes/@last": {
                "put": {"requestBody": {"content": {"multipart/form-data": {"schema": text}}}},
            },
        },
        "components": {"schemas": {"Text": text}},
    }
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return Checker(path, loosenings=())


def test_an_unknown_operation_is_reported(small: Checker) -> None:
    """A path or a method that the description does not have is a mistake of the client."""
    assert small.check("GET", "/api/v10/nowhere/1", None, "") == ["GET /nowhere/1: no such operation"]
    assert small.check("DELETE", "/api/v10/notes/1", None, "") == ["DELETE /notes/1: no such operation"]
    assert small.check("GET", "/api/v10/notes/1", None, "") == []


def test_a_literal_path_wins_over_a_template(small: Checker) -> None:
    """`/notes/@last` takes a form although `/notes/{id}` takes JSON."""
    [problem] = small.check("PUT", "/notes/@last", b'{"text": "x"}', JSON)
    assert "content type 'application/json' where multipart/form-data" in problem


def test_queries_are_checked_by_name(small: Checker) -> None:
    """A misspelt parameter would be ignored by Discord without a word."""
    assert small.check("GET", "/notes/1?limit=5", None, "") == []
    problem = "GET /notes/{id}: unknown query parameter 'limt'"
    assert small.check("GET", "/notes/1?limt=5", None, "") == [problem]


@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        (None, "the body is missing"),
        (b"{", "the body is not application/json"),
        (b'{"text": 5}', 'text: 5 is not of type "string"'),
    ],
)
def test_a_body_is_explained(small: Checker, body: bytes | None, fragment: str) -> None:
    """The report names the place inside the body and the reason, through any choice of schemas."""
    [problem] = small.check("PUT", "/notes/1", body, JSON)
    assert problem.startswith("PUT /notes/{id}: ")
    assert fragment in problem


def test_a_form_is_read(small: Checker) -> None:
    """`payload_json` is checked as JSON is; files beside it do no harm, whatever bytes they hold."""
    lines = [
        b"--edge",
        b'Content-Disposition: form-data; name="payload_json"',
        b"",
        b'{"text": 5}',
        b"--edge",
        b'Content-Disposition: form-data; name="files[0]"; filename="a.png"',
        b"Content-Type: image/png",
        b"",
        b"\x00\xff\r\n\xfe",
        b"--edge--",
        b"",
    ]
    form = "multipart/form-data; boundary=edge"
    wrong = b"\r\n".join(lines)
    assert small.check("PUT", "/notes/@last", wrong.replace(b"5", b'"five"'), form) == []
    assert "is not of type" in small.check("PUT", "/notes/@last", wrong, form)[0]


SNOWFLAKE = ("POST", "/users/@me/channels", b'{"recipient_id": 77}')
NESTED = (
    "POST",
    "/channels/7/threads?use_nested_fields=1",
    b'{"name": "A case", "message": {"content": "What would you code?"}}',
)


@needs_description
@pytest.mark.parametrize(
    ("name", "request_"),
    [("integer snowflakes", SNOWFLAKE), ("nested fields of a forum post", NESTED)],
)
def test_each_loosening_is_needed(name: str, request_: tuple[str, str, bytes]) -> None:
    """Without its entry the description refuses what discord.py sends; with all entries it passes."""
    assert DESCRIPTION
    others = [loosening for loosening in LOOSENINGS if loosening.name != name]
    assert Checker(DESCRIPTION, loosenings=others).check(*request_, JSON) != []
    assert Checker(DESCRIPTION).check(*request_, JSON) == []


def test_each_loosening_has_its_test() -> None:
    """The table above covers every entry, and each entry says why."""
    assert {loosening.name for loosening in LOOSENINGS} == {
        "integer snowflakes",
        "nested fields of a forum post",
    }
    assert all(loosening.reason for loosening in LOOSENINGS)


@needs_description
@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ({"content": "x" * 4001}, "content"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds/0/title"),
        ({"nonce": "x" * 26}, "nonce"),
        (
            {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "A" * 81}]}]},
            "components/0/components/0/label",
        ),
    ],
)
def test_the_description_refuses_what_discord_refuses(body: dict[str, object], fragment: str) -> None:
    """A value over a documented limit is named with its place."""
    assert DESCRIPTION
    problems = Checker(DESCRIPTION).check("POST", "/channels/7/messages", json.dumps(body).encode(), JSON)
    assert any(fragment in problem for problem in problems), problems


class Recorder:
    """A server that answers every request with one object and keeps what the description says to it."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.problems: list[str] = []
        self.seen = 0

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        content_type = request.headers.get("Content-Type", "")
        self.problems += self.checker.check(request.method, str(request.rel_url), body, content_type)
        self.seen += 1
        answer = json.dumps({"id": "5", "username": "Studyhall", "discriminator": "0"}).encode()
        return web.Response(body=answer, headers={"Content-Type": JSON})


@pytest.fixture
async def recorder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Recorder]:
    assert DESCRIPTION
    recorder = Recorder(Checker(DESCRIPTION))
    server = web.Application()
    server.router.add_route("*", "/{rest:.*}", recorder.handle)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10")
    yield recorder
    await runner.cleanup()


@needs_description
async def test_what_discord_py_sends_is_accepted(recorder: Recorder) -> None:
    """Messages, files, mentions, threads and reactions of an unmodified discord.py raise no objection."""
    client = discord.Client(intents=discord.Intents.none())
    http: HTTPClient = client.http
    await http.static_login("sandbox-token")
    embed = discord.Embed(title="Anatomy", description="Which bone?", colour=0x5865F2)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="A", custom_id="answer:1:A", emoji="🦴"))
    view.add_item(discord.ui.Select(custom_id="topic", options=[discord.SelectOption(label="Anatomy")]))
    mentions = discord.AllowedMentions(users=[discord.Object(9)], everyone=False)
    with handle_message_parameters(
        content="Hello", embed=embed, view=view, nonce="abc", allowed_mentions=mentions
    ) as sent:
        await http.send_message(7, params=sent)
    chart = discord.File(io.BytesIO(b"\x89PNG\r\n\xff"), "chart.png")
    with handle_message_parameters(content="A chart", file=chart) as sent:
        await http.send_message(7, params=sent)
    await http.start_private_message(77)
    await http.start_thread_with_message(7, 8, name="Why?", auto_archive_duration=1440)
    await http.edit_channel(7, archived=True, locked=True)
    await http.add_reaction(7, 8, "%E2%9C%85")
    await http.create_guild_scheduled_event(
        2,
        name="Review",
        entity_type=2,
        privacy_level=2,
        channel_id=6,
        scheduled_start_time="2026-01-01T00:00:00+00:00",
    )
    await client.close()
    assert recorder.seen == 8
    assert recorder.problems == []
