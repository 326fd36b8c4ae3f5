"""The sandbox as a place: its clock, its faults and its inspector, for whoever runs it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import orjson
import pytest

from sandbox.clock import DAY_MS
from sandbox.inspector import KEPT_BYTES, Inspector, hide
from sandbox.study_group import ADAM_ID, ANA_ID, BEN_ID, BOT_ID, DAILY_QUIZ_ID, GENERAL_ID, GUILD_ID, TOKEN
from tests.people import Member, Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sandbox.server import Sandbox
    from tests.sandbox.conftest import StudyClient

HOUR_MS = 3_600_000


class Planner:
    """A bot's clock: it waits for `plan` (instant → what it does there) and reports each as done."""

    def __init__(self, box: Sandbox, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.box = box
        self.socket = socket
        self.plan: dict[int, Callable[[], Any]] = {}

    async def run(self) -> None:
        async for message in self.socket:
            word = orjson.loads(message.data)
            for at in sorted(one for one in self.plan if one <= word["now_ms"]):
                self.plan.pop(at)()
            await self.socket.send_json({"seq": word["seq"], "next_ms": min(self.plan, default=None)})


@pytest.fixture
async def planner(box: Sandbox, server: Server) -> AsyncIterator[Planner]:
    """A bot that follows the clock."""
    async with server.session.ws_connect(box.url + "/sandbox/clock/ws") as socket:
        made = Planner(box, socket)
        running = asyncio.create_task(made.run())
        yield made
        await socket.close()
        await running


def nothing() -> None:
    """Bookkeeping that nobody sees."""


async def test_the_next_event_is_one_that_people_see(
    box: Sandbox, server: Server, planner: Planner, ana: Member, ben: Member
) -> None:
    """Bookkeeping is passed over; the answer says what appeared, with its place, and keeps others' words to itself."""
    now = box.clock.now_ms
    quiz = box.world.channels[DAILY_QUIZ_ID]

    def post() -> None:
        box.people.say(BEN_ID, quiz.id, {"content": "Question of the day\nWhich one?"})

    def whisper() -> None:
        box.people.say(BEN_ID, box.world.dm(BEN_ID, BOT_ID).id, {"content": "a secret"})

    planner.plan = {now + HOUR_MS: nothing, now + DAY_MS: nothing, now + 2 * DAY_MS: post, now + 3 * DAY_MS: whisper}
    moved = await server.post("/sandbox/clock", {"to": "seen"}, ANA_ID)
    assert moved["now_ms"] == now + 2 * DAY_MS
    (seen,) = moved["happened"]
    assert (seen["kind"], seen["where"], seen["title"]) == ("message", "#daily-quiz", "Question of the day")
    assert (seen["channel_id"], seen["seen"], seen["at_ms"]) == (DAILY_QUIZ_ID, True, now + 2 * DAY_MS)
    assert seen["message_id"] in quiz.messages
    moved = await server.post("/sandbox/clock", {"to": "seen"}, ANA_ID)
    assert moved["now_ms"] == now + 3 * DAY_MS
    (unseen,) = moved["happened"]
    assert (unseen["where"], unseen["title"], unseen["message_id"]) == ("direct messages with Ben", "", None)


async def test_the_search_for_an_event_ends(box: Sandbox, server: Server, planner: Planner) -> None:
    """A sentence says so where nothing is planned, nothing is seen for long, or the bot is not there."""
    assert "Nothing is planned" in (await server.post("/sandbox/clock", {"to": "seen"}))["why"]
    now = box.clock.now_ms
    planner.plan = {now + day * DAY_MS: nothing for day in range(1, 100)}
    moved = await server.post("/sandbox/clock", {"advance_ms": 1})
    assert moved["happened"] == []
    moved = await server.post("/sandbox/clock", {"to": "seen"})
    assert "60 days" in moved["why"]
    assert moved["now_ms"] == now + 1 + 60 * DAY_MS
    planner.plan = {moved["now_ms"] + minute: nothing for minute in range(1, 300)}
    assert "200 instants" in (await server.post("/sandbox/clock", {"to": "seen"}))["why"]
    await planner.socket.close()
    assert "not connected" in (await server.post("/sandbox/clock", {"to": "seen"}))["why"]


async def test_switches_are_turned_named_and_ended(box: Sandbox, server: Server) -> None:
    """Each switch says what to expect; pages hear of every turn; one press ends all."""
    panel = await server.get("/sandbox/faults")
    assert [one["name"] for one in panel["switches"]] == [
        "offline", "slow", "errors-500", "unavailable-503", "rate-limit", "lost-replies"
    ]  # fmt: skip
    assert all(one["does"] and one["expect"] and not one["on"] for one in panel["switches"])
    async with server.session.ws_connect(box.url + "/sandbox/live") as live:
        assert orjson.loads((await live.receive()).data)["t"] == "READY"
        for name in ("slow", "errors-500", "lost-replies"):
            await server.faults(switch=name)
            heard = orjson.loads((await live.receive()).data)
            assert heard["t"] == "FAULTS"
            assert name in [one["name"] for one in heard["d"]["switches"] if one["on"]]
    panel = await server.faults(switch="slow", on=False)
    assert panel["on"] == ["Errors (500)", "Lost replies"]
    answer = await server.session.get(box.url + "/api/v10/users/@me", headers={"Authorization": f"Bot {TOKEN}"})
    assert answer.status == 500
    assert (await server.faults(end=True))["on"] == []
    await server.faults(switch="rate-limit")
    statuses = []
    for _ in range(4):
        async with server.session.get(box.url + "/api/v10/users/@me", headers={"Authorization": f"Bot {TOKEN}"}) as one:
            statuses.append(one.status)
    assert statuses == [429, 200, 429, 200]
    assert (await server.post("/sandbox/faults", {"switch": "gravity"}))["error"].startswith(
        "There is no switch gravity"
    )


async def test_rights_are_taken_and_given_back(box: Sandbox, server: Server) -> None:
    """What the bot may no longer do is named until it is given back; what it had before is then as it was."""
    before = {"target": "bot", "channel_id": GENERAL_ID, "allow": ["MANAGE_MESSAGES"]}
    await server.act("set_permission", **before)
    channel = box.world.channels[GENERAL_ID]
    (was,) = [one for one in channel.data["permission_overwrites"] if one["id"] == BOT_ID]
    await server.faults(take={"channel_id": GENERAL_ID, "right": "send"})
    panel = await server.faults(take={"channel_id": GENERAL_ID, "right": "view"})
    assert panel["on"] == ["Send messages taken away in #general", "See the channel taken away in #general"]
    panel = await server.faults(give_back={"channel_id": GENERAL_ID, "right": "send"})
    assert [one["right"] for one in panel["taken"]] == ["view"]
    assert (await server.faults(end=True))["taken"] == []
    assert [one for one in channel.data["permission_overwrites"] if one["id"] == BOT_ID] == [was]
    assert (
        "no right fly"
        in (await server.post("/sandbox/faults", {"take": {"channel_id": GENERAL_ID, "right": "fly"}}))["error"]
    )


async def test_the_inspector_tells_the_story_of_a_message(box: Sandbox, server: Server, bot: StudyClient) -> None:
    """A message's requests come with bodies and times, refusals with the rule; tokens are nowhere."""
    channel = bot.text_channel(GENERAL_ID)
    sent = await channel.send("hello")
    with pytest.raises(discord.HTTPException):
        await channel.send("x" * 2001)
    everything = await server.get("/sandbox/inspector")
    titles = [one["title"] for one in everything["entries"]]
    assert [one for one in titles if one in ("hello", "identify", "READY")] == ["hello", "identify", "READY"]
    about = (await server.get(f"/sandbox/inspector?about={sent.id}"))["entries"]
    assert [(one["kind"], one["title"]) for one in about][:2] == [
        ("to-bot", "MESSAGE_CREATE"),
        ("request", f"/channels/{GENERAL_ID}/messages"),
    ]
    detail = await server.get(f"/sandbox/inspector/{about[1]['number']}")
    assert (detail["method"], detail["status"], detail["request"]["content"]) == ("POST", 200, "hello")
    assert detail["response"]["id"] == str(sent.id)
    refused = [one for one in everything["entries"] if one["refused"]]
    assert refused[-1]["refused"].startswith("50035 Invalid Form Body (content: Must be 2000 or fewer")
    whole = [await server.get(f"/sandbox/inspector/{one['number']}") for one in everything["entries"]]
    assert TOKEN not in orjson.dumps(whole).decode()
    assert (await server.get("/sandbox/inspector/999999"))["error"]


async def test_the_inspector_follows_people(box: Sandbox, server: Server, ana: Member) -> None:
    """Whoever follows reads each act as it comes, with who did it and why it was refused."""
    async with server.session.ws_connect(box.url + "/sandbox/inspector/live") as live:
        while not box.inspector.followers:  # noqa: ASYNC110  the handshake is over before the follower is there
            await asyncio.sleep(0)
        await server.post(f"/sandbox/channels/{GENERAL_ID}/messages", {"content": ""}, ADAM_ID)
        (entry,) = orjson.loads((await live.receive()).data)["entries"]
        assert (entry["kind"], entry["who"], entry["refused"]) == ("person", ADAM_ID, "The message is empty.")
        assert entry["status"] == 400
    assert (await server.get(f"/sandbox/inspector?since={entry['number']}"))["entries"] == []


def test_the_inspector_forgets(box: Sandbox) -> None:
    """Its memory is bounded by bytes, and a single body is cut."""
    inspector = Inspector(box.world, box.interactions)
    for _ in range(300):
        inspector.person(ANA_ID, "POST", "/channels/1/messages", 200, 1.0, bytes(200_000), b"", "")
    kept = sum(len(one.request) for one in inspector.entries)
    assert kept <= KEPT_BYTES
    assert inspector.newest()["forgotten"] == 300 - len(inspector.entries)
    newest = inspector.detail(300)
    assert newest is not None
    assert newest["cut"]


def test_no_token_is_shown() -> None:
    """In paths, in bodies, in gateway frames."""
    assert hide("/interactions/12/aW-x_9/callback") == "/interactions/12/hidden/callback"
    assert hide("/webhooks/3001/aW-x_9/messages/@original?x=1") == "/webhooks/3001/hidden/messages/@original?x=1"
    assert (
        hide('{"op":2,"d":{"token": "abc","session_id":"x"}}')
        == '{"op":2,"d":{"token": "hidden","session_id":"hidden"}}'
    )


async def test_each_window_knows_what_its_person_may(box: Sandbox, server: Server, ana: Member, ben: Member) -> None:
    """Direct messages, hidden channels and private threads are in nobody else's state, history or stream."""
    hidden = (await server.act("create_channel", name="tutors-only"))["channel_id"]
    await server.act("set_permission", target=GUILD_ID, channel_id=hidden, deny=["VIEW_CHANNEL"])
    async with server.session.ws_connect(f"{box.url}/sandbox/live?as={BEN_ID}&page") as live:
        dm = await server.post("/sandbox/dms", {"user_id": BOT_ID}, ANA_ID)
        for place, person in ((dm["id"], ANA_ID), (hidden, ADAM_ID)):
            await server.post(f"/sandbox/channels/{place}/messages", {"content": "a secret"}, person)
        thread = await server.post(
            f"/sandbox/channels/{GENERAL_ID}/threads", {"name": "a secret", "private": True}, ADAM_ID
        )
        await live.send_str('{"sync": 1}')
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["t"] != "SYNC":
            heard.append(orjson.loads((await live.receive()).data))
    assert "a secret" not in str(heard)
    assert "a secret" not in str(await server.get("/sandbox/state", BEN_ID))
    for place in (dm["id"], hidden, thread["id"]):
        answer = await server.get(f"/sandbox/channels/{place}/messages", BEN_ID)
        assert answer["error"] == "There is no such channel."
