"""The process that draws, from the side of the bot."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from bot.pictures import progress as progress_module
from bot.pictures.worker import Busy, Closed, DrawingFailed, Painter, TooSlow
from tests.pictures.samples import overview, progress, size, topic

ROOT = Path(__file__).resolve().parents[2]
LONG = 120.0
"""More seconds than a drawing takes on the slowest machine."""


@pytest.fixture
async def painter() -> AsyncIterator[Painter]:
    painter = Painter(waiting=2, seconds=LONG, drawings=100)
    yield painter
    await painter.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def started(painter: Painter) -> int:
    """The id of its process, which has answered. What is no picture is refused before matplotlib is imported: quick."""
    with pytest.raises(DrawingFailed, match="str is not a picture"):
        await painter.draw(cast("progress_module.ProgressPicture", "no picture"))
    assert painter.pid is not None
    return painter.pid


async def test_both_kinds_of_pictures_are_drawn_by_one_process(painter: Painter) -> None:
    """The second picture needs no second process, and each has the bytes that it has when drawn here."""
    assert painter.pid is None
    first = await painter.draw(progress(topic()))
    pid = painter.pid
    second = await painter.draw(overview())
    assert first == progress_module.draw(progress(topic()))
    assert size(second)[0] == 800
    assert painter.pid == pid


async def test_the_loop_turns_while_a_picture_is_drawn(painter: Painter) -> None:
    """From the order to the picture, the start of the process included, the loop goes round thousands of times."""
    drawing = asyncio.create_task(painter.draw(progress(*[topic()] * 12)))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert size(await drawing)[0] == 800
    assert turns > 1000


async def test_pictures_ordered_at_once_reach_those_who_ordered_them(painter: Painter) -> None:
    """Three members ask together; each gets their own picture."""
    pictures = [progress(*[topic()] * n) for n in (1, 2, 3)]
    heights = [size(png)[1] for png in await asyncio.gather(*map(painter.draw, pictures))]
    assert heights == [size(progress_module.draw(picture))[1] for picture in pictures]
    assert len(set(heights)) == 3


async def test_a_process_killed_while_idle_is_replaced(painter: Painter) -> None:
    """The next member notices nothing."""
    pid = await started(painter)
    os.kill(pid, signal.SIGKILL)
    assert await started(painter) != pid


async def test_a_process_killed_while_drawing_is_replaced(painter: Painter) -> None:
    """The picture that was being drawn is drawn by the new one."""
    pid = await started(painter)
    os.kill(pid, signal.SIGSTOP)
    drawing = asyncio.create_task(painter.draw(progress(topic())))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    assert size(await drawing)[0] == 800
    assert painter.pid != pid


async def test_a_process_that_hangs_is_killed_in_time(painter: Painter) -> None:
    """The member is told, the process is gone, and the next picture is drawn by a new one."""
    pid = await started(painter)
    os.kill(pid, signal.SIGSTOP)
    painter._seconds = 0.05
    with pytest.raises(TooSlow):
        await painter.draw(progress(topic()))
    assert not alive(pid)
    painter._seconds = LONG
    assert await started(painter) != pid


async def test_more_than_may_wait_are_turned_away(painter: Painter) -> None:
    """One is drawn and two wait; the fourth is told at once, and the three get their pictures."""
    pid = await started(painter)
    os.kill(pid, signal.SIGSTOP)
    orders = [asyncio.create_task(painter.draw(progress(topic()))) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await painter.draw(progress(topic()))
    os.kill(pid, signal.SIGCONT)
    assert len(set(await asyncio.gather(*orders))) == 1
    assert await started(painter) == pid


async def test_a_cancelled_picture_is_not_taken_for_the_next_one(painter: Painter) -> None:
    """Whoever asks after a cancelled drawing gets their own picture, not the other's."""
    pid = await started(painter)
    os.kill(pid, signal.SIGSTOP)
    drawing = asyncio.create_task(painter.draw(progress(*[topic()] * 5)))
    await asyncio.sleep(0)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert await painter.draw(progress(topic())) == progress_module.draw(progress(topic()))


async def test_an_error_in_a_drawing_is_reported_and_survived(painter: Painter) -> None:
    """The traceback comes back, and the same process draws on."""
    pid = await started(painter)
    assert size(await painter.draw(progress(topic())))[0] == 800
    assert painter.pid == pid


async def test_a_process_is_replaced_after_its_share_of_drawings() -> None:
    """What a library leaks ends with the process."""
    painter = Painter(seconds=LONG, drawings=2)
    try:
        pids = [await started(painter) for _ in range(3)]
        assert pids[0] == pids[1] != pids[2]
    finally:
        await painter.close()


async def test_close_leaves_no_process_and_nobody_waiting(painter: Painter) -> None:
    """What is being drawn and what waits ends with Closed, and so does what comes later."""
    pid = await started(painter)
    os.kill(pid, signal.SIGSTOP)
    orders = [asyncio.create_task(painter.draw(progress(topic()))) for _ in range(2)]
    await asyncio.sleep(0)
    await painter.close()
    assert not alive(pid)
    assert painter.pid is None
    assert [type(one) for one in await asyncio.gather(*orders, return_exceptions=True)] == [Closed, Closed]
    with pytest.raises(Closed):
        await painter.draw(progress(topic()))
    await painter.close()


async def test_close_during_the_start_leaves_no_process(painter: Painter) -> None:
    """A painter that is closed while its process starts ends it as well."""
    drawing = asyncio.create_task(painter.draw(progress(topic())))
    await asyncio.sleep(0)
    await painter.close()
    with pytest.raises(Closed):
        await drawing
    assert painter.pid is None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux")
async def test_the_drawing_process_does_not_hold_the_token(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot's secrets stay in the bot."""
    monkeypatch.setenv("DISCORD_TOKEN", "a-secret")
    pid = await started(painter)
    assert b"a-secret" not in Path(f"/proc/{pid}/environ").read_bytes()


ORPHANED = """
import asyncio, sys
from bot.pictures.worker import Painter
from bot.pictures.progress import ProgressPicture

async def main():
    painter = Painter(seconds=120)
    await painter.draw(ProgressPicture("x", 0.7, ()))
    print(painter.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_the_drawing_process_ends_with_a_bot_that_is_killed() -> None:
    """Even SIGKILL of the bot leaves no process behind."""
    with subprocess.Popen([sys.executable, "-c", ORPHANED], stdout=subprocess.PIPE, cwd=ROOT) as bot:
        assert bot.stdout is not None
        pid = int(bot.stdout.readline())
        watch = os.pidfd_open(pid)
        try:
            bot.kill()
            ended, _, _ = select.select([watch], [], [], LONG)
            assert ended
        finally:
            os.close(watch)


UNTOUCHED = """
import asyncio, sys
from bot.pictures import overview, progress
from bot.pictures.worker import Painter

async def main():
    painter = Painter(seconds=120)
    picture = progress.ProgressPicture("x", 0.7, ())
    await painter.draw(picture)
    progress.alt(picture)
    await painter.close()

asyncio.run(main())
print(sorted({name.partition(".")[0] for name in sys.modules} & {"matplotlib", "numpy", "PIL"}))
"""


def test_matplotlib_is_never_imported_by_the_bot() -> None:
    """Drawing, alternative text and closing leave the bot's process without matplotlib, numpy and Pillow."""
    done = subprocess.run([sys.executable, "-c", UNTOUCHED], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
    assert done.stderr == ""
