"""Closing and digest: once, in their order, and of a size that fits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from bot.domain.instants import to_ms
from tests.services.study import START, Study


def _dates(first: date, number: int) -> list[str]:
    return [(first + timedelta(days=n)).isoformat() for n in range(number)]


async def test_closing_comes_a_minute_before_the_digest(tmp_path: Path) -> None:
    """The round closes at its instant, the digest follows a minute later with the week's best five places."""
    async with Study.open(tmp_path / "study.db", per_day=2) as study:
        await study.until(START + timedelta(hours=4))
        for row in await study.rounds():
            for user in range(1, 9):
                await study.answer(row["round_id"], user, right=user <= 6)
        await study.until(START + timedelta(hours=14))
        closed = {row["closed_at"] for row in await study.rounds()}
        assert closed == {to_ms(START.replace(hour=19))}
        (digest,) = study.posted("digest")
        assert digest.delivery.due_at == to_ms(START.replace(hour=19, minute=1))
        assert (digest.delivery.payload["questions"], digest.delivery.payload["answered"]) == (2, 16)
        assert {rank for rank, _, _ in digest.delivery.payload["top"]} == {1}
        for one in study.posted("close"):
            assert one.round is not None
            assert sum(one.round.chosen.values()) == one.round.answered == 8


async def test_a_digest_of_a_large_group_fits_a_message(tmp_path: Path) -> None:
    """On a week's first day a crowd shares the first place: the digest names few of them, not three hundred."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        for user in range(300):
            await study.answer(1, 10**18 + user, right=True)
        await study.until(START + timedelta(hours=14))
        (digest,) = study.posted("digest")
        assert 5 <= len(digest.delivery.payload["top"]) <= 10


async def test_a_day_without_a_posted_question_has_no_digest(tmp_path: Path) -> None:
    """Nothing was asked, so nothing is summed up."""
    async with Study.open(tmp_path / "study.db", size=0) as study:
        await study.until(START + timedelta(days=2))
        assert study.posted("close") == study.posted("digest") == []


async def test_long_rounds_overlap_without_disturbing_one_another(tmp_path: Path) -> None:
    """Rounds of 48 hours: two are open at a time, each closes in its own turn with its own digest."""
    async with Study.open(tmp_path / "study.db", open_minutes=48 * 60) as study:
        await study.until(START + timedelta(days=6))
        rows = await study.rounds()
        closed = [row for row in rows if row["state"] == "closed"]
        assert len(rows) == 6
        assert len(closed) == 4
        assert all(row["closed_at"] == row["closes_at"] for row in closed)
        assert [one.delivery.payload["day"] for one in study.posted("digest")] == _dates(date(2026, 3, 2), 4)
        for one, other in pairwise(rows):
            assert one["question_id"] != other["question_id"]
