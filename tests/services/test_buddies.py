"""Study buddies as verbs: who is proposed to whom, and what each may know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.buddies import ANSWER_WITHIN, LOOKS_FOR, MOST_A_WEEK, WEEK
from bot.domain.refusals_reviewers import AlreadyLooking, NoBuddy, NoSuchPair, PairOver, TooManySearches
from bot.services import buddies, privacy
from bot.services.buddies import Pair
from bot.services.deliveries import Parcel
from tests.services.study import START, Study

ANA, BEN, CLEO = 501, 502, 503
NOON = START + timedelta(hours=6)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group at noon of a Monday, in UTC."""
    async with Study.open(tmp_path / "study.db", start=NOON) as made:
        yield made


async def _look(study: Study, *users: int) -> None:
    for user in users:
        await buddies.find(study.database, study.group, user, study.now)
    await study.work()


async def _pair(study: Study, user: int) -> Pair:
    found = (await buddies.status(study.database, study.group, user)).pair
    assert found is not None
    return found


async def _accept(study: Study, user: int) -> Pair:
    buddy_id = (await _pair(study, user)).buddy_id
    return await buddies.accept(study.database, study.plan, buddy_id, user, study.now)


def _words(study: Study) -> list[tuple[str, int | None]]:
    """What was said, and to which member."""
    return [(one.delivery.key.split(":")[1], one.delivery.member_id) for one in study.posted("buddy-word")]


async def test_two_who_look_are_proposed_to_each_other(study: Study) -> None:
    """Both are asked once, look no longer, and may not look twice; alone nobody is asked."""
    await _look(study, ANA)
    assert _words(study) == []
    with pytest.raises(AlreadyLooking):
        await _look(study, ANA)
    await _look(study, BEN)
    assert sorted(_words(study), key=str) == [("asked", 1), ("asked", 2)]
    for user in (ANA, BEN):
        found = await buddies.status(study.database, study.group, user)
        assert found.looking_since is None
        assert found.until == study.now + ANSWER_WITHIN
        with pytest.raises(AlreadyLooking):
            await buddies.find(study.database, study.group, user, study.now)


async def test_racing_acceptances_match_once(study: Study) -> None:
    """However often both press, there is one match with one set of topics, and the first is told once."""
    await _look(study, ANA, BEN)
    buddy_id = (await _pair(study, ANA)).buddy_id
    presses = [
        buddies.accept(study.database, study.plan, buddy_id, user, study.now) for user in (ANA, BEN, ANA, BEN, BEN)
    ]
    done = await asyncio.gather(*presses)
    matched = [one for one in done if one.matched_at is not None]
    assert len(matched) >= 3
    assert len({one.topics for one in matched}) == 1
    assert len(matched[0].topics) == 2
    await study.work()
    assert [what for what, _ in _words(study)].count("matched") == 1
    await study.until(study.now + ANSWER_WITHIN + timedelta(hours=1))
    assert "unlucky" not in [what for what, _ in _words(study)]


async def test_a_no_is_told_to_nobody(study: Study) -> None:
    """Who declined may look at once; who accepted waits until the 48 hours are over, whatever comes in between."""
    await _look(study, ANA, BEN)
    declined = (await _pair(study, BEN)).buddy_id
    await buddies.decline(study.database, declined, BEN, study.now)
    await buddies.decline(study.database, declined, BEN, study.now)
    assert (await _accept(study, ANA)).matched_at is None
    with pytest.raises(PairOver):
        await buddies.accept(study.database, study.plan, declined, BEN, study.now)
    await _look(study, BEN, CLEO)
    assert (await _pair(study, BEN)).buddy_id != declined
    assert (await _pair(study, ANA)).buddy_id == declined
    await study.until(NOON + ANSWER_WITHIN - timedelta(minutes=1))
    assert [what for what, _ in _words(study)] == ["asked"] * 4
    await study.until(NOON + ANSWER_WITHIN + timedelta(minutes=1))
    assert _words(study)[4:] == [("unlucky", 1)]
    assert (await buddies.status(study.database, study.group, ANA)).pair is None


async def test_a_pair_ends_for_both_and_is_none_again(study: Study) -> None:
    """The other is told once; the two are never proposed to each other a second time."""
    await _look(study, ANA, BEN)
    await _accept(study, ANA)
    await _accept(study, BEN)
    was = await buddies.end(study.database, study.group, ANA, study.now)
    assert was.pair is not None
    with pytest.raises(NoBuddy):
        await buddies.end(study.database, study.group, BEN, study.now)
    await study.work()
    assert _words(study)[-1] == ("ended", 2)
    await _look(study, ANA, BEN)
    await study.until(study.now + timedelta(days=2))
    assert [what for what, _ in _words(study)].count("asked") == 2
    await _look(study, CLEO)
    assert [what for what, _ in _words(study)].count("asked") == 4


async def test_nobody_is_tried_out_by_everybody(study: Study) -> None:
    """Five proposals within a week are the most that anybody can look for."""
    for other in range(600, 600 + MOST_A_WEEK):
        await _look(study, ANA, other)
        await buddies.decline(study.database, (await _pair(study, ANA)).buddy_id, ANA, study.now)
    with pytest.raises(TooManySearches) as refused:
        await buddies.find(study.database, study.group, ANA, study.now)
    assert refused.value.again_at == NOON + WEEK
    await study.until(NOON + WEEK + timedelta(minutes=1))
    await buddies.find(study.database, study.group, ANA, study.now)


async def test_somebody_who_is_deleted_leaves_no_pair(study: Study) -> None:
    """The other sees that the pair is over, and may look again; an offer without an answer ends as any other."""
    await _look(study, ANA, BEN)
    await _accept(study, ANA)
    await privacy.delete(study.database, study.group, BEN)
    await study.until(study.now + ANSWER_WITHIN + timedelta(minutes=1))
    assert _words(study)[-1] == ("unlucky", 1)
    await _look(study, ANA, CLEO)
    await _accept(study, ANA)
    await _accept(study, CLEO)
    await privacy.delete(study.database, study.group, CLEO)
    assert (await _pair(study, ANA)).other is None
    await _look(study, ANA)
    assert (await buddies.status(study.database, study.group, ANA)).looking_since is not None


async def test_a_search_ends_after_a_fortnight(study: Study) -> None:
    """Who never fits anybody is told after a fortnight; a leaver is proposed to nobody and told nothing."""
    for user in (ANA, BEN, CLEO):
        await buddies.find(study.database, study.group, user, study.now)
    async with study.database.write() as tx:
        await tx.run("UPDATE members SET zone = 'Etc/GMT-12' WHERE user_id = :user", {"user": BEN})
        await tx.run("UPDATE members SET left_at = 1 WHERE user_id = :user", {"user": CLEO})
    await study.until(study.now + LOOKS_FOR + timedelta(hours=24))
    assert sorted(_words(study), key=str) == [("unlucky", 1), ("unlucky", 2)]
    assert await study.sql("SELECT 1 FROM buddy_seekers") == []


async def test_the_day_of_an_exam_is_left_in_peace(study: Study) -> None:
    """An offer waits for the morning after, while the other has it at once."""
    for user in (ANA, BEN):
        await buddies.find(study.database, study.group, user, study.now)
    async with study.database.write() as tx:
        await tx.run(
            """INSERT INTO exams (member_id, blueprint, day, zone, at, starts, ends, set_at)
               VALUES (1, 'cpc', '2026-03-02', 'UTC', :now, :now, :end, 1)""",
            {"now": study.now_ms - 1000, "end": study.now_ms + 12 * 3_600_000},
        )
    await study.work()
    assert _words(study) == [("asked", 2)]
    await study.until(START + timedelta(days=1, hours=2))
    await study.work()
    assert _words(study) == [("asked", 2), ("asked", 1)]


async def test_others_buttons_and_what_is_not_there(study: Study) -> None:
    """An offer answers to its two members alone, and only while it stands."""
    await _look(study, ANA, BEN)
    buddy_id = (await _pair(study, ANA)).buddy_id
    for user, number in ((CLEO, buddy_id), (ANA, buddy_id + 1)):
        with pytest.raises(NoSuchPair):
            await buddies.accept(study.database, study.plan, number, user, study.now)
        with pytest.raises(NoSuchPair):
            await buddies.decline(study.database, number, user, study.now)
    study.now = NOON + ANSWER_WITHIN  # the agenda has not come to it yet
    for verb in (
        buddies.accept(study.database, study.plan, buddy_id, ANA, study.now),
        buddies.decline(study.database, buddy_id, ANA, study.now),
    ):
        with pytest.raises(PairOver):
            await verb
    with pytest.raises(NoBuddy):
        await buddies.end(study.database, study.group, CLEO, study.now)


async def test_closed_messages_leave_a_note_and_an_evening_waits(study: Study) -> None:
    """What Discord refuses is told at the next contact, once; what was only too late goes out in the morning."""
    await _look(study, ANA, BEN)
    first, second = study.posted("buddy-word")
    async with study.database.write() as tx:
        await buddies.given_up(tx, first, "403 50007", study.now_ms)
        await buddies.given_up(tx, first, "403 50007", study.now_ms)
    assert [row["kind"] for row in await study.sql("SELECT * FROM notes")] == ["buddy"]
    study.now = NOON + timedelta(hours=10)
    async with study.database.write() as tx:
        await buddies.given_up(tx, second, "too late", study.now_ms)
    await study.until(NOON + timedelta(hours=21))
    again: list[Parcel] = study.posted("buddy-word")[2:]
    assert [one.delivery.member_id for one in again] == [second.delivery.member_id]
    word = await buddies.due(study.database, study.group, again[0].delivery, study.now)
    assert word is not None
    assert word.what == "asked"
    assert await buddies.due(study.database, study.group, again[0].delivery, NOON + timedelta(hours=10)) is None
