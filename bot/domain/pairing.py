"""Which of a file's questions is which of a bank's, by number alone: what takes long, for another process to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from bot.domain.identity import likenesses, match
from bot.domain.questions import Question

Verdict = Literal["duplicate", "conflict"]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Places are indices of the file's questions; numbers are indices of the bank's, and then of the other banks'.

    *asks* gives the numbers that a doubtful question may be, *alike* (place, number, share of 1, verdict) of those
    that some bank has already; *gone* are the bank's that no question of the file is or may be. *twins* are the same
    for new ones and questions before them in the file, by their places.
    """

    pairs: tuple[tuple[int, int], ...]
    new: tuple[int, ...]
    asks: tuple[tuple[int, tuple[int, ...]], ...]
    gone: tuple[int, ...]
    alike: tuple[tuple[int, int, float, Verdict], ...]
    twins: tuple[tuple[int, int, float, Verdict], ...] = ()


def pair(
    fresh: Sequence[Question], bank: Sequence[Question], others: Sequence[Question], counted: Sequence[bool]
) -> Pairing:
    """Find a file's questions in its bank, and the new ones among all; *counted* says which of the bank's are looked at
    for the latter. Time: about half a millisecond for each question.
    """
    numbers = {one.key: number for number, one in enumerate(bank)}
    # Its line carries a question's place through the matching, which gives it another key.
    found = match([replace(one, line=place) for place, one in enumerate(fresh)], bank)
    places = [one.line for one in found.new]
    # Equal keys would say that a question is compared with itself; two banks may have the same ones.
    known = [
        replace(one, key=f"/{number}")
        for number, one in enumerate((*bank, *others))
        if number >= len(bank) or counted[number]
    ]
    alike = tuple(
        (int(one.question.key), int(one.other.key[1:]), one.alike, one.verdict)
        for one in likenesses((replace(fresh[place], key=str(place)) for place in places), known)
    )
    left_out = {place for place, _, _, _ in alike}
    new = tuple(place for place in places if place not in left_out)
    return Pairing(
        tuple((one.fresh.line, numbers[one.kept.key]) for one in found.pairs),
        new,
        tuple((one.fresh.line, tuple(numbers[other.key] for other in one.candidates)) for one in found.asks),
        tuple(numbers[one.key] for one in found.gone),
        alike,
        tuple(_twins(fresh, new)),
    )


def _twins(fresh: Sequence[Question], new: Sequence[int]) -> Iterator[tuple[int, int, float, Verdict]]:
    if not new:
        return
    # Only what stands before a new one is compared with it.
    own = [replace(one, key=str(place)) for place, one in enumerate(fresh[: max(new) + 1])]
    for one in likenesses((own[place] for place in new), own, _comes_after):
        yield int(one.question.key), int(one.other.key), one.alike, one.verdict


def _comes_after(question: Question, other: Question) -> bool:
    return int(other.key) < int(question.key)


def as_lists(found: Pairing) -> list[object]:
    """A pairing as JSON takes it."""
    return [found.pairs, found.new, found.asks, found.gone, found.alike, found.twins]


def from_lists(lists: list[list[object]]) -> Pairing:
    """The same, back from JSON."""
    pairs, new, asks, gone, alike, twins = lists
    return Pairing(
        tuple((place, number) for place, number in cast("list[tuple[int, int]]", pairs)),
        tuple(cast("list[int]", new)),
        tuple((place, tuple(numbers)) for place, numbers in cast("list[tuple[int, list[int]]]", asks)),
        tuple(cast("list[int]", gone)),
        _alike(alike),
        _alike(twins),
    )


def _alike(found: list[object]) -> tuple[tuple[int, int, float, Verdict], ...]:
    return tuple(
        (a, b, share, verdict) for a, b, share, verdict in cast("list[tuple[int, int, float, Verdict]]", found)
    )
