"""The people's side over HTTP: the page and what people do; the operator's doors stand in `operator_http`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from sandbox import operator_http, people_threads, rest_reactions, scheduled
from sandbox.people_commands import RefusedError

if TYPE_CHECKING:
    from sandbox.operator_http import OperatorSide
    from sandbox.server import Sandbox

STATIC = Path(__file__).parent / "static"
_THREAD_ACTS = {
    "threads": people_threads.start,
    "thread": people_threads.change,
    "members": people_threads.change_members,
}


def _json(data: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")


class PeopleSide:
    """The handlers, over one sandbox."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.people = box.people
        self.operator: OperatorSide

    def person(self, request: web.Request) -> str:
        """Who acts: the header X-Person, else ?as=, else the first person."""
        wanted = request.headers.get("X-Person") or request.query.get("as")
        if wanted is None:
            return str(self.box.world.people()[0]["id"])
        if wanted not in self.box.world.users:
            raise RefusedError(f"There is nobody with the id {wanted}.")
        return wanted

    async def page(self, _: web.Request) -> web.StreamResponse:
        """The page itself."""
        return web.FileResponse(STATIC / "index.html")

    async def state(self, request: web.Request) -> web.Response:
        """Everything that a page draws."""
        body = self.people.state(self.person(request))
        body["clock"] = {**self.box.live.clock_json(), "zone": "UTC"}
        body["faults"] = self.operator.panel.json()
        body["bot"] = self.operator.bot()
        return _json(body)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """The live stream."""
        return await self.box.live.serve(request, self.person(request))

    async def history(self, request: web.Request) -> web.Response:
        """A channel's messages, oldest first."""
        limit = int(request.query.get("limit", "100"))
        return _json(self.people.history(self.person(request), request.match_info["channel"], limit))

    async def pins(self, request: web.Request) -> web.Response:
        """A channel's pinned messages."""
        return _json(self.people.pins(self.person(request), request.match_info["channel"]))

    async def say(self, request: web.Request) -> web.Response:
        """Write a message."""
        form = orjson.loads(await request.read())
        return _json(self.people.say(self.person(request), request.match_info["channel"], form))

    async def thread(self, request: web.Request) -> web.Response:
        """Start a thread or forum post, change one, or its members."""
        form = orjson.loads(await request.read())
        person = self.person(request)
        channel = self.people.channel(person, request.match_info["channel"])
        act = _THREAD_ACTS[request.match_info["act"]]
        return _json(act(self.box.world, channel, person, form))

    async def react(self, request: web.Request) -> web.Response:
        """Add or take back a reaction: {emoji, remove?: bool}."""
        form = orjson.loads(await request.read())
        person = self.person(request)
        channel = self.people.channel(person, request.match_info["channel"])
        message = channel.messages.get(request.match_info["message"])
        if message is None:
            raise RefusedError("That message is gone.")
        if channel.is_thread and channel.data["thread_metadata"]["archived"]:
            raise RefusedError("This thread is archived: write in it first.")
        change = rest_reactions.unreact if form.get("remove") else rest_reactions.react
        change(self.box.world, channel, message, str(form["emoji"]), person)
        return _json({})

    async def dm(self, request: web.Request) -> web.Response:
        """Open a DM: {user_id} → channel."""
        form = orjson.loads(await request.read())
        return _json(self.people.open_dm(self.person(request), str(form.get("user_id"))))

    async def speak(self, request: web.Request) -> web.Response:
        """Join or leave a voice channel."""
        form = orjson.loads(await request.read())
        return _json(self.people.speak(self.person(request), form))

    async def dismiss(self, request: web.Request) -> web.Response:
        """Remove an ephemeral message: {channel_id, message_id}."""
        form = orjson.loads(await request.read())
        self.people.dismiss(self.person(request), str(form.get("channel_id")), str(form.get("message_id")))
        return _json({})

    async def interact(self, request: web.Request) -> web.Response:
        """One interaction; answers after the bot's first response or the deadline."""
        form = orjson.loads(await request.read())
        return _json(await self.people.interact(self.person(request), form))

    async def burst(self, request: web.Request) -> web.Response:
        """Many interactions at once, for measurements."""
        return _json(await self.people.burst(orjson.loads(await request.read())))

    async def interest(self, request: web.Request) -> web.Response:
        """Press "Interested" on a scheduled event: {guild_id, event_id, interested}."""
        form = orjson.loads(await request.read())
        guild = self.box.world.guilds.get(str(form.get("guild_id")))
        if guild is None:
            raise RefusedError("There is no such server.")
        interested = bool(form.get("interested", True))
        person = self.person(request)
        scheduled.set_interest(self.box.world, guild, str(form.get("event_id")), person, interested=interested)
        return _json({})

    async def file(self, request: web.Request) -> web.Response:
        """An uploaded attachment."""
        stored = self.box.world.files.get(request.match_info["attachment"])
        if stored is None:
            return _json({"message": "404: Not Found", "code": 0}, 404)
        headers = {"Content-Type": stored.content_type, "Content-Security-Policy": "default-src 'none'; sandbox"}
        if not stored.content_type.startswith("image/"):
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=stored.data, headers=headers)


def add_routes(app: web.Application, box: Sandbox) -> None:
    """Register the people's routes."""
    side = PeopleSide(box)
    operator = side.operator = operator_http.add_routes(app, box, side.person)
    box.live.greeting = lambda: {"clock": box.live.clock_json(), "bot": operator.bot()}
    box.gateway.watchers.append(lambda: box.live.tell_all("BOT", operator.bot()))
    add = app.router.add_route
    add("GET", "/", side.page)
    add("GET", "/sandbox/state", side.state)
    add("GET", "/sandbox/live", side.live)
    add("GET", "/sandbox/channels/{channel}/messages", side.history)
    add("GET", "/sandbox/channels/{channel}/pins", side.pins)
    add("POST", "/sandbox/channels/{channel}/messages", side.say)
    add("POST", "/sandbox/channels/{channel}/{act:threads|thread|members}", side.thread)
    add("POST", "/sandbox/channels/{channel}/messages/{message}/reactions", side.react)
    add("POST", "/sandbox/dms", side.dm)
    add("POST", "/sandbox/voice", side.speak)
    add("POST", "/sandbox/messages/dismiss", side.dismiss)
    add("POST", "/sandbox/interactions", side.interact)
    add("POST", "/sandbox/burst", side.burst)
    add("POST", "/sandbox/interest", side.interest)
    add("GET", "/cdn/attachments/{channel}/{attachment}/{name}", side.file)
    if STATIC.is_dir():
        app.router.add_static("/static/", STATIC)
