"""Reading the pinned ICD-10-CM tables: what holds of a code, and between two codes, by the notes of the Tabular List.

A note counts for the code under which it is printed and for everything below it. Source of the rules: ICD-10-CM
Official Guidelines I.A.12 (excludes), I.A.13 and I.A.17 (code first, use additional code), I.B.2 (detail).
"""

from __future__ import annotations

import importlib
import re
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]+)?"
CODE = re.compile(rf"(?<![A-Za-z0-9]){_CODE}(?![A-Za-z0-9])")
_NAMED = re.compile(rf"(?<![A-Za-z0-9])({_CODE})\.?(?:-{{1,2}}({_CODE}))?(?![A-Za-z0-9])")
_CHARACTER = re.compile(r"with fifth or sixth character ([0-9])(?:-([0-9]))?")
_SEVENTH = re.compile(r"with 7th character ([A-Z])")


@cache
def _icd() -> Any:
    # The tables take seconds to read: only who asks them waits. The package reads them in a way that Python will drop.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("simple_icd_10_cm.simple_icd_10_cm")


def release() -> str:
    """Name of the tables' file, with the month and year of the release in it."""
    return str(_icd()._classification_data_package_file_name)


def codes(text: str) -> list[str]:
    """The codes in a text, in the order in which they stand."""
    return CODE.findall(text)


def exists(code: str) -> bool:
    """True for a chapter, block, category, subcategory or code of the tables, written with its dot."""
    return bool(_icd().is_valid_item(code))


def reportable(code: str) -> bool:
    """True where the code has every character that it needs."""
    return exists(code) and bool(_icd().is_leaf(code))


def description(code: str) -> str:
    """The code's title."""
    return str(_icd().get_description(code))


@cache
def lineage(code: str) -> tuple[str, ...]:
    """The code and all above it, up to its chapter."""
    return (code, *_icd().get_ancestors(code))


@cache
def leaves(code: str) -> tuple[str, ...]:
    """The reportable codes at or below a code."""
    return tuple(below for below in (code, *_icd().get_descendants(code)) if _icd().is_leaf(below))


def length(code: str) -> int:
    """Characters of a code, without its dot."""
    return len(code.replace(".", ""))


def chapter(code: str) -> str:
    """The number of a code's chapter."""
    return lineage(code)[-1]


def terms(code: str) -> list[str]:
    """Inclusion terms and Includes notes of a code and of all above it."""
    return [
        str(term) for item in lineage(code) for term in (*_icd().get_inclusion_term(item), *_icd().get_includes(item))
    ]


def wording(code: str) -> str:
    """All words that the tables have for a code: its title and its terms, in lower case, one to a line."""
    return "\n".join([description(code), *terms(code)]).casefold()


def says(text: str, phrase: str) -> bool:
    """Whether whole words of a text are the phrase, without regard to case; '!' before it means that they are not."""
    wanted = phrase.removeprefix("!").casefold()
    found = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text.casefold()) is not None
    return found != phrase.startswith("!")


def sevenths(code: str) -> dict[str, str]:
    """The 7th characters that a code takes, with their meaning; empty where it takes none."""
    return dict(_icd().get_seven_chr_def(code, search_in_ancestors=True))


def padded(code: str, seventh: str) -> str:
    """A code with its 7th character, and an X at each empty place between."""
    category, _, rest = code.partition(".")
    return f"{category}.{rest.ljust(3, 'X')}{seventh}"


# Notes


def _lines(relation: str, code: str) -> Iterator[str]:
    read = getattr(_icd(), _READ[relation])
    for item in lineage(code):
        found = read(item)
        yield from found.split("\n") if isinstance(found, str) else found


def _covers(line: str, other: str) -> bool:
    """Whether a line of a note names a code, by itself, by what stands above it, or by a range."""
    if found := _CHARACTER.search(line):
        least, most = found[1], found[2] or found[1]
        if not any(least <= place <= most for place in other.replace(".", "")[4:6]):
            return False
    if (found := _SEVENTH.search(line)) and not (length(other) == 7 and other.endswith(found[1])):
        return False
    return any(_within(other, first, last or first) for first, last in _NAMED.findall(line))


def _within(other: str, first: str, last: str) -> bool:
    return exists(first) and first <= other[: len(first)] and other[: len(last)] <= last


def note_lines(code: str, other: str, *relations: str) -> list[str]:
    """The lines of a code's notes of these relations that name another code."""
    return [line for relation in relations for line in _lines(relation, code) if _covers(line, other)]


_READ = {
    "Excludes1": "get_excludes1",
    "Excludes2": "get_excludes2",
    "Code first": "get_code_first",
    "Use additional code": "get_use_additional_code",
    "Code also": "get_code_also",
}
RELATIONS = tuple(_READ)


def related(code: str, relation: str, other: str) -> bool:
    """Whether a note of that kind at a code names another.

    An Excludes note counts from both sides, and Excludes1 prevails over the general Excludes2 of a chapter.
    """
    if relation == "Excludes2" and related(code, "Excludes1", other):
        return False
    if note_lines(code, other, relation):
        return True
    return relation.startswith("Excludes") and exists(other) and bool(note_lines(other, code, relation))


def precedes(first: str, second: str) -> bool:
    """Whether the notes put one code before the other."""
    return related(second, "Code first", first) or related(first, "Use additional code", second)
