"""The header of a question file."""

from __future__ import annotations

from bot.domain.questions import Bank
from bot.formats.header import read_header, write_header


def test_a_written_header_is_read_back() -> None:
    """Colons and hashes in a value are text; the body starts after the second fence."""
    bank = Bank("a-1", "Title: #1 — “x”", "CC-BY-4.0", "own work", "cpc", ())
    lines = [*write_header(bank), "# Topic"]
    complaints: list[tuple[int, str]] = []
    assert read_header(lines, lambda line, message: complaints.append((line, message))) == (bank, len(lines) - 1)
    assert complaints == []


def test_a_hidden_character_in_the_header_is_refused() -> None:
    """A title cannot turn the direction of the text around it."""
    lines = write_header(Bank("a", "Tit\u202ele", "CC0", "own work", "cpc", ()))
    complaints: list[tuple[int, str]] = []
    assert read_header(lines, lambda line, message: complaints.append((line, message)))[0] is None
    assert complaints == [(3, "there is an invisible control character (U+202E) here; delete it")]
