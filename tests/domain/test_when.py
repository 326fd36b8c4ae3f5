"""Words for a time are understood, asked about or refused; `when_phrases.json` says which, phrase by phrase."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.instants import EPOCH
from bot.domain.recurrence import Recurrence
from bot.domain.when import (
    EXAMPLES,
    LONGEST,
    Anchor,
    Ask,
    Context,
    NotUnderstood,
    Understood,
    ended,
    understand,
)
from bot.domain.when_library import library_day
from bot.domain.when_words import _NAMES
from bot.places import places
from cogs import texts_when

BERLIN = "Europe/Berlin"
ZONES = places().exact
NOW = datetime(2027, 3, 10, 8, tzinfo=UTC)
"""A Wednesday, 09:00 in Berlin."""
EXAM = datetime(2027, 6, 12, 8, tzinfo=UTC)
SESSION = datetime(2027, 3, 12, 17, tzinfo=UTC)
CONTEXT = Context(NOW, BERLIN, (EXAM,), SESSION)
TABLE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("when_phrases.json").read_text("utf-8"))


def at(local: str, zone: str = BERLIN) -> Context:
    """A context whose now is a wall time of the zone, with nothing planned."""
    return Context(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)), zone)


def found(text: str, context: Context = CONTEXT) -> dict[str, Any]:
    """What a phrase comes to, as a row of the table has it."""
    try:
        one = understand(text, context, ZONES)
    except NotUnderstood as no:
        return {"say": text, "refuse": no.reason}
    if isinstance(one, Ask):
        return {"say": text, "ask": one.question, "choices": [choice.phrase for choice in one.choices]}
    zone = ZoneInfo(one.zone)
    row: dict[str, Any] = {"say": text, "at": one.at.astimezone(zone).isoformat()}
    if one.zone != context.zone:
        row["zone"] = one.zone
    if one.rule is not None:
        row["rule"] = one.rule.to_text()
        row["next"] = [each.astimezone(zone).isoformat()[:16] for each in one.rule.times(one.at, 3)]
    if one.anchor is not None:
        row["anchor"] = one.anchor.to_text()
    if one.assumed:
        row["assumed"] = [" ".join((each.kind, *each.values)) for each in one.assumed]
    return row


def readings(text: str, context: Context) -> list[Understood]:
    """What is understood, or what the choices are; none for a refusal."""
    try:
        one = understand(text, context, ZONES)
    except NotUnderstood:
        return []
    return [one] if isinstance(one, Understood) else [choice.understood for choice in one.choices]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["say"])
def test_the_table(row: dict[str, Any]) -> None:
    """Each phrase of the table gives exactly its instant, rule, anchor and assumptions, or its question or refusal."""
    assert found(row["say"]) == row


def test_the_table_is_large_enough() -> None:
    """It has hundreds of phrases, each once, with dozens of questions and of refusals."""
    assert len({row["say"] for row in TABLE}) == len(TABLE) > 300
    assert sum("ask" in row for row in TABLE) >= 25
    assert sum("refuse" in row for row in TABLE) >= 60


@pytest.mark.parametrize(
    ("text", "now", "result"),
    [
        # 12 March 2027 is a Friday.
        ("friday 6pm", "2027-03-12T09:00", ["2027-03-12 18:00", "2027-03-19 18:00"]),
        ("friday 6pm", "2027-03-12T19:00", "2027-03-19T18:00"),
        ("this friday 6pm", "2027-03-12T09:00", "2027-03-12T18:00"),
        ("next friday 6pm", "2027-03-12T09:00", "2027-03-19T18:00"),
        ("next friday 6pm", "2027-03-13T09:00", "2027-03-19T18:00"),
        ("next friday 6pm", "2027-03-08T09:00", ["2027-03-12 18:00", "2027-03-19 18:00"]),
        ("at 7am", "2027-03-10T06:00", "2027-03-10T07:00"),
        ("at 7am", "2027-03-10T09:00", ["2027-03-10 19:00", "2027-03-11 07:00"]),
        ("at 7am", "2027-03-10T20:00", ["2027-03-11 07:00", "2027-03-17 07:00"]),
        ("18:30", "2027-03-10T20:00", ["2027-03-11 18:30", "2027-03-17 18:30"]),
        ("at 7", "2027-03-10T06:00", ["2027-03-10 07:00", "2027-03-10 19:00"]),
        ("at 7", "2027-03-10T20:00", ["2027-03-11 07:00", "2027-03-11 19:00"]),
        ("today at 5", "2027-03-10T12:00", "2027-03-10T17:00"),
        ("today", "2027-03-10T07:00", "2027-03-10T09:00"),
        ("tonight", "2027-03-10T20:30", ["2027-03-10 22:00", "2027-03-11 20:00"]),
        ("tonight", "2027-03-10T23:30", ["in 1 hour", "2027-03-11 20:00"]),
        ("3/4 at 7", "2027-01-10T12:00", [f"2027-0{day} {at}:00" for day in ("3-04", "4-03") for at in ("07", "19")]),
        ("14/3", "2027-03-20T12:00", "2028-03-14T09:00"),
        ("14 march 9am", "2027-03-14T08:00", "2027-03-14T09:00"),
        ("14 march 9am", "2027-03-14T10:00", ["2027-03-14 21:00", "2028-03-14 09:00"]),
        ("29 feb", "2029-03-01T12:00", "2032-02-29T09:00"),
        ("the 31st", "2027-04-02T12:00", "2027-05-31T09:00"),
        ("in a month", "2027-01-31T12:00", "2027-02-28T12:00"),
        ("in 2 days", "2027-03-27T02:30", "2027-03-29T02:30"),
        ("in 1 day", "2027-03-27T02:30", "2027-03-28T03:00"),
        ("in 24 hours", "2027-03-27T12:00", "2027-03-28T13:00"),
        ("every day 02:30", "2027-03-27T12:00", "2027-03-28T03:00"),
    ],
)  # fmt: skip
def test_what_depends_on_the_moment(text: str, now: str, result: str | list[str]) -> None:
    """The same words are clear at one time and have two meanings at another."""
    row = found(text, at(now))
    assert row.get("at", "")[:16] == result if isinstance(result, str) else row.get("choices") == result


@pytest.mark.parametrize("form", ["{} 9am", "{} 9:00am", "{} at 9am", "on {} 9am", "9am {}", "every {} 9am"])
def test_no_name_of_a_day_or_month_hides_another_word(form: str) -> None:
    """Saturday has “at” in it, and is a day like the other six; so are the months, by their long and short names."""
    for day in range(11, 18):
        when = datetime(2027, 3, day, 9, tzinfo=ZoneInfo(BERLIN))
        for name in (f"{when:%A}", f"{when:%a}".lower()):
            assert [one.at for one in readings(form.format(name), CONTEXT)] == [when], name
    for month in range(4, 13):
        when = datetime(2027, month, 15, 9, tzinfo=ZoneInfo(BERLIN))
        for name in (f"15 {when:%B}", f"{when:%b} 15".lower()):
            assert [one.at for one in readings(form.format(name), CONTEXT)] == [when], name


@pytest.mark.parametrize("text", [row["say"] for row in TABLE if "ask" in row])
def test_a_choices_phrase_gives_exactly_that_choice(text: str) -> None:
    """So a button can keep the phrase alone; its label fits, and no two labels are alike."""
    one = understand(text, CONTEXT, ZONES)
    assert isinstance(one, Ask)
    assert 2 <= len(one.choices) <= 5
    for choice in one.choices:
        assert understand(choice.phrase, CONTEXT, ZONES) == choice.understood
        assert len(choice.phrase) <= LONGEST
    question, labels = texts_when.ask(one, NOW)
    assert question.endswith("?")
    assert len(set(labels)) == len(labels) == len(one.choices)
    assert all(0 < len(label) <= texts_when.LABEL_LIMIT for label in labels)


@pytest.mark.parametrize(("reason", "words"), EXAMPLES.items())
def test_every_refusal_has_an_example_that_works(reason: str, words: str) -> None:
    """Whatever the hour and with nothing planned, each example is understood, without a question."""
    for hour in (0, 9, 18, 23):
        for one in words.replace(", or ", ", ").split(", "):
            assert isinstance(understand(one, at(f"2027-03-10T{hour:02}:30"), ZONES), Understood), one
    sentence = texts_when.refusal(NotUnderstood(reason, "these words", words))
    assert words in sentence
    assert sentence.count("{") == 0


def test_every_reason_of_the_rules_has_a_sentence_of_its_own() -> None:
    """A reason without one would be told as “I cannot read this”."""
    assert texts_when._REASONS.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("row", [row for row in TABLE if "at" in row], ids=lambda row: row["say"])
def test_the_echo_tells_all_that_was_assumed(row: dict[str, Any]) -> None:
    """A Discord timestamp, the same in words with its zone, and a whole sentence for each assumption."""
    one = understand(row["say"], CONTEXT, ZONES)
    assert isinstance(one, Understood)
    lines = texts_when.echo(one, NOW).splitlines()
    assert lines[0].startswith(f"<t:{int(one.at.timestamp())}:F>")
    assert f"({one.zone})" in lines[0]
    assert len(lines) == 1 + (one.rule is not None or one.anchor is not None) + len(one.assumed)
    assert all(line.endswith(".") for line in lines[1:])


def test_an_anchor_moves_with_its_exam() -> None:
    """Days keep the wall time across the clock change, hours do not; the stored line gives the same anchor back."""
    later = datetime(2027, 11, 20, 9, tzinfo=UTC)
    for text, moved in (
        ("6 weeks before my exam", "2027-10-09T10:00+02:00"),
        ("the day before my exam at 8pm", "2027-11-19T20:00+01:00"),
        ("90 minutes before my exam", "2027-11-20T08:30+01:00"),
        ("2 days after my exam", "2027-11-22T10:00+01:00"),
    ):
        one = understand(text, CONTEXT, ZONES)
        assert isinstance(one, Understood)
        assert one.anchor is not None
        assert one.anchor.instant(EXAM, BERLIN) == one.at
        assert one.anchor.instant(later, BERLIN) == datetime.fromisoformat(moved)
        assert Anchor.from_text(one.anchor.to_text()) == one.anchor


def test_a_text_that_is_no_anchor_is_refused() -> None:
    """Only what was written is read back."""
    for text in ("", "a1 exam 0 0 0", "a1 test 0 0 0 -", "a2 exam 0 0 0 -", "a1 exam 0 0 0 25:00"):
        with pytest.raises(ValueError):  # noqa: PT011  the kind alone is promised
            Anchor.from_text(text)


def test_a_rule_that_ends_with_the_exam_never_comes_after_it() -> None:
    """“Until my exam” keeps the anchor, so that the end can move with the exam."""
    one = understand("every day until my exam at 8pm", CONTEXT, ZONES)
    assert isinstance(one, Understood)
    assert one.rule is not None
    assert one.anchor == Anchor("exam")
    assert max(one.rule.times(NOW, 200)) < EXAM
    sooner = ended(one.rule, EXAM - timedelta(days=30))
    assert sooner.times(NOW, 200) == one.rule.times(NOW, 200)[:-30]


def test_without_an_exam_or_session_it_says_so() -> None:
    """The member learns what is missing."""
    bare = Context(NOW, BERLIN)
    assert found("6 weeks before my exam", bare)["refuse"] == "no-exam"
    assert found("every day until my exam", bare)["refuse"] == "no-exam"
    assert found("30 min before the next session", bare)["refuse"] == "no-session"
    assert found("30 min before the next session", Context(NOW, BERLIN, (), NOW))["refuse"] == "session-past"


def test_of_several_exams_the_nearest_is_taken_and_said() -> None:
    """Whatever their order."""
    row = found("1 day before my exam", Context(NOW, BERLIN, (EXAM + timedelta(days=90), EXAM)))
    assert row["at"].startswith("2027-06-11T10:00")
    assert row["assumed"] == ["nearest 2027-06-12"]


def test_the_library_explains_every_word_or_is_not_believed() -> None:
    """A date that leaves a word or number of the text unexplained is refused; and it goes by the given now alone."""
    for year in (1999, 2027, 2061):
        now = datetime(year, 3, 10, 9)  # noqa: DTZ001  local wall time
        assert library_day("mar-14", now) == datetime(year, 3, 14).date()  # noqa: DTZ001
        assert library_day("mar-9", now) == datetime(year + 1, 3, 9).date()  # noqa: DTZ001
        assert library_day("14-mar-2070", now) == datetime(2070, 3, 14).date()  # noqa: DTZ001
    for text in (
        "mar",
        "mar-32",
        "mar-14 or so",
        "blue mar-14",
        "14-15-mar",
        "fri 14-mar-2027",
        "2027-3",
        "mar-14 " * 9,
    ):
        assert library_day(text, datetime(2027, 3, 10, 9)) is None, text  # noqa: DTZ001


_WORDS = """in on at the of a an every next last this my exam session before after until from for and half past quarter
to ago now other second except weekend morning evening night noon midnight 1 2 3 7 12 15 29 31 0 99 999 999999
000000 1.5 2027 2028 9999 7am 7pm 18:30 02:30 24:00 3/4 14/3 2027-03-14 9999-12-31 0001-01-01 1st 2nd 3rd 31st 2h 30m
mon-fri , - / . Berlin ET UTC+2 Europe/Berlin"""
WORDS = st.sampled_from(sorted({*_NAMES, *_NAMES.values()} | set(_WORDS.split())))
CONTEXTS = st.builds(
    Context,
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]),
    st.lists(st.integers(1, 900), max_size=2).map(
        lambda days: tuple(NOW + timedelta(days=day) for day in sorted(days))
    ),
    st.none() | st.just(SESSION),
)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=300), st.lists(WORDS, min_size=1, max_size=9).map(" ".join)),
    CONTEXTS,
)
@example("in 999999 years", CONTEXT)
@example("9999-12-31 23:59 Pacific/Apia", CONTEXT)
@example("0001-01-01", CONTEXT)
@example("9999-12-31T23:59:59-12:00", CONTEXT)
@example("every 999 years on 29 feb", CONTEXT)
@example("every day until 9999-12-31", CONTEXT)
@example("999999 months before my exam", CONTEXT)
@example("999999 days after my exam", CONTEXT)
@example("İ" * 150, CONTEXT)
@example("ﷺ" * 100, CONTEXT)
def test_no_text_breaks_it(text: str, context: Context) -> None:
    """Any text is understood, asked about or refused; what is understood lies ahead, and its phrase says the same."""
    for one in readings(text, context):
        assert one.at > context.now
        assert one.at <= context.now + timedelta(days=366 * 5)
        if one.rule is not None:
            assert one.rule.next_after(context.now) == one.at
            assert Recurrence.from_text(one.rule.to_text()) == one.rule
            assert len(one.rule.at) <= 4
        if one.anchor is not None:
            assert Anchor.from_text(one.anchor.to_text()) == one.anchor
        assert texts_when.echo(one, context.now)


@settings(max_examples=150, deadline=None)
@given(st.datetimes(EPOCH.replace(year=2028, tzinfo=None), EPOCH.replace(year=2031, tzinfo=None)), CONTEXTS)
def test_an_iso_time_keeps_its_wall_time(wall: datetime, context: Context) -> None:
    """In any zone a date and time in ISO form is that wall time, but where the clock skips it."""
    wall = wall.replace(second=0, microsecond=0)
    context = Context(datetime(2027, 1, 1, tzinfo=UTC), context.zone)
    one = understand(f"{wall:%Y-%m-%d %H:%M}", context, ZONES)
    assert isinstance(one, Understood)
    skipped = any(said.kind == "gap" for said in one.assumed)
    assert (one.at.astimezone(ZoneInfo(context.zone)).replace(tzinfo=None, fold=0) == wall) != skipped


def test_a_long_text_is_refused() -> None:
    """However it begins; and a text of the longest length that means nothing is refused in bounded work."""
    assert found("tomorrow " + " " * LONGEST)["refuse"] == "long"
    for piece in ("mon and ", "1 hour and ", "1st, ", "at 7 and ", "every ", "the ", "a half "):
        assert "refuse" in found((piece * LONGEST)[:LONGEST])


def test_a_zone_that_is_named_is_the_rules_zone() -> None:
    """“7am ET” keeps New York's wall time, whoever says it where."""
    one = understand("every weekday 7am ET", CONTEXT, ZONES)
    assert isinstance(one, Understood)
    assert one.rule is not None
    assert (one.rule.zone, one.rule.at) == ("America/New_York", (time(7),))
