"""The Aiken format: a question, lettered options, a line “ANSWER: B”.

Read by its documentation (docs.moodle.org, “Aiken format”) and more kindly: small letters, brackets, questions of
several lines, a key with the option's text, and an explanation behind the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bot.domain.questions import Kind, Option, Question, folded, true_false
from bot.formats.imported import MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, bare_question, text_of
from bot.formats.lettered import Line, key_of, label, lettered, run, starts
from bot.formats.opening import opening

NAME = "aiken"
MAX_LINES = 20 * MAX_QUESTIONS
_ANSWER = re.compile(
    r"\s*+(?:(?:the\s++)?correct\s++)?(?:answers?|ans)\s*+[:：]\s*+(.*)|\s*+ANSWER(?:\s*+[=-])?\s++([A-Z])\s*+$",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(r"\s*+(?:explanation|feedback|rationale|reason)\s*+[:：]\s*+(.*)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:question\s*+|q\.?\s*+)?([0-9]{1,4})\s*+[.):]\s++(?=\S)", re.IGNORECASE)


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is Aiken, 0 to 1: by option lines with a line “ANSWER:” behind them."""
    del name  # content decides, not the file's ending
    options = keys = 0
    exact = False
    for line in opening(data).split("\n"):
        if _ANSWER.match(line):
            keys += options >= 2
            exact = exact or (options >= 2 and line.startswith("ANSWER: "))
            options = 0
        elif label(line):
            options += 1
    return 0.0 if not keys else 0.95 if exact else 0.8


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of an Aiken file; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            if text.count("\n") > MAX_LINES:
                raise TooLarge(f"the file has more than {MAX_LINES:,} lines, the most that is read")
            _keep(_questions(text, into), into)
    return into.done()


@dataclass(slots=True)
class _Block:
    """The lines of one question, and its key's line, if it has one."""

    lines: list[Line]
    key: Line | None = None
    explanation: list[str] = field(default_factory=list)


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block([])
    done: _Block | None = None
    explaining = False
    for number, line in enumerate(text.split("\n"), 1):
        if found := _ANSWER.match(line):
            if done is not None:
                yield done
            block.key = Line(number, found[1] if found[1] is not None else found[2])
            done, block, explaining = block, _Block([]), False
        elif done is not None and not block.lines and (found := _EXPLANATION.match(line)):
            done.explanation.append(found[1])
            explaining = True
        elif explaining and done is not None and line.strip():
            done.explanation.append(line.strip())
        else:
            explaining = False
            if line.strip() or block.lines:
                block.lines.append(Line(number, line))
    if done is not None:
        yield done
    if any(line.text.strip() for line in block.lines):
        yield block


def _questions(text: str, into: Gathering) -> Iterator[tuple[Question, list[int]]]:
    for count, block in enumerate(_blocks(text)):
        if count > 2 * MAX_QUESTIONS:
            raise TooLarge(f"a file may hold {MAX_QUESTIONS:,} questions; the rest was not read")
        lines = _without_key(block.lines, into)
        found = _question(lines, block, into)
        if found is not None:
            yield found


def _without_key(lines: Sequence[Line], into: Gathering) -> Sequence[Line]:
    """The lines of the last question among *lines*; those before it that have options have no key, which is told."""
    begin = 0
    found = starts(lines)
    if lines and (first := label(lines[0].text)) and first[0] == "A":
        found = [0, *found]
    for at, end in pairwise(found):
        if at < begin:
            continue
        count, last = run(lines, at, end)
        after = [here for here in range(last + 1, end) if lines[here].text.strip() and not label(lines[here].text)]
        if count >= 2 and after:
            first_line = next(lines[here] for here in range(begin, end) if lines[here].text.strip())
            into.error(first_line.number, "this question has no line “ANSWER: …” behind its options")
            gap = next((here for here in range(last + 1, end) if not lines[here].text.strip()), None)
            begin = gap if gap is not None and gap < after[-1] else after[0]
    return lines[begin:]


def _question(lines: Sequence[Line], block: _Block, into: Gathering) -> tuple[Question, list[int]] | None:
    first = next((line.number for line in lines if line.text.strip()), block.key.number if block.key else 1)
    found = starts(lines)
    if not found:
        # Options that begin at once have lost their question.
        opens = bool(lines) and label(lines[0].text) is not None
        if block.key is not None:
            into.error(first, "the options of this key have no question before them" if opens else _NO_OPTIONS)
        else:
            into.skip(first, " ".join(line.text for line in lines), "a text without options and key")
        return None
    read = lettered(lines, found[-1])
    if block.key is None:
        into.error(first, "this question has no line “ANSWER: …” behind its options")
        return None
    texts = [choice.text for choice in read.choices]
    key = key_of(block.key.text, texts)
    if read.fault is not None:
        into.error(*read.fault)
        return None
    if key.fault:
        into.error(block.key.number, key.fault)
        return None
    for at, message in read.told:
        into.warning(at, message)
    if key.told:
        into.warning(block.key.number, key.told)
    stem = "\n".join(line.text.strip() for line in read.stem).strip("\n")
    if "\n\n" in stem:
        into.warning(first, "there is a blank line in this question; look whether a title stands before it")
    kind = Kind.SINGLE if len(key.right) == 1 else Kind.MULTI
    if kind is Kind.MULTI:
        into.warning(block.key.number, "Aiken has one right answer; this names several, and all are to be chosen")
    options = tuple(Option(text, at in key.right) for at, text in enumerate(texts))
    if [folded(text) for text in texts] == ["true", "false"] and kind is Kind.SINGLE:
        kind, options = Kind.TRUEFALSE, true_false(0 in key.right)
    explanation = "\n".join(block.explanation)
    made = bare_question(stem, options, line=first, kind=kind, explanation=explanation)
    return made, [choice.line for choice in read.choices]


_NO_OPTIONS = "this key has no lettered options (A. …, B. …) before it"


def _keep(found: Iterator[tuple[Question, list[int]]], into: Gathering) -> None:
    """Take the questions; numbers before them go where all of them are numbered, for they change with the order."""
    questions: list[tuple[Question, list[int]]] = []
    with into.guarded():
        questions.extend(found)
    numbers = [_NUMBERED.match(question.stem) for question, _ in questions]
    counted = [int(number[1]) for number in numbers if number]
    ordered = all(after == 1 or after > before for before, after in pairwise(counted))
    numbered = len(questions) > 1 and len(counted) == len(questions) and ordered
    for (question, lines), number in zip(questions, numbers, strict=True):
        stem = question.stem[number.end() :] if numbered and number else question.stem
        into.keep(replace(question, stem=stem), lines)
