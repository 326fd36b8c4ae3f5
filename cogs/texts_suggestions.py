"""Every sentence about proposing questions and reviewing what was proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain import refusals as no
from bot.domain import refusals_suggestions as never
from bot.domain.preflight import Kind
from bot.domain.refusals_suggestions import Flaw
from cogs.texts_feedback import KINDS


def _at(instant: datetime, style: str = "R") -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


# The form
FORM_TITLE = "Propose a question"
EDIT_TITLE = "Edit and approve"
TOPIC_LABEL = "Topic"
STEM_LABEL = "The question"
STEM_HINT = "In your own words, about one thing. Nothing about a real patient, and no copied exam questions."
OPTIONS_LABEL = "Options, one a line"
OPTIONS_HINT = "* in front of the right one; a line with > below an option says why it is right or wrong."
OPTIONS_PLACEHOLDER = "*The right one\n> Why it is right\nA wrong one\n> Why it is wrong"
EXPLANATION_LABEL = "Why is it so?"
EXPLANATION_HINT = "Members read this after they answered."
SOURCE_LABEL = "Where can one check it?"
SOURCE_HINT = "A book, a guideline's section, a page"

# After it
GO_ON, PUT_AWAY, CHANGE, WITHDRAW = "Go on writing", "Throw it away", "Change it", "Take it back"
AGAIN = "Propose it anew"
AS_ME, AS_OTHER, AS_NOBODY = "With my name", "With another name", "Without a name"
BY_MESSAGE, NO_MESSAGE = "Message me the decision", "No message, tell me here"
KEPT = "Your text is kept as a draft for seven days; `/question mine` has it too."
WITHDRAWN = "You took it back: tutors do not see it any more."
THROWN_AWAY = "The draft is thrown away."


def thanks(credit: str | None, *, by_message: bool) -> str:
    """After a form that makes a question; *credit* is safe to show."""
    name = "without a name" if credit is None else f"with the name **{credit}**"
    how = "by direct message" if by_message else "here, the next time that you use me"
    return (
        "Thank you! A tutor reads it before anybody is asked, and sees that it is yours. "
        f"If it is approved, members see it {name}. You hear of the decision {how}."
    )


SHOWN_AS = "How members will see it, the options in any order"
ADVICE_NAME = "Could it be even better?"
TUTORS_ADVICE_NAME = "What to look at"
MORE_ADVICE = "- and more of the same kind"
ADVICE: Mapping[str, str] = {
    "no-source": "A source would let others check it.",
    "negative": "“{0}” is easily overread: write **{1}**, or ask what *is* so.",
    "no-alt": "A picture needs words that say what it shows.",
    "no-explanation": "An explanation helps whoever was wrong.",
    "silent": "Say why a wrong option is wrong, in a line with > below it: {0} of {1} do not yet. It helps the most.",
    "all-right": "Every option is right, so there is nothing to choose.",
    "weights": "Weights count only where parts of an answer count.",
    "twice": "The right option is much longer than the others: who knows nothing picks the longest.",
    "longest": "The right option is the longest. Could another one be as long?",
    "repeats": "The question and the right option share “{0}”, the wrong ones do not: that gives it away.",
    "holds-answer": "The question holds the answer “{0}”.",
    "all-above": "“{0}” gives itself away to who knows two right ones. One best answer works better.",
    "none-above": "“{0}” speaks of the others by their place, and places are shuffled.",
    "letters": "“{0}” speaks of the others by their letters, and these are shuffled.",
    "article": "The question ends with “{0}”, which fits some options only: put it into the options.",
    "licensed": "“{0}” looks like a CPT code. These are licensed: say what was done in your own words.",
}


def advice(kind: str, values: Sequence[str]) -> str:
    return f"- {ADVICE[kind].format(*values)}"


def private(kind: Kind, excerpt: str) -> str:
    return f"- “{excerpt}” looks like {KINDS[kind]}. Nothing about a real patient may stand in a question."


def alike(key: str, stem: str, share: float, *, same_answer: bool) -> str:
    """Another question of the bank is nearly this one; the texts are safe to show."""
    if not same_answer:
        return f"- The bank asks the same with **another answer** (`{key}`): one of the two is wrong."
    return f"- The bank has it in {round(share * 100)} % the same words (`{key}`): {stem}"


# /question mine
MINE_TITLE = "Your questions"
MINE_NONE = "You have proposed no question yet. `/question suggest` opens the form: one good question is plenty."
OPEN = "Show"
STATES: Mapping[str, str] = {
    "draft": "a draft of yours; tutors do not see it",
    "waiting": "waits for a tutor",
    "approved": "approved",
    "declined": "declined",
    "withdrawn": "you took it back",
}


def mine_head(approved: int, asked: int) -> str:
    """A small recognition, of nothing but facts."""
    if not approved:
        return "None of them is in the group's bank yet."
    many = "One of your questions is" if approved == 1 else f"{approved} of your questions are"
    if not asked:
        return f"{many} in the group's bank. It takes a while until one is asked."
    return f"{many} in the group's bank, asked {times(asked)} in all."


def times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def mine_line(number: int, state: str, stem: str, at: datetime) -> str:
    return f"**{number}.** {stem}\n{STATES[state]} · {_at(at)}"


def fate(asked: int, answers: int, right: int, *, state: str, voided: bool) -> str:
    """What became of an approved question."""
    if voided:
        return "withdrawn since: its answers count nowhere"
    if state != "live":
        return "retired since: it is not asked any more"
    if not asked:
        return "not asked yet"
    if answers < ENOUGH:
        return f"asked {times(asked)} · not enough answers yet to say how hard it is"
    share = round(100 * right / answers)
    hard = "hard" if share < 50 else "easy" if share > 85 else "neither hard nor easy"
    return f"asked {times(asked)} · {share} % of {answers} answers right: {hard}"


GONE = "no longer kept"
ENOUGH = 5
"""Answers from which on it is said how hard a question turned out."""


def declined_because(reason: str) -> str:
    return f"Why: {reason}"


def named(credit: str | None) -> str:
    return "It stands there without a name." if credit is None else f"It stands there with the name **{credit}**."


NAME_TITLE = "With which name?"
NAME_LABEL = "The name that stands with it"


def named_now(credit: str | None) -> str:
    under = "without a name" if credit is None else f"with the name **{credit}**"
    return f"It stands {under}. You can change this at any time with `/question mine`; if you leave, the name goes too."


# The tutors
REVIEW_TITLE = "Proposed questions"
REVIEW_NONE = "No proposed question waits."
APPROVE, EDIT, DECLINE, NEXT = "Approve", "Edit", "Decline", "Next"
WATCH, UNWATCH = "Tell me when one waits", "No messages about these"
DECLINE_TITLE, DECLINE_LABEL = "Decline it", "Why? Its author reads this"
DECLINE_HINT = "Kindly, and so that the next one is better."
BROKEN_NAME = "It makes no question any more"
BROKEN = "The exam has changed since it was written. *Edit* mends it."
OPTIONS_NAME, EXPLANATION_NAME, SOURCE_NAME, CODES_NAME = "Options", "Explanation", "Source", "Code year"


def codes(year: int) -> str:
    return f"It speaks of codes, so it holds for {year} and is looked at again when the next code year begins."


def review_head(number: int, of: int, author: int, topic: str, at: datetime) -> str:
    return f"**{number} of {of}** · {topic} · by <@{author}>, {_at(at)}"


def watching(*, on: bool) -> str:
    if on:
        return "You get a direct message when something waits for tutors: that it does, not what."
    return "You get no more direct messages. `/question review` and `/feedback queue` show what waits."


def page(number: int, of: int) -> str:
    return f"Page {number} of {of}"


OWN_ALONE = "It is yours. No other tutor has been seen here, so you may decide."
OWN_OTHERS = "It is yours, so another tutor decides."
APPROVED = "It is in the group's bank and can be asked from now on. Its author is told."
APPROVED_EDITED = "It is in the group's bank with your changes. Its author is told."
DECLINED = "Declined. Its author reads your reason once."
EDIT_KEPT = "What you typed is kept; the author's own words stay as they are, too."
SHOW_NEXT = "Show the next one"


def bank_title(place: str) -> str:
    return f"{place} members' questions"


RIGHTS = "their authors; shared with the group"

# Told once, by direct message or at the next contact
WORDS: Mapping[str, str] = {
    "suggestion": "A member of {place} proposed a question. `/question review` there shows it to tutors.",
    "suggestion-approved": "Your question {title} is in the bank of {place} now. `/question mine` shows how it does.",
    "suggestion-edited": (
        "Your question {title} is in the bank of {place} now; a tutor changed some words. `/question mine` shows how "
        "it does."
    ),
    "suggestion-declined": (
        "A tutor in {place} declined your question {title}. `/question mine` still has its text: try again if you like."
    ),
}

# With the question
CREDIT_NAME = "Question by"


def credit(name: str) -> str:
    return f"Question by {name}"


_FLAWS: Mapping[Flaw, str] = {
    Flaw.NO_TOPIC: "it has no topic of your exam",
    Flaw.NO_STEM: "the question itself is empty",
    Flaw.FEW_OPTIONS: "it needs two options at least, one a line",
    Flaw.MANY_OPTIONS: "ten options are the most",
    Flaw.NO_RIGHT: "no option has a * in front, so none is right",
    Flaw.ALL_RIGHT: "every option has a *, so there is nothing to choose",
    Flaw.SAME_OPTION: "two options are the same",
    Flaw.NO_EXPLANATION: "there is no explanation",
    Flaw.TOO_LONG: "it is too long for one message: shorten the question or its options",
}


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about proposed questions and the bank's care; None for any other."""
    match error:
        case never.NotAskable(flaws=flaws):
            return f"It makes no question yet: {'; '.join(_FLAWS[one] for one in flaws)}."
        case never.TooManySuggestions(most=most):
            return (
                f"Tutors have {most} of your questions to look at already, and that is the most. "
                "Send this one when one of them is decided."
            )
        case never.NoSuchSuggestion():
            return "This proposed question is no longer kept, so nothing was changed. `/question mine` shows your own."
        case never.SuggestionDecided():
            return "It is decided already, or its author took it back. Nothing was changed."
        case never.SuggestionChanged():
            return "Its author changed it after you opened it. Nothing was decided; `/question review` shows it anew."
        case never.OwnSuggestion():
            return "You proposed this yourself, so another tutor decides about it. Nothing was changed."
        case never.InBankAlready(key=key):
            return f"The group's bank has this question already, as `{key}`. Nothing was added; decline or edit it."
        case never.NotInBank():
            return "This question is not, or no longer, one that your group is asked. Nothing was changed."
        case never.WaitsForTutor(year=year):
            return (
                f"This question holds for an older code year than {year}, and is not asked until a tutor has looked at "
                "it. Your earlier answer stays; `/quiz practice` has others."
            )
        case never.NotWaiting():
            return "It does not wait for a code year any more. Nothing was changed; `/bank status` shows what does."
        case _:
            return None
