"""Who comes to a session: seats by the order of asking, and a waiting list that moves up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Answer(StrEnum):
    """What a member said to an announcement."""

    GOING = "going"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Rsvp:
    """A member's answer. `turn` is the order of asking for a seat; who goes without being `seated` waits for one."""

    member: int
    answer: Answer
    turn: int
    seated: bool

    @property
    def waits(self) -> bool:
        return self.answer is Answer.GOING and not self.seated


@dataclass(frozen=True, slots=True)
class Settled:
    """All answers after a change. `up` are the members who got a seat by it, `down` those who lost theirs.

    The member who made the change is in neither: they see what became of it.
    """

    rsvps: tuple[Rsvp, ...]
    up: tuple[int, ...] = ()
    down: tuple[int, ...] = ()

    def of(self, member: int) -> Rsvp | None:
        return next((one for one in self.rsvps if one.member == member), None)

    def place(self, member: int) -> int | None:
        """A member's place on the waiting list, from 1; None for who does not wait."""
        waiting = [one.member for one in _in_turn(self.rsvps) if one.waits]
        return waiting.index(member) + 1 if member in waiting else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many have a seat, wait for one, may come, and cannot."""

    going: int = 0
    waiting: int = 0
    maybe: int = 0
    no: int = 0


def counts(rsvps: Iterable[Rsvp]) -> Counts:
    """The figures of an announcement."""
    found = list(rsvps)
    return Counts(
        sum(1 for one in found if one.seated),
        sum(1 for one in found if one.waits),
        sum(1 for one in found if one.answer is Answer.MAYBE),
        sum(1 for one in found if one.answer is Answer.NO),
    )


def answered(rsvps: Sequence[Rsvp], member: int, answer: Answer, seats: int | None) -> Settled:
    """A member answers, or changes their mind. Who asks for a seat again after giving it up asks as the last one."""
    before = next((one for one in rsvps if one.member == member), None)
    others = [one for one in rsvps if one.member != member]
    if before is not None and before.answer is answer:
        return settled(rsvps, seats)
    turn = max((one.turn for one in rsvps), default=0) + 1
    return settled([*others, Rsvp(member, answer, turn, seated=False)], seats, but=member)


def without(rsvps: Sequence[Rsvp], member: int, seats: int | None) -> Settled:
    """A member and their answer are gone."""
    return settled([one for one in rsvps if one.member != member], seats)


def settled(rsvps: Sequence[Rsvp], seats: int | None, *, but: int | None = None) -> Settled:
    """Who has a seat of so many (None: as many as there are wishes): those who asked first."""
    wishes = [one for one in _in_turn(rsvps) if one.answer is Answer.GOING]
    seated = {one.member for one in (wishes if seats is None else wishes[:seats])}
    after = tuple(replace(one, seated=one.member in seated) for one in _in_turn(rsvps))
    had = {one.member for one in rsvps if one.seated}
    return Settled(
        after,
        tuple(one.member for one in wishes if one.member in seated - had and one.member != but),
        tuple(one.member for one in wishes if one.member in had - seated and one.member != but),
    )


def _in_turn(rsvps: Iterable[Rsvp]) -> list[Rsvp]:
    return sorted(rsvps, key=lambda one: one.turn)
