"""Which of Anki's notes are questions with options: a rule, for Anki itself has none.

The front ends with options (lines with letters, or our list), and the back begins with the letter or text of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.questions import Kind, Option, Question, folded, true_false
from bot.formats.lettered import Line, key_of, label, lettered, starts
from bot.formats.rich_text import RichText

OPTIONS, OPTION, OPTIONS_END = '<ol type="A"><li>', "</li><li>", "</li></ol>"
"""Options in a file of ours; Anki gives them letters."""

Reader = Callable[[Callable[..., str], str], str]


def with_options(base: Question, front: str, back: str, text: Reader, rich: RichText) -> Question | None:
    """The note as a question with options, or None where the rule says that it is none.

    *text* makes a field plain with a method of a RichText; only what is taken is read with *rich*.
    """
    aside = RichText()
    begin, mark, rest = front.rpartition(OPTIONS)
    if mark and rest.rstrip().endswith(OPTIONS_END):
        texts = [text(aside.needed, one) for one in rest.rstrip().removesuffix(OPTIONS_END).split(OPTION)]
        stem, seen = text(aside.stem, begin), begin
    else:
        lines = [Line(number, line) for number, line in enumerate(text(aside.stem, front).split("\n"))]
        found = starts(lines)
        read = lettered(lines, found[-1]) if found else None
        if read is None or read.fault or read.told:
            return None
        texts = [choice.text for choice in read.choices]
        stem, seen = "\n".join(line.text for line in read.stem), front
    right, explanation = _right(text(aside.needed, back), texts)
    if not right or len(texts) < 2 or aside.reason:
        return None
    text(rich.stem, seen)
    options = tuple(Option(one, at in right) for at, one in enumerate(texts))
    kind = Kind.SINGLE if len(right) == 1 else Kind.MULTI
    if [folded(one) for one in texts] == ["true", "false"] and kind is Kind.SINGLE:
        kind, options = Kind.TRUEFALSE, true_false(0 in right)
    shuffle = kind is not Kind.TRUEFALSE
    return replace(base, stem=stem, options=options, kind=kind, explanation=explanation, shuffle=shuffle)


def _right(back: str, texts: Sequence[str]) -> tuple[set[int], str]:
    """The options that a back names in its first lines, and the lines behind them; none where it names none."""
    lines = back.strip("\n").split("\n")
    named: list[int] = []
    for line in lines:
        found = label(line)
        at = ord(found[0]) - ord("A") if found else -1
        if found is None or not 0 <= at < len(texts) or folded(found[1]) not in ("", folded(texts[at])):
            break
        named.append(at)
    if named:
        return set(named), "\n".join(lines[len(named) :]).strip("\n")
    key = key_of(lines[0], texts)
    if key.fault or key.told:
        return set(), ""
    return set(key.right), "\n".join(lines[1:]).strip("\n")
