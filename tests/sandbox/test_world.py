"""Commands' storage, roles, the clock, faults and the page's door."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import orjson
import pytest
from discord import app_commands

from sandbox.clock import Clock, Snowflakes, created_ms, iso, parse_iso
from sandbox.server import Sandbox
from sandbox.study_group import ANA_ID, GENERAL_ID, GUILD_ID, INVITED, TUTOR_ROLE_ID
from tests.people import Member, Server
from tests.sandbox.conftest import Start, StudyClient


async def test_commands_keep_id_and_version_until_they_change(start: Start, ana: Member) -> None:
    """Syncing the same commands twice changes nothing; a new description is a new version of the same id."""
    client = StudyClient()

    @client.tree.command(description="One")
    async def quiz(_: discord.Interaction) -> None:
        """Nothing."""

    await start(client)
    (first,) = await client.tree.fetch_commands()
    application = client.application_id
    assert application is not None
    forms = [command.to_dict(client.tree) for command in client.tree.get_commands()]
    again = (await client.http.bulk_upsert_global_commands(application, forms))[0]
    changed = (await client.http.bulk_upsert_global_commands(application, [{**forms[0], "description": "Two"}]))[0]
    assert int(again["id"]) == first.id == int(changed["id"])
    assert again["version"] != changed["version"]
    for_guild = discord.Object(int(GUILD_ID))
    client.tree.copy_global_to(guild=for_guild)
    assert [one.name for one in await client.tree.sync(guild=for_guild)] == ["quiz"]
    with pytest.raises(discord.Forbidden) as refused:
        await client.tree.sync(guild=discord.Object(99))
    assert refused.value.code == 50001


async def test_an_invalid_command_is_told_by_its_place(start: Start) -> None:
    """discord.py turns the nested 50035 into its own sync failure."""
    client = await start()

    @client.tree.command(description="x")
    @app_commands.describe(topic="y")
    async def quiz(_: discord.Interaction, topic: str) -> None:
        """Nothing."""

    forms: list[Any] = [one.to_dict(client.tree) for one in client.tree.get_commands()]
    forms[0]["options"][0]["name"] = "Not Good"
    assert client.application_id is not None
    with pytest.raises(discord.HTTPException) as refused:
        await client.http.bulk_upsert_global_commands(client.application_id, forms)
    assert refused.value.code == 50035
    assert "Command name is invalid" in str(refused.value)


async def test_roles_obey_the_hierarchy(bot: StudyClient, server: Server) -> None:
    """Giving a role needs Manage Roles, and never one at or above the bot's own."""
    guild = bot.get_guild(int(GUILD_ID))
    assert guild is not None
    ana = await guild.fetch_member(int(ANA_ID))
    for _ in range(2):
        with pytest.raises(discord.Forbidden) as refused:
            made = await server.act("add_role", name="High")
            await ana.add_roles(discord.Object(int(made["role_id"])))
        assert refused.value.code == 50013
        await server.act("set_permission", target="bot", allow=["MANAGE_ROLES"])
    await ana.add_roles(discord.Object(int(TUTOR_ROLE_ID)))
    assert [role.name for role in (await guild.fetch_member(int(ANA_ID))).roles] == ["@everyone", "Tutor"]


async def test_unknown_things_have_their_codes(bot: StudyClient) -> None:
    """Users, members, messages, servers and the list of members without its intent."""
    guild = bot.get_guild(int(GUILD_ID))
    assert guild is not None
    cases = (
        (bot.fetch_user(9), 10013),
        (guild.fetch_member(9), 10013),
        (bot.fetch_guild(9), 10004),
        (bot.fetch_channel(9), 10003),
        (bot.text_channel(GENERAL_ID).fetch_message(9), 10008),
        (guild.fetch_scheduled_event(9), 10070),
    )
    for call, code in cases:
        with pytest.raises(discord.NotFound) as refused:
            await call
        assert refused.value.code == code
    with pytest.raises(discord.Forbidden) as withheld:
        await bot.http.get_members(guild.id, 10, None)
    assert withheld.value.code == 50001


# Faults


async def test_failures_come_as_asked_for(bot: StudyClient, server: Server, ana: Member) -> None:
    """503 is raised by discord.py at once; 429 it obeys and retries; each fault counts down."""
    channel = bot.text_channel(GENERAL_ID)
    await server.fail("POST", r"/messages$", 503)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("lost")
    await server.fail("POST", r"/messages$", 429, times=2, retry_after=0.01)
    await channel.send("patience")
    await ana.sees("patience")
    await ana.sees_not("lost")
    statuses = [one["status"] for one in await server.requests() if one["path"].endswith("/messages")]
    assert statuses == [503, 429, 429, 200]


async def test_a_lost_reply_has_acted(bot: StudyClient, server: Server, ana: Member) -> None:
    """The message is there although the connection broke; the same nonce finds it again."""
    channel = bot.text_channel(GENERAL_ID)
    await server.fail("POST", r"/messages$", lose_reply=True)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel.send("once", nonce="n1")
    seen = await ana.sees("once")
    again = await channel.send("once", nonce="n1")
    assert again.id == int(seen.id)


async def test_rate_limits_are_obeyed(bot: StudyClient, ana: Member, server: Server) -> None:
    """More messages than a window takes all arrive, in order: the client waits as the headers say."""
    channel = bot.text_channel(GENERAL_ID)
    for number in range(12):
        await channel.send(str(number))
    await ana.sees("11")
    assert [m.content for m in ana.messages("#general")] == [str(n) for n in range(12)]
    assert await server.broken_rules() == []


async def test_broken_rules_are_listed(bot: StudyClient, server: Server) -> None:
    """What broke a rule stands in the inspector with its reason."""
    with pytest.raises(discord.HTTPException):
        await bot.text_channel(GENERAL_ID).send("x" * 2001)
    (record,) = await server.broken_rules()
    assert "Must be 2000 or fewer" in record["problems"][0]


# The clock


async def _follow(live: aiohttp.ClientWebSocketResponse, due: list[int], done: list[tuple[int, int]]) -> None:
    async for message in live:
        state = orjson.loads(message.data)
        while due and due[0] <= state["now_ms"]:
            done.append((due.pop(0), state["now_ms"]))
        settled = {"seq": state["seq"], "next_ms": due[0] if due else None}
        await live.send_str(orjson.dumps(settled).decode())


async def test_the_clock_stops_at_everything_due(box: Sandbox, server: Server, ana: Member) -> None:
    """A follower does each due thing at its own instant, in order, before the clock goes on."""
    start_ms = box.clock.now_ms
    due = [start_ms + 1000, start_ms + 5000, start_ms + 9000]
    done: list[tuple[int, int]] = []
    async with server.session.ws_connect(box.url + "/sandbox/clock/ws") as live:
        following = asyncio.create_task(_follow(live, list(due), done))
        first = await server.next_event()
        assert done == [(due[0], due[0])]
        assert first == datetime(2026, 3, 2, 12, 30, 1, tzinfo=UTC)
        await server.advance(timedelta(seconds=4))
        assert done[-1] == (due[1], due[1])
        await server.clock_to(first + timedelta(days=1))
        assert [at for _, at in done] == due
        assert server.now == first + timedelta(days=1)
        following.cancel()
    await server.clock_to(first)
    assert server.now == first


def test_snowflakes_are_unique_and_carry_the_time() -> None:
    """Ten thousand ids at one frozen instant differ, grow, and all say that instant."""
    clock = Clock(frozen=True)
    ids = [Snowflakes(clock).new()]
    flakes = Snowflakes(clock)
    ids = [flakes.new() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, key=int)
    assert {created_ms(one) for one in ids} == {clock.now_ms}
    assert parse_iso(iso(clock.now_ms)) == clock.now_ms
    assert parse_iso("2026-03-02T12:00") is None


async def test_a_running_clock_runs(server: Server) -> None:
    """Not frozen, the sandbox's time goes on from the machine's and can be moved on."""
    async with Sandbox(port=0, frozen=False) as running:
        before = running.clock.now_ms
        await running.clock.move(to_ms=before + 3_600_000)
        assert running.clock.now_ms >= before + 3_600_000
        assert running.clock.state()["frozen"] is False


# The page's door


async def test_only_this_machine_and_its_own_page_come_in(box: Sandbox, server: Server) -> None:
    """A foreign Host or Origin is 403; answers carry a content security policy."""
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        async with server.session.get(box.url + "/sandbox/state", headers=headers) as response:
            assert response.status == 403
    async with server.session.get(box.url + "/sandbox/state", headers={"Origin": box.url}) as response:
        assert response.status == 200
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_the_bot_has_what_the_invite_asks_for() -> None:
    """The bot's role has exactly the rights of the invite link in the README."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"oauth2/authorize\?\S*permissions=(\d+)", readme) == [str(INVITED)]


async def test_the_page_knows_the_group(ana: Member, server: Server) -> None:
    """The state has people, channels by sight, clock and bot."""
    state = await server.get("/sandbox/state", ANA_ID)
    assert [(one["name"], one["role"], one["admin"]) for one in state["people"]] == [
        ("Ana", "Member", False),
        ("Ben", "Member", False),
        ("Tova", "Tutor", True),
        ("Mia", "Member", False),
        ("Adam", "Admin", True),
    ]
    assert state["me"]["id"] == ANA_ID
    assert state["bot"]["connected"] is False
    assert state["clock"]["frozen"] is True
    assert (await server.post("/sandbox/bot/kill", {}))["error"]


async def test_people_see_what_they_may(ana: Member, server: Server) -> None:
    """A channel whose sight is denied is gone from the page, and writing there is refused."""
    await server.act("set_permission", target=GUILD_ID, channel_id=GENERAL_ID, deny=["VIEW_CHANNEL"])
    assert "general" not in ana.channels()
    answer = await server.post(f"/sandbox/channels/{GENERAL_ID}/messages", {"content": "x"}, ANA_ID)
    assert answer["status"] == "refused"


async def test_a_failing_wait_prints_the_screen(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """When something does not come, the report says what the person does see."""
    monkeypatch.setattr("tests.page.PATIENCE_S", 0.05)
    await ana.says("only this")
    with pytest.raises(AssertionError, match="only this"):
        await ana.sees("something else")
