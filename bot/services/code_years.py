"""Questions of an older code year: tutors are told before and when the new one begins, and say which still hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.blueprint import Blueprint
from bot.domain.code_years import outdated
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals_suggestions import NotInBank, NotWaiting
from bot.services import verdicts
from bot.storage import bank_status, banks, code_years, groups, reports
from bot.storage.bank_status import Entry
from bot.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Rollover:
    """The questions that wait for a code year, or will when it begins; *year* is None for an exam without any."""

    year: int | None
    begun: bool
    waiting: tuple[Entry, ...]


def old(entry: Entry, year: int | None) -> bool:
    """Whether a live question waits in that code year."""
    return year is not None and entry.state == "live" and outdated(entry.code_year, entry.confirmed, year)


def waits_for(entry: Entry, blueprint: Blueprint, group: Group, now: datetime) -> int | None:
    """The code year for which a question waits to be looked at, now or when it begins soon; None for none."""
    rule = blueprint.code_years
    if rule is None or entry.hidden:
        return None
    today = group.local_day(now)
    return next((year for year in (rule.on(today), rule.confirmable(today)) if old(entry, year)), None)


async def rollover(database: Database, group: Group, blueprint: Blueprint, now: datetime) -> Rollover:
    """What waits for a tutor's look in the present code year; near its end, in the next one."""
    async with database.read() as tx:
        return await _rollover(tx, group, blueprint, now)


async def _rollover(tx: Transaction, group: Group, blueprint: Blueprint, now: datetime) -> Rollover:
    rule = blueprint.code_years
    if rule is None:
        return Rollover(None, False, ())
    today = group.local_day(now)
    entries = [one for one in await bank_status.entries(tx, group.group_id, blueprint.banks) if not one.hidden]
    waiting = tuple(one for one in entries if old(one, rule.on(today)))
    if waiting or rule.confirmable(today) == rule.on(today):
        return Rollover(rule.on(today), True, waiting)
    year = rule.confirmable(today)
    return Rollover(year, False, tuple(one for one in entries if old(one, year)))


async def confirm(
    database: Database, group: Group, user: int, blueprint: Blueprint, question_id: int, year: int, now: datetime
) -> None:
    """A tutor has looked at a question: it still holds in that code year. Raises NotInBank, NotWaiting."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        found = await bank_status.entry(tx, group.group_id, blueprint.banks, question_id)
        if found is None:
            raise NotInBank
        _check_year(blueprint, group, year, now)
        if not old(found, year):
            raise NotWaiting
        await code_years.confirm(tx, group.group_id, [question_id], year, await _tutor(tx, group, user, now_ms), now_ms)


async def confirm_all(
    database: Database, group: Group, user: int, blueprint: Blueprint, number: int, year: int, now: datetime
) -> int:
    """A tutor has looked at all that wait; how many it were.

    Where they are not *number* any more, as they were when the tutor was asked, it is nobody's word. Raises NotWaiting.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        _check_year(blueprint, group, year, now)
        entries = await bank_status.entries(tx, group.group_id, blueprint.banks)
        waiting = [one.question_id for one in entries if not one.hidden and old(one, year)]
        if not waiting or len(waiting) != number:
            raise NotWaiting
        tutor = await _tutor(tx, group, user, now_ms)
        return await code_years.confirm(tx, group.group_id, waiting, year, tutor, now_ms)


def _check_year(blueprint: Blueprint, group: Group, year: int, now: datetime) -> None:
    """Raises NotWaiting for a year that nobody can know anything about."""
    rule = blueprint.code_years
    today = group.local_day(now)
    if rule is None or year not in (rule.on(today), rule.confirmable(today)):
        raise NotWaiting


async def _tutor(tx: Transaction, group: Group, user: int, now_ms: int) -> int:
    key = (group.group_id, user)
    return (await groups.member_ids(tx, [key], now_ms))[key]


async def announce(tx: Transaction, group: Group, blueprint: Blueprint, now_ms: int) -> None:
    """Tell the group's tutors once before a code year begins, and once when it has, if questions wait.

    Called on each quiz day. The outbox knows by its keys what was told.
    """
    rule = blueprint.code_years
    if rule is None:
        return
    today = group.local_day(from_ms(now_ms))
    for what, year in (("code-year", rule.on(today)), ("code-year-soon", rule.announced(today))):
        if year is None:
            continue
        if await banks.count_old(tx, group.group_id, blueprint.banks, year):
            await _tell(tx, group, what, year, now_ms)


async def _tell(tx: Transaction, group: Group, what: str, year: int, now_ms: int) -> None:
    admin = await _tutor(tx, group, group.set_up_by, now_ms)
    for member in sorted({admin, *await reports.watchers(tx, group.group_id)}):
        await verdicts.tell(tx, group.group_id, member, what, f"{year}:{member}", now_ms, title=str(year))
