"""What is offered as an addition to an explanation, names for it, and how often one can report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import reports
from bot.domain.promotions import ADDITION, CREDIT, credit, proposal
from bot.domain.refusals_tutors import BadCredit, TooManyReports

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(st.text(min_size=1, max_size=1500), st.text(max_size=1500), st.text(max_size=1000))
def test_a_proposal_always_fits(right_why: str, change: str, reading: str) -> None:
    """As much of a review as there is room for, from its beginning."""
    found = proposal(right_why, change, reading)
    assert len(found) <= ADDITION
    assert found.startswith(right_why[: ADDITION - 1].rstrip())


def test_a_proposal_takes_whole_parts() -> None:
    """A part that does not fit is left out, and only a first one that is too long is cut."""
    assert proposal("right", "change", "") == "right\n\nchange"
    assert proposal("right", "c" * ADDITION, "read") == "right"
    assert proposal("r" * (ADDITION + 1), "", "").endswith("…")


@given(st.text(max_size=80))
def test_a_credit_is_one_short_line_or_refused(words: str) -> None:
    """What shows nothing is gone from it; nothing at all and too much are no name."""
    try:
        found = credit(words)
    except BadCredit:
        return
    assert 0 < len(found) <= CREDIT
    assert "\n" not in found


@pytest.mark.parametrize("words", ["", "   ", "\u200b\u200b", "x" * (CREDIT + 1)])
def test_no_name_is_no_credit(words: str) -> None:
    """Empty, blank, invisible and long names are refused."""
    with pytest.raises(BadCredit):
        credit(words)


def test_five_reports_a_day() -> None:
    """The sixth within 24 hours is refused, with when there is room again; what is older does not count."""
    made = [NOW - timedelta(hours=n) for n in range(1, 6)]
    with pytest.raises(TooManyReports) as refused:
        reports.check(made, NOW)
    assert refused.value.again_at == NOW + timedelta(hours=19)
    reports.check([*made[:4], NOW - timedelta(days=1)], NOW)
