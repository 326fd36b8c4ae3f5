"""Loading banks: what changed becomes a new revision, what vanished is retired, nothing is deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from bot.domain.estimates import item_prior
from bot.domain.questions import Case, Image, Kind
from bot.formats.markdown import write
from bot.services import banks
from bot.services.banks import Loaded
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


async def test_a_question_that_cannot_be_asked_yet_stays_out_with_a_warning(database: Database) -> None:
    """Several right answers, typed ones, cases and pictures wait outside; a true/false question is asked."""
    short = question(8, options=(), answers=("a rule",), kind=Kind.SHORT)
    others = (
        question(4, kind=Kind.TRUEFALSE, options=question(4).options[:2]),
        question(5, kind=Kind.MULTI),
        question(6, case=Case("c", "A patient.")),
        question(7, image=Image("a.png")),
        short,
    )
    made = bank(4, questions=(*bank(4).questions, *others))
    assert await banks.load(database, [made]) == {"cpc-test": Loaded(5, 0, 0, 0)}
    _, problems = banks.read_banks([(PurePath("b.md"), write(made))])
    assert [problem.level for problem in problems] == ["warning"] * 4
    assert problems[-1].message.startswith("questions of the type “short” cannot be asked yet")
    # One that became such a question is retired, as if it had vanished.
    assert await banks.load(database, [bank(4, questions=(*bank(3).questions, replace(short, key="q3")))]) == {
        "cpc-test": Loaded(0, 0, 2, 3)
    }
