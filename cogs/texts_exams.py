"""Every sentence about exam dates: setting them, the ladder before, the day itself and the group's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.domain import refusals as no
from bot.domain.exams import Exam
from cogs.texts_streaks import at, count

# Buttons
PRACTISE = "Practise it now"
PRACTISE_TWO = "Practise these two"
PRACTISE_ANY = "Practise now"
SHOW_ME = "Show me on the calendar"
HIDE_ME = "Take me off the calendar"
LUCK = "Wish luck"

STATUS_TITLE = "Your exams"
NONE = "You have set no exam date. `/exam set` takes one, in words such as 14 March or 2027-03-14."
CLEAR_WHICH = "Which exam shall I forget? Its reminders go with it, and so does its score report if you entered one."
OUT_OF_REACH = "I write to you by direct message: please keep those open for this server."


def day_name(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def clock(when: time) -> str:
    return f"{when:%H:%M}"


def when(exam: Exam) -> str:
    """The day in words, and where the time is known the instant in the reader's own zone."""
    if exam.start is None:
        return f"**{day_name(exam.day)}** (the day only)"
    return f"**{day_name(exam.day)}, {clock(exam.start)}** ({exam.zone}), {at(exam.at, 'F')} for you"


def countdown(days: int) -> str:
    return "today" if days <= 0 else "tomorrow" if days == 1 else f"in {days} days"


def set_title(name: str, *, moved: bool) -> str:
    return f"✅ {name}: moved" if moved else f"✅ {name}: noted"


def was(exam: Exam) -> str:
    return f"It was {day_name(exam.day)} before."


def assumed(*, start: bool, zone: str | None, blueprint: str | None) -> list[str]:
    """What was not said and is assumed."""
    lines = []
    if start:
        lines.append("No time was named, so I count days; add it with `time:`.")
    if zone is not None:
        lines.append(f"The clock is that of **{zone}**; change it with `zone:`.")
    if blueprint is not None:
        lines.append(f"The exam is your group's, **{blueprint}**; change it with `blueprint:`.")
    return lines


def ladder(ahead: Sequence[datetime], wish: datetime | None) -> str:
    """What comes until then."""
    if not ahead:
        first = "It is too close for reminders before it."
    else:
        days = ", ".join(at(one, "d") for one in ahead)
        first = f"I write to you on {days}, with your weakest topics and a practice."
    rest = "The day itself stays quiet."
    if wish is not None:
        rest = f"The day itself stays quiet but for one good wish {at(wish, 't')}; `wish_at:` changes when."
    return f"{first} {rest} {OUT_OF_REACH}"


def questions_left(number: int) -> str:
    if number == 0:
        return "No more daily question comes before it."
    return f"{count(number, 'more daily question comes', 'more daily questions come')} before it."


def ask_day(words: str) -> str:
    return f"“{words}” could be two days, so nothing is set yet. Which one do you mean?"


def day_label(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B} {day.year}"


def exam_label(name: str, day: date) -> str:
    return f"{name} · {day.day} {day:%b} {day.year}"


def cleared(name: str, day: date) -> str:
    return f"Forgotten: {name} on {day_name(day)}. Nothing more comes about it; `/exam set` sets a date again."


def status_line(name: str, exam: Exam, days: int) -> str:
    return f"**{name}** · {when(exam)} · **{countdown(days)}**"


def rungs_ahead(ahead: Sequence[datetime]) -> str:
    if not ahead:
        return "No more reminders come before it."
    return f"Still to come: {', '.join(at(one, 'f') for one in ahead)}."


TOPICS = "**What counts**, weak topics first, each with its part of the exam"
NO_ANSWERS = "You have not answered anything yet, so there is nothing to say of your topics."


def topic_line(state: str, name: str, share: float) -> str:
    return f"{state} · {name} ({share * 100:.0f} %)"


def topics_more(number: int) -> str:
    return f"… and {number} more: `/progress` has them all"


# The ladder
def rung_title(name: str, days: int) -> str:
    return f"Tomorrow: {name}" if days == 1 else f"{count(days, 'day', 'days')} to {name}"


def late_rung(late: str) -> str:
    return f"{late}: I was not there. The days above are counted from now."


def weakest(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"Below the target: **{names[0]}**."
    return f"Below the target, and what costs you most: **{names[0]}** and **{names[1]}**."


NO_WEAK = "No topic is below the target as far as your answers tell. A few questions keep it so."
UNSURE = (
    "There are not enough answers yet to say which topics are weak. The button asks what would tell most; a handful a "
    "day is enough."
)
LAST_EVENING = "What you know now is what counts: a little practice if you like, then sleep."
RUNG_FOOT = "Only you see this. /exam status shows it all, /exam clear ends it."


# The day itself
def wish(name: str, day: date) -> str:
    """The line that the good wish begins with: it is found again by it."""
    return f"🍀 {day_name(day)}: today is your {name}. You have prepared for this. Breathe, read each question twice."


def wished_by(users: Sequence[int]) -> str:
    shown = ", ".join(f"<@{user}>" for user in users[:10])
    more = f" and {count(len(users) - 10, 'other', 'others')}" if len(users) > 10 else ""
    return f"{shown}{more} {'wishes' if len(users) == 1 else 'wish'} you luck."


QUIET = "Nothing else comes from me today, but for what you asked to be reminded of yourself."


# The group's calendar
BOARD_TITLE = "Who sits when"
BOARD_NONE = "Nobody has put an exam on the group's calendar. `/exam board show:on` puts yours there."
BOARD_RULE = "Only those who asked to be shown are here, with the day alone. Only you see this list."
SHOWN = "You are on the group's calendar: your exam days and your name, so that others can wish you luck."
SHOWN_NONE = "You are on the group's calendar as soon as you have set a date with `/exam set`."
HIDDEN = "You are off the group's calendar. Your dates, and everything about them, are yours alone."
WISHED = "🍀 Kept. It reaches them on the morning of the exam."
WISHED_BEFORE = "You have wished them luck already; it reaches them on the day."
OWN_LUCK = "That is your own exam. We wish you luck on the day."


def board_line(number: int, user: int, name: str, day: date, days: int) -> str:
    return f"{number}. <@{user}> · {name} · **{day_name(day)}** ({countdown(days)})"


def board_more(number: int) -> str:
    return f"… and {count(number, 'more', 'more')} later"


def luck_label(number: int) -> str:
    return f"{LUCK} · {number}"


# What a member has to be told at the next contact
NOT_REACHED = (
    "I could not send you a message about your exam, because your direct messages are closed. Open them for this "
    "server; `/exam status` shows meanwhile what it would have said."
)


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about exams; None for any other."""
    match error:
        case no.BadExamDay(words=words):
            return (
                f"I cannot read “{words}” as a day within two years from now. Nothing was changed; try 14 March, "
                "2027-03-14 or in 6 weeks."
            )
        case no.ExamOver(at=then):
            return f"That was {at(then, 'R')}. Nothing was changed; name a time that is still to come."
        case no.TooManyExams(most=most):
            return f"You have {most} exams ahead, as many as I keep. Nothing was changed; /exam clear makes room."
        case no.NoSuchExam():
            return "That exam is no longer here, so nothing was changed. /exam status shows what is."
        case no.NotYourExam():
            return "That button belongs to somebody else, so nothing was changed. /exam status shows your own exams."
        case _:
            return None
