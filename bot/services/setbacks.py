"""How an exam went: the answer, the pause after a setback, its score report, and what a pass leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.blueprint import Blueprint
from bot.domain.exams import Exam, Outcome
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.refusals import EmptyReport, ExamAhead, NotFailed, NotPassed, NotResting, OutcomeKept
from bot.domain.setbacks import Gap
from bot.domain.setbacks import gaps as ranked
from bot.services.exams import own
from bot.services.parcels import Parcel
from bot.storage import agenda, deliveries, groups, notes
from bot.storage import exams as dates
from bot.storage import setbacks as kept
from bot.storage.database import Database, Transaction

UNTOLD = "passed"
"""The note that tells a member of a line that the group did not get."""


async def say(database: Database, exam_id: int, user: int, outcome: Outcome, now: datetime) -> Exam:
    """Keep what a member says of their exam; after a setback, boards and streak reminders rest.

    A slip of the finger can be said anew, until the group knows of a pass. Raises NoSuchExam, NotYourExam, ExamAhead
    and OutcomeKept.
    """
    async with database.write() as tx:
        group, exam = await own(tx, exam_id, user)
        now_ms = to_ms(now)
        if exam.told and outcome is not Outcome.PASSED:
            raise OutcomeKept
        if exam.begun_by_ms > now_ms:
            raise ExamAhead(from_ms(exam.begun_by_ms))
        if exam.outcome is outcome:
            return exam
        await dates.set_outcome(tx, exam_id, outcome)
        await _take_back(tx, exam)
        for key in await dates.planned(tx, exam):
            await agenda.forget(tx, key)
        if outcome is Outcome.FAILED and await kept.begin(tx, exam.member_id, now_ms):
            # A board that was written and not yet posted would still name them.
            await deliveries.forget(tx, group.group_id, user)
    return replace(exam, outcome=outcome)


async def _take_back(tx: Transaction, exam: Exam) -> None:
    """What an answer that was none had begun ends, unless another exam went so."""
    if exam.outcome in {one.outcome for one in await dates.of_member(tx, exam.member_id)}:
        return
    if exam.outcome is Outcome.FAILED:
        await kept.put_report(tx, exam.exam_id, exam.member_id, {})
        await kept.end(tx, exam.member_id)
    elif exam.outcome is Outcome.PASSED:
        await dates.set_sitter(tx, exam.member_id, replace(await dates.sitter(tx, exam.member_id), helper=False))


async def resume(database: Database, group: Group, user: int) -> None:
    """End the pause: boards and streak reminders are as the member had them before. Raises NotResting."""
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None or not await kept.end(tx, member):
            raise NotResting


async def rests(database: Database, group: Group, user: int) -> bool:
    """Whether boards and streak reminders rest for a member."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return member is not None and await kept.since(tx, member) is not None


async def tell(database: Database, exam_id: int, user: int, now: datetime) -> tuple[int, bool]:
    """Let the group know that a member passed, once; returns its channel, and whether it knew already.

    Raises NoSuchExam, NotYourExam, and NotPassed where the member did not say so.
    """
    async with database.write() as tx:
        group, exam = await own(tx, exam_id, user)
        if exam.outcome is not Outcome.PASSED:
            raise NotPassed
        if exam.told:
            return group.wishes.channel_id, True
        now_ms = to_ms(now)
        await deliveries.put(
            tx,
            key=f"passed:{exam_id}:{now_ms}",
            kind="passed",
            group_id=group.group_id,
            member_id=exam.member_id,
            subject_id=exam_id,
            due_at=now_ms,
            now_ms=now_ms,
            expires_at=now_ms + DAY_MS,
        )
        await dates.set_told(tx, exam_id, now_ms)
    return group.wishes.channel_id, False


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """The line did not reach the group: its member is told at the next contact, and can ask for it again."""
    member, exam_id = parcel.delivery.member_id, parcel.delivery.subject_id
    if member is None or exam_id is None or await dates.by_id(tx, exam_id) is None:
        return
    await dates.set_told(tx, exam_id, None)
    await notes.put(tx, member, UNTOLD, {}, now_ms)


async def announced(database: Database, parcel: Parcel) -> tuple[int, Exam] | None:
    """(user, exam) of a pass that the group is to be told of; None where it is no longer kept."""
    async with database.read() as tx:
        found = await dates.owned(tx, parcel.delivery.subject_id or 0)
    return None if found is None else (found[1], found[2])


async def help_others(database: Database, exam_id: int, user: int, *, on: bool) -> None:
    """Keep that a member stays as a helper, or no longer. Raises NoSuchExam, NotYourExam and NotPassed."""
    async with database.write() as tx:
        _, exam = await own(tx, exam_id, user)
        if exam.outcome is not Outcome.PASSED:
            raise NotPassed
        await dates.set_sitter(tx, exam.member_id, replace(await dates.sitter(tx, exam.member_id), helper=on))


@dataclass(frozen=True, slots=True)
class Report:
    """A score report: the gaps, those first that cost most, and the sections that were left out."""

    entered: Mapping[str, float]  # percent by section
    gaps: tuple[Gap, ...]
    missing: tuple[str, ...]


async def keep_report(database: Database, exam_id: int, user: int, report: Mapping[str, float]) -> None:
    """Keep a score report, percent by section, in the place of the one before.

    Raises NoSuchExam, NotYourExam, NotFailed, and EmptyReport where nothing is in it.
    """
    async with database.write() as tx:
        _, exam = await own(tx, exam_id, user)
        if exam.outcome is not Outcome.FAILED:
            raise NotFailed
        if not report:
            raise EmptyReport
        await kept.put_report(tx, exam_id, exam.member_id, report)


async def report_of(database: Database, exam_id: int, user: int, blueprint: Blueprint) -> Report:
    """A member's score report with its gaps. Raises NoSuchExam, NotYourExam and NotFailed."""
    async with database.read() as tx:
        _, exam = await own(tx, exam_id, user)
        if exam.outcome is not Outcome.FAILED:
            raise NotFailed
        entered = await kept.report(tx, exam_id)
    shares = {name: percent / 100 for name, percent in entered.items()}
    return Report(
        entered,
        tuple(ranked(shares, blueprint.sections, blueprint.pass_mark)),
        tuple(one.name for one in blueprint.sections if one.name not in entered),
    )
