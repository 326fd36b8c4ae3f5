"""The blueprints and question banks that we ship: readable, complete, free of licensed codes, and fair."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.blueprint import Blueprint
from bot.domain.questions import CHOICES, Kind, Question, fingerprint, slug
from bot.formats import blueprint, markdown
from bot.formats.lint import lint

CONFIG = Path(__file__).parents[2] / "config"
BANKS = sorted(path for path in (CONFIG / "banks").glob("*.md") if path.name != "README.md")
EXAMS = sorted((CONFIG / "exams").glob("*.toml"))
LICENSED = re.compile(r"\b\d{5}\b|\b\d{4}[FTUMA]\b|\bD\d{4}\b")
"""What a CPT code or a HCPCS D code looks like."""


def _questions() -> list[Question]:
    questions: list[Question] = []
    for path in BANKS:
        bank, _ = markdown.read(path.read_text("utf-8"), path.name)
        assert bank is not None
        questions += bank.questions
    return questions


def _single() -> list[Question]:
    return [question for question in _questions() if question.kind is Kind.SINGLE]


def test_every_kind_that_can_be_asked_is_shipped() -> None:
    """A group meets several right options, typed answers, flashcards and a case without writing one."""
    kinds = Counter(question.kind for question in _questions())
    assert min(kinds[kind] for kind in (Kind.MULTI, Kind.SHORT, Kind.FLASHCARD)) >= 5
    cases = Counter(question.case.key for question in _questions() if question.case is not None)
    assert min(cases.values()) == 3


def _blueprints() -> list[Blueprint]:
    read = (blueprint.read(path.read_text("utf-8"), path.name)[0] for path in EXAMS)
    return [exam for exam in read if exam is not None]


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_a_shipped_bank_reads_without_a_problem(path: Path) -> None:
    """Every shipped bank is sound, free to share, and named after its file."""
    bank, problems = markdown.read(path.read_text("utf-8"), path.name)
    assert problems == []
    assert bank is not None
    assert (bank.slug, bank.licence, bank.rights) == (path.stem, "CC-BY-4.0", "own work")


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_a_shipped_bank_is_in_canonical_form(path: Path) -> None:
    """Writing a shipped bank gives the very file, so that a tutor's edit shows as a small difference."""
    text = path.read_text("utf-8")
    bank, _ = markdown.read(text, path.name)
    assert bank is not None
    assert markdown.write(bank) == text


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_the_lint_has_nothing_to_say_about_a_shipped_bank(path: Path) -> None:
    """Our own banks follow each piece of advice that we give to others, and are fit for the public."""
    bank, _ = markdown.read(path.read_text("utf-8"), path.name)
    assert bank is not None
    assert lint(bank, file=path.name, public=True) == []


@pytest.mark.parametrize("path", EXAMS, ids=lambda path: path.stem)
def test_a_shipped_blueprint_reads_without_a_problem(path: Path) -> None:
    """Every shipped blueprint is sound and describes 100 questions in four hours with a pass mark of 70 %."""
    exam, problems = blueprint.read(path.read_text("utf-8"), path.name)
    assert problems == []
    assert exam is not None
    assert (exam.id, exam.questions, exam.minutes) == (path.stem, 100, 240)
    assert exam.pass_mark == pytest.approx(0.7)
    assert sum(section.weight for section in exam.sections) == pytest.approx(1)
    assert any(rule.title == "Retakes" for rule in exam.rules)


def test_the_two_blueprints_divide_the_same_topics() -> None:
    """A group can change from 4 sections to 17 content areas: both hold each topic once."""
    exams = {exam.id: exam for exam in _blueprints()}
    assert set(exams) == {"cpc", "cpc-17"}
    assert [len(exams[name].sections) for name in ("cpc", "cpc-17")] == [4, 17]
    assert {section.name: round(100 * section.weight) for section in exams["cpc"].sections} == {
        "Medical Concepts": 35,
        "Surgery and Modifiers": 30,
        "Guidelines and Regulations": 20,
        "Other": 15,
    }
    assert sorted(exams["cpc"].topics) == sorted(exams["cpc-17"].topics)


def test_every_topic_has_questions_and_every_question_a_topic() -> None:
    """No topic of a blueprint is empty, and no question stands under a heading that no exam knows."""
    written = {question.topic for question in _questions()}
    for exam in _blueprints():
        assert set(exam.topics) == written


def test_a_topic_has_enough_questions_for_a_practice_set() -> None:
    """Each topic has at least five questions, and the whole at least sixty."""
    counts = Counter(question.topic for question in _questions())
    assert min(counts.values()) >= 5
    assert counts.total() >= 60


def test_the_banks_follow_the_weights_of_the_four_sections() -> None:
    """A section's share of all questions is within six points of its share of the exam."""
    exam = next(exam for exam in _blueprints() if exam.id == "cpc")
    questions = _questions()
    for section in exam.sections:
        share = sum(question.topic in section.topics for question in questions) / len(questions)
        assert abs(share - section.weight) < 0.06, f"{section.name}: {share:.0%} of the questions"


@pytest.mark.parametrize("path", [*BANKS, *EXAMS, CONFIG / "banks" / "README.md"], ids=lambda path: path.name)
def test_nothing_shipped_looks_like_a_licensed_code(path: Path) -> None:
    """No CPT code and no HCPCS D code stands anywhere in the content."""
    assert LICENSED.findall(path.read_text("utf-8")) == []


def test_the_licence_pattern_knows_a_licensed_code() -> None:
    """The pattern finds the forms it is for and lets ICD-10-CM and other HCPCS Level II codes pass."""
    for code in ("9" * 5, "1" * 4 + "F", "D" + "0" * 4):
        assert LICENSED.search(f"the code {code} is")
    for code in ("E11.9", "S72.001A", "D63.0", "J1100", "T78.2XXA", "2026"):
        assert not LICENSED.search(f"the code {code} is")


def test_every_question_is_complete() -> None:
    """Each has one right option of four or five, or several, or its answer; feedback, explanation, source."""
    for question in _questions():
        right = sum(option.correct for option in question.options)
        if question.kind in CHOICES:
            assert len(question.options) in (4, 5), question.key
            assert (right == 1) is (question.kind is Kind.SINGLE), question.key
        else:
            assert question.answers, question.key
        assert all(option.feedback for option in question.options), question.key
        assert question.explanation, question.key
        assert question.source, question.key
        assert question.difficulty in range(1, 6), question.key
        assert question.shuffle, question.key


def test_every_question_fits_a_phone() -> None:
    """Stems have at most 600 characters, options at most 150."""
    for question in _questions():
        assert len(question.stem) <= 600, question.key
        assert max((len(option.text) for option in question.options), default=0) <= 150, question.key


def test_no_question_is_there_twice() -> None:
    """Keys, stems and fingerprints are unique over all banks."""
    questions = _questions()
    for of in (lambda q: q.key, lambda q: slug(q.stem), fingerprint):
        counts = Counter(of(question) for question in questions)
        assert [name for name, count in counts.items() if count > 1] == []


def test_questions_on_the_code_set_carry_its_year() -> None:
    """Whatever cites the ICD-10-CM guidelines or the Tabular List says for which year it holds."""
    for question in _questions():
        cites = "ICD-10-CM" in question.source
        assert (question.code_year is not None) == cites, question.key


def test_the_right_option_is_not_given_away_by_length() -> None:
    """The right option is the single longest in at most 30 % of the questions, and seldom by far."""
    longest = by_far = 0
    questions = _single()
    for question in questions:
        right = next(len(option.text) for option in question.options if option.correct)
        wrong = max(len(option.text) for option in question.options if not option.correct)
        longest += right > wrong
        by_far += right > 1.4 * wrong
    assert longest / len(questions) <= 0.30
    assert by_far == 0


def test_the_right_option_is_not_given_away_by_its_place() -> None:
    """As written, the right option stands at each of the first four places in 18 to 32 % of the questions."""
    questions = _single()
    places = Counter(
        next(place for place, option in enumerate(question.options) if option.correct) for question in questions
    )
    for place in range(4):
        assert 0.18 <= places[place] / len(questions) <= 0.32, f"place {place + 1}: {places[place]}"


def test_the_difficulties_are_spread() -> None:
    """All five difficulties occur, and none makes up more than half of the questions."""
    questions = _questions()
    counts = Counter(question.difficulty for question in questions)
    assert set(counts) == {1, 2, 3, 4, 5}
    assert max(counts.values()) <= len(questions) / 2


def test_no_option_points_at_the_others() -> None:
    """No "all of the above" or "none of these": options are shuffled."""
    pointing = re.compile(r"\b(all|none|both|neither) of (the|these|those) (above|options|answers)\b", re.IGNORECASE)
    for question in _questions():
        assert not any(pointing.search(option.text) for option in question.options), question.key
