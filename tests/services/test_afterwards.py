"""After a session as verbs: who is asked what, what tutors learn, and what the daily question makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.afterwards import FEWEST
from bot.domain.blueprint import Section
from bot.domain.instants import from_ms
from bot.domain.refusals import UnknownTopic
from bot.domain.refusals_attendance import NoSessionYet, NotOverYet, NotThere, TooManyWishes
from bot.domain.refusals_sessions import NoSuchSession, SessionCancelled
from bot.domain.sessions import Session
from bot.domain.wishes import KEPT_MS, MOST
from bot.services import afterwards, attendance, attendance_records, daily, groups, sessions, wishes
from bot.services.afterwards import Notes
from bot.storage import banks
from tests.services.review import TUTOR, WISHES, post
from tests.services.study import EXAM, GUILD, Study
from tests.services.study import WISHES as GROUP

ANA, BEN, CARA, DORA = 11, 12, 13, 14
STARTS = WISHES.starts_at


def _min(number: float) -> datetime:
    """So many minutes after the start."""
    return STARTS + timedelta(minutes=number)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db", size=60) as made:
        yield made


async def _held(study: Study, *there: int, topics: tuple[str, ...] = ("Surgery", "Anatomy")) -> Session:
    """A session that these were at, ten minutes after its end."""
    session = await post(study, topics=topics)
    for user in there:
        await attendance.check_in(study.database, session.session_id, user, GUILD, _min(0))
    await study.until(_min(100))
    return session


async def _says(study: Study, session: Session, user: int, *answers: bool | None) -> None:
    for number, answer in enumerate(answers):
        await afterwards.answer(study.database, session.session_id, user, number, answer, study.now)


async def test_those_who_were_there_are_asked_once(study: Study) -> None:
    """A message each to who was there and to the tutor, and one post; none when slept through for days."""
    session = await _held(study, ANA, BEN)
    for kind, number in (("poll", 2), ("roster", 1), ("afterwards", 1)):
        assert len(study.posted(kind)) == number, kind
    assert {one.delivery.due_at for one in study.posted("poll")} == {session.ends_at + 600_000}
    await study.until(_min(400))
    assert len(study.posted("poll")) == 2
    nobody = await post(study, starts_at=_min(500))
    await study.sleep_until(_min(500 + 5 * 24 * 60))
    assert [one.delivery.subject_id for one in study.posted("roster")] == [session.session_id]
    assert nobody.session_id != session.session_id


async def test_the_poll_is_answered_topic_by_topic(study: Study) -> None:
    """By who was there alone, after the end; an answer can be changed or taken back, and is kept once."""
    session = await _held(study, ANA)
    number = session.session_id
    for topic in (0, 1):
        found = await afterwards.question(study.database, number, ANA, topic, study.now)
        assert found is not None
        assert (found.topic, found.number, found.of) == (("Surgery", "Anatomy")[topic], topic, 2)
    assert await afterwards.question(study.database, number, ANA, 2, study.now) is None
    for user in (BEN, TUTOR):
        with pytest.raises(NotThere):
            await afterwards.question(study.database, number, user, 0, study.now)
    with pytest.raises(NotOverYet):
        await afterwards.question(study.database, number, ANA, 0, _min(89))
    with pytest.raises(NoSuchSession):
        await afterwards.question(study.database, 99, ANA, 0, study.now)
    await _says(study, session, ANA, True, False)
    await _says(study, session, ANA, False, None)
    rows = await study.sql("SELECT topic, clearer FROM poll_answers")
    assert [tuple(row) for row in rows] == [("surgery", 0)]
    assert await afterwards.answer(study.database, number, ANA, 7, True, study.now) is None
    assert len(await study.sql("SELECT * FROM poll_answers")) == 1


async def test_whoever_the_tutor_adds_is_there(study: Study) -> None:
    """By the tutor's word somebody unseen may answer, and somebody who was not there may not."""
    session = await _held(study, ANA)
    for user, minutes in ((ANA, "0"), (BEN, "30")):
        await attendance_records.correct(study.database, study.group, session.session_id, user, minutes, study.now)
    assert await afterwards.question(study.database, session.session_id, BEN, 0, study.now) is not None
    with pytest.raises(NotThere):
        await afterwards.question(study.database, session.session_id, ANA, 0, study.now)


async def test_tutors_learn_numbers_of_three_and_more(study: Study) -> None:
    """With two answers nothing; with four those of the first three, and that one more waits."""
    session = await _held(study, ANA, BEN, CARA, DORA)
    for user in (ANA, BEN):
        await _says(study, session, user, True)
    assert await afterwards.tallies(study.database, session) == [("Surgery", None), ("Anatomy", None)]
    for user in (CARA, DORA):
        await _says(study, session, user, False)
    ((_, surgery), (_, anatomy)) = await afterwards.tallies(study.database, session)
    assert surgery is not None
    assert (surgery.clearer, surgery.not_yet, surgery.waiting) == (2, 1, 1)
    assert anatomy is None
    assert FEWEST == 3


async def test_a_session_without_topics_is_asked_about_as_a_whole(study: Study) -> None:
    """One question, and one figure."""
    session = await _held(study, ANA, BEN, CARA, topics=())
    for user in (ANA, BEN, CARA):
        await _says(study, session, user, True)
    ((topic, figures),) = await afterwards.tallies(study.database, session)
    assert topic is None
    assert figures is not None
    assert figures.clearer == 3


async def test_the_latest_session_is_meant_unless_one_is_named(study: Study) -> None:
    """None yet is said; in its window it is the one to come; afterwards the one that was held; no other group's."""
    with pytest.raises(NoSessionYet):
        await afterwards.chosen(study.database, study.group, None, study.now)
    session = await post(study)
    with pytest.raises(NoSessionYet):
        await afterwards.chosen(study.database, study.group, None, _min(-16))
    for minute in (-10, 10, 300):
        found = await afterwards.chosen(study.database, study.group, None, _min(minute))
        assert found.session_id == session.session_id
    assert [one.session_id for one in await afterwards.held(study.database, study.group, _min(1))] == [1]
    other = (await groups.set_up(study.database, 88, GROUP, 1, study.now)).group
    with pytest.raises(NoSuchSession):
        await afterwards.chosen(study.database, other, session.session_id, study.now)


async def test_where_the_notes_stand_is_kept(study: Study) -> None:
    """The newest place, so that they can be changed there."""
    session = await post(study)
    assert await afterwards.notes(study.database, session.session_id) is None
    for message in (1, 2):
        await afterwards.keep_notes(study.database, session.session_id, Notes(770, message), study.now)
    assert await afterwards.notes(study.database, session.session_id) == Notes(770, 2)


async def _share(study: Study, topic: str, *, member: int | None = None) -> float:
    """How often a topic comes in three hundred choices of the daily question at this instant."""
    rng, found = Random(5), Counter[str]()
    async with study.database.read() as tx:
        picks = await banks.picks(tx, study.group.group_id, EXAM.banks)
        topics = {pick.question_id: pick.topic for pick in picks}
        for _ in range(300):
            chosen = await daily.choose(
                tx,
                picks,
                group=study.group,
                blueprint=EXAM,
                member=member,
                repeat_days=60,
                now_ms=study.now_ms,
                rng=rng,
            )
            assert chosen is not None
            found[topics[chosen]] += 1
    return found[topic] / 300


async def test_what_was_taught_is_asked_more_for_five_days(study: Study) -> None:
    """A fifth of the exam becomes three sevenths of the daily choice; practice is as ever, and so is the sixth day."""
    await post(study, topics=("Surgery",))
    await study.until(_min(80))
    assert 0.14 < await _share(study, "surgery") < 0.26
    await study.until(_min(100))
    assert 0.36 < await _share(study, "surgery") < 0.50
    assert 0.14 < await _share(study, "surgery", member=1) < 0.26
    study.now = _min(91) + timedelta(days=5)
    assert 0.14 < await _share(study, "surgery") < 0.26


async def test_a_cancelled_session_taught_nothing(study: Study) -> None:
    """It raises no topic, grants no wish, and asks nobody."""
    session = await post(study, topics=("Surgery",))
    await wishes.wish(study.database, study.group, ANA, EXAM, "Surgery", study.now)
    await sessions.cancel(study.database, study.group, session.session_id, TUTOR, study.now)
    await study.until(_min(200))
    assert 0.14 < await _share(study, "surgery") < 0.26
    assert await wishes.wanted(study.database, study.group, EXAM, study.now) == [("Surgery", 1)]
    with pytest.raises(SessionCancelled):
        await afterwards.question(study.database, session.session_id, ANA, 0, study.now)


# Wishes


async def test_wishes_are_counted_once_a_member_and_end(study: Study) -> None:
    """Twice by one is one; taken back, held, or sixty days old they are gone; one made during the session stays."""
    for user in (ANA, ANA, BEN):
        found = await wishes.wish(study.database, study.group, user, EXAM, "surgery", study.now)
    assert (found.topic, found.wishes, found.new) == ("Surgery", 2, True)
    await wishes.wish(study.database, study.group, ANA, EXAM, "Guidelines", study.now)
    assert await wishes.wanted(study.database, study.group, EXAM, study.now) == [("Surgery", 2), ("Guidelines", 1)]
    await wishes.take_back(study.database, study.group, ANA, "guidelines")
    await wishes.take_back(study.database, study.group, CARA, "guidelines")
    await post(study, topics=("Surgery",))
    await wishes.wish(study.database, study.group, BEN, EXAM, "Surgery", _min(10))
    await study.until(_min(100))
    assert await wishes.wanted(study.database, study.group, EXAM, study.now) == [("Surgery", 1)]
    late = from_ms(study.now_ms + KEPT_MS)
    assert await wishes.wanted(study.database, study.group, EXAM, late) == []


async def test_a_wish_is_for_a_topic_of_the_exam_and_ten_are_the_most(study: Study) -> None:
    """Another topic is refused; an eleventh wish is, too, and an old one can be renewed all the same."""
    topics = tuple(f"Topic {n}" for n in range(MOST + 1))
    exam = replace(EXAM, sections=(Section("All", 1.0, topics),))
    with pytest.raises(UnknownTopic):
        await wishes.wish(study.database, study.group, ANA, exam, "Astronomy", study.now)
    for topic in topics[:MOST]:
        assert (await wishes.wish(study.database, study.group, ANA, exam, topic, study.now)).new
    with pytest.raises(TooManyWishes):
        await wishes.wish(study.database, study.group, ANA, exam, topics[MOST], study.now)
    assert not (await wishes.wish(study.database, study.group, ANA, exam, topics[0], study.now)).new
