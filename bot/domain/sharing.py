"""What a certifying body forbids to share: index numbers of approved events, and answers to their quizzes.

A title needs neither. Better to refuse a title that merely looks like one, since it is easily put in other words, than
to keep a number that costs somebody their certificate.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from itertools import pairwise


class Shared(Enum):
    """What a text seems to hold."""

    INDEX = "an index number"
    ANSWERS = "answers to a quiz"


# Years, the names of code sets and forms, and laws are full of digits and never an index number.
_KNOWN = re.compile(
    r"""\bicd[\s-]?(?:9|10|11)(?:[\s-]?(?:cm|pcs|mms))?(?![a-z0-9])|\bcovid[\s-]?19\b|\b(?:cms|ub|hcfa)[\s-]?\d{2,4}\b
    |\b\d{1,2}\s?(?:cfr|usc)\s?(?:part\s?)?\d+(?:\.\d+)*|(?<!\d)(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2})?(?!\d)
    |\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d\b|\b\d{1,2}:\d\d\b|\b[a-z]\d[0-9a-z]\.[0-9a-z]{1,4}\b
    |\b\d{5}\s?(?:-|–|to|and)\s?(?:\d{5}|\d\d)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_INDEX_WORD = re.compile(
    r"""\bindex\s*(?:\#|(?:numbers?|num|nbr|codes?|ids?)\b)
    |\bindex\s*(?:no|nr)\b[\s.:\#]*(?=[a-z-]*\d)
    |\b(?:index|ceu|approval|certificate|event)\b\s*(?:no|nr|number|code|id)?\s*[.:\#=]+\s*(?=[a-z-]*\d)[a-z0-9-]{4,}
    |\bindex\s+(?=[a-z-]*\d)[a-z0-9-]{4,}""",
    re.IGNORECASE | re.VERBOSE,
)
_TOKEN = re.compile(r"[a-z0-9]+(?:[-_/][a-z0-9]+)*", re.IGNORECASE)
_LONG_NUMBER = 7

_ANSWER_WORD = re.compile(
    r"""\b(?:answers?|quiz|test|exam)[\s-]*(?:keys?|sheets?)\b|\bkeys?\s+(?:to|of|for)\s+(?:the\s+)?(?:quiz|test|exam)\b
    |\b(?:quiz|test|post-?test|exam)(?:'s|es|s)?\s+(?:answers?|solutions?)\b
    |\banswers?\s+(?:to|of|for|from)\s+(?:the\s+|this\s+|that\s+)?(?:[\w-]+\s+){0,2}(?:quiz|post-?test|test|exam)(?:es|s)?\b
    |\bsolutions?\s+(?:to|of|for)\s+(?:the\s+)?(?:quiz|post-?test|test|exam)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BEFORE_ANSWERS = re.compile(r"\b(?:answers?|ans|keys?|solutions?|quiz)\b\W*", re.IGNORECASE)
_PAIR = r"(?:q(?:uestion)?\s*)?\d{1,3}\s*[.):=\-–>]*\s*(?:true|false|[a-ft])(?![a-z0-9])"
_PAIRS = re.compile(rf"(?<![a-z0-9]){_PAIR}(?:[\s,;|/.&]+(?:and\s+)?{_PAIR}){{2,}}", re.IGNORECASE)
_TURNED = re.compile(
    r"(?<![a-z0-9])[a-ft]\s*[-=:]?\s*\d{1,3}(?:[\s,;|/]+(?:and\s+)?[a-ft]\s*[-=:]?\s*\d{1,3}){2,}(?![a-z0-9])",
    re.IGNORECASE,
)
_TRUTHS = re.compile(r"\b(?:true|false)(?:[\s,;|/]+(?:and\s+)?(?:true|false)\b){2,}", re.IGNORECASE)
_LETTERS = re.compile(r"(?<![a-z0-9])[a-ft](?:(?:\s*[,;/|.\-–]\s*|\s+)[a-ft](?![a-z0-9])){3,}", re.IGNORECASE)
_WORDS = """
abaca abed accede acceded aced added bead beaded bedded cabbed cede ceded dabbed dace dada dead decade deed deeded ebbed
fee taffeta taft
"""
"""Those of the letters A to E, or of T and F, alone."""

_RUN = re.compile(r"\b(?:[A-E]{5,}|[a-e]{6,}|[TF]{4,})\b")
_SHORT_RUN = re.compile(r"(?:[a-e]{3,}|[tf]{3,})\b", re.IGNORECASE)


def looks_shared(text: str) -> Shared | None:
    """What a text seems to hold that must not be shared; None for an ordinary title."""
    text = _laid_bare(text)
    if _holds_answers(text):
        return Shared.ANSWERS
    return Shared.INDEX if _holds_index(text) else None


def _laid_bare(text: str) -> str:
    """Without what hides letters from a reader of ours: full-width forms, invisible characters, accents."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(one for one in normal if unicodedata.category(one) not in ("Cf", "Cc", "Co", "Mn"))


def _holds_index(text: str) -> bool:
    if _INDEX_WORD.search(_without_known(text)):
        return True
    return any(_is_code(found[0]) for found in _TOKEN.finditer(_without_known(text)))


def _without_known(text: str) -> str:
    return _KNOWN.sub(" ", text)


def _is_code(token: str) -> bool:
    """Letters and digits mixed as in a serial number, or a number too long to be a code of a code set."""
    bare = re.sub(r"[^a-z0-9]", "", token.lower())
    digits = sum(one.isdigit() for one in bare)
    letters = len(bare) - digits
    if any(len(run) >= _LONG_NUMBER for run in re.findall(r"\d+", bare)):
        return True
    if len(bare) < _LONG_NUMBER or not letters:
        return False
    changes = len(re.findall(r"(?<=[a-z])\d|(?<=\d)[a-z]", bare))
    return digits >= 5 or (digits >= 3 and letters >= 2 and changes >= 2)


def _holds_answers(text: str) -> bool:
    if _ANSWER_WORD.search(text) or _TRUTHS.search(text):
        return True
    if any(_counts_up(found[0]) for found in _PAIRS.finditer(text)):
        return True
    if any(_counts_up(found[0]) and not _is_row(_single(found[0])) for found in _TURNED.finditer(text)):
        return True
    if any(_is_run(found[0]) for found in _RUN.finditer(text)):
        return True
    for found in _BEFORE_ANSWERS.finditer(text):
        rest = _SHORT_RUN.match(text, found.end())
        if rest and rest[0].lower() not in _WORDS.split() and not _ascends(rest[0]):
            return True
    for found in _LETTERS.finditer(text):
        single = _single(found[0])
        told = _BEFORE_ANSWERS.search(text[: found.start()]) is not None
        if not _ascends(single) and (told or len(single) >= 5):
            return True
    return False


def _counts_up(text: str) -> bool:
    """Whether the numbers in it follow one another, as a quiz's do."""
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    return all(after - before == 1 for before, after in pairwise(numbers))


def _single(text: str) -> str:
    return "".join(re.findall(r"(?<![a-z])[a-z](?![a-z])", text.lower()))


def _is_row(letters: str) -> bool:
    """Whether it is a row such as “C1, C2, C3”, of vertebrae, modifiers or vitamins."""
    return sorted(letters) == list(letters)


def _ascends(letters: str) -> bool:
    """Whether it is a list such as “Parts A, B, C and D”."""
    low = letters.lower()
    return all(before < after for before, after in pairwise(low))


def _is_run(word: str) -> bool:
    return word.lower() not in _WORDS.split() and not _ascends(word)
