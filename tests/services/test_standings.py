"""Boards and streaks: summary rows that always equal the answers behind them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.groups import Feedback
from bot.domain.standings import Span, period
from bot.services import groups, privacy, standings
from bot.services.quiz import practise
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study

ANA, BEN, CLEO = 2001, 2002, 2003


async def _answer_today(study: Study, *users: int, right: bool = True) -> None:
    day = study.group.local_day(study.now).isoformat()
    for row in await study.rounds():
        if row["day"] == day:
            for user in users:
                await study.answer(row["round_id"], user, right=right)


async def _streak(study: Study, user: int) -> tuple[int, int]:
    (row,) = await study.sql(
        "SELECT current, longest FROM streaks JOIN members USING (member_id) WHERE user_id = :user", user=user
    )
    return row["current"], row["longest"]


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_board_is_the_sum_of_the_answers(tmp_path: Path, seed: int) -> None:
    """After weeks of answers, late arrivals and practice, every board row equals a count over the answers."""
    rng = Random(seed)
    async with Study.open(tmp_path / "study.db", per_day=2, size=14, repeat_days=4, open_minutes=90) as study:
        for _ in range(40):
            await study.until(study.now + timedelta(days=1))
            for row in (await study.rounds())[-2:]:
                for user in (ANA, BEN, CLEO):
                    if rng.random() < 0.7:
                        at = datetime.fromtimestamp(row["opened_at"] / 1000, tz=START.tzinfo)
                        await study.answer(row["round_id"], user, right=rng.random() < 0.6, at=at)
            asked = await practise(study.database, study.group, ANA, blueprint=EXAM, topic=None, now=study.now, rng=rng)
            await study.press(asked.round_id, ANA, asked.key)
        wanted: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
        for row in await study.sql("SELECT a.* FROM answers a WHERE rated = 1"):
            for span in Span:
                line = wanted[period(span, date.fromisoformat(row["day"])), row["member_id"]]
                line[0] += row["correct"] * row["counted"]
                line[1] += 1
        kept = await study.sql("SELECT period, member_id, points, answered FROM standings")
        assert {(row["period"], row["member_id"]): [row["points"], row["answered"]] for row in kept} == wanted
        for row in await study.sql(
            "SELECT r.answered, (SELECT COUNT(*) FROM answers a WHERE a.round_id = r.round_id) AS n FROM rounds r"
        ):
            assert row["answered"] == row["n"]


async def test_a_member_who_opted_out_is_on_no_board(tmp_path: Path) -> None:
    """Off the board means at once, for the past too, for others and for ranks; back again shows everything."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA, BEN)
        await privacy.show_on_board(study.database, study.group, ANA, study.now, on=False)
        for span in Span:
            board = await standings.board(study.database, study.group, span, date(2026, 3, 2))
            assert [(one.rank, one.user_id) for one in board] == [(1, BEN)]
        await study.until(START + timedelta(hours=30))
        assert [user for _, user, _ in study.posted("digest")[0].delivery.payload["top"]] == [BEN]
        await privacy.show_on_board(study.database, study.group, ANA, study.now, on=True)
        board = await standings.board(study.database, study.group, Span.ALL, date(2026, 3, 2))
        assert [one.user_id for one in board] == [ANA, BEN]


async def test_my_move_says_what_a_day_changed(tmp_path: Path) -> None:
    """Who passed whom on the week's board, by that day's questions alone."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA)
        await _answer_today(study, BEN, right=False)
        for _ in range(2):
            await study.until(study.now + timedelta(days=1))
            await _answer_today(study, BEN)
            await _answer_today(study, ANA, right=False)
        move = await standings.my_move(study.database, study.group, BEN, date(2026, 3, 4))
        assert move.now is not None
        assert (move.earned, move.now.rank, move.rank_before, move.people) == (1, 1, 1, 2)
        move = await standings.my_move(study.database, study.group, ANA, date(2026, 3, 4))
        assert move.now is not None
        assert (move.earned, move.now.rank, move.rank_before) == (0, 2, 1)
        nobody = await standings.my_move(study.database, study.group, 4711, date(2026, 3, 4))
        assert (nobody.now, nobody.earned, nobody.streak) == (None, 0, None)


async def test_at_close_groups_show_no_points_before_closing(tmp_path: Path) -> None:
    """While a round is open its points are on no board: they would tell everybody who was right."""
    async with Study.open(tmp_path / "study.db", feedback=Feedback.AT_CLOSE) as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA)
        await _answer_today(study, BEN, right=False)
        for span in Span:
            board = await standings.board(study.database, study.group, span, date(2026, 3, 2))
            assert board == []
        move = await standings.my_move(study.database, study.group, ANA, date(2026, 3, 2))
        assert move.earned == 0
        await study.until(START + timedelta(hours=14))
        board = await standings.board(study.database, study.group, Span.WEEK, date(2026, 3, 2))
        assert [(one.user_id, one.points) for one in board] == [(ANA, 1)]


# Streaks


async def test_a_streak_grows_a_quiz_day_at_a_time(tmp_path: Path) -> None:
    """Monday to Friday and on to Monday is six; right or wrong does not matter; a missed day begins anew."""
    async with Study.open(tmp_path / "study.db", weekdays=frozenset(range(5)), per_day=2) as study:
        for day in range(8):
            await study.until(START + timedelta(days=day, hours=4))
            await _answer_today(study, ANA, right=day % 2 == 0)
        assert await _streak(study, ANA) == (6, 6)
        await study.until(START + timedelta(days=9, hours=4))  # Tuesday passes without an answer
        await _answer_today(study, ANA)
        assert await _streak(study, ANA) == (1, 6)


async def test_a_day_without_a_question_breaks_nobodys_streak(tmp_path: Path) -> None:
    """The bot slept through a day: that is no fault of the members, and their streaks go on."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA)
        await study.sleep_until(START + timedelta(days=2, hours=1))  # Tuesday's question is recorded as skipped
        assert [row["day"] for row in await study.sql("SELECT day FROM skips")] == ["2026-03-03"]
        await study.until(START + timedelta(days=2, hours=4))
        await _answer_today(study, ANA)
        assert await _streak(study, ANA) == (2, 2)


async def test_a_question_that_never_reached_the_channel_breaks_no_streak(tmp_path: Path) -> None:
    """A day whose post could not be made is no quiz day."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA)
        study.fails = lambda _: "503 0"
        await study.until(START + timedelta(days=1, hours=20))
        study.fails = lambda _: None
        await study.until(START + timedelta(days=2, hours=4))
        await _answer_today(study, ANA)
        assert await _streak(study, ANA) == (2, 2)


async def test_changing_the_days_of_the_week_breaks_no_streak(tmp_path: Path) -> None:
    """From Mondays only to every day: last Monday was the quiz day before today, whatever /setup says now."""
    async with Study.open(tmp_path / "study.db", weekdays=frozenset({0})) as study:
        for week in range(2):
            await study.until(START + timedelta(days=7 * week, hours=4))
            await _answer_today(study, ANA)
        await groups.set_up(study.database, GUILD, WISHES, ADMIN, study.now + timedelta(days=2))
        await study.until(START + timedelta(days=10, hours=4))
        await _answer_today(study, ANA)
        assert await _streak(study, ANA) == (3, 3)


async def test_a_streaks_day_is_the_groups_own(tmp_path: Path) -> None:
    """In Auckland a question of 22:00 answered after midnight counts for the day on which it was asked."""
    async with Study.open(tmp_path / "study.db", zone="Pacific/Auckland", daily_at=time(22), open_minutes=720) as study:
        for day in range(3):
            await study.until(datetime(2026, 3, 2 + day, 9, tzinfo=START.tzinfo))  # 22:00 in Auckland
            await study.until(study.now + timedelta(hours=5))  # 03:00 of the next day
            await study.answer((await study.rounds())[-1]["round_id"], ANA, right=True)
        assert await _streak(study, ANA) == (3, 3)
