"""Imports: previews, what they do, what undoing them puts back, and stops in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.images import Picture
from bot.domain.questions import Image, Problem, Question
from bot.domain.refusals_imports import (
    AlreadyImported,
    BankChanged,
    ImportUnderWay,
    LaterImport,
    LicenceForbids,
    NoSuchBank,
    NoSuchImport,
    NotADoubt,
    NothingToImport,
    NotImported,
    TooManyQuestions,
)
from bot.formats import csv_table
from bot.formats.imported import Imported
from bot.formats.zipped import read as read_zip
from bot.services import exports, import_choices, import_work, imports, rescore
from bot.services.imports import Preview
from bot.storage import privacy
from bot.storage.questions import kept
from tests.domain.test_imports import question, rekeyed
from tests.services.study import EXAM, Study, bank

TUTOR = 5


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "test.db", size=2) as study:
        yield study


async def _preview(
    study: Study,
    questions: Sequence[Question],
    pictures: Sequence[Picture] = (),
    problems: tuple[Problem, ...] = (),
) -> Preview:
    imported = Imported("csv", tuple(questions), problems)
    return await imports.preview(
        study.database, study.group, EXAM, imported, pictures, file="bones.csv", now=study.now, user=TUTOR
    )


async def _apply(study: Study, found: Preview) -> import_work.Done:
    study.now += timedelta(minutes=1)
    return await import_work.apply(study.database, study.group, found.import_id, study.now)


async def _undo(study: Study, found: Preview) -> import_work.Done:
    study.now += timedelta(minutes=1)
    return await import_work.undo(study.database, study.group, found.import_id, study.now)


async def _live(study: Study) -> dict[str, str]:
    """The right answers of the live questions of the group's own bank, by key."""
    rows = await study.sql(
        """SELECT q.question_id FROM questions q JOIN banks b ON b.bank_id = q.bank_id
           WHERE b.group_id IS NOT NULL AND q.state = 'live' ORDER BY q.key"""
    )
    found = {}
    async with study.database.read() as tx:
        for row in rows:
            one = await kept(tx, row["question_id"])
            assert one is not None
            found[one.question.key] = next(option.text for option in one.question.options if option.correct)
    return found


async def test_a_file_becomes_a_bank_and_a_second_one_changes_it_and_both_are_undone(study: Study) -> None:
    """New questions are asked; a corrected key, a vanished and a new one follow; undoing goes back, the last first."""
    first = await _preview(study, [question(0), question(1), question(2)])
    assert (first.new, first.bank_is_new, first.one.title, first.read.kinds) == (3, True, "bones", {"single": 3})
    done = await _apply(study, first)
    assert (done.new, done.changed, done.retired) == (3, 0, 0)
    assert set(await _live(study)) == {"q0", "q1", "q2"}
    picked = await study.sql("SELECT COUNT(*) AS n FROM item_estimates i JOIN questions q USING (question_id)")
    assert picked[0]["n"] == 5

    second = await _preview(study, [question(0), rekeyed(question(1)), question(3)])
    assert (second.new, second.changed, second.retiring, second.found.same) == (1, 1, 1, 1)
    done = await _apply(study, second)
    assert (done.new, done.changed, done.retired, done.rekeyed) == (1, 1, 1, 1)
    assert await _live(study) == {"q0": "in the femur place", "q1": "elsewhere", "q3": "in the clavicle place"}
    with pytest.raises(LaterImport):
        await _undo(study, first)

    back = await _undo(study, second)
    assert (back.new, back.changed, back.retired, back.left) == (1, 1, 1, 0)
    assert await _live(study) == {
        "q0": "in the femur place", "q1": "in the stapes place", "q2": "in the mandible place",
    }  # fmt: skip
    with pytest.raises(NotImported):
        await _undo(study, second)
    assert (await _undo(study, first)).new == 3
    assert await _live(study) == {}
    assert [one.state for one, _ in await imports.recent(study.database, study.group)] == ["undone", "undone"]

    # Nothing was deleted: the same file finds its questions again.
    again = await _preview(study, [question(0), rekeyed(question(1)), question(3)])
    assert (again.new, again.changed) == (0, 3)
    await _apply(study, again)
    assert (await _live(study))["q1"] == "elsewhere"
    assert len(await study.sql("SELECT 1 FROM questions q JOIN banks b USING (bank_id) WHERE b.group_id > 0")) == 4


async def test_a_corrected_key_judges_what_was_answered_anew_and_undoing_does_so_again(study: Study) -> None:
    """A member who chose what is right now is right; the history stays with the question."""
    await _apply(study, await _preview(study, [question(n) for n in range(4)]))
    async with study.database.write() as tx:  # only the imported ones can be asked
        await tx.run("UPDATE questions SET state = 'retired' WHERE bank_id = 1")
    await study.until(study.now + timedelta(hours=5))
    (asked,) = await study.rounds()
    await study.press(asked["round_id"], 1, (asked["key_position"] + 1) % 3)
    (row,) = await study.sql("SELECT question_id, choice FROM answers")
    content = await kept_question(study, row["question_id"])
    chosen = int(asked["option_order"][row["choice"]])
    fixed = replace(
        content, options=tuple(replace(option, correct=n == chosen) for n, option in enumerate(content.options))
    )
    found = await _preview(study, [fixed if n == int(content.key[1:]) else question(n) for n in range(4)])
    assert [one.verdict for one in found.found.findings] == ["key"]
    await _apply(study, found)
    assert await rescore.rebuild(study.database)
    assert [row["correct"] for row in await study.sql("SELECT correct FROM answers")] == [1]
    await _undo(study, found)
    assert await rescore.rebuild(study.database)
    assert [row["correct"] for row in await study.sql("SELECT correct FROM answers")] == [0]


async def kept_question(study: Study, question_id: int) -> Question:
    async with study.database.read() as tx:
        found = await kept(tx, question_id)
    assert found is not None
    return found.question


async def test_choices_are_kept_and_what_is_undecided_stays_out(study: Study) -> None:
    """A topic for those without, what vanished, and doubts: each is a row, and tampered ones are refused."""
    await _apply(study, await _preview(study, [question(0, key="q-aa"), question(1)]))
    doubtful = question(0, key="q-bb", stem=question(0).stem + " Say.", options=question(0).options[:2])
    found = await _preview(study, [doubtful, question(2, topic=""), question(3)])
    assert (found.new, found.changed, found.retiring, found.homeless, len(found.asks)) == (1, 0, 1, 1, 1)
    everything = (study.database, study.group, EXAM, found.import_id)
    found = await import_choices.topic(*everything, "surgery", study.now)
    assert (found.one.choices.topic, found.new, found.homeless) == ("Surgery", 2, 0)
    found = await import_choices.keep_gone(*everything, study.now, keep=True)
    assert found.retiring == 0
    (card,) = found.asks[0].others
    for place, chosen in ((0, 999), (1, card.question_id), (7, 0)):
        with pytest.raises(NotADoubt):
            await import_choices.decide(*everything, place, chosen, study.now)
    found = await import_choices.decide(*everything, 0, card.question_id, study.now)
    assert (found.new, found.changed, found.asks) == (2, 1, ())
    with pytest.raises(NotADoubt):
        await import_choices.decide(*everything, 0, 0, study.now)
    done = await _apply(study, found)
    assert (done.new, done.changed, done.retired) == (2, 1, 0)
    (row,) = await study.sql(
        "SELECT t.name FROM questions q JOIN topics t USING (topic_id) JOIN banks b USING (bank_id) "
        "WHERE q.key = 'q2' AND b.group_id > 0"
    )
    assert row["name"] == "Surgery"


async def test_where_a_file_has_errors_nothing_is_retired_unasked(study: Study) -> None:
    """A question whose line is broken is not in the file; it stays until the tutor says otherwise."""
    await _apply(study, await _preview(study, [question(0), question(1)]))
    found = await _preview(study, [question(0)], problems=(Problem("bones.csv", 2, "error", "broken"),))
    assert (found.retiring, found.one.choices.keep_gone) == (0, True)
    with pytest.raises(NothingToImport):
        await _apply(study, found)


async def test_a_preview_is_imported_once_and_only_as_it_was_shown(study: Study) -> None:
    """Pressed twice at once, after somebody else's import, cancelled, or a day later; by another group never."""
    one = await _preview(study, [question(0)])
    other = await _preview(study, [question(0), question(1)])
    results = await asyncio.gather(_apply(study, one), _apply(study, one), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) in (
        ["AlreadyImported", "Done"],
        ["Done", "ImportUnderWay"],
    )
    with pytest.raises(AlreadyImported):
        await imports.look(study.database, study.group, EXAM, one.import_id, study.now)
    with pytest.raises(BankChanged):
        await _apply(study, other)
    renewed = await imports.again(study.database, study.group, EXAM, other.import_id, study.now)
    assert (renewed.new, renewed.found.same, renewed.bank_is_new) == (1, 1, False)
    stranger = replace(study.group, group_id=99)
    with pytest.raises(NoSuchImport):
        await import_work.apply(study.database, stranger, other.import_id, study.now)
    with pytest.raises(NoSuchImport):
        await import_work.undo(study.database, stranger, one.import_id, study.now)
    await imports.cancel(study.database, study.group, other.import_id, study.now)
    with pytest.raises(NoSuchImport):
        await _apply(study, other)
    late = await _preview(study, [question(2)])
    study.now += timedelta(days=1)
    with pytest.raises(NoSuchImport):
        await _apply(study, late)
    for _ in range(imports.MOST_PREVIEWS + 2):
        await _preview(study, [question(2)])
    left = await study.sql("SELECT COUNT(*) AS n FROM imports WHERE state = 'preview'")
    assert left[0]["n"] == imports.MOST_PREVIEWS


async def test_a_stop_in_the_middle_goes_on_at_the_next_start(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an import and of its undoing; meanwhile nobody else begins on that bank."""
    monkeypatch.setattr(import_work, "CHUNK", 2)
    found = await _preview(study, [question(n) for n in range(7)])

    class Stop(Exception):
        pass

    def stop(done: int, _: int) -> None:
        if done >= 4:
            raise Stop

    with pytest.raises(Stop):
        await import_work.apply(study.database, study.group, found.import_id, study.now, stop)
    assert len(await _live(study)) == 4
    second = await _preview(study, [question(8)])
    with pytest.raises(ImportUnderWay):
        await _apply(study, second)
    with pytest.raises(ImportUnderWay):
        await _undo(study, found)
    (done,) = await import_work.resume(study.database, study.now)
    assert (done.new, len(await _live(study))) == (7, 7)
    with pytest.raises(Stop):
        await import_work.undo(study.database, study.group, found.import_id, study.now, stop)
    await import_work.resume(study.database, study.now)
    assert await _live(study) == {}
    assert await import_work.resume(study.database, study.now) == []


async def test_what_was_changed_since_stays_when_an_import_is_undone(study: Study) -> None:
    """A tutor's later correction is not overwritten, and a voided question does not come back."""
    await _apply(study, await _preview(study, [question(0), question(1)]))
    found = await _preview(study, [question(0, explanation="Because."), question(2)])
    await _apply(study, found)
    rows = await study.sql("SELECT question_id, key FROM questions WHERE bank_id = 2")
    ids = {row["key"]: row["question_id"] for row in rows}
    async with study.database.write() as tx:
        await tx.run("UPDATE questions SET revision = 3 WHERE question_id = :id", {"id": ids["q0"]})
        await tx.run("UPDATE questions SET voided_at = 1 WHERE question_id = :id", {"id": ids["q1"]})
    back = await _undo(study, found)
    assert (back.new, back.changed, back.retired, back.left) == (1, 0, 0, 2)


async def test_a_group_has_room_for_so_many_questions(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be more is refused, and nothing was imported."""
    monkeypatch.setattr("bot.domain.imports.MAX_OWN", 2)
    with pytest.raises(TooManyQuestions):
        await _apply(study, await _preview(study, [question(n) for n in range(3)]))
    assert await study.sql("SELECT 1 FROM banks WHERE group_id IS NOT NULL") == []


async def test_who_imported_is_forgotten_with_them_and_the_import_stays(study: Study) -> None:
    """The row that names the tutor goes with the member."""
    await _apply(study, await _preview(study, [question(0)]))
    ((_, user),) = await imports.recent(study.database, study.group)
    assert user == TUTOR
    async with study.database.write() as tx:
        await privacy.delete(tx, study.group.group_id, TUTOR)
    ((one, user),) = await imports.recent(study.database, study.group)
    assert (user, one.new) == (None, 1)


async def test_a_bank_goes_out_and_comes_in_again_the_same(study: Study) -> None:
    """Own banks in each format; pictures come along; the operator's only where its licence is free."""
    picture = Picture("leg.png", b"\x89PNG not looked at here", "image/png", 2, 2)
    shown = question(1, image=Image("leg.png", "A leg"))
    await _apply(study, await _preview(study, [question(0), shown], pictures=(picture,)))
    file = await exports.export(study.database, study.group, EXAM, None, "csv")
    assert (file.name, file.questions, file.lost) == ("bones.zip", 2, ())
    inner = read_zip(file.data, "bones.zip")
    assert [one.key for one in inner.questions] == ["q0", "q1"]
    assert dict(inner.files) == {"leg.png": picture.data}
    again = await imports.preview(
        study.database, study.group, EXAM, inner, [picture], file="x.zip", bank="Bones", now=study.now
    )
    assert (again.new, again.changed, again.found.same, again.retiring) == (0, 0, 2, 0)
    gift = await exports.export(study.database, study.group, EXAM, "BONES", "gift")
    assert (gift.questions, [one.reason for one in gift.left_out]) == (1, ["GIFT holds no pictures"])
    for wanted in exports.FORMATS:
        assert (await exports.export(study.database, study.group, EXAM, "cpc-test", wanted)).questions >= 1
    assert csv_table.read(exports.template(), "t.csv").questions
    with pytest.raises(NoSuchBank):
        await exports.export(study.database, study.group, EXAM, "no such", "csv")
    async with study.database.write() as tx:
        await tx.run("UPDATE banks SET licence = 'All rights reserved' WHERE bank_id = 1")
    with pytest.raises(LicenceForbids):
        await exports.export(study.database, study.group, EXAM, "Test bank", "csv")


def test_free_licences_are_known_by_their_names() -> None:
    """Only those that allow handing a copy on."""
    free = ("CC0-1.0", "CC-BY-4.0", "cc-by-sa-4.0", "CC-BY-NC-ND-4.0", "MIT", "Apache-2.0", "ODbL-1.0")
    bound = ("", "unknown", "All rights reserved", "proprietary", "CC-BY-4.0 for members only", "own use", "GPL")
    shelf = exports.Shelf(1, "s", "T", "", "", "cpc", False, 1)
    assert [one for one in free if not replace(shelf, licence=one).free] == []
    assert [one for one in bound if replace(shelf, licence=one).free] == []
    assert bank().licence in free


async def test_an_unknown_topic_gets_one_of_the_exam_and_the_next_import_remembers(study: Study) -> None:
    """By its number; what stays is said, too; the same file is then as before, and another choice changes it."""
    file = [question(0, topic="Bones"), question(1, topic="bones"), question(2, topic="Odd"), question(3)]
    found = await _preview(study, file)
    everything = (study.database, study.group, EXAM, found.import_id)
    assert found.unknown == ("Bones", "Odd")
    with pytest.raises(NotADoubt):
        await import_choices.give_topic(*everything, 2, "surgery", study.now)
    with pytest.raises(NotADoubt):
        await import_choices.give_topic(*everything, 0, "no such", study.now)
    await import_choices.give_topic(*everything, 0, "surgery", study.now)
    found = await import_choices.give_topic(*everything, 1, "", study.now)
    assert found.topics == {"Surgery": 2, "Odd": 1, "Anatomy": 1}
    assert {one.topic for one in found.samples} <= set(found.topics)
    await _apply(study, found)
    topics = """SELECT t.name, COUNT(*) AS n FROM questions q JOIN topics t USING (topic_id)
                JOIN banks b USING (bank_id) WHERE b.group_id > 0 GROUP BY t.name"""
    assert {row["name"]: row["n"] for row in await study.sql(topics)} == found.topics

    again = await _preview(study, file)
    assert (again.good, again.found.same, again.topics) == (0, 4, found.topics)
    other = await import_choices.give_topic(study.database, study.group, EXAM, again.import_id, 0, "Anatomy", study.now)
    assert (other.changed, other.found.same) == (2, 2)
    await _apply(study, other)
    assert {row["name"]: row["n"] for row in await study.sql(topics)} == {"Anatomy": 3, "Odd": 1}
