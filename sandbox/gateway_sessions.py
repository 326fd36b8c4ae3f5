"""What a client of the gateway has: a session that outlives its connections, and the connection's frames in order."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.shards import serves
from sandbox.world import new_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from sandbox.world import Bot

KEPT_EVENTS = 5_000


class Session:
    """One shard of one bot; it outlives its connection so that it can be resumed."""

    def __init__(self, bot: Bot, intents: int, shard: tuple[int, int]) -> None:
        self.id = new_token(16)
        self.bot = bot
        self.intents = intents
        self.shard = shard
        self.seq = 0
        self.sent: deque[tuple[int, bytes]] = deque(maxlen=KEPT_EVENTS)
        self.connection: Connection | None = None
        self.dropped_at = 0.0
        self.repeats = 0
        self.without: set[str] = set()

    def dispatch(self, name: str, data: bytes) -> None:
        """Number an event, keep it for a replay and send it when somebody listens."""
        self.seq += 1
        frame = b'{"t":"%b","s":%d,"op":0,"d":%b}' % (name.encode(), self.seq, data)
        self.sent.append((self.seq, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def serves(self, guild_id: str | None) -> bool:
        """Whether this shard hears of a server, or (None) of what is in none; of one in an outage it does not."""
        return guild_id not in self.without and serves(self.shard, guild_id)


class Connection:
    """One websocket. Frames go out in order through a queue, so that senders never wait."""

    def __init__(
        self, ws: web.WebSocketResponse, pack: Callable[[bytes], bytes] | None, sent: Callable[[bytes], None]
    ) -> None:
        self.ws = ws
        self._sent = sent
        self.session: Session | None = None
        self.said_goodbye = False
        self.mute = False
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._pack = pack

    def send(self, frame: bytes) -> None:
        """Queue one frame."""
        self._queue.put_nowait(frame)
        self._sent(frame)

    def send_op(self, op: int, data: Any = None) -> None:
        """Queue a frame that is not an event."""
        self.send(orjson.dumps({"t": None, "s": None, "op": op, "d": data}))

    async def pump(self) -> None:
        """Send what is queued until the socket closes."""
        while (frame := await self._queue.get()) is not None:
            # A dead socket still empties its queue, so that drain() ends.
            with contextlib.suppress(ConnectionError, RuntimeError):
                if self.mute:
                    pass
                elif self._pack is None:
                    await self.ws.send_str(frame.decode())
                else:
                    await self.ws.send_bytes(self._pack(frame))
            self._queue.task_done()

    async def drain(self) -> None:
        """Wait until everything queued so far is on the wire."""
        await self._queue.join()

    def end(self) -> None:
        """Stop the pump."""
        self._queue.put_nowait(None)


def packer(compress: str) -> Callable[[bytes], bytes] | None:
    """The transport compression that a client asked for; each packed frame can be read at once."""
    if compress == "zlib-stream":
        deflate = zlib.compressobj(level=1)
        return lambda frame: deflate.compress(frame) + deflate.flush(zlib.Z_SYNC_FLUSH)
    if compress == "zstd-stream":
        # discord.py asks for it only where it has the package itself.
        zstandard = importlib.import_module("zstandard")
        stream = zstandard.ZstdCompressor(level=1).compressobj()
        flush_block = zstandard.COMPRESSOBJ_FLUSH_BLOCK

        def pack(frame: bytes) -> bytes:
            packed: bytes = stream.compress(frame) + stream.flush(flush_block)
            return packed

        return pack
    return None


def cut(ws: web.WebSocketResponse) -> None:
    """Cut the TCP connection without a closing handshake, as a failing network does."""
    request = ws._req  # noqa: SLF001 - aiohttp gives no public door to the transport
    if request is not None and request.transport is not None:
        request.transport.abort()
