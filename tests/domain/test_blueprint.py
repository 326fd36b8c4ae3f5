"""A blueprint knows each topic's share of the exam."""

from __future__ import annotations

import pytest

from bot.domain.blueprint import Blueprint, Section
from bot.domain.questions import slug

CPC = Blueprint(
    id="cpc",
    name="CPC",
    version="2025",
    pass_mark=0.7,
    questions=100,
    minutes=240,
    banks=("cpc",),
    sections=(
        Section("Concepts", 0.35, ("Medical terminology", "Anatomy")),
        Section("Surgery", 0.65, ("Surgery & Modifiers",)),
    ),
)


def test_a_sections_weight_is_split_evenly_over_its_topics() -> None:
    """Two topics of a 35 % section are 17.5 % each; one that no section has is nothing."""
    assert CPC.topic_share("anatomy") == pytest.approx(0.175)
    assert CPC.topic_share("surgery-and-modifiers") == 0.65
    assert CPC.topic_share("astronomy") == 0
    assert CPC.topic_share("") == 0


def test_all_topics_together_are_the_whole_exam() -> None:
    """The shares of a blueprint's topics sum to 1."""
    assert sum(CPC.topic_share(slug(topic)) for topic in CPC.topics) == pytest.approx(1)


def test_a_topic_leads_to_its_section() -> None:
    """By slug, or to none."""
    assert CPC.section_of("medical-terminology") == CPC.sections[0]
    assert CPC.section_of("astronomy") is None
