"""Exam dates: the ladder, the quiet day, dates in words; and score reports with their gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.blueprint import Section
from bot.domain.exams import (
    ASK,
    WISH,
    Exam,
    Outcome,
    at_of,
    day_of,
    days_left,
    overtaken,
    questions_left,
    read_day,
    read_day_and_time,
    steps,
    wish_at,
    wish_ends,
)
from bot.domain.instants import from_ms, to_ms
from bot.domain.schedule import Weekly
from bot.domain.setbacks import gaps, read_percent, read_report

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 3, 2)  # a Monday
SECTIONS = (
    Section("Medical Concepts", 0.35, ()),
    Section("Surgery and Modifiers", 0.30, ()),
    Section("Guidelines", 0.20, ()),
    Section("Other", 0.15, ()),
)


def sitting(
    day: str,
    start: time | None = time(9),
    zone: str = "Europe/Berlin",
    wish: time | None = None,
    home: str = "Europe/Berlin",
) -> Exam:
    """An exam on a day, of a member who goes by the *home* clock."""
    at = at_of(date.fromisoformat(day), start, ZoneInfo(zone))
    starts, ends = day_of(at, ZoneInfo(home))
    return Exam(1, 1, "cpc", date.fromisoformat(day), start, zone, to_ms(at), to_ms(starts), to_ms(ends), wish)


def wall(at: datetime, zone: ZoneInfo = BERLIN) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def test_the_ladder_keeps_its_wall_time_across_a_clock_change() -> None:
    """Rungs at 18:00 of the member's clock, the wish two hours before, the question at 10:00 the day after."""
    assert [(one.word, wall(one.at)) for one in steps(sitting("2026-04-10"), BERLIN)] == [
        ("30", "03-11 18:00"),
        ("14", "03-27 18:00"),
        ("7", "04-03 18:00"),
        ("1", "04-09 18:00"),
        (WISH, "04-10 07:00"),
        (ASK, "04-11 10:00"),
    ]


@pytest.mark.parametrize(
    ("start", "wish", "at", "ends"),
    [
        (time(9), None, "04-10 07:00", "04-10 09:00"),
        (None, None, "04-10 08:00", "04-11 00:00"),
        (time(1), None, "04-10 00:00", "04-10 01:00"),
        (time(9), time(6, 30), "04-10 06:30", "04-10 09:00"),
        (time(9), time(20), "04-10 20:00", "04-11 00:00"),
    ],
)
def test_the_wish_comes_on_the_day_and_never_after_the_start(
    start: time | None, wish: time | None, at: str, ends: str
) -> None:
    """Two hours before, 08:00 without a time, or as chosen; late it is still one until the exam begins."""
    exam = sitting("2026-04-10", start, wish=wish)
    assert (wall(wish_at(exam, BERLIN)), wall(wish_ends(exam, BERLIN))) == (at, ends)


@pytest.mark.parametrize(
    "home", ["Pacific/Kiritimati", "Pacific/Auckland", "Asia/Kolkata", "America/Los_Angeles", "Etc/GMT+12"]
)
@pytest.mark.parametrize("place", ["Pacific/Kiritimati", "Europe/Berlin", "America/Los_Angeles", "Etc/GMT+12"])
@pytest.mark.parametrize("start", [None, time(0), time(9), time(23, 30)])
def test_whatever_the_zones_the_order_holds(home: str, place: str, start: time | None) -> None:
    """Every rung lies before the exam's own day, and the question after it, for a member anywhere."""
    exam, clock = sitting("2026-04-10", start, place, home=home), ZoneInfo(home)
    *rungs, wish, ask = steps(exam, clock)
    assert [one.at for one in rungs] == sorted(one.at for one in rungs)
    assert rungs[-1].at < from_ms(exam.starts_ms) <= wish.at < from_ms(exam.ends_ms) <= ask.at
    assert exam.starts_ms <= exam.at_ms < exam.ends_ms
    assert ask.at - from_ms(exam.ends_ms) < timedelta(days=1)
    for rung in rungs:
        assert days_left(exam, clock, rung.at) == int(rung.word)
        assert wall(rung.at, clock).endswith("18:00")


def test_a_late_rung_is_dropped_once_the_next_has_come() -> None:
    """Fourteen days may be said at nine, never beside seven; nothing of it on the day; a wish ends with the start."""
    exam = sitting("2026-04-10")
    at = {one.word: one.at for one in steps(exam, BERLIN)}
    assert not overtaken(exam, BERLIN, "14", at["7"] - timedelta(minutes=1))
    assert days_left(exam, BERLIN, at["7"] - timedelta(days=2)) == 9
    assert overtaken(exam, BERLIN, "14", at["7"])
    assert overtaken(exam, BERLIN, "1", from_ms(exam.starts_ms))
    assert not overtaken(exam, BERLIN, WISH, exam.at - timedelta(minutes=1))
    assert overtaken(exam, BERLIN, WISH, exam.at)
    assert not overtaken(exam, BERLIN, ASK, exam.at + timedelta(days=9))
    assert overtaken(replace(exam, outcome=Outcome.UNSAID), BERLIN, ASK, exam.at)


def test_the_daily_questions_until_then_are_counted() -> None:
    """Those before the exam's own day, by the group's weekdays and number a day."""
    weekly = Weekly(time(9), "Europe/Berlin", frozenset(range(5)))
    now = datetime(2026, 4, 6, 12, tzinfo=UTC)  # a Monday, after its question
    assert questions_left(weekly, 2, now, sitting("2026-04-10")) == 6
    assert questions_left(weekly, 2, now, sitting("2026-04-06")) == 0


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("today", ["2026-03-02"]),
        ("tomorrow", ["2026-03-03"]),
        ("14 March", ["2026-03-14"]),
        ("on the 14th of March", ["2026-03-14"]),
        ("Sat 14 March", ["2026-03-14"]),
        ("Saturday, March 14, 2026", ["2026-03-14"]),
        ("march 14th", ["2026-03-14"]),
        ("1 March", ["2027-03-01"]),
        ("20 March 2027", ["2027-03-20"]),
        ("1 March 2028", ["2028-03-01"]),
        ("2027-03-14", ["2027-03-14"]),
        ("2027/3/14", ["2027-03-14"]),
        ("in 6 weeks", ["2026-04-13"]),
        ("friday", ["2026-03-06"]),
        ("14/3", ["2026-03-14"]),
        ("3/14", ["2026-03-14"]),
        ("3/14/2027", ["2027-03-14"]),
        ("14-3-27", ["2027-03-14"]),
        ("5/5", ["2026-05-05"]),
        ("3.4.", ["2026-04-03"]),
        ("3.4.2027", ["2027-04-03"]),
        ("3/4", ["2026-03-04", "2026-04-03"]),
        ("1/12", ["2026-12-01", "2027-01-12"]),
        ("4/3/2027", ["2027-03-04", "2027-04-03"]),
        ("1/3/2026", []),
        ("", []),
        ("someday", []),
        ("Fri 14 March", []),
        ("30 February", []),
        ("2026-03-01", []),
        ("2029-01-01", []),
        ("31/31", []),
        ("32/1", []),
        ("1926-04-01", []),
        ("4/5/1926", []),
        ("the dog ate it", []),
    ],
)
def test_days_in_words(words: str, days: list[str]) -> None:
    """One day, or two where it could be either, the nearest first; what is no day from today on is none."""
    if not days:
        with pytest.raises(ValueError, match="day"):
            read_day(words, TODAY)
    else:
        assert [day.isoformat() for day in read_day(words, TODAY)] == days


def test_a_time_may_follow_the_day() -> None:
    """With a colon or am and pm; a year is no time."""
    assert read_day_and_time("14 March 9:30", TODAY) == ((date(2026, 3, 14),), time(9, 30))
    assert read_day_and_time("2026-03-14 at 2 pm", TODAY) == ((date(2026, 3, 14),), time(14))
    assert read_day_and_time("14 March", TODAY) == ((date(2026, 3, 14),), None)
    with pytest.raises(ValueError, match="day"):
        read_day_and_time("2 March 2024", TODAY)


def test_gaps_are_ranked_by_weight_and_distance() -> None:
    """Cost is weight × distance to the pass mark; at the mark or above there is no gap, nor where nothing is known."""
    report = {"Medical Concepts": 0.65, "Surgery and Modifiers": 0.60, "Guidelines": 0.70, "Other": 0.2}
    found = gaps(report, SECTIONS, 0.7)
    assert [(one.section, round(one.cost, 4)) for one in found] == [
        ("Other", 0.075),
        ("Surgery and Modifiers", 0.03),
        ("Medical Concepts", 0.0175),
    ]
    assert gaps({}, SECTIONS, 0.7) == []
    assert [one.section for one in gaps({"Gone": 0.1, "Other": 0.1}, SECTIONS, 0.7)] == ["Other"]


@pytest.mark.parametrize(
    ("words", "percent"),
    [
        ("62", 62), ("62 %", 62), ("62,5", 62.5), ("62.5%", 62.5), ("0", 0), ("100", 100), ("31/50", 62),
        ("31 of 50", 62),         ("31 out of 50", 62), ("", None), (" - ", None), ("n/a", None),
    ],
)  # fmt: skip
def test_percentages(words: str, percent: float | None) -> None:
    """Numbers from 0 to 100 and parts of a whole; nothing is nothing."""
    assert read_percent(words) == percent


@pytest.mark.parametrize("words", ["101", "-3", "0.62", "51/50", "0/0", "sixty", "6 2", "1e2", "٦٢"])
def test_what_is_no_percentage(words: str) -> None:
    """A share of one could be 62 % or less than one, and is refused like nonsense."""
    with pytest.raises(ValueError, match="percentage"):
        read_percent(words)


def test_a_report_is_read_line_by_line() -> None:
    """By full name or a beginning that only one has, with colon, dash, bullet or nothing between."""
    text = "Medical Concepts: 62 %\n• surgery and modifiers = 31/50\n\nGuidelines – 70\nOther 55,5\n"
    everything = {"Medical Concepts": 62, "Surgery and Modifiers": 62, "Guidelines": 70, "Other": 55.5}
    assert read_report(text, SECTIONS) == (everything, [])
    assert read_report("Medical Concepts:\nsurgery\nOther: 50", SECTIONS) == ({"Other": 50}, [])
    assert read_report("", SECTIONS) == ({}, [])


@pytest.mark.parametrize("line", ["Anatomy: 50", "Other: fifty", "Other: 50 or so", "hello", "Other: 101", "Me: 50"])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    """Nothing is guessed: the bad line comes back, and the others are read."""
    assert read_report(f"{line}\nGuidelines: 50", SECTIONS) == ({"Guidelines": 50}, [line])


def test_a_section_named_twice_is_not_read_twice() -> None:
    """Which of the two should count? The second is named."""
    assert read_report("Other: 50\nOther: 51", SECTIONS) == ({"Other": 50}, ["Other: 51"])
