"""Presence as intervals, and the codes that prove a line."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance import (
    CODE_LENGTH,
    EARLY_MS,
    LATE_MS,
    Interval,
    Line,
    Presence,
    Source,
    check_code,
    closed,
    genuine,
    length,
    most_minutes,
    read_code,
    seen,
    spaced,
    union,
    window,
)
from bot.domain.instants import MINUTE_MS
from bot.domain.sessions import Place, Session, State

START = 1_772_730_000_000
SESSION = Session(
    session_id=7, group_id=1, title="Modifiers", topics=("Modifiers",), notes="", starts_at=START,
    ends_at=START + 90 * MINUTE_MS, zone="Europe/Berlin", place=Place.VOICE, place_id=5, link=None, seats=None,
    state=State.OVER, slot_at=START, series_id=None, recurrence=None, revision=0, shown=1, created_at=1,
    changed_at=1, channel_id=9, message_id=None, event_id=None, problem=None, tutor_id=3, tutor_user=33,
)  # fmt: skip
SECRET = bytes(range(32))
LINE = Line(SESSION.marker, 2001, START, 90, START + 100 * MINUTE_MS)

spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: Interval(min(pair), max(pair)))


def _set(intervals: list[Interval], within: Interval) -> set[int]:
    return {tick for one in intervals for tick in range(one.began, one.ended) if within.began <= tick < within.ended}


@given(st.lists(spans, max_size=8), spans)
def test_a_union_covers_each_tick_once(intervals: list[Interval], within: Interval) -> None:
    """It is the set of ticks of all the intervals within the bounds; its parts neither touch nor overlap."""
    found = union(intervals, within)
    assert _set(list(found), within) == _set(intervals, within)
    assert all(one.began < one.ended for one in found)
    assert all(before.ended < after.began for before, after in pairwise(found))
    assert length(intervals, within) == len(_set(intervals, within))


@given(st.lists(spans, max_size=5), st.lists(spans, max_size=5), spans)
def test_overlaps_count_once(first: list[Interval], second: list[Interval], within: Interval) -> None:
    """Together they count no more than each for itself, no less than the longer one, and twice the same is once."""
    both = length([*first, *second], within)
    assert max(length(first, within), length(second, within)) <= both
    assert both <= length(first, within) + length(second, within)
    assert length([*first, *first], within) == length(first, within)


presences = st.builds(
    lambda source, began, lasts: Presence(
        1, source, START + began * MINUTE_MS, None if lasts is None else START + (began + lasts) * MINUTE_MS
    ),
    st.sampled_from(Source),
    st.integers(-60, 200),
    st.one_of(st.none(), st.integers(0, 120)),
)


@given(st.lists(presences, max_size=6), st.integers(-60, 300))
def test_what_counts_lies_between_nothing_and_the_session(found: list[Presence], minute: int) -> None:
    """Never negative, never more than the session lasts, never more than has passed of it."""
    now = START + minute * MINUTE_MS
    known = [one for one in found if one.began <= now]
    counted = seen(known, SESSION, max([now, *(one.ended or 0 for one in known)]))
    assert 0 <= counted.voice <= counted.minutes <= SESSION.minutes
    assert counted.checked_in == any(one.source is Source.BUTTON for one in known)


@given(st.lists(presences, max_size=6), presences)
def test_more_presence_never_counts_less(found: list[Presence], another: Presence) -> None:
    """Whatever is added, the minutes grow or stay."""
    now = window(SESSION).ended
    assert seen(found, SESSION, now).minutes <= seen([*found, another], SESSION, now).minutes


def test_the_window_begins_15_minutes_before_and_ends_60_after() -> None:
    """What counts lies in the session, however long one waited before or stayed after; a tutor can allow all of it."""
    bounds = window(SESSION)
    assert (bounds.began, bounds.ended) == (START - EARLY_MS, START + 90 * MINUTE_MS + LATE_MS)
    early = Presence(1, Source.VOICE, START - 30 * MINUTE_MS, START + 30 * MINUTE_MS)
    assert seen([early], SESSION, bounds.ended).minutes == 30
    never_there = [
        Presence(1, Source.VOICE, bounds.began, START),
        Presence(1, Source.VOICE, SESSION.ends_at, bounds.ended),
    ]
    assert seen(never_there, SESSION, bounds.ended).minutes == 0
    assert most_minutes(SESSION) == 165


def test_a_word_lasts_to_the_end_and_a_voice_to_now() -> None:
    """Who pressed the button and never again is there until the session's end; who is in the channel is there now."""
    now = START + 120 * MINUTE_MS
    assert closed(Presence(1, Source.BUTTON, START, None), SESSION, now) == Interval(START, SESSION.ends_at)
    assert closed(Presence(1, Source.VOICE, START, None), SESSION, now) == Interval(START, now)
    after = SESSION.ends_at + MINUTE_MS
    assert closed(Presence(1, Source.BUTTON, after, None), SESSION, now) == Interval(after, after)


def test_seconds_are_rounded_to_the_minute() -> None:
    """Half a minute late is a whole session; more than that is a minute less."""
    for late, minutes in ((29_000, 90), (31_000, 89)):
        one = Presence(1, Source.VOICE, START + late, SESSION.ends_at)
        assert seen([one], SESSION, SESSION.ends_at).minutes == minutes


def test_a_code_proves_every_part_of_its_line() -> None:
    """Another member, time, session, number of minutes or secret has another code; the same has the same."""
    code = check_code(SECRET, LINE)
    assert len(code) == CODE_LENGTH
    assert genuine(SECRET, LINE, code)
    changed = [
        replace(LINE, session="8-1"),
        replace(LINE, user=2002),
        replace(LINE, starts_at=START + 1),
        replace(LINE, minutes=91),
        replace(LINE, confirmed_at=LINE.confirmed_at + 1),
    ]
    assert not any(genuine(SECRET, line, code) for line in changed)
    assert not genuine(bytes(32), LINE, code)


@given(st.integers(0, 2**62), st.integers(0, 500))
def test_a_printed_code_is_read_again(user: int, minutes: int) -> None:
    """In fours with dashes, in small letters, with O for 0 and l for 1: it is the same code."""
    code = check_code(SECRET, replace(LINE, user=user, minutes=minutes))
    printed = spaced(code)
    assert printed.count("-") == 2
    assert read_code(printed) == code
    assert read_code(f" {printed.lower().replace('0', 'o').replace('1', 'l')} ") == code


@pytest.mark.parametrize("words", ["", "ABCD", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMN-P", "UUUU-UUUU-UUUU", "²²²²-²²²²-²²²²"])
def test_other_words_are_no_code(words: str) -> None:
    """Too short, too long, or with letters that no code has."""
    assert read_code(words) is None
