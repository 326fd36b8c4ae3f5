"""Asking, reviewing, marking and resolving as verbs on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.feedback import File, State, Trouble
from bot.domain.preflight import Kind
from bot.domain.refusals_feedback import (
    AlreadyMarked,
    AlreadyResolved,
    AskLocked,
    BadScores,
    NoSuchAsk,
    NoSuchDraft,
    NoSuchReflection,
    NothingMissing,
    NotInvited,
    NotYourAsk,
    NotYourReview,
    OwnAsk,
    TooManyAsks,
    TooManyOpen,
)
from bot.services import deliveries, feedback, feedback_drafts, privacy, reflections, reviews, threads
from tests.services import peers
from tests.services.study import CHANNEL, EXAM, GUILD, Study

ANA, BEN, CLEO = 501, 502, 503


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group, hours before its first question."""
    async with Study.open(tmp_path / "study.db") as made:
        yield made


async def _count(study: Study, table: str) -> int:
    return int((await study.sql(f"SELECT COUNT(*) AS n FROM {table}"))[0]["n"])


def _kinds(study: Study) -> list[str]:
    return [one.delivery.kind for one in study.outbox]


async def test_a_draft_becomes_one_ask_however_often_it_is_posted(study: Study) -> None:
    """Two presses of *Post anyway* at once: one ask, one post, and the other is told."""
    kept = await feedback_drafts.keep(study.database, study.group, ANA, "ask", dict(peers.WORDS), study.now)
    tries = [
        feedback.open_ask(study.database, study.group, ANA, kept.draft_id, CHANNEL, EXAM, study.now) for _ in range(2)
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Ask", "NoSuchDraft"]
    await study.work()
    assert _kinds(study) == ["ask"]
    assert await _count(study, "feedback_drafts") == 0


async def test_a_form_that_is_sent_twice_is_posted_once(study: Study) -> None:
    """Its answer got lost and it was sent again: one ask, one addition; what was changed meanwhile is posted too."""
    first, again = [await peers.ask(study, ANA, form=77) for _ in range(2)]
    assert first.ask_id == again.ask_id
    assert (await peers.ask(study, ANA, form=77, title="Better said")).ask_id != first.ask_id
    for _ in range(2):
        await peers.says(study, ANA, "add", first.ask_id, "One thing more.", form=78)
    assert [await _count(study, table) for table in ("asks", "follow_ups", "feedback_drafts")] == [2, 1, 0]


async def test_what_is_refused_stays_a_draft(study: Study) -> None:
    """Too many open questions, or too many a day: the text is there to be posted later, by its writer alone."""
    made = [await peers.ask(study, ANA) for _ in range(3)]
    with pytest.raises(TooManyOpen):
        await peers.ask(study, ANA)
    for one in made:
        await feedback.resolve(study.database, one.ask_id, ANA, GUILD, "", study.now)
    for _ in range(2):
        await peers.ask(study, ANA)
    with pytest.raises(TooManyAsks):
        await peers.ask(study, ANA, title="Later")
    waiting = await feedback.inbox(study.database, study.group, ANA)
    assert [one.payload["title"] for one in waiting.drafts] == ["Later", "Is this right?"]
    later = waiting.drafts[0].draft_id
    with pytest.raises(NoSuchDraft):
        await feedback.open_ask(study.database, study.group, BEN, later, CHANNEL, EXAM, study.now)
    study.now += timedelta(days=1, minutes=1)
    ask = await feedback.open_ask(study.database, study.group, ANA, later, CHANNEL, EXAM, study.now)
    assert ask.words.title == "Later"


async def test_files_are_looked_at_and_only_their_names_stay(study: Study) -> None:
    """A text file is looked through for a patient's data, of a picture the name; after posting the bytes are gone."""
    files = [File("case.png", b"MRN 4821377"), File("case.txt", b"MRN 4821377")]
    named = [File("Mrs_Okafor.png", b"")]
    kept = await feedback_drafts.keep(
        study.database, study.group, ANA, "ask", dict(peers.WORDS), study.now, files=files
    )
    assert [one.kind for one in kept.warnings] == [Kind.RECORD]
    assert [one.kind for one in feedback_drafts.warnings({}, named)] == [Kind.NAME]
    ask = await feedback.open_ask(study.database, study.group, ANA, kept.draft_id, CHANNEL, EXAM, study.now)
    assert [one.name for one in await feedback.files(study.database, ask.ask_id)] == ["case.png", "case.txt"]
    await study.work()
    assert await feedback.files(study.database, ask.ask_id) == []
    card = await feedback.card(study.database, ask.ask_id)
    assert card is not None
    assert card.ask.files == ("case.png", "case.txt")


async def test_one_review_a_member_which_can_be_changed(study: Study) -> None:
    """A second form changes the first review; a mistake in it changes nothing; the asker hears of it once an hour."""
    ask = await peers.ask(study, ANA)
    with pytest.raises(OwnAsk):
        await peers.review(study, ANA, ask.ask_id)
    with pytest.raises(BadScores):
        await peers.review(study, BEN, ask.ask_id, scores="good")
    first = await peers.review(study, BEN, ask.ask_id)
    again = await peers.review(study, BEN, ask.ask_id, change="Nothing after all.")
    assert (first.changed, again.changed, first.review_id) == (False, True, again.review_id)
    card = await reviews.card(study.database, again.review_id)
    assert card is not None
    assert card.review.opinion.change == "Nothing after all."
    await study.work()
    assert [kind for kind in _kinds(study) if kind.startswith("review")] == ["review", "review-card"]
    for change in ("Nothing.", "Nothing!", "No."):
        await peers.review(study, BEN, ask.ask_id, change=change)
    await study.work()
    told = [one.delivery.payload["what"] for one in study.outbox if one.delivery.kind == "feedback-word"]
    assert told == ["review", "changed"]


async def test_a_press_from_elsewhere_finds_nothing(study: Study) -> None:
    """An id of another server's question, or of none, is no way in."""
    ask = await peers.ask(study, ANA)
    for ask_id, guild in ((ask.ask_id, GUILD + 1), (ask.ask_id + 1, GUILD)):
        with pytest.raises(NoSuchAsk):
            await reviews.form(study.database, ask_id, BEN, guild, tutor=False)
        with pytest.raises(NoSuchAsk):
            await feedback.resolve(study.database, ask_id, ANA, guild, "", study.now)


async def test_a_private_ask_is_for_those_who_were_invited(study: Study) -> None:
    """Others are refused whatever they press; tutors are not."""
    ask = await peers.ask(study, ANA, visibility="private")
    with pytest.raises(NotInvited):
        await peers.review(study, BEN, ask.ask_id)
    assert not (await peers.review(study, CLEO, ask.ask_id, tutor=True)).changed


async def test_only_the_asker_marks_and_only_the_reviewer_answers(study: Study) -> None:
    """Helpful, once; unclear, with a question that waits in the reviewer's inbox until it is answered."""
    ask = await peers.ask(study, ANA)
    given = await peers.review(study, BEN, ask.ask_id)
    for user in (BEN, CLEO):
        with pytest.raises(NotYourAsk):
            await reviews.helpful(study.database, given.review_id, user, GUILD, study.now)
        with pytest.raises(NotYourAsk):
            await peers.says(study, user, "unclear", given.review_id, "Why?")
    await peers.says(study, ANA, "unclear", given.review_id, "Why?")
    assert len((await feedback.inbox(study.database, study.group, BEN)).unanswered) == 1
    assert not (await feedback.inbox(study.database, study.group, ANA)).unmarked
    with pytest.raises(NotYourReview):
        await peers.says(study, CLEO, "answer", given.review_id, "Because.")
    study.now += timedelta(minutes=1)
    await peers.says(study, BEN, "answer", given.review_id, "Because.")
    assert not (await feedback.inbox(study.database, study.group, BEN)).unanswered
    assert len((await feedback.inbox(study.database, study.group, ANA)).unmarked) == 1
    await reviews.helpful(study.database, given.review_id, ANA, GUILD, study.now)
    with pytest.raises(AlreadyMarked):
        await reviews.helpful(study.database, given.review_id, ANA, GUILD, study.now)
    assert not (await feedback.inbox(study.database, study.group, ANA)).unmarked


async def test_two_racing_presses_of_resolved_resolve_once(study: Study) -> None:
    """The second is told; the same line is kept once, another one beside it."""
    ask = await peers.ask(study, ANA)
    lines = ["Look twice.", "Look twice.", "And code first."]
    tries = [feedback.resolve(study.database, ask.ask_id, ANA, GUILD, one, study.now) for one in lines]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one).__name__ for one in done] == ["Ask", "AlreadyResolved", "AlreadyResolved"]
    assert [one.noted for one in done if isinstance(one, AlreadyResolved)] == [False, True]
    log = await reflections.log(study.database, study.group, ANA, 0)
    assert sorted(one.text for one in log.lines) == ["And code first.", "Look twice."]
    for one in log.lines:
        with pytest.raises(NoSuchReflection):
            await reflections.delete(study.database, study.group, BEN, one.reflection_id)
        await reflections.delete(study.database, study.group, ANA, one.reflection_id)
    assert (await reflections.log(study.database, study.group, ANA, 3)).number == 0


async def test_what_one_takes_away_comes_back_beside_a_result(study: Study) -> None:
    """The newest line about a topic, for its writer alone; nothing about another topic."""
    for number in (1, 2):
        ask = await peers.ask(study, ANA)
        await feedback.resolve(study.database, ask.ask_id, ANA, GUILD, f"Line {number}.", study.now)
        study.now += timedelta(hours=1)
    (row,) = await study.sql("SELECT topic_id FROM topics WHERE slug = 'anatomy'")
    found = await reflections.about(study.database, study.group, ANA, row["topic_id"])
    assert found is not None
    assert found.text == "Line 2."
    assert await reflections.about(study.database, study.group, BEN, row["topic_id"]) is None
    assert await reflections.about(study.database, study.group, ANA, row["topic_id"] + 1) is None


async def test_a_thread_is_archived_a_day_after_the_last_word(study: Study) -> None:
    """Feedback after *Resolved* puts it off; opened again it is not archived at all."""
    ask = await peers.ask(study, ANA)
    await feedback.resolve(study.database, ask.ask_id, ANA, GUILD, "", study.now)
    await study.until(study.now + timedelta(hours=20))
    await peers.review(study, BEN, ask.ask_id)
    await study.until(study.now + timedelta(hours=20))
    assert "ask-archive" not in _kinds(study)
    await study.until(study.now + timedelta(hours=5))
    assert _kinds(study).count("ask-archive") == 1
    await feedback.reopen(study.database, ask.ask_id, ANA, GUILD, study.now)
    await study.until(study.now + timedelta(days=2))
    assert _kinds(study).count("ask-archive") == 1


async def test_a_deleted_thread_loses_nothing_and_is_posted_again_in_order(study: Study) -> None:
    """The asker is told once; *Post it again* posts the question, the feedback and what was said, one after another."""
    ask = await peers.ask(study, ANA)
    given = await peers.review(study, BEN, ask.ask_id)
    study.now += timedelta(minutes=1)
    await peers.says(study, ANA, "unclear", given.review_id, "Why?")
    await study.work()
    with pytest.raises(NothingMissing):
        await threads.post_again(study.database, ask.ask_id, ANA, GUILD, CHANNEL, study.now, tutor=False)
    assert await threads.deleted(study.database, 90_000 + ask.ask_id, study.now_ms)
    assert not await threads.deleted(study.database, 90_000 + ask.ask_id, study.now_ms)
    (line,) = (await feedback.mine(study.database, study.group, ANA, 0)).lines
    assert (line.missing, line.ask.trouble) == (True, Trouble.GONE)
    study.outbox.clear()
    with pytest.raises(NotYourAsk):
        await threads.post_again(study.database, ask.ask_id, BEN, GUILD, CHANNEL, study.now, tutor=False)
    tries = [
        threads.post_again(study.database, ask.ask_id, ANA, GUILD, CHANNEL, study.now, tutor=False) for _ in range(2)
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Ask", "NothingMissing"]
    await study.work()
    assert [kind for kind in _kinds(study) if kind != "feedback-word"] == ["ask", "review", "follow-up"]


async def test_what_a_locked_thread_refuses_is_posted_when_it_is_unlocked(study: Study) -> None:
    """A review that Discord refuses is kept, both are told; while it is locked nobody adds to it."""
    ask = await peers.ask(study, ANA)
    given = await peers.review(study, BEN, ask.ask_id)
    for parcel in await deliveries.take(study.database, study.now_ms, 20):
        if parcel.delivery.kind == "review":
            await deliveries.give_up(study.database, parcel, "403 160005", None, study.now_ms)
        else:
            await deliveries.sent(study.database, parcel, 1, study.now_ms)
    await study.work()
    told = [str(one.delivery.payload["what"]) for one in study.outbox if one.delivery.kind == "feedback-word"]
    assert sorted(told) == ["kept", "locked"]
    assert await threads.turned(study.database, 90_000 + ask.ask_id, study.now_ms, locked=True)
    with pytest.raises(AskLocked):
        await peers.review(study, CLEO, ask.ask_id)
    study.outbox.clear()
    assert await threads.turned(study.database, 90_000 + ask.ask_id, study.now_ms, locked=False)
    await study.work()
    assert [(one.delivery.kind, one.delivery.subject_id) for one in study.outbox] == [("review", given.review_id)]


async def test_what_was_locked_while_the_bot_was_away_is_posted_when_it_is_unlocked(study: Study) -> None:
    """Nobody told of the lock; the refused review did."""
    ask = await peers.ask(study, ANA)
    given = await peers.review(study, BEN, ask.ask_id)
    for parcel in await deliveries.take(study.database, study.now_ms, 20):
        await deliveries.give_up(study.database, parcel, "403 160005", None, study.now_ms)
    await study.work()
    study.outbox.clear()
    assert await threads.turned(study.database, 90_000 + ask.ask_id, study.now_ms, locked=False)
    await study.work()
    assert [(one.delivery.kind, one.delivery.subject_id) for one in study.outbox] == [("review", given.review_id)]


async def test_follow_ups_lose_the_name_of_who_is_deleted(study: Study) -> None:
    """A named addition, question and answer are drawn anew; those of who gave no name stay as they are."""
    ask = await peers.ask(study, ANA)
    named = await peers.review(study, BEN, ask.ask_id)
    hidden = await peers.review(study, CLEO, ask.ask_id, anonymous=True)
    for user, given in ((BEN, named), (CLEO, hidden)):
        asked = await peers.says(study, ANA, "unclear", given.review_id, "Why?")
        assert asked.anonymous is (given is hidden)
        await peers.says(study, user, "answer", given.review_id, "Because.")
    await study.work()
    ids = {one.delivery.subject_id for one in study.outbox if one.delivery.kind == "follow-up"}
    study.outbox.clear()
    for user in (BEN, CLEO):
        assert await privacy.delete(study.database, study.group, user)
    await study.work()
    shown = [one.delivery.subject_id for one in study.outbox if one.delivery.kind == "follow-up-card"]
    assert len(ids) == 4
    assert shown == [2]
    found = await reviews.follow_up_card(study.database, 2)
    assert found is not None
    assert (found.author, found.follow_up.text, found.anonymous) == (None, "Because.", False)
    study.outbox.clear()
    assert await privacy.delete(study.database, study.group, ANA)
    await study.work()
    gone = next(one.delivery.payload["messages"] for one in study.outbox if one.delivery.kind == "ask-gone")
    assert len(gone) == 7  # with both reviews goes all that was said about them


async def test_a_reviewer_who_is_deleted_leaves_the_text_that_the_asker_needs(study: Study) -> None:
    """A named one's card is drawn anew without the name; an anonymous one's stays, since a change would tell who."""
    ask = await peers.ask(study, ANA)
    named = await peers.review(study, BEN, ask.ask_id)
    hidden = await peers.review(study, CLEO, ask.ask_id, anonymous=True)
    await study.work()
    study.outbox.clear()
    for user in (BEN, CLEO):
        assert await privacy.delete(study.database, study.group, user)
    await study.work()
    shown = [one.delivery.subject_id for one in study.outbox if one.delivery.kind == "review-card"]
    assert shown == [named.review_id]
    for given in (named, hidden):
        card = await reviews.card(study.database, given.review_id)
        assert card is not None
        assert (card.author, card.review.opinion.right_why) == (None, "The code is right.")


async def test_an_asker_who_is_deleted_leaves_only_what_reviews_are_about(study: Study) -> None:
    """Without reviews a question goes, row and card; with one it stays, resolved, until the reviewer goes, too."""
    alone = await peers.ask(study, ANA)
    reviewed = await peers.ask(study, ANA)
    given = await peers.review(study, BEN, reviewed.ask_id)
    await study.work()
    assert await privacy.delete(study.database, study.group, ANA)
    await study.work()
    assert await feedback.card(study.database, alone.ask_id) is None
    card = await feedback.card(study.database, reviewed.ask_id)
    assert card is not None
    assert (card.author, card.ask.state) == (None, State.RESOLVED)
    assert await privacy.delete(study.database, study.group, BEN)
    await study.work()
    assert await feedback.card(study.database, reviewed.ask_id) is None
    assert await reviews.card(study.database, given.review_id) is None
    assert _kinds(study).count("ask-gone") == 2


async def test_an_anonymous_writer_stands_in_nobody_elses_export(study: Study) -> None:
    """Neither the asker's nor the reviewer's export names the other, and their own says that they wrote it."""
    ask = await peers.ask(study, ANA, anonymous=True)
    given = await peers.review(study, BEN, ask.ask_id, anonymous=True)
    await reviews.helpful(study.database, given.review_id, ANA, GUILD, study.now)
    asker = await privacy.export(study.database, study.group, ANA)
    reviewer = await privacy.export(study.database, study.group, BEN)
    assert asker is not None
    assert reviewer is not None
    assert str(BEN) not in asker
    assert str(ANA) not in reviewer
    assert "I chose E11.65." in asker
    assert "The code is right." in reviewer
    assert "The code is right." not in asker
