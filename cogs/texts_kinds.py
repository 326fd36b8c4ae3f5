"""What is said around questions with several right options, typed answers, flashcards, cases and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain import refusals as no
from bot.domain import refusals_kinds as kinds
from bot.domain.quiz import LETTERS
from bot.domain.short_answers import Accepted, Rule

# Buttons and fields
ANSWER = "Answer"
LOCK = "Lock it in"
SHOW_BACK = "Show the back"
KNEW, NOT_YET = "I knew it", "Not yet"
CHOOSE = "Choose all that are right"
FORM_TITLE, FORM_LABEL = "Your answer", "Type your answer"
FORM_HINT = "Capitals, accents and hyphens do not matter"

# How a post is answered
SEVERAL = "Several may be right. Press *Answer*: yours is private."
TYPED = "Press *Answer* and type yours: it is private."
PRACTICE_SEVERAL = "Only you can see this. Choose all that are right, then lock it in."
PRACTICE_TYPED = "Only you can see this. Press *Answer* and type it."
PRACTICE_CARD = "Only you can see this. Think of the answer, then show the back."
SHEET = "Only you can see this. Choose all that are right, then lock it in."
CASE = "Case"
BACK = "The back"
NOT_KEPT = "[Picture that is not here: {alt}]"
NO_ALT = "no description"

# Where a text is too long
MORE = "… (the whole text is in the file {name})"
QUESTION_FILE, RESULT_FILE = "question.txt", "result.txt"
FILE_NOTE = "The whole text of this message"

# Results
CARD_DONE = "Practice: what you say of a flashcard moves neither your estimates nor the board."
PART_COUNTS = "For your estimates and the board, only all of it counts as right."
WHY = "Why"
RIGHT_ANSWER = "The answer is **{answer}**"
ALSO = "Also accepted: {answers}"
_RULES = {
    Rule.CASE: "capitals do not matter",
    Rule.ACCENTS: "accents left out",
    Rule.HYPHENS: "hyphens and spaces do not matter",
    Rule.ALIAS: "another name for it",
}


def letters(places: Iterable[int]) -> str:
    """Such as **A**, **C**."""
    return ", ".join(f"**{LETTERS[place]}**" for place in places)


def several_line(place: int, text: str, *, right: bool, chosen: bool) -> str:
    """An option that is right or was chosen, in a result."""
    mark = "✅" if right else "✘"
    said = "" if right and chosen else " · you did not choose it" if right else " · you chose it"
    return f"{mark} **{LETTERS[place]}**  {text}{said}"


def part(chosen_right: int, right: int, wrong: int, share: float) -> str:
    """What part of the question was earned, where parts count."""
    also = f", {wrong} wrong" if wrong else ""
    return f"{chosen_right} of {right} right{also}: {round(share * 100)} %. {PART_COUNTS}"


def wrote(text: str) -> str:
    return f"You wrote **{text}**"


def accepted(found: Accepted, answer: str) -> str:
    """By which rule a text was let pass; '' where it is the answer letter for letter."""
    said = [_RULES[rule] for rule in found.rules if rule in _RULES]
    if found.slips:
        said.append("one slip of spelling forgiven" if found.slips == 1 else f"{found.slips} slips forgiven")
    return f"Accepted as **{answer}**: {', '.join(said)}." if said else ""


def card_title(knew: bool) -> str:
    return "✔ You knew it" if knew else "Not yet"


def closed_typed(answer: str, right: int, answers: int) -> str:
    """The answer of a closed round where it was typed, and how many had it; never what anybody wrote."""
    return f"✅ **{answer}**" + (f" · {round(100 * right / answers)} % had it" if answers else "")


def closed_several(right: int, answers: int) -> str:
    return f"{round(100 * right / answers)} % had all of it right." if answers else ""


def key_is(places: Sequence[int]) -> str:
    said = " and ".join([", ".join(LETTERS[place] for place in places[:-1]), LETTERS[places[-1]]])
    return f"The right ones are ||{said}||. What made you choose yours? Explaining it to others makes it stay."


def answer_is(answer: str) -> str:
    return f"The answer is ||{answer}||. How do you remember it? Explaining it to others makes it stay."


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal of this feature; None for another's."""
    match error:
        case kinds.NothingChosen():
            return "You have not chosen anything yet, so nothing was locked in. Choose in the menu, then lock it in."
        case kinds.NothingTyped():
            return "That answer is empty, so nothing was counted. Press *Answer* again and type it."
        case _:
            return None
