"""Every sentence that a member can read; those about progress and odds stand in `texts_progress.py`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from bot.domain import refusals as no
from bot.domain.groups import Feedback, Wishes
from bot.domain.quiz import LETTERS, Confidence
from bot.domain.schedule import describe_weekdays
from bot.domain.standings import Standing
from bot.domain.streaks import Streak
from cogs import (
    texts_attendance,
    texts_buddies,
    texts_challenges,
    texts_exams,
    texts_exports,
    texts_feedback_refusals,
    texts_imports,
    texts_kinds,
    texts_reminders,
    texts_reviewers,
    texts_sessions,
    texts_setbacks,
    texts_streaks,
    texts_suggestions,
    texts_units,
    texts_when,
)

# Buttons
SURE = "Sure"
GUESS = "Guess"
REPORT = "Report a problem"
MY_ANSWER = "My answer"
PRACTISE_IT = "Practise it"
NEXT = "Another one"
MY_MOVE = "My move"
BACK, FORTH = "◀ Back", "More ▶"


def at(instant: datetime, style: str = "f") -> str:
    """A Discord timestamp: each reader sees it in their own zone."""
    return f"<t:{int(instant.timestamp())}:{style}>"


def clock(when: time) -> str:
    return f"{when:%H:%M}"


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def percent(share: float) -> str:
    return f"{round(share * 100)} %"


# The daily question
def question_title(topic: str, number: int, of: int) -> str:
    return f"Question of the day · {topic}" if of == 1 else f"Question {number} of {of} · {topic}"


def option(place: int, text: str) -> str:
    return f"**{LETTERS[place]}**  {text}"


PRESS_A_LETTER = "Press a letter: your answer is private."


def open_line(closes_at: datetime, how: str) -> str:
    return f"Closes {at(closes_at, 'R')}, {at(closes_at)}. {how}"


def answered(number: int) -> str:
    return "Nobody has answered yet" if number == 0 else f"{count(number, 'member has', 'members have')} answered"


def late(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min late" if hours and rest else f"{hours} h late" if hours else f"{rest} min late"


def closed_option(place: int, text: str, right: bool, share: float | None) -> str:
    mark = "✅ " if right else "▫️ "
    part = "" if share is None else f" · {percent(share)}"
    return f"{mark}**{LETTERS[place]}**  {text}{part}{' · **the key**' if right else ''}"


def closed_line(closed_at: datetime, number: int) -> str:
    people = "Nobody answered" if number == 0 else f"{count(number, 'member', 'members')} answered"
    return f"Closed {at(closed_at)}. {people}."


def explanation_spoiler(text: str, source: str) -> str:
    where = f"\nSource: {source}" if source else ""
    return f"**Why** (tap to read)\n||{text}||{where}"


WHY_IN_THREAD = "The explanation is in the thread below."


def day_name(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def thread_name(topic: str, day: date) -> str:
    return f"{topic} · {day.day} {day:%B}"


def thread_opening(key: int) -> str:
    return f"The key is ||{LETTERS[key]}||. What made you choose yours? Explaining it to others makes it stay."


# A member's answer
def locked(answer: str, *, again: bool, said: Confidence | None, hidden_until: datetime | None) -> str:
    first = f"You already answered: {answer}. The first answer stays." if again else f"🔒 Locked: {answer}"
    if said is not None and hidden_until is not None:
        return f"{first}\n{said_so(said)} {hidden(hidden_until)}"
    if said is not None:
        return f"{first}\n{said_so(said)}"
    return f"{first}\nHow sure are you? {'Then you see the result.' if hidden_until is None else hidden(hidden_until)}"


def said_so(said: Confidence) -> str:
    return "You were sure." if said is Confidence.SURE else "You guessed."


def hidden(until: datetime) -> str:
    return f"The result comes when the round closes, {at(until, 'R')}."


def result_title(correct: bool) -> str:
    return "✔ Right" if correct else "✘ Not this time"


def chosen_line(place: int, key: int, text: str, right: str) -> str:
    if place == key:
        return f"**{LETTERS[place]}**  {text}"
    return f"You chose **{LETTERS[place]}**  {text}\nThe key is **{LETTERS[key]}**  {right}"


VOIDED_TITLE = "Withdrawn"
VOIDED = "This question was withdrawn, since something is wrong with it: it takes no answers and counts for nobody."
VOIDED_COUNTS = "It changes neither anybody's estimates nor the board, and it breaks nobody's streak."
VOIDED_THREAD = "This question was withdrawn and counts for nobody. What do you think is wrong with it?"
REJUDGED = "The key of this question was corrected after you answered; your answer was judged anew."


def voided_choice(answer: str) -> str:
    return f"{VOIDED}\nYour answer had been:\n{answer}"


WHY_RIGHT = "Why {letter} is right"
WHY_NOT = "Why {letter} is not"
NO_FEEDBACK = "The bank gives no reason for this option."
SOURCE = "Source"


def change(topic: str, before: float, after: float) -> str:
    return f"{topic}: {percent(before)} → {percent(after)} expected on a new question"


NOT_COUNTED = "You had this question lately, so it changes neither your estimates nor the board."
UNRATED = "Practice: it never moves the board."
PRACTICE_TITLE = "Practice · {topic}"
PRACTICE_LINE = "Only you can see this. Press a letter."
LATE_OFFER = "Want to try it anyway, just for practice?"
FLAG_TITLE = "Report a problem"
FLAG_LABEL = "What is wrong with this question?"
FLAG_THANKS = (
    "Thank you, your tutors will see it, without your name. You hear once what they decide; if your answer turns out "
    "to be right, it is judged anew."
)


# The digest and the boards
def digest_title(day: date) -> str:
    return f"That was {day_name(day)}"


def digest_line(answers: int, questions: int) -> str:
    return f"{count(answers, 'answer', 'answers')} to {count(questions, 'question', 'questions')}. This week's board:"


def board_line(rank: int, user_id: int, points: int) -> str:
    medal = ({1: "🥇", 2: "🥈", 3: "🥉"} if points else {}).get(rank, f"{rank}.")
    return f"{medal} <@{user_id}> · {count(points, 'point', 'points')}"


def board_more(people: int) -> str:
    return f"… and {count(people, 'other', 'others')} with as many points"


NOBODY_ON_BOARD = "Nobody is on the board yet: a question gives points once three members have answered it."


TOO_FEW = "A question gives points once three members have answered it; that day's had fewer."


def move(
    earned: int,
    standing: Standing | None,
    before: int | None,
    people: int,
    streak: Streak | None,
    *,
    few: bool = False,
) -> str:
    if standing is None:
        return TOO_FEW if few else "You have no points this week yet. The next question is a fresh start."
    first = (
        TOO_FEW if few and not earned else f"You earned {count(earned, 'point', 'points')} with that day's questions."
    )
    place = f"You are on place **{standing.rank}** of {people} this week"
    if before is not None and before != standing.rank:
        gained = before - standing.rank
        place += f", {'up' if gained > 0 else 'down'} {abs(gained)}"
    days = f" Your streak: {count(streak.current, 'day', 'days')}." if streak and streak.current else ""
    return f"{first}\n{place}.{days}"


# Setting up
RIGHTS: Mapping[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
SETUP_NEW = "✅ Your group is set up"
SETUP_CHANGED = "✅ Your group's settings are changed"


NO_TUTORS = "none named; those who manage the server do what tutors do"


def setup_lines(wishes: Wishes, exam: str, first_at: datetime, assumed_zone: bool) -> str:
    when = f"{clock(wishes.daily_at)} ({wishes.zone}{', assumed: change it with `zone:`' if assumed_zone else ''})"
    feedback = "at once" if wishes.feedback is Feedback.INSTANT else "when the round closes"
    lines = [
        f"**Where** <#{wishes.channel_id}>",
        f"**When** {describe_weekdays(wishes.weekdays)} at {when}, {count(wishes.per_day, 'question', 'questions')}",
        f"**Open** {hours(wishes.open_minutes)}; members learn the result {feedback}",
        f"**Exam** {exam}",
        f"**Tutors** {f'<@&{wishes.tutor_role_id}>' if wishes.tutor_role_id else NO_TUTORS}",
        f"The next question comes {at(first_at, 'F')}.",
    ]
    return "\n".join(lines)


def hours(minutes: int) -> str:
    return count(minutes // 60, "hour", "hours") if minutes % 60 == 0 else f"{minutes} minutes"


# What an admin is told
def notice(what: str, *, channel: int | None, exam: str, days: int | None, place: str) -> str:
    if what == "low-bank":
        return (
            f"{place}: the questions for {exam} will last about {count(days or 0, 'more day', 'more days')} before "
            "old ones come back. Add a bank, or ask fewer questions a day with /setup."
        )
    if what == "no-questions":
        return f"{place}: there are no questions for {exam}, so none was posted. Add a bank; the next day tries again."
    if what == "channel-gone":
        return (
            f"{place}: the channel of the daily question is gone. Choose another one with /setup; every answer is kept."
        )
    return (
        f"{place}: I may no longer post in <#{channel}>. Give me the rights back, or choose another channel with "
        "/setup; until then I try once a day, and every answer is kept."
    )


# When something is refused or breaks
def refusal(error: no.Refusal) -> str:
    """The sentence for a refusal: what happened, what was kept, what to do."""
    match error:
        case no.NotSetUp():
            return "This server has no study group yet. Somebody who manages the server can start one with /setup."
        case no.NoSuchRound():
            return "That question is no longer kept, so nothing was counted. Try /quiz practice for another one."
        case no.NotYourRound():
            return "That button belongs to somebody else, so nothing was counted. Try /quiz practice for your own."
        case no.NoSuchChoice():
            return "That question has no such option, so nothing was counted. Please press one of its letters."
        case no.RoundClosed(closed_at=closed_at):
            return f"Closed at {at(closed_at, 't')}, so this does not count. {LATE_OFFER}"
        case no.QuestionVoided():
            return f"{VOIDED} Your streak is safe, and so is everybody's. Try /quiz practice for another one."
        case no.NotMissed():
            return "This answer does not count as wrong, so there is no miss to explain; nothing was changed."
        case no.NotAnswered():
            return "You did not answer this one. You can still practise it once it is closed."
        case no.StillOpen(closes_at=closes_at):
            return f"The round is still open; this comes when it closes, {at(closes_at, 'R')}."
        case no.NoQuestions(topic=topic):
            about = f" about {topic}" if topic else ""
            return (
                f"There is no other question{about} right now. Try another topic, or come back after the round closes."
            )
        case no.UnknownTopic(words=words, nearest=nearest):
            hint = f" Did you mean {' or '.join(nearest)}?" if nearest else " Pick one from the list."
            return f"I know no topic called “{words}”.{hint}"
        case _:
            return _setup_refusal(error)


def _setup_refusal(error: no.Refusal) -> str:
    match error:
        case no.MissingPermissions(channel_id=channel_id, names=names):
            return (
                f"In <#{channel_id}> I still need: {', '.join(names)}. Nothing was changed. "
                "Give me those rights in the channel's settings, then use /setup again."
            )
        case no.NeedsTextChannel():
            return (
                "The daily question needs a text channel, for its threads. Nothing was changed; name one: `channel:`."
            )
        case no.NeedsAdmin():
            return "Only members who may manage the server can do this. Nothing was changed; ask one of them."
        case no.NeedsTutor():
            return "Only tutors can do this. Nothing was changed; ask one of yours."
        case no.OnlyInServer():
            return "This works in your study group's server, not in a direct message."
        case no.BadTime(words=words):
            return f"I cannot read “{words}” as a time of day. Nothing was changed; try 19:00, 7:30 pm or noon."
        case no.BadWeekdays(words=words):
            return (
                f"I cannot read “{words}” as days. Nothing was changed; try daily, weekdays, mon-fri or mon, wed, sat."
            )
        case no.UnknownZone(words=words):
            return f"I know no place called “{words}”. Nothing was changed; type a city and pick from the list."
        case no.BadDay() | no.NotPaused():
            return texts_streaks.refusal(error)
        case no.UnknownExam(words=words, known=known):
            return f"There is no exam called “{words}”. Nothing was changed; there is {', '.join(known)}."
        case no.StaleButton():
            return "That button is from an older version, and nothing was counted. Please use the newest message."
        case _:
            return _board_refusal(error)


def _board_refusal(error: no.Refusal) -> str:
    match error:
        case no.NotUnderstood():
            return texts_when.refusal(error)
        case no.UnknownPeriod(words=words):
            return f"No board is called “{words}”. Pick one from the list, such as this week or all time."
        case no.NoSeason():
            return "There is no season yet. Tutors begin one with `/season set`; this month has a board already."
        case no.BadSeason(first=first, last=last):
            return (
                f"I can make no season of “{first}” to “{last}”. Nothing was changed; write days such as 2 March or "
                "2026-03-02, the first one first, at most a year apart."
            )
        case no.SeasonTaken(name=name, first=first, last=last):
            return (
                f"The season {name} already has some of these days, {first} to {last}. Nothing was changed; choose "
                "other days, or move that season by setting it anew under its name."
            )
        case _:
            said = next((text for one in REFUSALS if (text := one(error)) is not None), None)
            if said is None:
                raise AssertionError(f"no sentence for {type(error).__name__}")
            return said


REFUSALS = (
    texts_attendance.refusal,
    texts_buddies.refusal,
    texts_challenges.refusal,
    texts_exams.refusal,
    texts_exports.refusal,
    texts_feedback_refusals.refusal,
    texts_kinds.refusal,
    texts_imports.refusal,
    texts_reminders.refusal,
    texts_reviewers.refusal,
    texts_setbacks.refusal,
    texts_units.refusal,
    texts_sessions.refusal,
    texts_suggestions.refusal,
)
"""The sentences of features that keep theirs elsewhere; each gives None for a refusal that is not its own."""


def broken(code: str, *, kept: bool = True) -> str:
    said = "Something went wrong on my side. What you did may not have been kept; please try again."
    if not kept:
        said = "I cannot write anything down just now, so this was not kept. Please try again in a minute."
    return f"{said} If it stays, give your admin this code: **{code}**"
