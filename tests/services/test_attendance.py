"""Attendance as verbs: what is seen, across standstills; what a tutor confirms; and what a member takes away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bot.domain.instants import to_ms
from bot.domain.refusals_attendance import (
    BadMinutes,
    LeadsSession,
    NoSuchAttendee,
    NotCheckedIn,
    NothingConfirmed,
    NotOpenYet,
    NotOverYet,
    UnknownCode,
    WindowOver,
)
from bot.domain.refusals_sessions import NoSuchSession, SessionCancelled
from bot.domain.sessions import Place, Session
from bot.services import agenda, attendance, attendance_records, deliveries, groups, notes, privacy, sessions
from bot.services.attendance_records import Roster, Whose
from tests.seeds import seeds
from tests.services.review import TUTOR, WISHES, answers, post
from tests.services.study import GUILD, Study
from tests.services.study import WISHES as GROUP

ANA, BEN, CARA, DORA = 11, 12, 13, 14
ROOM, ELSEWHERE = 555, 556
STARTS = WISHES.starts_at
WHOSE = Whose("Ana", "ana", "CPC study group", "CPC")


def _min(number: float) -> datetime:
    """So many minutes after the start."""
    return STARTS + timedelta(minutes=number)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db") as made:
        yield made


async def _in_room(study: Study) -> Session:
    return await post(study, place=Place.VOICE, place_id=ROOM, link=None)


async def _moves(study: Study, user: int, before: int | None, after: int | None) -> bool:
    return await attendance.moved(study.database, GUILD, user, before, after, study.now_ms)


async def _look(study: Study, *users: int) -> None:
    await attendance.look(study.database, {ROOM: set(users)}, study.now_ms)


async def _roster(study: Study, session: Session) -> Roster:
    return await attendance_records.roster(study.database, study.group, session.session_id, study.now)


async def _minutes(study: Study, session: Session) -> dict[int, int]:
    return {line.user: line.minutes for line in (await _roster(study, session)).lines}


async def _confirm(study: Study, session: Session, user: int = TUTOR, name: str = "Tova") -> Roster:
    return await attendance_records.confirm(study.database, study.group, session.session_id, user, name, study.now)


# Being seen


async def test_the_window_is_posted_once_and_the_channel_watched(study: Study) -> None:
    """Fifteen minutes before the start; who was in the channel already counts from then, its tutor not."""
    session = await _in_room(study)
    await study.until(_min(-16))
    assert study.posted("attendance") == []
    assert not await _moves(study, ANA, None, ROOM)
    await study.until(_min(-15))
    await _look(study, ANA, TUTOR)
    await study.until(_min(200))
    assert len(study.posted("attendance")) == 1
    assert await _minutes(study, session) == {ANA: 90}
    assert await study.sql("SELECT * FROM attendance_gaps") == []
    assert {row["ended_at"] for row in await study.sql("SELECT * FROM presences")} == {to_ms(_min(150))}
    assert await study.sql("SELECT * FROM agenda WHERE kind IN ('attendance', 'afterwards')") == []


async def test_coming_and_going_is_counted_and_other_channels_are_not(study: Study) -> None:
    """In at 10, elsewhere from 30 to 40, out at 50: thirty minutes; a press beside it counts no minute twice."""
    session = await _in_room(study)
    await study.until(_min(-15))
    await _look(study)
    for minute, before, after in ((10, None, ROOM), (30, ROOM, ELSEWHERE), (40, ELSEWHERE, ROOM), (50, ROOM, None)):
        await study.until(_min(minute))
        assert await _moves(study, ANA, before, after)
    assert not await _moves(study, BEN, None, ELSEWHERE)
    assert await _minutes(study, session) == {ANA: 30}
    await study.until(_min(55))
    await attendance.check_in(study.database, session.session_id, ANA, GUILD, _min(20))
    done = await attendance.check_out(study.database, session.session_id, ANA, GUILD, _min(45))
    assert (done.minutes, done.since) == (40, None)
    (line,) = (await _roster(study, session)).lines
    assert (line.minutes, line.seen.voice, line.seen.checked_in) == (40, 30, True)
    with pytest.raises(WindowOver):
        await attendance.check_in(study.database, session.session_id, BEN, GUILD, _min(90))


async def test_after_a_standstill_what_is_seen_closes_what_was_open(study: Study) -> None:
    """Down from 30 to 50: who stays has it all, who left has it up to the last beat, who came counts from then on."""
    session = await _in_room(study)
    await study.until(_min(-15))
    await _look(study, ANA, BEN)
    await study.until(_min(30))
    await attendance.look_away(study.database)  # a start, after a crash
    await study.until(_min(50))
    assert not await _moves(study, CARA, None, ROOM)
    await _look(study, ANA, CARA)
    await _look(study, ANA, CARA)
    await study.until(_min(90))
    assert await _minutes(study, session) == {ANA: 90, BEN: 29, CARA: 40}
    assert (await _roster(study, session)).unobserved == 21  # the last beat was a minute before
    assert len(await study.sql("SELECT * FROM attendance_gaps")) == 1


async def test_only_the_servers_of_a_lost_connection_are_out_of_sight(study: Study) -> None:
    """Of several connections one is lost from 10 to 20, and another one from 30 to 35: only this server's is a gap."""
    session = await _in_room(study)
    await study.until(_min(-15))
    await _look(study, ANA)
    for lost, since, back in ((GUILD + 1, 10, 20), (GUILD, 30, 35)):
        await study.until(_min(since))
        await attendance.lose_sight(study.database, lost.__eq__, study.now_ms)
        assert await attendance.unseen(study.database) is (lost == GUILD)
        await study.until(_min(back))
        await _look(study, ANA)
    await study.until(_min(90))
    assert await _minutes(study, session) == {ANA: 90}
    assert (await _roster(study, session)).unobserved == 5


async def test_a_bot_that_never_comes_back_claims_nothing_it_did_not_see(study: Study) -> None:
    """Down from 30 until after the window: presence ends with the last beat, and the rest is said to be unobserved."""
    session = await _in_room(study)
    await study.until(_min(-15))
    await _look(study, ANA)
    await study.until(_min(31))
    await attendance.look_away(study.database)
    await study.sleep_until(_min(300))
    assert await _minutes(study, session) == {ANA: 31}
    assert (await _roster(study, session)).unobserved == 59


async def test_a_window_slept_through_is_all_unobserved(study: Study) -> None:
    """Started in the middle, the post comes late and once, and the time before is a gap."""
    session = await _in_room(study)
    await study.sleep_until(_min(30))
    await _look(study, ANA)
    assert len(study.posted("attendance")) == 1
    await study.until(_min(90))
    assert await _minutes(study, session) == {ANA: 60}
    assert (await _roster(study, session)).unobserved == 30


class Life:
    """People who come and go at random, and a bot that is up or down: what it can have seen of each, by the minute."""

    def __init__(self, study: Study, session: Session, rng: Random) -> None:
        self.study = study
        self.session = session
        self.rng = rng
        self.up = True
        self.there: set[int] = set()
        self.pressed: set[int] = set()
        self.saw: dict[int, set[int]] = {user: set() for user in range(20, 30)}
        self.blind: set[int] = set()

    async def minute(self, now: int) -> None:
        """What happens in this minute, and then its passing."""
        await self.study.until(_min(now))
        if self.rng.random() < 0.06:
            await self._switch()
        for user in self.saw:
            if self.rng.random() < 0.05:
                await self._move(user)
            if self.rng.random() < 0.03 and (now < 90 or user in self.pressed):
                await self._press(user)
        for user, saw in self.saw.items():
            if 0 <= now < 90 and ((self.up and user in self.there) or user in self.pressed):
                saw.add(now)
        if not self.up and 0 <= now < 90:
            self.blind.add(now)

    async def _switch(self) -> None:
        self.up = not self.up
        if self.up:
            await _look(self.study, *self.there)
        else:
            await attendance.look_away(self.study.database, self.study.now_ms)

    async def _move(self, user: int) -> None:
        came = user not in self.there
        self.there ^= {user}
        if self.up:
            await _moves(self.study, user, None if came else ROOM, ROOM if came else None)

    async def _press(self, user: int) -> None:
        verb = attendance.check_out if user in self.pressed else attendance.check_in
        self.pressed ^= {user}
        await verb(self.study.database, self.session.session_id, user, GUILD, self.study.now)


@pytest.mark.parametrize("seed", seeds(2))
async def test_no_order_of_events_loses_or_doubles_time(study: Study, seed: int) -> None:
    """Whatever comes when, a member has no less than the bot saw, and no more than that and what it did not see.

    Of each source one stretch at most is open, and its stretches do not overlap.
    """
    session = await _in_room(study)
    life = Life(study, session, Random(seed))
    await study.until(_min(-15))
    await _look(study)
    for minute in range(-14, 150):
        await life.minute(minute)
    await study.until(_min(151))
    found = await _minutes(study, session)
    for user, saw in life.saw.items():
        assert len(saw) <= found.get(user, 0) <= len(saw | life.blind), user
    rows = await study.sql("SELECT * FROM presences ORDER BY member_id, source, began_at, presence_id")
    assert len(rows) > 20
    for one, other in pairwise(rows):
        if (one["member_id"], one["source"]) == (other["member_id"], other["source"]):
            assert one["ended_at"] is not None
            assert one["ended_at"] <= other["began_at"]


async def test_a_session_slept_through_is_said_to_be_unobserved(study: Study) -> None:
    """Nobody was seen, and the tutor reads that nobody looked."""
    session = await _in_room(study)
    await study.sleep_until(_min(300))
    found = await _roster(study, session)
    assert (found.lines, found.unobserved) == ((), 90)


async def test_a_session_that_changes_its_channel_is_looked_for_there(study: Study) -> None:
    """Who sits in the first channel stays counted to the change; nobody is lost who goes along."""
    session = await _in_room(study)
    await study.until(_min(-15))
    await _look(study, ANA, BEN)
    await study.until(_min(30))
    there = replace(WISHES, place=Place.VOICE, place_id=ELSEWHERE, link=None)
    await sessions.edit(study.database, study.group, session.session_id, TUTOR, there, study.now)
    assert await attendance.unseen(study.database)
    await attendance.look(study.database, {ELSEWHERE: {BEN}}, study.now_ms)
    assert not await attendance.unseen(study.database)
    await study.until(_min(90))
    assert await _minutes(study, session) == {ANA: 30, BEN: 90}
    assert (await _roster(study, session)).unobserved == 0


async def test_what_cannot_be_posted_is_told(study: Study) -> None:
    """A channel that takes no post is told the tutor; closed direct messages wait for the next contact."""
    session = await post(study)
    await study.until(_min(-16))
    study.now = _min(-15)
    await agenda.claim_due(study.database, study.plan, study.now_ms)
    for parcel in await deliveries.take(study.database, study.now_ms, 20):
        await deliveries.give_up(study.database, parcel, "403 50013", None, study.now_ms)
    await study.work()
    (word,) = study.posted("session-word")
    assert word.delivery.payload == {"what": "no-attendance", "why": "403 50013"}
    await attendance.check_in(study.database, session.session_id, ANA, GUILD, _min(0))
    await study.until(_min(99))
    study.now = _min(100)
    await agenda.claim_due(study.database, study.plan, study.now_ms)
    for parcel in await deliveries.take(study.database, study.now_ms, 20):
        await deliveries.give_up(study.database, parcel, "403 50007", None, study.now_ms)
    for user, what in ((ANA, "poll"), (TUTOR, "roster")):
        told = await notes.waiting(study.database, user)
        assert [(one.kind, one.payload) for one in told] == [("session", {"what": what, "session": session.session_id})]


# By button


async def test_pressing_counts_only_within_the_window(study: Study) -> None:
    """Before it and after it is refused with its time, and so is leaving without having come, or leading."""
    session = await post(study)
    number = session.session_id
    with pytest.raises(NotOpenYet) as early:
        await attendance.check_in(study.database, number, ANA, GUILD, _min(-16))
    assert early.value.opens_at == _min(-15)
    with pytest.raises(NotCheckedIn):
        await attendance.check_out(study.database, number, ANA, GUILD, _min(0))
    with pytest.raises(LeadsSession):
        await attendance.check_in(study.database, number, TUTOR, GUILD, _min(0))
    first = await attendance.check_in(study.database, number, ANA, GUILD, _min(0))
    again = await attendance.check_in(study.database, number, ANA, GUILD, _min(10))
    assert first.since == again.since == _min(0)
    with pytest.raises(WindowOver):
        await attendance.check_out(study.database, number, ANA, GUILD, _min(150))
    with pytest.raises(NoSuchSession):
        await attendance.check_in(study.database, number, ANA, 78, _min(0))
    await study.until(_min(200))
    assert await _minutes(study, session) == {ANA: 90}


async def test_a_session_that_is_moved_or_called_off_takes_its_window_along(study: Study) -> None:
    """Moved out of its open window, what was seen is forgotten and the post comes anew; called off, none comes."""
    session = await post(study)
    await study.until(_min(-10))
    await attendance.check_in(study.database, session.session_id, ANA, GUILD, study.now)
    later = replace(WISHES, starts_at=_min(600))
    await sessions.edit(study.database, study.group, session.session_id, TUTOR, later, study.now)
    await study.until(_min(590))
    assert len(study.posted("attendance")) == 2
    assert await study.sql("SELECT * FROM presences") == []
    await sessions.cancel(study.database, study.group, session.session_id, TUTOR, study.now)
    with pytest.raises(SessionCancelled):
        await attendance.check_in(study.database, session.session_id, ANA, GUILD, study.now)
    await study.until(_min(900))
    assert not study.posted("afterwards")
    assert not study.posted("roster")


# Confirming


async def test_a_tutor_corrects_and_confirms(study: Study) -> None:
    """Nothing is signed before the end; a correction stands; signing again changes only what changed."""
    session = await post(study)
    number = session.session_id
    for user in (ANA, BEN):
        await answers(study, session, user)
    await attendance.check_in(study.database, number, ANA, GUILD, _min(0))
    await study.until(_min(60))
    with pytest.raises(NotOverYet):
        await _confirm(study, session)
    await study.until(_min(100))
    assert (await _roster(study, session)).absent == 1
    for words in ("many", "-1", "166", "1.5", "²", ""):
        with pytest.raises(BadMinutes):
            await attendance_records.correct(study.database, study.group, number, CARA, words, study.now)
    await attendance_records.correct(study.database, study.group, number, CARA, " 165 ", study.now)
    signed = await _confirm(study, session)
    assert {line.user: line.confirmed for line in signed.lines} == {ANA: 90, CARA: 165}
    assert (signed.signed_by, signed.confirmed_at, signed.pending) == ("Tova", study.now, False)
    before = {row["member_id"]: row["code"] for row in await study.sql("SELECT * FROM attendances")}
    await study.until(_min(110))
    await attendance_records.correct(study.database, study.group, number, CARA, "30", study.now)
    assert (await _roster(study, session)).pending
    await _confirm(study, session)
    after = {row["member_id"]: row["code"] for row in await study.sql("SELECT * FROM attendances")}
    assert sum(before[member] == after[member] for member in before) == 1
    (old,) = set(before.values()) - set(after.values())
    with pytest.raises(UnknownCode):
        await attendance_records.check(study.database, study.group, old, None)


async def test_each_line_has_the_name_of_who_signed_it(study: Study) -> None:
    """A second tutor signs what changed and nothing else; of who is forgotten the lines are signed anew."""
    session = await post(study)
    number = session.session_id
    await attendance.check_in(study.database, number, ANA, GUILD, _min(0))
    await study.until(_min(100))
    await _confirm(study, session)
    await study.until(_min(101))
    await attendance_records.correct(study.database, study.group, number, BEN, "20", study.now)
    (line,) = [one for one in (await _confirm(study, session, CARA, "Cara")).lines if one.user == BEN]
    assert (line.minutes, line.corrected, line.confirmed) == (20, True, 20)
    await study.until(_min(102))
    assert (await _confirm(study, session, DORA, "Dora")).signed_by == "Cara"

    async def signers() -> list[str | None]:
        found = [await attendance_records.mine(study.database, study.group, user, study.now) for user in (ANA, BEN)]
        return [one.attended[0].tutor for one in found]

    assert await signers() == ["Tova", "Cara"]
    await privacy.delete(study.database, study.group, CARA)
    assert await signers() == ["Tova", None]
    assert (await _confirm(study, session, DORA, "Dora")).signed_by == "Dora"
    assert await signers() == ["Tova", "Dora"]


async def test_nobody_there_can_be_confirmed_and_the_tutor_is_not_put_there(study: Study) -> None:
    """An empty list is signed too; who leads the session attends it not, whatever a tutor types."""
    session = await post(study)
    await answers(study, session, ANA)
    await study.until(_min(100))
    with pytest.raises(NoSuchAttendee):
        await attendance_records.correct(study.database, study.group, session.session_id, TUTOR, "90", study.now)
    signed = await _confirm(study, session)
    assert (signed.lines, signed.signed_by, signed.confirmed_at) == ((), "Tova", study.now)
    assert (await attendance_records.mine(study.database, study.group, ANA, study.now)).missed == 1


async def test_a_member_sees_their_own_and_takes_it_away(study: Study) -> None:
    """What is not confirmed is shown and not exported; a seat left empty is told its owner alone, once it is sure."""
    session = await post(study)
    for user in (ANA, BEN):
        await answers(study, session, user)
    await attendance.check_in(study.database, session.session_id, ANA, GUILD, _min(0))
    await study.until(_min(120))
    found = await attendance_records.mine(study.database, study.group, ANA, study.now)
    assert (found.open, found.confirmed) == (90, 0)
    assert (await attendance_records.mine(study.database, study.group, BEN, study.now)).missed == 0
    with pytest.raises(NothingConfirmed):
        await attendance_records.record(study.database, study.group, ANA, WHOSE, study.now)
    await _confirm(study, session)
    assert (await attendance_records.mine(study.database, study.group, BEN, study.now)).missed == 1
    record = await attendance_records.record(study.database, study.group, ANA, WHOSE, study.now)
    (line,) = record.lines
    assert (line.title, line.minutes, line.tutor) == ("Modifiers", 90, "Tova")
    checked = await attendance_records.check(study.database, study.group, line.code.lower(), ANA)
    assert (checked.title, checked.minutes, checked.starts_at, checked.theirs) == ("Modifiers", 90, STARTS, True)
    assert (await attendance_records.check(study.database, study.group, line.code, BEN)).theirs is False
    other = (await groups.set_up(study.database, 88, GROUP, 1, study.now)).group
    with pytest.raises(UnknownCode):
        await attendance_records.check(study.database, other, line.code, None)


async def test_a_record_outlives_its_tutor_without_the_name(study: Study) -> None:
    """Who has their data deleted takes the name along; the line stays, and its code is genuine."""
    session = await post(study)
    await attendance.check_in(study.database, session.session_id, ANA, GUILD, _min(0))
    await study.until(_min(120))
    await _confirm(study, session)
    await privacy.delete(study.database, study.group, TUTOR)
    (line,) = (await attendance_records.record(study.database, study.group, ANA, WHOSE, study.now)).lines
    assert line.tutor is None
    assert (await attendance_records.check(study.database, study.group, line.code, ANA)).theirs
    await privacy.delete(study.database, study.group, ANA)
    with pytest.raises(UnknownCode):
        await attendance_records.check(study.database, study.group, line.code, None)


async def test_a_line_changed_behind_our_back_is_not_genuine(study: Study) -> None:
    """Minutes written into the database by hand do not fit their code; the secret is made once."""
    session = await post(study)
    await attendance.check_in(study.database, session.session_id, ANA, GUILD, _min(0))
    await study.until(_min(120))
    await _confirm(study, session)
    (row,) = await study.sql("SELECT code FROM attendances")
    secrets = await study.sql("SELECT value FROM meta WHERE key = 'attendance-secret'")
    async with study.database.write() as tx:
        await tx.run("UPDATE attendances SET minutes = 165")
    with pytest.raises(UnknownCode):
        await attendance_records.check(study.database, study.group, row["code"], None)
    await _confirm(study, session)
    assert await study.sql("SELECT value FROM meta WHERE key = 'attendance-secret'") == secrets
    assert len(secrets[0]["value"]) == 64
