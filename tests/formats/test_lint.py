"""Advice on banks: each habit and each slip is named, and a good bank gets none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.questions import Bank, Case, Image, Kind, Option, Question
from bot.formats.lint import lint
from bot.formats.markdown import read

WORDS = ("alpha", "bravo", "gamma", "delta")


def question(number: int, right: int = 0, texts: tuple[str, ...] = WORDS) -> Question:
    return Question(
        key=f"q{number}",
        topic="Anatomy",
        stem=f"Which one is number {number}?",
        options=tuple(Option(text, index == right, "Because.") for index, text in enumerate(texts)),
        explanation="For a reason.",
        source="A book",
        difficulty=None,
        tags=(),
        code_year=None,
        line=10 * (number + 1),
    )


def bank(*questions: Question) -> Bank:
    return Bank("b", "Title", "CC0", "own work", "cpc", questions)


GOOD = question(0)
SHORT = replace(GOOD, kind=Kind.SHORT, options=(), answers=("Stapes", "stirrup"))
TRUTH = replace(GOOD, kind=Kind.TRUEFALSE, options=(Option("True", True, "Yes."), Option("False", False)))


def messages(*questions: Question) -> list[str]:
    return [str(problem) for problem in lint(bank(*questions), file="b.md")]


def test_a_good_bank_gets_no_advice() -> None:
    """Balanced keys, equal lengths, feedback everywhere: silence."""
    assert messages(*(question(number, number % 4) for number in range(40))) == []


@pytest.mark.parametrize(
    ("slip", "advice"),
    [
        (replace(GOOD, explanation="", options=(Option("alpha", True), Option("bravo", False, "No."))), "explanation"),
        (
            replace(GOOD, options=(Option("alpha", True), Option("bravo", False))),
            "1 of 1 wrong options have no feedback",
        ),
        (replace(GOOD, source=""), "“@source:”"),
        (question(0, 0, ("a" * 50, "bravo", "gamma")), "twice as long"),
        (question(0, 0, ("alpha", "All of the above")), "two right options give it away"),
        (question(0, 0, ("alpha", "None of these")), "“@shuffle: off”"),
        (question(0, 0, ("alpha", "Both A and C")), "letters, which are shuffled"),
        (question(0, 0, ("alpha", "A & B")), "letters, which are shuffled"),
        (replace(GOOD, stem="A broken bone is called a"), "ends with “a”"),
        (replace(GOOD, stem="The thing is an ____:"), "ends with “an”"),
        (
            replace(question(0, 0, ("A modifier", "A category")), stem="What does modifying mean?"),
            "the stem repeats “modifier”",
        ),
        (replace(GOOD, stem="Which of these is not a bone?"), "“not” turns the question round"),
        (replace(GOOD, stem="He falls. Which bone takes no weight?"), "write NO, or ask without it"),
        (replace(GOOD, stem="All of these are bones except:"), "“except” turns the question round"),
        (replace(GOOD, stem="Which answer is least likely?"), "“least” turns the question round"),
        (replace(GOOD, image=Image("hand.png")), "“hand.png” has no “@alt:”"),
        (replace(GOOD, case=Case("c", "A fall.", Image("hip.png"))), "“hip.png” has no “@alt:”"),
        (
            replace(GOOD, options=(Option("a", True, "Yes.", 100.0), Option("b", False, "No."))),
            "weights count only with “@scoring: partial”",
        ),
        (
            replace(GOOD, kind=Kind.MULTI, options=(Option("a", True, "Yes."), Option("b", True, "Yes."))),
            "every option is right",
        ),
        (replace(SHORT, explanation=""), "there is no explanation"),
        (replace(SHORT, stem="The stapes is called?"), "the stem holds the answer “Stapes”"),
        (replace(TRUTH, explanation=""), "1 of 1 wrong options have no feedback"),
    ],
)
def test_each_slip_of_one_question_is_named_at_its_line(slip: Question, advice: str) -> None:
    """One warning, at the question's line."""
    (message,) = messages(slip)
    assert message.startswith("b.md:10: ")
    assert advice in message


@pytest.mark.parametrize(
    "stem",
    [
        "Which of these is NOT a bone?",
        "The type is not documented. Which code fits?",
        "Which code fits, although no injury is coded?",
        "Which set belongs to a vertebra that is not named?",
        "At least how many bones has a hand?",
        "How many bones has a hand at least?",
    ],
)
def test_a_negation_that_does_not_turn_the_question_round_is_fine(stem: str) -> None:
    """So is one in capitals."""
    assert messages(replace(GOOD, stem=stem)) == []


def test_every_kind_can_be_without_fault() -> None:
    """Several right options, typed answers, flashcards and true/false get no advice that is meant for others."""
    some = tuple(Option(word, word < "c", "Because.") for word in WORDS)
    card = replace(GOOD, kind=Kind.FLASHCARD, options=(), answers=("Back",), stem="Front")
    assert messages(replace(GOOD, kind=Kind.MULTI, options=some), replace(SHORT, stem="Ear bone?"), card) == []
    assert messages(TRUTH) == []
    same = replace(GOOD, line=99, case=Case("c", "A fall."))
    assert messages(GOOD, same) == []


def test_true_too_often_is_a_habit() -> None:
    """Thirty statements of which 28 are true are told; a mixture is not."""
    turned = replace(TRUTH, options=(Option("True", False, "No."), Option("False", True, "Yes.")))
    many = [replace(TRUTH, stem=f"Statement {n}", line=n) for n in range(1, 29)]
    (message,) = messages(*many, replace(turned, line=40), replace(turned, line=41, stem="Other"))
    assert message == "b.md:1: “True” is right in 28 of 30 true/false questions; turn some of them round"
    assert messages(*many[:16], *(replace(turned, stem=f"No {n}", line=50 + n) for n in range(14))) == []


def test_none_of_these_is_fine_where_options_keep_their_places() -> None:
    """With shuffling off an option may refer to the others."""
    assert messages(replace(question(0, 0, ("alpha", "None of these")), shuffle=False)) == []


def test_words_that_every_question_uses_betray_nothing() -> None:
    """A repeated word is a clue only where it is not the trade's usual one, or where other options have it too."""
    texts = ("A modifier", "A category", "A section")
    usual = [replace(question(number, number % 3, texts), stem=f"Which modifier is {number}?") for number in range(9)]
    assert messages(*usual) == []
    both = replace(question(0, 0, ("A modifier", "No modifier")), stem="What does modifying mean?")
    assert messages(both) == []


def test_the_longest_option_is_a_habit_only_well_above_chance() -> None:
    """Right in 25 of 40 is told, with what chance would give; in 12 of 40, or in a small bank, it is not."""

    def with_longest(count: int, of: int) -> list[Question]:
        found = []
        for number in range(of):
            place = number % 4
            longest = place if number < count else (place + 1) % 4
            texts = tuple(word + "+" * (index == longest) for index, word in enumerate(WORDS))
            found.append(question(number, place, texts))
        return found

    (message,) = messages(*with_longest(25, 40))
    assert message.startswith(
        "b.md:1: the right option is the longest in 25 of 40 questions; by chance it would be about 10"
    )
    assert messages(*with_longest(12, 40)) == []
    assert messages(*with_longest(19, 19)) == []


def test_a_key_that_stands_at_one_letter_too_often_is_named() -> None:
    """Thirty times B in forty questions."""
    (message,) = messages(*(question(number, 1 if number < 30 else number % 4) for number in range(40)))
    assert message == "b.md:1: option B is the right one in 32 of 40 questions; spread the keys"


def test_a_stem_that_stands_twice_is_named_with_its_first_line() -> None:
    """Whatever its options, case and spacing."""
    twin = replace(question(1, 0, ("one", "two")), stem="which one is  NUMBER 0?")
    assert messages(GOOD, twin) == ["b.md:20: the same stem as in line 10"]


SHAPES = ("1" * 5, "1234" + "F", "0001" + "U", "D" + "0120")


@pytest.mark.parametrize("code", SHAPES)
def test_what_looks_like_a_licensed_code_bars_a_public_bank(code: str) -> None:
    """Anywhere in a question or the header: a warning within the group, an error in public."""
    places = (
        replace(GOOD, stem=f"What is {code}?"),
        replace(GOOD, explanation=f"See {code}."),
        replace(GOOD, source=code),
        replace(GOOD, tags=(code,)),
        replace(GOOD, topic=f"Topic {code}"),
        replace(GOOD, options=(GOOD.options[0], Option("x", False, f"That is {code}"))),
        replace(GOOD, options=(GOOD.options[0], Option(f"x-{code}", False, "No."))),
        replace(SHORT, answers=(code,)),
        replace(GOOD, case=Case("c", f"A {code} is done.")),
        replace(GOOD, image=Image("a.png", f"A form with {code}")),
    )
    for place in places:
        for public, level in ((False, "warning"), (True, "error")):
            (problem,) = lint(bank(place), public=public)
            assert (problem.file, problem.line, problem.level) == ("b", 10, level)
            assert code in problem.message
    (problem,) = lint(replace(bank(GOOD), title=f"Codes {code}"), public=True)
    assert (problem.line, problem.level) == (1, "error")


def test_a_code_is_named_at_its_own_line_wherever_it_stands() -> None:
    """In fancy digits, with something unseen between them, and in a question that could not be read."""
    five = "9" * 5
    fancy = "".join(chr(ord(sign) + 0xFEE0) for sign in five)
    text = f"## {five}\n\n- [ ] {five[:2]}\u200b{five[2:]}\n{fancy}\nD{'0' * 4} or {'1' * 4}F, not {'1' * 6}"
    found = lint(bank(GOOD), file="b.md", public=True, text=text)
    assert [(problem.line, problem.level) for problem in found] == [(n, "error") for n in (1, 3, 4, 5, 5)]
    assert lint(bank(GOOD), text="E11.9") == []


@pytest.mark.parametrize("text", ["E11.9", "J1234", "2025", "A0428", "123456", "1,000", "S72.001A", "I.A.12.a"])
def test_public_codes_and_plain_numbers_pass(text: str) -> None:
    """ICD-10-CM, HCPCS Level II other than D, years and amounts are free."""
    assert lint(bank(replace(GOOD, stem=f"What is {text}?")), public=True) == []


def test_no_shipped_bank_holds_what_looks_like_a_licensed_code() -> None:
    """Every bank in config/banks may be published."""
    for path in sorted((Path(__file__).parents[2] / "config" / "banks").glob("*.md")):
        if path.name != "README.md":
            shipped, _ = read(path.read_text("utf-8"), path.name)
            assert shipped is not None
            assert [problem for problem in lint(shipped, public=True) if problem.level == "error"] == []
