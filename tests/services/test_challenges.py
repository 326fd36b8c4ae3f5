"""Doubted questions: reports gather, tutors decide once, and everybody concerned is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.challenges import BODY, EXPLANATION, STEM, Decision, Effect, form
from bot.domain.groups import Feedback
from bot.domain.refusals import NotYourRound
from bot.domain.refusals_challenges import (
    ChallengeSettled,
    NoSuchChallenge,
    NothingChanged,
    NotWithdrawn,
    QuestionMoved,
    SharedQuestion,
)
from bot.services import banks, challenges, corrections, groups, quiz, rescore, withdrawn
from bot.services.challenges import Card, Decided
from bot.services.withdrawn import How
from bot.storage import reports
from bot.storage.groups import member_ids
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study, bank, question

ANA, BEN, CLEO, DAN = 1, 2, 3, 4
EVERY = {"cpc": EXAM}


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db", questions=bank(1)) as made:
        await made.until(START + timedelta(hours=4))
        yield made


async def flagged(study: Study, *users: int, reason: str = "two keys") -> Card:
    (row, *_) = await study.rounds()
    for user in users or (BEN,):
        await quiz.flag(study.database, row["round_id"], user, GUILD, reason, study.now)
    return await card(study)


async def card(study: Study) -> Card:
    found, _, _ = await challenges.queue(study.database, study.group, 0, EVERY)
    assert found is not None
    return found


async def answered(study: Study) -> int:
    """Ana, Ben and Cleo are right, Dan chose the option after the key; the options stand in another order."""
    (row, *_) = await study.rounds()
    for user in (ANA, BEN, CLEO):
        await study.answer(row["round_id"], user, right=True)
    await study.answer(row["round_id"], DAN, right=False)
    return int(row["round_id"])


async def chosen_by(study: Study, user: int) -> int:
    """The option, in the bank's order, that somebody chose."""
    (row,) = await study.sql(
        """SELECT a.choice, r.option_order FROM answers a JOIN rounds r USING (round_id)
           JOIN members m USING (member_id) WHERE m.user_id = :user""",
        user=user,
    )
    return int(row["option_order"][row["choice"]])


async def to_dan(study: Study, found: Card) -> Decided:
    """What Dan chose becomes the key."""
    right = [await chosen_by(study, DAN)]
    return await challenges.correct_key(
        study.database, found.challenge_id, found.revision, right, GUILD, EVERY, study.now
    )


async def out(study: Study, found: Card, decision: Decision) -> Decided:
    return await challenges.withdraw(
        study.database, found.challenge_id, found.revision, decision, GUILD, EVERY, study.now
    )


async def told(study: Study) -> dict[int, list[Any]]:
    """Let the clockwork follow, and time pass; what each user was told of corrections since the last look."""
    await rescore.rebuild(study.database)
    await corrections.plan(study.database, study.now_ms)
    study.outbox.clear()
    await study.until(study.now + timedelta(minutes=11))
    users = {row["member_id"]: row["user_id"] for row in await study.sql("SELECT member_id, user_id FROM members")}
    found: dict[int, list[Any]] = {}
    for parcel in study.posted("correction"):
        word = parcel.delivery.payload
        said = [[one["change"] for one in word["items"]], word["points"]]
        found.setdefault(users[parcel.delivery.member_id or 0], []).append(said)
    return found


async def heard(study: Study) -> list[tuple[str, int]]:
    """(what, how many) was said about challenges."""
    await study.work()
    words = [parcel.delivery.payload["what"] for parcel in study.posted("challenge")]
    return sorted({word: words.count(word) for word in words}.items())


async def test_reports_gather_in_one_card_without_names(study: Study) -> None:
    """Tutors read every reason, the shares of the options and the effect; a second report of a member replaces it."""
    await answered(study)
    assert (await challenges.queue(study.database, study.group, 3, EVERY)) == (None, 0, 0)
    await flagged(study, BEN, reason="typo")
    study.now += timedelta(minutes=1)
    await flagged(study, BEN, reason="two keys")
    found = await flagged(study, CLEO, reason="no key")
    assert [reason for reason, _ in found.reasons] == ["two keys", "no key"]
    assert (found.bank, found.question, found.live, found.shared) == ("cpc-test", question(0), True, False)
    dans = await chosen_by(study, DAN)
    assert (found.answers.answers, found.answers.members, found.answers.right) == (4, 4, 3)
    assert dict(found.answers.chosen) == {0: 3, dans: 1}
    assert challenges.effect(found, Decision.KEY, [dans]) == Effect(4, 4, 1, 3)
    assert challenges.effect(found, Decision.VOID) == Effect(4, 4)
    assert challenges.effect(found, Decision.RETIRE) == Effect(0, 0)
    (row, *_) = await study.rounds()
    with pytest.raises(NotYourRound):
        await quiz.flag(study.database, row["round_id"], ANA, GUILD + 1, "typo", study.now)
    with pytest.raises(NoSuchChallenge):
        await challenges.card(study.database, found.challenge_id, GUILD + 1, EVERY)
    with pytest.raises(NoSuchChallenge):
        await challenges.card(study.database, 99, GUILD, EVERY)


async def test_a_corrected_key_is_told_once_to_each(study: Study) -> None:
    """Answers are judged anew, the closing post is edited, and who reported it hears so; loading the file changes
    nothing until the file itself does, and then the file wins."""
    await answered(study)
    found = await flagged(study, BEN, CLEO)
    await study.until(START + timedelta(hours=14))
    (worth,) = {row["worth"] for row in await study.rounds()}
    done = await to_dan(study, found)
    assert (done.decision, done.shared, done.rejudged) == (Decision.KEY, False, True)
    assert await heard(study) == [("key", 2)]
    assert await told(study) == {
        ANA: [[["wrong"], -worth]],
        BEN: [[["wrong"], -worth]],
        CLEO: [[["wrong"], -worth]],
        DAN: [[["right"], worth]],
    }
    (post,) = study.posted("correction-post")
    assert post.round is not None
    assert (post.round.corrected, post.round.closed) == (True, True)
    assert await told(study) == {}
    assert study.posted("correction-post") == []
    kept = await study.sql("SELECT revision FROM questions")
    await banks.load(study.database, [bank(1)])
    assert await study.sql("SELECT revision FROM questions") == kept
    loaded = await banks.load(study.database, [bank(questions=(question(0, source="Guidelines I.B"),))])
    assert loaded["cpc-test"].overruled == ("q0",)
    assert await told(study) == {
        user: [[["wrong" if user == DAN else "right"], -worth if user == DAN else worth]]
        for user in (ANA, BEN, CLEO, DAN)
    }


async def test_many_changes_are_one_note(study: Study) -> None:
    """Corrected, withdrawn and taken back in within minutes: told as it stands in the end, unless that is as before."""
    await answered(study)
    found = await flagged(study)
    await to_dan(study, found)
    await rescore.rebuild(study.database)
    await corrections.plan(study.database, study.now_ms)
    study.now += timedelta(minutes=5)
    await rescore.void(study.database, "cpc-test", "q0", study.now)
    await rescore.unvoid(study.database, "cpc-test", "q0")
    notes = await told(study)
    assert {user: [one[0] for one in said] for user, said in notes.items()} == {
        ANA: [["wrong"]],
        BEN: [["wrong"]],
        CLEO: [["wrong"]],
        DAN: [["right"]],
    }
    await rescore.void(study.database, "cpc-test", "q0", study.now)
    await rescore.unvoid(study.database, "cpc-test", "q0")
    assert await told(study) == {}


async def test_voiding_is_told_and_undone(study: Study) -> None:
    """It counts nowhere and says so; taken back in, every point is there again, and that is told too."""
    await answered(study)
    found = await flagged(study)
    before = await study.sql("SELECT * FROM standings ORDER BY period, member_id")
    await study.until(START + timedelta(hours=14))
    assert (await out(study, found, Decision.VOID)).rejudged
    assert {user: [one[0] for one in said] for user, said in (await told(study)).items()} == {
        user: [["withdrawn"]] for user in (ANA, BEN, CLEO, DAN)
    }
    (post,) = study.posted("correction-post")
    assert post.round is not None
    assert post.round.voided
    assert await study.sql("SELECT * FROM standings") == []
    one, number, of = await withdrawn.shown(study.database, study.group, EXAM, 5, EVERY)
    assert one is not None
    assert (one.how, one.answers, one.shared, number, of) == (How.VOID, 4, False, 0, 1)
    assert await withdrawn.take_back(study.database, study.group, one.question_id, EVERY) is How.VOID
    with pytest.raises(NotWithdrawn):
        await withdrawn.take_back(study.database, study.group, one.question_id, EVERY)
    assert {user: said[0][0] for user, said in (await told(study)).items()} == {
        user: ["back"] for user in (ANA, BEN, CLEO, DAN)
    }
    assert await study.sql("SELECT * FROM standings ORDER BY period, member_id") == before


async def test_a_mended_streak_is_told(tmp_path: Path) -> None:
    """Who had missed the withdrawn question alone hears how long their streak is, and again when it is taken back."""
    async with Study.open(tmp_path / "study.db", questions=bank(9)) as study:
        for day in range(3):
            await study.until(START + timedelta(days=day, hours=4))
            asked = (await study.rounds())[-1]
            for user in (ANA, BEN) if day != 1 else (BEN,):
                await study.answer(asked["round_id"], user, right=True)
        missed = (await study.rounds())[1]
        (key,) = await study.sql("SELECT key FROM questions WHERE question_id = :id", id=missed["question_id"])
        await rescore.void(study.database, "cpc-test", key["key"], study.now)
        assert await told(study) == {ANA: [[[], 0]], BEN: [[["withdrawn"], 0]]}
        streaks = [one.delivery.payload["streak"] for one in study.posted("correction")]
        assert streaks == [[1, 2], None]
        await rescore.unvoid(study.database, "cpc-test", key["key"])
        assert set(await told(study)) == {ANA, BEN}
        assert [one.delivery.payload["streak"] for one in study.posted("correction")] == [[2, 1], None]
        assert await study.sql("SELECT * FROM streak_corrections") == []


async def test_retired_reworded_upheld(study: Study) -> None:
    """None of these changes an answer; a retired question stays retired when its file is loaded, and comes back."""
    await answered(study)
    found = await flagged(study)
    words = {**form(found.question), STEM: "What is the rule, then?", EXPLANATION: "Better."}
    with pytest.raises(NothingChanged):
        await challenges.reword(
            study.database, found.challenge_id, found.revision, form(found.question), GUILD, EVERY, study.now
        )
    done = await challenges.reword(study.database, found.challenge_id, found.revision, words, GUILD, EVERY, study.now)
    assert not done.rejudged
    study.now += timedelta(minutes=1)
    found = await flagged(study, CLEO, reason="still odd")
    assert [reason for reason, _ in found.reasons] == ["still odd"]
    assert (found.question.stem, found.question.explanation) == ("What is the rule, then?", "Better.")
    assert (await out(study, found, Decision.RETIRE)).decision is Decision.RETIRE
    await banks.load(study.database, [bank(1)])
    assert [row["state"] for row in await study.sql("SELECT state FROM questions")] == ["retired"]
    one, _, _ = await withdrawn.shown(study.database, study.group, EXAM, 0, EVERY)
    assert one is not None
    assert one.how is How.RETIRED
    await withdrawn.take_back(study.database, study.group, one.question_id, EVERY)
    study.now += timedelta(minutes=1)
    found = await flagged(study, DAN, reason="why?")
    assert found.live
    await challenges.uphold(study.database, found.challenge_id, "Look at I.A.", GUILD, study.now)
    assert await heard(study) == [("retire", 1), ("right", 1), ("text", 1)]
    assert await told(study) == {}


async def test_two_tutors_at_once(study: Study) -> None:
    """Whoever comes second changes nothing, whatever they press; what was seen before a change is not acted on."""
    await answered(study)
    found = await flagged(study)
    outcomes = await asyncio.gather(
        to_dan(study, found), out(study, found, Decision.RETIRE), to_dan(study, found), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["ChallengeSettled", "ChallengeSettled", "Decided"]
    with pytest.raises(ChallengeSettled):
        await challenges.uphold(study.database, found.challenge_id, "no", GUILD, study.now)
    study.now += timedelta(minutes=1)
    found = await flagged(study)
    edited = question(0, explanation="Edited.")
    await banks.load(study.database, [bank(questions=(edited,))])
    for late in (to_dan(study, found), out(study, found, Decision.VOID)):
        with pytest.raises(QuestionMoved):
            await late
    assert (await study.sql("SELECT voided_at FROM questions"))[0]["voided_at"] is None
    found = await card(study)
    await rescore.void(study.database, "cpc-test", "q0", study.now)
    assert await heard(study) == [("retire", 1), ("void", 1)]
    with pytest.raises(ChallengeSettled):
        await challenges.uphold(study.database, found.challenge_id, "no", GUILD, study.now)
    assert (await challenges.queue(study.database, study.group, 0, EVERY))[0] is None


async def test_what_other_servers_are_asked_too_is_taken_out_for_one_group(study: Study) -> None:
    """The other server goes on; the wish waits for the operator until the question is changed."""
    await answered(study)
    other = (await groups.set_up(study.database, GUILD + 1, replace(WISHES, channel_id=5), ADMIN, study.now)).group
    found = await flagged(study, BEN, reason="two keys")
    assert found.shared
    assert challenges.effect(found, Decision.VOID) == Effect(0, 0)
    done = await to_dan(study, found)
    assert (done.shared, done.rejudged) == (True, False)
    assert await heard(study) == [("passed", 1)]
    (wish,) = await challenges.passed(study.database)
    assert (wish.bank, wish.key, wish.decision, wish.reasons) == ("cpc-test", "q0", Decision.KEY, ("two keys",))
    assert wish.words == question(0).options[await chosen_by(study, DAN)].text
    assert [row["voided_at"] for row in await study.sql("SELECT voided_at FROM questions")] == [None]
    one, _, _ = await withdrawn.shown(study.database, study.group, EXAM, 0, EVERY)
    assert one is not None
    assert (one.how, one.shared) == (How.HIDDEN, False)
    assert (await withdrawn.shown(study.database, other, EXAM, 0, EVERY))[2] == 0
    await withdrawn.take_back(study.database, study.group, one.question_id, EVERY)
    await rescore.void(study.database, "cpc-test", "q0", study.now)
    assert await challenges.passed(study.database) == []
    with pytest.raises(SharedQuestion):
        await withdrawn.take_back(study.database, other, one.question_id, EVERY)


async def test_closed_messages_and_former_members(study: Study) -> None:
    """Who cannot be written to, and who has left the server, finds it at the next contact."""
    await answered(study)
    found = await flagged(study, CLEO)
    async with study.database.write() as tx:
        await tx.run("UPDATE members SET left_at = 1 WHERE user_id = :user", {"user": DAN})
    await out(study, found, Decision.VOID)
    await rescore.rebuild(study.database)
    await corrections.plan(study.database, study.now_ms)
    await study.until(study.now + timedelta(minutes=11))
    rows = await study.sql("SELECT m.user_id FROM notes n JOIN members m USING (member_id)")
    assert [row["user_id"] for row in rows] == [DAN]
    parcel = study.posted("correction")[0]
    async with study.database.write() as tx:
        await corrections.untold(tx, parcel, "403", study.now_ms)
    rows = await study.sql("SELECT kind FROM notes")
    assert [row["kind"] for row in rows] == ["correction", "correction"]


async def test_results_that_are_hidden_stay_so(tmp_path: Path) -> None:
    """Where results come at closing, nobody is told of an open round; at closing the new key is the only one."""
    async with Study.open(tmp_path / "late.db", questions=bank(1), feedback=Feedback.AT_CLOSE) as study:
        await study.until(START + timedelta(hours=4))
        await answered(study)
        await to_dan(study, await flagged(study))
        assert await told(study) == {}
        assert study.posted("correction-post") == []


async def test_tutors_who_want_to_hear_of_reports_do_once(study: Study) -> None:
    """One message a challenge, not one a report, and none about one's own."""
    async with study.database.write() as tx:
        ids = await member_ids(tx, [(study.group.group_id, one) for one in (ANA, BEN)], study.now_ms)
        for member in ids.values():
            await reports.watch(tx, member, study.now_ms, on=True)
    await flagged(study, BEN, CLEO, DAN)
    assert await heard(study) == [("opened", 1)]
    assert BODY in form((await card(study)).question)
