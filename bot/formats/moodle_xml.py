"""Moodle's XML of questions, as its question bank exports it.

Multiple choice with one or several right answers, true/false, short answers and exact numbers become questions; the
rest, and what Moodle itself hides, is skipped.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.domain.questions import Image, Kind, Option, Question, Scoring, as_key, true_false
from bot.formats.categories import topic_of
from bot.formats.html_text import plain
from bot.formats.imported import Gathering, Imported, Told
from bot.formats.rich_text import RichText
from bot.formats.xml_tree import (
    Element,
    attribute,
    bare,
    child,
    children,
    elements,
    line_of,
    root_name,
    within,
)

NAME = "moodle-xml"
FULL = 100.0
TOLD = 0.1
"""Percent by which shares may miss 100 without a word."""

_STAR = re.compile(r"(?<!\\)\*")
_SHARE = re.compile(r"-?[0-9]{1,4}(?:[.,][0-9]*+)?")
_ZERO = re.compile(r"[0.,]*+")
_SEVERAL = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_PRAISE = frozenset(
    ("your answer is correct.", "your answer is partially correct.", "your answer is incorrect.", "correct", "")
)
"""What Moodle itself writes there."""
_CANNOT = {
    "essay": "an essay cannot be judged in chat",
    "description": "a text without answers",
    "matching": "pairs cannot be matched in chat",
    "randomsamatch": "pairs cannot be matched in chat",
    "cloze": "several gaps in one text cannot be asked in chat",
    "multianswer": "several gaps in one text cannot be asked in chat",
    "gapselect": "several gaps in one text cannot be asked in chat",
    "ddwtos": "nothing can be dragged in chat",
    "ddmatch": "nothing can be dragged in chat",
    "ddimageortext": "nothing can be dragged in chat",
    "ddmarker": "nothing can be dragged in chat",
    "ordering": "nothing can be put in order in chat",
    "calculated": "its numbers are drawn anew for each answerer",
    "calculatedsimple": "its numbers are drawn anew for each answerer",
    "calculatedmulti": "its numbers are drawn anew for each answerer",
    "random": "it stands for questions drawn from a category",
}


class _Unsound(Exception):
    """The element makes no question; the text says why, *line* where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Skipped(Exception):
    """The element cannot be asked here; the text says why."""


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is Moodle's XML, 0 to 1: by its outermost element and its questions."""
    del name  # content decides, not the file's ending
    if root_name(data) != "quiz":
        return 0.0
    return 0.98 if re.search(rb"<question\s+type\s*=", data[:1_000_000].replace(b"\x00", b"")) else 0.5


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a Moodle XML file; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    topic = ""
    silent = 0
    with into.guarded():
        for element in elements(data, ("question",), into):
            if attribute(element, "type").lower() == "category":
                topic = topic_of(_text(child(element, "category")))
                continue
            reading = _Reading(element, topic, into)
            reading.take()
            silent += reading.praise_left_out
    if silent:
        into.warning(
            1,
            f"{silent} questions have feedback on the answer as a whole (right, partly right, wrong); it was left out",
        )
    return into.done()


def _text(element: Element | None) -> str:
    """The text in an element's `<text>`, or in itself where it has none."""
    found = child(element, "text")
    return bare(found if found is not None else element)


@dataclass(slots=True)
class _Answer:
    line: int
    text: str
    share: float
    feedback: str


@dataclass(slots=True)
class _Reading:
    """One `<question>` on its way to a question."""

    element: Element
    topic: str
    into: Gathering
    rich: RichText = field(default_factory=RichText)
    praise_left_out: bool = False

    def take(self) -> None:
        line, name = line_of(self.element), _text(child(self.element, "name"))
        title = name.strip() or _text(child(self.element, "questiontext"))[:200]
        try:
            self._take(line)
        except _Unsound as fault:
            self.into.error(fault.line, str(fault))
        except _Skipped as reason:
            self.into.skip(line, title, str(reason))

    def _take(self, line: int) -> None:
        element = self.element
        kind = attribute(element, "type").lower()
        build = _SHAPES.get(kind)
        if kind in _CANNOT:
            raise _Skipped(_CANNOT[kind])
        if build is None:
            raise _Skipped(f"questions of Moodle's type “{kind[:40]}” cannot be asked in chat")
        if _text(child(element, "hidden")).strip() == "1":
            raise _Skipped("it is hidden in Moodle")
        body = child(element, "questiontext")
        if body is None:
            raise _Unsound(line, "the question has no text")
        stem = self._formatted(self.rich.stem, body)
        answers = self._answers(kind)
        found, options, texts, scoring = build(self, answers)
        extra = child(element, "generalfeedback")
        explanation = [] if extra is None else [self._formatted(self.rich.extra, extra)]
        if found is Kind.SHORT:
            explanation += [answer.feedback for answer in answers if answer.share == FULL]
        self.praise_left_out = any(
            _text(one).strip().casefold() not in _PRAISE and self._plain(one).casefold() not in _PRAISE
            for one in children(element, *_SEVERAL)
        )
        if self.rich.reason:
            raise _Skipped(self.rich.reason)
        image = self._pictures(body, line)
        tags = child(element, "tags")
        shuffle = _text(child(element, "shuffleanswers")).strip().lower()
        question = Question(
            key=as_key(_text(child(element, "idnumber"))),
            topic=self.topic,
            stem=stem,
            options=options,
            explanation="\n".join(dict.fromkeys(filter(None, explanation))),
            source="",
            difficulty=None,
            tags=() if tags is None else tuple(_text(tag) for tag in children(tags, "tag")),
            code_year=None,
            shuffle=found is not Kind.TRUEFALSE and shuffle not in ("0", "false"),
            kind=found,
            answers=texts,
            image=image,
            scoring=scoring,
            line=line,
        )
        self.into.keep(question, [line_of(one) for one in children(element, "answer")] if options else ())

    def _pictures(self, body: Element, line: int) -> Image | None:
        """The stem's picture, its file handed over; a warning where that does not stand beside the text."""
        image = self.rich.image
        files = {attribute(one, "name"): one for one in children(body, "file")}
        there = None if image is None else files.get(image.name)
        for warning in self.rich.warnings:
            if there is None or "not in this file" not in warning:
                self.into.warning(line, warning)
        if image is None or there is None:
            return image
        try:
            return self.into.attach(image, base64.b64decode("".join(bare(there).split()), validate=True))
        except ValueError:
            return self.into.attach(image, b"")  # whoever looks at the picture says that it is broken

    def _plain(self, element: Element) -> str:
        return plain(_text(element)).text.strip()

    def _formatted(self, read: Callable[..., str], element: Element) -> str:
        """A text by the format that its element names: HTML, or a text with or without some HTML in it."""
        style = attribute(element, "format").lower()
        text = _text(element)
        if style in ("plain_text", "markdown"):
            return text
        return read(text, loose=style not in ("", "html"))

    def _answers(self, kind: str) -> list[_Answer]:
        found = []
        for one in children(self.element, "answer"):
            share = attribute(one, "fraction") or _text(child(one, "fraction")) or "0"
            if not _SHARE.fullmatch(share.strip()):
                raise _Unsound(line_of(one), f"the answer's fraction is a percentage, not “{share[:40]}”")
            number = round(float(share.replace(",", ".")), 5)
            text = _text(one) if kind in _TYPED else self._formatted(self.rich.needed, one)
            feedback = child(one, "feedback")
            extra = "" if feedback is None else self._formatted(self.rich.extra, feedback)
            found.append(_Answer(line_of(one), text.strip(), number, extra))
        if not found:
            raise _Unsound(line_of(self.element), "the question has no answers")
        return found

    def choice(self, found: Sequence[_Answer]) -> _Built:
        single = _text(child(self.element, "single")).strip().lower()
        if single not in ("true", "1", "", "false", "0"):
            raise _Unsound(line_of(self.element), f"“single” is true or false, not “{single[:40]}”")
        if single in ("true", "1", ""):
            full = [answer for answer in found if answer.share == FULL]
            if len(full) != 1:
                raise _Unsound(
                    full[1].line if full else line_of(self.element),
                    f"{len(full)} answers of this question with one right answer have the fraction 100; one must",
                )
            partial = any(answer.share for answer in found if answer is not full[0])
            options = _options(found, lambda answer: answer is full[0], shares=partial)
            return Kind.SINGLE, options, (), "partial" if partial else "all"
        total = sum(answer.share for answer in found if answer.share > 0)
        if TOLD < abs(total - FULL) <= 1:
            self.into.warning(
                line_of(self.element), f"the fractions of the right answers add up to {total:g} %; taken for 100 %"
            )
        return Kind.MULTI, _options(found, lambda answer: answer.share > 0, shares=True), (), "partial"

    def choice_set(self, found: Sequence[_Answer]) -> _Built:
        """The plug-in type “all or nothing”: each right answer has 100."""
        return Kind.MULTI, _options(found, lambda answer: answer.share > 0, shares=False), (), "all"

    def truth(self, found: Sequence[_Answer]) -> _Built:
        by_text = {answer.text.casefold(): answer for answer in found}
        right = [word for word, answer in by_text.items() if answer.share == FULL]
        if set(by_text) != {"true", "false"} or len(right) != 1:
            raise _Unsound(
                line_of(self.element), "a true/false question has the answers true and false, one of them right"
            )
        options = true_false(right == ["true"], by_text["true"].feedback, by_text["false"].feedback)
        return Kind.TRUEFALSE, options, (), "all"

    def short(self, found: Sequence[_Answer]) -> _Built:
        texts = []
        for answer in found:
            if answer.share != FULL:
                if answer.share > 0:
                    self._left_out(answer, f"is worth {answer.share:g} %, and a short answer is right or wrong")
            elif _STAR.search(answer.text):
                self._left_out(answer, "has a * for any text, and answers are compared as they are")
            else:
                texts.append(answer.text.replace("\\*", "*"))
        if not texts:
            raise _Skipped("no answer can be judged exactly: all of them are patterns, or none is wholly right")
        return Kind.SHORT, (), tuple(dict.fromkeys(texts)), "all"

    def numeric(self, found: Sequence[_Answer]) -> _Built:
        if any(bare(one).strip() for one in within(self.element, "unit_name")):
            raise _Skipped("it asks for a number with a unit")
        if any(not _ZERO.fullmatch(bare(one).strip()) for one in within(self.element, "tolerance")):
            raise _Skipped("it takes numbers that are a little off; answers are compared as they are")
        built = self.short(found)
        self.into.warning(
            line_of(self.element), "this asks for an exact number; it became a short answer, judged as text"
        )
        return built

    def _left_out(self, answer: _Answer, why: str) -> None:
        self.into.warning(answer.line, f"the answer “{answer.text[:40]}” {why}; it was left out")


_Built = tuple[Kind, tuple[Option, ...], tuple[str, ...], Scoring]
_TYPED = frozenset(("shortanswer", "numerical", "truefalse"))
"""Types whose answers are plain texts."""
_SHAPES: dict[str, Callable[[_Reading, Sequence[_Answer]], _Built]] = {
    "multichoice": _Reading.choice,
    "multichoiceset": _Reading.choice_set,
    "truefalse": _Reading.truth,
    "shortanswer": _Reading.short,
    "numerical": _Reading.numeric,
}


def _options(found: Sequence[_Answer], right: Callable[[_Answer], bool], *, shares: bool) -> tuple[Option, ...]:
    return tuple(
        Option(answer.text, right(answer), answer.feedback, answer.share if shares else None) for answer in found
    )
