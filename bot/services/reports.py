"""Reports: a member shows tutors something in private, with a copy that survives, and hears once what they decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import reports as rules
from bot.domain.feedback import Ask, State, text_of
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import Refusal
from bot.domain.refusals_feedback import NoSuchAsk, NoSuchReview
from bot.domain.refusals_tutors import (
    AlreadyLocked,
    AlreadyReported,
    NoSuchReport,
    NothingToReport,
    OwnReport,
    OwnWork,
    ReportSettled,
)
from bot.domain.reports import Decision, Report, What
from bot.services import moderation, threads, verdicts
from bot.storage import feedback, groups, reports, reviews
from bot.storage.database import Database, Transaction

__all__ = ["Decision", "Report", "What"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as a tutor sees it, with the user who wrote what it is about and where that stands."""

    report: Report
    author: int | None  # None for a former member
    ask: Ask | None  # None where it is gone
    message_id: int | None


async def check(database: Database, what: What, subject_id: int, user: int, guild: int | None) -> None:
    """Before the form is opened. Raises NothingToReport, NoSuchAsk, OwnReport, AlreadyReported."""
    async with database.read() as tx:
        ask, _ = await _subject(tx, what, subject_id, user, guild)
        member = await groups.member(tx, ask.group_id, user)
        if member is not None and await reports.waits(tx, what, subject_id, member):
            raise AlreadyReported


async def _subject(tx: Transaction, what: What, subject_id: int, user: int, guild: int | None) -> tuple[Ask, str]:
    """The question that it belongs to, and its text."""
    ask, _ = await threads.reached(tx, await moderation.ask_of(tx, what, subject_id) or 0, guild)
    text = await _text(tx, what, subject_id, ask)
    if text is None:
        raise NothingToReport
    writer = await moderation.writer_of(tx, what, subject_id)
    if writer is not None and writer[1] == user:
        raise OwnReport
    return ask, text


async def _text(tx: Transaction, what: What, subject_id: int, ask: Ask) -> str | None:
    if what is What.ASK:
        return None if ask.state is State.REMOVED else f"{ask.words.title}\n\n{ask.words.did}\n\n{ask.words.wants}"
    if what is What.REVIEW:
        review = await reviews.by_id(tx, subject_id)
        if review is None or review.removed:
            return None
        said = review.opinion
        return "\n\n".join(part for part in (said.right_why, said.change, said.reading) if part)
    found = await reviews.follow_up(tx, subject_id)
    return None if found is None or found.removed else found.text


async def report(
    database: Database, what: What, subject_id: int, user: int, guild: int | None, reason: str, now: datetime
) -> None:
    """Keep a report with a copy of the text, and tell tutors that something waits, not what.

    Raises NothingToReport, NoSuchAsk, OwnReport, AlreadyReported, TooManyReports, EmptyText and TooLong.
    """
    now_ms = to_ms(now)
    words = text_of(reason, rules.REASON)
    async with database.write() as tx:
        await reports.delete_settled(tx, to_ms(now - rules.KEPT))
        ask, text = await _subject(tx, what, subject_id, user, guild)
        key = (ask.group_id, user)
        member = (await groups.member_ids(tx, [key], now_ms))[key]
        if await reports.waits(tx, what, subject_id, member):
            raise AlreadyReported
        lately = await reports.made(tx, member, to_ms(now - rules.DAY))
        rules.check([from_ms(one) for one in lately], now)
        waiting = await reports.open_of_group(tx, ask.group_id)
        report_id = await reports.insert(
            tx,
            group_id=ask.group_id,
            what=what,
            subject_id=subject_id,
            text=text,
            reason=words,
            member_id=member,
            now_ms=now_ms,
        )
        if not any(one.made_at > to_ms(now - rules.DAY) for one in waiting):
            writer = await moderation.writer_of(tx, what, subject_id)
            concerned = {member, *([] if writer is None else [writer[0]])}
            await _alert(tx, ask.group_id, report_id, concerned, now_ms)


async def _alert(tx: Transaction, group_id: int, report_id: int, concerned: set[int], now_ms: int) -> None:
    """Tell the tutors who asked for it, and the admin who set the group up; not whom the report is by or about."""
    group = await groups.by_id(tx, group_id)
    assert group is not None, "asks go with their group"
    key = (group_id, group.set_up_by)
    admin = (await groups.member_ids(tx, [key], now_ms))[key]
    for member in sorted({admin, *await reports.watchers(tx, group_id)} - concerned):
        await verdicts.tell(tx, group_id, member, "report", f"{report_id}:{member}", now_ms)


# The tutors' side


async def shown(database: Database, group: Group, user: int, number: int) -> tuple[Shown | None, int]:
    """The open report at that place (from 0; one too far is the last), and how many there are.

    What is about a tutor's own words is for the other tutors.
    """
    async with database.read() as tx:
        found = []
        for one in await reports.open_of_group(tx, group.group_id):
            writer = await moderation.writer_of(tx, one.what, one.subject_id)
            if writer is None or writer[1] != user:
                found.append((one, writer))
        if not found:
            return None, 0
        report, writer = found[min(number, len(found) - 1)]
        ask_id = await moderation.ask_of(tx, report.what, report.subject_id)
        ask = None if ask_id is None else await feedback.by_id(tx, ask_id)
        message = await _message(tx, report, ask)
    return Shown(report, writer[1] if writer else None, ask, message), len(found)


async def _message(tx: Transaction, report: Report, ask: Ask | None) -> int | None:
    if report.what is What.ASK:
        return None if ask is None else ask.message_id
    if report.what is What.REVIEW:
        review = await reviews.by_id(tx, report.subject_id)
        return None if review is None else review.message_id
    found = await reviews.follow_up(tx, report.subject_id)
    return None if found is None else found.message_id


async def decide(
    database: Database, report_id: int, user: int, guild: int | None, decision: Decision, reason: str, now: datetime
) -> int:
    """Keep, lock or remove what was reported; all open reports about it are closed, and their number is returned.

    What is gone already can be closed all the same. Raises NoSuchReport, ReportSettled and OwnWork.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        report = await _open(tx, report_id, user, guild)
        number = len(await reports.open_of(tx, report.group_id, report.what, report.subject_id))
        ask_id = await moderation.ask_of(tx, report.what, report.subject_id)
        ask = None if ask_id is None else await feedback.by_id(tx, ask_id)
        title = "" if ask is None else ask.words.title
        try:
            if decision is Decision.REMOVED:
                await moderation.take_off(tx, report.what, report.subject_id, user, guild, reason, now)
            elif decision is Decision.LOCKED and ask is not None and ask.state is not State.REMOVED:
                await moderation.lock_thread(tx, ask, user, reason, now_ms)
        except Refusal as refusal:
            # It is so already: by its writer's deletion, or by a tutor's press on the card.
            if not isinstance(refusal, NoSuchAsk | NoSuchReview | NothingToReport | AlreadyLocked):
                raise
        await verdicts.settle(tx, report.group_id, report.what, report.subject_id, decision, title, now_ms)
    return number


async def _open(tx: Transaction, report_id: int, user: int, guild: int | None) -> Report:
    report = await reports.by_id(tx, report_id)
    group = None if report is None else await groups.by_id(tx, report.group_id)
    if report is None or group is None or group.guild_id != guild:
        raise NoSuchReport
    if report.state is not Decision.OPEN:
        raise ReportSettled
    writer = await moderation.writer_of(tx, report.what, report.subject_id)
    if writer is not None and writer[1] == user:
        raise OwnWork
    return report


async def check_open(database: Database, report_id: int, user: int, guild: int | None) -> Report:
    """Before a form about a report is opened. Raises NoSuchReport, ReportSettled, OwnWork."""
    async with database.read() as tx:
        return await _open(tx, report_id, user, guild)


async def watch(database: Database, group: Group, user: int, now: datetime, *, on: bool) -> None:
    """A tutor wants a direct message when something is reported, or no longer."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        key = (group.group_id, user)
        await reports.watch(tx, (await groups.member_ids(tx, [key], now_ms))[key], now_ms, on=on)


async def watches(database: Database, group: Group, user: int) -> bool:
    """Whether a tutor is told of reports."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return member is not None and await reports.watches(tx, member)
