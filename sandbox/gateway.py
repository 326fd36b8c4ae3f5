"""The gateway: hello, identify, ready, heartbeats, events, resume with replay, close codes, compression."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import WSMsgType, web

from sandbox import gateway_events
from sandbox.close_codes import CLOSE_CODES, GatewayCloseError, keeps_session
from sandbox.gateway_sessions import Connection, Session, cut, packer
from sandbox.guild_json import guild_create

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.errors import Json
    from sandbox.world import Bot, Event, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS = 0, 1, 2, 3, 4, 6, 7, 8
INVALID_SESSION, HELLO, ACK = 9, 10, 11

HEARTBEAT_INTERVAL_MS = 41_250
ACK_DELAY_S = 0.02
SESSION_LIFE_S = 600.0
"""Real seconds that a dropped session can be resumed for."""

_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
_KNOWN_INTENTS = (1 << 26) - 1


class Gateway:
    """All sessions, and the one place that decides what each of them hears."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.watchers: list[Callable[[], None]] = []
        self.taps: list[Callable[[bytes, bool], None]] = []
        self.offline = False
        self.silent = False
        self.heartbeat_ms = HEARTBEAT_INTERVAL_MS
        self.ready_ms = 0.0
        self.guilds_ms = 0.0
        self.outages: set[str] = set()
        world.listeners.append(self._heard)

    def connected(self, bot: Bot | None = None) -> bool:
        """Whether a bot (any, unless one is named) is identified and listening, with all of its shards."""
        there: dict[tuple[str, int], set[int]] = {}
        for one in self.sessions.values():
            if one.connection is not None and (bot is None or one.bot is bot):
                there.setdefault((one.bot.id, one.shard[1]), set()).add(one.shard[0])
        return any(len(found) == count for (_, count), found in there.items())

    def _sent(self, frame: bytes) -> None:
        for tap in self.taps:
            tap(frame, True)

    def _received(self, frame: bytes) -> None:
        for tap in self.taps:
            tap(frame, False)

    def _heard(self, event: Event) -> None:
        for session in list(self.sessions.values()):
            found = gateway_events.for_session(event, session.bot, session.intents, session.serves)
            if found is not None:
                session.dispatch(event.name, orjson.dumps(found))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from hello to its end; 503 while the gateway is offline."""
        if self.offline:
            return web.Response(status=503)
        compress = request.query.get("compress", "")
        ws = web.WebSocketResponse(max_msg_size=0, compress=False, autoping=True, autoclose=False)
        await ws.prepare(request)
        if request.query.get("v", "10") != "10" or request.query.get("encoding", "json") != "json":
            await ws.close(code=4012, message=b"Invalid API version")
            return ws
        connection = Connection(ws, packer(compress), self._sent)
        self.connections.add(connection)
        pump = asyncio.create_task(connection.pump())
        connection.send_op(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": ['["sandbox",{"micros":0}]']})
        try:
            await self._listen(connection)
        except GatewayCloseError as close:
            await connection.drain()
            await ws.close(code=close.code, message=close.reason.encode())
        finally:
            self._drop(connection)
            connection.end()
            await pump
        return ws

    def _drop(self, connection: Connection) -> None:
        self.connections.discard(connection)
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        session.dropped_at = time.monotonic()
        if connection.said_goodbye:
            self.sessions.pop(session.id, None)
        self._noticed()

    def _noticed(self) -> None:
        for watcher in self.watchers:
            watcher()

    async def _listen(self, connection: Connection) -> None:
        patience = HEARTBEAT_INTERVAL_MS / 1000 * 2
        while True:
            try:
                message = await connection.ws.receive(timeout=patience)
            except TimeoutError:
                raise GatewayCloseError(4009, "Session timed out") from None
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                # Source: Discord's gateway documentation: a client's 1000 or 1001 ends the session.
                connection.said_goodbye = message.type is WSMsgType.CLOSE and message.data in (1000, 1001)
                if self.silent:
                    await asyncio.Event().wait()
                await connection.ws.close()
                return
            if len(message.data) > 4096:
                raise GatewayCloseError(4002, "Payload too large")
            self._received(message.data.encode() if isinstance(message.data, str) else message.data)
            try:
                frame = orjson.loads(message.data)
                op, data = frame["op"], frame.get("d")
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                raise GatewayCloseError(4002, "Error while decoding payload.") from None
            if op == IDENTIFY and self.ready_ms:
                await asyncio.sleep(self.ready_ms / 1000)
            self._handle(connection, op, data)

    def _handle(self, connection: Connection, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            # Discord is never so near: an ACK that comes before the client has noted its own heartbeat reads as
            # a whole interval of delay, and it warns that it cannot keep up.
            asyncio.get_running_loop().call_later(ACK_DELAY_S, connection.send_op, ACK)
        elif op == IDENTIFY:
            self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif op in (PRESENCE, VOICE, MEMBERS):
            if connection.session is None:
                raise GatewayCloseError(4003, "Not authenticated.")
            if op == MEMBERS:
                self._members(connection.session, data)
        else:
            raise GatewayCloseError(4001, "Unknown opcode.")

    def _bot(self, data: Any) -> Bot:
        if not isinstance(data, dict):
            raise GatewayCloseError(4002, "Error while decoding payload.")
        token = str(data.get("token", "")).removeprefix("Bot ")
        bot = self.world.bots.get(token)
        if bot is None:
            raise GatewayCloseError(4004, "Authentication failed.")
        return bot

    def _identify(self, connection: Connection, data: Any) -> None:
        if connection.session is not None:
            raise GatewayCloseError(4005, "Already authenticated.")
        bot = self._bot(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~_KNOWN_INTENTS or intents < 0:
            raise GatewayCloseError(4013, "Invalid intent(s).")
        if intents & _PRIVILEGED & ~bot.privileged:
            raise GatewayCloseError(4014, "Disallowed intent(s).")
        shard = self.world.shards.chosen(data.get("shard"))
        if not self.world.shards.may_begin(bot, shard[0]):
            connection.send_op(INVALID_SESSION, data=False)
            return
        session = Session(bot, intents, shard)
        self._forget_old_sessions()
        self.sessions[session.id] = session
        self._attach(session, connection)
        guilds = [guild for guild in self.world.guilds.values() if bot.id in guild.members and session.serves(guild.id)]
        session.dispatch("READY", orjson.dumps(self._ready(session, [guild.id for guild in guilds])))
        session.without = {guild.id for guild in guilds if self.guilds_ms or guild.id in self.outages}
        for guild in guilds:
            if guild.id not in session.without:
                self._give(session, guild.id)
            elif guild.id not in self.outages:
                asyncio.get_running_loop().call_later(self.guilds_ms / 1000, self._give, session, guild.id)
        self._noticed()

    def _give(self, session: Session, guild_id: str) -> None:
        """A server that the session was told is unavailable comes, or comes back."""
        session.without.discard(guild_id)
        guild = self.world.guilds.get(guild_id)
        if guild is not None and session.bot.id in guild.members and session.intents & 1:
            session.dispatch("GUILD_CREATE", orjson.dumps(guild_create(guild, session.bot, session.intents)))

    def outage(self, guild_id: str, *, on: bool) -> None:
        """A server becomes unavailable, or comes back. Source: Discord's gateway documentation, "Guild Delete"."""
        (self.outages.add if on else self.outages.discard)(guild_id)
        for session in list(self.sessions.values()):
            if on and session.serves(guild_id):
                session.without.add(guild_id)
                session.dispatch("GUILD_DELETE", orjson.dumps({"id": guild_id, "unavailable": True}))
            elif not on and guild_id in session.without:
                self._give(session, guild_id)

    def mute(self) -> int:
        """From now on nothing reaches those who are connected, no heartbeat's answer either; what they miss is there
        for a resume. Returns how many they are.
        """
        for connection in self.connections:
            connection.mute = True
        return len(self.connections)

    def _ready(self, session: Session, guild_ids: list[str]) -> Json:
        bot = session.bot
        return {
            "v": 10,
            "user": {**bot.user, "email": None, "verified": True, "mfa_enabled": True},
            "user_settings": {},
            "session_type": "normal",
            "session_id": session.id,
            "resume_gateway_url": self.world.base_url.replace("http", "ws", 1) + "/gateway",
            "shard": list(session.shard),
            "relationships": [],
            "private_channels": [],
            "presences": [],
            "guilds": [{"id": guild_id, "unavailable": True} for guild_id in guild_ids],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "application": {"id": bot.id, "flags": bot.flags},
            "_trace": ['["sandbox",{"micros":0}]'],
        }

    def _attach(self, session: Session, connection: Connection) -> None:
        session.connection = connection
        connection.session = session

    def _forget_old_sessions(self) -> None:
        limit = time.monotonic() - SESSION_LIFE_S
        for session in list(self.sessions.values()):
            if session.connection is None and session.dropped_at < limit:
                del self.sessions[session.id]

    def _resume(self, connection: Connection, data: Any) -> None:
        if connection.session is not None:
            raise GatewayCloseError(4005, "Already authenticated.")
        bot = self._bot(data)
        session = self.sessions.get(str(data.get("session_id")))
        seq = data.get("seq")
        expired = session is None or session.bot is not bot
        if session is None or expired or not isinstance(seq, int):
            connection.send_op(INVALID_SESSION, data=False)
            return
        if seq > session.seq or seq < 0:
            raise GatewayCloseError(4007, "Invalid seq.")
        oldest = session.sent[0][0] if session.sent else session.seq + 1
        if seq + 1 < oldest:
            del self.sessions[session.id]
            connection.send_op(INVALID_SESSION, data=False)
            return
        old = session.connection
        if old is not None:
            old.session = None
        self._attach(session, connection)
        missed = [frame for number, frame in session.sent if number > max(1, seq - session.repeats)]
        for frame in reversed(missed) if session.repeats else missed:
            connection.send(frame)
        session.repeats = 0
        session.dispatch("RESUMED", b'{"_trace":["[\\"sandbox\\",{\\"micros\\":0}]"]}')
        self._noticed()

    def _members(self, session: Session, data: Any) -> None:
        chunk = gateway_events.members_chunk(self.world, session.bot, session.intents, data)
        if chunk is not None:
            session.dispatch("GUILD_MEMBERS_CHUNK", orjson.dumps(chunk))

    async def disconnect(self, how: str | int, shard: int | None = None, repeats: int = 0) -> int:
        """Drop every connection: "resume" (as a network would), "fresh" (sessions are void too) or a close code.

        With `shard`, only that one of each bot. After a resume the last `repeats` events come once more (never READY),
        and all that come newest first. Returns how many were dropped.
        """
        dropped = [one for one in self.connections if shard is None or (one.session and one.session.shard[0] == shard)]
        for connection in dropped:
            session = connection.session
            if session is not None:
                session.repeats = repeats
            void = not keeps_session(how) if isinstance(how, int) else how == "fresh"
            if void and session is not None:
                self.sessions.pop(session.id, None)
            if isinstance(how, int):
                reason = CLOSE_CODES[how].reason if how in CLOSE_CODES else ""
                await connection.ws.close(code=how, message=reason.encode())
            else:
                cut(connection.ws)
        return len(dropped)

    async def close(self) -> None:
        """End every connection (the sandbox stops)."""
        for connection in list(self.connections):
            await connection.ws.close(code=1001, message=b"")
