"""Invitations as verbs: who is asked, what frees a place, and what is never asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.refusals import Refusal
from bot.domain.refusals_reviewers import AskOver, InvitationAccepted, InvitationPassed
from bot.domain.reviewers import AT_WORK, LAPSES_AFTER, MOST_INVITED, REVIEWERS, TRIED_AGAIN
from bot.services import feedback, invitations, privacy, reviewers, zones
from bot.services.deliveries import Parcel
from bot.services.reviewers import chances
from bot.storage import groups
from bot.storage.database import Row
from tests.services import peers
from tests.services.study import GUILD, START, Study

ASKER = 500
OTHERS = tuple(range(501, 516))
NOON = START + timedelta(hours=6)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group at noon of a Monday, in UTC."""
    async with Study.open(tmp_path / "study.db", start=NOON) as made:
        yield made


async def _offer(study: Study, *users: int) -> None:
    for user in users:
        await reviewers.switch(study.database, study.group, user, study.now, on=True)


async def _ask(study: Study, **changes: Any) -> int:
    """Ask and let the invitations go out."""
    made = await peers.ask(study, ASKER, **changes)
    await study.work()
    await study.work()
    return made.ask_id


async def _rows(study: Study, ask_id: int) -> list[Row]:
    return await study.sql(
        """SELECT i.*, m.user_id FROM invitations i JOIN members m ON m.member_id = i.member_id
           WHERE i.ask_id = :ask ORDER BY i.invitation_id""",
        ask=ask_id,
    )


async def _states(study: Study, ask_id: int) -> list[str]:
    return [row["state"] for row in await _rows(study, ask_id)]


def _sent(study: Study) -> list[int | None]:
    """Whose invitations went out, by invitation."""
    return [parcel.delivery.subject_id for parcel in study.posted("invitation")]


async def test_three_are_invited_and_a_pass_frees_a_place(study: Study) -> None:
    """Each of the three gets one message; with the pass, in one transaction, the next is planned."""
    await _offer(study, ASKER, *OTHERS[:5])
    ask = await _ask(study)
    rows = await _rows(study, ask)
    assert [row["state"] for row in rows] == ["asked"] * REVIEWERS
    assert ASKER not in {row["user_id"] for row in rows}
    assert sorted(_sent(study), key=str) == [row["invitation_id"] for row in rows]
    first = rows[0]
    await invitations.pass_on(study.database, first["invitation_id"], first["user_id"], study.now)
    assert await study.sql("SELECT 1 FROM agenda WHERE kind = 'invite' AND due_at <= :now", now=study.now_ms)
    await study.work()
    assert await _states(study, ask) == ["passed", "asked", "asked", "asked"]
    await invitations.pass_on(study.database, first["invitation_id"], first["user_id"], study.now)
    await study.work()
    assert len(_sent(study)) == len(set(_sent(study))) == 4


async def test_racing_presses_are_taken_once(study: Study) -> None:
    """*I'll look* and *Pass* at once, twice each: one of them counts, and the other is refused."""
    await _offer(study, *OTHERS[:2])
    await _ask(study)
    (row, _) = await study.sql("SELECT * FROM invitations")
    user = OTHERS[row["invitation_id"] - 1]
    (found,) = await study.sql("SELECT user_id FROM members WHERE member_id = :id", id=row["member_id"])
    user = found["user_id"]
    args = (study.database, row["invitation_id"], user, study.now)
    done = await asyncio.gather(
        invitations.accept(*args),
        invitations.pass_on(*args),
        invitations.accept(*args),
        invitations.pass_on(*args),
        return_exceptions=True,
    )
    refused = [type(one) for one in done if isinstance(one, Refusal)]
    assert refused in ([InvitationAccepted] * 2, [InvitationPassed] * 2)
    taken = [one for one in done if isinstance(one, invitations.Accepted)]
    assert sum(one.anew for one in taken) == len(taken) // 2


async def test_who_left_or_rests_is_not_asked(study: Study) -> None:
    """A leaver, somebody after a setback and somebody on the day of an exam are left alone."""
    await _offer(study, *OTHERS[:4])
    async with study.database.write() as tx:
        gone, sad, sits, _ = [await groups.member(tx, study.group.group_id, user) or 0 for user in OTHERS[:4]]
        await tx.run("UPDATE members SET left_at = 1 WHERE member_id = :id", {"id": gone})
        await tx.run("INSERT INTO setbacks (member_id, since, on_board, opted_in) VALUES (:id, 1, 1, 0)", {"id": sad})
        await tx.run(
            """INSERT INTO exams (member_id, blueprint, day, zone, at, starts, ends, set_at)
               VALUES (:id, 'cpc', '2026-03-02', 'UTC', :now, :now, :end, 1)""",
            {"id": sits, "now": study.now_ms - 1000, "end": study.now_ms + 1000},
        )
    ask = await _ask(study)
    assert [row["user_id"] for row in await _rows(study, ask)] == [OTHERS[3]]


async def test_a_review_ends_the_waiting(study: Study) -> None:
    """Who reviews is done; with the third review, whoever's, nobody is waited for any more."""
    await _offer(study, *OTHERS[:3])
    ask = await _ask(study)
    user = (await _rows(study, ask))[0]["user_id"]
    await peers.review(study, user, ask)
    assert sorted(await _states(study, ask)) == ["asked", "asked", "done"]
    for other in OTHERS[10:12]:
        await peers.review(study, other, ask)
    assert sorted(await _states(study, ask)) == ["done", "lapsed", "lapsed"]
    assert await study.sql("SELECT 1 FROM agenda WHERE kind = 'invitation'") == []
    await study.until(study.now + 2 * LAPSES_AFTER)
    assert len(await _states(study, ask)) == 3


async def test_a_settled_question_invites_nobody(study: Study) -> None:
    """*Resolved* withdraws what waits, also what waits for a morning; a question that is opened again invites again."""
    for user in OTHERS[:4]:
        await zones.move(study.database, study.group, user, "Pacific/Auckland", study.now)  # it is night there
    await _offer(study, *OTHERS[:4])
    ask = await _ask(study)
    assert await _states(study, ask) == ["asked"] * 3
    assert _sent(study) == []
    await feedback.resolve(study.database, ask, ASKER, GUILD, "", study.now)
    await study.until(study.now + timedelta(hours=12))
    assert _sent(study) == []
    (row, *_) = await _rows(study, ask)
    with pytest.raises(AskOver):
        await invitations.accept(study.database, row["invitation_id"], row["user_id"], study.now)
    await feedback.reopen(study.database, ask, ASKER, GUILD, study.now)
    await study.until(study.now + timedelta(hours=24))
    assert len(_sent(study)) == 1


async def test_an_evening_without_the_bot_costs_nobody_their_sleep(study: Study) -> None:
    """What could not be sent before 21:00 goes out once, at 8:00, and its day to answer begins then."""
    await _offer(study, OTHERS[0])
    study.fails = lambda parcel: "500 0" if parcel.delivery.kind == "invitation" else None
    ask = await _ask(study)
    await study.until(START + timedelta(hours=14, minutes=50))
    await study.sleep_until(START + timedelta(hours=17))
    study.fails = lambda _: None
    await study.until(START + timedelta(days=1, hours=1, minutes=59))
    assert _sent(study) == []
    await study.until(START + timedelta(days=1, hours=2))
    await study.work()
    assert len(_sent(study)) == 1
    await study.until(START + timedelta(days=2, hours=1))
    assert await _states(study, ask) == ["asked"]
    await study.until(START + timedelta(days=2, hours=3))
    assert await _states(study, ask) == ["lapsed"]


async def test_who_stops_offering_passes_on(study: Study) -> None:
    """*Off* hands what is unanswered to others, keeps what was taken on, and ends further invitations."""
    await _offer(study, *OTHERS[:4])
    ask = await _ask(study)
    first, second, _ = await _rows(study, ask)
    await invitations.accept(study.database, second["invitation_id"], second["user_id"], study.now)
    for row in (first, second):
        await reviewers.switch(study.database, study.group, row["user_id"], study.now, on=False)
        assert not await reviewers.offers(study.database, study.group, row["user_id"])
    await study.work()
    assert await _states(study, ask) == ["passed", "accepted", "asked", "asked"]


async def test_somebody_who_is_deleted_leaves_a_place_free(study: Study) -> None:
    """Their invitations go with them, and a day later somebody else is asked."""
    await _offer(study, *OTHERS[:4])
    ask = await _ask(study)
    gone = (await _rows(study, ask))[0]["user_id"]
    await privacy.delete(study.database, study.group, gone)
    assert len(await _rows(study, ask)) == 2
    await study.until(study.now + LAPSES_AFTER + timedelta(minutes=1))
    assert sorted(await _states(study, ask)) == ["asked", "lapsed", "lapsed"]


async def test_an_acceptance_keeps_its_place_for_three_days(study: Study) -> None:
    """Then somebody else is asked; who accepted may review all the same."""
    await _offer(study, *OTHERS[:4])
    ask = await _ask(study)
    for row in await _rows(study, ask):
        await invitations.accept(study.database, row["invitation_id"], row["user_id"], study.now)
    await study.until(study.now + AT_WORK - timedelta(minutes=1))
    assert await _states(study, ask) == ["accepted"] * 3
    await study.until(study.now + timedelta(minutes=2))
    assert await _states(study, ask) == ["accepted"] * 3 + ["asked"]


async def test_not_the_whole_group_is_asked(study: Study) -> None:
    """However many pass, nine are asked about one question."""
    await _offer(study, *OTHERS)
    ask = await _ask(study)
    for _ in range(len(OTHERS)):
        for row in await _rows(study, ask):
            if row["state"] == "asked":
                await invitations.pass_on(study.database, row["invitation_id"], row["user_id"], study.now)
        await study.work()
    assert await _states(study, ask) == ["passed"] * MOST_INVITED


async def test_nobody_has_more_than_two_before_them(study: Study) -> None:
    """A third question waits, and is tried again when there is somebody."""
    await _offer(study, OTHERS[0])
    asks = [await _ask(study, title=f"Number {n}") for n in range(3)]
    assert [len(await _rows(study, ask)) for ask in asks] == [1, 1, 0]
    await study.until(study.now + 2 * TRIED_AGAIN + timedelta(minutes=1))
    assert [len(await _rows(study, ask)) for ask in asks] == [1, 1, 1]


async def test_a_private_question_without_reviewers_is_said_once(study: Study) -> None:
    """Its asker is told at the next contact; for a question to the group, which others see, nothing is said."""
    await _ask(study)
    assert await study.sql("SELECT * FROM notes") == []
    await _ask(study, title="Private", visibility="private")
    await study.until(study.now + timedelta(days=8))
    assert [row["kind"] for row in await study.sql("SELECT * FROM notes")] == ["no-reviewer"]
    assert await study.sql("SELECT 1 FROM agenda WHERE kind = 'invite'") == []


async def test_closed_messages_go_on_to_the_next(study: Study) -> None:
    """The invitation lapses, another member is asked, and a note waits; what was only too late leaves none."""
    await _offer(study, *OTHERS[:4])
    ask = await _ask(study)
    parcel = study.posted("invitation")[0]
    async with study.database.write() as tx:
        await invitations.given_up(tx, parcel, "403 50007", study.now_ms)
    await study.work()
    states = {row["invitation_id"]: row["state"] for row in await _rows(study, ask)}
    assert states.pop(parcel.delivery.subject_id or 0) == "lapsed"
    assert list(states.values()) == ["asked"] * 3
    late: Parcel = next(one for one in study.posted("invitation") if one is not parcel)
    async with study.database.write() as tx:
        await invitations.given_up(tx, late, "too late", study.now_ms)
    assert [row["kind"] for row in await study.sql("SELECT * FROM notes")] == ["invitation"]


async def test_joining_a_private_thread_is_planned_with_the_acceptance(study: Study) -> None:
    """The outbox brings them in, so that no crash loses it; nobody joins a group's thread, and nobody uninvited."""
    await _offer(study, OTHERS[0])
    ask = await _ask(study, visibility="private")
    (row,) = await _rows(study, ask)
    await invitations.accept(study.database, row["invitation_id"], OTHERS[0], study.now)
    await study.work()
    (parcel,) = study.posted("reviewer-joins")
    found = await invitations.joining(study.database, parcel.delivery)
    assert found is not None
    assert (found[0].ask_id, found[1]) == (ask, OTHERS[0])
    other = await _ask(study, title="To all")
    (row,) = await _rows(study, other)
    await invitations.accept(study.database, row["invitation_id"], OTHERS[0], study.now)
    await study.work()
    assert len(study.posted("reviewer-joins")) == 1


async def test_a_chance_is_known_only_of_who_answered_in_the_topic(study: Study) -> None:
    """Right answers to a topic's questions make its chance; other topics, and other members, have none."""
    await study.until(START + timedelta(days=12, hours=4))
    for row in await study.rounds():
        if row["state"] == "open":
            await study.answer(row["round_id"], OTHERS[0], right=True)
    async with study.database.read() as tx:
        ids = [row["member_id"] for row in await tx.all("SELECT member_id FROM members")]
        topics = [row["topic_id"] for row in await tx.all("SELECT topic_id FROM topics")]
        found = await chances(tx, ids, topics, 0.7)
        (answered,) = await tx.all("SELECT a.member_id, q.topic_id FROM answers a JOIN questions q USING (question_id)")
    assert list(found) == [(answered["member_id"], answered["topic_id"])]
    assert 0 < found[answered["member_id"], answered["topic_id"]] < 1
