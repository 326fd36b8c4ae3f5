"""Every sentence about feedback that a member reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.feedback import Rubric, State, Trouble
from bot.domain.preflight import Finding, Kind


def _at(instant: datetime, style: str = "R") -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# Buttons and menus
GIVE = "Give feedback"
ADD = "Add to my question"
RESOLVED = "Resolved"
HELPFUL = "Helpful"
UNCLEAR = "Not yet clear"
ANSWER = "Answer"
POST_ANYWAY = "Post anyway"
CHANGE = "Change"
GO_ON = "Go on writing"
PUT_AWAY = "Put it away"
POST_AGAIN = "Post it again"
REOPEN = "Open it again"
OPEN_THREAD = "To the thread"
READ = "Read what it says"
LOOK = "The invitation"
ASK_ON = "Ask for feedback on this"

# The form for a question
ASK_TITLE = "Ask for feedback"
ASK_TITLE_HIDDEN = "Ask without showing your name"
TITLE_LABEL = "Title"
TITLE_HINT = "Such as: Is modifier 25 right here?"
NAMED_HINT = "Your name is shown. No patients' names, dates of birth or record numbers, please."
HIDDEN_HINT = "Members do not see your name; tutors can see who asked. No patients' data, please."
TOPIC_LABEL = "Topic"
NO_TOPIC = "No topic in particular"
DID_LABEL = "What I did"
DID_HINT = "The case, your answer, your reasoning, your plan"
WANTS_LABEL = "What I would like to know"
FILES_LABEL = "Files"
FILES_HINT = "Up to 3 pictures or text files, 4 MB each, without patients' data"
HOW_LABEL = "Who sees it"
HOW: Mapping[str, tuple[str, str]] = {
    "group:0": ("The group, with my name", "Everybody in the channel can read and answer"),
    "group:1": ("The group, without my name", "Tutors can see who asked"),
    "private:0": ("Invited reviewers only, with my name", "In a private thread"),
    "private:1": ("Invited reviewers only, without my name", "Tutors can see who asked"),
}

# The form for a review
GIVE_TITLE = "Give feedback"
RIGHT_LABEL = "What is right, and why"
CHANGE_LABEL = "One thing to change"
READING_LABEL = "Where to read about it"
SCORE_NAMES = ("reasoning", "guideline use", "completeness")
SCORES_LABEL = "Three scores from 1 to 4"
SCORES_PLACEHOLDER = "3 3 4"
NAME_LABEL = "Your name"
NAME_SHOWN = "Show my name"
NAME_HIDDEN = "Do not show my name"
NAME_HINT = "Without it, members see “a member”; tutors can see who wrote it."

# Other forms
ADD_TITLE = "Add to my question"
ADD_LABEL = "What I would like to add"
UNCLEAR_TITLE = "Not yet clear"
UNCLEAR_LABEL = "What is not clear to you yet?"
ANSWER_TITLE = "Answer the question"
ANSWER_LABEL = "Your answer"
ANSWER_HINT_HIDDEN = "It is posted without your name, as your feedback was."
DONE_TITLE = "Resolved"
DONE_LABEL = "What I take away, in one line"
DONE_HINT = "Only you see it, in /reflections and beside your results. You may leave it empty."
RUBRIC_TITLE = "What feedback is to say"
RUBRIC_LABELS = ("First text", "Second text", "Third text, may be left empty")
RUBRIC_SCORES_LABEL = "The three scores"
RUBRIC_SCORES_HINT = "Three names with commas between them; each is given 1 to 4"


def scores_hint(rubric: Rubric | None) -> str:
    return f"{', '.join(rubric.scores if rubric else SCORE_NAMES)}; 4 is ready for the exam"


def labels(rubric: Rubric | None) -> tuple[str, str, str]:
    return (rubric.right_why, rubric.change, rubric.reading) if rubric else (RIGHT_LABEL, CHANGE_LABEL, READING_LABEL)


# The cards
SOMEBODY = "a member, without their name"
FORMER = "a former member"
ASKED_BY = "Asked by"
WRITTEN_BY = "Feedback by"
WANTS_NAME = "I would like to know"
DID_NAME = "What I did"
FILES_NAME = "Files"
FILES_GONE = "They went with the old card, and can be put into the thread again."
TOPIC_NAME = "Topic"
WHOLE_TEXT = "It is too long for a card: the whole text is in the attached file."
WHOLE_FILE = "whole-text.txt"
HELPFUL_LINE = "✅ The asker found this helpful"
UNCLEAR_LINE = "💬 The asker has a question about this"
REVIEW_REMOVED = "This feedback was removed."
ASK_REMOVED = "This question was removed."
PRIVATE_LINE = "Only those in this thread can read it."
THREAD_GONE_NAME = "A question of a former member"


def who(author: int | None, *, anonymous: bool) -> str:
    """Who wrote it; one who wrote without a name stays so when they have gone."""
    if anonymous:
        return SOMEBODY
    return FORMER if author is None else f"<@{author}>"


def ask_foot(state: State, reviews: int) -> str:
    given = f"{_count(reviews, 'member has', 'members have')} given feedback" if reviews else "No feedback yet"
    return f"✅ Resolved · {given}" if state is State.RESOLVED else given


def scores(names: Sequence[str], points: Sequence[int]) -> str:
    """A line each, so that no phone breaks between a name and its score."""
    return "\n".join(
        f"{'●' * point}{'○' * (4 - point)} {point} {name}" for name, point in zip(names, points, strict=True)
    )


def helpful_count(number: int) -> str:
    return f"✅ {_count(number, 'member', 'members')} found this helpful"


def edited(changed_at: datetime) -> str:
    return f"changed {_at(changed_at)}"


ADDITION = "The asker adds"
QUESTION_TO = "The asker asks about this feedback"
REPLY = "The answer"

# What a member is told at once
KEPT = "What you wrote is kept."


def warning(findings: Sequence[Finding], excerpts: Sequence[str]) -> str:
    lines = [f"- {KINDS[one.kind]}: “{excerpt}”" for one, excerpt in zip(findings, excerpts, strict=True)]
    return "\n".join(
        [
            "**Is this a patient's data?** Nothing is posted yet, and what you wrote is kept.",
            *lines,
            "Take it out, or post it anyway if it is nobody's.",
        ]
    )


KINDS: Mapping[Kind, str] = {
    Kind.NAME: "a name",
    Kind.BIRTH: "a date of birth",
    Kind.RECORD: "a record number",
    Kind.SSN: "a social security number",
    Kind.PHONE: "a phone number",
    Kind.EMAIL: "an e-mail address",
    Kind.ADDRESS: "an address",
    Kind.INSURANCE: "an insurance number",
}


def asked(channel_id: int, *, private: bool, anonymous: bool) -> str:
    where = "in a private thread" if private else f"in <#{channel_id}>"
    if not anonymous:
        return f"Your question is being posted {where}. `/feedback mine` leads to it, and you are told of feedback."
    if private:
        return (
            f"Your question is being posted {where}, without your name, so you are not in the thread: "
            f"`/feedback mine` shows you what is said, and has *{ADD}*."
        )
    return (
        f"Your question is being posted {where}, without your name. What you write in its thread yourself shows it: "
        f"use *{ADD}* instead. `/feedback mine` shows you what is said."
    )


def given(*, changed: bool, trouble: Trouble | None) -> str:
    if trouble is not None:
        return f"Your feedback is kept. {TROUBLES[trouble]} The asker knows, and can have it posted again."
    return (
        "Your feedback is changed." if changed else "Thank you! Your feedback is being posted, and the asker is told."
    )


TROUBLES: Mapping[Trouble, str] = {
    Trouble.GONE: "The question's thread was deleted, so it cannot be shown there now.",
    Trouble.LOCKED: "The question's thread is locked, so it cannot be posted there now.",
    Trouble.NO_ACCESS: "I may not write in the question's thread, so it cannot be posted there now.",
}


def unclear_asked(*, gone: bool, anonymous: bool) -> str:
    if anonymous:  # whether they are still here would tell who it was
        return "Your question is being posted. Whoever wrote the feedback is told, if they are still in the group."
    if gone:
        return (
            "Your question is being posted. Whoever wrote this feedback is no longer in the group, so somebody else "
            "may answer."
        )
    return "Your question is being posted, and whoever wrote the feedback is told."


MARKED = "Thank you. The card says now that it helped you."
ADDED = "It is being posted under your question."
ANSWERED = "Your answer is being posted, and the asker is told."
POSTING_AGAIN = "It is being posted again, with all that was said about it."
REOPENED = "Your question is open again."
PUT_AWAY_DONE = "Put away. Nothing of it was posted."


def resolved(*, noted: bool) -> str:
    kept = " What you take away is in `/reflections`, for you alone." if noted else ""
    return f"Resolved. The thread is archived in a day; whoever writes there opens it again.{kept}"


# Direct messages
def word(what: str, title: str) -> str:
    return WORDS[what].format(title=title)


WORDS: Mapping[str, str] = {
    "review": "There is feedback on your question **{title}**. Was it helpful?",
    "changed": "Feedback on your question **{title}** was changed. Is it clear now?",
    "answer": "Your question about the feedback on **{title}** is answered. Is it clear now?",
    "question": "The asker of **{title}** has a question about your feedback.",
    "kept": (
        "Your feedback on **{title}** could not be posted in its thread. It is kept, the asker knows, and it is "
        "posted when they have it posted again."
    ),
    "gone": (
        "The thread of your question **{title}** was deleted. Nothing of it is lost: *Post it again* brings the "
        "question back with all feedback."
    ),
    "locked": (
        "The thread of your question **{title}** is locked, so something could not be posted there. It is kept, and "
        "is posted when a tutor unlocks the thread."
    ),
    "no-access": (
        "I may not write where your question **{title}** belongs, so something could not be posted. It is kept: once "
        "an admin gave me the right, use *Post it again*."
    ),
}

# Lists
MINE_TITLE = "My questions"
MINE_NONE = "You have asked nothing yet. `/feedback ask` is the way, or *Apps → Ask for feedback on this* on a message."
INBOX_TITLE = "What waits for you"
INBOX_NONE = "Nothing waits for you."
NEWER, OLDER = "◀", "▶"


def page(number: int, of: int) -> str:
    return f"page {number} of {of}"


def state(where: State, trouble: Trouble | None, *, missing: bool) -> str:
    if trouble is not None or missing:
        return "⚠️ not all of it is posted"
    return "✅ resolved" if where is State.RESOLVED else "🟢 open"


def mine_line(number: int, title: str, link: str | None, where: str, reviews: int, *, anonymous: bool) -> str:
    named = f"[{title}]({link})" if link else title
    hidden = " · without your name" if anonymous else ""
    given = f"feedback from {reviews}" if reviews else "no feedback yet"
    return f"**{number}.** {named}\n{where} · {given}{hidden}"


def inbox_line(kind: str, title: str, link: str | None) -> str:
    return INBOX_KINDS[kind].format(title=f"[{title}]({link})" if link else f"**{title}**")


INBOX_KINDS: Mapping[str, str] = {
    "review": "💡 Feedback on {title}: was it helpful?",
    "question": "💬 A question about your feedback on {title}",
    "invitation": "🙋 Would you look at a question? Its topic: {title}",
    "draft": "✏️ Not posted yet: {title}",
    "consent": "📘 Your words on {title} for a question's explanation: may they stand there?",
}
INBOX_MORE = "… and {number} more"
DRAFT_NAMES: Mapping[str, str] = {
    "ask": "a question",
    "review": "feedback",
    "unclear": "a question about feedback",
    "answer": "an answer",
    "add": "an addition",
}
NO_FEEDBACK = "Nobody has given feedback yet. You are told when somebody does."


def of(number: int, total: int) -> str:
    return f"{number} of {total}"


# Reflections
LOG_TITLE = "What I take away"
LOG_NONE = (
    "Nothing yet. When you resolve a question, what you take away from it is kept here, for you alone; it comes back "
    "beside your results."
)
LOG_FOOT = "Only you see this."


def log_line(number: int, text: str, topic: str | None, made_at: datetime) -> str:
    return f"**{number}.** {text}\n{f'{topic} · ' if topic else ''}{_at(made_at, 'D')}"


def delete_label(number: int) -> str:
    return f"Delete {number}"


def reminded(text: str, topic: str) -> str:
    return f"💡 What you took away about {topic}: “{text}”"


# Settings
def channel_set(channel_id: int | None, missing: Sequence[str]) -> str:
    where = f"in <#{channel_id}>" if channel_id else "in the group's own channel"
    lacking = f" For private threads I still need: {', '.join(missing)}." if missing else ""
    return f"Questions for feedback are posted {where} from now on.{lacking}"


RUBRIC_SET = "Feedback is given along your rubric from now on. What was given before stays as it was."
RUBRIC_USUAL = "Feedback is given along the usual rubric again."
RIGHTS: Mapping[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "create_private_threads": "Create Private Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
