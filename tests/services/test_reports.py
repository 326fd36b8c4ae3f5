"""Reports to tutors, the questions that nobody answers, and the board of helpers, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.exams import Outcome
from bot.domain.periods import Board
from bot.domain.refusals_feedback import EmptyText, NoSuchAsk
from bot.domain.refusals_tutors import (
    AlreadyReported,
    NoSuchReport,
    NothingToReport,
    OwnReport,
    OwnWork,
    ReportSettled,
    TooManyReports,
)
from bot.domain.reports import Decision, What
from bot.domain.standings import Period, window
from bot.services import exams, feedback, moderation, privacy, reports, reviews, setbacks, standings, unanswered
from bot.services.exams import Wanted
from tests.services import peers
from tests.services.study import EXAM, GUILD, Study

ANA, BEN, CLEO, TOVA, UMA = 501, 502, 503, 504, 505
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group in Berlin without daily questions in the way: 07:00 on a Monday."""
    async with Study.open(tmp_path / "study.db", zone="Europe/Berlin", weekdays=frozenset({6})) as made:
        yield made


async def _reviewed(study: Study, asker: int = ANA, reviewer: int = BEN, **changes: Any) -> tuple[int, int]:
    ask = await peers.ask(study, asker)
    given = await peers.review(study, reviewer, ask.ask_id, **changes)
    await study.work()
    return ask.ask_id, given.review_id


async def _report(study: Study, what: What, subject: int, user: int = CLEO) -> None:
    await reports.report(study.database, what, subject, user, GUILD, "That is unkind.", study.now)


async def _open(study: Study, user: int = TOVA) -> reports.Shown:
    found, _ = await reports.shown(study.database, study.group, user, 0)
    assert found is not None
    return found


def _words(study: Study) -> list[str]:
    return [one.delivery.payload["what"] for one in study.posted("tutor-word")]


# Reports


async def test_a_report_keeps_a_copy_of_what_is_changed_or_deleted_later(study: Study) -> None:
    """Its writer rewrites it, then deletes all their data, then the asker does: the tutors read what was reported."""
    ask_id, review_id = await _reviewed(study)
    await _report(study, What.REVIEW, review_id)
    await peers.review(study, BEN, ask_id, right_why="Nothing to see here.")
    shown = await _open(study)
    assert shown.author == BEN
    assert shown.message_id is not None
    for user in (BEN, ANA):
        await privacy.delete(study.database, study.group, user)
        await study.work()
    assert await study.sql("SELECT * FROM reviews") == []
    shown = await _open(study)
    assert (shown.author, shown.ask) == (None, None)
    assert str(peers.OPINION["right_why"]) in shown.report.copy
    for table in ("reports", "report_authors"):
        assert str(BEN) not in str([tuple(row) for row in await study.sql(f"SELECT * FROM {table}")])
    number = await reports.decide(study.database, shown.report.report_id, TOVA, GUILD, Decision.REMOVED, "", study.now)
    assert number == 1


async def test_all_reporters_hear_once_and_only_they(study: Study) -> None:
    """Two report the same, a tutor decides once: each is told once, and the writer only of a removal."""
    _, review_id = await _reviewed(study)
    for user in (CLEO, UMA):
        await _report(study, What.REVIEW, review_id, user)
    shown = await _open(study)
    database, report_id = study.database, shown.report.report_id
    tries = [
        reports.decide(database, report_id, user, GUILD, decision, "unkind", study.now)
        for user, decision in ((TOVA, Decision.KEPT), (TOVA, Decision.REMOVED))
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one).__name__ for one in done] == ["int", "ReportSettled"]
    assert done[0] == 2
    await study.work()
    assert sorted(_words(study)) == ["report", "report-kept", "report-kept"]
    assert await reports.shown(database, study.group, TOVA, 0) == (None, 0)
    with pytest.raises(ReportSettled):
        await reports.decide(database, report_id, TOVA, GUILD, Decision.KEPT, "", study.now)


async def test_removing_by_a_report_tells_the_writer_why(study: Study) -> None:
    """And whoever reported it that it is gone."""
    _, review_id = await _reviewed(study)
    await _report(study, What.REVIEW, review_id)
    shown = await _open(study)
    await reports.decide(study.database, shown.report.report_id, TOVA, GUILD, Decision.REMOVED, "unkind", study.now)
    await study.work()
    assert sorted(_words(study)) == ["removed-review", "report", "report-removed"]


async def test_locking_by_a_report_closes_the_thread(study: Study) -> None:
    """Once: a thread that was locked meanwhile is no reason to leave the report open."""
    ask_id, review_id = await _reviewed(study)
    await _report(study, What.REVIEW, review_id)
    await moderation.lock(study.database, ask_id, UMA, GUILD, "", study.now)
    shown = await _open(study)
    await reports.decide(study.database, shown.report.report_id, TOVA, GUILD, Decision.LOCKED, "", study.now)
    await study.work()
    assert "report-locked" in _words(study)
    assert (await reports.shown(study.database, study.group, TOVA, 0))[1] == 0


async def test_what_cannot_be_reported(study: Study) -> None:
    """One's own, the same twice, what is gone or elsewhere, nothing, and a sixth within a day."""
    ask_id, review_id = await _reviewed(study)
    with pytest.raises(OwnReport):
        await _report(study, What.REVIEW, review_id, BEN)
    with pytest.raises(OwnReport):
        await _report(study, What.ASK, ask_id, ANA)
    with pytest.raises(EmptyText):
        await reports.report(study.database, What.ASK, ask_id, CLEO, GUILD, " \u200b", study.now)
    with pytest.raises(NoSuchAsk):
        await reports.report(study.database, What.ASK, ask_id, CLEO, 4711, "words", study.now)
    await _report(study, What.REVIEW, review_id)
    with pytest.raises(AlreadyReported):
        await _report(study, What.REVIEW, review_id)
    await moderation.remove(study.database, What.REVIEW, review_id, TOVA, GUILD, "", study.now)
    with pytest.raises(NothingToReport):
        await _report(study, What.REVIEW, review_id, UMA)
    for user in range(4):
        ask = await peers.ask(study, 600 + user)
        await _report(study, What.ASK, ask.ask_id)
    with pytest.raises(TooManyReports):
        await _report(study, What.ASK, ask_id)


async def test_a_tutor_never_judges_their_own_words(study: Study) -> None:
    """A report about a tutor is for the others: they neither see it nor can they decide on it by its number."""
    _, review_id = await _reviewed(study, reviewer=TOVA)
    await _report(study, What.REVIEW, review_id)
    assert await reports.shown(study.database, study.group, TOVA, 0) == (None, 0)
    shown = await _open(study, UMA)
    report_id = shown.report.report_id
    with pytest.raises(OwnWork):
        await reports.decide(study.database, report_id, TOVA, GUILD, Decision.KEPT, "", study.now)
    with pytest.raises(NoSuchReport):
        await reports.decide(study.database, report_id, UMA, 4711, Decision.KEPT, "", study.now)


async def test_tutors_are_told_that_something_waits_and_no_more(study: Study) -> None:
    """The admin and those who asked for it; no text, no names; and not for every report of a day."""
    await reports.watch(study.database, study.group, TOVA, study.now, on=True)
    await reports.watch(study.database, study.group, UMA, study.now, on=True)
    await reports.watch(study.database, study.group, UMA, study.now, on=False)
    ask_id, review_id = await _reviewed(study)
    await _report(study, What.REVIEW, review_id)
    await _report(study, What.ASK, ask_id)
    await study.work()
    sent = study.posted("tutor-word")
    assert [one.delivery.payload for one in sent] == [{"what": "report"}] * 2
    rows = await study.sql("SELECT user_id, member_id FROM members")
    users = {row["member_id"]: row["user_id"] for row in rows}
    assert {users[one.delivery.member_id or 0] for one in sent} == {TOVA, study.group.set_up_by}


async def test_a_tutor_is_not_told_of_a_report_about_themselves(study: Study) -> None:
    """Nor of one that they made."""
    for user in (TOVA, UMA):
        await reports.watch(study.database, study.group, user, study.now, on=True)
    _, review_id = await _reviewed(study, reviewer=TOVA)
    await _report(study, What.REVIEW, review_id, UMA)
    await study.work()
    (row,) = await study.sql("SELECT member_id FROM members WHERE user_id = :user", user=study.group.set_up_by)
    assert [one.delivery.member_id for one in study.posted("tutor-word")] == [row["member_id"]]


async def test_decided_reports_are_put_away_after_a_season(study: Study) -> None:
    """Open ones stay, however old; a decided one's copy is gone with the next report after 90 days."""
    ask_id, review_id = await _reviewed(study)
    await _report(study, What.ASK, ask_id)
    await _report(study, What.REVIEW, review_id)
    await reports.decide(
        study.database, (await _open(study)).report.report_id, TOVA, GUILD, Decision.KEPT, "", study.now
    )
    study.now += timedelta(days=91)
    await _report(study, What.ASK, ask_id)
    rows = await study.sql("SELECT what, state FROM reports ORDER BY report_id")
    assert [tuple(row) for row in rows] == [("review", "open"), ("ask", "open")]


# Questions without an answer


async def test_tutors_are_told_once_by_day_of_all_that_waits(study: Study) -> None:
    """Asked late in the evening: told at nine two mornings on, with what came due by then, and never again."""
    await study.until(datetime(2026, 3, 2, 22, 30, tzinfo=BERLIN))
    late = await peers.ask(study, ANA)
    await study.until(datetime(2026, 3, 3, 6, 0, tzinfo=BERLIN))
    early = await peers.ask(study, CLEO)
    answered = await peers.ask(study, UMA)
    await peers.review(study, BEN, answered.ask_id)
    await study.until(datetime(2026, 3, 4, 8, 59, tzinfo=BERLIN))
    assert study.posted("unanswered") == []
    await study.until(datetime(2026, 3, 4, 9, 1, tzinfo=BERLIN))
    (told,) = study.posted("unanswered")
    assert told.delivery.payload == {"asks": [late.ask_id, early.ask_id]}
    await study.until(datetime(2026, 3, 8, 12, 0, tzinfo=BERLIN))
    assert len(study.posted("unanswered")) == 1
    queue = await unanswered.queue(study.database, study.group)
    assert [one.ask_id for one in queue] == [late.ask_id, early.ask_id]


async def test_what_is_answered_or_resolved_in_time_is_not_mentioned(study: Study) -> None:
    """Nor what was answered between the claim and the post."""
    first, second = await peers.ask(study, ANA), await peers.ask(study, CLEO)
    await peers.review(study, BEN, first.ask_id)
    await feedback.resolve(study.database, second.ask_id, CLEO, GUILD, "", study.now)
    await study.until(study.now + timedelta(days=3))
    assert study.posted("unanswered") == []


async def test_a_day_that_was_slept_through_ends_in_the_next_morning(study: Study) -> None:
    """The bot wakes at night, and its first try to post comes too late: told at nine, all the same once."""
    await study.until(datetime(2026, 3, 2, 12, 0, tzinfo=BERLIN))
    ask = await peers.ask(study, ANA)
    await study.sleep_until(datetime(2026, 3, 3, 23, 0, tzinfo=BERLIN))
    assert study.posted("unanswered") == []
    study.fails = lambda parcel: "503 0" if parcel.delivery.kind == "unanswered" else None
    await study.until(datetime(2026, 3, 4, 9, 10, tzinfo=BERLIN))
    await study.sleep_until(datetime(2026, 3, 4, 21, 0, tzinfo=BERLIN))
    study.fails = lambda _: None
    await study.until(datetime(2026, 3, 6, 12, 0, tzinfo=BERLIN))
    (told,) = study.posted("unanswered")
    assert told.delivery.payload == {} or told.delivery.payload == {"asks": [ask.ask_id]}
    assert 9 <= datetime.fromtimestamp(told.delivery.due_at / 1000, BERLIN).hour < 20


# The board of helpers


async def _board(study: Study, which: Period = Period.THIS_WEEK) -> list[tuple[int, float]]:
    over = window(which, study.group.local_day(study.now))
    assert over is not None
    sheet = await standings.sheet(
        study.database, study.group, Board.HELPERS, over, ANA, blueprint=EXAM, today=study.group.local_day(study.now)
    )
    return [(one.user_id, one.score) for one in sheet.lines]


async def _helps(study: Study, asker: int, helper: int, **changes: Any) -> int:
    ask_id, review_id = await _reviewed(study, asker, helper, **changes)
    await reviews.helpful(study.database, review_id, asker, GUILD, study.now)
    await feedback.resolve(study.database, ask_id, asker, GUILD, "", study.now)
    study.now += timedelta(minutes=1)
    return review_id


async def test_helpful_marks_make_a_board_of_their_own(study: Study) -> None:
    """Two a week between the same two count; it is not the board of points."""
    for _ in range(3):
        await _helps(study, ANA, BEN)
    await _helps(study, BEN, ANA)
    await _helps(study, CLEO, BEN)
    assert await _board(study) == [(BEN, 3)]
    study.now += timedelta(days=7)
    await _helps(study, ANA, BEN)
    assert await _board(study) == [(BEN, 1)]
    assert await _board(study, Period.ALL) == [(BEN, 4)]
    over = window(Period.ALL, study.group.local_day(study.now))
    assert over is not None
    assert await standings.board(study.database, study.group, over) == []


async def test_no_board_tells_who_wrote_without_a_name(study: Study) -> None:
    """Feedback without a name counts for nobody, before and after its asker marks it."""
    await _helps(study, ANA, BEN)
    before = await _board(study)
    await _helps(study, CLEO, BEN, anonymous=True)
    assert await _board(study) == before == [(BEN, 1)]


async def test_what_is_removed_or_deleted_counts_no_longer(study: Study) -> None:
    """A removed review, and the marks of an asker who deleted their data."""
    first = await _helps(study, ANA, BEN)
    await _helps(study, CLEO, BEN)
    await moderation.remove(study.database, What.REVIEW, first, TOVA, GUILD, "", study.now)
    assert await _board(study) == [(BEN, 1)]
    await privacy.delete(study.database, study.group, CLEO)
    assert await _board(study) == []


async def test_who_is_off_the_boards_is_off_this_one(study: Study) -> None:
    """By their own wish, as a tutor, by leaving, and while they rest after a setback."""
    for user in (601, 602, 603, 604, 605):
        await _helps(study, 700 + user, user)
    database, group, now = study.database, study.group, study.now
    await privacy.show_on_board(database, group, 601, now, on=False)
    await standings.here(database, group, 602, tutor=True)
    await standings.gone(database, group, 603, now)
    local = (now + timedelta(hours=1)).astimezone(BERLIN)
    exam = await exams.set_date(database, group, 604, Wanted(local.date(), local.time(), "Europe/Berlin", "cpc"), now)
    await setbacks.say(database, exam.exam.exam_id, 604, Outcome.FAILED, now + timedelta(hours=2))
    assert await _board(study) == [(605, 1)]
