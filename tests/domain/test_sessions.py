"""Review sessions: lengths in words, which reminder is sent, and the weekly series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.instants import DAY_MS, MINUTE_MS, from_ms, to_ms
from bot.domain.sessions import LONGEST, SHORTEST, Lead, following, leads, length, mask_of, says, to_come, weekly

START = to_ms(datetime(2026, 3, 5, 17, tzinfo=UTC))
ALL = 7


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("90 min", 90),
        ("90min", 90),
        ("90", 90),
        ("90 minutes", 90),
        ("1h", 60),
        ("1 h", 60),
        ("2 hours", 120),
        ("1h30", 90),
        ("1 h 30", 90),
        ("1h30m", 90),
        ("1 hour 15 min", 75),
        ("1 hour and 15 minutes", 75),
        ("1:30", 90),
        ("1:30 h", 90),
        ("0:45", 45),
        ("1.5 hours", 90),
        ("1,5 h", 90),
        ("an hour", 60),
        ("half an hour", 30),
        ("an hour and a half", 90),
        ("one and a half hours", 90),
        ("Two Hours", 120),
        ("½ hour", 30),
        ("1 ½ h", 90),
        ("1½ hours", 90),
        (" 45 Min. ", 45),
        ("12 hours", 720),
        ("5 min", 5),
    ],
)
def test_a_length_in_words(words: str, minutes: int) -> None:
    """What a tutor types for a length is read as they mean it."""
    assert length(words) == minutes


@pytest.mark.parametrize(
    "words",
    ["", "long", "a while", "4 min", "13 hours", "-90", "90 days", "1h90x", "min", "0", "1:75", "h", "1e3", "९०"],
)
def test_other_words_are_no_length(words: str) -> None:
    """Nonsense, and what no session lasts, is refused and not guessed."""
    with pytest.raises(ValueError, match="length"):
        length(words)


@given(st.integers(SHORTEST, LONGEST))
def test_minutes_hours_and_clock_forms_agree(minutes: int) -> None:
    """Every length that there is can be written in each of the three forms."""
    hours, rest = divmod(minutes, 60)
    forms = [f"{minutes} min", f"{hours}:{rest:02}", *([f"{hours}h{rest:02}"] if hours else [])]
    assert {length(form) for form in forms} == {minutes}


@given(st.integers(0, ALL))
def test_wishes_are_kept_as_bits(mask: int) -> None:
    """The words of the chosen reminders give the wishes back, the earliest reminder first."""
    chosen = leads(mask)
    assert mask_of({lead.word for lead in chosen}) == mask
    assert [lead.before for lead in chosen] == sorted((lead.before for lead in chosen), reverse=True)
    assert mask_of({"week", ""}) == 0


@given(st.integers(0, ALL), st.integers(-2 * DAY_MS, 60 * MINUTE_MS))
def test_at_any_moment_one_reminder_speaks_at_most(mask: int, offset: int) -> None:
    """After a standstill the latest reminder that is due and chosen is sent, and no earlier one with it."""
    now = START + offset
    speaking = [lead for lead in Lead if says(lead, mask, START, now)]
    due = [lead for lead in leads(mask) if lead.due_at(START) <= now]
    assert speaking == due[-1:]
    assert to_come(mask, START, now) == leads(mask)[len(due) :]


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  wall times
)
def test_a_series_keeps_its_wall_time(zone: str, wall: datetime) -> None:
    """Over a year of weeks, whatever the clock does: the same weekday, seven days on, the same time where it exists."""
    there = ZoneInfo(zone)
    slot = to_ms(wall.replace(hour=12, second=0, microsecond=0, tzinfo=there).astimezone(UTC))
    rule = weekly(from_ms(slot), zone).to_text()
    for _ in range(55):
        then = following(rule, slot, slot)
        assert then is not None
        before, after = from_ms(slot).astimezone(there), from_ms(then).astimezone(there)
        assert after.replace(tzinfo=None) - before.replace(tzinfo=None) == timedelta(days=7)
        slot = then


def test_what_was_slept_through_is_passed_over() -> None:
    """The bot was down for three weeks: the next session is the first one that is still to come."""
    rule = weekly(from_ms(START), "Europe/Berlin").to_text()
    now = START + 22 * DAY_MS
    assert following(rule, START, now) == START + 28 * DAY_MS - 60 * MINUTE_MS  # summer time has begun
