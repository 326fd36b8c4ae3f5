"""Suggestions wait for tutors, are decided once, and their authors hear of it once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.refusals_feedback import EmptyText
from bot.domain.refusals_suggestions import (
    InBankAlready,
    NoSuchSuggestion,
    NotAskable,
    OwnSuggestion,
    SuggestionChanged,
    SuggestionDecided,
    TooManySuggestions,
)
from bot.services import privacy, reports, standings, suggestions
from bot.services.suggestions import State
from bot.storage import questions
from tests.services.proposals import BANK, approve, suggest, words
from tests.services.study import ADMIN, EXAM, GUILD, Study, bank

ANA, BEN, TOVA, UMA = 11, 12, 13, 14


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db", size=3) as made:
        yield made


async def notes(study: Study) -> list[str]:
    return [row["payload"] for row in await study.sql("SELECT payload FROM notes WHERE kind = 'suggestion'")]


async def told(study: Study) -> list[str]:
    rows = await study.sql("SELECT payload FROM deliveries WHERE kind = 'tutor-word' ORDER BY delivery_id")
    return [row["payload"].split('"')[3] for row in rows]


async def test_what_makes_no_question_stays_a_draft(study: Study) -> None:
    """It is kept with its reason, changed in place, and waits when it is one; the oldest of six drafts goes."""
    first = await suggestions.submit(study.database, study.group, ANA, words(options="a\nb"), EXAM, study.now)
    assert isinstance(first.refusal, NotAskable)
    assert first.suggestion.state is State.DRAFT
    number = first.suggestion.suggestion_id
    again = await suggestions.submit(study.database, study.group, ANA, words(), EXAM, study.now, draft_id=number)
    assert (again.suggestion.suggestion_id, again.suggestion.state, again.suggestion.version) == (
        number,
        State.WAITING,
        2,
    )
    for _ in range(6):
        await suggestions.submit(study.database, study.group, ANA, words(options=""), EXAM, study.now)
    states = [one.state for one, _ in await suggestions.mine(study.database, study.group, ANA)]
    assert states == [State.DRAFT] * 5 + [State.WAITING]
    # Nobody writes into somebody else's.
    other = await suggestions.submit(study.database, study.group, BEN, words(2), EXAM, study.now, draft_id=number)
    assert other.suggestion.suggestion_id != number
    with pytest.raises(NoSuchSuggestion):
        await suggestions.own(study.database, number, BEN)


async def test_a_member_s_sixth_is_kept_and_does_not_wait(study: Study) -> None:
    """Five wait; the next is a draft until one is decided or taken back; one that waits can still be changed."""
    numbers = [await suggest(study, ANA, number) for number in range(5)]
    sixth = await suggestions.submit(study.database, study.group, ANA, words(6), EXAM, study.now)
    assert isinstance(sixth.refusal, TooManySuggestions)
    changed = await suggestions.submit(study.database, study.group, ANA, words(7), EXAM, study.now, draft_id=numbers[0])
    assert changed.refusal is None
    await suggestions.withdraw(study.database, numbers[1], ANA)
    kept = await suggestions.submit(
        study.database, study.group, ANA, words(6), EXAM, study.now, draft_id=sixth.suggestion.suggestion_id
    )
    assert kept.refusal is None


async def test_tutors_are_told_once_a_day_that_something_waits(study: Study) -> None:
    """The admin and the tutors who asked for it, not the author; a second one on the same day is no news."""
    await reports.watch(study.database, study.group, TOVA, study.now, on=True)
    await suggest(study, TOVA, 1)
    assert await told(study) == ["suggestion"]
    study.now += timedelta(hours=20)
    await suggest(study, ANA, 2)
    assert await told(study) == ["suggestion"]
    study.now += timedelta(days=2)
    await suggest(study, ANA, 3)
    assert await told(study) == ["suggestion"] * 3


async def test_an_approved_question_is_in_the_group_s_own_bank(study: Study) -> None:
    """With its author and their name; it can be asked, twice it cannot be there, and two tutors decide once."""
    number = await suggest(study, ANA)
    await suggestions.set_credit(study.database, number, ANA, " Ana  the coder ")
    with pytest.raises(SuggestionChanged):
        await approve(study, number, TOVA, version=7)
    with pytest.raises(NoSuchSuggestion):
        await suggestions.approve(study.database, number, 1, TOVA, GUILD + 1, EXAM, BANK, study.now)
    question_id = await approve(study, number, TOVA)
    with pytest.raises(SuggestionDecided):
        await approve(study, number, UMA)
    with pytest.raises(SuggestionDecided):
        await suggestions.withdraw(study.database, number, ANA)
    (row,) = await study.sql("SELECT slug, title, group_id FROM banks WHERE group_id IS NOT NULL")
    assert tuple(row) == (f"members-{study.group.group_id}-cpc", BANK["title"], study.group.group_id)
    async with study.database.read() as tx:
        made = await questions.whole(tx, question_id)
    assert made is not None
    assert (made.topic, made.stem, made.code_year) == ("Anatomy", "Which bone is bone number 1?", None)
    (author,) = await study.sql("SELECT credit FROM question_authors")
    assert author["credit"] == "Ana the coder"
    twin = await suggest(study, BEN)
    with pytest.raises(InBankAlready):
        await approve(study, twin, TOVA)
    assert len(await notes(study)) == 1
    assert "suggestion-approved" in (await notes(study))[0]
    # The author goes, the question stays without a name; what waited goes with them.
    await privacy.delete(study.database, study.group, ANA)
    assert await study.sql("SELECT * FROM question_authors") == []
    assert len(await study.sql("SELECT * FROM questions WHERE question_id = :id", id=question_id)) == 1


async def test_a_tutor_s_words_are_kept_until_one_decides(study: Study) -> None:
    """An edit that makes no question is kept for that tutor; the question has their words, the list its author's."""
    number = await suggest(study, ANA)
    assert await suggestions.keep_edit(study.database, number, 1, TOVA, GUILD, words(options="x"), study.now)
    with pytest.raises(NotAskable):
        await suggestions.approve(
            study.database, number, 1, TOVA, GUILD, EXAM, BANK, study.now, words=words(options="x")
        )
    assert (await suggestions.open_one(study.database, number, 1, TOVA, GUILD)).options == "x"
    assert await suggestions.open_one(study.database, number, 1, UMA, GUILD) == words()
    await suggestions.set_by_message(study.database, number, ANA, on=True)
    done = await suggestions.approve(
        study.database, number, 1, TOVA, GUILD, EXAM, BANK, study.now, words=words(stem="Which one, better?")
    )
    async with study.database.read() as tx:
        made = await questions.whole(tx, done)
    assert made is not None
    assert made.stem == "Which one, better?"
    assert (await suggestions.own(study.database, number, ANA)).words == words()
    assert (await told(study))[-1] == "suggestion-edited"
    assert await notes(study) == []
    assert await study.sql("SELECT * FROM suggestion_edits") == []


async def test_a_decline_needs_its_reason(study: Study) -> None:
    """Its author hears why, once, and keeps the text for 90 days."""
    number = await suggest(study, ANA)
    with pytest.raises(EmptyText):
        await suggestions.decline(study.database, number, 1, TOVA, GUILD, " ", study.now)
    await suggestions.decline(study.database, number, 1, TOVA, GUILD, "We have it.", study.now)
    (note,) = await notes(study)
    assert "We have it." in note
    found = await suggestions.own(study.database, number, ANA)
    assert (found.state, found.reason) == (State.DECLINED, "We have it.")
    study.now += timedelta(days=91)
    await suggest(study, BEN, 2)
    with pytest.raises(NoSuchSuggestion):
        await suggestions.own(study.database, number, ANA)


async def test_a_tutor_s_own_is_for_another_tutor(study: Study) -> None:
    """Where another one is known; the only one may decide, and hears nothing of what they decided themselves."""
    number = await suggest(study, TOVA)
    await suggest(study, ANA, 2)
    await standings.here(study.database, study.group, TOVA, tutor=True)
    await standings.here(study.database, study.group, ANA, tutor=True)
    card = await suggestions.card(study.database, study.group, TOVA, EXAM, 0, study.now)
    assert card is not None
    assert (card.own, card.number, card.waiting) == (True, 0, 2)
    with pytest.raises(OwnSuggestion):
        await approve(study, number, TOVA)
    await standings.here(study.database, study.group, ANA, tutor=False)
    await approve(study, number, TOVA)
    assert await notes(study) == []
    card = await suggestions.card(study.database, study.group, TOVA, EXAM, 9, study.now)
    assert card is not None
    assert (card.own, card.number, card.waiting) == (None, 0, 1)


async def test_a_changed_exam_leaves_something_to_mend(study: Study) -> None:
    """A suggestion whose topic the exam has no more is shown as it was typed, and can be edited or declined."""
    await suggest(study, ANA)
    other = type(EXAM)(**{name: getattr(EXAM, name) for name in EXAM.__slots__} | {"sections": EXAM.sections[1:]})
    card = await suggestions.card(study.database, study.group, TOVA, other, 0, study.now)
    assert card is not None
    assert card.question is None


async def test_remarks_name_what_could_be_better(study: Study) -> None:
    """The bank's own question, what looks like a patient's data, and the writing's faults."""
    known = bank(1).questions[0]
    options = "\n".join(f"{'*' if one.correct else ''}{one.text}" for one in known.options)
    made = suggestions.made(
        EXAM, words(stem=known.stem, options=f"{options}\nAll of the above", source="call 555-123-4567"), study.now
    )
    found = await suggestions.remarks(study.database, study.group, EXAM, made)
    assert {one.kind for one in found.advice} >= {"all-above", "silent"}
    assert found.private
    assert found.alike is not None
    assert found.alike.other.key == known.key


async def test_a_large_bank_is_looked_through_to_its_end(tmp_path: Path) -> None:
    """It is read in parts, and the last question of the last one is found as well."""
    number = suggestions.AT_ONCE + 1
    async with Study.open(tmp_path / "large.db", questions=bank(number)) as study:
        last = bank(number).questions[-1]
        found = await suggestions.remarks(study.database, study.group, EXAM, replace(last, key="proposed"))
        assert found.alike is not None
        assert found.alike.other.key == last.key


async def test_what_became_of_a_question_is_counted(study: Study) -> None:
    """How often the group was asked it, and its first answers in closed rounds alone."""
    await approve(study, await suggest(study, ANA), TOVA)
    async with study.database.write() as tx:
        await tx.run("UPDATE questions SET state = 'retired' WHERE question_id <= 3")
    await study.until(study.now + timedelta(hours=4))
    (round_,) = await study.rounds()
    await study.press(round_["round_id"], BEN, round_["key_position"])
    ((_, fate),) = await suggestions.mine(study.database, study.group, ANA)
    assert fate is not None
    assert (fate.asked, fate.answers) == (1, 0)
    await study.until(study.now + timedelta(hours=12))
    ((_, fate),) = await suggestions.mine(study.database, study.group, ANA)
    assert fate is not None
    assert (fate.asked, fate.answers, fate.right, fate.state, fate.voided) == (1, 1, 1, "live", False)
    assert await suggestions.mine(study.database, study.group, ADMIN) == []
