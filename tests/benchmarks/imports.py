"""What 10,000 questions cost to import: seconds, memory of both processes, and how long clicks wait."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from bot.domain.questions import Option, Question
from bot.formats import csv_write, gift_write, markdown_write
from bot.intake.worker import Intake, Reader
from bot.services import import_work, imports
from tests.benchmarks.machine import cpu_seconds, memory_mib, resident_mib
from tests.benchmarks.pictures import Ticks
from tests.formats.test_anki import BASIC, collection, message, package, zstd
from tests.services.study import EXAM, TOPICS, Study

QUESTIONS = 10_000
_LETTERS = "bcdfghklmnprst"
_LOOK_S = 0.02


def _words(rng: Random) -> list[str]:
    return ["".join(rng.choice(_LETTERS) + rng.choice("aeiou") for _ in range(rng.randint(1, 4))) for _ in range(3000)]


def made(seed: int = 1) -> list[Question]:
    """Questions of the usual length: a stem of some twenty words, four options with feedback, an explanation."""
    rng = Random(seed)
    words = _words(rng)

    def some(least: int, most: int) -> str:
        return " ".join(rng.choice(words) for _ in range(rng.randint(least, most))).capitalize()

    return [
        Question(
            key=f"q{number}",
            topic=TOPICS[number % len(TOPICS)],
            stem=f"{some(12, 25)} {number}?",
            options=tuple(Option(f"{some(3, 8)} {n}", n == number % 4, f"{some(8, 15)}.") for n in range(4)),
            explanation=f"{some(20, 40)}.",
            source="",
            difficulty=None,
            tags=(),
            code_year=None,
        )
        for number in range(QUESTIONS)
    ]


def _moodle(questions: list[Question]) -> bytes:
    out = ["<quiz>"]
    topic = ""
    for one in sorted(questions, key=lambda question: question.topic):
        if one.topic != topic:
            topic = one.topic
            out.append(f'<question type="category"><category><text>$course$/{topic}</text></category></question>')
        answers = "".join(
            f'<answer fraction="{100 if option.correct else 0}" format="html"><text>'
            f"<![CDATA[<p>{escape(option.text)}</p>]]></text><feedback><text>{escape(option.feedback)}</text></feedback></answer>"
            for option in one.options
        )
        out.append(
            f'<question type="multichoice"><name><text>{one.key}</text></name><questiontext format="html"><text>'
            f"<![CDATA[<p>{escape(one.stem)}</p>]]></text></questiontext>"
            f"<generalfeedback><text>{escape(one.explanation)}</text></generalfeedback><single>true</single><idnumber>{one.key}</idnumber>{answers}</question>"
        )
    return "\n".join([*out, "</quiz>"]).encode()


def _anki(questions: list[Question]) -> bytes:
    notes: list[Any] = [
        (number, BASIC, f"<b>{escape(one.stem)}</b>\x1f{escape(one.explanation)}", " bones ", [0])
        for number, one in enumerate(questions, 1)
    ]
    return package(
        {
            "meta": message((1, 3)),
            "collection.anki21b": zstd(collection(notes, new=True)),
            "media": zstd(b""),
        }
    )


WRITERS: dict[str, Callable[[list[Question]], bytes]] = {
    "markdown": lambda found: markdown_write.write_questions(found).encode(),
    "csv": csv_write.write,
    "gift": lambda found: gift_write.write(found).text.encode(),
    "moodle-xml": _moodle,
    "apkg": _anki,
}


class _Peak:
    """The highest memory of a process that comes and goes, and its work."""

    def __init__(self) -> None:
        self.mib = self.cpu_s = 0.0

    async def watch(self, reader: Reader) -> None:
        while True:
            if reader.pid is not None:
                with contextlib.suppress(OSError, KeyError):
                    self.mib, self.cpu_s = resident_mib(reader.pid) or self.mib, cpu_seconds(reader.pid)
            await asyncio.sleep(_LOOK_S)


async def _timed(work: Awaitable[Any], ticks: Ticks) -> tuple[Any, float]:
    started = time.perf_counter()
    task = asyncio.ensure_future(work)
    await ticks.during(task)
    return task.result(), round(time.perf_counter() - started, 2)


def _fresh_peak() -> float:
    """Forget how much memory this process ever had; how much it has."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return memory_mib(_self())[0]


def _self() -> int:
    return int(Path("/proc/self/stat").read_text(encoding="ascii").split()[0])


async def _import(study: Study, reader: Reader, data: bytes, name: str, bank: str) -> dict[str, Any]:
    before, peak, ticks, idle = _fresh_peak(), _Peak(), Ticks(), Ticks()
    used = time.process_time()
    watching = asyncio.create_task(peak.watch(reader))
    intake: Intake
    intake, read_s = await _timed(reader.read(data, name), ticks)
    watching.cancel()
    preview = imports.preview(
        study.database, study.group, EXAM, intake.imported, intake.pictures, file=name, now=study.now, bank=bank,
        topic=TOPICS[0],
    )  # fmt: skip
    found, compare_s = await _timed(preview, ticks)
    done, apply_s = await _timed(import_work.apply(study.database, study.group, found.import_id, study.now), ticks)
    used = time.process_time() - used
    await idle.during(asyncio.sleep(5))
    worst, p999 = ticks.worst()
    return {
        "name": "imports",
        "format": intake.imported.format,
        "bytes": len(data),
        "new": done.new,
        "changed": done.changed,
        "read_s": read_s,
        "compare_s": compare_s,
        "apply_s": apply_s,
        "reader_cpu_s": round(peak.cpu_s, 1),
        "bot_cpu_s": round(used, 1),
        "reader_peak_mib": round(peak.mib, 1),
        "bot_before_mib": round(before, 1),
        "bot_peak_mib": round(memory_mib(_self())[1], 1),
        "loop_worst_ms": worst,
        "loop_p999_ms": p999,
        "idle_worst_ms": idle.worst()[0],
        "idle_p999_ms": idle.worst()[1],
        "loop_computed_ms": round(max(ticks.computed), 1),
    }


def _files() -> Iterator[tuple[str, bytes]]:
    questions = made()
    for name, write in WRITERS.items():
        yield name, write(questions)


async def import_formats() -> list[dict[str, Any]]:
    """Each format into an empty database; at last the Markdown file again with a hundred corrected keys."""
    lines = []
    reader = Reader()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in _files():
            async with Study.open(Path(folder) / f"{name}.db", size=1) as study:
                lines.append(await _import(study, reader, data, f"x.{name}", "bench"))
                if name == "markdown":
                    corrected = [_corrected(one) if n % 100 == 0 else one for n, one in enumerate(made())]
                    again = WRITERS[name](corrected)
                    lines.append(await _import(study, reader, again, "again.md", "bench") | {"name": "imports_again"})
    await reader.close()
    return lines


def _corrected(question: Question) -> Question:
    """The same with the key at the next option."""
    right = next(n for n, option in enumerate(question.options) if option.correct)
    options = tuple(
        replace(option, correct=n == (right + 1) % len(question.options)) for n, option in enumerate(question.options)
    )
    return replace(question, options=options)
