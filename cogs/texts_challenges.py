"""Every sentence about doubted questions: what tutors see and decide, and what members hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain import refusals_challenges as no
from bot.domain.refusals import Refusal


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _at(instant: datetime) -> str:
    return f"<t:{int(instant.timestamp())}:R>"


# The tutors' card
NONE_OPEN = "No question is in doubt: every report is decided."
EXPLANATION, SOURCE = "Explanation", "Source"
REASONS, ANSWERS = "What members report", "How it was answered"
NO_EXPLANATION = "The bank gives none."
KEY_MARK = "✅ "
NO_MARK = "▫️ "
NEXT, BACK, SHOW_WITHDRAWN = "Next", "Back", "What was taken out"
ANOTHER_KEY, EDIT, RETIRE, VOID, RIGHT = "Another option is right", "Edit the text", "Retire", "Void", "It is right"
DO_KEY, DO_RETIRE, DO_VOID = "Correct the key", "Retire it", "Void it"
DO_KEY_WHY = "Correct it, and say why"
WHY_TITLE = "Why is that right?"
HIDE = "Take it out for us"
SHARED = (
    "Other servers are asked this question too: what you decide takes it out of your group alone, and whoever runs the "
    "bot sees it."
)
RETIRED = "It is not asked any more; its answers count."


def looked_title(topic: str) -> str:
    return f"Decide on a question · {topic}"


def title(number: int, of: int, topic: str) -> str:
    return f"In doubt · {topic}" if of == 1 else f"In doubt, {number} of {of} · {topic}"


def footer(bank: str, key: str) -> str:
    return f"{bank} · {key}"


def reason(text: str, at: datetime) -> str:
    return f"> {text}\n{_at(at)}"


NO_REASONS = "Nobody has reported it."


def more_reasons(number: int) -> str:
    return f"… and {number} more"


def option(letter: str, text: str, share: str, *, right: bool) -> str:
    return f"{KEY_MARK if right else NO_MARK}**{letter}**  {text}{share}"


def share(part: float) -> str:
    return f" · {round(part * 100)} %"


def picture(shows: str) -> str:
    return f"🖼️ {shows}"


def accepted(answers: Sequence[str]) -> str:
    return f"{KEY_MARK}{' · '.join(answers)}"


def answered(answers: int, members: int, right: int) -> str:
    if not answers:
        return "Nobody has answered it yet."
    return (
        f"{_count(answers, 'answer', 'answers')} of {_count(members, 'member', 'members')}, "
        f"{round(100 * right / answers)} % right"
    )


# What a decision would do
CHOOSE_KEY = "Which option is right?"
CHOOSE_KEYS = "Which options are right? Choose all of them."


def _of(answers: int, members: int) -> str:
    return f"{_count(answers, 'answer', 'answers')} of {_count(members, 'member', 'members')}"


def would_rekey(key: str, answers: int, members: int, right: int, wrong: int, *, several: bool) -> str:
    if not answers:
        effect = "Nobody has answered it yet."
    else:
        turned = "" if several else f": {right} would be right after all, and {wrong} no longer"
        effect = (
            f"{_of(answers, members)} would be judged anew{turned}. Points, boards, estimates and posts follow, and "
            "each member concerned is told once."
        )
    return (
        f"**{key}** would be right.\n{effect} The reasons of options whose verdict turns go; the explanation stays, "
        "unless you say why."
    )


def would_void(answers: int, members: int) -> str:
    effect = (
        f"{_of(answers, members)} would count nowhere: points, boards and estimates follow. No streak breaks, and each "
        "member concerned is told once."
        if answers
        else "Nobody has answered it yet."
    )
    return f"It would never be asked again, and its posts would say that it was withdrawn.\n{effect} You can undo it."


def would_retire(answers: int, members: int) -> str:
    stays = f"{_of(answers, members)} stay as they are." if answers else "Nobody has answered it yet."
    return f"It would never be asked again. {stays} You can undo it."


WOULD_HIDE = (
    "Your group would not be asked it any more; its answers stay. Whoever runs the bot sees what you wish. "
    "You can undo it."
)

EDIT_TITLE = "Edit the question"
FIELDS: Mapping[str, str] = {
    "stem": "The question",
    "options": "The options, one a line",
    "answers": "Accepted answers, one a line",
    "back": "The answer",
    "explanation": "Why the key is right",
    "source": "Source",
}
EDIT_HINT = "From its next time on. Rounds that were asked keep their words."
OPTIONS_HINT = "Leave their order: the key stays where it is. What was answered stays judged as it was."
ANSWERS_HINT = "Answers that were given are judged anew by this list."
RIGHT_TITLE = "It is right"
RIGHT_LABEL = "Why? Those who reported it read this"

DONE: Mapping[str, str] = {
    "key": "The key is corrected.",
    "text": "The question is worded anew.",
    "retire": "It is never asked again. Its answers stay.",
    "void": "It is withdrawn and counts for nobody.",
    "right": "It stays as it is.",
}
FOLLOW = "Boards and estimates follow within moments."
TOLD = "Whoever reported it is told, once."
PASSED_ON = "Your group is not asked it any more, and whoever runs the bot sees what you decided."

# What was taken out
NONE_OUT = "No question is taken out."
TAKE_BACK = "Take it back in"
HOW: Mapping[str, str] = {
    "void": "Withdrawn: it counts for nobody.",
    "retired": "Retired: it is not asked any more, and its answers count.",
    "hidden": "Taken out for your group alone.",
}


def out_title(number: int, of: int, topic: str) -> str:
    return f"Taken out · {topic}" if of == 1 else f"Taken out, {number} of {of} · {topic}"


def would_return(how: str, answers: int) -> str:
    if how != "void" or not answers:
        return "Taken back in it is asked again."
    return (
        f"Taken back in it is asked again, and {_count(answers, 'answer counts', 'answers count')} as if it had never "
        "been withdrawn; each member concerned is told once."
    )


BACK_IN: Mapping[str, str] = {
    "void": "It is asked again and counts. Boards and estimates follow within moments.",
    "retired": "It is asked again.",
    "hidden": "Your group is asked it again.",
}


# What members hear
def word(what: str, place: str, stem: str, words: str) -> str:
    """What tutors hear of a new challenge, and what somebody who reported a question hears of the decision."""
    if what == "opened":
        return f"A question was reported in {place}:\n> {stem}\n`/question challenges` shows it to you there."
    first = f"You reported a question in {place}:\n> {stem}\n"
    match what:
        case "key":
            return f"{first}Well spotted: its key was corrected. Right is **{words}**."
        case "text":
            return f"{first}Thank you: it was worded anew."
        case "retire":
            return f"{first}Thank you: it is not asked any more. What was answered stays as it is."
        case "void":
            return f"{first}Thank you: it was withdrawn, and counts for nobody."
        case "passed":
            return (
                f"{first}Thank you: your group is not asked it any more, and whoever keeps the questions looks at it."
            )
        case _:
            return f"{first}Your tutors looked at it, and it stays as it is.\n> {words}"


CHANGES: Mapping[str, str] = {
    "right": "Yours was right after all: the key is **{right}**.",
    "wrong": "The key is **{right}**, so yours is not right any more.",
    "key": "The key is **{right}**. Yours was not right before, and is not now.",
    "withdrawn": "It was withdrawn and counts for nobody.",
    "back": "It had been withdrawn by mistake, and counts again.",
}


def corrected(
    place: str, items: Sequence[tuple[str, str, str]], of: int, points: int, streak: tuple[int, int] | None
) -> str:
    """What a member is told once of all questions that were corrected: (change, stem, right answer) of each.

    *streak* is how long theirs was, and is, where a question that they had missed counts no more, or again.
    """
    if not items:
        return mended(*streak, f" in {place}") if streak else ""
    what = "a question" if of == 1 else f"{of} questions"
    lines = [f"News of {what} that you answered in {place}:"]
    for change, stem, right in items:
        lines.append(f"> {stem}\n{CHANGES[change].format(right=right)}")
    if of > len(items):
        lines.append(f"… and {_count(of - len(items), 'more', 'more')}.")
    earned = f"{points:+d} {'point' if abs(points) == 1 else 'points'}. ".replace("-", "−") if points else ""
    lines.append(f"{earned}Your estimates and the boards follow{'' if streak else '; your streak is safe'}.")
    return "\n".join([*lines, mended(*streak)] if streak else lines)


def mended(before: int, now: int, where: str = "") -> str:
    why = (
        "was withdrawn, so you missed nothing"
        if now > before
        else "counts again, since it had been withdrawn by mistake"
    )
    days = _count(now, "day", "days")
    return f"A daily question that you had missed{where} {why}. Your streak is **{days}** now, not {before}."


YOUR_GROUP = "your group"
POST_CORRECTED = "The key was corrected after this round."
THREAD_WITHDRAWN = "This question was withdrawn, since something is wrong with it. It counts for nobody."
THREAD_BACK = "This question counts again: it had been withdrawn by mistake."


def thread_corrected(letters: Sequence[str]) -> str:
    now = f": it is ||{', '.join(letters)}|| now" if letters else ""
    return f"The key of this question was corrected{now}. Answers were judged anew, and whoever is concerned is told."


def refusal(error: Refusal) -> str | None:
    match error:
        case no.NoSuchChallenge():
            return "That question is not yours to decide on, or no longer in doubt. Nothing was changed."
        case no.ChallengeSettled():
            return (
                "This was decided a moment ago, by you or by another tutor. Nothing was changed twice; "
                "`/question challenges` shows what is left."
            )
        case no.QuestionMoved():
            return (
                "The question was changed after you had looked at it, so nothing was done. "
                "`/question challenges` shows it as it is now."
            )
        case no.NothingChanged():
            return "That is how the question is already. Nothing was changed."
        case no.UnsoundQuestion(problem=problem):
            return f"The question could not be asked like that: {problem}. Nothing was changed; please try again."
        case no.NotWithdrawn():
            return "That question is asked and counts already. Nothing was changed."
        case no.SharedQuestion():
            return (
                "Groups of other servers are asked this question too, so only whoever runs the bot can take it back "
                "in. Nothing was changed; ask them."
            )
        case _:
            return None
