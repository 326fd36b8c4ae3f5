"""A group's day: its questions are chosen and posted, close together, and end in a digest."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from bot.domain import selection
from bot.domain.blueprint import Blueprint
from bot.domain.estimates import GUESS_FLOOR
from bot.domain.groups import Group, Trouble
from bot.domain.instants import DAY_MS, MINUTE_MS, from_ms, to_ms
from bot.domain.quiz import MAX_SAME_LETTER, Kind, order_options
from bot.domain.standings import worth
from bot.services import afterwards, cases, code_years
from bot.services import standings as boards
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.storage import agenda, banks, deliveries, estimates, groups, quiz
from bot.storage.agenda import Entry
from bot.storage.banks import Pick
from bot.storage.database import Transaction

DIGEST_AFTER_MS = MINUTE_MS
GIVEN_UP_AFTER_MS = DAY_MS  # a closing that fails for so long would only keep the next questions waiting
SOME = 100  # groups that are looked at in one transaction
LOOKED_BACK = timedelta(days=2)  # no local day that is still ahead is older than that
TOP = 5
MOST_NAMED = 10  # a crowd that shares the first place does not fit into a message


def daily_key(group_id: int) -> str:
    """The agenda's key of a group's daily question."""
    return f"daily:{group_id}"


def closing_key(round_id: int) -> str:
    """The key of the delivery that makes a round's post a closed one."""
    return f"close:{round_id}"


async def plan_next(tx: Transaction, group: Group, now_ms: int) -> int:
    """Put the group's next daily question into the agenda; returns its instant in milliseconds.

    A local day that had its question brings no second one, whatever time the group has moved to.
    """
    slot = group.schedule.next_after(from_ms(now_ms))
    while await quiz.daily_rounds(tx, group.group_id, group.schedule.local_day(slot).isoformat()):
        slot = group.schedule.next_after(slot)
    due = to_ms(slot)
    await agenda.put(tx, key=daily_key(group.group_id), kind="daily", group_id=group.group_id, due_at=due)
    return due


async def replan(tx: Transaction, *, now_ms: int, after: int) -> int | None:
    """Compute the daily questions that are still ahead anew: zones' rules change, and the plan is older than they are.

    What is overdue stays as it is, to be posted late or recorded as skipped.
    """
    now = from_ms(now_ms)
    entries = await agenda.ahead(tx, "daily", now_ms, after, SOME)
    found = await groups.by_ids(tx, {entry.group_id for entry in entries})
    asked = await quiz.days_asked(tx, found, (now - LOOKED_BACK).date().isoformat())
    for entry in entries:
        group = found[entry.group_id]
        slot = group.schedule.next_after(now)
        while (group.group_id, group.schedule.local_day(slot).isoformat()) in asked:
            slot = group.schedule.next_after(slot)
        if to_ms(slot) != entry.due_at:
            await agenda.move(tx, entry.agenda_id, to_ms(slot))
    return entries[-1].agenda_id if len(entries) == SOME else None


async def open_day(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:
    """A group's hour has come: choose its questions, write their posts, and plan their end and the next day."""
    # Advanced by one slot, not to the one after now: each day that was slept through is looked at and recorded.
    due = from_ms(entry.due_at)
    await agenda.move(tx, entry.agenda_id, to_ms(group.schedule.next_after(due)))
    day = group.schedule.local_day(due).isoformat()
    if await quiz.daily_rounds(tx, group.group_id, day):
        return
    if from_ms(now_ms) - due > plan.late_grace:
        await agenda.skip(tx, group.group_id, day, "late", now_ms)
        return
    blueprint = plan.blueprints.get(group.wishes.exam)
    rounds = await _open_rounds(tx, group, blueprint, plan, day, entry.due_at, now_ms) if blueprint else []
    if not rounds:
        await agenda.skip(tx, group.group_id, day, "no-questions", now_ms)
        await tell_admin(tx, group, Trouble.NO_QUESTIONS, now_ms)
        return
    if group.trouble is Trouble.NO_QUESTIONS:
        await groups.set_trouble(tx, group.group_id, None)
    closes = now_ms + group.wishes.open_minutes * MINUTE_MS
    for slot, round_id in enumerate(rounds):
        await deliveries.put(
            tx,
            key=f"question:{group.group_id}:{day}:{slot}",
            kind="question",
            group_id=group.group_id,
            round_id=round_id,
            due_at=entry.due_at,
            now_ms=now_ms,
            expires_at=min(closes, entry.due_at + plan.late_grace // timedelta(milliseconds=1) + MINUTE_MS),
        )
    await plan_closing(tx, group.group_id, day, closes)


async def plan_closing(tx: Transaction, group_id: int, day: str, closes: int) -> None:
    """Put the closing of a group's day, and the digest after it, into the agenda."""
    for kind, due in (("close", closes), ("digest", closes + DIGEST_AFTER_MS)):
        await agenda.put(tx, key=f"{kind}:{group_id}:{day}", kind=kind, group_id=group_id, day=day, due_at=due)


async def _open_rounds(
    tx: Transaction, group: Group, blueprint: Blueprint, plan: Plan, day: str, due_at: int, now_ms: int
) -> list[int]:
    code_year = blueprint.code_year(group.local_day(from_ms(now_ms)))
    picks = await banks.picks(tx, group.group_id, blueprint.banks, code_year=code_year)
    await code_years.announce(tx, group, blueprint, now_ms)
    await _warn_when_low(tx, group, picks, plan, now_ms)
    opened: list[int] = []
    used: set[int] = set()
    topics: set[str] = set()
    of_case: list[Pick] = []  # what is left of the case that was begun
    for slot in range(group.wishes.per_day):
        if not of_case:
            left = [pick for pick in picks if pick.question_id not in used]
            question_id = await choose(
                tx,
                left,
                group=group,
                blueprint=blueprint,
                member=None,
                repeat_days=plan.repeat_days,
                now_ms=now_ms,
                rng=plan.rng,
                avoid_topics=topics,
            )
            if question_id is None:
                break
            of_case = cases.begin(left, question_id, plan.repeat_days, now_ms)
        chosen = of_case.pop(0)
        used.add(chosen.question_id)
        topics.add(chosen.topic)
        question = await banks.content(tx, chosen.question_id)
        assert question is not None
        order = order_options(
            [option.correct for option in question.options],
            shuffle=question.shuffle,
            recent_keys=await quiz.recent_keys(tx, group.group_id, MAX_SAME_LETTER),
            rng=plan.rng,
        )
        new = quiz.NewRound(
            group.group_id,
            Kind.DAILY,
            None,
            day,
            slot,
            tuple(order),
            due_at,
            now_ms,
            now_ms + group.wishes.open_minutes * MINUTE_MS,
            group.wishes.channel_id,
            worth=await _worth(tx, chosen),
        )
        round_id = await quiz.open_round(tx, new, question)
        if round_id is not None:
            opened.append(round_id)
    return opened


async def _worth(tx: Transaction, pick: Pick) -> int:
    rows = await estimates.load(tx, (), {pick.topic_id}, {pick.question_id})
    return worth(rows.topic(pick.topic_id).mean + rows.item(pick.question_id).mean)


async def choose(
    tx: Transaction,
    picks: Sequence[Pick],
    *,
    group: Group,
    blueprint: Blueprint,
    member: int | None,
    repeat_days: int,
    now_ms: int,
    rng: Random,
    avoid_topics: Collection[str] = (),
) -> int | None:
    """The id of the next question for the group, or for one member; None where there is none."""
    leaning = await leanings(tx, picks, group, blueprint, member, now_ms)
    chosen = selection.choose(
        [
            selection.Candidate(
                pick.question_id,
                pick.topic,
                _chance(leaning.ability.get(pick.topic_id, 0.0) - pick.item_mean),
                None if pick.last_asked is None else (now_ms - pick.last_asked) / DAY_MS,
            )
            for pick in picks
        ],
        shares=leaning.shares,
        weakness=leaning.weakness,
        taught=leaning.taught,
        repeat_days=repeat_days,
        avoid_topics=avoid_topics,
        rng=rng,
    )
    return chosen.question_id if chosen else None


@dataclass(frozen=True, slots=True)
class Leanings:
    """What selection goes by: logits by topic id; the rest by slug, as `selection.choose` takes it."""

    ability: Mapping[int, float]
    shares: Mapping[str, float]
    weakness: Mapping[str, float]
    taught: Mapping[str, float]


async def leanings(
    tx: Transaction, picks: Sequence[Pick], group: Group, blueprint: Blueprint, member: int | None, now_ms: int
) -> Leanings:
    """Which topics of these questions the group, or one member, needs most."""
    # A bank has hundreds of questions and a dozen topics: what is a topic's is computed once.
    topics = {pick.topic_id: pick.topic for pick in picks}
    topic_ids = topics.keys()
    if member is None:
        ability = await estimates.group_ability(tx, group.group_id, topic_ids)
    else:
        rows = await estimates.load(tx, [member], topic_ids, ())
        ability = {
            topic: rows.learner(member).mean + rows.learner_topic(member, topic).mean - rows.topic(topic).mean
            for topic in topic_ids
        }
    pools = await estimates.pools(tx, topic_ids)
    mark = blueprint.pass_mark
    return Leanings(
        ability,
        shares={topic: blueprint.topic_share(topic) for topic in topics.values()},
        weakness={
            topic: max(0.0, mark - _chance(ability[topic_id] - pools[topic_id].mean))
            for topic_id, topic in topics.items()
            if topic_id in ability
        },
        taught=await afterwards.lately_taught(tx, group.group_id, now_ms) if member is None else {},
    )


def _chance(logit: float) -> float:
    return GUESS_FLOOR + (1 - GUESS_FLOOR) / (1 + math.exp(-logit))


async def _warn_when_low(tx: Transaction, group: Group, picks: Sequence[Pick], plan: Plan, now_ms: int) -> None:
    unasked = sum(
        1 for pick in picks if pick.last_asked is None or now_ms - pick.last_asked >= plan.repeat_days * DAY_MS
    )
    days = unasked // group.wishes.per_day
    if picks and days <= selection.LOW_BANK_DAYS:
        # Once for a bank of this size: new questions begin a new count.
        await deliveries.put(
            tx,
            key=f"low-bank:{group.group_id}:{len(picks)}",
            kind="notice",
            group_id=group.group_id,
            due_at=now_ms,
            now_ms=now_ms,
            lane=_notices(group),
            payload={"what": "low-bank", "days": days, "user": group.set_up_by, "exam": group.wishes.exam},
        )


async def tell_admin(tx: Transaction, group: Group, trouble: Trouble, now_ms: int) -> None:
    """Remember what keeps the group's posts from arriving, and tell the admin: once, until it is mended."""
    if group.trouble is trouble:
        return
    await groups.set_trouble(tx, group.group_id, trouble)
    await deliveries.put(
        tx,
        key=f"trouble:{group.group_id}:{trouble.value}:{now_ms}",
        kind="notice",
        group_id=group.group_id,
        due_at=now_ms,
        now_ms=now_ms,
        lane=_notices(group),
        payload={
            "what": trouble.value,
            "user": group.set_up_by,
            "channel": group.wishes.channel_id,
            "exam": group.wishes.exam,
        },
    )


def _notices(group: Group) -> str:
    return f"notice:{group.group_id}"


async def posted(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:
    """A question is in its channel: its round is open."""
    if parcel.delivery.round_id is None:
        return
    await quiz.posted(tx, parcel.delivery.round_id, message_id, now_ms)
    if parcel.round is not None and (parcel.too_late or parcel.round.asked.closes_at <= from_ms(now_ms)):
        # It arrived, or was found, after its day was closed and summed up without it.
        await plan_closing(tx, parcel.group.group_id, parcel.round.day, now_ms)


async def unposted(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A question never came: it is no round, since nobody could answer it, and its day is recorded as skipped."""
    if parcel.delivery.round_id is None or parcel.round is None:
        return
    await quiz.unposted(tx, parcel.delivery.round_id)
    await agenda.skip(tx, parcel.delivery.group_id, parcel.round.day, "unposted", now_ms)


async def closed(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A post shows its round as closed: once more where answers in time were kept while it was made."""
    shown = parcel.round
    if shown is None:
        return
    row = await quiz.round_row(tx, shown.asked.round_id)
    if row is not None and row["answered"] != shown.answered:
        await deliveries.again(tx, parcel.delivery.key, now_ms)


async def close_day(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  the same
    """The day's questions close: what comes after this answers nothing."""
    assert entry.day is not None
    await agenda.remove(tx, entry.agenda_id)
    for round_id in await quiz.close(tx, group.group_id, entry.day, now_ms):
        await deliveries.put(
            tx,
            key=closing_key(round_id),
            kind="close",
            group_id=group.group_id,
            round_id=round_id,
            due_at=now_ms,
            now_ms=now_ms,
            expires_at=now_ms + GIVEN_UP_AFTER_MS,
        )


async def sum_up(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  the same
    """The digest of a day that was closed."""
    day = entry.day
    assert day is not None
    await agenda.remove(tx, entry.agenda_id)
    rounds = [row for row in await quiz.daily_rounds(tx, group.group_id, day) if row["state"] == "closed"]
    # A withdrawn question is nobody's: its answers are not counted.
    rounds = [row for row in rounds if row["voided_at"] is None]
    if not rounds:
        return
    board = await boards.points(tx, group, boards.week_of(date.fromisoformat(day)))
    top = [one for one in board if one.rank <= TOP]
    payload: dict[str, Any] = {
        "day": day,
        "channel": rounds[0]["channel_id"],
        "answered": sum(row["answered"] for row in rounds),
        "questions": len(rounds),
        "top": [[one.rank, one.user_id, one.points] for one in top[:MOST_NAMED]],
        "more": len(top[MOST_NAMED:]),
    }
    await deliveries.put(
        tx,
        key=f"digest:{group.group_id}:{day}",
        kind="digest",
        group_id=group.group_id,
        due_at=entry.due_at,
        now_ms=now_ms,
        expires_at=now_ms + GIVEN_UP_AFTER_MS,
        payload=payload,
    )
