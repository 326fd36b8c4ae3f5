"""Every sentence about invitations to review."""

from __future__ import annotations

from bot.domain import refusals as no
from bot.domain import refusals_reviewers as never
from bot.domain.reviewers import MOST_A_WEEK, MOST_OPEN

LOOK = "I'll look"
DECLINE = "Pass"
TO_THREAD = "To the question"
ADD_ME = "Add me to the thread"
OFFER = "Look at others' questions"
YOUR_GROUP = "your group"

ON = (
    "Thank you. Now and then, never at night, I ask you by direct message to look at somebody's question: at most "
    f"{MOST_OPEN} at a time and {MOST_A_WEEK} a week, and you pass with one tap. Nobody sees that you offered. "
    "`/feedback review off` ends it."
)
OFF = "You are not invited to look at questions any more. Whatever you took on stays yours; nobody is told."
OFFERED = "You can also be invited to look at single questions: never at night, and you pass with one tap."
PASSED = "All right, I ask somebody else. Nobody learns that you passed."


def invitation(topic: str | None, place: str) -> str:
    about = f"a question about **{topic}**" if topic else "a question"
    return f"🙋 Somebody in {place} would like feedback: would you look at {about}?"


def accepted(title: str, *, private: bool) -> str:
    where = (
        "I add you to its private thread, where others see that you are in it; your feedback itself can be without "
        "your name."
        if private
        else "*Give feedback* below it opens the form, and you can leave your name out."
    )
    return f"Thank you! It is **{title}**. {where}"


# Told at the next contact
NOT_REACHED = (
    "Somebody hoped for your feedback and I could not write to you, because your direct messages are closed. The "
    "question went on to somebody else. Open them for this server, or end the invitations with `/feedback review off`."
)
NOT_JOINED = (
    "I could not add you to the private thread of a question that you took on, because a right is missing there. "
    "Your acceptance is kept. Tell an admin, then press *Add me to the thread* in the invitation."
)
NO_REVIEWER = (
    "Nobody could be invited to your private question yet. It is kept and I go on trying for a week; a question to the "
    "whole group reaches more people, and `/feedback ask` makes one."
)


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about invitations; None for any other."""
    match error:
        case never.NoSuchInvitation():
            return "That question is no longer kept, so there is nothing to look at. /feedback inbox has what is."
        case never.NotYourInvitation():
            return "Somebody else was invited here, so nothing was changed. /feedback review brings you your own."
        case never.InvitationLapsed():
            return (
                "This invitation is over: it went on to somebody else, or there is feedback enough. Nothing was "
                "changed, and nobody minds; questions to the group are open to you in their threads."
            )
        case never.InvitationPassed():
            return (
                "You passed this one on, and somebody else was asked, so nothing was changed. Questions to the group "
                "stay open to you in their threads."
            )
        case never.InvitationAccepted():
            return (
                "You took this one on, so nothing was changed. If it does not fit any more, simply leave it: after "
                "three days somebody else is asked."
            )
        case never.AskOver():
            return (
                "This question is settled or locked by now, so nothing was changed. Thank you all the same; the next "
                "invitation comes by itself."
            )
        case _:
            return None
