"""Logs of answers as CSV: a header line with user, item, skill, correct and perhaps ts, then an answer a line.

*correct* is 1 or 0 (true/false, yes/no, right/wrong); *ts* a number or an ISO date and time. Columns may stand in any
order, others are passed over; commas, semicolons and tabs part them.
"""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from bot.domain.evaluation import Log, LogBuilder
from bot.domain.questions import Problem
from bot.formats.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEEDED = ("user", "item", "skill", "correct")
MOST_PROBLEMS = 100
"""Problems listed before the rest is only counted."""

_RIGHT = dict.fromkeys(("1", "1.0", "true", "t", "yes", "y", "right", "correct"), True)
_WRONG = dict.fromkeys(("0", "0.0", "false", "f", "no", "n", "wrong", "incorrect"), False)
_CORRECT = _RIGHT | _WRONG


class _Problems:
    def __init__(self, file: str) -> None:
        self.file = file
        self.listed: list[Problem] = []
        self.count = 0

    def add(self, line: int, message: str, level: Literal["error", "warning"] = "error") -> None:
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self.listed.append(Problem(self.file, line, level, message))

    def all(self, line: int) -> list[Problem]:
        if self.count > MOST_PROBLEMS:
            message = f"and {self.count - MOST_PROBLEMS} more lines with problems"
            return [*self.listed, Problem(self.file, line, "error", message)]
        return self.listed


def read(lines: Iterable[str], file: str, *, keep_retries: bool = False) -> tuple[Log | None, list[Problem]]:
    """A log from the lines of a CSV file (an open text file, say); None where no answer could be read. Never raises.

    A line that does not fit is reported and left out. Memory: some 25 bytes an answer, and the names.
    """
    problems = _Problems(file)
    rows = _rows(iter(lines), problems)
    line, names = next(rows, (1, []))
    columns = _columns(names, line, problems)
    if columns is None:
        return None, problems.all(line)
    builder = LogBuilder(keep_retries=keep_retries)
    count = 0
    for line, row in rows:
        fault = _take(builder, row, columns)
        if fault is None:
            count += 1
        else:
            problems.add(line, fault)
    if not count:
        problems.add(line, "there is no answer in this file")
        return None, problems.all(line)
    return builder.build(), problems.all(line)


def _rows(lines: Iterator[str], problems: _Problems) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with their line numbers; what the csv module refuses is reported and passed over."""
    head = next(lines, "").removeprefix("\ufeff")
    delimiter = max(",;\t", key=head.count)

    def again() -> Iterator[str]:
        yield head
        yield from lines

    reader = csv.reader(again(), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.add(max(1, reader.line_num), f"not readable as CSV: {error}")
            continue
        if any(cell.strip() for cell in row):
            yield max(1, reader.line_num), row


def _columns(names: list[str], line: int, problems: _Problems) -> tuple[int, int, int, int, int | None] | None:
    """Where user, item, skill, correct and ts stand."""
    known = [name.strip().lower() for name in names]
    missing = [name for name in NEEDED if name not in known]
    if missing:
        odd = next((name for name in known if name and name not in {*NEEDED, "ts"}), None)
        hint = f" (“{odd[:40]}”: {nearest(odd, missing)})" if odd else ""
        wanted = ", ".join(f"“{name}”" for name in missing)
        problems.add(line, f"the first line must name the columns user, item, skill, correct; it lacks {wanted}{hint}")
        return None
    user, item, skill, correct = (known.index(name) for name in NEEDED)
    return user, item, skill, correct, known.index("ts") if "ts" in known else None


def _take(builder: LogBuilder, row: list[str], columns: tuple[int, int, int, int, int | None]) -> str | None:
    """Put a row's answer into the log, or say why not."""
    user, item, skill, correct, ts = columns
    try:
        verdict = row[correct]
        who, what, about = row[user].strip(), row[item].strip(), row[skill].strip()
        when = row[ts].strip() if ts is not None else ""
    except IndexError:
        return f"this line has only {len(row)} columns"
    right = _CORRECT.get(verdict)
    if right is None:
        right = _CORRECT.get(verdict.strip().lower())
    if right is None:
        return f"“correct” is 1 or 0, not “{row[correct].strip()[:40]}”"
    if not who or not what:
        return "“user” and “item” may not be empty"
    moment = _moment(when) if ts is not None else 0.0
    if moment is None:
        return f"“ts” is a number or an ISO date and time, not “{when[:40]}”"
    builder.add(who, what, about, right, moment)
    return None


def _moment(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
            number = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    return number if math.isfinite(number) else None
