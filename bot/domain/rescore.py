"""What a changed key means for a question that was already asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.questions import Option, folded


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A round held against a newer revision of its question.

    *right* says of each place whether it is right now, None where the newer revision has no such option. *key* is the
    place of the new key, None where it was not among the options shown. *order* gives, for each place, the option's
    place in the newer revision; None unless both have the same options.
    """

    right: tuple[bool | None, ...]
    key: int | None
    order: tuple[int, ...] | None


def key_changed(before: Sequence[Option], now: Sequence[Option]) -> bool:
    """Whether two revisions have the same options and another one is right: reworded options are another question."""
    texts = [sorted(folded(option.text) for option in options) for options in (before, now)]
    keys = [{folded(option.text) for option in options if option.correct} for options in (before, now)]
    return texts[0] == texts[1] and keys[0] != keys[1]


def verdicts(shown: Sequence[str], newer: Sequence[str], key: int) -> Verdicts:
    """Judge the options *shown*, place by place, by a newer revision's options and the index of its key.

    Options are the same where their texts are, without regard to case and spacing.
    """
    places = {folded(text): place for place, text in enumerate(newer)}
    found = [places.get(folded(text)) for text in shown]
    order = tuple(place for place in found if place is not None)
    return Verdicts(
        tuple(None if place is None else place == key for place in found),
        found.index(key) if key in found else None,
        order if len(order) == len(shown) == len(newer) else None,
    )
