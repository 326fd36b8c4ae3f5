"""The cards of doubted questions fit into messages, whatever the question and however many the reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.challenges import Answers
from bot.domain.questions import Case, Image, Kind, Option, Question, units
from bot.services.challenges import Card
from bot.services.withdrawn import How, Withdrawn
from cogs import challenge_cards as cards
from cogs.paper import Page

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SMALL = Question("q1", "Anatomy", "Which?", (Option("A", True), Option("B", False)), "So.", "Gray", 2, (), None)
LONG = replace(
    SMALL,
    stem="why? " * 600,
    options=tuple(Option(f"{n} **" + "word " * 170, n == 3) for n in range(10)),
    explanation="since_ " * 1400,
    source="x" * 400,
    case=Case("c", "the story " * 1900),
    image=Image("a.png", "a bone " * 100),
)


def card(question: Question, reasons: int = 1, reason: str = "two *keys*") -> Card:
    said = tuple((reason, NOW) for _ in range(reasons))
    return Card(1, question, "cpc", 4, False, said, Answers(9, 5, 4, {0: 4, 1: 5}), True)


def fits(page: Page) -> None:
    """Discord's limits of a message's embeds."""
    assert sum(len(one) for one in page.embeds) <= 6000
    for one in page.embeds:
        assert units(one.description or "") <= 4096
        assert len(one.fields) <= 25
        assert all(units(field.value or "") <= 1024 for field in one.fields)


@pytest.mark.parametrize("question", [SMALL, LONG, replace(LONG, case=None, stem="?")])
@pytest.mark.parametrize("reasons", [0, 1, 40])
def test_a_card_fits_and_nothing_is_lost(question: Question, reasons: int) -> None:
    """What there is no room for is in a file, and reports beyond the first are counted."""
    page = cards.challenge(card(question, reasons, "odd " * 125), 0, 1)
    fits(page)
    assert bool(page.text) == (question is not SMALL)
    if page.text:
        assert page.text.count("since") == 1400
        assert page.text.count("the story") == (1900 if question.case else 0)
    shown = "".join(field.value or "" for one in page.embeds for field in one.fields)
    if question is SMALL:
        assert ("… and 38 more" in shown) == (reasons == 40)
    assert len(cards.decisions(card(question), 0, 3)) == 7
    fits(cards.withdrawn(Withdrawn(7, question, "cpc", How.VOID, 9, shared=False), 0, 2))


def test_every_kind_has_its_form() -> None:
    """Five fields at most, each filled in as far as a field takes; what is longer is left out."""
    for question, most in (
        (SMALL, 4),
        (replace(SMALL, kind=Kind.SHORT, options=(), answers=("a", "b")), 4),
        (replace(SMALL, kind=Kind.FLASHCARD, options=(), answers=("a\nb",)), 4),
        (LONG, 2),
    ):
        modal = cards.form(card(question)).to_dict()
        assert len(modal["components"]) == most
        for one in modal["components"]:
            assert len(one["label"]) <= 45
            assert len(one.get("description") or "") <= 100
