"""Finding a file's questions in a process of its own."""

from __future__ import annotations

import pytest

from bot.domain.pairing import pair
from bot.domain.questions import Question
from bot.intake import pairing
from tests.domain.test_imports import question, rekeyed


def _lists() -> tuple[list[Question], list[Question], list[Question], list[bool]]:
    fresh = [rekeyed(question(0)), question(1), question(2), question(3, key="q-aa"), question(4)]
    doubtful = question(3, stem=question(3).stem + " Say.", options=question(3).options[:2])
    bank = [question(0), doubtful, question(5), question(6)]
    others = [question(1, key="other"), rekeyed(question(4, key="another"))]
    return fresh, bank, others, [True, True, True, False]


async def test_another_process_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers are those that would be found here."""
    monkeypatch.setattr(pairing, "FEW", 0)
    lists = _lists()
    found = await pairing.paired(*lists)
    assert found == pair(*lists)
    assert (found.pairs, found.new, found.asks, found.gone) == (((0, 0),), (2,), ((3, (1,)),), (2, 3))
    assert [(place, number, verdict) for place, number, _, verdict in found.alike] == [
        (1, 4, "duplicate"),
        (4, 5, "conflict"),
    ]


async def test_a_process_that_takes_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of memory or of time: one error for both, and no process is left."""
    monkeypatch.setattr(pairing, "FEW", 0)
    fresh, bank, others, waits = _lists()
    with pytest.raises(pairing.TooLong):
        await pairing.paired(fresh * 2_000, bank, others, waits, memory=1 << 20)
    with pytest.raises(pairing.TooLong):
        await pairing.paired(*_lists(), seconds=0.0)
