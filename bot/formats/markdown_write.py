"""Writing the canonical question format: one form for one content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.questions import Bank, Case, Image, Kind, Option, Question
from bot.formats.header import write_header
from bot.formats.markdown_text import CASE, escape, quoted, write_tags, write_weight
from bot.formats.tidy import one_line, tidied

if TYPE_CHECKING:
    from collections.abc import Iterable


def write(bank: Bank) -> str:
    """The bank in its one canonical form: `read` gives back an equal bank, and writing that the same text.

    That holds for a bank whose questions are sound, with keys of their own; texts are written tidied.
    """
    return "\n".join(write_header(bank) + _body(bank.questions)) + "\n"


def write_questions(questions: Iterable[Question]) -> str:
    """Questions without a header, as a file for /bank import."""
    return "\n".join(_body(questions)).lstrip("\n") + "\n"


def _body(questions: Iterable[Question]) -> list[str]:
    out: list[str] = []
    topic: str | None = None
    case: Case | None = None
    for question in map(tidied, questions):
        if question.topic != topic:
            out += ["", f"# {question.topic}"]
            topic, case = question.topic, None
        if question.case is not None and question.case != case:
            out += ["", *_case(question.case)]
        case = question.case
        out += ["", *_question("##" if case is None else "###", question)]
    return out


def _case(case: Case) -> list[str]:
    return [*_stem("##", case.stem, case.key), f"@type: {CASE}", *_image(case.image)]


def _stem(marks: str, stem: str, key: str) -> list[str]:
    first, *more = stem.split("\n")
    # Between paragraphs a stem may hold a bare blank line; everything else is marked.
    return [f"{marks} {first} {{#{key}}}", *(escape(line) if line else "" for line in more)]


def _question(marks: str, question: Question) -> list[str]:
    out = _stem(marks, question.stem, question.key)
    for option in question.options:
        out += _further(f"- [{_box(option)}]", option.text)
        out += quoted("  >", option.feedback)
    for answer in question.answers:
        out += _further("=", answer)
    out += quoted(">", question.explanation)
    if question.kind is not Kind.SINGLE:
        out.append(f"@type: {question.kind}")
    if question.difficulty is not None:
        out.append(f"@difficulty: {question.difficulty}")
    if question.source:
        out.append(f"@source: {one_line(question.source)}")
    if question.tags:
        out.append(f"@tags: {write_tags(question.tags)}")
    if question.code_year is not None:
        out.append(f"@code_year: {question.code_year}")
    out += _image(question.image)
    if question.scoring != "all":
        out.append(f"@scoring: {question.scoring}")
    if not question.shuffle:
        out.append("@shuffle: off")
    return out


def _box(option: Option) -> str:
    if option.weight is not None:
        return f"{write_weight(option.weight)}%"
    return "x" if option.correct else " "


def _further(mark: str, text: str) -> list[str]:
    head, *rest = text.split("\n")
    return [f"{mark} {head}", *(f"  {escape(line)}" for line in rest)]


def _image(image: Image | None) -> list[str]:
    if image is None:
        return []
    return [f"@image: {image.name}", *([f"@alt: {image.alt}"] if image.alt else [])]
