"""What members read."""

from __future__ import annotations

import dataclasses
import importlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain import refusals
from bot.domain.refusals import Refusal
from bot.domain.refusals_suggestions import Flaw
from bot.formats import lint
from cogs import texts, texts_suggestions
from cogs.plain import cut, plain, quiet

VALUES: dict[str, Any] = {
    "int": 7,
    "bool": True,
    "str": "words",
    "str | None": "words",
    "datetime": datetime(2026, 3, 3, 20, tzinfo=UTC),
    "tuple[str, ...]": ("one", "two"),
    "tuple[Flaw, ...]": (Flaw.NO_STEM, Flaw.NO_RIGHT),
}
FOLDER = Path(refusals.__file__).parent
KINDS = [
    kind
    for path in sorted(FOLDER.glob("refusals*.py"))
    for kind in vars(importlib.import_module(f"bot.domain.{path.stem}")).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind.__module__ == f"bot.domain.{path.stem}"
    if kind is not Refusal
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_its_sentence(kind: type[Refusal]) -> None:
    """Whatever the rules refuse, the member reads whole sentences, with every value in place."""
    names = {field.name: VALUES[str(field.type)] for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # all are
    sentence = texts.refusal(kind(**names))
    assert sentence[0].isupper()
    assert sentence.endswith((".", "?"))
    assert "{" not in sentence
    assert "None" not in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Big", "\\# Big"),
        ("-# small", "\\-# small"),
        ("see <t:0:R> and <@1> and <#2>", "see <\u200at:0:R> and <\u200a@1> and <\u200a#2>"),
        ("a\u202eb\u200bc", "abc"),
        ("@everyone @here", "@\u200aeveryone @\u200ahere"),
        ("||key||", "\\|\\|key\\|\\|"),
        ("a **b** < c", "a **b** < c"),
        ("[here](https://example.org)", "[here]\u200a(https://example.org)"),
        (">>> all of it", "\\>>> all of it"),
        ("a\n```\nb", "a\n`\u200a`\u200a`\nb"),
    ],
)
def test_a_banks_words_make_nothing_but_words(text: str, shown: str) -> None:
    """Headings, dates, mentions, spoilers, masked links, blocks and hidden letters stay plain; emphasis stays."""
    assert quiet(text) == shown


def test_a_members_words_are_shown_letter_for_letter() -> None:
    """Nothing that a member typed becomes Markdown."""
    assert plain("**b** _i_ `c`") == "\\*\\*b\\*\\* \\_i\\_ \\`c\\`"


@pytest.mark.parametrize(
    "text",
    [
        "[one](https://a.example) and [two](https://b.example)",
        "[two\nlines](https://a.example)",
        "<a:/[free](https://a.example)>",
        "https://a.example/[free](https://b.example)",
        "[free]\u200b(https://a.example)",
    ],
)
def test_no_words_of_a_members_hide_an_address(text: str) -> None:
    """Every masked link is taken apart, not only the first one of a text."""
    assert "](" not in plain(text)


def test_every_advice_on_a_question_is_worded_for_chat() -> None:
    """Each kind that the lint knows has its kinder sentence, with room for the same values."""
    assert texts_suggestions.ADVICE.keys() == lint.MESSAGES.keys()
    for kind, message in lint.MESSAGES.items():
        values = ["x"] * message.count("{}")
        assert texts_suggestions.advice(kind, values)


def test_cut_says_that_it_cut() -> None:
    """A cut text ends with an ellipsis within its limit; a short one is itself."""
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 4) == "abc"
