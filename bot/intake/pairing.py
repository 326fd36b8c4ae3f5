"""The bot's side of finding a file's questions among others, in a process with bounds where it takes long."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
from collections.abc import Iterator, Sequence
from typing import Final

from bot import children
from bot.domain.pairing import Pairing, from_lists, pair
from bot.domain.questions import Question
from bot.intake.finding import FRAME
from bot.intake.limits import CPU, MEMORY

log = logging.getLogger(__name__)

FEW: Final = 100
"""Questions of a file that need no process of their own, among so many at most:"""
SOME: Final = 2_000
SECONDS: Final = 120.0
_PIECE: Final = 200  # a thread packs them, and packing more at a time would hold up the presses of members


class TooLong(Exception):
    """Comparing took more work, memory or time than it may."""


async def paired(
    fresh: Sequence[Question],
    bank: Sequence[Question],
    others: Sequence[Question],
    counted: Sequence[bool],
    *,
    memory: int = MEMORY,
    cpu: int = CPU,
    seconds: float = SECONDS,
) -> Pairing:
    """What `bot.domain.pairing.pair` finds. Raises TooLong at a bound."""
    if len(fresh) <= FEW and len(bank) + len(others) <= SOME:
        return await asyncio.to_thread(pair, fresh, bank, others, counted)
    process = await children.begin("bot.intake.finding")
    try:
        async with asyncio.timeout(seconds):
            return await _asked(process, _order(fresh, bank, others, counted, memory, cpu))
    except (TimeoutError, OSError, EOFError, ValueError) as error:
        log.warning("a file could not be compared with its bank", extra={"problem": type(error).__name__})
        raise TooLong from None
    finally:
        await children.dismiss(process)


async def _asked(process: asyncio.subprocess.Process, order: Iterator[bytes]) -> Pairing:
    assert process.stdin is not None
    assert process.stdout is not None
    while piece := await asyncio.to_thread(next, order, b""):
        process.stdin.write(piece)
        await process.stdin.drain()
    process.stdin.close()
    answer = await process.stdout.read()
    return from_lists(await asyncio.to_thread(json.loads, answer))


def _order(
    fresh: Sequence[Question],
    bank: Sequence[Question],
    others: Sequence[Question],
    counted: Sequence[bool],
    memory: int,
    cpu: int,
) -> Iterator[bytes]:
    yield memory.to_bytes(8, "big") + cpu.to_bytes(8, "big")
    for questions in (fresh, bank, others):
        for at in range(0, len(questions), _PIECE):
            piece = pickle.dumps(list(questions[at : at + _PIECE]))
            yield len(piece).to_bytes(FRAME, "big") + piece
        yield bytes(FRAME)
    if counted:
        yield bytes(counted)
