"""How a preview's questions and findings are kept: as compressed lines of JSON that no statement looks into."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bot.domain.imports import Card, Comparison, Finding
from bot.domain.questions import Case, Image, Kind, Option, Question

LEVEL = 1
"""Of compression: the least, since a preview lives for a day."""
ROWS = 500
"""Questions, or findings, of one line: reading a line holds up all other threads."""


@dataclass(frozen=True, slots=True)
class Read:
    """What reading the file gave besides its questions.

    *problems* are (line, level, sentence), *skipped* (line, what, reason); *kinds* and *topics* count its sound
    questions; *good* are their number, and *samples* some of them.
    """

    format: str
    problems: tuple[tuple[int, str, str], ...]
    skipped: tuple[tuple[int, str, str], ...]
    uncounted: int
    kinds: Mapping[str, int]
    topics: Mapping[str, int]
    good: int
    samples: tuple[Question, ...]


def pack_questions(questions: Sequence[Question]) -> bytes:
    return _packed([_question(one) for one in questions[at : at + ROWS]] for at in range(0, len(questions), ROWS))


def unpack_questions(data: bytes) -> list[Question]:
    return [_as_question(one) for some in _unpacked(data) for one in some]


def pack_question(question: Question) -> str:
    return json.dumps(_question(question), ensure_ascii=False)


def unpack_question(text: str) -> Question:
    return _as_question(json.loads(text))


def pack_findings(read: Read, found: Comparison) -> bytes:
    head = {
        "format": read.format,
        "problems": read.problems,
        "skipped": read.skipped,
        "uncounted": read.uncounted,
        "kinds": dict(read.kinds),
        "topics": dict(read.topics),
        "good": read.good,
        "samples": [_question(one) for one in read.samples],
        "new": found.new,
        "pairs": list(found.pairs.items()),
        "same": found.same,
        "homeless": sorted(found.homeless),
    }
    findings = found.findings
    rest = ([_finding(one) for one in findings[at : at + ROWS]] for at in range(0, len(findings), ROWS))
    return _packed(chain([head], rest))


def unpack_findings(data: bytes) -> tuple[Read, Comparison]:
    lines = _unpacked(data)
    found = next(lines)
    read = Read(
        found["format"],
        tuple((line, level, text) for line, level, text in found["problems"]),
        tuple((line, what, reason) for line, what, reason in found["skipped"]),
        found["uncounted"],
        found["kinds"],
        found["topics"],
        found["good"],
        tuple(_as_question(one) for one in found["samples"]),
    )
    comparison = Comparison(
        tuple(found["new"]),
        dict(found["pairs"]),
        found["same"],
        tuple(_as_finding(one) for some in lines for one in some),
        frozenset(found["homeless"]),
    )
    return read, comparison


def _packed(values: Iterable[object]) -> bytes:
    """One line of JSON each."""
    lines = (json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") for value in values)
    return zlib.compress(b"\n".join(lines), LEVEL)


def _unpacked(data: bytes) -> Iterator[Any]:
    return (json.loads(line.decode("utf-8", "surrogatepass")) for line in zlib.decompress(data).split(b"\n") if line)


def _finding(one: Finding) -> list[Any]:
    cards = [[card.question_id, card.key, card.bank, card.stem, card.answer] for card in one.others]
    return [one.verdict, one.place, one.line, one.stem, one.answer, cards, one.alike, one.back]


def _as_finding(found: list[Any]) -> Finding:
    verdict, place, line, stem, answer, cards, alike, back = found
    return Finding(verdict, place, line, stem, answer, tuple(Card(*card) for card in cards), alike, back)


def _question(one: Question) -> list[Any]:
    case = one.case
    return [
        one.key,
        one.topic,
        one.stem,
        [[option.text, option.correct, option.feedback, option.weight] for option in one.options],
        one.explanation,
        one.source,
        one.difficulty,
        one.tags,
        one.code_year,
        one.shuffle,
        one.kind.value,
        one.answers,
        _image(one.image),
        one.scoring,
        None if case is None else [case.key, case.stem, _image(case.image)],
        one.line,
    ]


def _image(image: Image | None) -> list[str] | None:
    return None if image is None else [image.name, image.alt]


def _as_image(found: list[str] | None) -> Image | None:
    return None if found is None else Image(*found)


def _as_question(found: list[Any]) -> Question:
    case = found[14]
    return Question(
        key=found[0],
        topic=found[1],
        stem=found[2],
        options=tuple(Option(*option) for option in found[3]),
        explanation=found[4],
        source=found[5],
        difficulty=found[6],
        tags=tuple(found[7]),
        code_year=found[8],
        shuffle=found[9],
        kind=Kind(found[10]),
        answers=tuple(found[11]),
        image=_as_image(found[12]),
        scoring=found[13],
        case=None if case is None else Case(case[0], case[1], _as_image(case[2])),
        line=found[15],
    )
