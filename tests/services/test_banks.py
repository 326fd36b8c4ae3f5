"""Loading banks: what changed becomes a new revision, what vanished is retired, nothing is deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.estimates import item_prior
from bot.domain.images import Picture
from bot.domain.questions import Case, Image, Kind, Option
from bot.services import banks
from bot.services.banks import Loaded
from bot.storage import banks as kept_banks
from bot.storage import questions
from bot.storage.database import Database
from tests.services.study import EXAM, bank, question

TABLES = ("banks", "topics", "questions", "revisions", "item_estimates")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "study.db")
    yield opened
    await opened.close()


async def _rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.read() as tx:
        return {table: [tuple(row) for row in await tx.all(f"SELECT * FROM {table}")] for table in TABLES}


async def _changes(database: Database) -> int:
    async with database.write() as tx:
        row = await tx.one("SELECT total_changes() AS n")
    assert row is not None
    return int(row["n"])


async def test_a_first_load_keeps_every_question(database: Database) -> None:
    """All questions are new and live, each with one revision and its difficulty's prior."""
    assert await banks.load(database, [bank(12)]) == {"cpc-test": Loaded(12, 0, 0, 0)}
    kept = await _rows(database)
    assert len(kept["questions"]) == len(kept["revisions"]) == len(kept["item_estimates"]) == 12
    priors = [item_prior(one.difficulty) for one in bank(12).questions]
    assert [(mean, variance) for _, mean, variance in kept["item_estimates"]] == [
        (prior.mean, prior.variance) for prior in priors
    ]


async def test_the_same_bank_again_changes_no_row(database: Database) -> None:
    """Each start of the bot loads all banks: without a change every row stays as it is."""
    await banks.load(database, [bank(12)])
    before = await _rows(database)
    assert await banks.load(database, [bank(12)]) == {"cpc-test": Loaded(0, 0, 0, 12)}
    assert await _rows(database) == before


CHANGES = [
    {"stem": "What is another rule?"},
    {"options": tuple(reversed(question(3).options))},
    {"explanation": "Because of something else."},
    {"source": "Guidelines II"},
    {"topic": "Surgery & more"},
    {"difficulty": 1},
    {"code_year": 2027},
    {"shuffle": False},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
async def test_each_change_is_a_new_revision(database: Database, change: dict[str, object]) -> None:
    """Whatever changes in a question, the old revision stays readable and the estimate is not begun anew."""
    await banks.load(database, [bank(5)])
    async with database.write() as tx:
        await tx.run("UPDATE item_estimates SET mean = 1.5, variance = 0.1 WHERE question_id = 4")
    before = await _rows(database)
    questions = [replace(one, **change) if one.key == "q3" else one for one in bank(5).questions]  # type: ignore[arg-type]
    changed = bank(questions=tuple(questions))
    assert await banks.load(database, [changed]) == {"cpc-test": Loaded(0, 1, 0, 4)}
    after = await _rows(database)
    assert set(before["revisions"]) < set(after["revisions"])
    assert len(after["revisions"]) == 6
    assert after["item_estimates"] == before["item_estimates"]
    assert await banks.load(database, [changed]) == {"cpc-test": Loaded(0, 0, 0, 5)}


async def test_a_vanished_question_is_retired_and_can_come_back(database: Database) -> None:
    """Retired questions are kept, counted once, not offered, and live again when they return."""
    await banks.load(database, [bank(4)])
    assert await banks.load(database, [bank(3)]) == {"cpc-test": Loaded(0, 0, 1, 3)}
    assert await banks.load(database, [bank(3)]) == {"cpc-test": Loaded(0, 0, 0, 3)}
    assert await banks.summary(database) == [("cpc-test", "Test bank", "cpc", 3, 1)]
    assert sum(topic.questions for topic in await banks.topics(database, EXAM)) == 3
    assert await banks.load(database, [bank(4)]) == {"cpc-test": Loaded(0, 1, 0, 3)}
    assert await banks.summary(database) == [("cpc-test", "Test bank", "cpc", 4, 0)]


async def test_one_bank_leaves_the_others_alone(database: Database) -> None:
    """Equal keys in two banks are two questions; loading one retires nothing of the other."""
    other = bank(3, slug="other", title="Other")
    await banks.load(database, [bank(3), other])
    await banks.load(database, [bank(1)])
    assert [(slug, live, retired) for slug, _, _, live, retired in await banks.summary(database)] == [
        ("cpc-test", 1, 2),
        ("other", 3, 0),
    ]


async def test_a_load_that_fails_keeps_nothing(database: Database) -> None:
    """Banks are loaded together: one that cannot be kept leaves the others as they were."""
    await banks.load(database, [bank(2)])
    before = await _rows(database)
    broken = replace(question(1), code_year="soon")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="TEXT"):
        await banks.load(database, [bank(9), bank(slug="broken", questions=(broken,))])
    assert await _rows(database) == before


async def test_topics_differ_by_their_slug_alone(database: Database) -> None:
    """Two spellings of a topic are one topic of the exam."""
    spellings = (question(0, topic="Anatomy & Terminology"), question(1, topic="anatomy and terminology"))
    await banks.load(database, [bank(questions=spellings)])
    assert len((await _rows(database))["topics"]) == 1


EVERY_KIND = (
    question(0, tags=("a", "b"), code_year=2026, shuffle=False),
    question(1, kind=Kind.TRUEFALSE, options=question(1).options[:2]),
    question(
        2,
        kind=Kind.MULTI,
        scoring="partial",
        options=(Option("One", True, "", 50.0), Option("Two", True, "", 50.0), Option("Three", False, "no", -25.0)),
    ),
    question(3, kind=Kind.SHORT, options=(), answers=("appendectomy", "removal of the appendix")),
    question(4, kind=Kind.FLASHCARD, options=(), answers=("The heart.",)),
    question(5, case=Case("c", "A patient of 40.", Image("scan.png", "A scan")), image=Image("a.png", "A picture")),
    question(6, case=Case("c", "A patient of 40.", Image("scan.png", "A scan"))),
)
PICTURES = [Picture(name, name.encode(), "image/png", 8, 6) for name in ("a.png", "scan.png")]


async def test_every_kind_is_kept_whole(database: Database) -> None:
    """Questions of all kinds come back as they went in, a case of several once, and loading again changes nothing."""
    made = bank(questions=EVERY_KIND)
    for done in (Loaded(7, 0, 0, 0), Loaded(0, 0, 0, 7)):
        assert await banks.load(database, [made], {made.slug: PICTURES}) == {"cpc-test": done}
    async with database.read() as tx:
        kept = await questions.of_bank(tx, 1)
        assert [one.question for one in kept] == list(EVERY_KIND)
        assert await questions.whole(tx, 6) == EVERY_KIND[5]
        assert await questions.pictures_of_bank(tx, 1) == PICTURES
        for name, sha in kept[5].pictures.items():
            found = await questions.picture(tx, sha)
            assert found is not None
            assert found.data == name.encode()
        assert len(await tx.all("SELECT * FROM cases")) == 1
        assert await questions.whole(tx, 99) is None


async def test_a_correction_made_in_chat_stays_until_the_file_changes(database: Database) -> None:
    """What a tutor revised or retired survives each start; where the file itself changes, it wins and is named."""
    await banks.load(database, [bank(4)])
    async with database.write() as tx:
        corrected = question(1, explanation="Corrected.")
        assert not await questions.revise(tx, 2, 2, corrected)
        await questions.retire(tx, [3])
    assert await banks.load(database, [bank(4)]) == {"cpc-test": Loaded(0, 0, 0, 4)}
    async with database.read() as tx:
        assert await questions.whole(tx, 2) == corrected
        assert [one.state for one in await questions.of_bank(tx, 1)] == ["live", "live", "retired", "live"]
    changed = bank(questions=(question(0), *(question(n, source="New") for n in (1, 2, 3))))
    assert await banks.load(database, [changed]) == {"cpc-test": Loaded(0, 3, 0, 1, 0, ("q1",))}
    async with database.read() as tx:
        assert [one.question for one in await questions.of_bank(tx, 1)] == list(changed.questions)
        assert {one.state for one in await questions.of_bank(tx, 1)} == {"live"}


async def test_a_groups_own_bank_is_its_own(database: Database) -> None:
    """Other groups are asked nothing of it, no file can take its slug, and what a group hides is hidden from it."""
    async with database.write() as tx:
        for group in (1, 2):
            await tx.run(
                """INSERT INTO groups (group_id, guild_id, channel_id, zone, daily_minute, weekdays, per_day,
                       open_minutes, feedback, exam, set_up_by, created_at)
                   VALUES (:id, 7, :id, 'UTC', 0, 1, 1, 60, 'instant', 'cpc', 1, 1)""",
                {"id": group},
            )
        more = {"title": "Ours", "licence": "", "rights": "", "exam": "cpc"}
        own = await kept_banks.put(tx, slug="ours", group_id=1, **more)
        assert own is not None
        assert await kept_banks.put(tx, slug="ours", group_id=2, **more) is None
        topics = await questions.topic_ids(tx, "cpc", ["Anatomy"])
        for one in (question(0), question(1, kind=Kind.FLASHCARD, options=(), answers=("Back",))):
            await questions.insert(tx, own, topics["anatomy"], one)
    with pytest.raises(banks.SlugTaken):
        await banks.load(database, [bank(2, slug="ours")])
    await banks.load(database, [bank(2)])
    async with database.write() as tx:
        assert await questions.exclude(tx, 2, 4, 5)
        found = {
            (group, owner): [one.question_id for one in await kept_banks.picks(tx, group, ["cpc"], owner)]
            for group in (1, 2)
            for owner in (None, 1)
        }
        # A flashcard is for practice alone.
        assert found == {(1, None): [1, 3, 4], (1, 1): [1, 2, 3, 4], (2, None): [3], (2, 1): [3]}
        assert await questions.include(tx, 2, 4)
        assert len(await kept_banks.picks(tx, 2, ["cpc"])) == 2
    live = {group: sum(one.questions for one in await banks.topics(database, EXAM, group)) for group in (1, 2)}
    assert live == {1: 4, 2: 2}
