"""What a changed key means for a question that was already asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.questions import Kind, Option, Question, folded


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A round held against a newer revision of its question.

    *right* says of each place whether it is right now, None where the newer revision has no such option. *key* are the
    places that are right now, None where one that is right was not among the options shown. *order* gives, for each
    place, the option's place in the newer revision; None unless both have the same options.
    """

    right: tuple[bool | None, ...]
    key: frozenset[int] | None
    order: tuple[int, ...] | None


def way(kind: Kind) -> Kind:
    """How an answer to a question of this kind is kept: answers that are kept alike can be judged by either's key."""
    return Kind.SINGLE if kind is Kind.TRUEFALSE else kind


def rekeyed(before: Question, now: Question) -> bool:
    """Whether answers to the earlier revision are to be judged anew by the later one's key.

    Another kind of question, or reworded options, are another question: what was answered stays judged as it was.
    """
    if way(before.kind) is not way(now.kind):
        return False
    if now.kind is not Kind.SHORT:
        return key_changed(before.options, now.options)
    old, new = ({folded(answer) for answer in one.answers} for one in (before, now))
    return old != new and (bool(old & new) or folded(before.stem) == folded(now.stem))


def key_changed(before: Sequence[Option], now: Sequence[Option]) -> bool:
    """Whether two revisions have the same options and others are right: reworded options are another question."""
    texts = [sorted(folded(option.text) for option in options) for options in (before, now)]
    keys = [{folded(option.text) for option in options if option.correct} for options in (before, now)]
    return texts[0] == texts[1] and keys[0] != keys[1]


def verdicts(shown: Sequence[str], newer: Sequence[str], key: Collection[int]) -> Verdicts:
    """Judge the options *shown*, place by place, by a newer revision's options and the indexes of those that are right.

    Options are the same where their texts are, without regard to case and spacing.
    """
    places = {folded(text): place for place, text in enumerate(newer)}
    found = [places.get(folded(text)) for text in shown]
    order = tuple(place for place in found if place is not None)
    return Verdicts(
        tuple(None if place is None else place in key for place in found),
        frozenset(found.index(place) for place in key) if all(place in found for place in key) else None,
        order if len(order) == len(shown) == len(newer) else None,
    )
