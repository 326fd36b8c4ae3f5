"""Exam files are read, and every fault is reported at its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.blueprint import Rule, Section, UnitKind, Upkeep
from bot.domain.code_years import CodeYears
from bot.formats.blueprint import read

SOUND = """\
id = "cpc"
name = "CPC"
version = "2025-01"
pass_mark = 70
questions = 100
minutes = 240
banks = ["cpc"]

[[sections]]
name = "Concepts"
weight = 35.5
topics = ["Medical terminology", "Anatomy"]

[[sections]]
name = "Surgery"
weight = 64.5
topics = [
    "Modifiers",
    "Surgery",
]

[[rules]]
title = "Retakes"
text = "After thirty days."
as_of = 2025-01-15
"""


def complaints(text: str) -> list[str]:
    blueprint, problems = read(text, "exam.toml")
    assert (blueprint is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_a_sound_file_gives_the_blueprint_in_shares() -> None:
    """Percentages become shares of one; a date may also be quoted; line ends and a byte order mark do not matter."""
    blueprint, problems = read(SOUND, "exam.toml")
    assert problems == []
    assert blueprint is not None
    assert (blueprint.id, blueprint.pass_mark, blueprint.questions, blueprint.minutes) == ("cpc", 0.7, 100, 240)
    assert blueprint.sections[0] == Section("Concepts", 0.355, ("Medical terminology", "Anatomy"))
    assert blueprint.rules == (Rule("Retakes", "After thirty days.", date(2025, 1, 15)),)
    other = "\ufeff" + SOUND.replace("2025-01-15", '"2025-01-15"').replace("\n", "\r\n")
    assert read(other, "exam.toml") == (blueprint, [])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("pass_mark = 70", "pass_mark = ", "exam.toml:4: not valid TOML: Invalid value (column 13)"),
        ("pass_mark = 70", "pass_mark = 170", "exam.toml:4: “pass_mark” is a percentage: a number from 1 to 100"),
        ("pass_mark = 70", "pass_mark = 0.7", "exam.toml:4: “pass_mark” is a percentage: a number from 1 to 100"),
        ("pass_mark = 70", "pass_mark = true", "exam.toml:4: “pass_mark” is a percentage: a number from 1 to 100"),
        ("pass_mark = 70", "pass_mark = nan", "exam.toml:4: “pass_mark” is a percentage: a number from 1 to 100"),
        ("pass_mark = 70", "passmark = 70", "exam.toml:4: unknown key “passmark”; did you mean “pass_mark”?"),
        ("questions = 100", "questions = 0", "exam.toml:5: “questions” must be a whole number from 1 to 1000"),
        ("questions = 100", "questions = 1.5", "exam.toml:5: “questions” must be a whole number from 1 to 1000"),
        ("minutes = 240", 'minutes = "4h"', "exam.toml:6: “minutes” must be a whole number from 1 to 1440"),
        ('name = "CPC"', 'name = " "', "exam.toml:2: “name” must be a text in quotes that is not empty"),
        ('id = "cpc"', 'id = "C P C"', "exam.toml:1: “id” may hold small letters, digits and hyphens only"),
        (
            'banks = ["cpc"]',
            "banks = []",
            "exam.toml:7: “banks” must be a list of values of a bank's “exam:” in quotes",
        ),
        ("weight = 35.5", "weight = 30", "exam.toml:11: the weights of the sections sum to 94.5, not to 100"),
        ("weight = 64.5", "weight = -1", "exam.toml:16: “weight” is a percentage: a number above 0"),
        ("weight = 64.5", "wieght = 64.5", "exam.toml:16: unknown key “wieght”; did you mean “weight”?"),
        ('name = "Surgery"', "", "exam.toml:14: the key “name” of [[sections]] number 2 is missing"),
        ('name = "Surgery"', 'name = "concepts"', "exam.toml:15: a section named “concepts” stands above already"),
        (
            '    "Surgery",',
            '    "anatomy",',
            "exam.toml:19: the topic “anatomy” stands twice; first in section “Concepts”",
        ),
        ('    "Surgery",', '    "Modifiers",', "exam.toml:19: the topic “Modifiers” stands twice"),
        ('    "Surgery",', "    7,", "exam.toml:17: “topics” must be a list of topic names in quotes"),
        ('    "Surgery",', '    "?",', "exam.toml:19: the topic “?” needs a letter or digit"),
        ("as_of = 2025-01-15", 'as_of = "soon"', "exam.toml:25: “as_of” must be a date such as 2025-01-15"),
        ("as_of = 2025-01-15", "as_of = 2025-02-30", "exam.toml:25: not valid TOML: Invalid date"),
        ("as_of = 2025-01-15", "", "exam.toml:22: the key “as_of” of [[rules]] number 1 is missing"),
        ("[[rules]]", "[rules]", "exam.toml:22: “rules” must be written as [[rules]] tables"),
        ("[[rules]]", "[[ruels]]", "exam.toml:22: unknown key “ruels”; did you mean “rules”?"),
    ],
)
def test_each_fault_is_reported_at_its_line(old: str, new: str, complaint: str) -> None:
    """Faults of syntax and of sense alike name file, line and remedy, and the file gives no blueprint."""
    assert old in SOUND
    found = complaints(SOUND.replace(old, new, 1))
    assert any(line.startswith(complaint) for line in found), found


UPKEEP = (
    SOUND
    + """
[upkeep]
units = 36
months = 24
text = "Thirty-six in two years."
as_of = 2025-01-15

[[upkeep.kinds]]
name = "Of the speciality"
least = 8

[[upkeep.kinds]]
name = "By reading"
most = 10.5
"""
)


def test_what_keeps_a_certificate_valid_is_data() -> None:
    """Units are kept in halves; a kind may ask for some and may count only so many. Without the table: nothing."""
    blueprint, problems = read(UPKEEP, "exam.toml")
    assert problems == []
    assert blueprint is not None
    kinds = (UnitKind("Of the speciality", 16), UnitKind("By reading", 0, 21))
    assert blueprint.upkeep == Upkeep(72, 24, "Thirty-six in two years.", date(2025, 1, 15), kinds)
    plain, _ = read(SOUND, "exam.toml")
    assert plain is not None
    assert plain.upkeep is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("units = 36", "units = 36.3", "28: “units” must be a number of units up to 1000, in steps of 0.5"),
        ("units = 36", "units = 0", "28: “units” must be a number of units up to 1000"),
        ("units = 36", "units = nan", "28: “units” must be a number of units up to 1000"),
        ("units = 36", "unit = 36", "28: unknown key “unit”; did you mean “units”?"),
        ("units = 36", "", "27: the key “units” of [upkeep] is missing"),
        ("months = 24", "months = 0", "29: “months” must be a whole number from 1 to 120"),
        ("[upkeep]", "[[upkeep]]", "27: “upkeep” must be written as an [upkeep] table"),
        ("least = 8", "least = 37", "35: “least” is more than the 36 units of the whole cycle"),
        ("least = 8", "least = 8\nmost = 4", "35: “least” is more than “most”"),
        ("least = 8", "lest = 8", "35: unknown key “lest”; did you mean “least”?"),
        ('name = "By reading"', "", "37: the key “name” of [[upkeep.kinds]] number 2 is missing"),
        ('"By reading"', '"of the Speciality"', "38: a kind named “of the Speciality” stands above already"),
        ("most = 10.5", "most = true", "39: “most” must be a number of units"),
    ],
)
def test_each_fault_of_the_upkeep_is_reported_at_its_line(old: str, new: str, complaint: str) -> None:
    """As everywhere in an exam file: line and remedy, and no blueprint."""
    assert old in UPKEEP
    found = complaints(UPKEEP.replace(old, new, 1)) if old != "[upkeep]" else complaints(_split(UPKEEP))
    assert any(line.startswith(f"exam.toml:{complaint}") for line in found), found


def _split(text: str) -> str:
    """Written as a list of tables, which have no kinds of their own."""
    return text.replace("[upkeep]", "[[upkeep]]", 1).split("\n[[upkeep.kinds]]", 1)[0]


def test_all_faults_of_a_file_are_reported_at_once() -> None:
    """An operator mends a file in one go."""
    text = SOUND.replace("70", "0").replace("100", "0").replace("35.5", "1").replace('"cpc"]', "7]")
    assert [line.split(":")[1] for line in complaints(text)] == ["4", "5", "7", "11"]


def test_a_file_of_nothing_lacks_every_key() -> None:
    """An empty file is refused by sentences, not by a crash."""
    found = complaints("")
    assert len(found) == 8
    assert any("at least one section" in line for line in found)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = 'x", "pass_mark = 1" + "0" * 500])
def test_hostile_toml_is_a_problem_like_any_other(text: str) -> None:
    """Deep nesting, endless numbers and unclosed texts are reported."""
    assert complaints(text)


TOML = st.lists(
    st.sampled_from((*SOUND.splitlines(), "[[sections]]", "sections = 1", "topics = [[]]", "a.b = 1", "name = [", "]"))
    | st.text(max_size=20)
).map("\n".join)


@given(st.text() | TOML)
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Whatever a file holds: a blueprint, or problems with lines inside the file."""
    blueprint, problems = read(text, "x.toml")
    assert (blueprint is None) == bool(problems)
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + text.count("\r") + 1


def test_every_shipped_exam_is_sound() -> None:
    """Each blueprint in config/exams is read without a problem and is named like its file."""
    exams = sorted((Path(__file__).parents[2] / "config" / "exams").glob("*.toml"))
    assert exams
    for path in exams:
        blueprint, problems = read(path.read_text("utf-8"), path.name)
        assert problems == []
        assert blueprint is not None
        assert blueprint.id == path.stem


CODE_YEARS = (
    SOUND
    + """
[code_years]
from = "10-01"
text = "Codes change in October."
source = "Their pages"
as_of = 2026-01-15
ahead = true
"""
)


def test_code_years_are_read() -> None:
    """The day on which a year's codes begin to count, with its source; without the table there is none."""
    blueprint, problems = read(CODE_YEARS, "exam.toml")
    assert (blueprint is not None, problems) == (True, [])
    assert blueprint is not None
    assert blueprint.code_years == CodeYears(
        10, 1, "Codes change in October.", "Their pages", date(2026, 1, 15), ahead=True
    )
    plain, _ = read(SOUND, "exam.toml")
    assert plain is not None
    assert plain.code_years is None


@pytest.mark.parametrize("day", ["02-29", "13-01", "W01", "1001", "Octob"])
def test_a_code_year_begins_on_a_day_of_every_year(day: str) -> None:
    """What is no month and day, or not one of every year, is reported at its line."""
    (found,) = complaints(CODE_YEARS.replace("10-01", day))
    assert "“from” must be a day of every year" in found


def test_other_faults_of_code_years_are_reported() -> None:
    """A missing source, a switch that is none, an unknown key."""
    text = CODE_YEARS.replace('source = "Their pages"\n', 'sauce = "x"\n').replace("true", '"yes"')
    found = "\n".join(complaints(text))
    assert "the key “source” of [code_years] is missing" in found
    assert "“ahead” must be true or false" in found
    assert "unknown key “sauce”" in found
