"""Members who ask each other for feedback, as the cogs would have them do it."""

from __future__ import annotations

from typing import Any

from bot.domain.feedback import Ask
from bot.services import feedback, feedback_drafts, reviews, threads
from bot.services.reviews import Given
from tests.services.study import CHANNEL, EXAM, GUILD, Study

WORDS = {
    "title": "Is this right?",
    "did": "I chose E11.65.",
    "wants": "Would you, too?",
    "topic": "anatomy",
    "visibility": "group",
    "anonymous": False,
}
OPINION = {
    "right_why": "The code is right.",
    "change": "Add the insulin.",
    "reading": "I.C.4.a",
    "scores": "3 3 4",
    "anonymous": False,
}


async def ask(study: Study, user: int, *, stands: bool = True, **changes: Any) -> Ask:
    """Ask; `stands` says that the card is posted, with a thread of its own."""
    kept = await feedback_drafts.keep(study.database, study.group, user, "ask", {**WORDS, **changes}, study.now)
    made = await feedback.open_ask(study.database, study.group, user, kept.draft_id, CHANNEL, EXAM, study.now)
    if stands:
        await study.work()
        await threads.placed(
            study.database, made, thread_id=90_000 + made.ask_id, message_id=90_000 + made.ask_id, now_ms=study.now_ms
        )
    return made


async def review(study: Study, user: int, ask_id: int, *, tutor: bool = False, **changes: Any) -> Given:
    """Give feedback, or change what was given."""
    payload = {**OPINION, **changes}
    kept = await feedback_drafts.keep(study.database, study.group, user, "review", payload, study.now, ask_id=ask_id)
    return await reviews.give(study.database, user, GUILD, kept.draft_id, study.now, tutor=tutor)


async def says(study: Study, user: int, kind: str, subject: int, text: str, *, form: int | None = None) -> Any:
    """Add to a question, ask about a review, or answer."""
    payload = {"text": text, "form": form}
    named: dict[str, Any] = {"ask_id" if kind == "add" else "review_id": subject}
    kept = await feedback_drafts.keep(study.database, study.group, user, kind, payload, study.now, **named)
    verb = {"add": feedback.add, "unclear": reviews.unclear, "answer": reviews.answer}[kind]
    return await verb(study.database, user, GUILD, kept.draft_id, study.now)


async def takes_part(study: Study, user: int, other: int) -> None:
    """All that a member can do with feedback; `other` asks and reviews as well, and stays."""
    database, group, now = study.database, study.group, study.now
    mine = await ask(study, user, title=f"Asked first {study.now_ms}")
    theirs = await ask(study, other, title="Asked by somebody who stays")
    given = await review(study, other, mine.ask_id)
    own = await review(study, user, theirs.ask_id)
    await says(study, user, "add", mine.ask_id, "One thing more.")
    await says(study, user, "unclear", given.review_id, "Why?")
    await reviews.helpful(database, own.review_id, other, GUILD, now)
    await feedback.resolve(database, mine.ask_id, user, GUILD, "Look twice.", now)
    await feedback.resolve(database, theirs.ask_id, other, GUILD, "", now)
    await feedback_drafts.keep(database, group, user, "ask", {**WORDS, "title": "not yet"}, now)
    async with database.write() as tx:
        ids = {"user": user, "group": group.group_id, "ask": theirs.ask_id, "review": given.review_id, "now": 1}
        for statement in _ROWS:
            await tx.run(statement.replace(":member", _MEMBER), ids)


_MEMBER = "(SELECT member_id FROM members WHERE user_id = :user AND group_id = :group)"
_ROWS = (
    "INSERT INTO reviewers (member_id, since) VALUES (:member, :now)",
    "INSERT INTO invitations (ask_id, member_id, state, asked_at) VALUES (:ask, :member, 'done', :now)",
    "INSERT INTO review_tutors (review_id, member_id, what, at) VALUES (:review, :member, 'endorsed', :now)",
    "INSERT INTO buddies (group_id, made_at) VALUES (:group, :now)",
    "INSERT INTO buddy_members (buddy_id, member_id, state) SELECT MAX(buddy_id), :member, 'asked' FROM buddies",
    "INSERT INTO buddy_seekers (member_id, since) VALUES (:member, :now)",
    """INSERT INTO reports (group_id, what, subject_id, copy, reason, state, made_at)
       VALUES (:group, 'review', :review, 'copy', 'reason', 'open', :now)""",
    """INSERT INTO additions (group_id, question_id, right_text, text, added_at)
       VALUES (:group, 1, 'right', 'why', :now)""",
    "INSERT INTO addition_credits (addition_id, member_id, name) SELECT MAX(addition_id), :member, 'N' FROM additions",
    "INSERT INTO report_watchers (member_id, since) VALUES (:member, :now)",
    "INSERT INTO report_authors (report_id, member_id) SELECT MAX(report_id), :member FROM reports",
)
