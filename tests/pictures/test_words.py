"""Text on its way into a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.words import ALT_LIMIT, NAME_LIMIT, one_line, percent, sentences
from tests.pictures.samples import HOSTILE


@given(st.text())
def test_any_text_becomes_one_short_line(text: str) -> None:
    """Whatever is written, one line of at most 80 characters without hidden letters comes out."""
    line = one_line(text)
    assert len(line) <= NAME_LIMIT
    assert line.isprintable()
    assert line == line.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_turn_nothing_around(text: str) -> None:
    """No control, override or lone surrogate gets through, so the text can be encoded and sent."""
    line = one_line(text)
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x00\x1b")
    line.encode()


def test_a_plain_name_stays_as_it_is() -> None:
    """Accents, dashes and dollar signs are letters like others."""
    assert one_line("Größe – $5 & “ICD-10-CM”") == "Größe – $5 & “ICD-10-CM”"


def test_percent_stays_within_its_bounds() -> None:
    """A share a hair below 0 or above 1 is shown as 0 or 100."""
    assert [percent(share) for share in (-0.01, 0.0, 0.704, 1.0, 1.2)] == ["0 %", "0 %", "70 %", "100 %", "100 %"]


@given(st.lists(st.text("abc .", min_size=1, max_size=300), max_size=40))
def test_sentences_never_exceed_the_limit_and_count_what_is_left_out(topics: list[str]) -> None:
    """As many whole sentences as fit, then the number of those that did not."""
    text = sentences(["First."], topics, "more")
    assert len(text) <= ALT_LIMIT
    shown = next(n for n in range(len(topics), -1, -1) if text.startswith(" ".join(["First.", *topics[:n]])))
    if shown < len(topics):
        assert text.endswith(f" And {len(topics) - shown} more.")
