"""Text on a message: split where one embed is too small, and in a file where all are; never cut silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.questions import (
    BACK_LIMIT,
    CASE_LIMIT,
    EXPLANATION_LIMIT,
    FEEDBACK_LIMIT,
    MAX_OPTIONS,
    OPTION_LIMIT,
    Kind,
    Option,
    units,
)
from bot.domain.quiz import Asked
from bot.domain.quiz import Kind as Purpose
from bot.services.answers import Result
from bot.services.deliveries import RoundState
from bot.storage.quiz import Tally
from cogs import cards, paper, results
from cogs.paper import Block, Page

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
WORDS = "Fracture of the neck of the femur. "


def words(length: int) -> str:
    return (WORDS * (length // len(WORDS) + 1))[:length]


ASKED = Asked(
    1,
    1,
    Purpose.DAILY,
    "Anatomy",
    "What is it?",
    tuple(Option(words(OPTION_LIMIT), n < 5, words(FEEDBACK_LIMIT)) for n in range(MAX_OPTIONS)),
    words(EXPLANATION_LIMIT),
    "A source",
    NOW,
    NOW + timedelta(hours=12),
    type=Kind.MULTI,
    case=words(CASE_LIMIT),
    scoring="partial",
)
CARD = replace(ASKED, options=(), type=Kind.FLASHCARD, answers=(words(BACK_LIMIT),), kind=Purpose.PRACTICE)


def state(asked: Asked, *, closed: bool) -> RoundState:
    tally = Tally(4, 1, dict.fromkeys(range(10), 2))
    return RoundState(asked, "2026-03-03", (1, 2), 5, 6, 4, closed, NOW, NOW, tally if closed else None)


def result(asked: Asked, choice: int) -> Result:
    return Result(
        asked, choice, False, True, True, 0.5, 0.4, None, None, voided=False, rejudged=True, text=None, accepted=None
    )


def pages() -> list[Page]:
    """Every message about the longest question that may be asked."""
    return [
        cards.open_post(state(ASKED, closed=False), NOW),
        cards.closed_post(state(ASKED, closed=True), NOW)[0],
        cards.closed_post(replace(state(ASKED, closed=True), voided=True), NOW)[0],
        cards.practice_card(ASKED),
        cards.sheet_page(ASKED),
        cards.back_page(CARD),
        results.result_page(result(ASKED, 1023)),
        results.result_page(result(CARD, 0)),
        results.result_page(replace(result(ASKED, 1023), voided=True)),
    ]


@pytest.mark.parametrize("number", range(9))
def test_the_longest_question_fits_and_none_of_it_is_lost(number: int) -> None:
    """Each message keeps Discord's limits, and says which file has what it does not show."""
    page = pages()[number]
    assert 1 <= len(page.embeds) <= paper.EMBEDS
    assert sum(len(embed) for embed in page.embeds) <= paper.TOTAL
    for embed in page.embeds:
        assert units(embed.description or "") <= paper.DESCRIPTION
        assert len(embed.fields) <= paper.FIELDS
        assert all(units(field.value or "") <= paper.FIELD for field in embed.fields)
    shown = "".join(str(embed.to_dict()) for embed in page.embeds)
    assert page.text
    assert page.name in shown
    # The whole of it: nothing was shortened twice.
    assert "the whole text is in" not in page.text


def test_a_spoiler_is_whole_or_in_the_thread() -> None:
    """A long explanation is not begun in the closing post, where its end would be missing and so would its cover."""
    page, explained = cards.closed_post(state(ASKED, closed=True), NOW)
    assert not explained
    assert "||" not in "".join(embed.description or "" for embed in page.embeds)
    short = replace(ASKED, case="", explanation="Because.", options=ASKED.options[:2])
    page, explained = cards.closed_post(state(short, closed=True), NOW)
    assert explained
    assert "||Because." in (page.embeds[-1].description or "")


@settings(max_examples=20)
@given(st.text(st.sampled_from("ab \n😀"), max_size=60), st.integers(2, 20))
def test_parts_are_the_whole(text: str, limit: int) -> None:
    """Split text is the same text, in parts that fit, and no part is empty unless all is."""
    parts = paper.split(text, limit)
    assert "".join(parts) == text
    assert all(units(part) <= limit for part in parts)
    assert all(parts) or parts == [""]


def test_a_text_too_long_for_one_embed_goes_on_in_the_next() -> None:
    """Up to what a message holds nothing is shortened; the picture stands below the text."""
    page = paper.lay_out([Block(words(5500), "Long")], colour=1)
    assert page.text == ""
    assert len(page.embeds) == 2
    assert "".join(embed.description or "" for embed in page.embeds).replace(" ", "") == words(5500).replace(" ", "")
    embed = discord.Embed()
    paper.add_parts(embed, "Why", words(2000))
    assert [field.name for field in embed.fields] == ["Why", "\u200b"]
