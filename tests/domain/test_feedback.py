"""What an ask and a review take, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feedback import (
    DAY,
    FILE_BYTES,
    MOST_ASKS,
    MOST_FILES,
    MOST_OPEN,
    check_asks,
    check_files,
    check_reviews,
    clean,
    line,
    opinion,
    parse_scores,
    text_of,
)
from bot.domain.refusals_feedback import (
    BadFile,
    BadScores,
    EmptyText,
    TooLong,
    TooManyAsks,
    TooManyFiles,
    TooManyOpen,
    TooManyReviews,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u200bb\u202ec\u2066d\ufeff", "abcd"),
        ("pass\u00adword \u3164\u2800", "password"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("gap\n\n\n\n \n\nover", "gap\n\nover"),
        ("a\tb\x00c\x1b[31m", "a bc[31m"),
        ("Z" + "\u0301" * 40 + "algo", "Z\u0301\u0301algo"),
        ("\U000e0041tag", "tag"),
        ("  trimmed  ", "trimmed"),
        ("naïve Zoë 日本 😀", "naïve Zoë 日本 😀"),
    ],
)
def test_a_text_is_kept_without_what_shows_nothing(text: str, kept: str) -> None:
    """Hidden letters, control characters, long gaps and towers of accents go; ordinary words in any script stay."""
    assert clean(text) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What was cleaned stays as it is when it is edited and sent again."""
    assert clean(clean(text)) == clean(text)


def test_a_text_of_nothing_visible_is_refused() -> None:
    """Spaces and hidden letters are no text."""
    for text in ("", " \n ", "\u200b\u2800\u3164"):
        with pytest.raises(EmptyText):
            text_of(text, 10)


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    """The refusal says how much room there is; exactly so much fits."""
    assert text_of("x" * 10, 10) == "x" * 10
    with pytest.raises(TooLong) as refused:
        text_of("x" * 11, 10)
    assert (refused.value.most, refused.value.count) == (10, 11)
    assert line("two\nlines", 20) == "two lines"


@pytest.mark.parametrize(
    "text", ["3 3 4", "3,3,4", "334", " 3 - 3 - 4 ", "3; 3; 4", "reasoning 3, guidelines 3, all 4"]
)
def test_three_scores_are_read_as_people_write_them(text: str) -> None:
    """Separators do not matter."""
    assert parse_scores(text) == (3, 3, 4)


@pytest.mark.parametrize(
    "text", ["", "3 3", "3 3 4 4", "5 3 3", "0 1 2", "good", "3/4 3/4 4/4", "3.5 2 1", "-3 3 3", "33 4 1"]
)
def test_other_scores_are_refused(text: str) -> None:
    """Fewer, more, out of range, fractions: nobody guesses."""
    with pytest.raises(BadScores):
        parse_scores(text)


def test_where_to_read_may_stay_empty() -> None:
    """The other two texts may not."""
    assert opinion("right", "change", "", "1 2 3", anonymous=True).scores == (1, 2, 3)
    with pytest.raises(EmptyText):
        opinion("right", " ", "there", "1 2 3", anonymous=False)


def test_files_are_few_small_and_of_known_kinds() -> None:
    """Pictures and plain texts, at most three."""
    check_files([("a.PNG", 1), ("notes.txt", FILE_BYTES), ("case.jpeg", 5)])
    with pytest.raises(TooManyFiles):
        check_files([("a.png", 1)] * (MOST_FILES + 1))
    for name, size in (("a.exe", 1), ("a.png", FILE_BYTES + 1), ("png", 1), ("a.png", 0)):
        with pytest.raises(BadFile):
            check_files([(name, size)])


def test_only_so_many_asks_are_open_at_once() -> None:
    """Whoever has the most waits until one is resolved."""
    check_asks(MOST_OPEN - 1, [], NOON)
    with pytest.raises(TooManyOpen):
        check_asks(MOST_OPEN, [], NOON)


def test_a_days_asks_and_reviews_are_limited_and_the_refusal_says_until_when() -> None:
    """A sliding day: there is room again when the oldest that counts is a day old."""
    made = [NOON - timedelta(hours=hours) for hours in (30, 20, 9, 8, 7)]
    check_asks(0, made, NOON)
    with pytest.raises(TooManyAsks) as refused:
        check_asks(0, [*made, NOON], NOON)
    assert refused.value.again_at == NOON - timedelta(hours=20) + DAY
    check_asks(0, [*made, NOON], refused.value.again_at)
    assert len(made) == MOST_ASKS
    with pytest.raises(TooManyReviews):
        check_reviews([NOON] * 10, NOON)
