"""Boards and streaks: summary rows that always equal the answers behind them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.groups import Feedback
from bot.domain.instants import from_ms
from bot.domain.standings import Period, Season, Span, period, round_points, window
from bot.services import groups, privacy, seasons, standings
from bot.services.honours import rebuild
from bot.services.quiz import practise
from bot.services.standings import week_of
from tests.seeds import seeds
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study

ANA, BEN, CLEO, DAN, EVE = 2001, 2002, 2003, 2004, 2005
WEEK = week_of(date(2026, 3, 2))


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


TUTORS = 555
ROLES = {DAN: frozenset({TUTORS})}


async def _recomputed(study: Study) -> dict[tuple[str, int], tuple[int, int, int]]:
    """Every board row as the rules make it from the answers: (period, member) → points, answers, days."""
    seasons = [
        Season(row["name"], date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
        for row in await study.sql("SELECT * FROM seasons")
    ]
    rows = await study.sql(
        """SELECT a.*, r.worth, r.takers, r.day AS of FROM answers a JOIN rounds r USING (round_id) WHERE a.rated = 1"""
    )
    found: dict[tuple[str, int], tuple[int, int, set[str]]] = defaultdict(lambda: (0, 0, set()))
    for row in rows:
        day = date.fromisoformat(row["of"])
        earned = round_points(
            row["worth"], right=bool(row["correct"]), counted=bool(row["counted"]), people=row["takers"]
        )
        names = [period(span, day) for span in Span] + [one.key for one in seasons if one.first <= day <= one.last]
        for name in names:
            points, answered, days = found[name, row["member_id"]]
            found[name, row["member_id"]] = (points + earned, answered + 1, days | {row["of"]})
    return {key: (points, answered, len(days)) for key, (points, answered, days) in found.items()}


async def _kept(study: Study) -> dict[tuple[str, int], tuple[int, int, int]]:
    rows = await study.sql("SELECT * FROM standings")
    return {(row["period"], row["member_id"]): (row["points"], row["answered"], row["days"]) for row in rows}


@pytest.mark.parametrize("seed", seeds(2))
async def test_the_board_is_the_sum_of_the_answers(tmp_path: Path, seed: int) -> None:
    """Alone or in batches, early or as the third, tutors, opt-outs, leavers and practice: rows equal a recomputation.

    So do those of a season that is set in the middle and moved later, and a rebuild changes nothing.
    """
    rng = Random(seed)
    people = (ANA, BEN, CLEO, DAN, EVE)
    async with Study.open(
        tmp_path / "study.db", per_day=2, size=14, repeat_days=4, open_minutes=90, tutor_role_id=TUTORS
    ) as study:
        for day in range(40):
            await study.until(study.now + timedelta(days=1))
            presses = [
                (row, user, rng.random() < 0.6)
                for row in (await study.rounds())[-2:]
                for user in people
                if rng.random() < 0.55
            ]
            rng.shuffle(presses)
            while presses:
                size = rng.choice((1, 1, 2, 5))
                batch, presses = presses[:size], presses[size:]
                await asyncio.gather(
                    *(
                        study.press(
                            row["round_id"],
                            user,
                            (row["key_position"] + (not right)) % 4,
                            at=from_ms(row["opened_at"]),
                            roles=ROLES.get(user, frozenset()),
                        )
                        for row, user, right in batch
                    )
                )
            if rng.random() < 0.2:
                await privacy.show_on_board(
                    study.database, study.group, rng.choice(people), study.now, on=rng.random() < 0.5
                )
            if rng.random() < 0.1:
                await standings.gone(study.database, study.group, rng.choice(people), study.now)
            if day in (10, 30):
                first = study.now.date() - timedelta(days=7)
                season = Season("Spring", first, first + timedelta(days=12 + day))
                await seasons.put(study.database, study.group, season, study.now)
            asked = await practise(study.database, study.group, ANA, blueprint=EXAM, topic=None, now=study.now, rng=rng)
            await study.press(asked.round_id, ANA, asked.key)
        kept = await _kept(study)
        assert kept == await _recomputed(study)
        assert {name.split(":")[0] for name, _ in kept} == {"week", "month", "season", "all"}
        for row in await study.sql(
            """SELECT r.answered, r.takers, COUNT(a.seq) AS n, SUM(a.plays) AS players FROM rounds r
               JOIN answers a ON a.round_id = r.round_id WHERE r.kind = 'daily' GROUP BY r.round_id"""
        ):
            assert (row["answered"], row["takers"]) == (row["n"], row["players"])
        await rebuild(study.database, study.group.group_id)
        assert await _kept(study) == kept
        assert (
            await study.sql(
                """SELECT * FROM tallies t WHERE counted <>
               (SELECT COUNT(*) FROM answers a WHERE a.member_id = t.member_id AND a.counted = 1)"""
            )
            == []
        )


async def test_points_come_with_the_third_person(tmp_path: Path) -> None:
    """Two right answers earn nothing; with the third person's, of whatever kind, they earn their worth, once."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        (row,) = await study.rounds()
        await _answer_today(study, ANA, BEN)
        assert await standings.board(study.database, study.group, WEEK) == []
        await _answer_today(study, CLEO, right=False)
        board = await standings.board(study.database, study.group, WEEK)
        assert [(one.rank, one.user_id, one.points) for one in board] == [
            (1, ANA, row["worth"]),
            (1, BEN, row["worth"]),
        ]
        await _answer_today(study, DAN)
        board = await standings.board(study.database, study.group, WEEK)
        assert [one.points for one in board] == [row["worth"]] * 3


async def test_a_tutor_is_none_of_the_three_and_on_no_board(tmp_path: Path) -> None:
    """A tutor's answer makes no round count and shows on no board; who opts in is shown and counts from then on."""
    async with Study.open(tmp_path / "study.db", tutor_role_id=TUTORS) as study:
        await study.until(START + timedelta(hours=4))
        (row,) = await study.rounds()
        key = row["key_position"]
        await study.press(row["round_id"], DAN, key, roles=ROLES[DAN])
        await _answer_today(study, ANA, BEN)
        assert await standings.board(study.database, study.group, WEEK) == []
        await _answer_today(study, CLEO)
        assert [one.user_id for one in await standings.board(study.database, study.group, WEEK)] == [ANA, BEN, CLEO]
        await privacy.show_on_board(study.database, study.group, DAN, study.now, on=True)
        assert DAN in {one.user_id for one in await standings.board(study.database, study.group, WEEK)}
        await study.until(START + timedelta(days=1, hours=4))
        row = (await study.rounds())[-1]
        await study.press(row["round_id"], DAN, row["key_position"], roles=ROLES[DAN])
        await _answer_today(study, ANA, BEN)
        assert (await study.rounds())[-1]["takers"] == 3


async def test_deleting_ones_data_takes_nobodys_points(tmp_path: Path) -> None:
    """Whoever was the third goes with all of theirs, and the other two keep their points; a half round stays one."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA, BEN, CLEO)
        await privacy.delete(study.database, study.group, CLEO)
        before = await standings.board(study.database, study.group, WEEK)
        assert [one.user_id for one in before] == [ANA, BEN]
        await rebuild(study.database, study.group.group_id)
        assert await standings.board(study.database, study.group, WEEK) == before
        await study.until(START + timedelta(days=1, hours=4))
        await _answer_today(study, ANA, CLEO)
        await privacy.delete(study.database, study.group, CLEO)
        await _answer_today(study, CLEO)
        assert (await study.rounds())[-1]["takers"] == 2


async def test_who_left_is_not_shown_until_they_answer_again(tmp_path: Path) -> None:
    """Out of the server, off the board; back at the next answer, with all the points."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA, BEN, CLEO)
        await standings.gone(study.database, study.group, ANA, study.now)
        assert [one.user_id for one in await standings.board(study.database, study.group, WEEK)] == [BEN, CLEO]
        await study.until(START + timedelta(days=1, hours=4))
        await _answer_today(study, ANA, right=False)
        assert [one.user_id for one in await standings.board(study.database, study.group, WEEK)] == [ANA, BEN, CLEO]


async def test_a_rounds_worth_is_fixed_when_it_opens(tmp_path: Path) -> None:
    """Harder questions are worth more, between 8 and 15; answers never change an open round's."""
    async with Study.open(tmp_path / "study.db", size=12, per_day=5) as study:
        for day in range(2):
            await study.until(START + timedelta(days=day, hours=4))
        hard = {row["question_id"]: row["difficulty"] for row in await study.sql("SELECT * FROM questions")}
        rounds = await study.rounds()
        assert all(8 <= row["worth"] <= 15 for row in rounds)
        by = defaultdict(set)
        for row in rounds:
            by[hard[row["question_id"]]].add(row["worth"])
        assert by[1] == {8}
        assert by[3] == {10}
        assert by[5] == {12}
        await _answer_today(study, ANA, BEN, CLEO, right=False)
        assert [row["worth"] for row in await study.rounds()] == [row["worth"] for row in rounds]


async def test_a_member_who_opted_out_is_on_no_board(tmp_path: Path) -> None:
    """Off the board means at once, for the past too, for others and for ranks; back again shows everything."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA, BEN)
        await _answer_today(study, CLEO, right=False)
        await privacy.show_on_board(study.database, study.group, ANA, study.now, on=False)
        for which in (Period.THIS_WEEK, Period.MONTH, Period.ALL):
            over = window(which, date(2026, 3, 2))
            assert over is not None
            board = await standings.board(study.database, study.group, over)
            assert [(one.rank, one.user_id) for one in board] == [(1, BEN)]
        await study.until(START + timedelta(hours=30))
        assert [user for _, user, _ in study.posted("digest")[0].delivery.payload["top"]] == [BEN]
        await privacy.show_on_board(study.database, study.group, ANA, study.now, on=True)
        board = await standings.board(study.database, study.group, WEEK)
        assert [one.user_id for one in board] == [ANA, BEN]


async def test_my_move_says_what_a_day_changed(tmp_path: Path) -> None:
    """Who passed whom on the week's board, by that day's questions alone."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA)
        await _answer_today(study, BEN, CLEO, right=False)
        for _ in range(2):
            await study.until(study.now + timedelta(days=1))
            await _answer_today(study, BEN)
            await _answer_today(study, ANA, CLEO, right=False)
        worth = (await study.rounds())[-1]["worth"]
        move = await standings.my_move(study.database, study.group, BEN, date(2026, 3, 4))
        assert move.now is not None
        assert (move.earned, move.now.rank, move.people, move.few) == (worth, 1, 2, False)
        move = await standings.my_move(study.database, study.group, ANA, date(2026, 3, 4))
        assert move.now is not None
        assert (move.earned, move.now.rank) == (0, 2)
        nobody = await standings.my_move(study.database, study.group, 4711, date(2026, 3, 4))
        assert (nobody.now, nobody.earned) == (None, 0)
        await study.until(study.now + timedelta(days=1))
        await _answer_today(study, ANA)
        move = await standings.my_move(study.database, study.group, ANA, date(2026, 3, 5))
        assert (move.earned, move.few) == (0, True)


async def test_at_close_groups_show_no_points_before_closing(tmp_path: Path) -> None:
    """While a round is open its points are on no board: they would tell everybody who was right."""
    async with Study.open(tmp_path / "study.db", feedback=Feedback.AT_CLOSE) as study:
        await study.until(START + timedelta(hours=4))
        await _answer_today(study, ANA)
        await _answer_today(study, BEN, CLEO, right=False)
        for which in (Period.THIS_WEEK, Period.MONTH, Period.ALL):
            over = window(which, date(2026, 3, 2))
            assert over is not None
            assert await standings.board(study.database, study.group, over) == []
        move = await standings.my_move(study.database, study.group, ANA, date(2026, 3, 2))
        assert move.earned == 0
        await study.until(START + timedelta(hours=14))
        board = await standings.board(study.database, study.group, WEEK)
        assert [(one.user_id, one.points) for one in board] == [(ANA, (await study.rounds())[0]["worth"])]


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


async def test_a_question_of_the_evening_can_be_answered_in_the_night(tmp_path: Path) -> None:
    """In Auckland, a question of 22:00 answered at three every night: each answer counts a day, and none is missed."""
    async with Study.open(tmp_path / "study.db", zone="Pacific/Auckland", daily_at=time(22), open_minutes=720) as study:
        for day in range(3):
            await study.until(datetime(2026, 3, 2 + day, 9, tzinfo=START.tzinfo))  # 22:00 in Auckland
            await study.until(study.now + timedelta(hours=5))  # 03:00 of the next day
            await study.answer((await study.rounds())[-1]["round_id"], ANA, right=True)
        assert await _streak(study, ANA) == (3, 3)
