"""What importing a file into a bank means: which questions are new, changed, gone, doubtful or there already.

The file is compared once; the tutor's choices are then applied to what was found, without the file's text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.domain.blueprint import Blueprint
from bot.domain.pairing import Pairing, pair
from bot.domain.questions import CHOICES, Question, slug
from bot.domain.rescore import rekeyed

BANK_NAME_LIMIT = 80
SLUG_LIMIT = 48
MAX_OWN = 20_000
"""Live questions of a group's own banks together."""
SHORT = 160
"""Characters of a stem or an answer in a finding; an ellipsis says that there is more."""
SAMPLES = 3

Verdict = Literal["changed", "key", "ask", "duplicate", "conflict", "voided", "stays", "gone", "twin", "clash"]
"""*twin* and *clash* are likenesses within the file: with the same answer, and with another one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A question of a bank as it stands.

    *bank* is the bank's title, *file_print* the digest of the content as the question's file last had it, *pictures*
    the digests of its pictures by name.
    """

    question_id: int
    question: Question
    live: bool
    voided: bool = False
    bank: str = ""
    file_print: str | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)


Print = Callable[[Question, Mapping[str, str]], str]
"""The digest of all that a file says of a question, with the digests of its pictures by name."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a tutor recognises a kept question by."""

    question_id: int
    key: str
    bank: str
    stem: str
    answer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A question that a tutor should know about.

    *place* is its index in the file, -1 for one that is gone from it. *others* are the kept ones that it is, or may be.
    *counts* is whether importing it changes anything; *back* whether a retired one comes back with it.
    """

    verdict: Verdict
    place: int
    line: int
    stem: str
    answer: str
    others: tuple[Card, ...] = ()
    alike: float = 1.0
    back: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file means for a bank. Numbers are indices of the file's questions, ids those of kept ones.

    *pairs* gives the kept question of each changed one; *homeless* are the new and doubtful ones without a topic.
    """

    new: tuple[int, ...]
    pairs: Mapping[int, int]
    same: int
    findings: tuple[Finding, ...]
    homeless: frozenset[int]

    def of(self, *verdicts: Verdict) -> list[Finding]:
        return [one for one in self.findings if one.verdict in verdicts]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a tutor chose: *topic* for the questions that name none, whether what vanished stays, and the doubtful ones.

    *asks* gives, by place, the id of the question that it is, or 0 for a new one. *topics* gives, by the slug of a
    topic that the exam does not have, the exam's topic that its questions get, or '' where it stays.
    """

    topic: str = ""
    keep_gone: bool = False
    asks: Mapping[int, int] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the bank: a question of the file put in (*question_id* None) or over a kept one, or a retirement.

    *place* is None where a question is retired.
    """

    place: int | None
    question_id: int | None


def short(text: str, limit: int = SHORT) -> str:
    """A text in one line, with an ellipsis where it was longer."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def answer_of(question: Question) -> str:
    """The right answer in one line."""
    texts = (
        [option.text for option in question.options if option.correct]
        if question.kind in CHOICES
        else list(question.answers)
    )
    return short(" · ".join(texts))


def bank_name(wanted: str | None, header: str, file: str) -> str:
    """A bank's name: the one that is wanted, else the file's header's, else the file's own without its ending."""
    bare = file.replace("\\", "/").rpartition("/")[2]
    stem = bare.rpartition(".")[0] or bare
    for name in (wanted or "", header, stem.replace("_", " ")):
        if slug(name):
            return short(name, BANK_NAME_LIMIT)
    return "Imported questions"


def bank_slug(group_id: int, name: str) -> str:
    """The slug of a group's own bank; names that differ in case or signs alone are one bank."""
    return f"g{group_id}-{slug(name)[:SLUG_LIMIT].rstrip('-')}"


def compare(
    fresh: Sequence[Question],
    kept: Sequence[Standing],
    others: Sequence[Standing],
    printed: Print,
    pictures: Mapping[str, str] | None = None,
    found: Pairing | None = None,
) -> Comparison:
    """Hold a file's questions against its bank (*kept*, retired ones too) and the other banks that the group has.

    *pictures* are the digests of the file's pictures by name. What the file has not changed since it was last read
    stays as a tutor made it. *found* is what `pair` says of the three, where another process did it.
    """
    there = [*kept, *others]
    if found is None:
        counted = [one.live or one.voided for one in kept]
        found = pair(fresh, [one.question for one in kept], [one.question for one in others], counted)
    findings: list[Finding] = []
    pairs: dict[int, int] = {}
    same = 0
    for place, number in found.pairs:
        standing = kept[number]
        mine = at_home(replace(fresh[place], key=standing.question.key), standing.question)
        content = printed(mine, {**standing.pictures, **(pictures or {})})
        if standing.voided:
            findings.append(_finding("voided", place, mine, (standing,)))
        elif content == standing.file_print and not standing.live:
            findings.append(_finding("stays", place, mine, (standing,)))
        elif standing.live and content in (standing.file_print, printed(standing.question, standing.pictures)):
            same += 1
        else:
            pairs[place] = standing.question_id
            verdict: Verdict = "key" if rekeyed(standing.question, mine) else "changed"
            findings.append(replace(_finding(verdict, place, mine, (standing,)), back=not standing.live))
    findings += [
        replace(_finding(alike, place, fresh[place], (there[number],)), alike=share)
        for place, number, share, alike in found.alike
    ]
    findings += [_finding("ask", place, fresh[place], [kept[one] for one in numbers]) for place, numbers in found.asks]
    findings += [
        _twin(fresh[place], fresh[other], place, share, verdict) for place, other, share, verdict in found.twins
    ]
    # What no file ever had, a member's suggestion say, is not missing from this one.
    gone = [kept[number] for number in found.gone]
    findings += [_gone(one) for one in gone if one.live and one.file_print is not None]
    homeless = (place for place in (*found.new, *(place for place, _ in found.asks)) if not slug(fresh[place].topic))
    return Comparison(found.new, pairs, same, tuple(findings), frozenset(homeless))


def at_home(question: Question, kept: Question) -> Question:
    """A question of a file with the topic of the kept one that it is, where the file names no other."""
    if not slug(question.topic) or slug(question.topic) == slug(kept.topic):
        return replace(question, topic=kept.topic)
    return question


def _finding(verdict: Verdict, place: int, question: Question, others: Sequence[Standing]) -> Finding:
    cards = tuple(map(_card, others))
    return Finding(verdict, place, question.line, short(question.stem), answer_of(question), cards)


def _gone(standing: Standing) -> Finding:
    return Finding("gone", -1, 0, short(standing.question.stem), answer_of(standing.question), (_card(standing),))


def _twin(question: Question, other: Question, place: int, share: float, verdict: str) -> Finding:
    card = Card(0, f"line {other.line:,}", "this file", short(other.stem), answer_of(other))
    kind: Verdict = "twin" if verdict == "duplicate" else "clash"
    return Finding(kind, place, question.line, short(question.stem), answer_of(question), (card,), share)


def _card(one: Standing) -> Card:
    return Card(one.question_id, one.question.key, one.bank, short(one.question.stem), answer_of(one.question))


def steps(found: Comparison, choices: Choices) -> list[Step]:
    """The changes that an import makes, in the file's order; retirements come last."""
    done = [Step(place, None) for place in found.new]
    done += [Step(place, question_id) for place, question_id in found.pairs.items()]
    doubtful = {one.place: {card.question_id for card in one.others} for one in found.of("ask")}
    for place, chosen in choices.asks.items():
        if chosen in doubtful.get(place, ()):
            done.append(Step(place, chosen))
        elif place in doubtful and not chosen:
            done.append(Step(place, None))
    left = homeless(found, choices)
    done = [one for one in done if one.question_id is not None or one.place not in left]
    done.sort(key=lambda one: one.place or 0)
    if not choices.keep_gone:
        done += [Step(None, one.others[0].question_id) for one in found.of("gone")]
    return done


def homeless(found: Comparison, choices: Choices) -> frozenset[int]:
    """The new questions that stay out for want of a topic."""
    if slug(choices.topic):
        return frozenset()
    doubtful = {one.place for one in found.of("ask")}
    return frozenset(place for place in found.homeless if place not in doubtful or choices.asks.get(place) == 0)


def open_asks(found: Comparison, choices: Choices) -> list[Finding]:
    """The doubtful ones that nobody has decided yet, with the candidates that are still free."""
    taken = {chosen for chosen in choices.asks.values() if chosen}
    return [
        replace(one, others=tuple(card for card in one.others if card.question_id not in taken))
        for one in found.of("ask")
        if one.place not in choices.asks
    ]


def at_exam(questions: Sequence[Question], blueprint: Blueprint) -> list[Question]:
    """Questions with their topics as the exam writes them."""
    return mapped(questions, {slug(name): name for name in blueprint.topics})


def mapped(questions: Sequence[Question], topics: Mapping[str, str]) -> list[Question]:
    """Questions with other topics, by the slugs of those that they have; '' stands for no other."""
    names: dict[str, str] = {}
    found = []
    for question in questions:
        name = names.get(question.topic)
        if name is None:
            name = names[question.topic] = topics.get(slug(question.topic), "") or question.topic
        found.append(question if name == question.topic else replace(question, topic=name))
    return found


def unknown_topics(topics: Mapping[str, int], blueprint: Blueprint) -> list[str]:
    """The topics of a file that the exam does not have, as they are written."""
    return [topic for topic in topics if slug(topic) and blueprint.section_of(slug(topic)) is None]


def counts(questions: Sequence[Question]) -> tuple[Counter[str], Counter[str]]:
    """How many questions there are by type and by topic; a topic of '' stands for none."""
    kinds, topics = Counter[str](), Counter[str]()
    names: dict[str, str] = {}
    for question in questions:
        kinds[question.kind.value] += 1
        topics[names.setdefault(slug(question.topic), question.topic)] += 1
    return kinds, topics


def samples(questions: Sequence[Question], found: Comparison) -> list[Question]:
    """Some questions to look at, from the beginning, the middle and the end of what would be imported."""
    places = sorted((*found.new, *found.pairs)) or list(range(len(questions)))
    if len(places) > SAMPLES:
        places = [places[0], places[len(places) // 2], places[-1]]
    return [questions[place] for place in places]
