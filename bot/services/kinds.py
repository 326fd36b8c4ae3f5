"""What each kind of agenda entry and delivery means: a feature's line in these tables is all that joins it to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

from bot.domain.groups import Group
from bot.services import (
    afterwards,
    attendance,
    buddies,
    challenge_words,
    corrections,
    daily,
    fires,
    invitations,
    ladder,
    periods,
    pings,
    reminders,
    reviewers,
    rsvps,
    session_plan,
    session_posts,
    setbacks,
    teachback,
    threads,
    unanswered,
    units,
    verdicts,
)
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.storage.agenda import Entry
from bot.storage.database import Transaction
from bot.storage.deliveries import Delivery

Claim = Callable[[Transaction, Entry, Group, Plan, int], Awaitable[None]]
"""Does what a due entry says, in the caller's transaction: it moves or removes the entry, and writes its deliveries."""


class Replan(Protocol):
    """Computes anew some of what a kind has ahead of it at an instant (milliseconds); what is overdue stays as it is.

    It begins with the ids above *after*, and returns where to go on, None when it has been through all.
    """

    def __call__(self, tx: Transaction, *, now_ms: int, after: int) -> Coroutine[Any, Any, int | None]: ...


Sent = Callable[[Transaction, Parcel, int | None, int], Awaitable[None]]
"""Notes that a delivery arrived as a message (None where that cannot be known), at an instant in milliseconds."""

GivenUp = Callable[[Transaction, Parcel, str, int], Awaitable[None]]
"""Notes that a delivery never arrives, with the problem: `parcels.TOO_LATE`, or Discord's status and code."""

CLAIMS: Mapping[str, Claim] = {
    "daily": daily.open_day,
    "close": daily.close_day,
    "digest": daily.sum_up,
    "boards": periods.begin,
    "winners": periods.announce,
    "streak": pings.claim,
    "units": units.claim,
    "exam": ladder.claim,
    "reminder": fires.claim,
    "snooze": fires.claim_snooze,
    "session-notice": rsvps.claim,
    "session-count": rsvps.count,
    "session-begin": session_plan.begin,
    "session-end": session_plan.end,
    "attendance": attendance.claim,
    "afterwards": afterwards.claim,
    "ask-archive": threads.archive,
    "ask-anew": teachback.anew,
    "invite": teachback.claim_invite,
    "invitation": invitations.claim,
    "buddies": buddies.claim_search,
    "buddy-seek": buddies.claim_tired,
    "buddy-over": buddies.claim_over,
    "buddy-word": buddies.claim_word,
    "unanswered": unanswered.claim,
    "teachback": teachback.begin,
    "teachback-end": teachback.end,
    corrections.KIND: corrections.claim,
}

LONG = frozenset({"daily", "boards", "winners"})
"""Kinds that read a whole bank, or write rows of every member: ten of them at once would keep answers waiting."""

_REQUESTS = {"close": 3.0}
"""An edit, a thread and its first message."""
_TO_A_MEMBER = 1.6
"""A message, and before it, where the channel is not known yet, the question for it."""


def requests(delivery: Delivery) -> float:
    """How many requests Discord counts for a delivery, about."""
    return _TO_A_MEMBER if delivery.member_id is not None else _REQUESTS.get(delivery.kind, 1.0)


REPLANS: tuple[Replan, ...] = (
    daily.replan,
    periods.replan,
    pings.replan,
    ladder.replan,
    units.replan,
    reminders.replan,
    fires.tidy,
)

SENT: Mapping[str, Sent] = {
    "question": daily.posted,
    "close": daily.closed,
    "session-post": session_posts.posted,
    "session-card": session_posts.shown,
    "session-event": session_posts.event_made,
    "attendance": attendance.posted,
    "ask": reviewers.ask_posted,
    "review": threads.posted,
    "follow-up": threads.posted,
    "ask-archive": threads.posted,
}

GIVEN_UP: Mapping[str, GivenUp] = {
    "question": daily.unposted,
    "streak": pings.given_up,
    "units": units.given_up,
    "exam": ladder.given_up,
    "passed": setbacks.untold,
    "reminder": fires.given_up,
    "session-post": session_posts.unposted,
    "session-card": session_posts.unshown,
    "session-event": session_posts.event_refused,
    "session-word": session_posts.untold,
    "session-notice": session_posts.untold,
    "attendance": attendance.unposted,
    "afterwards": attendance.unposted,
    "roster": afterwards.untold,
    "poll": afterwards.untold,
    "ask": threads.unposted,
    "review": threads.unposted,
    "follow-up": threads.unposted,
    "ask-card": threads.unposted,
    "review-card": threads.unposted,
    "follow-up-card": threads.unposted,
    "ask-archive": threads.unposted,
    "invitation": invitations.given_up,
    "reviewer-joins": invitations.not_joined,
    "buddy-word": buddies.given_up,
    "tutor-word": verdicts.untold,
    "unanswered": unanswered.untold,
    corrections.NOTE: corrections.untold,
    challenge_words.WORD: challenge_words.untold,
}
