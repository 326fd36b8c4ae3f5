"""Wishes for a session, counted."""

from __future__ import annotations

from bot.domain.wishes import KEPT_MS, counted

NAMES = {"anatomy": "Anatomy", "surgery": "Surgery", "modifiers": "Modifiers"}


def test_wishes_are_counted_by_topic_the_most_wanted_first() -> None:
    """As many as there are members who wish; equals by name."""
    wishes = [("surgery", 5), ("anatomy", 6), ("surgery", 7), ("modifiers", 8)]
    assert counted(wishes, NAMES, 10) == [("Surgery", 2), ("Anatomy", 1), ("Modifiers", 1)]


def test_an_old_wish_and_one_for_another_exam_do_not_count() -> None:
    """After sixty days it is over; a topic that the exam does not have is none."""
    assert counted([("surgery", 5), ("astronomy", KEPT_MS)], NAMES, KEPT_MS + 5) == []
    assert counted([("surgery", 5)], NAMES, KEPT_MS + 4) == [("Surgery", 1)]
