"""Advice on a bank: what lets a test-wise reader guess, and what a learner will miss.

The rules are those of the item-writing literature that a program can check: no clue in an option's length, place or
wording, one best answer, feedback for every choice. They are warnings; only what looks like a licensed code is an
error where a bank is to be public.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from bot.domain.questions import CHOICES, Bank, Kind, Option, Problem, Question, folded
from bot.formats.imported import images

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LICENSED_CODE = re.compile(r"\b\d{5}\b|\d{4}[FTUMA]|D\d{4}")
"""Shapes of CPT codes (five digits, or four and a category letter) and of dental codes."""

ENOUGH = 20
"""Questions from which on a bank's habits are judged at all."""
LONGER = 1.3
"""Times the next longest option from which on the length of a right one catches the eye."""
SURPRISE = 3.0
"""Standard deviations above chance that are called a habit: one bank in a thousand by luck."""

_ALL_ABOVE = re.compile(
    r"\b(?:all|each|any) of (?:the )?(?:above|these|them|following|listed)\b|\ball the above\b", re.IGNORECASE
)
_NONE_ABOVE = re.compile(r"\b(?:none|neither) of (?:the )?(?:above|these|them|following|listed)\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?i:both|either|only)?\s*\b[A-J]\b\s*(?:and|or|&)\s*\b[A-J]\b")
_ARTICLE = re.compile(r"\b(a|an)\s*[_…:.]*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{6,}")
_SENTENCE_END = re.compile(r"[.!?:]\s+")
_TOKEN = re.compile(r"[^\W_]+|[,;]")
_ASKING = re.compile(r"which|what|who|whom|whose|where|when|why|how", re.IGNORECASE)
_TURNS = re.compile(r"that|which|who|where|when|while|al?though|because|if|after|before|with(?:out)?|to|[,;]")
"""Words that begin a part of the sentence whose negation is not the question's."""
_NEGATIVE = re.compile(r"not|no|never|except|neither|least|incorrect|wrong|false")
_EXCEPT = re.compile(r"\b(except|but not)\W*$")
_STEM_LENGTH = 5
"""Letters by which two forms of a word are taken for the same."""


MESSAGES: Mapping[str, str] = {
    "no-source": "there is no “@source:” that a member could check",
    "negative": "“{}” turns the question round and is overread; write {}, or ask without it",
    "no-alt": "“{}” has no “@alt:” that says what it shows, for who cannot see it",
    "no-explanation": "there is no explanation (“> …”): a member will not learn why the {}",
    "silent": "{} of {} wrong options have no feedback (“  > …”) saying why they are wrong",
    "all-right": "every option is right, so there is nothing to choose",
    "weights": "weights count only with “@scoring: partial”",
    "twice": "the right option is twice as long as any other",
    "longest": "the right option is the longest",
    "repeats": "the stem repeats “{}” of the right option, and of no other",
    "holds-answer": "the stem holds the answer “{}”",
    "all-above": "“{}”: two right options give it away; ask for one best answer",
    "none-above": "“{}” refers to the other options by place; write “@shuffle: off”",
    "letters": "“{}” refers to options by their letters, which are shuffled",
    "article": "the stem ends with “{}”, which fits some options only; move the article into the options",
    "licensed": "“{}” looks like a licensed code; describe the service in your own words",
}
"""What is said of a question in a file, by the kind of advice."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something about one question that could be better; *values* are the words of it that are meant."""

    kind: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return MESSAGES[self.kind].format(*self.values)


def lint(bank: Bank, *, file: str = "", public: bool = False, text: str | None = None) -> list[Problem]:
    """Warnings for a bank, by line. *public*: what looks like a licensed code is an error.

    *file* is named in the problems (the bank's slug without it); those about the whole bank stand at line 1. With
    the file's *text* each code is named at its own line, even in a part that could not be read; else at its question's.
    """
    name = file or bank.slug
    found = [Problem(name, 1, "warning", message) for message in _habits(bank.questions)]
    stems: dict[tuple[str, str, str], int] = {}
    usual = _usual_words(bank.questions)
    for question in bank.questions:
        found += [Problem(name, question.line, "warning", str(advice)) for advice in _advice(question, usual)]
        same = stems.setdefault(_asked(question), question.line)
        if same != question.line:
            found.append(Problem(name, question.line, "warning", f"the same stem as in line {same}"))
    if text is None:
        found += [_licensed(name, line, code, public=public) for line, code in _codes(bank)]
    else:
        found += licensed(text, name, public=public)
    return sorted(found, key=lambda problem: problem.line)


def licensed(text: str, file: str, *, public: bool) -> list[Problem]:
    """Everything in a file that looks like a licensed code, at its line; an error where the file is to be *public*."""
    lines = enumerate(text.split("\n"), 1)
    return [_licensed(file, number, code, public=public) for number, line in lines for code in _found((line,))]


def _licensed(file: str, line: int, code: str, *, public: bool) -> Problem:
    return Problem(file, line, "error" if public else "warning", str(Advice("licensed", (code,))))


def _asked(question: Question) -> tuple[str, str, str]:
    case, image = question.case, question.image
    return (folded(question.stem), "" if case is None else folded(case.stem), "" if image is None else image.name)


def _habits(questions: tuple[Question, ...]) -> Iterator[str]:
    """What gives the key away over a whole bank, though no single question does."""
    yield from _truths([question for question in questions if question.kind is Kind.TRUEFALSE])
    questions = tuple(question for question in questions if question.kind is Kind.SINGLE)
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


def _truths(questions: list[Question]) -> Iterator[str]:
    """Whether one side of true/false questions is right too often."""
    if len(questions) < ENOUGH:
        return
    counts = Counter(option.text for question in questions for option in question.options if option.correct)
    word, count = counts.most_common(1)[0]
    if _surprising(count, [0.5] * len(questions)):
        yield f"“{word[:40]}” is right in {count} of {len(questions)} true/false questions; turn some of them round"


def _longest_is_right(options: tuple[Option, ...]) -> bool:
    right = max((len(option.text) for option in options if option.correct), default=0)
    return right > max((len(option.text) for option in options if not option.correct), default=0)


def _surprising(count: int, chances: list[float]) -> bool:
    expected = sum(chances)
    spread = sqrt(sum(chance * (1 - chance) for chance in chances))
    return count - expected > SURPRISE * spread


def advise(question: Question) -> list[Advice]:
    """Advice on one question by itself, as its author can use it before it is in a bank."""
    found = list(_advice(question, frozenset()))
    if question.kind is Kind.SINGLE and _longest_is_right(question.options):
        lengths = sorted(len(option.text) for option in question.options)
        if lengths[-1] >= LONGER * lengths[-2] and not any(one.kind == "twice" for one in found):
            found.append(Advice("longest"))
    bank = Bank("", "", "", "", "", (question,))
    return [*found, *(Advice("licensed", (code,)) for _, code in _codes(bank))]


def _advice(question: Question, usual: frozenset[str]) -> Iterator[Advice]:
    if question.kind in CHOICES:
        yield from _options_advice(question, usual)
    elif question.kind is Kind.SHORT:
        yield from _short_advice(question)
    if not question.source:
        yield Advice("no-source")
    negative = _negative(question.stem)
    if negative:
        yield Advice("negative", (negative, negative.upper()))
    for image in images(question):
        if not image.alt:
            yield Advice("no-alt", (image.name,))


def _options_advice(question: Question, usual: frozenset[str]) -> Iterator[Advice]:
    right = [option for option in question.options if option.correct]
    wrong = [option for option in question.options if not option.correct]
    if not question.explanation and not all(option.feedback for option in right):
        yield Advice("no-explanation", ("right option is right",))
    silent = sum(not option.feedback for option in wrong)
    if silent and not (question.kind is Kind.TRUEFALSE and question.explanation):
        yield Advice("silent", (str(silent), str(len(wrong))))
    if question.kind is not Kind.TRUEFALSE and wrong:
        if len(right) == 1:
            yield from _single_advice(question.stem, right[0], wrong, usual)
    elif not wrong:
        yield Advice("all-right")
    if question.scoring == "all" and any(option.weight is not None for option in question.options):
        yield Advice("weights")
    yield from _wording(question)


def _single_advice(stem: str, right: Option, wrong: list[Option], usual: frozenset[str]) -> Iterator[Advice]:
    if len(right.text) >= 2 * max(len(option.text) for option in wrong) and len(right.text) >= 40:
        yield Advice("twice")
    repeated = _repeated_words(stem, right, wrong, usual)
    if repeated:
        yield Advice("repeats", (repeated,))


def _short_advice(question: Question) -> Iterator[Advice]:
    if not question.explanation:
        yield Advice("no-explanation", ("answer is right",))
    stem = f" {' '.join(_TOKEN.findall(folded(question.stem)))} "
    for answer in question.answers:
        if f" {' '.join(_TOKEN.findall(folded(answer)))} " in stem:
            yield Advice("holds-answer", (answer[:40],))


def _negative(stem: str) -> str:
    """A negation in small letters that turns what is asked round; '' where there is none."""
    asked = _SENTENCE_END.split(stem.strip())[-1]
    if found := _EXCEPT.search(asked):
        return str(found[1])
    words: list[str] = _TOKEN.findall(asked)
    begin = next((n for n, word in enumerate(words) if _ASKING.fullmatch(word)), len(words))
    for before, word in zip(words[begin:], words[begin + 1 :], strict=False):
        if _TURNS.fullmatch(word):
            return ""
        if _NEGATIVE.fullmatch(word) and before != "at":
            return word
    return ""


def _wording(question: Question) -> Iterator[Advice]:
    for option in question.options:
        if _ALL_ABOVE.search(option.text):
            yield Advice("all-above", (option.text[:40],))
        elif _NONE_ABOVE.search(option.text) and question.shuffle:
            yield Advice("none-above", (option.text[:40],))
        elif _BOTH.fullmatch(option.text.strip(" .")):
            yield Advice("letters", (option.text[:40],))
    article = _ARTICLE.search(question.stem)
    if article:
        yield Advice("article", (article[1],))


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
        texts += question.answers
        texts += [text for image in images(question) for text in (image.name, image.alt)]
        texts += [] if question.case is None else [question.case.key, question.case.stem]
        yield from ((question.line, code) for code in _found(texts))


def _found(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(code for text in texts for code in LICENSED_CODE.findall(_seen(text))))


def _seen(text: str) -> str:
    """A text as a reader sees it: plain forms of fancy digits, and nothing unseen between them."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
