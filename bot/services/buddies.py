"""Study buddies: looking for one, answering a proposal, and ending it. Neither learns who it is before both agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.blueprint import Blueprint
from bot.domain.buddies import ANSWER_WITHIN, LOOKS_FOR, MOST_A_WEEK, WEEK, Seeker, pairs, together
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.pings import ends_by
from bot.domain.questions import slug as topic_slug
from bot.domain.refusals_reviewers import AlreadyLooking, HasBuddy, NoBuddy, NoSuchPair, PairOver, TooManySearches
from bot.domain.reviewers import next_awake
from bot.domain.streaks import may_ping
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.services.reviewers import USUAL_MARK, chances, note, refused
from bot.storage import agenda, banks, deliveries, exams, feedback, groups
from bot.storage import buddies as kept
from bot.storage import streaks as members
from bot.storage.agenda import Entry
from bot.storage.buddies import ACCEPTED, ASKED, ENDED, PASSED, Pair
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

__all__ = ["ASKED", "Pair"]

MATCHED, UNLUCKY, OVER = "matched", "unlucky", "ended"
"""What is said by direct message, beside ASKED."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a member stands: looking since then (ms), or in this proposal or pair."""

    looking_since: int | None
    pair: Pair | None

    @property
    def until(self) -> datetime | None:
        """Until when a proposal can be answered."""
        if self.pair is None or self.pair.matched_at is not None:
            return None
        return from_ms(self.pair.made_at) + ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class Word:
    """A direct message: to whom, what it says, and the pair that it is about, as things stand."""

    user_id: int
    what: str
    pair: Pair | None


# What a member does


async def find(database: Database, group: Group, user: int, now: datetime) -> None:
    """Look for a buddy. Raises HasBuddy, AlreadyLooking and TooManySearches."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        member = (await groups.member_ids(tx, [(group.group_id, user)], now_ms))[(group.group_id, user)]
        pair = await _current(tx, member, now_ms)
        if pair is not None:
            raise AlreadyLooking if pair.matched_at is None else HasBuddy
        lately = await kept.proposals(tx, member, to_ms(now - WEEK))
        if len(lately) >= MOST_A_WEEK:
            raise TooManySearches(MOST_A_WEEK, from_ms(lately[-MOST_A_WEEK]) + WEEK)
        if not await kept.seek(tx, member, now_ms):
            raise AlreadyLooking
        await agenda.put(
            tx,
            key=f"buddy-seek:{member}",
            kind="buddy-seek",
            group_id=group.group_id,
            member_id=member,
            due_at=to_ms(now + LOOKS_FOR),
        )
        await _look(tx, group, now_ms)


async def status(database: Database, group: Group, user: int) -> Status:
    """Where a member stands."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return Status(None, None)
        return Status(await kept.since(tx, member), await kept.current(tx, member))


async def accept(database: Database, plan: Plan, buddy_id: int, user: int, now: datetime) -> Pair:
    """Say yes to a proposal; the pair is matched when both did. Raises NoSuchPair and PairOver."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        pair, group = await _own(tx, buddy_id, user)
        if pair.ended_at is not None or pair.mine.state in (PASSED, ENDED):
            raise PairOver
        if pair.matched_at is not None:
            return pair
        if from_ms(pair.made_at) + ANSWER_WITHIN <= now:
            raise PairOver
        await kept.set_state(tx, buddy_id, pair.mine.member_id, ACCEPTED)
        if pair.other is not None and pair.other.state == ACCEPTED:
            topics = await _suggested(tx, group, plan, (pair.mine.member_id, pair.other.member_id), now)
            await kept.match(tx, buddy_id, topics, now_ms)
            await agenda.forget(tx, f"buddy-over:{buddy_id}")
            await _say(tx, group, pair.other.member_id, MATCHED, buddy_id, now)
        return await _again(tx, buddy_id, pair.mine.member_id)


async def decline(database: Database, buddy_id: int, user: int, now: datetime) -> None:
    """Say no to a proposal. The other is told nothing: it ends for them as if nobody had answered.

    Raises NoSuchPair and PairOver.
    """
    async with database.write() as tx:
        pair, _ = await _own(tx, buddy_id, user)
        if pair.mine.state == PASSED:
            return
        over = from_ms(pair.made_at) + ANSWER_WITHIN <= now
        if pair.ended_at is not None or pair.matched_at is not None or over:
            raise PairOver
        await kept.set_state(tx, buddy_id, pair.mine.member_id, PASSED)


async def end(database: Database, group: Group, user: int, now: datetime) -> Status:
    """End the pair, the proposal or the search; returns what it was. Raises NoBuddy."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            raise NoBuddy
        was = Status(await kept.since(tx, member), await _current(tx, member, now_ms))
        if was.looking_since is None and was.pair is None:
            raise NoBuddy
        await kept.stop_seeking(tx, [member])
        await agenda.forget(tx, f"buddy-seek:{member}")
        if was.pair is not None and was.pair.matched_at is None:
            await kept.set_state(tx, was.pair.buddy_id, member, PASSED)
        elif was.pair is not None:
            await kept.set_state(tx, was.pair.buddy_id, member, ENDED)
            await kept.end(tx, was.pair.buddy_id, now_ms)
            if was.pair.other is not None:
                await _say(tx, group, was.pair.other.member_id, OVER, was.pair.buddy_id, now)
    return was


async def _current(tx: Transaction, member: int, now_ms: int) -> Pair | None:
    """The pair or proposal that a member is in. A pair whose other half was deleted has ended with that."""
    pair = await kept.current(tx, member)
    if pair is not None and pair.matched_at is not None and pair.other is None:
        await kept.end(tx, pair.buddy_id, now_ms)
        return None
    return pair


async def _own(tx: Transaction, buddy_id: int, user: int) -> tuple[Pair, Group]:
    member = await kept.member_of(tx, buddy_id, user)
    pair = None if member is None else await kept.pair(tx, buddy_id, member)
    group = None if pair is None else await groups.by_id(tx, pair.group_id)
    if pair is None or group is None:
        raise NoSuchPair
    return pair, group


async def _again(tx: Transaction, buddy_id: int, member: int) -> Pair:
    pair = await kept.pair(tx, buddy_id, member)
    assert pair is not None, "it was there in this transaction"
    return pair


# What the agenda does


async def _look(tx: Transaction, group: Group, at: int) -> None:
    await agenda.put(tx, key=f"buddies:{group.group_id}", kind="buddies", group_id=group.group_id, due_at=at)


async def claim_search(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:
    """Propose those to each other who fit; for the others it is tried again a day later."""
    await agenda.remove(tx, entry.agenda_id)
    now = from_ms(now_ms)
    found = await kept.seekers(tx, group.group_id)
    shares, _ = await _topics(tx, plan.blueprints.get(group.wishes.exam))
    seekers = await _seekers(tx, group, plan, dict(found), list(shares), now)
    for one, other in pairs(seekers, shares, now, plan.rng):
        both = (one.member_id, other.member_id)
        buddy_id = await kept.propose(tx, group.group_id, both, now_ms)
        await kept.stop_seeking(tx, both)
        for member in both:
            await agenda.forget(tx, f"buddy-seek:{member}")
            await _say(tx, group, member, ASKED, buddy_id, now)
        await agenda.put(
            tx,
            key=f"buddy-over:{buddy_id}",
            kind="buddy-over",
            group_id=group.group_id,
            subject_id=buddy_id,
            due_at=to_ms(now + ANSWER_WITHIN),
        )
    if len(await kept.seekers(tx, group.group_id)) > 1:
        await _look(tx, group, now_ms + DAY_MS)


async def claim_over(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A proposal's time is over: who said yes is told that it did not work out, and not why."""
    await agenda.remove(tx, entry.agenda_id)
    buddy_id = entry.subject_id
    if buddy_id is None or not await kept.is_open(tx, buddy_id):
        return
    await kept.end(tx, buddy_id, now_ms)
    for side in await kept.sides(tx, buddy_id):
        if side.state == ACCEPTED:
            await _say(tx, group, side.member_id, UNLUCKY, buddy_id, from_ms(now_ms))


async def claim_tired(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Nobody fitted for a fortnight: the search ends, and its member is told."""
    await agenda.remove(tx, entry.agenda_id)
    if entry.member_id is not None and await kept.stop_seeking(tx, [entry.member_id]):
        await _say(tx, group, entry.member_id, UNLUCKY, 0, from_ms(now_ms))


async def _topics(tx: Transaction, blueprint: Blueprint | None) -> tuple[dict[int, float], dict[int, str]]:
    """Each topic's share of the exam, and its name; of two exams' topics with one name, the one with more questions."""
    if blueprint is None:
        return {}, {}
    by_slug = {
        slug: topic
        for topic, slug, _, _ in sorted(await banks.topics(tx, blueprint.banks), key=lambda row: (row[3], row[0]))
    }
    shares: dict[int, float] = {}
    names: dict[int, str] = {}
    for section in blueprint.sections:
        for name in section.topics:
            topic = by_slug.get(topic_slug(name))
            if topic is not None:
                shares[topic] = section.weight / len(section.topics)
                names[topic] = name
    return shares, names


async def _seekers(
    tx: Transaction, group: Group, plan: Plan, zones: dict[int, str | None], topics: list[int], now: datetime
) -> list[Seeker]:
    blueprint = plan.blueprints.get(group.wishes.exam)
    known = await chances(tx, zones, topics, blueprint.pass_mark if blueprint else USUAL_MARK)
    found = []
    for member, zone in zones.items():
        coming = await exams.coming(tx, member, to_ms(now))
        found.append(
            Seeker(
                member,
                zone or group.wishes.zone,
                coming[0].day if coming else None,
                {topic: known[member, topic] for topic in topics if (member, topic) in known},
                await kept.before(tx, member),
            )
        )
    return found


async def _suggested(tx: Transaction, group: Group, plan: Plan, both: tuple[int, int], now: datetime) -> list[str]:
    shares, names = await _topics(tx, plan.blueprints.get(group.wishes.exam))
    one, other = await _seekers(tx, group, plan, dict.fromkeys(both), list(shares), now)
    return sorted(names[topic] for topic in together(one, other, shares, plan.rng))


# Words by direct message, never at night


async def _say(tx: Transaction, group: Group, member: int, what: str, buddy_id: int, now: datetime) -> None:
    """Plan a word to a member, for now or their morning; who has left the server hears nothing."""
    if await feedback.left(tx, member):
        return
    awake = next_awake(now, await _zone(tx, group, member))
    await _plan(tx, group, f"buddy-word:{what}:{buddy_id}:{member}", member, buddy_id, awake)


async def _plan(tx: Transaction, group: Group, key: str, member: int, buddy_id: int, at: datetime) -> None:
    await agenda.put(
        tx,
        key=key,
        kind="buddy-word",
        group_id=group.group_id,
        member_id=member,
        subject_id=buddy_id or None,
        due_at=to_ms(at),
    )


async def _zone(tx: Transaction, group: Group, member: int) -> ZoneInfo:
    return ZoneInfo(await members.own_zone(tx, member) or group.wishes.zone)


async def claim_word(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Send a word, or wait for its member's morning; on the day of an exam of theirs for the next one."""
    member = entry.member_id
    assert member is not None, "a word has a member"
    now, zone = from_ms(now_ms), await _zone(tx, group, member)
    awake = next_awake(now, zone)
    if await exams.quiet(tx, member, now_ms):
        awake = next_awake(ends_by(now, zone), zone)
    if awake > now:
        await agenda.move(tx, entry.agenda_id, to_ms(awake))
        return
    await agenda.remove(tx, entry.agenda_id)
    key = f"{entry.key}:{entry.due_at}"
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind="buddy-word",
        group_id=group.group_id,
        member_id=member,
        subject_id=entry.subject_id,
        due_at=entry.due_at,
        now_ms=now_ms,
        expires_at=to_ms(ends_by(now, zone)),
        payload={"what": entry.key.split(":")[1]},
    )


async def due(database: Database, group: Group, delivery: Delivery, now: datetime) -> Word | None:
    """The word to send, as things stand now; None where there is nothing to say any more, or it is night."""
    member, what = delivery.member_id, delivery.payload.get("what")
    if member is None or not isinstance(what, str):
        return None
    async with database.read() as tx:
        owner = await members.owner(tx, member)
        if owner is None or await feedback.left(tx, member) or not may_ping(now, await _zone(tx, group, member)):
            return None
        pair = None if delivery.subject_id is None else await kept.pair(tx, delivery.subject_id, member)
    if what == ASKED:
        late = pair is None or from_ms(pair.made_at) + ANSWER_WITHIN <= now
        if late or pair is None or pair.ended_at is not None or pair.mine.state != ASKED:
            return None
    if what == MATCHED and (pair is None or pair.ended_at is not None or pair.other is None):
        return None
    return Word(owner[1], what, pair)


async def given_up(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """It cannot reach its member: told at the next contact. Whose evening only was over gets it in the morning."""
    delivery, now = parcel.delivery, from_ms(now_ms)
    if delivery.member_id is None:
        return
    if refused(problem):
        await note(tx, delivery.member_id, "buddy", now_ms)
        return
    awake = next_awake(now, await _zone(tx, parcel.group, delivery.member_id))
    if awake > now:
        key = delivery.key.rpartition(":")[0]
        await _plan(tx, parcel.group, key, delivery.member_id, delivery.subject_id or 0, awake)
