"""`studyhall bank check`: question files of every format, read as an import would read them, with all that is wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.domain.questions import Bank
from bot.formats import lint
from bot.formats.imported import MAX_BYTES, Imported
from bot.intake.worker import Reader

Told = Callable[[int, int], None]


class Unreadable(Exception):
    """A file that cannot be opened; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of one line of a file: its *level* is error, warning or skipped."""

    file: str
    line: int
    level: str
    message: str

    def __str__(self) -> str:
        return f"{self.level}: {self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """What is in one file, and what is wrong with it, by line."""

    file: str
    format: str
    questions: int
    types: dict[str, int]
    lines: tuple[Line, ...]

    @property
    def sound(self) -> bool:
        return not any(line.level == "error" for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "format": self.format,
            "questions": self.questions,
            "types": self.types,
            "problems": [{"line": one.line, "level": one.level, "message": one.message} for one in self.lines],
        }

    def __str__(self) -> str:
        skipped = sum(line.level == "skipped" for line in self.lines)
        more = f", {skipped} skipped" if skipped else ""
        count = f"{self.questions} question{'' if self.questions == 1 else 's'}"
        return "\n".join([*map(str, self.lines), f"{self.file}: {count}{more} ({self.format})"])


def opened(path: Path) -> bytes:
    """A file's bytes, of one that is too large only enough to know that it is. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror}). Nothing was done.") from None


def report(file: str, data: bytes, found: Imported, *, public: bool) -> Report:
    """The report on a file that was read. *public*: what looks like a licensed code is an error."""
    lines = [Line(one.file or file, one.line, one.level, one.message) for one in found.problems]
    lines += [Line(file, one.line, "skipped", f"“{one.what}”: {one.reason}") for one in found.skipped]
    lines += _advice(file, data, found, public=public)
    if found.uncounted:
        lines.append(Line(file, 1, "warning", f"{found.uncounted:,} more problems and skipped things are not listed"))
    return Report(
        file,
        found.format,
        len(found.questions),
        dict(Counter(question.kind.value for question in found.questions)),
        tuple(sorted(lines, key=lambda line: line.line)),
    )


def _advice(file: str, data: bytes, found: Imported, *, public: bool) -> Iterator[Line]:
    """What the lint says: of a bank of ours all of it, of any other file that is to be public its errors."""
    if found.header is None and not public:
        return
    text = data.decode("utf-8-sig", "replace") if found.format == "markdown" else None
    bank = replace(found.header or Bank("", "", "", "", "", ()), questions=found.questions)
    for one in lint.lint(bank, file=file, public=public, text=text):
        if found.header is not None or one.level == "error":
            yield Line(one.file, one.line, one.level, one.message)


async def check(
    files: Sequence[Path], *, public: bool, progress: Callable[[str], Told] | None = None
) -> tuple[Report, ...]:
    """The reports on files. *progress*: by a file's name, who hears how far it is read. Raises Unreadable."""
    read = [(path, opened(path)) for path in files]
    reader = Reader()
    reports = []
    try:
        for path, data in read:
            told = None if progress is None else progress(path.name)
            intake = await reader.read(data, str(path), progress=told, folder=path.parent)
            reports.append(report(str(path), data, intake.imported, public=public))
    finally:
        await reader.close()
    return tuple(reports)


def told(reports: Sequence[Report], *, as_json: bool) -> tuple[str, bool]:
    """The reports as sentences, or on one line of JSON; and whether no file has an error."""
    if as_json:
        said = json.dumps({"files": [one.as_dict() for one in reports]}, ensure_ascii=False)
    else:
        said = "\n".join(map(str, reports))
    return said, all(one.sound for one in reports)
