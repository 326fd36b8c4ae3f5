"""A delivery with what its post needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.groups import Group
from bot.domain.instants import from_ms
from bot.domain.quiz import Asked
from bot.storage import groups, quiz
from bot.storage.database import Transaction
from bot.storage.deliveries import Delivery
from bot.storage.quiz import Tally

TOO_LATE = "too late"
"""The problem of what was given up because its time was over."""

NEVER_TOO_LATE = ("close", "digest", "winners")
"""Posts that tell of what has happened: their end limits the retries, and being late does not make them wrong."""


@dataclass(frozen=True, slots=True)
class RoundState:
    """A round as its post shows it."""

    asked: Asked
    day: str
    slot_of: tuple[int, int]  # this question's number and how many there are that day, from 1
    channel_id: int
    message_id: int | None
    answered: int
    closed: bool
    due_at: datetime
    posted_at: datetime | None
    tally: Tally | None  # what its members answered; only of a closed round
    voided: bool = False  # the question was withdrawn
    corrected: bool = False  # its key was changed after the round had opened

    @property
    def chosen(self) -> Mapping[int, int]:
        """How many chose each place."""
        return {} if self.tally is None else self.tally.chosen


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery with what its post needs."""

    delivery: Delivery
    group: Group
    round: RoundState | None
    too_late: bool  # its time is over: find it if an earlier try made it, but do not make it now


async def parcel(tx: Transaction, delivery: Delivery, now_ms: int) -> Parcel:
    """A delivery as it can be posted at `now_ms`."""
    group = await groups.by_id(tx, delivery.group_id)
    assert group is not None, "deliveries go with their group"
    state = await round_state(tx, delivery.round_id) if delivery.round_id is not None else None
    ends = None if delivery.kind in NEVER_TOO_LATE else delivery.expires_at
    # A question that was withdrawn before it was posted is not asked any more.
    over = (ends is not None and ends <= now_ms) or (delivery.kind == "question" and state is not None and state.voided)
    return Parcel(delivery, group, state, over)


async def round_state(tx: Transaction, round_id: int) -> RoundState | None:
    """A round as its post shows it now; None where there is no such round."""
    row = await quiz.round_row(tx, round_id)
    if row is None:
        return None
    of_day = [one["round_id"] for one in await quiz.daily_rounds(tx, row["group_id"], row["day"])]
    closed = row["state"] == "closed"
    return RoundState(
        await quiz.explained(tx, row) if closed else quiz.asked(row),
        row["day"],
        (of_day.index(round_id) + 1, len(of_day)) if round_id in of_day else (1, 1),
        row["channel_id"],
        row["message_id"],
        row["answered"],
        closed,
        from_ms(row["due_at"]),
        from_ms(row["posted_at"]) if row["posted_at"] is not None else None,
        await quiz.tally(tx, row) if closed else None,
        row["voided_at"] is not None,
        bool(row["corrected"]),
    )
