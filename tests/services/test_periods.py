"""What begins with a week, a month or a season: snapshots, leagues and the telling of winners."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from bot.domain.estimates import Abilities, Gaussian, item_prior, update
from bot.domain.periods import Board
from bot.domain.standings import Period, Season, Window, window
from bot.services import agenda, groups, seasons, standings
from bot.services.standings import Absence, Sheet
from bot.storage.estimates import Rows
from tests.services.month import month
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study, bank

ANA, BEN, CLEO, DAN = 2001, 2002, 2003, 2004
MONDAY = START + timedelta(days=28)  # 30 March


async def _today(study: Study, *users: int) -> None:
    row = (await study.rounds())[-1]
    for user in users:
        await study.answer(row["round_id"], user, right=True)


async def _sheet(study: Study, which: Board, period: Period, user: int = ANA) -> Sheet:
    today = study.group.local_day(study.now)
    over = window(period, today, await seasons.of_group(study.database, study.group))
    assert over is not None
    return await standings.sheet(study.database, study.group, which, over, user, blueprint=EXAM, today=today)


async def _learn(study: Study, user: int, until: datetime, days: int, answers: int, usual: float, seed: int) -> None:
    await month(
        study.database,
        study.desk,
        study.group,
        EXAM,
        user,
        until=until,
        answers=answers,
        rng=Random(seed),
        usual=usual,
        over=timedelta(days=days),
    )


async def test_the_most_improved_need_not_be_the_best(tmp_path: Path) -> None:
    """Ana rises from low, Ben stays high, Dan only practised: Ana alone is on the board, with her gain."""
    async with Study.open(tmp_path / "study.db", questions=bank(300)) as study:
        await study.until(MONDAY - timedelta(days=1))
        for user, usual in ((ANA, 0.3), (BEN, 0.9), (DAN, 0.3)):
            await _learn(study, user, MONDAY - timedelta(hours=12), 20, 90, usual, user)
        await study.until(MONDAY + timedelta(days=4, hours=4))
        for user, usual in ((ANA, 0.97), (BEN, 0.9), (DAN, 0.97)):
            await _learn(study, user, MONDAY + timedelta(days=4), 3, 80, usual, user + 1)
        await _today(study, ANA, BEN, CLEO)
        sheet = await _sheet(study, Board.IMPROVED, Period.THIS_WEEK)
        assert [one.user_id for one in sheet.lines] == [ANA]
        assert 0.05 < sheet.lines[0].score < 0.7
        assert (await _sheet(study, Board.IMPROVED, Period.ALL)).absence is Absence.NO_BEGINNING
        # A week later it is last week's board, reckoned between the two Mondays.
        await study.until(MONDAY + timedelta(days=9))
        later = await _sheet(study, Board.IMPROVED, Period.LAST_WEEK)
        assert [(one.user_id, one.score) for one in later.lines] == [(ANA, sheet.lines[0].score)]
        (post,) = [one for one in study.posted("winners") if "w20260330" in one.delivery.key]
        assert [line[1] for line in post.delivery.payload["improved"]] == [ANA]


async def test_a_snapshot_is_what_the_answers_up_to_it_say(tmp_path: Path) -> None:
    """Replaying the answers up to a boundary gives that day's snapshot to the last bit."""
    async with Study.open(tmp_path / "study.db", per_day=2) as study:
        rng = Random(5)
        for day in range(20):
            await study.until(START + timedelta(days=day, hours=4))
            for row in (await study.rounds())[-2:]:
                for user in (ANA, BEN, CLEO):
                    await study.answer(row["round_id"], user, right=rng.random() < 0.6)
        days = await study.sql("SELECT * FROM boundaries ORDER BY day")
        assert [row["day"] for row in days] == ["2026-03-09", "2026-03-16"]
        for boundary in days:
            made = Rows()
            for row in await study.sql("SELECT * FROM questions"):
                made.items[row["question_id"]] = item_prior(row["difficulty"])
            counted: dict[int, int] = {}
            for row in await study.sql(
                """SELECT a.*, q.topic_id FROM answers a JOIN questions q USING (question_id)
                   WHERE counted = 1 AND seq <= :seq ORDER BY seq""",
                seq=boundary["seq"],
            ):
                member, topic, item = row["member_id"], row["topic_id"], row["question_id"]
                then = update(
                    Abilities(
                        made.learner(member), made.learner_topic(member, topic), made.topic(topic), made.item(item)
                    ),
                    bool(row["correct"]),
                )
                made.learners[member], made.topics[topic], made.items[item] = then.learner, then.topic, then.item
                made.learner_topics[member, topic] = then.learner_topic
                counted[member] = counted.get(member, 0) + 1
            kept = await study.sql("SELECT * FROM snapshots WHERE day = :day", day=boundary["day"])
            assert {row["member_id"]: Gaussian(row["mean"], row["variance"]) for row in kept} == made.learners
            assert {row["member_id"]: row["counted"] for row in kept} == counted
            kept = await study.sql("SELECT * FROM topic_snapshots WHERE day = :day", day=boundary["day"])
            assert {
                (row["member_id"], row["topic_id"]): Gaussian(row["mean"], row["variance"]) for row in kept
            } == made.learner_topics


async def test_weeks_slept_through_are_made_up_for(tmp_path: Path) -> None:
    """Down over two Mondays and a first of the month: the board of the week that had answers is told late, once."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(days=2, hours=4))
        await _today(study, ANA, BEN, CLEO)
        await study.sleep_until(START + timedelta(days=9))
        await study.until(START + timedelta(days=10))
        assert [one.delivery.key for one in study.posted("winners")] == ["winners:1:2026-03-08:w20260302"]
        await study.sleep_until(START + timedelta(days=40))
        await study.until(START + timedelta(days=41))
        past = await standings.periods(study.database, study.group)
        assert [one.key for one in past] == ["month:2026-03", "week:2026-W10"]
        # The month is over for eleven days: it is in the archive, and nobody is told so late.
        assert len(study.posted("winners")) == 1


async def test_a_week_begins_once_where_the_group_moves_its_clocks(tmp_path: Path) -> None:
    """From Los Angeles to Auckland and back around Monday's midnight: one boundary, one announcement."""
    async with Study.open(tmp_path / "study.db", zone="America/Los_Angeles") as study:
        await study.until(START + timedelta(days=2, hours=12))
        await _today(study, ANA, BEN, CLEO)
        await study.until(datetime(2026, 3, 8, 20, tzinfo=START.tzinfo))  # Monday in Auckland, Sunday over there
        for zone in ("Pacific/Auckland", "America/Los_Angeles", "Pacific/Auckland"):
            wishes = replace(WISHES, zone=zone)
            study.group = (await groups.set_up(study.database, GUILD, wishes, ADMIN, study.now)).group
            await agenda.replan(study.database, study.now_ms)
            await study.until(study.now + timedelta(minutes=5))
        await study.until(datetime(2026, 3, 11, tzinfo=START.tzinfo))
        assert len(await study.sql("SELECT * FROM boundaries")) <= 2
        assert len(study.posted("winners")) == 1


async def test_a_season_begins_and_ends(tmp_path: Path) -> None:
    """Its first day has a snapshot, the day after its last one its winners, at the group's time."""
    async with Study.open(tmp_path / "study.db", daily_at=time(9)) as study:
        season = Season("Spring", date(2026, 3, 4), date(2026, 3, 12))
        await seasons.put(study.database, study.group, season, study.now)
        for day in (2, 5, 9):
            await study.until(START + timedelta(days=day, hours=4))
            await _today(study, ANA, BEN, CLEO)
        await study.until(START + timedelta(days=12))
        assert [row["day"] for row in await study.sql("SELECT day FROM boundaries ORDER BY day")] == [
            "2026-03-04",
            "2026-03-09",
            "2026-03-13",
        ]
        posts = {one.delivery.key: one.delivery for one in study.posted("winners")}
        told = posts["winners:1:2026-03-12:s20260304"]
        assert told.payload["season"] == "Spring"
        assert told.due_at == int(datetime(2026, 3, 13, 9, 30, tzinfo=START.tzinfo).timestamp() * 1000)
        rows = await study.sql("SELECT points, answered, days FROM standings WHERE period = 'season:2026-03-04'")
        assert {(row["answered"], row["days"]) for row in rows} == {(3, 3)}
        over = Window(season.key, season.first, season.last)
        assert len(await standings.board(study.database, study.group, over)) == 3
