"""Writing a text file that Anki imports, and that `anki_text.read` reads back."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable

from bot.domain.questions import CHOICES, Case, Image, Kind, Question
from bot.formats.anki_options import OPTION, OPTIONS, OPTIONS_END
from bot.formats.anki_text import EXPLANATION
from bot.formats.exported import Exported, Losses, lost_by_all
from bot.formats.tidy import tidied

_HEAD = "#separator:tab\n#html:true\n#notetype:Basic\n#guid column:1\n#deck column:2\n#tags column:3\n"
_LETTERS = "ABCDEFGHIJ"
_SPACES = re.compile(r"(?:^| )[ ]", re.MULTILINE)
_MEANT_BY_ANKI = re.compile(r"\{(?=\{)|\[(?=sound:|anki:|latex\]|\$)", re.IGNORECASE)


def write(questions: Iterable[Question]) -> Exported:
    """Questions as notes of the type Basic: question and options in front, the answer and explanation on the back.

    A question's key is the note's GUID, so that a second import updates it; its topic is the deck.
    """
    losses = Losses("Anki")
    out = io.StringIO()
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    for question in map(tidied, questions):
        losses.note(_lost(question))
        deck = question.topic.replace("::", ":") or "Default"
        tags = " ".join(re.sub(r"\s+", "_", tag) for tag in question.tags)
        table.writerow([question.key, deck, tags, _front(question), _back(question)])
    return losses.exported(_HEAD + out.getvalue())


def _lost(question: Question) -> Iterable[str]:
    yield from lost_by_all(question)
    if question.image is not None or (question.case is not None and question.case.image is not None):
        yield "a picture in a text file (copy it into the folder collection.media)"
    if question.kind is Kind.SHORT:
        yield "an answer that is typed (the card shows it)"
    if question.scoring == "partial" or any(option.weight is not None for option in question.options):
        yield "points for a part"
    if any(option.feedback for option in question.options):
        yield "feedback on an option (it stands in the explanation)"
    if question.kind is Kind.MULTI and sum(option.correct for option in question.options) == 1:
        yield "a question for several answers that has one right one (it has options)"
    if any(" " in tag for tag in question.tags):
        yield "a space in a tag (it became _)"


def _front(question: Question) -> str:
    parts = [] if question.case is None else _pictured(question.case.stem, question.case)
    parts += _pictured(question.stem, question)
    options = OPTION.join(_html(option.text) for option in question.options)
    return "<br><br>".join(parts) + (f"{OPTIONS}{options}{OPTIONS_END}" if question.options else "")


def _pictured(text: str, of: Question | Case) -> list[str]:
    return [_html(text) + ("" if of.image is None else _picture(of.image))]


def _picture(image: Image) -> str:
    name = re.sub(r"[%?#]", lambda found: f"%{ord(found[0]):02X}", image.name)
    return f'<img src="{html.escape(name)}" alt="{html.escape(image.alt)}">'


def _back(question: Question) -> str:
    more = [question.explanation] if question.explanation else []
    if question.kind in CHOICES:
        lettered = list(zip(_LETTERS, question.options, strict=False))
        right = [f"{letter}. {'' if chr(10) in one.text else one.text}" for letter, one in lettered if one.correct]
        more += [f"{letter}: {one.feedback}" for letter, one in lettered if one.feedback]
    else:
        right = list(question.answers)
    return "<br>".join(map(_html, right)) + (EXPLANATION + "<br>".join(map(_html, more)) if more else "")


def _html(text: str) -> str:
    """A text as HTML that shows it, and reads back, as it is: lines, spaces, and what Anki would take for its own."""
    text = html.escape(text, quote=False).replace("\t", "&#9;")
    text = _SPACES.sub(lambda found: found[0][:-1] + "&nbsp;", text)
    text = _MEANT_BY_ANKI.sub(lambda found: f"&#{ord(found[0])};", text)
    return text.replace("\n", "<br>")
