"""Every sentence about the state of a bank, single questions in it, and code years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.bank_status import (
    ENOUGH_ANSWERS,
    ENOUGH_MEMBERS,
    ENOUGH_OTHERS,
    MOST_DAYS,
    NEWEST,
    POOR,
    Discrimination,
    Stock,
)


def _at(instant: datetime, style: str = "R") -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


def number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


# The pages
TITLE = "Your group's questions"
TABS: Mapping[str, str] = {
    "topics": "Topics",
    "missed": "Most missed",
    "reported": "Most reported",
    "poor": "Tell little",
    "old": "Code years",
}
BACK, ON = "◀", "▶"


def page(number_: int, of: int) -> str:
    return f"Page {number_} of {of}"


# Topics
def lasts(live: int, fresh: int, days: int | None, per_day: int, repeat_days: int) -> str:
    """How long all of them last."""
    pace = number(per_day, "question a quiz day", "questions a quiz day")
    if not live:
        return "**No question can be asked.** `/bank import` or `/question suggest` change that."
    if days is None:
        return (
            f"**{number(live, 'question is', 'questions are')} asked**, at {pace}. They do not run out: each may come "
            f"back after {repeat_days} days."
        )
    return (
        f"**{number(live, 'question is', 'questions are')} asked**, {fresh} of them fresh: not asked for {repeat_days} "
        f"days. At {pace} these last **{_days(days)}**; then questions come back sooner."
    )


def _days(days: int) -> str:
    if days >= MOST_DAYS:
        return f"more than {MOST_DAYS} quiz days"
    return number(days, "quiz day", "quiz days") if days else "less than a quiz day"


def topic_line(name: str, stock: Stock, days: int | None, *, known: bool) -> str:
    """A topic; *known* where it has a pace, since selection takes it."""
    if not stock.weight and stock.live:
        last = "not in your exam, so it comes only when nothing else is left"
    elif not stock.live:
        last = "nothing to ask"
    elif not known or days is None:
        last = "does not run out"
    else:
        last = f"lasts {_days(days)}"
    parts = [f"{stock.live} asked, {stock.fresh} fresh"] if stock.live else []
    parts += [
        f"{count} {words}"
        for count, words in (
            (stock.outdated, "wait for the code year"),
            (stock.challenged, "doubted"),
            (stock.hidden, "hidden from your group"),
            (stock.retired, "retired"),
            (stock.voided, "withdrawn"),
        )
        if count
    ]
    return "\n".join([f"**{name}** · {last}", *([" · ".join(parts)] if parts else [])])


def practice(count: int) -> str:
    return f"{number(count, 'flashcard is', 'flashcards are')} for practice alone."


HOW_LONG = "A topic comes up by its weight in the exam, and more often where your group is below the pass mark."

# Questions
NONE: Mapping[str, str] = {
    "missed": f"Not enough answers yet: a question is listed from {ENOUGH_ANSWERS} first answers in your group on.",
    "reported": "Nobody has reported a question.",
    "old": "No question waits for a code year.",
}
HEADS: Mapping[str, str] = {
    "missed": f"By the share of wrong first answers in your group, from {ENOUGH_ANSWERS} answers on.",
    "reported": "By how many members reported them. `/question challenges` is where you decide.",
}


def question_line(place: int, key: str, topic: str, stem: str) -> str:
    return f"**{place}.** `{key}` · {topic}\n{stem}"


def missed(wrong: int, answers: int) -> str:
    return f"**{round(100 * wrong / answers)} % wrong** of {answers}"


def reported(members: int, *, open_: bool) -> str:
    who = number(members, "member", "members")
    return f"reported by **{who}**{', not decided yet' if open_ else ''}"


def poor_head(judged: int) -> str:
    what = (
        "Who is right elsewhere should be right here more often (the corrected point-biserial correlation, from −1 to "
        f"1; below {POOR:.1f} a question tells hardly anything, below 0 look at its key first)."
    )
    if not judged:
        return (
            f"{what}\n**Not enough answers yet**: it takes {ENOUGH_MEMBERS} members of all groups who answered a "
            f"question, and {ENOUGH_OTHERS} others each."
        )
    many = number(judged, "question has", "questions have")
    return f"{what}\n{many} answers enough to say so, among the newest {NEWEST:,} of all groups."


POOR_NONE = "None of these is below."


def discrimination(found: Discrimination) -> str:
    return f"**{found.value:+.2f}** ({found.low:+.2f} to {found.high:+.2f}) of {found.members} members"


# Code years
def no_code_years(exam: str) -> str:
    return f"Questions of {exam} do not grow old: its file says nothing of code years."


def old_head(waiting: int, year: int, *, begun: bool) -> str:
    if not waiting:
        return f"No question waits: all hold for {year}, or for no code year."
    many = number(waiting, "question holds", "questions hold")
    if begun:
        return (
            f"**{many} for an older code year than {year}**, and wait: they are not asked until a tutor has looked. "
            f"Open one, check it in the {year} books, and say so."
        )
    return f"**{many} for an older code year than {year}**, which begins soon. You can look at them already."


def old_line(code_year: int | None, confirmed: int | None) -> str:
    looked = f", looked at for {confirmed}" if confirmed else ""
    return f"holds for {code_year}{looked}"


def rule(text: str, source: str, day: str) -> str:
    return f"{text}\n{source} (as of {day})"


RULE_NAME = "The rule"


def all_right(waiting: int, year: int) -> str:
    return f"All {waiting} are still right in {year}"


def sure(waiting: int, year: int) -> str:
    return (
        f"Did you look at **all {waiting}**, not only at some? They are asked again as right in {year}, and it is kept "
        "that you said so."
    )


YES_ALL, NO_ALL = "Yes, all of them", "No"


def all_done(done: int, year: int) -> str:
    many = number(done, "question is", "questions are")
    return f"{many} asked as right in {year} from now on. Your name is kept with it."


# One question
RETIRE, DOUBT, NEXT_OLD = "Retire", "Correct, retire or withdraw…", "Next one that waits"


def still_right(year: int) -> str:
    return f"Still right in {year}"


def confirmed(year: int) -> str:
    return f"It is asked as right in {year}. Your name is kept with it."


def retired(*, shared: bool) -> str:
    if shared:
        return "Your group is not asked it any more; other servers are. `/question withdrawn` takes it back."
    return "It is retired: not asked any more, and its answers stay. `/question withdrawn` takes it back."


STATES: Mapping[str, str] = {
    "live": "asked",
    "retired": "retired",
    "voided": "withdrawn: its answers count nowhere",
    "hidden": "hidden from your group",
}


def waits(year: int, *, begun: bool) -> str:
    return f"not asked until a tutor has looked at it for {year}" if begun else f"has to be looked at for {year}"


STATE_NAME, NUMBERS_NAME, OPTIONS_NAME, EXPLANATION_NAME, SOURCE_NAME, ANSWERS_NAME = (
    "State",
    "Numbers",
    "Options",
    "Explanation",
    "Source",
    "Accepted answers",
)


def key_line(key: str, bank: str) -> str:
    return f"{bank} · {key}"


def checked(year: int, at: datetime, user: int | None) -> str:
    who = "a former tutor" if user is None else f"<@{user}>"
    return f"looked at for {year} by {who}, {_at(at, 'D')}"


def code_year(year: int) -> str:
    return f"holds for the code year {year}"


def few(answers: int) -> str:
    if not answers:
        return "nobody of your group has answered it yet"
    return f"{number(answers, 'first answer', 'first answers')} in your group: not enough yet to say how hard it is"


DISCRIMINATION_UNKNOWN = "not enough answers yet to say how well it tells apart"


def tells(text: str) -> str:
    return f"tells apart: {text}"


DOUBTED = "doubted: tutors have not decided"
SHARED = "other servers are asked it too"


def reports(members: int) -> str:
    return f"reported by {number(members, 'member', 'members')}"


NO_MATCH = "No question of your group has these words in its key or its text. Choose one from the list."

# Told once, by direct message or at the next contact
WORDS: Mapping[str, str] = {
    "code-year-soon": (
        "The code year {title} is about to begin for the exam of {place}, and some questions hold for an older one. "
        "They will wait until a tutor has looked: `/bank status` there shows them under *Code years*."
    ),
    "code-year": (
        "The code year {title} has begun for the exam of {place}. Questions of an older year are not asked until a "
        "tutor has looked: `/bank status` there shows them under *Code years*."
    ),
}
