"""Every sentence about how an exam went: the question the day after, the way on after a setback, and the pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.domain import refusals as no
from bot.domain.blueprint import Rule
from bot.domain.exams import Outcome
from bot.domain.setbacks import Gap
from cogs.texts_streaks import at

# Buttons
OUTCOMES = {
    Outcome.PASSED: "Passed",
    Outcome.FAILED: "Did not pass",
    Outcome.UNSAID: "Prefer not to say",
}
SHOW_GAPS = "My gaps"
ENTER_REPORT = "Enter my score report"
CHANGE_REPORT = "Change my score report"
SET_RETAKE = "Set a retake date"
RESUME = "End the pause"
TELL = "Tell the group"
HELP = "Stay as a helper"
HELP_NO_MORE = "No longer a helper"
PRACTISE_GAP = "Practise the largest gap"

WRONG_BUTTON = "That was the wrong button"
CORRECT = "No harm done. How did {exam} go? Only you see the answer."
ASK_AGAIN = "How did {exam} go? Only you see the answer."
UNSAID = "That is all right. I will not ask again, and nobody was told anything."


def ask(name: str, day: date) -> str:
    """The line that the question begins with: it is found again by its buttons."""
    return (
        f"That was your {name}, on {day:%A} {day.day} {day:%B}. Well done for sitting it, however it went. Would you "
        "like to tell me? Only you see this, and I ask once."
    )


# Passed
def passed(name: str) -> str:
    return (
        f"🎉 Congratulations! You passed **{name}**. If you like, I tell the group, with one line that names you; and "
        "you can stay as a helper for those who sit it next. Neither is needed."
    )


def announcement(user: int, name: str) -> str:
    """What the group reads, once its member asked for it."""
    return f"🎉 <@{user}> has passed **{name}**. Congratulations!"


def told(channel: int, *, already: bool) -> str:
    if already:
        return f"The group knows already: the line went to <#{channel}>. Nothing is said twice."
    return f"The line goes to <#{channel}> now."


UNTOLD = (
    "I could not write the line about your pass in the group's channel, so nobody has read it. `/exam status` offers "
    "*Tell the group* again."
)


HELPER = "Thank you. You are kept as a helper, until you press *No longer a helper* in `/exam status`."
HELPER_NO_MORE = "You are no longer kept as a helper. Thank you for having been one."

# Did not pass
RESTING = (
    "⏸ Boards and streak reminders rest for you since {since}, until you end the pause here. Nobody else is told why."
)
RESUMED = "Welcome back. Boards and streak reminders are as you had them before."


def failed(name: str) -> str:
    return (
        f"I am sorry; that hurts after so much work. It was one day of **{name}**, and what you know is still yours.\n"
        "Boards and streak reminders rest for you from now on, until you end the pause. Nobody sees any of this.\n"
        "When you want to: enter your score report, and I show which gaps cost most; or set a new date. No hurry."
    )


def rule(rule_: Rule) -> str:
    return f"**{rule_.title}** (as of {rule_.as_of.isoformat()}) {rule_.text}"


NO_REPORT = (
    "You have not entered your score report yet. It takes a minute: percent by section, as far as you have them. Only "
    "you see it, and it shows which gaps cost you most."
)
REPORT_TITLE = "Your score report"
REPORT_LABEL = "Percent by section, one a line"
REPORT_HINT = "62, 62 % or 31/50"
RETAKE_TITLE = "Your retake"
RETAKE_DAY, RETAKE_TIME = "Day", "Time, if you know it"
RETAKE_DAY_HINT, RETAKE_TIME_HINT = "14 March, 2027-03-14, in 6 weeks", "09:00"
GAPS_TITLE = "Where your report was below the pass mark"
NO_GAPS = (
    "No section that you entered is below the pass mark: it was close. What is left out here may be what was short."
)
GAPS_RULE = (
    "Ordered by weight × distance to the pass mark: how much of the whole score a section costs. Only you see this."
)


def gap_line(number: int, name: str, gap: Gap) -> str:
    return (
        f"{number}. **{name}** · you {gap.share * 100:.0f} %, pass mark {gap.mark * 100:.0f} % · "
        f"{gap.weight * 100:.0f} % of the exam · costs {gap.cost * 100:.1f} points"
    )


def resting(since: datetime) -> str:
    return RESTING.format(since=at(since, "D"))


def unread(lines: Sequence[str]) -> str:
    """What of a report was not understood; the rest was."""
    shown = ", ".join(f"“{one}”" for one in lines)
    return f"⚠ I could not read {shown}; the rest is kept. *{CHANGE_REPORT}* opens it again: 62, 62 % or 31/50."


def missing(names: Sequence[str]) -> str:
    return f"Not entered: {', '.join(names)}."


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about how an exam went; None for any other."""
    match error:
        case no.ExamAhead(at=then):
            return (
                f"That exam is still ahead, {at(then, 'R')}, so nothing was kept. Good luck; I ask you the day after."
            )
        case no.OutcomeKept():
            return "The group was told of your pass already, so that stays. /exam status shows what you can do now."
        case no.NotPassed():
            return "You have not told me of a pass in that exam, so nothing was posted. /exam status shows where it is."
        case no.NotFailed():
            return "There is no setback with that exam, so nothing was kept. /exam status shows where it is."
        case no.BadReport(line=line):
            return (
                f"I cannot read “{line}” of your report. Nothing was kept; write numbers from 0 to 100 such as 62, "
                "62 % or 31/50, each after its section's name."
            )
        case no.EmptyReport():
            return "There is no number in that report, so nothing was kept. One section is enough to begin with."
        case no.NotResting():
            return "Boards and streak reminders are not paused, so nothing was changed."
        case _:
            return None
