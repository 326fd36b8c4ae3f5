"""The bot's side of drawing: a queue before one other process, so that the event loop never waits for a picture.

A plain child, not a process pool: it can be killed when it hangs, it ends by itself when the bot dies, and it imports
nothing of the bot's but the pictures.
"""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Final

from bot import children

if TYPE_CHECKING:
    from bot.pictures.overview import OverviewPicture
    from bot.pictures.progress import ProgressPicture

_FRAME: Final = 4
_LARGEST: Final = 4 * 2**20


class NoPicture(Exception):
    """There is no picture, this time; what it would have said can still be said in words."""


class Busy(NoPicture):
    """Too many pictures are waiting."""


class TooSlow(NoPicture):
    """The picture was not drawn in time."""


class DrawingFailed(NoPicture):
    """The drawing raised, or its process died twice. Holds the traceback, if there is one."""


class Closed(NoPicture):
    """The painter was closed."""


class Painter:
    """Draws pictures, one at a time, in a process that starts with the first of them.

    At most *waiting* pictures wait while one is drawn. A picture gets *seconds* from its turn on, the start of the
    process included. After *drawings* pictures a new process takes over, whatever the old one leaked.
    """

    def __init__(self, *, waiting: int = 16, seconds: float = 30.0, drawings: int = 300) -> None:
        self._waiting = waiting
        self._seconds = seconds
        self._drawings = drawings
        self._turn = asyncio.Lock()
        self._inside = 0
        self._drawn = 0
        self._closed = False
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The drawing process, if there is one."""
        return self._process.pid if self._process else None

    async def draw(self, picture: ProgressPicture | OverviewPicture) -> bytes:
        """*picture* as a PNG. Raises Busy, TooSlow, DrawingFailed or Closed, all of them NoPicture."""
        if self._inside > self._waiting:
            raise Busy
        self._inside += 1
        try:
            async with self._turn:
                return await self._in_time(picture)
        finally:
            self._inside -= 1

    async def close(self) -> None:
        """End the process; what is being drawn or waiting raises Closed. A second call does nothing."""
        self._closed = True
        if self._process:
            children.kill(self._process)
        async with self._turn:
            await self._dismiss()

    async def _in_time(self, picture: ProgressPicture | OverviewPicture) -> bytes:
        order = pickle.dumps(picture)
        try:
            async with asyncio.timeout(self._seconds):
                try:
                    return await self._once(order)
                except (OSError, EOFError):
                    # It died while it waited or drew: killed for its memory, perhaps. Once more, with a new one.
                    await self._dismiss()
                    return await self._once(order)
        except TimeoutError:  # an OSError too, so it comes first
            await self._dismiss()
            raise TooSlow from None
        except (OSError, EOFError) as died:
            await self._dismiss()
            raise (Closed if self._closed else DrawingFailed)("the drawing process died") from died
        except asyncio.CancelledError:
            # Its reply would be taken for the next picture's.
            await self._dismiss()
            raise

    async def _once(self, order: bytes) -> bytes:
        process = await self._ready()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(order).to_bytes(_FRAME, "big") + order)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(_FRAME), "big")
        if not 0 < length <= _LARGEST:
            raise EOFError("not a reply")
        reply = await process.stdout.readexactly(length)
        self._drawn += 1
        if reply[0]:
            raise DrawingFailed(reply[1:].decode(errors="replace"))
        return reply[1:]

    async def _ready(self) -> asyncio.subprocess.Process:
        """The process, started if need be. Raises Closed."""
        if self._drawn >= self._drawings or (self._process and self._process.returncode is not None):
            await self._dismiss()
        self._stay_open()
        if self._process is None:
            self._process = await children.begin("bot.pictures.easel", limit=_LARGEST)
        # `close` may have been called meanwhile, with no process to kill yet: it waits for the turn and ends this one.
        self._stay_open()
        return self._process

    def _stay_open(self) -> None:
        if self._closed:
            raise Closed

    async def _dismiss(self) -> None:
        """End the process, if there is one, and wait until it is gone."""
        process, self._process, self._drawn = self._process, None, 0
        await children.dismiss(process)
