"""What a member types into a form becomes a question, or says all that is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain import suggestions as rules
from bot.domain.questions import Kind, Option, faults
from bot.domain.refusals_suggestions import Flaw, NotAskable, TooManySuggestions
from bot.domain.suggestions import Words, parse_options, question

GOOD = Words(
    "anatomy",
    "Which bone is the collar bone?",
    "*Clavicle\nScapula\n> That is the shoulder blade.\nSternum",
    "Clavicula is its Latin name.",
    "A book",
)


def flaws(**changes: str) -> tuple[Flaw, ...]:
    with pytest.raises(NotAskable) as refused:
        question(replace(GOOD, **changes), "Anatomy", 2026)
    return refused.value.flaws


def test_the_form_s_lines_are_options_with_their_reasons() -> None:
    """One a line, the right one with an asterisk, a reason below it; the question is sound and has its own key."""
    made = question(GOOD, "Anatomy", 2026)
    assert made.options == (
        Option("Clavicle", True),
        Option("Scapula", False, "That is the shoulder blade."),
        Option("Sternum", False),
    )
    assert (made.kind, made.topic, made.code_year, made.shuffle) == (Kind.SINGLE, "Anatomy", None, True)
    assert made.key.startswith("q-")
    assert faults(made) == []


@pytest.mark.parametrize(
    ("text", "right", "texts"),
    [
        ("A. Femur\nB. *Tibia\nC. Ulna", [1], ["Femur", "Tibia", "Ulna"]),
        ("*1) Femur\n2) Tibia", [0], ["Femur", "Tibia"]),
        ("Femur\nTibia*\n\nUlna", [1], ["Femur", "Tibia", "Ulna"]),
        ("* Femur\n*Tibia\nUlna", [0, 1], ["Femur", "Tibia", "Ulna"]),
        ("\\*star\n*other", [1], ["*star", "other"]),
        ("A. Smith\n*C. Jones", [1], ["A. Smith", "C. Jones"]),
        ("* \n*x\ny", [1], ["*", "x", "y"]),
    ],
)
def test_asterisks_and_letters_are_read_as_people_write_them(text: str, right: list[int], texts: list[str]) -> None:
    """Letters go only where every line has the next one; an asterisk marks in front, or else at the end."""
    options = parse_options(text)
    assert [option.text for option in options] == texts
    assert [at for at, option in enumerate(options) if option.correct] == right


def test_several_right_options_and_true_or_false_make_other_kinds() -> None:
    """Two asterisks make a multiple question; True and False keep their places."""
    assert question(replace(GOOD, options="*a\n*b\nc"), "Anatomy", None).kind is Kind.MULTI
    made = question(replace(GOOD, options="false\n*TRUE\n> So it is."), "Anatomy", None)
    assert (made.kind, made.shuffle) == (Kind.TRUEFALSE, False)
    assert made.options == (Option("True", True, "So it is."), Option("False", False))
    assert faults(made) == []


def test_everything_that_is_missing_is_said_at_once() -> None:
    """All flaws of a form come together, so that it has to be filled in once more and not four times."""
    assert flaws(stem="", options="only one", explanation="") == (
        Flaw.NO_STEM,
        Flaw.FEW_OPTIONS,
        Flaw.NO_EXPLANATION,
    )
    assert flaws(options="a\nb") == (Flaw.NO_RIGHT,)
    assert flaws(options="*a\n*b") == (Flaw.ALL_RIGHT,)
    assert flaws(options="*a\nA") == (Flaw.SAME_OPTION,)
    assert flaws(options="\n".join(f"*o{n}" if n == 0 else f"o{n}" for n in range(11))) == (Flaw.MANY_OPTIONS,)
    assert flaws(options="*" + "x" * 1000 + "\nb") == (Flaw.TOO_LONG,)


@pytest.mark.parametrize(
    ("stem", "kept"),
    [
        ("Which code is E11.9?", 2026),
        ("Is J3490 for drugs?", 2026),
        ("What does an ICD-10-CM Excludes1 note mean?", 2026),
        ("Which vertebra is T12, and what is vitamin B12?", None),
    ],
)
def test_a_question_about_codes_holds_for_a_code_year(stem: str, kept: int | None) -> None:
    """What names codes or a code set is looked at again when the codes change; the rest never is."""
    assert question(replace(GOOD, stem=stem), "Anatomy", 2026).code_year == kept


def test_only_so_many_may_wait() -> None:
    """A member's sixth suggestion is refused while five wait."""
    rules.check_waiting(4)
    with pytest.raises(TooManySuggestions):
        rules.check_waiting(5)


def test_the_longest_forms_fit_into_a_post() -> None:
    """All fields full to the brim are one question that can be asked."""
    options = "*" + "a" * 540 + "\n" + "\n".join(letter * 550 for letter in "bcd")
    assert len(options) <= rules.OPTIONS
    words = Words("t", "s" * rules.STEM, options, "e" * rules.EXPLANATION, "q" * rules.SOURCE)
    assert faults(question(words, "Anatomy", None)) == []
