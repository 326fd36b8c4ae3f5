"""Weak areas, odds and a group's overview, as members and tutors meet them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import aiohttp

from bot.pictures.worker import Painter
from bot.services import estimates, groups
from tests.people import Member, Message
from tests.services.month import month
from tests.walks.conftest import Begin, Study, wrong

GUILD = 1001


async def a_month(study: Study, user: int, *, answers: int, seed: int = 5, weak: Sequence[str] = ()) -> None:
    """A member's last four weeks: right seven times in ten, and one in ten in the weak topics."""
    house = study.bot.house
    group = await groups.find(house.database, GUILD)
    await month(
        house.database,
        house.desk,
        group,
        house.blueprint(group),
        user,
        until=study.server.now,
        answers=answers,
        rng=Random(seed),
        chances=dict.fromkeys(weak, 0.1),
    )


async def pictured(member: Member, command: str, name: str) -> Message:
    """A command's answer with its picture, at once or, on a busy machine, after the words."""
    for message in member.messages():
        if name in message.text:
            await member.dismisses(message)
    await member.run(command)
    return await member.sees(name)


def painter(study: Study) -> Painter:
    found = study.bot.house.painter
    assert isinstance(found, Painter)
    return found


async def test_progress_is_a_picture_with_its_words(study: Study) -> None:
    """A picture with alternative text; beneath, the states, the sections and what to practise; only they see it."""
    empty = await study.ana.run("/progress")
    assert "not answered anything yet" in empty.text
    assert empty.message is not None
    assert empty.message.attachments == []
    await a_month(study, 2001, answers=90, weak=("Anatomy",))
    message = await pictured(study.ana, "/progress", "progress.png")
    assert message.ephemeral
    (file,) = message.attachments
    assert file["filename"] == "progress.png"
    assert "Anatomy: below the target" in file["description"]
    assert len(file["description"]) <= 1024
    async with aiohttp.ClientSession() as session, session.get(file["url"]) as response:
        assert (await response.read()).startswith(b"\x89PNG")
    assert "Practise next: Anatomy and " in message.text
    assert "▼ below the target: Anatomy" in message.text
    assert "Medical Concepts (35 % of the exam) ·" in message.text
    assert "Pass mark 70 %" in message.text
    ben = await study.ben.run("/progress")
    assert "not answered anything yet" in ben.text
    await study.ben.sees_not("Anatomy")


async def test_one_answer_is_not_enough_for_a_verdict(study: Study) -> None:
    """After a single right answer no topic is called weak or fine, and no odds are said."""
    question = await study.question()
    await study.ana.press(await study.key(question), on=question)
    reply = await study.ana.run("/progress")
    assert "◇ not enough answers yet" in reply.text
    assert "▼" not in reply.text
    assert "▲" not in reply.text
    odds = await study.ana.run("/readiness")
    assert "Not enough answers yet, about" in odds.text
    assert "%" not in odds.text


async def test_one_button_practises_two_topics_in_turns(study: Study) -> None:
    """The button asks about the two topics one after the other, also after a restart, and about nothing else."""
    await a_month(study, 2001, answers=90, weak=("Anatomy",))
    progress = await study.ana.run("/progress")
    named = re.search(r"Practise next: (.+) and (.+)\*\*", progress.text)
    assert named is not None
    card = await study.ana.press("Practise these two")
    asked = []
    for turn in range(5):
        assert card.message is not None
        assert card.message.ephemeral
        asked.append(card.message.embeds[0]["title"])
        if turn == 2:
            await study.restart()
        await study.ana.press(wrong(await study.key(card.message)), on=card.message)
        await study.ana.press("Guess", on=card.message)
        card = await study.ana.press("Another one", on=card.message)
    one, other = (f"Practice · {topic}" for topic in named.groups())
    assert asked in ([one, other, one, other, one], [other, one, other, one, other])


async def test_made_up_topics_ask_nothing(study: Study) -> None:
    """A forged button starts no practice, or one that finds no question."""
    reply = await study.ana.run("/progress")
    assert reply.message is not None
    for forged, sentence in (
        ("d:anatomy", "older version"),
        ("d:t", "older version"),
        ("d:t1-", "older version"),
        ("d:t1:2", "older version"),
        ("n:t1-x", "older version"),
        ("d:t999999999", "no other question"),
    ):
        refused = await study.ana.press_raw(reply.message, forged)
        assert sentence in refused.text, forged
    assert await study.rows("SELECT * FROM rounds WHERE kind = 'practice'") == []


async def test_a_picture_survives_a_killed_painter_and_a_restart(study: Study) -> None:
    """Another drawing process takes over at once, and another bot too."""
    await a_month(study, 2001, answers=40)
    await pictured(study.ana, "/progress", "progress.png")
    pid = painter(study).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await pictured(study.ana, "/progress", "progress.png")
    assert painter(study).pid not in (None, pid)
    await study.restart()
    await pictured(study.ana, "/progress", "progress.png")


async def test_without_a_painter_the_same_is_said_in_words(study: Study) -> None:
    """Broken for good, it is the text version that comes, with a sentence; each topic has its numbers and state."""
    await a_month(study, 2001, answers=60, weak=("Anatomy",))
    await painter(study).close()
    reply = await study.ana.run("/progress")
    assert reply.message is not None
    assert reply.message.attachments == []
    assert "could not be drawn this time" in reply.text
    assert "**Anatomy** ·" in reply.text
    assert "▼ below the target ·" in reply.text
    assert "Practise these two" in reply.text


async def test_a_slow_picture_comes_after_its_words(study: Study) -> None:
    """While the drawing process hangs, the words come; the picture takes their place when it is there."""
    await a_month(study, 2001, answers=60, weak=("Anatomy",))
    await study.ana.dismisses(await pictured(study.ana, "/progress", "progress.png"))
    pid = painter(study).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    waiting = asyncio.create_task(study.ana.run("/progress"))
    words = await study.ana.sees("is taking its time")
    assert "**Anatomy** ·" in words.text
    assert "Practise these two" in words.text
    await waiting
    os.kill(pid, signal.SIGCONT)
    await study.ana.sees("progress.png")
    await study.ana.sees_not("is taking its time")


async def test_readiness_says_odds_with_ranges(study: Study) -> None:
    """Probability, range, one of three words, score, blueprint with date, and the section that holds back."""
    await a_month(study, 2001, answers=150, weak=("Anatomy", "Medical terminology"))
    message = (await study.ana.run("/readiness")).message
    assert message is not None
    assert message.ephemeral
    assert "Probability of passing: **" in message.text
    assert sum(f"· **{word}**" in message.text for word in ("likely", "near the line", "unlikely")) == 1
    assert "Expected score: **" in message.text
    assert "CPC (four sections), version 2026-01" in message.text
    assert "What holds you back most: **Medical Concepts**" in message.text
    card = await study.ana.press("Practise this section")
    assert "Practice ·" in card.text
    (row,) = await study.rows(
        "SELECT t.name FROM rounds r JOIN questions q USING (question_id) JOIN topics t USING (topic_id)"
        " ORDER BY round_id DESC LIMIT 1"
    )
    concepts = ("Medical terminology", "Anatomy", "ICD-10-CM conventions", "ICD-10-CM guidelines")
    assert row["name"] in concepts
    ben = await study.ben.run("/readiness")
    assert "Not enough answers yet" in ben.text
    assert "Probability" not in ben.text


async def test_the_overview_is_for_tutors_and_about_nobody(study: Study) -> None:
    """Members are refused; below four members nothing is shown; then a heat map without names, and a topic."""
    refused = await study.ana.run("/group overview")
    assert "Only tutors" in refused.text
    for user in (2001, 2002, 9003):
        await a_month(study, user, answers=30, seed=user, weak=("Anatomy",))
    few = await study.tova.run("/group overview")
    assert "Fewer than four members besides you" in few.text
    assert "%" not in few.text
    # The tutor's own answers do not make a fourth member.
    await a_month(study, 2003, answers=30, seed=1)
    assert "Fewer than four" in (await study.tova.run("/group overview")).text
    for user in (9004, 9005):
        await a_month(study, user, answers=60, seed=user, weak=("Anatomy",))
    message = await pictured(study.tova, "/group overview", "overview.png")
    assert message.ephemeral
    (file,) = message.attachments
    assert file["filename"] == "overview.png"
    assert "Anatomy:" in file["description"]
    assert "Next review session:" in message.text
    for name in ("Ana", "Ben", "Tova"):
        assert f"{name} " not in message.text + file["description"]
    assert "<@" not in message.text
    await study.ana.sees_not("Next review session")
    await painter(study).close()
    words = await study.tova.run("/group overview")
    assert "could not be drawn this time" in words.text
    assert "**Anatomy** ·" in words.text
    assert (study.server.now - timedelta(days=study.server.now.weekday())).strftime("%-d %b") in words.text


async def test_progress_betrays_no_result_before_closing(begin: Begin) -> None:
    """Where results come at closing, one's own answer leaves the picture as it was, to a point or less, until then."""
    study = await begin()
    await study.set_up(feedback="at-close")
    question = await study.question()
    house = study.bot.house
    group = await groups.find(house.database, GUILD)
    blueprint = house.blueprint(group)

    async def chances() -> list[int]:
        found = await estimates.progress(house.database, group, 2001, blueprint, house.clock.now())
        return [round(line.estimate.p * 100) for line in sorted(found.topics, key=lambda line: line.slug)]

    async def moved(before: list[int]) -> int:
        return max(abs(then - now) for then, now in zip(before, await chances(), strict=True))

    before = await chances()
    await study.ana.press(wrong(await study.key(question)), on=question)
    assert await moved(before) <= 1
    await study.server.advance(timedelta(hours=13))
    assert await moved(before) >= 5
