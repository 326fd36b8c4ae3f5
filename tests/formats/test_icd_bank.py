"""The bank cpc-icd says of each code what the pinned ICD-10-CM tables say: key and distractors are derived anew."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from bot.domain.questions import Option, Question
from bot.formats import markdown
from tests.formats import icd_claims as claims
from tests.formats import icd_tables as tables

pytestmark = pytest.mark.xdist_group("icd")  # the tables take seconds to read, and are read once a process
BANK = Path(__file__).parents[2] / "config" / "banks" / "cpc-icd.md"
CLAIMS = claims.read()
_WORD = re.compile(r"[^\W\d_]{4,}")
_USUAL = {"code", "codes", "then", "with", "first", "alone", "character", "also", "both"}


def _questions() -> tuple[Question, ...]:
    bank, problems = markdown.read(BANK.read_text("utf-8"), BANK.name)
    assert problems == []
    assert bank is not None
    return bank.questions


QUESTIONS = _questions()
PAIRS = [(question, CLAIMS.get(question.key, {})) for question in QUESTIONS]
KEYS = [question.key for question in QUESTIONS]


def _of(kind: str) -> list[ParameterSet]:
    return [pytest.param(q, claim, id=q.key) for q, claim in PAIRS if claim.get("kind") == kind]


def test_every_question_has_a_claim_and_every_claim_a_question() -> None:
    """Nothing in the bank is left unchecked, and at least 150 questions are there to check."""
    assert [question.key for question in QUESTIONS] == list(CLAIMS)
    assert len(CLAIMS) >= 150


def test_every_kind_of_question_is_there() -> None:
    """Each of the eight kinds has at least twenty questions."""
    counts = Counter(claim["kind"] for claim in CLAIMS.values())
    assert set(counts) == set(claims.KINDS)
    assert min(counts.values()) >= 20


def test_the_bank_is_of_the_year_of_the_tables() -> None:
    """The questions name the year of the tables from which they are derived."""
    year = re.search(r"20\d\d", tables.release())
    assert year is not None
    assert {question.code_year for question in QUESTIONS} == {int(year[0])}


@pytest.mark.parametrize(("question", "claim"), PAIRS, ids=KEYS)
def test_the_tables_bear_out_the_key_and_no_distractor(question: Question, claim: claims.Claim) -> None:
    """By one and the same predicate of the tables the key is true and every other option is false."""
    holds = claims.HOLDS[claim["form"]]
    assert [holds(option.text, claim) for option in question.options] == [o.correct for o in question.options]


@pytest.mark.parametrize(("question", "claim"), PAIRS, ids=KEYS)
def test_the_stem_says_what_the_claim_is_about(question: Question, claim: claims.Claim) -> None:
    """What a claim takes from the stem stands there, and its codes stand in the stem, in an option or fit its facts."""
    for words in claim.get("facts", {}):
        assert tables.says(question.stem, words), words
    if "term" in claim:
        assert tables.says(question.stem, claim["term"])
    shown = " ".join((question.stem, *(option.text for option in question.options)))
    for name in ("code", "other"):
        if claim["form"] == "above":
            assert claims.agrees(claim["code"], claim)
        elif name in claim:
            assert claim[name] in shown


@pytest.mark.parametrize(("question", "claim"), _of("sequence"))
def test_a_question_of_order_has_an_order_in_the_notes(question: Question, claim: claims.Claim) -> None:
    """The right sequence of codes is one that a note demands, not only one that no note forbids."""
    if claim["form"] == "order":
        found = tables.codes(next(option.text for option in question.options if option.correct))
        assert any(tables.precedes(first, second) for first, second in pairwise(found))
        assert any(
            sorted(tables.codes(option.text)) == sorted(found) for option in question.options if not option.correct
        )


@pytest.mark.parametrize(("question", "claim"), PAIRS, ids=KEYS)
def test_every_option_is_something_of_the_tables(question: Question, claim: claims.Claim) -> None:
    """Titles and terms in the options are those of the tables, so that no distractor is an invention."""
    form = claim["form"]
    for option in question.options:
        if form == "above":
            item, title = claims.place(option.text)
            assert tables.exists(item), item
            assert title.casefold() in tables.description(item).casefold(), option.text
        elif form == "means":
            assert option.text.casefold() in _titles(question), option.text
        elif form == "term_of":
            assert _is_a_term(option, claim), option.text
        elif form in {"relation", "pair", "described", "order", "term", "bilateral"}:
            _check_words(option, claim)


def _titles(question: Question) -> set[str]:
    """Titles of the codes near those of the stem: all in the same categories' blocks."""
    blocks = {tables.lineage(code)[-2] for code in tables.codes(question.stem)}
    return {tables.description(leaf).casefold() for block in blocks for leaf in tables.leaves(block)}


def _is_a_term(option: Option, claim: claims.Claim) -> bool:
    block = tables.lineage(claim["code"])[-1]
    return any(option.text.casefold() in (t.casefold() for t in tables.terms(leaf)) for leaf in tables.leaves(block))


def _check_words(option: Option, claim: claims.Claim) -> None:
    """Words beside a code are words of its title, its terms or the note that names it."""
    found = [code for code in tables.codes(option.text) if tables.exists(code)]
    known = " ".join(tables.wording(code) for code in found)
    near = [claim["code"]] if "code" in claim else found
    known += " ".join(
        line for at in near for code in found for line in tables.note_lines(at, code, *tables.RELATIONS)
    ).casefold()
    for word in _WORD.findall(option.text.casefold()):
        assert word in _USUAL or word[:5] in known, f"{option.text}: {word}"


@pytest.mark.parametrize(("question", "claim"), _of("laterality"))
def test_a_question_of_side_has_the_other_side_among_its_distractors(question: Question, claim: claims.Claim) -> None:
    """Where codes are to choose from, a wrong one differs from the right one in nothing but the side."""
    if claim["form"] not in {"described", "order"}:
        return
    right = next(option for option in question.options if option.correct)
    plain = {claims.sideless(code) for code in tables.codes(right.text)}
    wrong = [option for option in question.options if not option.correct]
    assert any({claims.sideless(code) for code in tables.codes(option.text)} <= plain for option in wrong)


def test_the_questions_are_spread_over_the_chapters() -> None:
    """The codes of the questions are of at least eighteen chapters, none with more than a fifth of them."""
    chapters: Counter[str] = Counter()
    for question in QUESTIONS:
        right = next(option.text for option in question.options if option.correct)
        found = [code for code in tables.codes(f"{right} {question.stem}") if tables.exists(code)]
        code = CLAIMS[question.key].get("code") or (found[0] if found else "")
        chapters[tables.chapter(code)] += 1
    assert len(chapters) >= 18
    assert max(chapters.values()) <= len(QUESTIONS) / 5
