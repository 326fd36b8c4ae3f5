"""What each question of the bank cpc-icd claims, and whether an option's text is true of the tables.

A claim is an entry of icd_claims.json under the question's key: its *kind*, its *form*, and the codes or phrases that
the form needs. `HOLDS[form](option text, claim)` says whether that option is true; a question is right where that
is so for its key alone. *facts* maps words of the stem to words of the tables ("!" before them: not there), so that
stem and answer hang together.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.formats import icd_tables as tables

if TYPE_CHECKING:
    from collections.abc import Callable

Claim = dict[str, Any]

KINDS = ("billable", "description", "hierarchy", "seventh", "excludes", "sequence", "laterality", "inclusion")
_CHAPTER = re.compile(r"Chapter ([0-9]{1,2}): (.+)")
_BLOCK = re.compile(r"([A-Z][0-9][0-9A-Z]-[A-Z][0-9][0-9A-Z])(?:: (.+))?")
_SIDES = {"right", "left", "bilateral", "unilateral", "unspecified", "both", "of", "in", "side", "ear"}


def read() -> dict[str, Claim]:
    """The claims by the keys of their questions."""
    found: dict[str, Claim] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return found


def only(option: str) -> str:
    """The one code of an option."""
    (code,) = tables.codes(option)
    return code


def agrees(code: str, claim: Claim) -> bool:
    """Whether the tables' words for a code hold every fact of the claim."""
    return all(tables.says(tables.wording(code), phrase) for phrase in claim["facts"].values())


# Billable


def _reportable(option: str, claim: Claim) -> bool:
    return tables.reportable(only(option)) is claim["expected"]


def _length(option: str, claim: Claim) -> bool:
    (stated,) = re.findall(r"[0-9]+", option)
    return {int(stated)} == {tables.length(leaf) for leaf in tables.leaves(claim["code"])}


def _missing(option: str, claim: Claim) -> bool:
    places = [int(place) for place in re.findall(r"\b([4-7])th\b", option)]
    stated = set(range(places[0], places[-1] + 1)) if places else set()
    (most,) = {tables.length(leaf) for leaf in tables.leaves(claim["code"])}
    return stated == set(range(tables.length(claim["code"]) + 1, most + 1))


# Description


def _described(option: str, claim: Claim) -> bool:
    return tables.reportable(only(option)) and agrees(only(option), claim)


def _means(option: str, claim: Claim) -> bool:
    return option.casefold() == tables.description(claim["code"]).casefold()


# Hierarchy


def place(option: str) -> tuple[str, str]:
    """The chapter, block or category that an option names, and the title that it gives."""
    if found := _CHAPTER.fullmatch(option) or _BLOCK.fullmatch(option):
        return found[1], found[2] or ""
    code, _, title = option.partition(": ")
    return code, title


def _above(option: str, claim: Claim) -> bool:
    return place(option)[0] in tables.lineage(claim["code"])


def _within(option: str, claim: Claim) -> bool:
    return claim["code"] in tables.lineage(only(option))


# 7th character


def _seventh(option: str, claim: Claim) -> bool:
    code, known = claim["code"], tables.sevenths(claim["code"])
    letter = option.removeprefix("7th character ").split(",")[0]
    if found := tables.codes(option):
        letter = found[0][-1]
        if found[0] != tables.padded(code, letter):
            return False
    meant = known.get(letter, "")
    fits = bool(meant) and all(tables.says(meant, phrase) for phrase in claim["facts"].values())
    return fits and tables.reportable(tables.padded(code, letter))


def _takes(option: str, claim: Claim) -> bool:
    return bool(tables.sevenths(only(option))) is claim["expected"]


def _written(option: str, claim: Claim) -> bool:
    code = only(option)
    return tables.reportable(code) and claim["code"] in tables.lineage(code) and code.endswith(claim["letter"])


def _letters(option: str, claim: Claim) -> bool:
    return set(re.findall(r"\b[0-9A-Z]\b", option)) == set(tables.sevenths(claim["code"]))


# Notes


def stated_relation(option: str) -> str:
    """The kind of note that an option begins with; '' for the option that there is none."""
    found = [relation for relation in tables.RELATIONS if option.startswith(relation)]
    if not found and not option.startswith("No note"):
        raise ValueError(f"an option about a note names none: {option}")
    return found[0] if found else ""


def _note(option: str, claim: Claim) -> bool:
    code, other = claim["code"], claim["other"]
    if relation := stated_relation(option):
        return tables.related(code, relation, other)
    return not any(tables.related(code, each, other) for each in tables.RELATIONS)


def _relation(option: str, claim: Claim) -> bool:
    return tables.related(claim["code"], claim["relation"], only(option)) is claim.get("expected", True)


def _pair(option: str, claim: Claim) -> bool:
    code, other = tables.codes(option)
    return tables.related(code, claim["relation"], other) is claim.get("expected", True)


def _order(option: str, claim: Claim) -> bool:
    found = tables.codes(option)
    later = [(code, other) for at, code in enumerate(found) for other in found[at + 1 :]]
    told = all(any(tables.says(tables.wording(code), phrase) for code in found) for phrase in claim["facts"].values())
    return (
        told
        and all(tables.reportable(code) for code in found)
        and not any(tables.precedes(other, code) for code, other in later)
        and not any(tables.related(code, "Excludes1", other) for code, other in later)
        and (not claim.get("size") or len(found) == claim["size"])
    )


# Laterality


def sideless(code: str) -> str:
    """A code's title without its words for a side."""
    title = tables.description(code).casefold().replace(",", " ")
    return " ".join(word.removesuffix("s") for word in title.split() if word not in _SIDES)


def _bilateral(option: str, claim: Claim) -> bool:
    has = any(tables.says(tables.description(leaf), "bilateral") for leaf in tables.leaves(only(option)))
    return has is claim["expected"]


def _side_place(option: str, claim: Claim) -> bool:
    (stated,) = re.findall(r"\b([1-7])(?:th|st|nd|rd)\b", option)
    titles = {tables.description(leaf): leaf.replace(".", "") for leaf in tables.leaves(claim["code"])}
    pairs = [
        (code, titles[left])
        for title, code in titles.items()
        if tables.says(title, "right") and (left := title.replace("right", "left")) in titles
    ]
    return bool(pairs) and {at + 1 for a, b in pairs for at in range(len(a)) if a[at] != b[at]} == {int(stated)}


# Inclusion terms


def _holds_term(option: str, claim: Claim) -> bool:
    return claim["term"].casefold() in (term.casefold() for term in tables.terms(only(option)))


def _term_of(option: str, claim: Claim) -> bool:
    return option.casefold() in (term.casefold() for term in tables.terms(claim["code"]))


HOLDS: dict[str, Callable[[str, Claim], bool]] = {
    "reportable": _reportable,
    "length": _length,
    "missing": _missing,
    "described": _described,
    "means": _means,
    "above": _above,
    "within": _within,
    "seventh": _seventh,
    "takes": _takes,
    "written": _written,
    "letters": _letters,
    "note": _note,
    "relation": _relation,
    "pair": _pair,
    "order": _order,
    "bilateral": _bilateral,
    "side_place": _side_place,
    "term": _holds_term,
    "term_of": _term_of,
}
