"""Exam blueprints in TOML: `config/exams/*.toml`.

Top level: id, name, version, pass_mark (percent), questions, minutes, banks (values of a bank's `exam:`);
`[[sections]]` with name, weight (percent), topics; `[[rules]]` with title, text, as_of (a date). `[upkeep]`, where
the certificate has to be kept valid: units, months, text, as_of, and `[[upkeep.kinds]]` with name, least, most.
`[code_years]`, where questions grow old with the code sets: from (the day "01-01" on which a year's codes begin to
count), text, source, as_of, and ahead = true where that year has the next one's number. Every fault is reported with
its line, of syntax and of sense alike; a blueprint with an error is not returned.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from bot.domain.blueprint import Blueprint, Rule, Section, UnitKind, Upkeep
from bot.domain.code_years import CodeYears
from bot.domain.questions import TOPIC_LIMIT, Problem, slug
from bot.formats.wording import nearest

_TOP = ("id", "name", "version", "pass_mark", "questions", "minutes", "banks", "sections", "rules", "upkeep",
        "code_years")  # fmt: skip
_SECTION = ("name", "weight", "topics")
_RULE = ("title", "text", "as_of")
_UPKEEP = ("units", "months", "text", "as_of", "kinds")
_KIND = ("name", "least", "most")
_CODE_YEARS = ("from", "text", "source", "as_of", "ahead")
_MONTH_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")
_TABLE = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")
_LONGEST_RULE = 1000
_MOST_UNITS, _LONGEST_CYCLE, _MOST_KINDS = 1000, 120, 25  # Discord offers at most 25 choices


class _Lines:
    """Where keys stand: tomllib keeps no lines, so the text is scanned once more, for messages only."""

    def __init__(self, text: str) -> None:
        self.tables: dict[tuple[str, int], int] = {}
        self.keys: dict[tuple[str, int, str], int] = {}
        self.text = text.split("\n")
        table, index = "", 0
        seen: dict[str, int] = {}
        for number, line in enumerate(self.text, 1):
            if found := _TABLE.match(line):
                table = found[1]
                index = seen.get(table, -1) + 1
                seen[table] = index
                self.tables[table, index] = number
            elif found := _KEY.match(line):
                self.keys.setdefault((table, index, found[1].strip("\"'")), number)

    def of(self, table: str, index: int, key: str | None = None) -> int:
        start = self.tables.get((table, index), 1)
        if key is None:
            return start
        return self.keys.get((table, index, key)) or self.tables.get((key, 0), start)

    def of_text(self, start: int, words: str, nth: int = 1) -> int:
        """The line of the *nth* quoted occurrence of *words* from line *start* on."""
        for number in range(start, len(self.text) + 1):
            if f'"{words}"' in self.text[number - 1] or f"'{words}'" in self.text[number - 1]:
                nth -= 1
                if nth == 0:
                    return number
        return start


class _Table:
    """One table under inspection; every reader reports what is wrong and returns something usable."""

    def __init__(self, data: Mapping[str, Any], name: str, index: int, lines: _Lines, report: _Report) -> None:
        self.data, self.name, self.index, self.lines, self.report = data, name, index, lines, report

    def line(self, key: str | None = None) -> int:
        return self.lines.of(self.name, self.index, key)

    def fault(self, key: str | None, message: str) -> None:
        self.report(self.line(key), message)

    def only(self, known: tuple[str, ...]) -> None:
        for key in self.data:
            if key not in known:
                self.fault(key, f"unknown key “{key[:40]}”; {nearest(key, known)}")

    def _missing(self, key: str) -> bool:
        if key in self.data:
            return False
        single = self.name in ("upkeep", "code_years")
        of = f"[{self.name}]" if single else f"[[{self.name}]] number {self.index + 1}"
        where = f" of {of}" if self.name else ""
        self.fault(None, f"the key “{key}”{where} is missing")
        return True

    def words(self, key: str, longest: int) -> str:
        if self._missing(key):
            return ""
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"“{key}” must be a text in quotes that is not empty")
            return ""
        if len(value.strip()) > longest:
            self.fault(key, f"“{key}” has {len(value.strip())} characters; {longest} is the most")
        return value.strip()

    def whole(self, key: str, most: int) -> int:
        if self._missing(key):
            return 1
        value = self.data[key]
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self.fault(key, f"“{key}” must be a whole number from 1 to {most}")
            return 1
        return value

    def percent(self, key: str, least: float) -> float | None:
        if self._missing(key):
            return None
        value = self.data[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not least <= value <= 100 or value <= 0:
            span = "from 1 to 100" if least >= 1 else "above 0 and at most 100"
            self.fault(key, f"“{key}” is a percentage: a number {span}")
            return None
        return float(value)

    def halves(self, key: str, *, optional: bool = False) -> int | None:
        """Units in halves: 36, or 1.5."""
        if key not in self.data and (optional or self._missing(key)):
            return None
        value = self.data[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= _MOST_UNITS or value * 2 != int(value * 2):
            self.fault(key, f"“{key}” must be a number of units up to {_MOST_UNITS}, in steps of 0.5")
            return None
        return int(value * 2)

    def texts(self, key: str, what: str) -> list[str]:
        if self._missing(key):
            return []
        value = self.data[key]
        if not isinstance(value, list) or not value or not all(isinstance(x, str) and x.strip() for x in value):
            self.fault(key, f"“{key}” must be a list of {what} in quotes, at least one")
            return []
        return [x.strip() for x in value]

    def day(self, key: str) -> date:
        if self._missing(key):
            return date.min
        value = self.data[key]
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass  # reported below, together with values of other types
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.fault(key, f"“{key}” must be a date such as 2025-01-15")
        return date.min


_Report = Callable[[int, str], None]


def read(text: str, file: str) -> tuple[Blueprint | None, list[Problem]]:
    """A blueprint from TOML text, or None and why. Never raises; *file* is only named in the problems."""
    problems: list[Problem] = []

    def report(line: int, message: str) -> None:
        problems.append(Problem(file, line, "error", message))

    # TOML knows \n and \r\n only, and tomllib takes no byte order mark.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        report(*_syntax(error, text))
        return None, problems
    lines = _Lines(text)
    top = _Table(data, "", 0, lines, report)
    top.only(_TOP)
    identity = top.words("id", 63)
    if identity and not _ID.fullmatch(identity):
        top.fault("id", "“id” may hold small letters, digits and hyphens only")
    name, version = top.words("name", 100), top.words("version", 40)
    mark = top.percent("pass_mark", 1)
    questions, minutes = top.whole("questions", 1000), top.whole("minutes", 1440)
    banks = top.texts("banks", "values of a bank's “exam:”")
    sections = _sections(top, lines, report)
    rules = _rules(top, lines, report)
    upkeep = _upkeep(top, lines, report)
    code_years = _code_years(top, lines, report)
    if problems or mark is None:
        return None, problems
    return (
        Blueprint(
            id=identity,
            name=name,
            version=version,
            pass_mark=mark / 100,
            questions=questions,
            minutes=minutes,
            banks=tuple(dict.fromkeys(banks)),
            sections=sections,
            rules=rules,
            upkeep=upkeep,
            code_years=code_years,
        ),
        [],
    )


def _syntax(error: Exception, text: str) -> tuple[int, str]:
    message = str(error)
    if found := _AT_LINE.search(message):
        return int(found[1]), f"not valid TOML: {message[: found.start()]} (column {found[2]})"
    if isinstance(error, tomllib.TOMLDecodeError):
        return text.rstrip("\n").count("\n") + 1, f"not valid TOML: {message.removesuffix(' (at end of document)')}"
    return 1, "not valid TOML: a value in it is nested too deep or too long a number"


def _tables(top: _Table, key: str, lines: _Lines, report: _Report) -> list[_Table]:
    value = top.data.get(key, [])
    name = f"{top.name}.{key}" if top.name else key
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        report(top.line(key), f"“{key}” must be written as [[{name}]] tables")
        return []
    return [_Table(row, name, index, lines, report) for index, row in enumerate(value)]


def _sections(top: _Table, lines: _Lines, report: _Report) -> tuple[Section, ...]:
    tables = _tables(top, "sections", lines, report)
    if not tables and top.data.get("sections", []) == []:
        report(1, "there is no [[sections]]: an exam needs at least one section")
    sections: list[Section] = []
    weights: list[float] = []
    topics: dict[str, str] = {}
    names: set[str] = set()
    for table in tables:
        table.only(_SECTION)
        name = table.words("name", 100)
        if name and name.casefold() in names:
            table.fault("name", f"a section named “{name}” stands above already")
        names.add(name.casefold())
        weight = table.percent("weight", 0)
        weights.append(math.nan if weight is None else weight)
        full = table.texts("topics", "topic names")
        _check_topics(table, full, topics)
        sections.append(Section(name, (weight or 0.0) / 100, tuple(full)))
    whole = math.fsum(weights)
    if tables and abs(whole - 100) > 0.01:
        report(lines.of("sections", 0, "weight"), f"the weights of the sections sum to {whole:g}, not to 100")
    return tuple(sections)


def _check_topics(table: _Table, names: list[str], topics: dict[str, str]) -> None:
    for name in names:
        key = slug(name)
        start = table.line("topics")
        if not key or len(name) > TOPIC_LIMIT:
            fault = f"the topic “{name[:40]}” needs a letter or digit, and at most {TOPIC_LIMIT} characters"
            table.report(table.lines.of_text(start, name), fault)
        elif key in topics:
            nth = 2 if names.count(name) > 1 else 1
            fault = f"the topic “{name}” stands twice; first in section “{topics[key]}”"
            table.report(table.lines.of_text(start, name, nth), fault)
        else:
            topics[key] = str(table.data.get("name", ""))


def _rules(top: _Table, lines: _Lines, report: _Report) -> tuple[Rule, ...]:
    rules = []
    for table in _tables(top, "rules", lines, report):
        table.only(_RULE)
        rules.append(Rule(table.words("title", 100), table.words("text", _LONGEST_RULE), table.day("as_of")))
    return tuple(rules)


def _single(top: _Table, name: str, known: tuple[str, ...], lines: _Lines, report: _Report) -> _Table | None:
    """A table that stands once at most."""
    value = top.data.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        top.fault(name, f"“{name}” must be written as {'an' if name[0] in 'aeiou' else 'a'} [{name}] table")
        return None
    table = _Table(value, name, 0, lines, report)
    table.only(known)
    return table


def _code_years(top: _Table, lines: _Lines, report: _Report) -> CodeYears | None:
    table = _single(top, "code_years", _CODE_YEARS, lines, report)
    if table is None:
        return None
    text, source, as_of = table.words("text", _LONGEST_RULE), table.words("source", _LONGEST_RULE), table.day("as_of")
    begins = table.words("from", 5)
    ahead = table.data.get("ahead", False)
    if not isinstance(ahead, bool):
        table.fault("ahead", "“ahead” must be true or false")
    try:
        # A year with no 29 February: the day has to come every year.
        day = date.fromisoformat(f"2025-{begins}" if _MONTH_DAY.fullmatch(begins) else "")
    except ValueError:
        if begins:
            table.fault("from", '“from” must be a day of every year as month and day, such as "01-01"')
        return None
    return CodeYears(day.month, day.day, text, source, as_of, bool(ahead))


def _upkeep(top: _Table, lines: _Lines, report: _Report) -> Upkeep | None:
    table = _single(top, "upkeep", _UPKEEP, lines, report)
    if table is None:
        return None
    units, months = table.halves("units"), table.whole("months", _LONGEST_CYCLE)
    text, as_of = table.words("text", _LONGEST_RULE), table.day("as_of")
    kinds: list[UnitKind] = []
    for row in _tables(table, "kinds", lines, report):
        row.only(_KIND)
        name = row.words("name", 50)
        least, most = row.halves("least", optional=True) or 0, row.halves("most", optional=True)
        if name and name.casefold() in {kind.name.casefold() for kind in kinds}:
            row.fault("name", f"a kind named “{name}” stands above already")
        if most is not None and least > most:
            row.fault("least", "“least” is more than “most”")
        if units is not None and least > units:
            row.fault("least", f"“least” is more than the {units / 2:g} units of the whole cycle")
        kinds.append(UnitKind(name, least, most))
    if len(kinds) > _MOST_KINDS:
        table.fault("kinds", f"there are {len(kinds)} kinds; {_MOST_KINDS} are the most")
    return Upkeep(units or 0, months, text, as_of, tuple(kinds))
