"""Advice on a bank: what lets a test-wise reader guess, and what a learner will miss.

The rules are those of the item-writing literature that a program can check: no clue in an option's length, place or
wording, one best answer, feedback for every choice. They are warnings; only what looks like a licensed code is an
error where a bank is to be public.
"""

from __future__ import annotations

import re
from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING

from bot.domain.questions import Bank, Option, Problem, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LICENSED_CODE = re.compile(r"\b\d{5}\b|\b\d{4}[FTUMA]\b|\bD\d{4}\b", re.ASCII)
"""Shapes of CPT codes (five digits, or four and a category letter) and of dental codes."""

ENOUGH = 20
"""Questions from which on a bank's habits are judged at all."""
SURPRISE = 3.0
"""Standard deviations above chance that are called a habit: one bank in a thousand by luck."""

_ALL_ABOVE = re.compile(
    r"\b(?:all|each|any) of (?:the )?(?:above|these|them|following|listed)\b|\ball the above\b", re.IGNORECASE
)
_NONE_ABOVE = re.compile(r"\b(?:none|neither) of (?:the )?(?:above|these|them|following|listed)\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?i:both|either|only)?\s*\b[A-J]\b\s*(?:and|or|&)\s*\b[A-J]\b")
_ARTICLE = re.compile(r"\b(a|an)\s*[_…:.]*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{6,}")
_STEM_LENGTH = 5
"""Letters by which two forms of a word are taken for the same."""


def lint(bank: Bank, *, file: str = "", public: bool = False) -> list[Problem]:
    """Warnings for a bank, by line. *public*: what looks like a licensed code is an error.

    *file* is named in the problems (the bank's slug without it); those about the whole bank stand at line 1.
    """
    name = file or bank.slug
    found = [Problem(name, 1, "warning", message) for message in _habits(bank.questions)]
    stems: dict[str, int] = {}
    usual = _usual_words(bank.questions)
    for question in bank.questions:
        found += [Problem(name, question.line, "warning", message) for message in _advice(question, usual)]
        same = stems.setdefault(" ".join(question.stem.casefold().split()), question.line)
        if same != question.line:
            found.append(Problem(name, question.line, "warning", f"the same stem as in line {same}"))
    for line, code in _codes(bank):
        message = f"“{code}” looks like a licensed code; describe the service in your own words"
        found.append(Problem(name, line, "error" if public else "warning", message))
    return sorted(found, key=lambda problem: problem.line)


def _habits(questions: tuple[Question, ...]) -> Iterator[str]:
    """What gives the key away over a whole bank, though no single question does."""
    if len(questions) < ENOUGH:
        return
    chances = [1 / len(question.options) for question in questions]
    longest = sum(_longest_is_right(question.options) for question in questions)
    if _surprising(longest, chances):
        yield (
            f"the right option is the longest in {longest} of {len(questions)} questions; "
            f"by chance it would be about {sum(chances):.0f}. Lengthen wrong ones or shorten right ones"
        )
    for place in range(max(len(question.options) for question in questions)):
        fitting = [question for question in questions if place < len(question.options)]
        right = sum(question.options[place].correct for question in fitting)
        if _surprising(right, [1 / len(question.options) for question in fitting]):
            letter = "ABCDEFGHIJ"[place]
            yield f"option {letter} is the right one in {right} of {len(fitting)} questions; spread the keys"


def _longest_is_right(options: tuple[Option, ...]) -> bool:
    right = max((len(option.text) for option in options if option.correct), default=0)
    return right > max((len(option.text) for option in options if not option.correct), default=0)


def _surprising(count: int, chances: list[float]) -> bool:
    expected = sum(chances)
    spread = sqrt(sum(chance * (1 - chance) for chance in chances))
    return count - expected > SURPRISE * spread


def _advice(question: Question, usual: frozenset[str]) -> Iterator[str]:
    right = next(option for option in question.options if option.correct)
    wrong = [option for option in question.options if not option.correct]
    if not question.explanation and not right.feedback:
        yield "there is no explanation (“> …”): a member will not learn why the right option is right"
    silent = sum(not option.feedback for option in wrong)
    if silent:
        yield f"{silent} of {len(wrong)} wrong options have no feedback (“  > …”) saying why they are wrong"
    if not question.source:
        yield "there is no “@source:” that a member could check"
    if len(right.text) >= 2 * max(len(option.text) for option in wrong) and len(right.text) >= 40:
        yield "the right option is twice as long as any other"
    repeated = _repeated_words(question.stem, right, wrong, usual)
    if repeated:
        yield f"the stem repeats “{repeated}” of the right option, and of no other"
    yield from _wording(question)


def _wording(question: Question) -> Iterator[str]:
    for option in question.options:
        if _ALL_ABOVE.search(option.text):
            yield f"“{option.text[:40]}”: two right options give it away; ask for one best answer"
        elif _NONE_ABOVE.search(option.text) and question.shuffle:
            yield f"“{option.text[:40]}” refers to the other options by place; write “@shuffle: off”"
        elif _BOTH.fullmatch(option.text.strip(" .")):
            yield f"“{option.text[:40]}” refers to options by their letters, which are shuffled"
    article = _ARTICLE.search(question.stem)
    if article:
        yield f"the stem ends with “{article[1]}”, which fits some options only; move the article into the options"


def _repeated_words(stem: str, right: Option, wrong: list[Option], usual: frozenset[str]) -> str:
    asked = _roots(stem).keys() - usual
    shared = _roots(right.text).keys() & asked
    if not shared or any(_roots(option.text).keys() & asked for option in wrong):
        return ""
    words = _roots(right.text)
    return ", ".join(words[root] for root in sorted(shared))


def _usual_words(questions: tuple[Question, ...]) -> frozenset[str]:
    """Words of the trade, which stand in every twentieth stem and so betray nothing."""
    counts = Counter(root for question in questions for root in _roots(question.stem))
    return frozenset(root for root, count in counts.items() if count >= 3 and count * 20 >= len(questions))


def _roots(text: str) -> dict[str, str]:
    return {word[:_STEM_LENGTH].casefold(): word for word in _WORD.findall(text)}


def _codes(bank: Bank) -> Iterator[tuple[int, str]]:
    """Each thing that looks like a licensed code, with its question's line (1 for the header)."""
    yield from ((1, code) for code in _found((bank.title, bank.rights, bank.licence)))
    for question in bank.questions:
        texts = [question.topic, question.stem, question.explanation, question.source, question.key, *question.tags]
        texts += [text for option in question.options for text in (option.text, option.feedback)]
        yield from ((question.line, code) for code in _found(texts))


def _found(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(code for text in texts for code in LICENSED_CODE.findall(text)))
