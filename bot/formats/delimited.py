"""Rows of fields with a delimiter, where a quote that never ends costs one row and not the rest of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.formats.imported import TooLarge

MAX_ROWS = 400_000
"""Rows with or without anything in them: 20,000 cards with blank lines around them have a tenth of it."""


class Row(NamedTuple):
    """One row, and the line that it begins in, from 1."""

    line: int
    fields: list[str]


def rows(text: str, delimiter: str, first: int = 1) -> Iterator[Row]:
    """The rows of a text that begins in line *first*; blank ones are left out.

    A field is quoted where a quote begins it and one right before a delimiter or line end closes it; quotes within
    are doubled then. Any other quote is text.
    """
    end = re.escape(delimiter)
    field = re.compile(rf'"((?:[^"]++|"")*+)"(?={end}|\n|\Z)|([^\n{end}]*+)')
    line, at, length = first, 0, len(text)
    count = 0
    while at < length:
        count += 1
        if count > MAX_ROWS:
            raise TooLarge(f"the file has more than {MAX_ROWS:,} rows; the rest was not read")
        begins, fields = line, []
        while True:
            found = field.match(text, at)
            assert found is not None
            whole = found[1]
            fields.append(found[2] if whole is None else whole.replace('""', '"'))
            line += 0 if whole is None else whole.count("\n")
            at = found.end()
            if not text.startswith(delimiter, at):
                break
            at += len(delimiter)
        at += 1
        line += 1
        if any(one.strip() for one in fields):
            yield Row(begins, fields)


def by_spreadsheet(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a spreadsheet put the quotes: around every field with a comma or quote, those within doubled."""
    found = False
    for line in lines:
        for one in line.split(delimiter) if '"' in line or "," in line else ():
            if '"' in one or "," in one:
                bare = one.strip()
                if len(bare) < 2 or bare[0] != '"' or bare[-1] != '"' or '"' in bare[1:-1].replace('""', ""):
                    return False
                found = True
    return found


def unquoted(one: str) -> str:
    """A field without the quotes that a spreadsheet put around it."""
    bare = one.strip()
    return bare[1:-1].replace('""', '"') if len(bare) > 1 and bare[0] == '"' == bare[-1] else one
