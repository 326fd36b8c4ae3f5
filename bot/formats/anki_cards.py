"""What stands on the two sides of Anki's cards: templates filled with a note's fields, and gaps in a text (cloze)."""

from __future__ import annotations

import re
from collections.abc import Mapping

BLANK = "_____"
_MARK = re.compile(r"\{\{([^{}]{0,300})\}\}")
_ANSWER_LINE = re.compile(r"<hr[^<>]{0,80}id\s*+=\s*+[\"']?answer[\"']?[^<>]{0,80}>", re.IGNORECASE)
_GAP = re.compile(r"\{\{c([0-9]{1,3}(?:,[0-9]{1,3}){0,20})::|\}\}")
_CLOZE_FIELD = re.compile(r"\{\{(?:[^{}:]{1,40}:){0,4}cloze:([^{}]{1,200})\}\}")
_MOST_LEVELS = 20
MOST_GAPS = 100
"""Cards of one text; each of them is read as often."""


def side(template: str, fields: Mapping[str, str], *, front: bool) -> str:
    """A card's side as HTML. The back comes without the front that it repeats."""
    if not front:
        template = _ANSWER_LINE.split(template, maxsplit=1)[-1]
    out: list[str] = []
    hidden: list[tuple[str, bool]] = []  # the conditions that are open here, and whether each hides what is in it
    at = 0
    for mark in _MARK.finditer(template):
        shown = not any(hides for _, hides in hidden)
        if shown:
            out.append(template[at : mark.start()])
        at = mark.end()
        name = mark[1].strip()
        if name[:1] in ("#", "^"):
            filled = bool(fields.get(name[1:].strip(), "").strip())
            hidden.append((name[1:].strip(), filled is (name[0] == "^")))
        elif name[:1] == "/":
            if hidden:
                hidden.pop()
        elif shown:
            out.append(_value(name, fields, front=front))
    if not any(hides for _, hides in hidden):
        out.append(template[at:])
    return "".join(out)


def _value(name: str, fields: Mapping[str, str], *, front: bool) -> str:
    filters, _, field = name.rpartition(":")
    words = filters.split(":")
    if (front and "type" in words) or filters.startswith("tts") or "cloze" in words:
        return ""
    return fields.get(field.strip(), "")


def cloze_field(template: str) -> str:
    """The name of the field whose gaps a template shows; '' where it shows none."""
    found = _CLOZE_FIELD.search(template)
    return found[1].strip() if found else ""


def gaps(text: str) -> set[int]:
    """The numbers of the gaps in a text."""
    return {int(number) for found in _GAP.finditer(text) if found[1] for number in found[1].split(",")}


def with_gap(text: str, number: int) -> tuple[str, list[str]]:
    """A text with the gaps of one number open and all others filled, and what stands in the open ones."""
    levels: list[tuple[set[int], list[str]]] = [(set(), [])]
    hidden: list[str] = []
    at = 0
    for mark in _GAP.finditer(text):
        levels[-1][1].append(text[at : mark.start()])
        at = mark.end()
        if mark[1] and len(levels) <= _MOST_LEVELS:
            levels.append(({int(one) for one in mark[1].split(",")}, []))
        elif not mark[1] and len(levels) > 1:
            numbers, parts = levels.pop()
            answer, _, hint = "".join(parts).partition("::")
            if number in numbers:
                hidden.append(answer)
                answer = f"[{hint}]" if hint.strip() else BLANK
            levels[-1][1].append(answer)
        else:
            levels[-1][1].append(mark[0])
    levels[-1][1].append(text[at:])
    return "".join(part for _, parts in levels for part in parts), hidden
