"""Our own Markdown as one of the formats that a tutor's file may have: header and topics may be missing."""

from __future__ import annotations

import re

from bot.formats.imported import Gathering, Imported, Told, text_of
from bot.formats.markdown import read_questions

_HEADER = re.compile(r"\s*---[ \t]*\n(?:[a-z]+:.*\n|[ \t]*\n){1,12}?---[ \t]*(?:\n|$)")
_QUESTION = re.compile(r"^#{2,3}[ \t]", re.MULTILINE)
_ANSWER = re.compile(r"^(?:- \[(?:[ xX]|-?[0-9.]+ ?%)\]|= ?\S)", re.MULTILINE)


def sniff(data: bytes, name: str) -> bool:
    """Whether a file is in our Markdown: it has our header, or headings with options or answers under them."""
    del name  # content decides, not the file's ending
    text = data[:20_000].decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if _HEADER.match(text) and "\nbank:" in text:
        return True
    heading = _QUESTION.search(text)
    return bool(heading and _ANSWER.search(text, heading.end()))


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a Markdown file; *name* is named in the problems."""
    into = Gathering("markdown", name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            into.header, questions, problems = read_questions(text, name)
            into.report(problems)
            for question in questions:
                into.keep(question)
    return into.done()
