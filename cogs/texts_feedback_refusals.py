"""Every sentence about feedback that is refused."""

from __future__ import annotations

from datetime import datetime

from bot.domain import refusals as no
from bot.domain import refusals_feedback as never
from cogs import texts_tutors
from cogs.plain import plain
from cogs.texts_feedback import ADD


def _at(instant: datetime) -> str:
    return f"<t:{int(instant.timestamp())}:R>"


_AGAIN = "What you wrote is kept; you can post it {at}."


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about feedback and tutors' work on it; None for any other."""
    match error:
        case never.NoSuchAsk():
            return "That question is no longer kept, so nothing was changed. /feedback mine shows your own."
        case never.NotYourAsk():
            return (
                "Only whoever asked can do this, so nothing was changed. *Give feedback* is there for everybody else."
            )
        case never.LeftServer():
            return (
                "You are no longer in that server, so nothing was done there. A text of yours is kept for a week: "
                "/feedback inbox there has it if you come back."
            )
        case never.OwnAsk():
            return (
                f"This is your own question, and others review it. Nothing was posted; *{ADD}* is for your own words."
            )
        case never.AskLocked():
            return "A tutor locked this question's thread, so nothing was posted. Your tutors can unlock it."
        case never.AlreadyResolved(noted=noted):
            kept = " What you wrote now is kept in /reflections too." if noted else ""
            return f"This question was resolved before, so nothing was changed.{kept} /feedback mine can open it again."
        case never.NotResolved():
            return "This question is open already, so nothing was changed."
        case never.NotInvited():
            return "This question is for invited reviewers only, so nothing was posted. Others are open to everybody."
        case never.NothingMissing():
            return "All of it is posted, or on its way, so nothing was posted again. Look once more in a minute."
        case _:
            return _too_many(error)


def _too_many(error: no.Refusal) -> str | None:
    match error:
        case never.TooManyOpen(most=most):
            return (
                f"You have {most} open questions, as many as one can have. Resolve one in /feedback mine, then post "
                "this one."
            )
        case never.TooManyAsks(most=most, again_at=then):
            return f"That would be more than {most} questions within a day. {_AGAIN.format(at=_at(then))}"
        case never.TooManyReviews(most=most, again_at=then):
            return f"That would be more than {most} times feedback within a day. {_AGAIN.format(at=_at(then))}"
        case never.TooManyFollowUps(most=most, again_at=then):
            return f"That would be more than {most} additions and answers within a day. {_AGAIN.format(at=_at(then))}"
        case _:
            return _review_refusal(error)


def _review_refusal(error: no.Refusal) -> str | None:
    match error:
        case never.NoSuchReview():
            return "That feedback is no longer kept, so nothing was changed. /feedback inbox shows what waits for you."
        case never.NotYourReview():
            return "Only whoever wrote this feedback can answer here, so nothing was posted. The thread is open to all."
        case never.OwnReview():
            return "You wrote this yourself, so it was not marked. Others can say whether it helped them."
        case never.ReviewRemoved():
            return "A tutor removed your feedback on this question, so no other was posted. Ask a tutor why."
        case never.AlreadyMarked():
            return "You said so before, and it stays so."
        case _:
            return _form_refusal(error)


def _form_refusal(error: no.Refusal) -> str | None:
    match error:
        case never.BadScores(words=words):
            said = f"“{plain(words)}”" if words else "nothing"
            return (
                f"I cannot read {said} as three scores. Nothing was posted; write numbers from 1 to 4, such as 3 3 4."
            )
        case never.EmptyText():
            return "A field has nothing to read in it, so nothing was posted. Please fill it in."
        case never.TooLong(most=most, count=number):
            return (
                f"A text has {number} characters, and there is room for {most}. Nothing was posted; please shorten it."
            )
        case never.TooManyFiles(most=most):
            return f"A question takes {most} files at most, so nothing was posted. Please choose the ones that matter."
        case never.BadFile(name=name, megabytes=most):
            return (
                f"I cannot attach “{plain(name)}”, so nothing was posted. "
                f"Pictures (PNG, JPEG, GIF, WebP) and texts (txt, md, csv) of up to {most} MB are fine."
            )
        case never.LostFile(name=name):
            return f"I could not fetch “{plain(name)}” from Discord, so nothing was posted. Please attach it once more."
        case never.NoSuchDraft():
            return "That is posted already, or was put away. /feedback mine and /feedback inbox show what there is."
        case never.NotYourMessage():
            return "Feedback is asked for on one's own messages, and this one is somebody else's. Nothing was posted."
        case never.NothingWritten():
            return "That message has no words to ask about, so nothing was posted. /feedback ask takes files too."
        case never.NeedsRights(channel_id=channel_id, names=names):
            return (
                f"In <#{channel_id}> I still need: {', '.join(names)}. Nothing was changed; give me those rights in "
                "the channel's settings, then try again."
            )
        case never.NoSuchReflection():
            return "That line is no longer in your log, so nothing was changed. /reflections shows what is."
        case _:
            return texts_tutors.refusal(error)
