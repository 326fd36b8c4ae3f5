"""What happens when a week, month or season begins: snapshots, leagues, and the winners of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain import leagues as rules
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, MINUTE_MS, from_ms, to_ms
from bot.domain.periods import code, decode, ended, next_beginning
from bot.domain.schedule import instant
from bot.domain.standings import Season, Span, Window, period
from bot.services import standings as boards
from bot.services import teachback
from bot.services.plan import Plan
from bot.services.standings import Line
from bot.storage import agenda, deliveries, groups, leagues, seasons, snapshots, standings
from bot.storage.agenda import Entry
from bot.storage.database import Transaction

SOME = 100  # groups that are looked at in one transaction
KEPT = timedelta(days=400)
AFTER_QUESTION = timedelta(minutes=30)
WITHOUT_QUESTION = time(9, 30)
AFTER_CLOSING_MS = 2 * MINUTE_MS  # the last day's digest comes first
GIVEN_UP_AFTER_MS = 3 * DAY_MS
PLACES = 3
MOST_NAMED = 5


def key_of(group_id: int) -> str:
    """The agenda's key of a group's next beginning."""
    return f"boards:{group_id}"


async def plan_next(tx: Transaction, group: Group, now_ms: int) -> None:
    """Put the next day on which a period begins into the agenda.

    One that has begun already by the group's clocks, and not by those that it had before, is due at once.
    """
    known = await seasons.of_group(tx, group.group_id)
    done = await snapshots.last(tx, [group.group_id])
    await _plan(tx, group, _next_day(group, known, done.get(group.group_id), now_ms))


def _next_day(group: Group, known: Sequence[Season], done: str | None, now_ms: int) -> date:
    today = group.local_day(from_ms(now_ms))
    if done is not None:
        missed = next_beginning(date.fromisoformat(done), known)
        if missed <= today:
            return missed
    return next_beginning(today, known)


async def replan(tx: Transaction, *, now_ms: int, after: int) -> int | None:
    """Compute the groups' next beginnings anew, but for those that are due already."""
    found = await groups.following(tx, after, SOME)
    ids = [group.group_id for group in found]
    known, done = await seasons.of_groups(tx, ids), await snapshots.last(tx, ids)
    planned = await agenda.of_keys(tx, [key_of(one) for one in ids])
    for group in found:
        entry = planned.get(key_of(group.group_id))
        if entry is not None and entry.due_at <= now_ms:
            continue
        day = _next_day(group, known.get(group.group_id, ()), done.get(group.group_id), now_ms)
        if entry is None or (entry.day, entry.due_at) != (day.isoformat(), _due(group, day)):
            await _plan(tx, group, day)
    return ids[-1] if len(ids) == SOME else None


def _due(group: Group, day: date) -> int:
    return to_ms(instant(day, time(0), ZoneInfo(group.wishes.zone)))


async def _plan(tx: Transaction, group: Group, day: date) -> None:
    due = _due(group, day)
    await agenda.put(
        tx, key=key_of(group.group_id), kind="boards", group_id=group.group_id, day=day.isoformat(), due_at=due
    )


async def begin(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A period begins: keep what is believed of everybody, make the leagues, and plan the winners' announcement."""
    assert entry.day is not None
    day = date.fromisoformat(entry.day)
    known = await seasons.of_group(tx, group.group_id)
    await snapshots.take(tx, group.group_id, entry.day)
    await snapshots.prune(tx, group.group_id, (day - KEPT).isoformat())
    if day.weekday() == 0:
        await _make_leagues(tx, group, day)
    for window in ended(day, known):
        await seasons.archive(tx, group.group_id, window)
        if await standings.took_part(tx, group.group_id, window):
            if window.key.startswith(Span.WEEK):
                await teachback.plan_week(tx, group, day)
            await agenda.put(
                tx,
                key=f"winners:{group.group_id}:{window.last}:{code(window)}",
                kind="winners",
                group_id=group.group_id,
                day=entry.day,
                due_at=to_ms(announced_at(group, day)),
            )
    await _plan(tx, group, next_beginning(day, known))


async def _make_leagues(tx: Transaction, group: Group, monday: date) -> None:
    first, _ = rules.habit_window(monday)
    weeks = [period(Span.WEEK, first + timedelta(weeks=n)) for n in range(rules.HABIT_WEEKS)]
    active = await standings.activity(tx, group.group_id, weeks)
    await leagues.save(tx, group.group_id, monday.isoformat(), rules.leagues(list(active), active, monday))


def announced_at(group: Group, day: date) -> datetime:
    """When a period's winners are told: half an hour after that day's question, else at half past nine."""
    zone = ZoneInfo(group.wishes.zone)
    if day.weekday() in group.wishes.weekdays:
        at = datetime.combine(day, group.wishes.daily_at) + AFTER_QUESTION
        if at.date() == day:
            return instant(day, at.time(), zone)
    return instant(day, WITHOUT_QUESTION, zone)


async def announce(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:
    """Write the announcement of a period's winners; put off while a round of it is open, dropped without winners."""
    over = decode(entry.key.rsplit(":", 1)[1], await seasons.of_group(tx, group.group_id))
    if over is None:  # a season that was moved meanwhile
        await agenda.remove(tx, entry.agenda_id)
        return
    until = await standings.open_until(tx, group.group_id, over)
    if until is not None and until + AFTER_CLOSING_MS > now_ms:
        await agenda.move(tx, entry.agenda_id, until + AFTER_CLOSING_MS)
        return
    await agenda.remove(tx, entry.agenda_id)
    blueprint = plan.blueprints.get(group.wishes.exam)
    payload = await _winners(tx, group, over, blueprint, group.local_day(from_ms(now_ms)))
    if not payload["top"] or now_ms - entry.due_at > GIVEN_UP_AFTER_MS:
        return
    await deliveries.put(
        tx,
        key=entry.key,
        kind="winners",
        group_id=group.group_id,
        due_at=entry.due_at,
        now_ms=now_ms,
        expires_at=now_ms + DAY_MS,
        payload=payload,
    )


async def _winners(
    tx: Transaction, group: Group, over: Window, blueprint: Blueprint | None, today: date
) -> dict[str, Any]:
    top = [Line(one.rank, one.user_id, one.points, 0) for one in await boards.points(tx, group, over)]
    risen = await boards.risen(tx, group, over, blueprint, today) if blueprint else []
    return {
        "channel": group.wishes.channel_id,
        "window": code(over),
        "period": over.key,
        "first": str(over.first),
        "last": str(over.last),
        "season": next((one.name for one in await seasons.of_group(tx, group.group_id) if one.key == over.key), None),
        "top": _named(top, PLACES),
        "improved": _named(risen, 1),
        "consistent": _named(await boards.steady(tx, group, over), 1),
    }


def _named(lines: list[Line], places: int) -> list[list[float]]:
    return [[one.rank, one.user_id, one.score, one.of] for one in lines if one.rank <= places][:MOST_NAMED]
