"""Which question of a file is which of a bank: on another import of the same source, and among other sources.

On a re-import a question is known by its id, else by its fingerprint (the key is not in it, so that a corrected key
keeps the question's history), else by a stem that stands once on either side; else somebody has to be asked. Against
the rest of a bank, a stem that is 90 % alike with the same answer is a duplicate, and the same stem with another
answer a conflict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Literal

from bot.domain.questions import CHOICES, Kind, Question, derived_key, fingerprint, folded

ALIKE = 0.9
"""From which share on two stems are alike: twice the letters that they have in common in order, of all letters."""
CANDIDATES = 8
"""Stems that are compared in full with each one: those that share most of its rarest runs of letters."""
_RUN = 5
_RAREST = 16
_COMMON = 100
"""Stems that may share a run of letters before it says nothing."""

_NOT_WORD = re.compile(r"[\W_]+")

By = Literal["id", "fingerprint", "stem"]


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question in a file and in the bank; *fresh* has the key of *kept*."""

    fresh: Question
    kept: Question
    by: By


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that may be one of those kept, or new: somebody has to say."""

    fresh: Question
    candidates: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """What another import of a source means for the questions that it had brought.

    *gone* are those to be retired: no question of the file is them, and no `Ask` names them.
    """

    pairs: tuple[Pair, ...]
    new: tuple[Question, ...]
    asks: tuple[Ask, ...]
    gone: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A question and one that was there before: a duplicate, or a conflict of keys. *alike* is a share of 1."""

    question: Question
    other: Question
    alike: float
    verdict: Literal["duplicate", "conflict"]


def match(fresh: Sequence[Question], kept: Sequence[Question]) -> Matching:
    """Find the questions of a file among those that its source brought before, retired ones included.

    Keys are unique on either side. A key that was made of a fingerprint counts as no id.
    """
    pairs: dict[int, Pair] = {}
    left = dict(enumerate(kept))
    for by, name, unique in _WAYS:
        _pass(fresh, left, pairs, by, name, unique=unique)
    index = _Index(left.items())
    asks: list[Ask] = []
    new: list[Question] = []
    named: set[int] = set()
    for place, question in enumerate(fresh):
        if place in pairs:
            continue
        found = [at for at in index.same_stem(question) if _may_be(question, left[at])]
        found += [at for at, _ in index.alike(question, partial(_may_be_at, left, question))]
        if found:
            named.update(found)
            asks.append(Ask(question, tuple(left[at] for at in dict.fromkeys(found))))
        else:
            new.append(question)
    gone = tuple(question for at, question in left.items() if at not in named)
    return Matching(tuple(pairs[place] for place in sorted(pairs)), tuple(new), tuple(asks), gone)


def _pass(
    fresh: Sequence[Question],
    left: dict[int, Question],
    pairs: dict[int, Pair],
    by: By,
    name: Callable[[Question], str],
    *,
    unique: bool,
) -> None:
    """Pair what has the same name, once on either side where that is asked for."""
    there: dict[str, list[int]] = {}
    for at, question in left.items():
        there.setdefault(name(question), []).append(at)
    open_ones = [place for place in range(len(fresh)) if place not in pairs]
    names = {place: name(fresh[place]) for place in open_ones}
    counts = Counter(names.values())
    for place in open_ones:
        found = there.get(names[place], [])
        question = fresh[place]
        if len(found) != 1 or (unique and counts[names[place]] != 1) or found[0] not in left:
            continue
        other = left[found[0]]
        if by == "id" or _may_be(question, other):
            pairs[place] = Pair(replace(question, key=other.key), other, by)
            del left[found[0]]


def _may_be(question: Question, other: Question) -> bool:
    """Whether two questions can be one: two ids of a source that differ say that they are not."""
    return not (_has_id(question) and _has_id(other))


def _may_be_at(left: Mapping[int, Question], question: Question, at: int) -> bool:
    return _may_be(question, left[at])


def _has_id(question: Question) -> bool:
    return bool(question.key) and not question.key.startswith(_DERIVED)


_DERIVED = derived_key(Question("", "", "", (), "", "", None, (), None))[:2]


def _key(question: Question) -> str:
    return question.key or derived_key(question)


def _another(question: Question, other: Question) -> bool:
    return other.key != question.key


def likenesses(
    fresh: Iterable[Question], bank: Sequence[Question], fits: Callable[[Question, Question], bool] = _another
) -> list[Likeness]:
    """For each question that the bank has in other words, or with another answer, the nearest one of the bank.

    *fits* says whether a question is compared with one of the bank; without it, not with itself (the same key).

    Time: about half a millisecond each, for any size of bank.
    """
    index = _Index(enumerate(bank))
    found = (_likeness(question, bank, index, fits) for question in fresh)
    return [one for one in found if one is not None]


def _likeness(
    question: Question, bank: Sequence[Question], index: _Index, fits: Callable[[Question, Question], bool]
) -> Likeness | None:
    same = [bank[at] for at in index.same_stem(question) if fits(question, bank[at])]
    for other in same:
        if same_answer(question, other):
            return Likeness(question, other, 1.0, "duplicate")
    if same:
        return Likeness(question, same[0], 1.0, "conflict")
    near = index.alike(question, lambda at: fits(question, bank[at]) and same_answer(question, bank[at]))
    return next((Likeness(question, bank[at], share, "duplicate") for at, share in near), None)


def same_answer(one: Question, other: Question) -> bool:
    """Whether two questions have the same right answer; one accepted text in common is enough where one is typed."""
    left, right = _answers(one), _answers(other)
    return bool(left & right) if Kind.SHORT in {one.kind, other.kind} else left == right


def _answers(question: Question) -> frozenset[str]:
    if question.kind in CHOICES:
        return frozenset(_bare(option.text) for option in question.options if option.correct)
    return frozenset(map(_bare, question.answers))


def alike(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1: twice the length of their longest common subsequence, of both lengths."""
    if not one or not other:
        return float(one == other)
    return 2 * _common(one, other) / (len(one) + len(other))


def _common(one: str, other: str) -> int:
    """The length of the longest common subsequence, a row at a time in the bits of one number (Hyyrö 2004)."""
    ends = _same_start(one, other)
    one, other = one[ends:], other[ends:]
    behind = _same_start(one[::-1], other[::-1])
    one, other = one[: len(one) - behind], other[: len(other) - behind]
    places: dict[str, int] = {}
    for at, sign in enumerate(one):
        places[sign] = places.get(sign, 0) | 1 << at
    full = (1 << len(one)) - 1
    row = full
    for sign in other:
        hits = row & places.get(sign, 0)
        row = ((row + hits) | (row - hits)) & full
    return ends + len(one) - row.bit_count() + behind


def _same_start(one: str, other: str) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def _bare(text: str) -> str:
    """A text's letters and digits, words parted by one space; signs where there is nothing else."""
    return _NOT_WORD.sub(" ", folded(text)).strip() or folded(text)


def _stem(question: Question) -> str:
    """What is asked, for comparison: the case's text, the picture's name and the stem."""
    parts = [question.stem]
    if question.image is not None:
        parts.insert(0, question.image.name)
    if question.case is not None:
        parts.insert(0, question.case.stem)
    return _bare("\n".join(parts))


_WAYS: tuple[tuple[By, Callable[[Question], str], bool], ...] = (
    ("id", _key, False),
    ("fingerprint", fingerprint, False),
    ("stem", _stem, True),
)


class _Index:
    """Stems by their text and by their runs of letters; numbers are those that the questions came with."""

    def __init__(self, questions: Iterable[tuple[int, Question]]) -> None:
        self._stems = {at: _stem(question) for at, question in questions}
        self._same: dict[str, list[int]] = {}
        self._with: dict[str, list[int]] = {}
        for at, stem in self._stems.items():
            self._same.setdefault(stem, []).append(at)
            for run in _runs(stem):
                self._with.setdefault(run, []).append(at)

    def same_stem(self, question: Question) -> list[int]:
        return self._same.get(_stem(question), [])

    def alike(self, question: Question, fits: Callable[[int], bool]) -> list[tuple[int, float]]:
        """Those that fit whose stem is alike but not the same, and how much, nearest first."""
        stem = _stem(question)
        found = []
        for at in self._candidates(stem):
            other = self._stems[at]
            short, long = sorted((len(stem), len(other)))
            if other != stem and 2 * short >= ALIKE * (short + long) and fits(at):
                share = alike(stem, other)
                if share >= ALIKE:
                    found.append((at, share))
        return sorted(found, key=lambda one: -one[1])

    def _candidates(self, stem: str) -> list[int]:
        lists = [places for run in _runs(stem) if (places := self._with.get(run))]
        lists = [places for places in sorted(lists, key=len)[:_RAREST] if len(places) <= _COMMON]
        counts = Counter(chain.from_iterable(lists))
        # Of two stems that are alike, most of the rare runs that the bank has at all are in both.
        return [at for at, count in counts.most_common(CANDIDATES) if 4 * count >= len(lists)]


def _runs(stem: str) -> set[str]:
    padded = f"  {stem}  "
    return {padded[at : at + _RUN] for at in range(len(padded) - _RUN + 1)}
