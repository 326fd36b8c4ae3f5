"""Every sentence about tutors' work on feedback: endorsing, explaining, the queue, reports, locks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain import refusals as no
from bot.domain import refusals_tutors as never
from cogs import texts_bank_status, texts_suggestions


def _at(instant: datetime, style: str = "R") -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


# Under a card
MORE = "More"
REPORT = "Report"
ENDORSE, WITHDRAW = "Endorse", "Withdraw endorsement"
CORRECT = "Correct"
PROMOTE = "Put into an explanation"
REMOVE = "Remove"
LOCK, UNLOCK = "Lock the thread", "Unlock the thread"
MEMBERS_PANEL = "If this should not stand here, *Report* shows it to the tutors, in private and without your name."


def panel(author: int | None, *, former: bool) -> str:
    """What only tutors read above their buttons: who wrote it, with their name on the card or without."""
    written = "It is nobody's." if author is None and not former else ""
    written = written or ("Written by a former member." if author is None else f"Written by <@{author}>.")
    return f"For tutors only. {written}"


ENDORSED = "Endorsed. The card says so, with your name."
WITHDRAWN = "The endorsement is withdrawn."
CORRECT_TITLE = "Correct this feedback"
CORRECT_LABEL = "What is wrong, and what is right"
CORRECT_HINT = "It stands below the feedback, with your name. Empty takes an earlier correction back."


def corrected(*, on: bool) -> str:
    if on:
        return "Your correction stands below the feedback, with your name. The feedback itself stays readable."
    return "There is no correction below the feedback now."


REMOVE_TITLE = "Remove it"
REMOVE_LABEL = "Why? Its writer reads this"
REMOVED = "Removed. Its writer is told why, and keeps the text."
LOCK_TITLE = "Close and lock the thread"
LOCK_LABEL = "Why? Whoever asked reads this"
UNLOCKED = "The thread is unlocked. What waited for that is being posted."


def locked(*, may: bool) -> str:
    said = "The thread is closed: an open question counts as resolved, and takes no more feedback."
    if may:
        return f"{said} It is being locked in Discord too."
    return f"{said} To lock it in Discord too I need the right to manage threads; until then others can write in it."


REMOVED_THREAD = "A removed question"


def endorsed_line(tutor: int | None) -> str:
    return f"⭐ Endorsed by {'a former tutor' if tutor is None else f'<@{tutor}>'}"


def correction_name(tutor: int | None) -> str:
    return f"{'A former tutor' if tutor is None else f'<@{tutor}>'} corrects this"


# Explanations
PROMOTE_TITLE = "Put into an explanation"
PROMOTE_LABEL = "What members will read"
PROMOTE_HINT = "Its writer is asked first, and chooses the name. Leave out what is about somebody's own case."
ADDED_NAME = "From your group"


def choose_question(review_id: int) -> str:
    return f"Which question does it explain? Use `/feedback promote`, feedback {review_id}, and choose the question."


PROMOTION_ASKED = "Its writer is asked. If they agree, it stands with the question's explanation from then on."


def consent(place: str, stem: str, text: str, *, anonymous: bool) -> str:
    name = (
        "You gave it without your name, so no name stands there."
        if anonymous
        else "Under which name may it stand there?"
    )
    return (
        f"A tutor in {place} would like to add your words to the explanation of this question:\n> {stem}\n\n"
        f"They would be:\n> {text}\n\nMembers read them after they answered. {name} You can take it back at any time."
    )


AS_ME, AS_OTHER, AS_NOBODY, NO_THANKS = "With my name", "With another name", "Without a name", "No, thank you"
AGREE = "Yes"
TAKE_BACK = "Take it back"
NAME_TITLE = "With which name?"
NAME_LABEL = "The name that stands below it"
CONSENT_REFUSED = "All right, it stands in no explanation. Nobody is told that you said no."


def agreed(name: str | None) -> str:
    under = "without a name" if name is None else f"with the name {name}"
    return f"Thank you! It stands with the question's explanation now, {under}. If you leave, the name goes with you."


def addition(text: str, name: str | None) -> str:
    return f"{text}\n— {name}" if name else text


# Reports
REPORT_TITLE = "Report to the tutors"
REPORT_LABEL = "What is wrong with it?"
REPORT_HINT = "Tutors read this with a copy of the text. Nobody sees that you reported it."
REPORTED = "Thank you. Tutors see it in private, with a copy of the text, and you hear what they decide."

# The queue
QUEUE_TITLE = "For tutors"
QUEUE_NONE = "Nothing waits: no question is without feedback, and no report is open."
UNANSWERED_NAME = "Questions without feedback"
REPORTS_NAME = "Reports"
CHOICES_NAME = "Teach-backs without a chosen explanation"
KEEP = "Leave it"
NEXT_REPORT = "Next report"
WATCH, UNWATCH = "Tell me of reports", "No messages about reports"
PRIVATE_QUESTION = "a private question"
WHAT: Mapping[str, str] = {"ask": "A question", "review": "Feedback", "follow-up": "A follow-up"}


def waiting_line(title: str, link: str | None, made_at: datetime) -> str:
    return f"- {f'[{title}]({link})' if link else title} · asked {_at(made_at)}"


def choice_line(topic: str, link: str | None) -> str:
    return f"- {f'[{topic}]({link})' if link else topic}: endorse the best one, and its writer is asked for consent"


def report_head(what: str, author: int | None, link: str | None, made_at: datetime, number: int, of: int) -> str:
    who = "a former member" if author is None else f"<@{author}>"
    named = f"[{WHAT[what]}]({link})" if link else WHAT[what]
    return f"**Report {number} of {of}** · {named} by {who}, reported {_at(made_at)}"


REASON_NAME, COPY_NAME = "Why", "The text when it was reported"
DECIDED: Mapping[str, str] = {
    "kept": "It stays as it is. Whoever reported it is told that you looked.",
    "locked": "The thread is closed. Whoever reported it is told.",
    "removed": "It is removed. Its writer is told why, and whoever reported it that it is gone.",
}


def watching(*, on: bool) -> str:
    if on:
        return "You get a direct message when something is reported: only that something waits, not what."
    return "You get no more direct messages about reports. `/feedback queue` shows them."


def waited(role: int | None, number: int) -> str:
    who = f"<@&{role}>" if role else "**Tutors**"
    many = "a question has" if number == 1 else f"{number} questions have"
    return f"{who}, {many} waited for feedback for a day:"


# Single members are told, by direct message or at their next contact
def word(what: str, place: str, title: str, reason: str) -> str:
    why = f"\nWhy: {reason}" if reason else ""
    words = WORDS.get(what) or texts_suggestions.WORDS.get(what) or texts_bank_status.WORDS[what]
    return words.format(place=place, title=f"**{title}**" if title else "something") + why


WORDS: Mapping[str, str] = {
    "report": "A member of {place} reported something. `/feedback queue` there shows it to tutors.",
    "report-kept": "You reported something about {title} in {place}. A tutor looked at it, and it stays as it is.",
    "report-locked": "You reported something about {title} in {place}. A tutor closed its thread.",
    "report-removed": "You reported something about {title} in {place}. A tutor removed it.",
    "removed-ask": "A tutor removed your question {title} in {place}. `/privacy export` still has its text for you.",
    "removed-review": (
        "A tutor removed your feedback on {title} in {place}. `/privacy export` still has its text for you."
    ),
    "removed-follow-up": (
        "A tutor removed what you wrote about {title} in {place}. `/privacy export` still has its text for you."
    ),
    "locked": "A tutor closed the thread of your question {title} in {place}. What was said stays readable.",
    "promotion": "A tutor would like to add words of yours to a question's explanation. `/feedback inbox` asks you.",
}


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about tutors' work; None for any other."""
    match error:
        case never.OwnWork():
            return "You wrote this yourself, so another tutor decides about it. Nothing was changed."
        case never.AlreadyEndorsed():
            return "It is endorsed already, so nothing was changed. *Correct* adds what is still wrong."
        case never.NotEndorsed():
            return "It is not endorsed, so there was nothing to withdraw."
        case never.AlreadyLocked():
            return "This thread is closed already, so nothing was changed. *More* on a card of it unlocks it."
        case never.NotLocked():
            return "This thread is open, so there was nothing to unlock."
        case _:
            return _promotion_refusal(error)


def _promotion_refusal(error: no.Refusal) -> str | None:
    match error:
        case never.PrivateFeedback():
            return (
                "This was written in a private thread, and stays there: nobody was asked. Its writer can give the same "
                "advice on a question that all can read."
            )
        case never.WriterGone():
            return "Whoever wrote it is no longer here to agree, so nothing was changed. It stays in its thread."
        case never.AlreadyPromoted():
            return "It is in an explanation already, or its writer is being asked. Nothing was changed."
        case never.PromotionRefused():
            return "Its writer did not want it in an explanation, so nobody was asked again. It stays in its thread."
        case never.TooManyAdditions(most=most):
            return f"This explanation has {most} additions, as many as fit. Nobody was asked; remove one of them first."
        case never.NoSuchQuestion(words=words):
            return f"I find no question “{words}”. Nobody was asked; pick one from the list while you type."
        case never.NoSuchPromotion():
            return "Nobody is asking you about this any more, so nothing was changed. Your words stay in their thread."
        case never.PromotionAnswered():
            return "You answered this before, and it stays so. *Take it back* below your answer still works."
        case never.Unnamed():
            return "You gave this without your name, so no name can stand below it. *Yes* adds it without one."
        case never.BadCredit(most=most):
            return f"A name has 1 to {most} characters. Nothing was added yet; please try once more."
        case _:
            return _report_refusal(error)


def _report_refusal(error: no.Refusal) -> str | None:
    match error:
        case never.OwnReport():
            return "You wrote this yourself, so there is nothing to report. You can change or resolve it."
        case never.AlreadyReported():
            return "You reported this already, and tutors have it before them. You hear what they decide."
        case never.TooManyReports(most=most, again_at=again_at):
            return (
                f"That would be more than {most} reports within a day, so it was not sent. You can report again "
                f"{_at(again_at)}; what is urgent you can tell a tutor yourself."
            )
        case never.NothingToReport():
            return "That is no longer there, so nothing was reported."
        case never.NoSuchReport():
            return "That report is no longer kept, so nothing was changed. `/feedback queue` shows what waits."
        case never.ReportSettled():
            return "Another tutor has decided on this report, so nothing was changed. `/feedback queue` shows the rest."
        case _:
            return None
