"""What items of all versions of QTI share: their texts, pictures, and the question that comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from bot.domain.questions import Kind, Option, Question, Scoring, as_key
from bot.formats.imported import Gathering
from bot.formats.rich_text import RichText
from bot.formats.shelf import Shelf
from bot.formats.xml_tree import Element, attribute, line_of


class Unsound(Exception):
    """An item makes no question; the text says why, *line* where (0: where the item begins)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class CannotAsk(Exception):
    """An item cannot be asked here; the text says why."""


@dataclass(slots=True)
class Item:
    """One item on its way to a question. *pictures* are its package's; None where it came in none."""

    element: Element
    topic: str
    into: Gathering
    pictures: Shelf | None = None
    rich: RichText = field(default_factory=RichText)

    @property
    def line(self) -> int:
        return line_of(self.element)

    def warning(self, message: str) -> None:
        self.into.warning(self.line, message)

    def finish(
        self,
        stem: str,
        kind: Kind,
        options: tuple[Option, ...],
        answers: tuple[str, ...] = (),
        *,
        explanation: Sequence[str] = (),
        scoring: Scoring = "all",
        shuffle: bool = True,
        lines: Sequence[int] = (),
    ) -> None:
        """Hand over what was read. Raises CannotAsk where a text needs what chat cannot show."""
        if kind is Kind.SINGLE and {option.text.casefold() for option in options} == {"true", "false"}:
            kind = Kind.TRUEFALSE
        if self.rich.reason:
            raise CannotAsk(self.rich.reason)
        image = self.rich.image
        for warning in self.rich.warnings:
            if (
                image is None
                or self.pictures is None
                or image.name not in self.pictures
                or "not in this" not in warning
            ):
                self.warning(warning)
        if image is not None and self.pictures is not None:
            image = self.pictures.attach(image, self.line, self.into)
        self.into.keep(
            Question(
                key=as_key(attribute(self.element, "ident") or attribute(self.element, "identifier")),
                topic=self.topic,
                stem=stem,
                options=options,
                explanation="\n".join(dict.fromkeys(filter(None, explanation))),
                source="",
                difficulty=None,
                tags=(),
                code_year=None,
                shuffle=shuffle and kind is not Kind.TRUEFALSE,
                kind=kind,
                answers=answers,
                image=image,
                scoring=scoring,
                line=self.line,
            ),
            lines,
        )


def as_html(text: str) -> str:
    """A plain text as HTML that reads back as it."""
    return escape(text.strip(), quote=False).replace("\n", "<br>")
