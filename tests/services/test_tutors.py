"""Tutors judge feedback, promote it with consent, remove and lock; and what of it others see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.feedback import State
from bot.domain.refusals_feedback import AskLocked, NoSuchAsk, NoSuchReview, ReviewRemoved
from bot.domain.refusals_tutors import (
    AlreadyEndorsed,
    AlreadyLocked,
    AlreadyPromoted,
    NoSuchPromotion,
    NoSuchQuestion,
    NotEndorsed,
    NotLocked,
    OwnWork,
    PrivateFeedback,
    PromotionAnswered,
    PromotionRefused,
    TooManyAdditions,
    Unnamed,
    WriterGone,
)
from bot.domain.reports import What
from bot.services import (
    banks,
    consents,
    endorsements,
    feedback,
    groups,
    moderation,
    privacy,
    promotions,
    quiz,
    reviews,
    threads,
)
from tests.services import peers
from tests.services.study import EXAM, GUILD, Study, bank

ANA, BEN, CLEO, TOVA, UMA = 501, 502, 503, 504, 505


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group, hours before its first question."""
    async with Study.open(tmp_path / "study.db") as made:
        yield made


async def _card(study: Study, review_id: int) -> Any:
    found = await reviews.card(study.database, review_id)
    assert found is not None
    return found


async def _reviewed(study: Study, **changes: Any) -> tuple[int, int]:
    """Ana's ask with Ben's review: (ask id, review id)."""
    ask = await peers.ask(study, ANA, **{key: changes.pop(key) for key in ("visibility",) if key in changes})
    given = await peers.review(study, BEN, ask.ask_id, tutor=True, **changes)
    await study.work()
    return ask.ask_id, given.review_id


async def _question(study: Study) -> int:
    (row,) = await study.sql("SELECT question_id FROM questions WHERE key = 'q1'")
    return int(row["question_id"])


async def test_an_endorsement_stands_once_and_only_for_what_was_read(study: Study) -> None:
    """Two tutors at once: one endorsement. It goes when it is withdrawn, and when its writer changes the text."""
    ask_id, review_id = await _reviewed(study)
    database = study.database
    with pytest.raises(OwnWork):
        await endorsements.endorse(database, review_id, BEN, GUILD, study.now)
    tries = [endorsements.endorse(database, review_id, user, GUILD, study.now) for user in (TOVA, UMA)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["AlreadyEndorsed", "Ask"]
    card = await _card(study, review_id)
    assert card.review.endorsed_at is not None
    assert card.tutors.endorsed_by in (TOVA, UMA)
    with pytest.raises(AlreadyEndorsed):
        await endorsements.endorse(database, review_id, TOVA, GUILD, study.now)
    await endorsements.withdraw(database, review_id, TOVA, GUILD, study.now)
    with pytest.raises(NotEndorsed):
        await endorsements.withdraw(database, review_id, TOVA, GUILD, study.now)
    await endorsements.endorse(database, review_id, TOVA, GUILD, study.now)
    await peers.review(study, BEN, ask_id, change="Something else altogether.")
    card = await _card(study, review_id)
    assert (card.review.endorsed_at, card.tutors.endorsed_by) == (None, None)


async def test_a_correction_stands_beside_the_original(study: Study) -> None:
    """Both texts are there; a newer correction takes the place of the old one, an empty one takes it back."""
    _, review_id = await _reviewed(study)
    for user, text in ((TOVA, "Z79.4 only for long-term use."), (UMA, "Z79.4, long-term only.")):
        await endorsements.correct(study.database, review_id, user, GUILD, text, study.now)
        card = await _card(study, review_id)
        assert (card.review.correction, card.tutors.corrected_by) == (text, user)
        assert card.review.opinion.change == peers.OPINION["change"]
    await endorsements.correct(study.database, review_id, UMA, GUILD, " \u200b ", study.now)
    card = await _card(study, review_id)
    assert (card.review.correction, card.tutors.corrected_by) == (None, None)


async def test_a_tutor_who_is_deleted_leaves_the_words(study: Study) -> None:
    """The correction stays, nobody's name with it, and the card is made anew."""
    _, review_id = await _reviewed(study)
    await endorsements.correct(study.database, review_id, TOVA, GUILD, "Long-term only.", study.now)
    await study.work()
    before = len(study.posted("review-card"))
    await privacy.delete(study.database, study.group, TOVA)
    await study.work()
    assert len(study.posted("review-card")) == before + 1
    card = await _card(study, review_id)
    assert (card.review.correction, card.tutors.corrected_by) == ("Long-term only.", None)


async def test_elsewhere_and_nowhere_nothing_is_judged(study: Study) -> None:
    """An id of another server's review, or of none, is no way in."""
    _, review_id = await _reviewed(study)
    with pytest.raises(NoSuchAsk):
        await endorsements.endorse(study.database, review_id, TOVA, 4711, study.now)
    with pytest.raises(NoSuchReview):
        await endorsements.endorse(study.database, 999, TOVA, GUILD, study.now)
    with pytest.raises(NoSuchAsk):
        await moderation.remove(study.database, What.FOLLOW_UP, 999, TOVA, GUILD, "", study.now)


async def test_endorsing_and_removing_at_once_ends_in_removal(study: Study) -> None:
    """Whichever comes first, the review is off its thread, and its text is still its writer's."""
    _, review_id = await _reviewed(study)
    await asyncio.gather(
        endorsements.endorse(study.database, review_id, TOVA, GUILD, study.now),
        moderation.remove(study.database, What.REVIEW, review_id, UMA, GUILD, "unkind", study.now),
        return_exceptions=True,
    )
    assert (await _card(study, review_id)).review.removed
    with pytest.raises(NoSuchReview):
        await endorsements.endorse(study.database, review_id, TOVA, GUILD, study.now)
    with pytest.raises(NoSuchReview):
        await moderation.remove(study.database, What.REVIEW, review_id, UMA, GUILD, "unkind", study.now)
    export = await privacy.export(study.database, study.group, BEN)
    assert export is not None
    assert str(peers.OPINION["change"]) in export
    await study.work()
    (word,) = study.posted("tutor-word")
    assert word.delivery.payload["what"] == "removed-review"
    assert word.delivery.payload["reason"] == "unkind"


async def test_a_removed_review_cannot_be_given_again(study: Study) -> None:
    """Nor does it count as feedback."""
    ask_id, review_id = await _reviewed(study)
    await moderation.remove(study.database, What.REVIEW, review_id, TOVA, GUILD, "", study.now)
    with pytest.raises(ReviewRemoved):
        await peers.review(study, BEN, ask_id)
    card = await feedback.card(study.database, ask_id)
    assert card is not None
    assert card.reviews == 0


async def test_a_removed_question_is_gone_for_everybody(study: Study) -> None:
    """Its card says so, its thread is locked, its asker is told, and nothing more can be done with it."""
    ask_id, review_id = await _reviewed(study)
    await moderation.remove(study.database, What.ASK, ask_id, TOVA, GUILD, "a patient's name", study.now)
    await study.work()
    assert [one.delivery.kind for one in study.outbox if one.delivery.kind != "tutor-word"][-2:] == [
        "ask-card",
        "ask-lock",
    ]
    assert [one.delivery.payload["what"] for one in study.posted("tutor-word")] == ["removed-ask"]
    with pytest.raises(NoSuchAsk):
        await peers.review(study, CLEO, ask_id)
    with pytest.raises(NoSuchAsk):
        await reviews.helpful(study.database, review_id, ANA, GUILD, study.now)
    assert (await feedback.mine(study.database, study.group, ANA, 0)).number == 0


async def test_a_follow_up_is_taken_off(study: Study) -> None:
    """Its message goes, its text stays in its writer's export, and nobody waits for an answer to it."""
    ask_id, review_id = await _reviewed(study)
    await peers.says(study, ANA, "unclear", review_id, "You fool, why?")
    (row,) = await study.sql("SELECT follow_up_id FROM follow_ups")
    await study.work()
    await moderation.remove(study.database, What.FOLLOW_UP, row["follow_up_id"], TOVA, GUILD, "unkind", study.now)
    await study.work()
    assert study.posted("ask-gone")
    assert (await feedback.inbox(study.database, study.group, BEN)).unanswered == ()
    assert (await feedback.show(study.database, ask_id, ANA, GUILD)).follow_ups == ()
    assert "You fool" in (await privacy.export(study.database, study.group, ANA) or "")


async def test_a_thread_is_never_locked_with_an_open_question(study: Study) -> None:
    """Locking resolves it; then nothing is posted there, and it cannot be opened again before it is unlocked."""
    ask_id, _ = await _reviewed(study)
    await moderation.lock(study.database, ask_id, TOVA, GUILD, "calm down", study.now)
    card = await feedback.card(study.database, ask_id)
    assert card is not None
    assert card.ask.state is State.RESOLVED
    with pytest.raises(AlreadyLocked):
        await moderation.lock(study.database, ask_id, TOVA, GUILD, "", study.now)
    with pytest.raises(AskLocked):
        await peers.review(study, CLEO, ask_id)
    with pytest.raises(AskLocked):
        await feedback.reopen(study.database, ask_id, ANA, GUILD, study.now)
    assert not await threads.turned(study.database, 90_000 + ask_id, study.now_ms, locked=True)
    study.now += timedelta(minutes=1)
    await moderation.unlock(study.database, ask_id, GUILD, study.now)
    with pytest.raises(NotLocked):
        await moderation.unlock(study.database, ask_id, GUILD, study.now)
    await feedback.reopen(study.database, ask_id, ANA, GUILD, study.now)
    await peers.review(study, CLEO, ask_id)


# Explanations


async def _explained(study: Study) -> tuple[tuple[str, str | None], ...]:
    """What stands with the explanation of q1 for who practises it: (text, credit) of each."""
    rows = await study.sql(
        "SELECT r.round_id FROM rounds r JOIN questions q ON q.question_id = r.question_id WHERE q.key = 'q1'"
    )
    result = await quiz.result(study.database, rows[-1]["round_id"], CLEO, GUILD, study.now)
    return tuple((one.text, one.credit) for one in result.asked.additions)


async def _practises(study: Study) -> None:
    """Cleo practises q1, the only question that is left."""
    for row in await study.sql("SELECT question_id FROM questions WHERE key <> 'q1'"):
        async with study.database.write() as tx:
            await tx.run("UPDATE questions SET state = 'retired' WHERE question_id = :id", {"id": row["question_id"]})
    asked = await quiz.practise(
        study.database, study.group, CLEO, blueprint=EXAM, topic=None, now=study.now, rng=study.plan.rng
    )
    await study.press(asked.round_id, CLEO, 0)


async def _promote(study: Study, review_id: int, text: str = "Think of the link.") -> None:
    question = await _question(study)
    await promotions.promote(study.database, review_id, question, text, GUILD, EXAM, study.now)


async def test_words_explain_a_question_once_their_writer_agreed(study: Study) -> None:
    """Not before; with the name that they chose; also when the bank was loaded anew; not after they took it back."""
    _, review_id = await _reviewed(study)
    await _practises(study)
    await _promote(study, review_id)
    assert await _explained(study) == ()
    await study.work()
    assert [one.delivery.subject_id for one in study.posted("promotion")] == [review_id]
    assert (await feedback.inbox(study.database, study.group, BEN)).consents == ((review_id, "Is this right?"),)
    with pytest.raises(AlreadyPromoted):
        await _promote(study, review_id)
    with pytest.raises(NoSuchPromotion):
        await consents.give(study.database, review_id, CLEO, "Cleo", study.now)
    assert await consents.give(study.database, review_id, BEN, " Ben \n B. ", study.now) == "Ben B."
    with pytest.raises(PromotionAnswered):
        await consents.give(study.database, review_id, BEN, None, study.now)
    assert await _explained(study) == (("Think of the link.", "Ben B."),)
    await banks.load(study.database, [bank()])
    assert await _explained(study) == (("Think of the link.", "Ben B."),)
    await consents.refuse(study.database, review_id, BEN, study.now)
    assert await _explained(study) == ()
    with pytest.raises(PromotionRefused):
        await _promote(study, review_id)


async def test_words_about_another_key_are_not_shown(study: Study) -> None:
    """The bank's owner corrects the key: what explained the old one is left out, and comes back with it."""
    _, review_id = await _reviewed(study)
    await _practises(study)
    await _promote(study, review_id)
    await consents.give(study.database, review_id, BEN, None, study.now)
    assert await _explained(study) == (("Think of the link.", None),)
    made = bank()
    options = made.questions[1].options
    turned = tuple(replace(one, correct=n == 2) for n, one in enumerate(options))
    questions = (made.questions[0], replace(made.questions[1], options=turned), *made.questions[2:])
    await banks.load(study.database, [replace(made, questions=questions)])
    assert await _explained(study) == ()
    await banks.load(study.database, [made])
    assert await _explained(study) == (("Think of the link.", None),)


async def test_who_reviewed_without_a_name_is_never_named(study: Study) -> None:
    """Not even by themselves; without a name it may stand there, and the deletion of its writer changes nothing."""
    _, review_id = await _reviewed(study, anonymous=True)
    await _practises(study)
    await _promote(study, review_id)
    with pytest.raises(Unnamed):
        await consents.give(study.database, review_id, BEN, "Ben", study.now)
    await consents.give(study.database, review_id, BEN, None, study.now)
    assert await study.sql("SELECT * FROM addition_credits") == []
    await privacy.delete(study.database, study.group, BEN)
    await study.work()
    assert await _explained(study) == (("Think of the link.", None),)


async def test_a_credit_goes_with_its_member(study: Study) -> None:
    """The words stay, the name does not."""
    _, review_id = await _reviewed(study)
    await _practises(study)
    await _promote(study, review_id)
    await consents.give(study.database, review_id, BEN, "Ben", study.now)
    await privacy.delete(study.database, study.group, BEN)
    await study.work()
    assert await _explained(study) == (("Think of the link.", None),)


async def test_another_groups_own_questions_are_neither_offered_nor_explained(study: Study) -> None:
    """Two groups prepare for one exam: what the other's tutors imported has neither a key nor words here."""
    _, review_id = await _reviewed(study)
    question = await _question(study)
    assert await promotions.questions(study.database, study.group, EXAM, "")
    other = await groups.set_up(study.database, GUILD + 1, replace(study.group.wishes, channel_id=77), 1, study.now)
    async with study.database.write() as tx:
        await tx.run("UPDATE banks SET group_id = :other", {"other": other.group.group_id})
    assert await promotions.questions(study.database, study.group, EXAM, "") == []
    assert await promotions.questions(study.database, other.group, EXAM, "")
    with pytest.raises(NoSuchQuestion):
        await promotions.promote(study.database, review_id, question, "words", GUILD, EXAM, study.now)


async def test_what_cannot_be_promoted(study: Study) -> None:
    """Private threads' words, a former member's, an unknown question's, and more than fit."""
    _, private = await _reviewed(study, visibility="private")
    with pytest.raises(PrivateFeedback):
        await _promote(study, private)
    _, review_id = await _reviewed(study)
    with pytest.raises(NoSuchQuestion):
        await promotions.promote(study.database, review_id, 4711, "words", GUILD, EXAM, study.now)
    for user in (CLEO, TOVA, UMA):
        ask = await peers.ask(study, 600 + user)
        given = await peers.review(study, user, ask.ask_id)
        await _promote(study, given.review_id)
    with pytest.raises(TooManyAdditions):
        await _promote(study, review_id)
    ask = await peers.ask(study, 700)
    given = await peers.review(study, 701, ask.ask_id)
    await privacy.delete(study.database, study.group, 701)
    with pytest.raises(WriterGone):
        await _promote(study, given.review_id)


async def test_a_change_of_the_text_ends_the_asking(study: Study) -> None:
    """Consent is for the words that were read: a rewritten review has to be proposed anew."""
    ask_id, review_id = await _reviewed(study)
    await _promote(study, review_id)
    await peers.review(study, BEN, ask_id, change="Buy my book.")
    with pytest.raises(NoSuchPromotion):
        await consents.give(study.database, review_id, BEN, None, study.now)
    await _promote(study, review_id)


async def test_what_is_removed_explains_nothing(study: Study) -> None:
    """A tutor who removes a review takes it out of its explanation, too."""
    _, review_id = await _reviewed(study)
    await _practises(study)
    await _promote(study, review_id)
    await consents.give(study.database, review_id, BEN, "Ben", study.now)
    await moderation.remove(study.database, What.REVIEW, review_id, TOVA, GUILD, "wrong", study.now)
    assert await _explained(study) == ()
