"""A member's topics, sections, trend and odds, and a group's overview, from answers in a real database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.blueprint import Blueprint, Section
from bot.domain.estimates import State
from bot.domain.readiness import Verdict
from bot.domain.refusals import NoQuestions
from bot.services import estimates, groups, overview, quiz
from bot.services.answers import Press
from tests.services.month import MONTH, month
from tests.services.study import EXAM, WISHES, Study

ANA, BEN, TUTOR = 1, 2, 90
# Two sections of two topics, one of which no bank has.
WIDE = Blueprint(
    id="cpc",
    name="CPC",
    version="2026",
    pass_mark=0.7,
    questions=100,
    minutes=240,
    banks=("cpc",),
    sections=(Section("Concepts", 0.6, ("Anatomy", "Guidelines")), Section("Practice", 0.4, ("Surgery", "Anesthesia"))),
)


async def study_month(
    study: Study, user: int, answers: int, *, weak: Sequence[str] = (), usual: float = 0.75, over: timedelta = MONTH
) -> None:
    """A month of practice that ends now: wrong nine times in ten in the weak topics."""
    await month(
        study.database,
        study.desk,
        study.group,
        WIDE,
        user,
        until=study.now,
        answers=answers,
        rng=Random(user),
        chances=dict.fromkeys(weak, 0.1),
        usual=usual,
        over=over,
    )


async def progress(study: Study, user: int = ANA, blueprint: Blueprint = WIDE) -> estimates.Progress:
    return await estimates.progress(study.database, study.group, user, blueprint, study.now)


async def odds(study: Study, user: int = ANA) -> estimates.Odds:
    return await estimates.chances(study.database, study.group, user, WIDE, study.now)


async def look(study: Study, reader: int = TUTOR) -> overview.Overview:
    return await overview.overview(study.database, study.group, reader, WIDE, study.now)


async def test_of_a_stranger_nothing_is_known(tmp_path: Path) -> None:
    """Who never answered has no state, no trend and no odds, and looking makes them no member."""
    async with Study.open(tmp_path / "study.db") as study:
        found = await progress(study)
        assert {line.name for line in found.topics} == {"Anatomy", "Guidelines", "Surgery", "Anesthesia"}
        assert all((line.answers, line.state, line.trend) == (0, State.UNSURE, ()) for line in found.topics)
        assert found.answers == 0
        chances = await odds(study)
        assert chances.verdict is None
        assert chances.needed is not None
        assert chances.needed > 0
        assert await study.sql("SELECT * FROM members") == []


async def test_what_costs_most_comes_first(tmp_path: Path) -> None:
    """Topics and sections by weight × distance below the mark; what was never asked is last and has no state."""
    async with Study.open(tmp_path / "study.db", size=120) as study:
        await study_month(study, ANA, 120, weak=["Guidelines"], usual=0.95)
        found = await progress(study)
        assert found.topics[0].name == "Guidelines"
        assert found.topics[0].state is State.WEAK
        answered = [line for line in found.topics if line.answers]
        assert [line.cost for line in answered] == sorted((line.cost for line in answered), reverse=True)
        assert [line.name for line in found.topics if not line.answers] == ["Anesthesia"]
        assert found.topics[-1].state is State.UNSURE
        assert found.sections[0].name == "Concepts"
        concepts = found.sections[0]
        assert concepts.answers == sum(line.answers for line in found.topics if line.section == "Concepts")
        inside = [line.estimate.p for line in found.topics if line.section == "Concepts"]
        assert concepts.estimate.p == pytest.approx(sum(inside) / 2)
        assert concepts.estimate.low < concepts.estimate.p < concepts.estimate.high


async def test_only_what_can_be_practised_is_proposed(tmp_path: Path) -> None:
    """Two topics that have questions, the most costly first; a topic without a bank is never among them."""
    async with Study.open(tmp_path / "study.db", size=120) as study:
        await study_month(study, ANA, 90, weak=["Surgery"])
        found = await progress(study)
        assert len(found.practise) == 2
        assert found.practise[0].name == "Surgery"
        assert "Anesthesia" not in [line.name for line in found.practise]
        assert "Anesthesia" not in [line.name for line in (await odds(study)).practise]


async def test_practice_goes_round_its_topics(tmp_path: Path) -> None:
    """Topics take turns; one without questions is passed over; none at all is refused."""
    async with Study.open(tmp_path / "study.db") as study:
        rows = await study.sql("SELECT topic_id, name FROM topics")
        ids = {row["name"]: row["topic_id"] for row in rows}

        async def topics(focus: Sequence[int], times: int) -> list[str]:
            asked = []
            for _ in range(times):
                one = await quiz.practise(
                    study.database, study.group, ANA, blueprint=EXAM, focus=focus, now=study.now, rng=Random(1)
                )
                assert one.focus == tuple(focus)
                asked.append(one.topic)
            return asked

        assert await topics([ids["Anatomy"], ids["Surgery"]], 4) == ["Anatomy", "Surgery", "Anatomy", "Surgery"]
        assert await topics([999, ids["Guidelines"]], 2) == ["Guidelines", "Guidelines"]
        assert await topics(list(ids.values()), 6) == [*dict.fromkeys(await topics(list(ids.values()), 3))] * 2
        with pytest.raises(NoQuestions):
            await topics([999], 1)


async def test_a_trend_begins_where_enough_is_known(tmp_path: Path) -> None:
    """No trend from the first answers; then what was expected at each week's end, the last of it the estimate now."""
    async with Study.open(tmp_path / "study.db", size=200) as study:
        await study_month(study, ANA, 20)
        assert all(line.trend == () for line in (await progress(study)).topics)
        study.now += MONTH
        await study_month(study, ANA, 120)
        for line in (await progress(study)).topics:
            if not line.answers:
                assert line.trend == ()
                continue
            assert 3 <= len(line.trend) <= 5
            assert line.trend[-1] == line.estimate.p
        # Weeks without an answer end as the one before them did.
        study.now += timedelta(weeks=2)
        (line, *_) = (await progress(study)).topics
        assert line.trend[-2] == line.trend[-3]
        # Long ago: nothing has moved.
        study.now += timedelta(weeks=9)
        for line in (await progress(study)).topics:
            assert len(set(line.trend[:-1])) <= 1


async def test_odds_wait_for_certainty_and_are_the_members_own(tmp_path: Path) -> None:
    """First only how many answers are missing; then a word and ranges around its figures; others change nothing."""
    async with Study.open(tmp_path / "study.db", size=200) as study:
        await study_month(study, ANA, 3)
        early = await odds(study)
        assert early.verdict is None
        assert early.needed
        study.now += MONTH
        await study_month(study, ANA, 150, usual=0.15)
        found = await odds(study)
        assert found.verdict is Verdict.UNLIKELY
        assert found.needed == 0
        assert found.chance[0] - 0.01 <= found.readiness.p_pass <= found.chance[1] + 0.01
        assert found.score[0] <= found.readiness.mean <= found.score[1]
        assert found.section is not None
        assert found.practise
        assert {line.section for line in found.practise} == {found.section.name}
        assert (await odds(study, BEN)).verdict is None
        assert (await progress(study, BEN)).answers == 0


async def test_the_overview_is_of_four_others_or_of_nobody(tmp_path: Path) -> None:
    """With three members there is no figure; the reader is no fourth one; neither is somebody of another group."""
    async with Study.open(tmp_path / "study.db", size=80) as study:
        for user in (1, 2, 3):
            await study_month(study, user, 12)
        found = await look(study)
        assert not found.enough
        assert found.topics == ()
        await study_month(study, TUTOR, 12)
        found = await look(study)
        assert not found.enough
        assert found.topics == ()
        other = (await groups.set_up(study.database, 78, WISHES, 9, study.now)).group
        asked = await quiz.practise(study.database, other, 4, blueprint=WIDE, now=study.now, rng=Random(1))
        await study.desk.answer(Press(asked.round_id, 4, 78, 0, study.now_ms))
        assert not (await look(study)).enough
        await study_month(study, 4, 12)
        found = await look(study)
        assert found.enough
        assert found.topics
        assert found.left_out == 1


async def test_two_looks_tell_nothing_of_a_newcomer(tmp_path: Path) -> None:
    """A fifth, sixth and seventh member leave every figure as it was; the eighth brings all four in."""
    async with Study.open(tmp_path / "study.db", size=80) as study:
        for user in (1, 2, 3, 4):
            await study_month(study, user, 24, usual=0.95)
        before = await look(study)
        assert before.session is not None
        for user in (5, 6, 7):
            await study_month(study, user, 60, usual=0.0)
            assert (await look(study)).topics == before.topics
        await study_month(study, 8, 60, usual=0.0)
        after = {topic.name: topic.weeks[-1] for topic in (await look(study)).topics}
        for topic in before.topics:
            newest, now = topic.weeks[-1], after[topic.name]
            assert newest is not None
            assert now is not None
            assert now < newest


async def test_the_next_session_is_on_what_costs_the_group_most(tmp_path: Path) -> None:
    """By the newest figures alone; weeks begin on the group's own Mondays; those long silent are in no figure."""
    async with Study.open(tmp_path / "study.db", size=120, zone="Pacific/Auckland") as study:
        for user in (1, 2, 3, 4):
            await study_month(study, user, 60, weak=["Guidelines"], usual=0.9)
        found = await look(study)
        assert found.session is not None
        assert found.session.name == "Guidelines"
        assert [day.weekday() for day in found.weeks] == [0, 0, 0, 0]
        assert found.weeks[-1] == study.group.local_day(study.now)  # 06:00 UTC on Monday is Monday there too
        study.now -= timedelta(hours=20)  # Sunday 10:00 UTC is Sunday 23:00 there
        assert (await look(study)).weeks[-1] == found.weeks[-2]
        study.now += timedelta(weeks=10)
        assert not (await look(study)).enough
