"""Review sessions as verbs: who is told what, how often, and what the clock brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals_sessions import (
    DraftGone,
    NoSuchSession,
    SessionBegun,
    SessionCancelled,
    SessionInPast,
    SessionOver,
)
from bot.domain.rsvps import Answer
from bot.domain.sessions import Lead, Session, State
from bot.services import calendars, deliveries, exams, groups, rsvps, session_drafts, sessions
from bot.services import privacy as privacy_
from bot.services.exams import Wanted
from tests.services.review import TUTOR, WISHES, answers, post
from tests.services.study import GUILD, START, Study
from tests.services.study import WISHES as GROUP

ANA, BEN, CARA = 11, 12, 13
STARTS = WISHES.starts_at
HOUR = timedelta(hours=1)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db") as made:
        yield made


async def _now(study: Study, session: Session) -> Session:
    return await sessions.find(study.database, GUILD, session.session_id)


async def _told(study: Study, kind: str = "session-word") -> Counter[tuple[int, str]]:
    """How often each user was sent each word."""
    users = {row["member_id"]: row["user_id"] for row in await study.sql("SELECT * FROM members")}
    return Counter(
        (users[one.delivery.member_id or 0], str(one.delivery.payload.get("what"))) for one in study.posted(kind)
    )


async def test_posting_writes_one_announcement_and_one_event(study: Study) -> None:
    """Each has its lane, and later states only edit them."""
    session = await post(study)
    await study.work()
    assert len(study.posted("session-post")) == len(study.posted("session-event")) == 1
    await study.until(STARTS + timedelta(hours=2))
    assert len(study.posted("session-post")) == 1
    assert [one.delivery.payload["state"] for one in study.posted("session-event")] == ["planned", "live", "over"]
    assert (await _now(study, session)).state is State.OVER


async def test_reminders_are_those_that_a_member_chose_and_come_once(study: Study) -> None:
    """An hour before unless something else is chosen; nobody else is reminded, and nobody twice."""
    session = await post(study, seats=2)
    for user in (ANA, BEN, CARA):
        await answers(study, session, user)
    await rsvps.choose_notices(study.database, session.session_id, ANA, GUILD, 0b101, study.now)
    await study.until(STARTS - timedelta(days=1, seconds=1))
    assert not study.posted("session-notice")
    await study.until(STARTS - timedelta(days=1))
    assert await _told(study, "session-notice") == {(ANA, "None"): 1}
    await study.until(STARTS)
    assert await _told(study, "session-notice") == {(ANA, "None"): 2, (BEN, "None"): 1}


async def test_reminders_move_with_the_session(study: Study) -> None:
    """Put off after the reminder went out, it comes again before the new time, and not at the old one."""
    session = await post(study)
    await answers(study, session, ANA)
    await study.until(STARTS - timedelta(minutes=30))
    await sessions.edit(
        study.database, study.group, session.session_id, TUTOR, replace(WISHES, starts_at=STARTS + 5 * HOUR), study.now
    )
    await study.until(STARTS + 4 * HOUR - timedelta(seconds=1))
    assert len(study.posted("session-notice")) == 1
    await study.until(STARTS + 4 * HOUR)
    assert len(study.posted("session-notice")) == 2


async def test_after_a_standstill_one_reminder_is_enough_and_none_comes_after_the_end(study: Study) -> None:
    """Asleep from two days before: awake a minute before the start, one late reminder; awake after the end, none."""
    session = await post(study)
    await answers(study, session, ANA)
    await rsvps.choose_notices(study.database, session.session_id, ANA, GUILD, 0b111, study.now)
    await study.sleep_until(STARTS - timedelta(minutes=1))
    (notice,) = study.posted("session-notice")
    assert from_ms(notice.delivery.due_at) == STARTS - timedelta(minutes=10)
    other = await post(study, starts_at=STARTS + timedelta(days=1))
    await answers(study, other, ANA)
    await study.sleep_until(STARTS + timedelta(days=1, hours=2))
    assert len(study.posted("session-notice")) == 1
    assert {(await _now(study, one)).state for one in (session, other)} == {State.OVER}


async def test_a_change_is_told_once_to_those_whom_it_concerns(study: Study) -> None:
    """Those who come, wait or may come; not who cannot, and not who made it. Other seats alone are no news to all."""
    session = await post(study, seats=1)
    for user, answer in ((ANA, Answer.GOING), (BEN, Answer.GOING), (CARA, Answer.NO), (TUTOR, Answer.MAYBE)):
        await answers(study, session, user, answer)
    wishes = replace(WISHES, seats=1, title="Modifiers, again", link="Room 7")
    for _ in range(2):
        await sessions.edit(study.database, study.group, session.session_id, TUTOR, wishes, study.now)
        await study.work()
    assert await _told(study) == {(ANA, "changed"): 1, (BEN, "changed"): 1}
    more = await sessions.edit(
        study.database, study.group, session.session_id, TUTOR, replace(wishes, seats=2), study.now
    )
    assert (more.fields, more.told) == (("seats",), 0)
    await study.work()
    assert (await _told(study))[BEN, "up"] == 1
    assert (await _now(study, session)).revision == 2
    await sessions.cancel(study.database, study.group, session.session_id, TUTOR, study.now)
    await study.until(STARTS + 2 * HOUR)
    found = await _told(study)
    assert {key: number for key, number in found.items() if key[1] == "cancelled"} == {
        (ANA, "cancelled"): 1,
        (BEN, "cancelled"): 1,
    }
    assert not study.posted("session-notice")


async def test_who_moves_up_is_told_once_each_time(study: Study) -> None:
    """Ben moves up when Ana leaves; pressing on does not repeat it; he is told anew when he moves up anew."""
    session = await post(study, seats=1)
    await answers(study, session, ANA)
    assert (await answers(study, session, BEN)).place == 1
    await answers(study, session, ANA, Answer.MAYBE)
    for answer in (Answer.NO, Answer.NO, Answer.MAYBE):
        await answers(study, session, ANA, answer)
    assert (await answers(study, session, BEN)).seated
    await study.work()
    assert await _told(study) == {(BEN, "up"): 1}
    await answers(study, session, BEN, Answer.NO)
    await answers(study, session, ANA)
    await answers(study, session, BEN)
    await answers(study, session, ANA, Answer.NO)
    await study.work()
    assert await _told(study) == {(BEN, "up"): 2}


async def test_counts_are_shown_once_for_many(study: Study) -> None:
    """Thirty answers within a moment are one edit of the announcement."""
    session = await post(study)
    await study.work()
    for user in range(100, 130):
        await answers(study, session, user)
    await study.until(study.now + timedelta(seconds=10))
    assert len(study.posted("session-card")) == 2  # one shows the event, one the counts
    shown = await sessions.shown(study.database, session.session_id)
    assert shown is not None
    assert shown.counts.going == 30


async def test_one_that_was_brought_forward_leaves_its_series_its_slot(study: Study) -> None:
    """A session moved a day ahead, and then new words for it and all that follow: the week has no second session."""
    first = await post(study, repeat=True)
    earlier = replace(WISHES, starts_at=STARTS - timedelta(days=1))
    await sessions.edit(study.database, study.group, first.session_id, TUTOR, earlier, study.now)
    renamed = replace(earlier, title="Modifiers II")
    await sessions.edit(study.database, study.group, first.session_id, TUTOR, renamed, study.now, series=True)
    await study.until(STARTS)
    (second,) = [one.session for one in await sessions.coming(study.database, study.group, ANA)]
    assert (from_ms(second.starts_at), second.title) == (STARTS + timedelta(days=7), "Modifiers II")


async def test_a_series_can_end_with_the_session_that_is_planned(study: Study) -> None:
    """It takes place, its post says that it repeats no more, nobody is told, and none follows; an edit begins anew."""
    session = await post(study, repeat=True)
    await answers(study, session, ANA)
    after = await sessions.stop_series(study.database, study.group, session.session_id, study.now)
    assert (after.recurrence, after.state, after.revision) == (None, State.PLANNED, 0)
    await study.work()
    assert await _told(study) == {}
    await study.until(STARTS - timedelta(days=1))
    again = replace(WISHES, repeat=True)
    await sessions.edit(study.database, study.group, session.session_id, TUTOR, again, study.now)
    assert (await _now(study, session)).recurrence is not None
    await sessions.stop_series(study.database, study.group, session.session_id, study.now)
    await study.until(STARTS + timedelta(days=8))
    assert await sessions.coming(study.database, study.group, ANA) == []
    with pytest.raises(SessionOver):
        await sessions.stop_series(study.database, study.group, session.session_id, study.now)


async def test_no_reminder_of_another_days_session_comes_on_the_day_of_an_exam(study: Study) -> None:
    """The member is told so when they choose; a session on the day itself is another matter; the others get theirs."""
    session = await post(study)
    for user in (ANA, BEN):
        await answers(study, session, user)
        mask = Lead.DAY.bit | Lead.HOUR.bit
        mine = await rsvps.choose_notices(study.database, session.session_id, user, GUILD, mask, study.now)
        assert (mine.to_come, mine.hushed) == ((Lead.DAY, Lead.HOUR), False)
    day = (STARTS - timedelta(days=1)).date()
    await exams.set_date(study.database, study.group, ANA, Wanted(day, None, "UTC", "cpc"), study.now)
    mine = await answers(study, session, ANA)
    assert (mine.to_come, mine.hushed) == ((Lead.HOUR,), True)
    await study.until(STARTS)
    users = {row["member_id"]: row["user_id"] for row in await study.sql("SELECT * FROM members")}
    reminded = Counter(users[one.delivery.member_id or 0] for one in study.posted("session-notice"))
    assert reminded == {ANA: 1, BEN: 2}


async def test_the_seat_of_who_left_goes_to_the_next(study: Study) -> None:
    """Found out when a reminder is to be written: who waits moves up once, and nothing waits for who is gone."""
    session = await post(study, seats=1)
    for user in (ANA, BEN):
        await answers(study, session, user)
    await study.until(STARTS - HOUR - timedelta(minutes=1))
    await rsvps.left(study.database, session.session_id, study.group, ANA, study.now_ms)
    await rsvps.left(study.database, session.session_id, study.group, ANA, study.now_ms)
    await study.until(STARTS)
    assert await _told(study) == {(BEN, "up"): 1}
    shown = await sessions.shown(study.database, session.session_id)
    assert shown is not None
    assert (shown.counts.going, shown.counts.waiting) == (1, 0)


async def test_a_series_goes_on_by_its_own_clock(study: Study) -> None:
    """One session moved by hours moves no other; a change of all that follow does; weeks slept through are skipped."""
    first = await post(study, repeat=True)
    moved = replace(WISHES, starts_at=STARTS + 3 * HOUR)
    await sessions.edit(study.database, study.group, first.session_id, TUTOR, moved, study.now)
    await study.until(STARTS + timedelta(days=1))
    (second,) = [one.session for one in await sessions.coming(study.database, study.group, ANA)]
    assert from_ms(second.starts_at) == STARTS + timedelta(days=7)
    assert (second.title, second.topics, second.seats) == (WISHES.title, WISHES.topics, None)
    later = replace(WISHES, starts_at=STARTS + timedelta(days=7, hours=1), title="Modifiers II", minutes=60)
    await sessions.edit(study.database, study.group, second.session_id, TUTOR, later, study.now, series=True)
    await study.sleep_until(STARTS + timedelta(days=25))
    (third,) = [one.session for one in await sessions.coming(study.database, study.group, ANA)]
    assert (third.title, third.minutes) == ("Modifiers II", 60)
    assert from_ms(third.starts_at) == STARTS + timedelta(days=28)  # 07:00 in Berlin; summer time has begun
    await sessions.cancel(study.database, study.group, third.session_id, TUTOR, study.now, series=True)
    await study.until(STARTS + timedelta(days=60))
    assert await sessions.coming(study.database, study.group, ANA) == []
    assert len(await study.sql("SELECT * FROM sessions")) == 3


async def test_without_an_event_the_tutor_is_told_why(study: Study) -> None:
    """Discord refuses for good: the session stands, its tutor is told once, and a granted right is used by an edit."""
    session = await post(study)
    for parcel in await deliveries.take(study.database, study.now_ms, 20):
        if parcel.delivery.kind == "session-event":
            await deliveries.give_up(study.database, parcel, "403 50013", None, study.now_ms)
        else:
            await deliveries.sent(study.database, parcel, 4711, study.now_ms)
    await study.work()
    assert await _told(study) == {(TUTOR, "no-event"): 1}
    assert (await _now(study, session)).problem == "rights"
    await sessions.edit(study.database, study.group, session.session_id, TUTOR, replace(WISHES, minutes=60), study.now)
    await study.work()
    assert (await _now(study, session)).problem is None
    assert (await _now(study, session)).event_id is not None


async def test_what_cannot_be_is_refused_by_name(study: Study) -> None:
    """Past and far starts, other servers' and unknown sessions, those that began, ended or were cancelled."""
    for start in (study.now, study.now - HOUR, study.now + timedelta(days=800)):
        with pytest.raises(SessionInPast):
            await post(study, starts_at=start)
    session = await post(study)
    with pytest.raises(NoSuchSession):
        await rsvps.answer(study.database, session.session_id, ANA, GUILD + 1, Answer.GOING, study.now)
    with pytest.raises(NoSuchSession):
        await rsvps.choose_notices(study.database, session.session_id, ANA, GUILD, 7, study.now)
    other = (await groups.set_up(study.database, 88, GROUP, 1, study.now)).group
    with pytest.raises(NoSuchSession):
        await sessions.cancel(study.database, other, session.session_id, TUTOR, study.now)
    with pytest.raises(NoSuchSession):
        await sessions.find_mine(study.database, CARA, session.session_id)
    await study.until(STARTS + timedelta(minutes=1))
    with pytest.raises(SessionBegun):
        await _edit(study, session, starts_at=STARTS + HOUR)
    assert (await _edit(study, session, minutes=120)).fields == ("length",)
    await study.until(STARTS + 3 * HOUR)
    with pytest.raises(SessionOver):
        await answers(study, session, ANA)
    with pytest.raises(SessionOver):
        await _edit(study, session, minutes=60)
    gone = await post(study, starts_at=STARTS + timedelta(days=1))
    await sessions.cancel(study.database, study.group, gone.session_id, TUTOR, study.now)
    with pytest.raises(SessionCancelled):
        await answers(study, gone, ANA)


async def _edit(study: Study, session: Session, **changes: Any) -> sessions.Changed:
    wishes = replace(WISHES, **changes)
    return await sessions.edit(study.database, study.group, session.session_id, TUTOR, wishes, study.now)


async def test_a_draft_is_its_tutors_and_is_posted_once(study: Study) -> None:
    """Nobody else opens it, it outlives a change, a second sending is refused, and old ones go."""
    number = await session_drafts.begin(study.database, study.group, TUTOR, {"title": "One"}, study.now)
    with pytest.raises(DraftGone):
        await session_drafts.find(study.database, number, ANA)
    draft = await session_drafts.find(study.database, number, TUTOR)
    await session_drafts.keep(study.database, draft, {"title": "Two"}, study.now)
    assert (await session_drafts.find(study.database, number, TUTOR)).payload == {"title": "Two"}
    await sessions.post(study.database, study.group, TUTOR, WISHES, study.now, draft_id=number)
    with pytest.raises(DraftGone):
        await sessions.post(study.database, study.group, TUTOR, WISHES, study.now, draft_id=number)
    assert len(await study.sql("SELECT * FROM sessions")) == 1
    old = await session_drafts.begin(study.database, study.group, TUTOR, {}, study.now)
    await session_drafts.begin(study.database, study.group, TUTOR, {}, study.now + timedelta(days=8))
    with pytest.raises(DraftGone):
        await session_drafts.find(study.database, old, TUTOR)


async def test_the_tutors_name_goes_with_their_data_and_the_session_stays(study: Study) -> None:
    """Who goes is not let down by a deletion; the announcement is shown anew, without the name."""
    session = await post(study)
    await answers(study, session, ANA)
    await study.until(study.now + timedelta(minutes=1))
    before = len(study.posted("session-card"))
    assert await privacy_.delete(study.database, study.group, TUTOR)
    await study.work()
    assert (await _now(study, session)).tutor_user is None
    assert len(study.posted("session-card")) == before + 1
    await study.until(STARTS)
    assert len(study.posted("session-notice")) == 1


async def test_the_groups_calendar_has_what_is_near(study: Study) -> None:
    """Sessions to come, cancelled and lately over ones are in the file; those of long ago are not."""
    old = await post(study)
    await study.until(START + timedelta(days=40))
    near, gone = [await post(study, starts_at=study.now + timedelta(days=n)) for n in (1, 2)]
    await sessions.cancel(study.database, study.group, gone.session_id, TUTOR, study.now)
    found = await sessions.calendar(study.database, study.group, study.now)
    assert [one.session_id for one in found] == [near.session_id, gone.session_id]
    data = calendars.feed(found, GUILD, lambda one: one.link or "", "Group").decode()
    assert data.count("BEGIN:VEVENT") == 2
    assert data.count("STATUS:CANCELLED") == 1
    assert old.marker not in data
    assert to_ms(study.now) > old.ends_at
