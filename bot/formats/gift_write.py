"""Writing GIFT that `gift.read` reads back, and Moodle too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.domain.questions import Kind, Option, Question
from bot.formats.exported import Exported, Losses, lost_by_all, plain_truth
from bot.formats.html_text import plain
from bot.formats.markdown_text import write_weight
from bot.formats.tidy import tidied

_SPECIAL = re.compile(r"[\\~=#{}:\n]")
_LIKE_MARK = re.compile(r"\s*(?:\[(?:html|moodle|plain|markdown)\]|%)", re.IGNORECASE)
_STAR = "\\*"
"""A star that is one, in a short answer; bare, it stands for any text."""
_TITLE_LENGTH = 60


def write(questions: Iterable[Question]) -> Exported:
    """Questions as GIFT, by topic as categories. Flashcards and questions with a picture are left out.

    What it keeps: stems (a case's text before each of its questions), options, feedback, shares, answers,
    explanation, id, tags and topic. Where all right options are to be found, each of n earns 1/n, and a wrong one
    costs it all: GIFT has no other way.
    """
    losses = Losses("GIFT")
    out: list[str] = []
    topic = ""
    for number, question in enumerate(map(tidied, questions), 1):
        reason = _cannot(question)
        if reason:
            losses.leave_out(number, question.stem, reason)
            continue
        losses.note(_lost(question))
        if question.topic != topic:
            topic = question.topic
            out += [f"$CATEGORY: {topic.replace('/', '//') or '$course$/top'}", ""]
        out += [*_question(question), ""]
    return losses.exported("\n".join(out))


def _cannot(question: Question) -> str:
    if question.kind is Kind.FLASHCARD:
        return "GIFT has no flashcards"
    if question.image is not None or (question.case is not None and question.case.image is not None):
        return "GIFT holds no pictures"
    if question.kind is Kind.SHORT and all("->" in answer for answer in question.answers):
        return "GIFT takes answers with “->” for pairs"
    return ""


def _lost(question: Question) -> Iterable[str]:
    yield from lost_by_all(question)
    if question.kind is Kind.MULTI and question.scoring == "all":
        yield "a point for all or nothing (parts of it are earned)"


def _question(question: Question) -> list[str]:
    stem = question.stem if question.case is None else f"{question.case.stem}\n\n{question.stem}"
    out = [f"// [id:{question.key}]" + "".join(f" [tag:{_tag(tag)}]" for tag in question.tags)]
    title = " ".join(question.stem.split())[:_TITLE_LENGTH]
    style = "[plain]" if _LIKE_MARK.match(stem) or plain(stem, loose=True).text != stem else ""
    # The title keeps a stem's “//” and “$” from beginning a line.
    out.append(f"::{_escaped(title)}::{style}{_escaped(stem)}{{")
    inherited = bool(style)
    if question.kind is Kind.TRUEFALSE and plain_truth(question):
        out[-1] += _truth(question.options, inherited)
    elif question.kind is Kind.SHORT:
        out += [f"={_text(answer.replace('*', _STAR), inherited)}" for answer in question.answers]
    else:
        out += _options(question, inherited)
    if question.explanation:
        out.append(f"####{_text(question.explanation, inherited)}")
    out.append("}")
    return out


def _options(question: Question, inherited: bool) -> list[str]:
    right = [option for option in question.options if option.correct]
    out = []
    for option in question.options:
        if question.kind is not Kind.MULTI:
            mark = "=" if option.correct else f"~{_share(option.weight)}"
        elif option.weight is None and option.correct:
            mark = f"~%{write_weight(100 / len(right))}%"
        else:
            weight = -100.0 if option.weight is None and question.scoring == "all" else option.weight
            mark = f"~{_share(weight)}"
        feedback = f"#{_text(option.feedback, inherited)}" if option.feedback else ""
        out.append(f"{mark}{_text(option.text, inherited)}{feedback}")
    return out


def _share(weight: float | None) -> str:
    return "" if weight is None else f"%{write_weight(weight)}%"


def _truth(options: Sequence[Option], inherited: bool) -> str:
    right, wrong = sorted(options, key=lambda option: not option.correct)
    parts = ["TRUE" if options[0].correct else "FALSE"]
    if right.feedback or wrong.feedback:
        parts.append(_text(wrong.feedback, inherited) if wrong.feedback else "")
    if right.feedback:
        parts.append(_text(right.feedback, inherited))
    return "#".join(parts)


def _text(text: str, inherited: bool) -> str:
    """A text within the braces; marked as plain where it would be read as something else."""
    changes = not inherited and plain(text, loose=True).text != text
    return f"[plain]{_escaped(text)}" if changes or _LIKE_MARK.match(text) else _escaped(text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", text)


def _tag(tag: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", tag)
