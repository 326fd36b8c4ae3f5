"""Questions: identity, topic slugs, and what keeps one from being asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import (
    MAX_OPTIONS,
    OPTION_LIMIT,
    POST_LIMIT,
    Case,
    Option,
    Problem,
    Question,
    faults,
    fingerprint,
    post_length,
    slug,
    units,
)

SOUND = Question(
    key="excl1",
    topic="ICD-10-CM conventions",
    stem="What does an Excludes1 note mean?",
    options=(Option("Both may be reported", False, "That is Excludes2."), Option("Never together", True)),
    explanation="Barring the stated exception.",
    source="Official Guidelines I.A.12.a",
    difficulty=2,
    tags=("notes",),
    code_year=2025,
)


def options(*texts: str, right: int = 0) -> tuple[Option, ...]:
    return tuple(Option(text, index == right) for index, text in enumerate(texts))


def test_a_corrected_key_keeps_the_fingerprint() -> None:
    """Which option is right, their order, case, spacing, feedback and the rest are no part of it."""
    corrected = replace(
        SOUND,
        key="other",
        stem="what does an  EXCLUDES1 note mean? ",
        options=(Option("never together", False, "Changed."), Option("Both may be  reported", True)),
        explanation="",
        topic="Elsewhere",
        line=99,
    )
    assert fingerprint(corrected) == fingerprint(SOUND)
    assert len(fingerprint(SOUND)) == 20


@given(st.text(min_size=1), st.text(min_size=1))
def test_another_stem_or_option_is_another_fingerprint(stem: str, option: str) -> None:
    """What is asked makes the identity; no text breaks it."""
    asked = replace(SOUND, stem=f"a {stem}")
    assert fingerprint(asked) != fingerprint(replace(asked, stem=f"b {stem}"))
    assert fingerprint(asked) != fingerprint(replace(asked, options=(*SOUND.options, Option(f"c {option}", False))))


def test_where_a_question_stood_is_no_part_of_it() -> None:
    """Two questions that differ in their line only are equal."""
    assert replace(SOUND, line=7) == SOUND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ICD-10-CM conventions", "icd-10-cm-conventions"),
        ("  Evaluation & Management ", "evaluation-and-management"),
        ("Évaluation", "evaluation"),
        ("Anatomy/Physiology", "anatomy-physiology"),
        ("解剖学", "解剖学"),
        ("—", ""),
    ],
)
def test_a_topics_slug_is_its_plain_words(text: str, expected: str) -> None:
    """Accents, case and punctuation do not make another topic."""
    assert slug(text) == expected


@given(st.text())
def test_a_slug_is_its_own_slug(text: str) -> None:
    """Slugging twice changes nothing."""
    assert slug(slug(text)) == slug(text)


def test_a_problem_reads_as_file_line_and_sentence() -> None:
    """The form that editors make clickable."""
    assert str(Problem("banks/a.md", 7, "error", "no option is marked right")) == (
        "banks/a.md:7: no option is marked right"
    )


def test_a_sound_question_has_no_fault() -> None:
    """Nor has one at the limits."""
    assert faults(SOUND) == []
    assert faults(replace(SOUND, options=options(*(f"option {n}" for n in range(MAX_OPTIONS))))) == []
    assert faults(replace(SOUND, options=options("x" * OPTION_LIMIT, "y"))) == []


@pytest.mark.parametrize(
    ("question", "message", "option"),
    [
        (replace(SOUND, stem="  "), "no text", None),
        (replace(SOUND, options=options("one")), "at least 2 options", None),
        (replace(SOUND, options=()), "at least 2 options", None),
        (replace(SOUND, options=options(*(str(n) for n in range(11)))), "10 options at most", 10),
        (replace(SOUND, options=options("a", "b", right=9)), "no option is marked right", None),
        (replace(SOUND, options=(Option("a", True), Option("b", True))), "2 options are marked right", 1),
        (replace(SOUND, options=options("a", " ")), "no text", 1),
        (replace(SOUND, options=options("Same", "other", "same")), "the same as option 1", 2),
        (replace(SOUND, options=options("a", "b" * 901)), "option has 901 characters; 900", 1),
        (replace(SOUND, options=(Option("a", True, "f" * 2001), Option("b", False))), "feedback has 2001", 0),
        (replace(SOUND, stem="s" * POST_LIMIT), "stem and options together", None),
        (replace(SOUND, explanation="e" * 10_001), "explanation has 10001", None),
        (replace(SOUND, case=Case("c", "c" * 20_001)), "case has 20001", None),
        (replace(SOUND, source="s" * 401), "source has 401", None),
    ],
)
def test_each_fault_is_named_with_its_option(question: Question, message: str, option: int | None) -> None:
    """Every reason why a question cannot be asked in Discord is one sentence, at the option that causes it."""
    (fault,) = faults(question)
    assert message in fault.message
    assert fault.option == option


def test_lengths_are_counted_as_discord_counts_at_its_strictest() -> None:
    """An emoji counts two, so that no post is refused for its length."""
    assert units("ab😀") == 4
    assert post_length(replace(SOUND, stem="😀", options=options("a", "b"))) == 2 + 2 + 2 * 11
