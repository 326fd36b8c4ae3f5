"""Typed answers: which variants are right, by which rule, and which near misses are other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.short_answers import Rule, distance, judge

CASE, ACCENTS, HYPHENS, ALIAS, SPELLING = Rule


@pytest.mark.parametrize(
    ("typed", "answers", "rules"),
    [
        ("clavicle", ("clavicle",), ()),
        ("  collar   bone ", ("collar bone",), ()),
        ("Clavicle", ("clavicle",), (CASE,)),
        ("STRASSE", ("Straße",), (CASE,)),
        ("Sjogren", ("Sjögren",), (ACCENTS,)),
        ("sjögren", ("Sjogren",), (ACCENTS,)),
        ("oesophagus", ("œsophagus",), (ACCENTS,)),
        ("Xray", ("X-ray",), (HYPHENS,)),
        ("x ray", ("X-ray",), (HYPHENS,)),
        ("x–ray", ("x-ray",), ()),
        ("Crohn’s disease", ("Crohn's disease",), ()),
        ("crohns disease", ("Crohn's disease",), (HYPHENS,)),
        ("E coli", ("E. coli",), (HYPHENS,)),
        ("COVID19", ("COVID-19",), (HYPHENS,)),
        ("F32A", ("F32.A",), (HYPHENS,)),
        ("signs and symptoms", ("signs & symptoms",), (HYPHENS,)),
        ("clavicula", ("clavicle", "clavicula"), (ALIAS,)),
        ("Clavicula", ("clavicle", "clavicula"), (CASE, ALIAS)),
        ("appendectmy", ("appendectomy",), (SPELLING,)),
        ("apendectomy", ("appendectomy",), (SPELLING,)),
        ("appendecotmy", ("appendectomy",), (SPELLING,)),
        ("Cholecystectmoy", ("cholecystectomy",), (SPELLING,)),
        ("cholecistectomi", ("cholecystectomy",), (SPELLING,)),
        ("fracture of the clavicule", ("fracture of the clavicle",), (SPELLING,)),
        ("esophagous", ("oesophagus", "esophagus"), (ALIAS, SPELLING)),
    ],
)
def test_a_variant_is_right_and_its_rules_are_told(
    typed: str, answers: tuple[str, ...], rules: tuple[Rule, ...]
) -> None:
    """Case, accents, hyphens and points, a listed alias, one or two slips in a long word."""
    found = judge(typed, answers)
    assert found is not None
    assert found.rules == rules
    assert found.answer in answers
    assert bool(found.slips) == (SPELLING in rules)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "clavicle"),
        ("-", "clavicle"),
        ("femur", "fibula"),
        ("femor", "femur"),  # five letters: ileum and ilium are two things
        ("ilium", "ileum"),
        ("hypotension", "hypertension"),
        ("hyperglycemia", "hypoglycemia"),
        ("abduction", "adduction"),
        ("efferent", "afferent"),
        ("intercellular", "intracellular"),
        ("macroscopic", "microscopic"),
        ("dysphasia", "dysphagia"),
        ("peroneal", "perineal"),
        ("gastrotomy", "gastrostomy"),
        ("gastrostomy", "gastrotomy"),
        ("colectomy", "cholectomy"),
        ("ureterostomy", "urethrostomy"),
        ("nephrosis", "nephritis"),
        ("arteritis", "arthritis"),
        ("infraction", "infarction"),
        ("metatarsal", "metacarpal"),
        ("E11.8", "E11.9"),
        ("S72.001B", "S72.001A"),
        ("E119", "E11.9"),
        ("modifier 52", "modifier 53"),
        ("modifier 5 2", "modifier 52"),
        ("15", "1.5"),
        ("5", "-5"),
        ("34", "3-4"),
        ("25mg", "2.5 mg"),
        ("appendectomy now", "appendectomy"),
        ("apendectmoy oof", "appendectomy off"),
        ("apndctmy", "appendectomy"),
        ("x" * 500, "x" * 500),
    ],
)
def test_another_word_is_wrong_however_near_it_is(typed: str, answer: str) -> None:
    """Short words, digits and codes, opposite beginnings and endings, look-alikes, more slips than forgiven."""
    assert judge(typed, (answer,)) is None


def test_a_word_that_the_bank_knows_is_no_slip_for_another() -> None:
    """“Menarche” may be a slip for “menarchy”, unless it is an answer of its own."""
    assert judge("menarche", ("menarchy",)) is not None
    assert judge("menarche", ("menarchy",), known={"menarche"}) is None
    assert judge("Menarche", ("menarche",), known={"menarche"}) is not None


def test_the_fewest_rules_win_and_the_first_answer() -> None:
    """What was typed letter for letter is told as that answer."""
    found = judge("X-Ray", ("xray", "x-ray", "X-Ray"))
    assert found is not None
    assert (found.answer, found.rules) == ("X-Ray", (ALIAS,))
    found = judge("appendicectmy", ("appendicectomy", "appendicectomie"))
    assert found is not None
    assert (found.answer, found.slips) == ("appendicectomy", 1)


@given(st.text(max_size=30).filter(lambda text: bool(text.strip())))
def test_an_answer_is_right_as_it_is_written(text: str) -> None:
    """Whatever it consists of."""
    assert judge(text, ("other words", text)) is not None


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_breaks_the_judge(typed: str, answers: list[str]) -> None:
    """Any texts at all are right or wrong."""
    found = judge(typed, answers)
    assert found is None or found.answer in answers


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_that_of_the_definition(one: str, other: str) -> None:
    """Compared with the recursive definition; symmetric; cut off above the bound."""

    def plain(left: str, right: str) -> int:
        if not left or not right:
            return len(left) + len(right)
        found = min(
            plain(left[:-1], right) + 1,
            plain(left, right[:-1]) + 1,
            plain(left[:-1], right[:-1]) + (left[-1] != right[-1]),
        )
        if len(left) > 1 and len(right) > 1 and left[-1] == right[-2] and left[-2] == right[-1]:
            found = min(found, plain(left[:-2], right[:-2]) + 1)
        return found

    exact = plain(one, other)
    assert distance(one, other, 9) == distance(other, one, 9) == exact
    assert distance(one, other, 1) == min(exact, 2)
