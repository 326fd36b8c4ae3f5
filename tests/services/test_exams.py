"""Exam dates in a real database: what is planned and sent, what rests, and what only its owner may touch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.exams import Exam, Outcome
from bot.domain.instants import to_ms
from bot.domain.refusals import (
    EmptyReport,
    ExamAhead,
    ExamOver,
    NoSuchExam,
    NotFailed,
    NotPassed,
    NotResting,
    NotYourExam,
    NotYourRound,
    OnlyInServer,
    OutcomeKept,
    TooManyExams,
)
from bot.domain.standings import Window
from bot.services import (
    agenda,
    deliveries,
    exams,
    groups,
    ladder,
    notes,
    pings,
    privacy,
    quiz,
    rsvps,
    setbacks,
    standings,
    zones,
)
from bot.services.exams import Luck, Wanted
from bot.services.ladder import Due
from bot.storage import exams as kept
from tests.services.review import answers, post
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study

ANA, BEN, CLEO = 101, 102, 103
DAY = date(2026, 4, 10)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group that goes by UTC, on 2 March."""
    async with Study.open(tmp_path / "study.db") as made:
        yield made


async def noted(study: Study, user: int = ANA, **changes: Any) -> Exam:
    """An exam at 09:00 on 10 April, unless told otherwise."""
    wanted = Wanted(**{"day": DAY, "start": time(9), "zone": "UTC", "blueprint": "cpc", **changes})
    return (await exams.set_date(study.database, study.group, user, wanted, study.now)).exam


def at(day: int, hour: int = 12, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def planned(study: Study) -> dict[str, str]:
    """What lies ahead, by its word."""
    rows = await study.sql("SELECT key, due_at FROM agenda WHERE kind = 'exam' ORDER BY due_at")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return {
        row["key"].rsplit(":", 1)[1]: f"{epoch + timedelta(milliseconds=row['due_at']):%m-%d %H:%M}" for row in rows
    }


async def sent(study: Study) -> list[tuple[str, int]]:
    """(word, days left) of what went out, each as it was said at its time."""
    return [(parcel.delivery.key.split(":")[2], parcel.delivery.due_at) for parcel in study.posted("exam")]


async def said(study: Study) -> list[Due]:
    """What the newest parcel says, if anything."""
    parcel = study.posted("exam")[-1]
    found = await ladder.due(study.database, study.group, parcel.delivery, study.now)
    return [] if found is None else [found]


async def test_every_message_goes_once(study: Study) -> None:
    """Four rungs, a wish and a question, in their minutes, and nothing else."""
    await noted(study)
    await study.until(at(20))
    assert [(word, f"{datetime.fromtimestamp(due / 1000, UTC):%m-%d %H:%M}") for word, due in await sent(study)] == [
        ("30", "03-11 18:00"),
        ("14", "03-27 18:00"),
        ("7", "04-03 18:00"),
        ("1", "04-09 18:00"),
        ("wish", "04-10 07:00"),
        ("ask", "04-11 10:00"),
    ]
    assert await planned(study) == {}


async def test_what_is_past_when_the_date_is_set_is_skipped(study: Study) -> None:
    """Seven days before at eight in the evening: the rung of six o'clock is not sent any more."""
    study.now = at(3, 20)
    await noted(study)
    assert list(await planned(study)) == ["1", "wish", "ask"]


async def test_a_long_sleep_sends_one_rung_with_the_days_that_are_left(study: Study) -> None:
    """Asleep from 14 to 4 days before: the rung of seven comes late, that of fourteen never, and it says four."""
    await noted(study)
    await study.until(at(25, month=3))
    await study.sleep_until(at(6, 9))
    assert [word for word, _ in await sent(study)] == ["30", "7"]
    assert [one.days for one in await said(study)] == [4]


async def test_a_moved_date_takes_its_messages_along(study: Study) -> None:
    """The same exam set anew moves it; its id stays, old rungs go, and the wish that was chosen stays."""
    first = await noted(study, wish=time(6))
    await study.until(at(28, month=3))
    moved = await noted(study, day=date(2026, 5, 10), start=None)
    assert moved.exam_id == first.exam_id
    assert moved.wish == time(6)
    assert await planned(study) == {
        "30": "04-10 18:00",
        "14": "04-26 18:00",
        "7": "05-03 18:00",
        "1": "05-09 18:00",
        "wish": "05-10 06:00",
        "ask": "05-11 10:00",
    }
    # A message of the old date that still waits says nothing any more.
    assert await said(study) == []


async def test_the_messages_keep_their_wall_time_after_a_flight(study: Study) -> None:
    """The exam stays where it is; rungs move to six in the evening of the new zone, also with the group's zone."""
    await noted(study, zone="Europe/Berlin")
    await zones.move(study.database, study.group, ANA, "America/New_York", study.now)
    assert (await planned(study))["7"] == "04-03 22:00"
    assert (await planned(study))["wish"] == "04-10 05:00"
    await zones.move(study.database, study.group, ANA, None, study.now)
    wishes = {**{name: getattr(WISHES, name) for name in WISHES.__slots__}, "zone": "Asia/Tokyo"}
    await groups.set_up(study.database, GUILD, type(WISHES)(**wishes), ADMIN, study.now)
    assert (await planned(study))["7"] == "04-03 09:00"
    # A flight east on the very evening: the rung whose hour is over there comes at once, and only once.
    study.now = at(3, 8)
    await zones.move(study.database, study.group, ANA, "Pacific/Auckland", study.now)
    await study.work()
    await zones.move(study.database, study.group, ANA, "America/New_York", study.now)
    await study.until(at(4, 23))
    assert [word for word, _ in await sent(study)].count("7") == 1


async def test_replanning_changes_nothing_by_itself(study: Study) -> None:
    """Hourly or at a start: the plan is the same, and what is overdue stays so."""
    await noted(study)
    before = await planned(study)
    await agenda.replan(study.database, study.now_ms)
    assert await planned(study) == before
    study.now = at(27, 19, month=3)
    await agenda.replan(study.database, study.now_ms)
    assert await planned(study) == before


async def test_the_exams_day_knows_no_other_day(study: Study) -> None:
    """A session of the day after sends its word of the day before not on it, but the hour before; units wait a day."""
    await noted(study)
    tomorrow = await post(study, starts_at=at(11, 14))
    today = await post(study, starts_at=at(10, 19))
    for session in (tomorrow, today):
        await answers(study, session, ANA)
        await rsvps.choose_notices(study.database, session.session_id, ANA, GUILD, 0b011, study.now)
    await study.until(at(12))
    came = [(one.delivery.subject_id, one.delivery.key.split(":")[3]) for one in study.posted("session-notice")]
    assert came == [(today.session_id, "day"), (today.session_id, "hour"), (tomorrow.session_id, "hour")]


async def test_the_exams_day_is_quiet(study: Study) -> None:
    """Neither a streak's reminder nor another exam's rung comes on it; that rung comes the morning after."""
    await noted(study)
    await exams.set_date(study.database, study.group, ANA, Wanted(date(2026, 4, 17), None, "UTC", "other"), study.now)
    for user in (ANA, BEN):
        await pings.switch(study.database, study.group, user, study.now, on=True)
    await study.until(at(9))
    for user in (ANA, BEN):
        await study.answer((await study.rounds())[-1]["round_id"], user, right=True)
    await study.until(at(10, 23, 59))
    assert await _pinged(study) == [BEN]
    since = to_ms(at(10, 0))
    today = [
        one.delivery
        for one in study.outbox
        if one.delivery.kind != "streak" and one.delivery.due_at >= since and one.delivery.member_id
    ]
    assert [(one.kind, one.key.split(":")[2]) for one in today] == [("exam", "wish")]
    await study.until(at(11, 9, 30))
    late = study.posted("exam")[-1]
    assert late.delivery.key.split(":")[2] == "7"
    assert [one.days for one in await said(study)] == [6]


async def test_a_later_sitting_of_the_same_exam_is_another_one(study: Study) -> None:
    """While one is being sat, a new date is a retake; before it began, it is the same exam moved."""
    first = await noted(study)
    study.now = at(10, 14)
    second = await noted(study, day=date(2026, 6, 1))
    assert second.exam_id != first.exam_id
    assert (await noted(study, day=date(2026, 6, 2))).exam_id == second.exam_id


async def test_dates_that_cannot_be_are_refused(study: Study) -> None:
    """What has begun, what is over, and a sixth exam."""
    study.now = at(10, 9, 1)
    with pytest.raises(ExamOver):
        await noted(study)
    with pytest.raises(ExamOver):
        await noted(study, day=date(2026, 4, 9), start=None)
    await noted(study, start=None)
    for n in range(exams.MOST - 1):
        await noted(study, day=date(2026, 5, 1), blueprint=f"exam {n}")
    with pytest.raises(TooManyExams):
        await noted(study, day=date(2026, 5, 1), blueprint="one more")


async def test_how_it_went_is_said_once_by_its_owner_and_not_before(study: Study) -> None:
    """Forged presses change nothing, and no second answer replaces the first."""
    exam = await noted(study)
    with pytest.raises(ExamAhead):
        await setbacks.say(study.database, exam.exam_id, ANA, Outcome.PASSED, study.now)
    study.now = at(10, 14)
    with pytest.raises(NotYourExam):
        await setbacks.say(study.database, exam.exam_id, BEN, Outcome.FAILED, study.now)
    with pytest.raises(NoSuchExam):
        await setbacks.say(study.database, 99, ANA, Outcome.FAILED, study.now)
    with pytest.raises(NotPassed):
        await setbacks.tell(study.database, exam.exam_id, ANA, study.now)
    with pytest.raises(NotFailed):
        await setbacks.keep_report(study.database, exam.exam_id, ANA, {"Anatomy": 50})
    for _ in range(2):
        await setbacks.say(study.database, exam.exam_id, ANA, Outcome.UNSAID, study.now)
    assert await planned(study) == {}


async def test_a_slip_of_the_finger_is_taken_back_with_what_it_began(study: Study) -> None:
    """The pause, the report and the helper's wish end with the wrong word; what the group was told stays."""
    exam = await noted(study)
    study.now = at(10, 14)
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)
    await setbacks.keep_report(study.database, exam.exam_id, ANA, {"Anatomy": 10})
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.PASSED, study.now)
    assert not await setbacks.rests(study.database, study.group, ANA)
    assert await study.sql("SELECT * FROM score_reports") == []
    assert [row["on_board"] for row in await study.sql("SELECT on_board FROM members")] == [1]
    await setbacks.help_others(study.database, exam.exam_id, ANA, on=True)
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)
    assert await setbacks.rests(study.database, study.group, ANA)
    assert [row["helper"] for row in await study.sql("SELECT helper FROM sitters")] == [0]
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.PASSED, study.now)
    await setbacks.tell(study.database, exam.exam_id, ANA, study.now)
    with pytest.raises(OutcomeKept):
        await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)


async def test_another_setback_is_not_ended_by_a_slip(study: Study) -> None:
    """Two exams went badly, and of one that was said by mistake: boards rest on."""
    first = await noted(study)
    second = await noted(study, blueprint="other")
    study.now = at(10, 14)
    for exam in (first, second):
        await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)
    await setbacks.say(study.database, second.exam_id, ANA, Outcome.UNSAID, study.now)
    assert await setbacks.rests(study.database, study.group, ANA)


async def _pinged(study: Study) -> list[int]:
    """Whose streak reminders went out."""
    users = {row["member_id"]: row["user_id"] for row in await study.sql("SELECT member_id, user_id FROM members")}
    return [users[parcel.delivery.member_id or 0] for parcel in study.posted("streak")]


async def _board(study: Study) -> list[int]:
    return [one.user_id for one in await standings.board(study.database, study.group, Window("all", None, None))]


async def test_boards_and_pings_rest_and_come_back_as_they_were(study: Study) -> None:
    """After a setback nobody sees the member on a board and no reminder comes; the end restores the former wishes."""
    exam = await noted(study)
    await study.until(at(9))
    for user in (ANA, BEN, CLEO):
        await study.answer((await study.rounds())[-1]["round_id"], user, right=True)
    for user in (ANA, BEN):
        await pings.switch(study.database, study.group, user, study.now, on=True)
    assert ANA in await _board(study)
    await study.until(at(10, 14))
    for user in (ANA, BEN):
        await study.answer((await study.rounds())[-1]["round_id"], user, right=True)
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)
    assert ANA not in await _board(study)
    await study.until(at(12, 23))
    assert set(await _pinged(study)) == {BEN}
    with pytest.raises(NotResting):
        await setbacks.resume(study.database, study.group, BEN)
    await setbacks.resume(study.database, study.group, ANA)
    assert ANA in await _board(study)
    await study.answer((await study.rounds())[-1]["round_id"], ANA, right=True, at=at(12, 12))
    with pytest.raises(NotResting):
        await setbacks.resume(study.database, study.group, ANA)


@pytest.mark.parametrize("on", [True, False])
async def test_a_wish_about_the_boards_that_is_said_meanwhile_stays(study: Study, *, on: bool) -> None:
    """On the boards by one's own word, or off them: the end of the pause changes neither."""
    exam = await noted(study)
    study.now = at(10, 14)
    await privacy.show_on_board(study.database, study.group, ANA, study.now, on=not on)
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)
    await privacy.show_on_board(study.database, study.group, ANA, study.now, on=on)
    await setbacks.resume(study.database, study.group, ANA)
    assert [row["on_board"] for row in await study.sql("SELECT on_board FROM members")] == [int(on)]


async def test_a_report_is_its_owners_and_ranks_the_gaps(study: Study) -> None:
    """By weight × distance; entered anew it replaces the old one; without a number it is refused."""
    exam = await noted(study)
    study.now = at(10, 14)
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.FAILED, study.now)
    with pytest.raises(EmptyReport):
        await setbacks.keep_report(study.database, exam.exam_id, ANA, {})
    await setbacks.keep_report(study.database, exam.exam_id, ANA, {"Anatomy": 10})
    await setbacks.keep_report(study.database, exam.exam_id, ANA, {"Anatomy": 65, "Surgery": 50})
    found = await setbacks.report_of(study.database, exam.exam_id, ANA, EXAM)
    assert [(one.section, round(one.cost, 4)) for one in found.gaps] == [("Surgery", 0.04), ("Anatomy", 0.025)]
    assert found.missing == ("Guidelines",)
    with pytest.raises(NotYourExam):
        await setbacks.report_of(study.database, exam.exam_id, BEN, EXAM)


async def test_the_calendar_shows_only_those_who_want_it_and_are_here(study: Study) -> None:
    """Nobody by default; leavers and those who changed their mind vanish; luck is wished once, and never to oneself."""
    exam = await noted(study)
    await noted(study, BEN)
    assert await exams.calendar(study.database, study.group, study.now) == []
    with pytest.raises(NoSuchExam):
        await exams.wish_luck(study.database, study.group, exam.exam_id, CLEO, study.now)
    for user in (ANA, BEN):
        await exams.show(study.database, study.group, user, study.now, on=True)
    assert [user for user, _ in await exams.calendar(study.database, study.group, study.now)] == [ANA, BEN]
    wished = [
        await exams.wish_luck(study.database, study.group, exam.exam_id, user, study.now) for user in (CLEO, CLEO, ANA)
    ]
    assert wished == [Luck.KEPT, Luck.AGAIN, Luck.OWN]
    await study.until(at(10, 8))
    (wish,) = [one for one in study.posted("exam") if ":wish:" in one.delivery.key][:1]
    found = await ladder.due(study.database, study.group, wish.delivery, study.now)
    assert found is not None
    assert found.wishers == (CLEO,)
    await exams.show(study.database, study.group, BEN, study.now, on=False)
    await standings.gone(study.database, study.group, ANA, study.now)
    assert await exams.calendar(study.database, study.group, study.now) == []


async def test_a_pass_is_posted_once_and_goes_with_its_member(study: Study) -> None:
    """Two presses make one post; who deletes their data before it went out is not named."""
    for user in (ANA, BEN):
        exam = await noted(study, user)
        study.now = at(10, 14)
        await setbacks.say(study.database, exam.exam_id, user, Outcome.PASSED, study.now)
        for already in (False, True):
            assert (await setbacks.tell(study.database, exam.exam_id, user, study.now))[1] is already
        study.now = START
    assert await privacy.delete(study.database, study.group, BEN)
    study.now = at(10, 15)
    await study.work()
    (post,) = study.posted("passed")
    found = await setbacks.announced(study.database, post)
    assert found is not None
    assert found[0] == ANA


async def test_a_line_that_the_group_did_not_get_can_be_asked_for_again(study: Study) -> None:
    """Its member is told, and the second try is another delivery."""
    exam = await noted(study)
    study.now = at(10, 14)
    await setbacks.say(study.database, exam.exam_id, ANA, Outcome.PASSED, study.now)
    await setbacks.tell(study.database, exam.exam_id, ANA, study.now)
    await study.work()
    (post,) = study.posted("passed")
    await deliveries.give_up(study.database, post, "403 50013", None, study.now_ms)
    assert [one.kind for one in await notes.waiting(study.database, ANA)] == [setbacks.UNTOLD]
    study.now += timedelta(minutes=1)
    assert (await setbacks.tell(study.database, exam.exam_id, ANA, study.now))[1] is False
    await study.work()
    assert len(study.posted("passed")) == 2


async def test_clearing_leaves_nothing(study: Study) -> None:
    """The exam, its messages and what was kept about it; only its owner can."""
    exam = await noted(study)
    with pytest.raises(NotYourExam):
        await exams.clear(study.database, exam.exam_id, BEN, study.now)
    await exams.clear(study.database, exam.exam_id, ANA, study.now)
    assert await planned(study) == {}
    with pytest.raises(NoSuchExam):
        await exams.find(study.database, exam.exam_id, ANA)
    async with study.database.read() as tx:
        assert await kept.coming(tx, exam.member_id, study.now_ms) == []


async def test_practice_goes_on_in_direct_messages_for_its_owner_alone(study: Study) -> None:
    """A practice takes its owner's press from there; a daily question does not, nor anybody else's press."""
    asked = await quiz.practise(
        study.database, study.group, ANA, blueprint=EXAM, topic=None, now=study.now, rng=study.plan.rng
    )
    receipt = await study.press(asked.round_id, ANA, 0, guild=None)
    assert not receipt.again
    assert (await quiz.practising(study.database, ANA)).group_id == study.group.group_id
    result = await quiz.result(study.database, asked.round_id, ANA, None, study.now)
    assert result.choice == 0
    await study.until(START + timedelta(hours=4))
    daily = (await study.rounds())[-1]["round_id"]
    for round_id, user in ((asked.round_id, BEN), (daily, ANA)):
        with pytest.raises(NotYourRound):
            await study.press(round_id, user, 0, guild=None)
    with pytest.raises(OnlyInServer):
        await quiz.practising(study.database, BEN)
