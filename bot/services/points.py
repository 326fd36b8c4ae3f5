"""What rated answers add to the boards, in the transaction that keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.standings import MIN_PEOPLE, round_points
from bot.storage import standings
from bot.storage.database import Transaction
from bot.storage.standings import Person


@dataclass(frozen=True, slots=True)
class Stake:
    """A round as the boards see it: its worth, who took part before the batch, and the periods it counts for."""

    round_id: int
    group_id: int
    day: str
    worth: int
    takers: int
    periods: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Entry:
    stake: Stake
    member: int
    right: bool
    counted: bool
    first_of_day: bool


class Ledger:
    """A batch's answers as the boards see them; entered one by one, written with a fixed number of statements."""

    def __init__(self, people: dict[int, Person], attended: Collection[tuple[int, str]]) -> None:
        self._people = people
        self._attended = set(attended)
        self._here: dict[int, bool] = {}
        self._entries: list[_Entry] = []
        self._takers: Counter[int] = Counter()
        self._counted: Counter[int] = Counter()

    def meet(self, member: int, *, tutor: bool) -> bool:
        """A member pressed a button: they are here. Whether their answers make a round one of several people."""
        person = self._people[member]
        if person.gone or person.is_tutor != tutor:
            self._here[member] = tutor
        return not tutor or person.opted_in

    def learnt(self, member: int) -> None:
        """The learner model counted an answer, rated or not."""
        self._counted[member] += 1

    def enter(self, stake: Stake, member: int, *, right: bool, counted: bool, plays: bool) -> None:
        """A rated answer."""
        first = (member, stake.day) not in self._attended
        self._attended.add((member, stake.day))
        self._takers[stake.round_id] += plays
        self._entries.append(_Entry(stake, member, right, counted, first))

    async def write(self, tx: Transaction) -> None:
        """Write it all, and give earlier right answers their points where the third person came with this batch."""
        if self._here:
            await standings.here(tx, self._here)
        if self._counted:
            await standings.add_counted(tx, self._counted)
        if not self._entries:
            return
        rows: list[dict[str, Any]] = []
        for one in self._entries:
            people = one.stake.takers + self._takers[one.stake.round_id]
            earned = round_points(one.stake.worth, right=one.right, counted=one.counted, people=people)
            rows += _rows(one.stake, one.member, earned, 1, int(one.first_of_day))
        rows += await self._belated(tx)
        await standings.add(tx, rows)
        await standings.add_takers(tx, self._takers)

    async def _belated(self, tx: Transaction) -> list[dict[str, Any]]:
        stakes = {one.stake.round_id: one.stake for one in self._entries}
        reached = [key for key, one in stakes.items() if one.takers < MIN_PEOPLE <= one.takers + self._takers[key]]
        if not reached:
            return []
        mine = {(one.stake.round_id, one.member) for one in self._entries}
        rows: list[dict[str, Any]] = []
        for round_id, member in await standings.right_answers(tx, reached):
            if (round_id, member) not in mine:
                rows += _rows(stakes[round_id], member, stakes[round_id].worth, 0, 0)
        return rows


def _rows(stake: Stake, member: int, points: int, answered: int, days: int) -> list[dict[str, Any]]:
    return [
        {
            "group_id": stake.group_id,
            "period": period,
            "member_id": member,
            "points": points,
            "answered": answered,
            "days": days,
        }
        for period in stake.periods
    ]
