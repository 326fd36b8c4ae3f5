"""The process that reads strangers' files, from the side of the bot."""

from __future__ import annotations

import asyncio
import base64
import os
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given

from bot.formats.imported import MAX_BYTES, Imported, images
from bot.intake import worker
from bot.intake.reading import Order, work
from bot.intake.worker import Intake, Reader
from tests.formats.hostile import mutated
from tests.intake.test_sound import bomb, drawn

LONG = 120.0
"""More seconds than a file takes on the slowest machine."""
GIFT = b"""\
// [id:first]
::One:: Which? {=this ~that}

Essay {}

::Two:: Which now? {=this =that ~other}
"""


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    reader = Reader(seconds=LONG, waiting=1)
    yield reader
    await reader.close()


def said(found: Intake) -> str:
    return "; ".join(problem.message for problem in found.imported.problems)


def moodle(*files: tuple[str, bytes], count: int = 1) -> bytes:
    """Questions with a picture each, of Moodle's bank."""
    names = [name for name, _ in files]
    inside = [f'<file name="{name}" encoding="base64">{base64.b64encode(data).decode()}</file>' for name, data in files]
    return (
        "<quiz>"
        + "".join(
            f'<question type="multichoice"><questiontext format="html"><text><![CDATA[<p>Which bone {at}?</p>'
            f'<img src="@@PLUGINFILE@@/{name}" alt="A leg">]]></text>{inside[at]}</questiontext><single>true</single>'
            '<answer fraction="100"><text>Femur</text></answer><answer fraction="0"><text>Ulna</text></answer>'
            "</question>\n"
            for at, name in enumerate(names)
        )
        + "</quiz>"
    ).encode()


async def test_a_file_is_read_in_a_process_of_its_own(reader: Reader) -> None:
    """Questions, problems and what is skipped come back as they are when the file is read here; the process is gone."""
    heard: list[tuple[int, int]] = []
    found = await reader.read(GIFT, "x.txt", progress=lambda done, total: heard.append((done, total)))
    assert found == Intake(work(Order(GIFT, "x.txt"), lambda *_: None)[0])
    assert [question.key for question in found.imported.questions] == ["first"]
    assert found.imported.problems[0].line == 6
    assert found.imported.skipped[0].line == 4
    assert heard
    assert all(done <= total for done, total in heard)
    assert reader.pid is None


async def test_pictures_come_back_sound_and_questions_without_theirs_do_not(reader: Reader, tmp_path: Path) -> None:
    """Two different pictures of one name stay two; a broken, huge or missing one takes its question along."""
    data = moodle(
        ("leg.png", drawn("PNG")),
        ("leg.png", drawn("PNG", size=(40, 40))),
        ("odd.png", b"no picture"),
        ("big.png", bomb(5_000, 5_000)),
    )
    found = await reader.read(data, "x")
    first, second = found.imported.questions
    assert first.image is not None
    assert second.image is not None
    assert (first.image.name, first.image.alt) == ("leg.png", "A leg")
    assert {one.name: one.width for one in found.pictures} == {"leg.png": 30, second.image.name: 40}
    assert [(problem.line, problem.level) for problem in found.imported.problems] == [(3, "error"), (4, "error")]
    assert "the picture “odd.png” is broken" in said(found)
    assert "5,000 × 5,000 pixels" in said(found)
    (tmp_path / "hip.png").write_bytes(drawn("PNG"))
    markdown = "\n".join(f"## Which is {n}?\n- [x] a\n- [ ] b\n@image: {n}.png\n@alt: A bone" for n in ("hip", "none"))
    beside = await reader.read(markdown.encode(), "x.md", folder=tmp_path)
    assert [one.name for one in beside.pictures] == ["hip.png"], said(beside)
    assert [(problem.line, problem.level) for problem in beside.imported.problems] == [(6, "error")]
    assert "the picture “none.png” is not in the file" in said(beside)


@given(mutated([moodle(("leg.png", drawn("PNG")), ("leg.png", drawn("GIF", "P")))], (b"<file name='leg.png'>", b"=")))
def test_no_bytes_make_the_work_raise(data: bytes) -> None:
    """Whatever stands in a file and its pictures: each question that is left has its sound picture."""
    found, pictures = work(Order(data, "x"), lambda *_: None)
    names = {one.name for one in pictures}
    assert all(image.name in names for one in found.questions for image in images(one))


async def test_a_file_that_takes_too_much_is_a_problem_that_names_the_bound() -> None:
    """Memory, work and time; and the next file is read as if nothing had been."""
    many = b"".join(b"Which letter is number %d? {=a ~b ~c ~d ~e ~f ~g ~h ~i}\n\n" % n for n in range(20_000))
    for reader, bound in (
        (Reader(seconds=LONG, memory=30 << 20), "more than 30 MiB of memory"),
        (Reader(seconds=LONG, cpu=1), "more than 1 seconds of work"),
        (Reader(seconds=0.05), "more than 0.05 seconds"),
    ):
        found = await reader.read(many, "x")
        assert bound in said(found), bound
        assert not found.imported.questions
        assert reader.pid is None
        await reader.close()
    reader = Reader(seconds=LONG)
    assert (await reader.read(GIFT, "x")).imported.format == "gift"
    assert "more than 25,000,000 bytes" in said(await reader.read(bytes(MAX_BYTES + 1), "x"))
    await reader.close()


async def test_files_wait_for_each_other_and_too_many_are_refused(reader: Reader) -> None:
    """One is read, one waits, a third is told to come again; each gets what is its own."""
    sent = [GIFT, GIFT.replace(b"first", b"second"), GIFT]
    found = await asyncio.gather(*(reader.read(data, "x") for data in sent))
    keys = [[question.key for question in one.imported.questions] for one in found]
    assert keys == [["first"], ["second"], []]
    assert "try again in a minute" in said(found[2])


async def test_a_killed_process_and_a_closed_reader_are_told(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits hears why; and the bot's token is not in the process's environment."""
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    long = moodle(*[("a.png", drawn("PNG"))] * 3000)
    begun = asyncio.Event()
    reading = asyncio.create_task(reader.read(long, "x", progress=lambda *_: begun.set()))
    await begun.wait()
    assert reader.pid is not None
    environment = await asyncio.to_thread(Path(f"/proc/{reader.pid}/environ").read_bytes)
    assert b"secret" not in environment
    os.kill(reader.pid, 9)
    assert "was ended" in said(await reading)
    begun.clear()
    reading = asyncio.create_task(reader.read(long, "x", progress=lambda *_: begun.set()))
    await begun.wait()
    await reader.close()
    assert "just stopping" in said(await reading)
    assert "just stopping" in said(await reader.read(GIFT, "x"))


async def test_an_answer_is_made_of_questions_and_nothing_else() -> None:
    """A process that a file has taken over cannot make the bot call anything."""

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("true",)

    with pytest.raises(pickle.UnpicklingError, match="no part of an answer"):
        worker._unpacked(pickle.dumps((Imported("x"), Evil())))


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="needs Linux")
def test_where_memory_ends_the_reader_goes_before_the_bot() -> None:
    """A container has less memory than a file may take: the system is told whom to end."""
    program = "from bot.intake.limits import confine; confine(); print(open('/proc/self/oom_score_adj').read())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1000"
