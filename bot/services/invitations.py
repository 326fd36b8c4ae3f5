"""One invitation's way: sent while its member is awake, and taken on, passed on, or left to lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.feedback import Ask, State, Visibility
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.pings import ends_by
from bot.domain.refusals_reviewers import (
    AskOver,
    InvitationAccepted,
    InvitationLapsed,
    InvitationPassed,
    NoSuchInvitation,
    NotYourInvitation,
)
from bot.domain.reviewers import AT_WORK, next_awake
from bot.domain.streaks import may_ping
from bot.services import threads
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.services.reviewers import invite, key_of, look_again, note, plan_invitation, refused
from bot.storage import agenda, deliveries, exams, feedback, groups
from bot.storage import reviewers as kept
from bot.storage import streaks as members
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery
from bot.storage.reviewers import ACCEPTED, ASKED, DONE, LAPSED, PASSED, Invitation


@dataclass(frozen=True, slots=True)
class Due:
    """An invitation as it is sent. It says no more than the topic."""

    invitation_id: int
    user_id: int
    topic: str | None
    explain: bool = False  # a teach-back's question, that its member solved


@dataclass(frozen=True, slots=True)
class Accepted:
    """What somebody took on. `anew` says that it was this press."""

    ask: Ask
    guild_id: int
    anew: bool


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Send an invitation, or wait for its member's morning."""
    member = entry.member_id
    assert member is not None, "an invitation names its member"
    found = None if entry.subject_id is None else await kept.invitation(tx, entry.subject_id)
    ask = None if found is None else await feedback.by_id(tx, found.ask_id)
    if found is None or ask is None or found.state != ASKED or ask.state is not State.OPEN:
        await agenda.remove(tx, entry.agenda_id)
        return
    now, zone = from_ms(now_ms), await _zone(tx, group, member)
    awake = next_awake(now, zone)
    if awake > now:
        await plan_invitation(tx, ask, found.invitation_id, member, to_ms(awake))
        return
    await plan_invitation(tx, ask, found.invitation_id, member, now_ms)  # its day to answer begins now
    await agenda.remove(tx, entry.agenda_id)
    key = f"{key_of(found.invitation_id)}:{entry.due_at}"
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind="invitation",
        group_id=group.group_id,
        member_id=member,
        subject_id=found.invitation_id,
        due_at=entry.due_at,
        now_ms=now_ms,
        expires_at=to_ms(ends_by(now, zone)),
    )


async def _zone(tx: Transaction, group: Group, member: int) -> ZoneInfo:
    return ZoneInfo(await members.own_zone(tx, member) or group.wishes.zone)


async def due(database: Database, group: Group, delivery: Delivery, now: datetime) -> Due | None:
    """The invitation to send, as things stand now; None where there is nothing to say any more, or it is night."""
    async with database.read() as tx:
        found = None if delivery.subject_id is None else await kept.invitation(tx, delivery.subject_id)
        ask = None if found is None else await feedback.by_id(tx, found.ask_id)
        if found is None or ask is None or found.state != ASKED or ask.state is not State.OPEN:
            return None
        asleep = not may_ping(now, await _zone(tx, group, found.member_id))
        if asleep or await feedback.left(tx, found.member_id) or await exams.at_rest(tx, found.member_id, to_ms(now)):
            return None
    return Due(found.invitation_id, found.user_id, ask.topic, ask.kind != "ask")


async def given_up(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """It cannot reach its member: the next is asked. Whose evening only was over gets it in the morning."""
    found = None if parcel.delivery.subject_id is None else await kept.invitation(tx, parcel.delivery.subject_id)
    ask = None if found is None else await feedback.by_id(tx, found.ask_id)
    if found is None or ask is None or found.state != ASKED or ask.state is not State.OPEN:
        return
    now = from_ms(now_ms)
    awake = next_awake(now, await _zone(tx, parcel.group, found.member_id))
    if awake > now and not refused(problem):
        await plan_invitation(tx, ask, found.invitation_id, found.member_id, to_ms(awake))
        return
    await kept.move(tx, found.invitation_id, LAPSED, now_ms)
    if refused(problem):
        await note(tx, found.member_id, "invitation", now_ms)
    await invite(tx, ask.ask_id, ask.group_id, now_ms)


async def to(database: Database, ask_id: int, user: int) -> Due:
    """A user's invitation to an ask that waits for their answer. Raises NoSuchInvitation."""
    async with database.read() as tx:
        invitation_id = await kept.of_user(tx, ask_id, user)
        found = None if invitation_id is None else await kept.invitation(tx, invitation_id)
        ask = await feedback.by_id(tx, ask_id)
    if found is None or ask is None or found.state != ASKED or ask.state is not State.OPEN:
        raise NoSuchInvitation
    return Due(found.invitation_id, user, ask.topic, ask.kind != "ask")


async def accept(database: Database, invitation_id: int, user: int, now: datetime) -> Accepted:
    """Take a question on, or look again at what was taken on; to a private thread the member is added.

    Raises NoSuchInvitation, NotYourInvitation, InvitationLapsed, InvitationPassed and AskOver.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        found, ask, group = await _own(tx, invitation_id, user)
        if ask.state is not State.OPEN or ask.locked_at is not None:
            raise AskOver
        if found.state == LAPSED:
            raise InvitationLapsed
        if found.state == PASSED:
            raise InvitationPassed
        if found.state == ASKED:
            await kept.move(tx, invitation_id, ACCEPTED, now_ms)
            await agenda.forget(tx, key_of(invitation_id))
            await look_again(tx, ask, f"{invitation_id}:at-work", now + AT_WORK)
        if ask.words.visibility is Visibility.PRIVATE and ask.thread_id is not None:
            # A press again adds them again: it is how to come back into a thread that one has left.
            await deliveries.put(
                tx,
                key=f"reviewer-joins:{invitation_id}:{now_ms}",
                lane=threads.lane(ask.ask_id),
                kind="reviewer-joins",
                group_id=ask.group_id,
                member_id=found.member_id,
                subject_id=invitation_id,
                due_at=now_ms,
                now_ms=now_ms,
            )
    return Accepted(ask, group.guild_id, anew=found.state == ASKED)


async def group_of(database: Database, invitation_id: int, user: int) -> Group:
    """The group of a user's own invitation. Raises NoSuchInvitation, NotYourInvitation."""
    async with database.read() as tx:
        return (await _own(tx, invitation_id, user))[2]


async def pass_on(database: Database, invitation_id: int, user: int, now: datetime) -> None:
    """Let the next be asked. A second time changes nothing.

    Raises NoSuchInvitation, NotYourInvitation, InvitationLapsed, InvitationAccepted and AskOver.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        found, ask, _ = await _own(tx, invitation_id, user)
        if found.state in (ACCEPTED, DONE):
            raise InvitationAccepted
        if found.state == PASSED:
            return
        if ask.state is not State.OPEN:
            raise AskOver
        if found.state == LAPSED:
            raise InvitationLapsed
        await kept.move(tx, invitation_id, PASSED, now_ms)
        await agenda.forget(tx, key_of(invitation_id))
        await invite(tx, ask.ask_id, ask.group_id, now_ms)


async def _own(tx: Transaction, invitation_id: int, user: int) -> tuple[Invitation, Ask, Group]:
    found = await kept.invitation(tx, invitation_id)
    ask = None if found is None else await feedback.by_id(tx, found.ask_id)
    group = None if ask is None else await groups.by_id(tx, ask.group_id)
    if found is None or ask is None or group is None:
        raise NoSuchInvitation
    if found.user_id != user:
        raise NotYourInvitation
    return found, ask, group


async def joining(database: Database, delivery: Delivery) -> tuple[Ask, int] | None:
    """The ask and the user to add to its thread; None where there is no thread, or nothing to look at, any more."""
    async with database.read() as tx:
        found = None if delivery.subject_id is None else await kept.invitation(tx, delivery.subject_id)
        ask = None if found is None else await feedback.by_id(tx, found.ask_id)
    if found is None or ask is None or ask.thread_id is None or found.state not in (ACCEPTED, DONE):
        return None
    return None if ask.state is State.REMOVED else (ask, found.user_id)


async def not_joined(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """They could not be added to the private thread: told at the next contact."""
    member = parcel.delivery.member_id
    if member is not None and refused(problem):
        await note(tx, member, "not-joined", now_ms)
