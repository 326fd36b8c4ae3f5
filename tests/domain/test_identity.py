"""Which question is which: over re-imports of one source, and against the rest of a bank."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identity import ALIKE, alike, likenesses, match, same_answer
from bot.domain.questions import Case, Kind, Option, Question, derived_key

TEXTS = ("Both may be reported", "Never together", "Only the first", "Neither")


def question(
    stem: str = "What does an Excludes1 note mean?", key: str = "", right: int = 1, **changes: object
) -> Question:
    options = tuple(Option(text, index == right) for index, text in enumerate(TEXTS))
    made = replace(Question(key, "Notes", stem, options, "", "", None, (), None), **changes)  # type: ignore[arg-type]
    return made if made.key else replace(made, key=derived_key(made))


def ways(fresh: list[Question], kept: list[Question]) -> list[tuple[str, str]]:
    return [(pair.by, pair.fresh.key) for pair in match(fresh, kept).pairs]


def test_the_same_file_again_is_the_same_questions() -> None:
    """By id or by fingerprint; nothing is new, gone or asked."""
    kept = [question(), question("Second?", key="second"), question("Third?")]
    found = match(kept, kept)
    assert [pair.kept for pair in found.pairs] == kept
    assert (found.new, found.asks, found.gone) == ((), (), ())


def test_a_corrected_key_keeps_the_question() -> None:
    """Which option is right, their order, and feedback are no part of what a question is."""
    old = question()
    fresh = question(right=0, options=tuple(reversed(question(right=0).options)))
    assert ways([fresh], [old]) == [("id", old.key)]  # the key that was derived before is the same
    assert ways([fresh], [replace(old, key="q-000000000000")]) == [("fingerprint", "q-000000000000")]


def test_an_id_holds_through_any_change() -> None:
    """And two ids that differ are two questions, even of the same words."""
    assert ways([question("Quite another?", key="a")], [question(key="a")]) == [("id", "a")]
    found = match([question(key="a")], [question(key="b")])
    assert ([one.key for one in found.new], [one.key for one in found.gone]) == (["a"], ["b"])


def test_ids_that_are_given_later_find_their_question() -> None:
    """The question keeps the key under which its answers are kept."""
    old = question()
    assert ways([question(key="excl1")], [old]) == [("fingerprint", old.key)]


def test_a_stem_that_stands_once_finds_its_question_with_other_options() -> None:
    """Once on either side; case, spaces and punctuation do not matter."""
    old = question()
    changed = question("what does an EXCLUDES1 note  mean", options=(Option("x", True), Option("y", False)))
    assert ways([changed], [old]) == [("stem", old.key)]
    other = replace(changed, options=(Option("z", True), Option("w", False)), key="")
    found = match([changed, replace(other, key=derived_key(other))], [old])
    assert (found.pairs, found.new, found.gone) == ((), (), ())
    assert [ask.candidates for ask in found.asks] == [(old,), (old,)]


def test_a_stem_that_was_mended_is_asked_about() -> None:
    """It is not retired, and not taken for the same in silence; what is quite different is new."""
    old, gone = question("What does an Excludes1 note maen?"), question("Where does it stand?")
    fresh = question("What does an Excludes1 note mean?")
    new = question("Who signs the form?")
    found = match([fresh, new], [old, gone])
    assert [(ask.fresh, ask.candidates) for ask in found.asks] == [(fresh, (old,))]
    assert (found.pairs, found.new, found.gone) == ((), (new,), (gone,))


def test_the_same_question_of_two_cases_is_two_questions() -> None:
    """The case's text is part of what is asked."""
    first, second = question(case=Case("a", "A fall.")), question(case=Case("b", "A burn."))
    assert derived_key(first) != derived_key(second)
    assert likenesses([first], [second]) == []
    assert ways([second, first], [first, second]) == [("id", second.key), ("id", first.key)]


@pytest.mark.parametrize(
    ("fresh", "verdict"),
    [
        (question("What does an Excludes1 note mean?", key="n"), "duplicate"),
        (question("what does an “Excludes1” note mean", key="n"), "duplicate"),
        (question("What does the Excludes1 note mean?", key="n"), "duplicate"),
        (question("What does an Excludes1 note mean?", key="n", right=0), "conflict"),
        (question("What does the Excludes1 note mean?", key="n", right=0), ""),
        (question("When is a code with a dagger used?", key="n"), ""),
        (question(key="old"), ""),  # itself
        (
            question(kind=Kind.SHORT, options=(), answers=("never together!", "not together"), key="n"),
            "duplicate",
        ),
        (question(kind=Kind.FLASHCARD, options=(), answers=("Something else",), key="n"), "conflict"),
    ],
)
def test_a_likeness_is_a_duplicate_or_a_conflict(fresh: Question, verdict: str) -> None:
    """A stem nine tenths alike with the same answer; the very stem with another answer; else nothing."""
    old = question(key="old")
    found = likenesses([fresh], [question("Which suffix is it?", key="x", right=0), old])
    assert [(one.other, one.verdict) for one in found] == ([(old, verdict)] if verdict else [])


def test_the_nearest_of_many_is_found() -> None:
    """Among thousands of questions made by one pattern, those with the same number and answer."""
    bank = [
        question(f"Which rule of chapter {n} is number {n * 7}, and why?", key=f"k{n}", right=n % 4)
        for n in range(1500)
    ]
    fresh = [replace(one, key=f"n{n}", stem=one.stem.replace("and why", "and for what")) for n, one in enumerate(bank)]
    found = likenesses(fresh[::50], bank)
    assert [one.other.key for one in found] == [one.key for one in bank[::50]]
    assert all(ALIKE <= one.alike < 1 for one in found)


def test_answers_are_compared_by_their_words() -> None:
    """All right ones of several, any accepted one of typed ones."""
    two = tuple(replace(option, correct=index < 2) for index, option in enumerate(question().options))
    assert same_answer(question(), question(options=tuple(reversed(question().options))))
    assert not same_answer(question(), question(kind=Kind.MULTI, options=two))


@given(st.text("ab ", max_size=9), st.text("ab ", max_size=9))
def test_alike_is_twice_the_common_letters_of_all(one: str, other: str) -> None:
    """Compared with the definition."""

    def common(left: str, right: str) -> int:
        if not left or not right:
            return 0
        if left[-1] == right[-1]:
            return common(left[:-1], right[:-1]) + 1
        return max(common(left[:-1], right), common(left, right[:-1]))

    expected = 2 * common(one, other) / len(one + other) if one + other else 1.0
    assert alike(one, other) == expected


QUESTIONS = st.builds(
    question,
    st.sampled_from(("A?", "B?", "Which bone is it?", "Which bone is that?", "")),
    st.sampled_from(("", "a", "b")),
)
SETS = st.lists(QUESTIONS, max_size=5, unique_by=lambda one: one.key)


@given(SETS, SETS)
def test_every_question_is_accounted_for(fresh: list[Question], kept: list[Question]) -> None:
    """Each of the file is paired, new or asked about; each kept is paired once, a candidate, or gone."""
    found = match(fresh, kept)
    assert len(found.pairs) + len(found.new) + len(found.asks) == len(fresh)
    paired = [pair.kept for pair in found.pairs]
    asked = [one for ask in found.asks for one in ask.candidates]
    assert len({one.key for one in paired}) == len(paired)
    assert {one.key for one in (*paired, *asked, *found.gone)} == {one.key for one in kept}
    assert not {one.key for one in paired} & {one.key for one in (*asked, *found.gone)}
