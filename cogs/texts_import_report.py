"""The whole of what a preview found, as a text file: the message has room for the first of each."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.imports import Finding, Verdict
from bot.domain.questions import CHOICES, Question, slug
from bot.services.imports import Preview
from cogs.texts_imports import count, questions

MOST_BYTES = 8_000_000
"""Discord takes ten million a file."""
_LEFT_OUT = "\n… the rest has no room in this file.\n"
_HEADS: tuple[tuple[Verdict, str], ...] = (
    ("key", "With another right answer (earlier answers are judged anew)"),
    ("changed", "Changed"),
    ("ask", "Doubtful: to be decided, left out until then"),
    ("conflict", "Left out: another question asks the same and has another answer"),
    ("duplicate", "Left out: the same is there already"),
    ("clash", "With the stem of another one of the file, and another answer: all come in"),
    ("twin", "Alike another one of the file, with the same answer: all come in"),
    ("voided", "Left out: withdrawn by a tutor before"),
    ("stays", "Retired by a tutor, and not changed by the file: these stay retired"),
    ("gone", "In the bank and not in the file"),
)


def report(found: Preview) -> bytes:
    """All of it as UTF-8 text; where even a file has no room, its last line says so."""
    data = "\n".join(_lines(found)).encode("utf-8", "replace") + b"\n"
    if len(data) <= MOST_BYTES:
        return data
    return data[:MOST_BYTES].decode(errors="ignore").encode() + _LEFT_OUT.encode()


def _lines(found: Preview) -> Iterator[str]:
    one, read = found.one, found.read
    read_as = f", read as {found.format}" if found.format else ""
    yield f"{one.file}{read_as}, into the bank “{one.title}”"
    yield f"{questions(read.good)} read; {found.new:,} new, {found.changed:,} changed, {found.found.same:,} as before"
    for name, counts in (("Types", read.kinds), ("Topics", found.topics)):
        yield ""
        yield f"{name}:"
        yield from (f"  {number:>6,}  {word or '(none)'}" for word, number in counts.items())
    if found.unknown:
        yield ""
        yield "Topics that the exam does not have:"
        chosen = found.one.choices.topics
        for topic in found.unknown:
            yield f"  {topic}" + (f" → {chosen[slug(topic)]}" if chosen.get(slug(topic)) else "")
    yield from _problems(found)
    for verdict, head in _HEADS:
        some = found.found.of(verdict)
        if some:
            yield ""
            yield f"{head}: {len(some):,}"
            for item in some:
                yield from _finding(item)
    for number, question in enumerate(found.samples, 1):
        yield ""
        yield f"Sample {number}, line {question.line:,}: {question.kind}, {question.topic or 'no topic'}"
        yield from _whole(question)


def _problems(found: Preview) -> Iterator[str]:
    read = found.read
    if read.problems:
        yield ""
        yield f"{count(len(read.problems), 'Problem', 'Problems')} (an error keeps its question out):"
        yield from (f"  line {line:,}: {level}: {text}" for line, level, text in read.problems)
    if read.skipped:
        yield ""
        yield "Cannot be asked here, so left out:"
        yield from (f"  line {line:,}: “{what}”: {reason}" for line, what, reason in read.skipped)
    if read.uncounted:
        yield f"  … and {read.uncounted:,} more that were only counted"


def _finding(one: Finding) -> Iterator[str]:
    if one.verdict == "gone":
        card = one.others[0]
        yield f"  {card.key}: {one.stem} [{one.answer}]"
        return
    back = ", comes back" if one.back else ""
    yield f"  line {one.line:,}{back}: {one.stem} [{one.answer}]"
    for card in one.others:
        share = f"{one.alike:.0%} alike, " if one.verdict in ("duplicate", "twin") else ""
        yield f"      {share}{card.bank}, {card.key}: {card.stem} [{card.answer}]"


def _whole(question: Question) -> Iterator[str]:
    if question.case is not None:
        yield from (f"  | {line}" for line in question.case.stem.splitlines())
    yield from (f"  {line}" for line in question.stem.splitlines())
    if question.image is not None:
        yield f"  picture: {question.image.name} ({question.image.alt})"
    if question.kind in CHOICES:
        for option in question.options:
            yield f"  [{'x' if option.correct else ' '}] {option.text}"
            if option.feedback:
                yield f"        {option.feedback}"
    else:
        yield from (f"  [x] {answer}" for answer in question.answers)
    if question.explanation:
        yield f"  explanation: {question.explanation}"
    if question.source:
        yield f"  source: {question.source}"
