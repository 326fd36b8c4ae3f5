"""What every importer gives back, and the bounds that keep a hostile file small.

An importer never raises: what it can use are questions, what is wrong is a problem with its line, and what its format
holds but nobody can be asked in chat (an essay, say) is skipped with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bot.domain.questions import (
    KEY_FORM,
    Bank,
    Case,
    Image,
    Kind,
    Option,
    Problem,
    Question,
    derived_case_key,
    derived_key,
    faults,
)
from bot.formats.tidy import tidied
from bot.formats.wording import hidden_character

MAX_BYTES = 25_000_000
"""A file, as it is handed in."""
MAX_UNPACKED = 200_000_000
"""All parts of an archive together, unpacked."""
MAX_RATIO = 200
"""How many times its packed size a part of an archive may have."""
MAX_PARTS = 10_000
"""Files in an archive."""
MAX_QUESTIONS = 20_000
MAX_LINE = 200_000
"""Characters of one line or cell; the longest sound question has a few thousand."""
MAX_DEPTH = 60
"""Levels of XML, JSON or YAML within each other."""
MAX_PROBLEMS = 500
"""Problems, and skipped things, that are listed; the rest is counted."""


Told = Callable[[int, int], None]
"""Is told how far a file is read: lines behind, and lines in all."""


class TooLarge(Exception):
    """A file goes over a bound; the text is a sentence that names it. Only `Gathering.guarded` lets it pass."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a format can hold but nobody can be asked here. *what*: its title or first words."""

    line: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A file's questions, sound ones only, in its order, each with a key; *format* is the format's name.

    A *topic* of '' means that the file names none. *header* is what a file of ours says of its bank, without the
    questions. *uncounted* is how many problems and skipped things are not listed. *files* are the pictures that came
    with it, by the bare name that `Image.name` has; unread, so they may be broken or no pictures.
    """

    format: str
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    uncounted: int = 0
    header: Bank | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


def bare_question(
    stem: str,
    options: tuple[Option, ...] = (),
    *,
    line: int,
    kind: Kind = Kind.SINGLE,
    answers: tuple[str, ...] = (),
    topic: str = "",
    explanation: str = "",
    difficulty: int | None = None,
    image: Image | None = None,
) -> Question:
    """A question as a format has it that says no more: without a key, a source, tags and a code year."""
    return Question(
        key="",
        topic=topic,
        stem=stem,
        options=options,
        explanation=explanation,
        source="",
        difficulty=difficulty,
        tags=(),
        code_year=None,
        shuffle=kind is not Kind.TRUEFALSE,
        kind=kind,
        answers=answers,
        image=image,
        line=line,
    )


class Gathering:
    """An import under way: takes questions, problems and what is skipped, and keeps to the bounds.

    *file* is named in the problems; lines count from 1 (rows of a sheet, notes of a deck). *told* hears of each
    question, once a reader has said how many *lines* there are. *files* are the pictures that were attached.
    """

    def __init__(self, name: str, file: str, told: Told | None = None) -> None:
        self.format = name
        self.file = file
        self.header: Bank | None = None
        self.lines = 0
        self._told = told
        self.files: dict[str, bytes] = {}
        self._questions: list[Question] = []
        self._problems: list[Problem] = []
        self._skipped: list[Skipped] = []
        self._keys: dict[str, int] = {}
        self._cases: dict[str, Case] = {}
        self._uncounted = 0

    def error(self, line: int, message: str) -> None:
        """Report what keeps a question, or the file, out."""
        self._report(Problem(self.file, max(1, line), "error", message))

    def warning(self, line: int, message: str) -> None:
        """Report what keeps nothing out."""
        self._report(Problem(self.file, max(1, line), "warning", message))

    def report(self, problems: Iterable[Problem]) -> None:
        """Pass on what another reader found."""
        for problem in problems:
            self._report(problem)

    def _report(self, problem: Problem) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(problem)
        else:
            self._uncounted += 1

    def skip(self, line: int, what: str, reason: str) -> None:
        """Note what cannot be asked here. *what*: its title or first words."""
        if len(self._skipped) < MAX_PROBLEMS:
            self._skipped.append(Skipped(max(1, line), " ".join(what.split())[:80], reason))
        else:
            self._uncounted += 1

    def attach(self, image: Image, data: bytes) -> Image:
        """Take a picture's file; its image, under another name where another picture has that already."""
        if self.files.setdefault(image.name, data) == data:
            return image
        stem, dot, ending = image.name.rpartition(".")
        mark = hashlib.sha256(data).hexdigest()[:8]
        renamed = replace(image, name=f"{stem[:70]}-{mark}.{ending[:10]}" if dot else f"{ending[:80]}-{mark}")
        self.files[renamed.name] = data
        return renamed

    def keep(self, question: Question, option_lines: Sequence[int] = ()) -> bool:
        """Take a question that is sound, tidied, with a derived key where it has none; report one that is not.

        *option_lines*: where its options stand, for the faults of one. Raises TooLarge at the bound on questions.
        """
        if self._told is not None and self.lines:
            self._told(min(question.line, self.lines), self.lines)
        question = tidied(question)
        found = faults(question)
        for fault in found:
            at = fault.option
            line = question.line if at is None or at >= len(option_lines) else option_lines[at]
            self.error(line, fault.message)
        hidden = _hidden(question)
        if hidden:
            self.error(question.line, f"there is an invisible control character ({hidden}) in this question; delete it")
        if found or hidden:
            return False
        if len(self._questions) >= MAX_QUESTIONS:
            raise TooLarge(f"a file may hold {MAX_QUESTIONS:,} questions; the rest was not read")
        given = question.key
        if given and not KEY_FORM.fullmatch(given):
            self.error(
                question.line, f"the id “{given[:40]}” may hold 64 letters, digits, dots, hyphens and underscores"
            )
            return False
        question = question if given else replace(question, key=derived_key(question))
        if question.case is not None:
            case = (
                question.case if question.case.key else replace(question.case, key=derived_case_key(question.case.stem))
            )
            question = replace(question, case=case)
            if not KEY_FORM.fullmatch(case.key) or self._cases.setdefault(case.key, case) != case:
                self.error(question.line, f"the case id “{case.key[:40]}” is no id, or is that of another case above")
                return False
        if question.key in self._keys:
            same = f"the id “{given}” stands" if given else "a question with the same stem and options stands"
            self.error(question.line, f"{same} in line {self._keys[question.key]} already")
            return False
        self._keys[question.key] = question.line
        self._questions.append(question)
        return True

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """A block that a bound may end: the sentence becomes a problem, and what was kept before stays."""
        try:
            yield
        except TooLarge as error:
            self.error(1, str(error))

    def done(self) -> Imported:
        """What came of it, problems in the order of their lines."""
        if not self._questions and not self._problems and not self._skipped:
            self.error(1, "there is no question in this file")
        return self.gathered()

    def gathered(self) -> Imported:
        """The same, where a file without any question is no fault."""
        shown = {image.name for question in self._questions for image in images(question)}
        return Imported(
            self.format,
            tuple(self._questions),
            tuple(sorted(self._problems, key=lambda problem: problem.line)),
            tuple(sorted(self._skipped, key=lambda one: one.line)),
            self._uncounted,
            self.header,
            {name: data for name, data in self.files.items() if name in shown},
        )


def images(question: Question) -> list[Image]:
    """The pictures that a question shows: its own, and its case's."""
    found = (question.image, question.case.image if question.case is not None else None)
    return [image for image in found if image is not None]


def _hidden(question: Question) -> str | None:
    texts = [question.key, question.topic, question.stem, question.explanation, question.source, *question.tags]
    texts += [text for option in question.options for text in (option.text, option.feedback)]
    texts += question.answers
    if question.case is not None:
        texts += [question.case.key, question.case.stem]
    texts += [image.alt for image in images(question)]
    return next((found for found in map(hidden_character, texts) if found), None)


def text_of(data: bytes, into: Gathering, *, one_line: bool = False) -> str | None:
    """A file's text with line ends \\n and without its mark; None where it is too large or no text (reported).

    UTF-8, or UTF-16 with its mark; bytes that are neither are read as Windows-1252, with a warning. *one_line*: the
    format may put everything into one line, so the bound on lines does not hold.
    """
    if len(data) > MAX_BYTES:
        into.error(1, f"the file has {len(data):,} bytes; {MAX_BYTES:,} is the most")
        return None
    text = _decoded(data, into)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    into.lines = text.count("\n") + 1
    if one_line:
        return text
    long = next((n for n, line in enumerate(text.split("\n"), 1) if len(line) > MAX_LINE), None)
    if long is not None:
        into.error(long, f"this line has more than {MAX_LINE:,} characters, the most that a line may have")
        return None
    return text


def _decoded(data: bytes, into: Gathering) -> str | None:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            into.error(1, "the file begins like UTF-16 text, but is not; save it as UTF-8")
            return None
        at = data.count(b"\n", 0, error.start) + 1
    if b"\x00" in data:
        into.error(1, "this is not a text file")
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        into.error(at, "this line is neither UTF-8 nor Windows-1252 text; save the file as UTF-8")
        return None
    into.warning(at, "the file is not UTF-8; it was read as Windows-1252. Look at the letters with accents")
    return text
