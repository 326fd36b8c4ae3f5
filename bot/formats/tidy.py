"""The one form of a text in which every format keeps it: what differs only in unseen spaces is the same."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.questions import Case, Image, Question


def tidy(text: str) -> str:
    """A text of several lines without spaces at their ends and blank lines around it; what indents a line stays."""
    if "\n" not in text:
        return text.strip()
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def one_line(text: str) -> str:
    """A text as one line, words parted by one space."""
    return " ".join(text.split())


def tidied(question: Question) -> Question:
    """The question with all its texts in that form: what was written in any format reads back equal to it."""
    return replace(
        question,
        key=question.key.strip(),
        topic=one_line(question.topic),
        stem=tidy(question.stem),
        options=tuple(
            replace(option, text=tidy(option.text), feedback=tidy(option.feedback)) for option in question.options
        ),
        explanation=tidy(question.explanation),
        source=one_line(question.source),
        tags=tuple(dict.fromkeys(tag for tag in map(one_line, question.tags) if tag)),
        answers=tuple(map(tidy, question.answers)),
        image=_image(question.image),
        case=None if question.case is None else _case(question.case),
    )


def _image(image: Image | None) -> Image | None:
    return None if image is None else Image(image.name.strip(), one_line(image.alt))


def _case(case: Case) -> Case:
    return Case(case.key.strip(), tidy(case.stem), _image(case.image))
