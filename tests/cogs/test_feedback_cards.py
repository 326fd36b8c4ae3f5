"""How questions and reviews look, however long they are and whatever stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from bot.domain.feedback import (
    CHANGE,
    DID,
    READING,
    RIGHT,
    TITLE,
    WANTS,
    Ask,
    Opinion,
    Review,
    State,
    Visibility,
    Words,
)
from bot.domain.groups import Feedback, Group, Wishes
from bot.services.feedback import Card, ReviewCard
from cogs import feedback_cards as cards
from cogs import texts_feedback as texts

GROUP = Group(1, 2, Wishes(3, "UTC", time(9), frozenset(range(7)), 1, 600, Feedback.INSTANT, None, "cpc"), 9, None)


def _ask(did: str, *, anonymous: bool = False, wants: str = "Why?", title: str = "Title") -> Ask:
    words = Words(title, did, wants, None, Visibility.GROUP, anonymous)
    return Ask(7, 1, "ask", None, words, (), State.OPEN, 3, 5, 6, 1, 0, None, 0, None, None, None)


def _review(text: str, *, anonymous: bool = False) -> Review:
    opinion = Opinion(text[:RIGHT], text[:CHANGE], text[:READING], (1, 2, 3), anonymous)
    fields: dict[str, Any] = {"endorsed_at": None, "correction": None, "corrected_at": None, "mark": None, "helpful": 0}
    return Review(8, 7, opinion, None, False, None, 1, 0, 0, 0, **fields)


def _fits(parts: cards.Parts) -> None:
    assert 1 <= len(parts.embeds) <= 10
    assert all(len(one.description or "") <= 4096 and len(one.title or "") <= 256 for one in parts.embeds)
    assert sum(map(len, parts.embeds)) <= 6000


@pytest.mark.parametrize("letter", ["x", "*", "x\n", "字"])
@pytest.mark.parametrize("length", [1, 900, 2500, 4000])
def test_no_text_is_too_long_for_a_card_and_none_is_cut_silently(letter: str, length: int) -> None:
    """Within Discord's limits, escaping included; what does not fit is there whole, as a file, and the card says so."""
    text = (letter * length)[:length]
    ask = _ask(text[:DID], wants=text[:WANTS], title=text[:TITLE])
    for parts in (
        cards.ask_card(Card(ask, GROUP, 11, 0, waits=False)),
        cards.review_card(ReviewCard(ask, GROUP, _review(text), 12)),
    ):
        _fits(parts)
        shown = "".join(one.description or "" for one in parts.embeds).replace("\\", "")
        if parts.whole is None:
            assert text[:RIGHT].strip() in shown
        else:
            assert texts.WHOLE_TEXT in shown
            assert text[:RIGHT].strip() in parts.whole


def test_a_name_is_shown_only_where_its_member_wants_that() -> None:
    """Neither a card nor its buttons tell who is anonymous; one who has gone is a former member."""
    for anonymous, author, shown in ((False, 11, "<@11>"), (True, 11, texts.SOMEBODY), (False, None, texts.FORMER)):
        ask = cards.ask_card(Card(_ask("did", anonymous=anonymous), GROUP, author, 0, waits=False))
        review = cards.review_card(ReviewCard(_ask("did"), GROUP, _review("text", anonymous=anonymous), author))
        for parts in (ask, review):
            text = parts.embeds[0].description or ""
            assert shown in text
            assert ("11" in text) is (shown == "<@11>")
            assert all("11" not in (one.custom_id or "") for one in parts.buttons)


def test_what_members_write_stays_words() -> None:
    """No mention, heading, date or hidden link comes of a question's text."""
    wild = "# Big @everyone <@&5> <t:1:R> [click](https://example.org) `code`"
    text = cards.ask_card(Card(_ask(wild, title=wild), GROUP, 11, 0, waits=False)).embeds[0]
    shown = f"{text.title}\n{text.description}"
    for live in ("\n# Big", "@everyone", "<@&5>", "<t:1:R>", " [click](https", " `code`"):
        assert live not in shown


def test_who_is_not_in_a_thread_is_led_nowhere() -> None:
    """Of a private question without a name the asker is not in the thread; all others are led there."""
    named = _ask("did")
    for visibility, anonymous in ((Visibility.GROUP, True), (Visibility.PRIVATE, False), (Visibility.PRIVATE, True)):
        ask = replace(named, words=replace(named.words, visibility=visibility, anonymous=anonymous))
        link = None if visibility is Visibility.PRIVATE and anonymous else "https://discord.com/channels/2/5/6"
        assert cards.askers_link(ask, 2, 6) == link
