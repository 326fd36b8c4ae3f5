"""Two groups in which one of everything exists, made by pressing what members press; for walks about all of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.people import File, Member, Message, Reply
from tests.walks.conftest import DAILY, Study
from tests.walks.test_feedback import ASK, GIVEN
from tests.walks.test_sessions import posts
from tests.walks.test_suggestions import GOOD

HOME, ABROAD = "#general", "#elsewhere"
KINDS = """---
bank: kinds
title: Of every kind
licence: CC0-1.0
rights: our own
exam: cpc
---

# Several at once

## Which belong to the hand? {#hand}
- [x] The lunate
- [x] The scaphoid
- [ ] The talus
> Eight carpal bones.
@type: multi

# In words

## What is the collar bone called? {#clavicle}
= clavicle
@type: short

# Cards

## Lateral {#lateral}
= Away from the midline
@type: flashcard
"""
MORE = KINDS.replace("bank: kinds", "bank: more")
MORE = MORE.replace("hand?", "foot?").replace("collar", "shin").replace("Lateral", "Medial")
MORE = (
    MORE.replace("Of every kind", "More of them").replace("{#", "{#more-").replace("# Several at once", "# Unheard of")
)


def _file(name: str, text: str) -> File:
    return File(name, text.encode(), "text/markdown")


BANK = _file("more.md", MORE)


@dataclass
class Furnished:
    """The group with its people, and the id of one of everything, by the name that the table calls it."""

    study: Study
    people: dict[str, Member] = field(default_factory=dict)
    things: dict[str, int] = field(default_factory=dict)
    doors: dict[str, Message] = field(default_factory=dict)
    """By actor: a message of the bot's on which they can press. `ana_dm` is Ana in her direct messages."""

    async def number(self, sql: str) -> int:
        """The one number that a query finds."""
        rows = await self.study.rows(f"SELECT ({sql}) AS found")
        found = rows[0]["found"]
        assert found is not None, sql
        return int(found)


async def _people(home: Furnished) -> None:
    """Ana owns things, Ben is another member; Cora tutors, Dan did, Adam administers; Eve tutors elsewhere."""
    study, act = home.study, home.study.server.act
    coach = (await act("add_role", name="Coach", guild_id="1001"))["role_id"]
    people = {"ana": study.ana, "ben": study.ben, "tova": study.tova, "adam": await study.server.member("Adam")}
    for name in ("cora", "dan", "gus"):
        people[name] = await study.newcomer(name.capitalize())
    for name in ("cora", "dan"):
        await act("set_roles", guild_id="1001", user_id=people[name].id, roles=[coach])
    made = await act("add_person", name="Eve", join=False)
    finn = await act("add_person", name="Finn", join=False)
    eve_id, finn_id = made["user_id"], finn["user_id"]
    abroad = await act("add_guild", name="Elsewhere", owner_id=eve_id, members=[finn_id], channels=["elsewhere"])
    people["eve"], people["finn"] = await study.server.member("Eve"), await study.server.member("Finn")
    home.people = people
    home.things["abroad"] = int(abroad["guild_id"])
    await study.set_up(tutor_role=coach)
    study.tova.here = people["cora"].here = HOME
    people["eve"].here = people["finn"].here = ABROAD
    reply = await people["eve"].run("/setup", channel=ABROAD, zone="Europe/Berlin")
    assert "is set up" in reply.text, reply.text


async def _well(reply: Reply, words: str = "") -> Reply:
    assert not reply.failed, reply.error
    assert words in reply.text, reply.text
    return reply


async def _first_day(home: Furnished) -> None:
    """What is asked for on the Monday."""
    study, ana, ben, cora = home.study, home.study.ana, home.study.ben, home.people["cora"]
    for one in (ana, ben):
        await one.run("/timezone", zone="Europe/Berlin")
    await _well(await ana.run("/exam set", date="2026-03-03", time="10:00", blueprint="cpc"), "Odds")
    await _well(await ana.run("/remind", when="in 2 hours", what="Private words of a reminder", where="here"))
    await _well(await ana.run("/remind", when="every day at 12:00", what="Another reminder"))
    await _well(await ana.run("/ceu cycle", ends="20 March"))
    await _well(await ana.run("/ceu add", title="A webinar", units=1.5))
    await _well(await ana.run("/streak ping", switch="on"))
    # A tutor's file, imported
    await cora.run("/bank import", file=_file("kinds.md", KINDS))
    await cora.sees("**3** new", ephemeral=True)
    await cora.press("Import the 3 good ones")
    await cora.sees("3 new, 0 changed")
    # Sessions: one that is held on Wednesday, and a weekly one ahead
    study.tova = cora
    await _well(await posts(study, link=None, place="#Study room", topics=["Modifiers"], start="2026-03-04 10:00",
                            length="30 min"), "is posted")  # fmt: skip
    await _well(await ana.press("Going"), "You have a seat")
    await _well(await posts(study, start="2026-03-10 18:00", repeat="weekly"), "is posted")
    study.tova = home.people["tova"]
    await _well(await ana.run("/question suggest", topic="anatomy"))
    await _well(await ana.submit(**GOOD), "A tutor reads it")
    await _well(await ana.run("/session wish", topic="Modifiers"))
    for one in (ana, ben):
        await _well(await one.run("/buddy find"), "I look for")


async def _feedback(home: Furnished) -> None:
    """Ana asks three times, Ben answers; there are a report, a promotion, an invitation, a draft and a reflection."""
    ana, ben, cora, dan = (home.people[name] for name in ("ana", "ben", "cora", "dan"))
    await ana.run("/feedback ask")
    await ana.submit({**ASK, "title": "Resolved before long"})
    card = await ana.sees("Resolved before long", where=DAILY)
    await ana.press("Resolved", on=card)
    await _well(await ana.submit(text="Private words of a reflection"))
    await ana.run("/feedback ask")
    await ana.submit(**ASK)
    card = await ben.sees(ASK["title"], where=DAILY)
    await ben.press("Give feedback", on=card)
    await _well(await ben.submit(**GIVEN), "is being posted")
    review = await cora.sees(GIVEN["change"], where=ASK["title"])
    number = await home.number("SELECT MAX(review_id) FROM reviews")
    await dan.press("More", on=review)
    await dan.press("Report")
    await _well(await dan.submit(text="Private words of a report"), "in private")
    await ben.run("/feedback review", switch="on")
    await ana.run("/feedback ask")
    await _well(await ana.submit({**ASK, "did": "MRN: 12345678 was coded."}), "patient")
    await cora.run("/feedback promote", feedback=str(number), question="hand")
    await _well(await cora.submit(text="What Ben wrote."), "Its writer is asked")
    await ben.sees("would like to add your words", where="dm")


async def _later(home: Furnished) -> None:
    """Tuesday's question is answered, doubted and closed; on Wednesday there are a session and another question."""
    study, ana, ben = home.study, home.study.ana, home.study.ben
    await study.server.clock_to(study.berlin("2026-03-03 09:00"))
    question = await ana.sees("Closes", where=DAILY)
    home.things["closed"] = await home.number("SELECT MAX(round_id) FROM rounds WHERE group_id = 1")
    for one in (ana, ben, home.people["dan"]):
        await one.press("A", on=question)
    await ana.press("Report a problem", on=question)
    await _well(await ana.submit(reason="Private words of a doubt"), "what they decide")
    await study.server.clock_to(study.berlin("2026-03-03 11:00"))
    await _feedback(home)
    await study.server.clock_to(study.berlin("2026-03-04 09:55"))
    await ben.press("I'm here", where=DAILY)
    await ana.press("I'm here", where=DAILY)
    await study.server.clock_to(study.berlin("2026-03-04 11:00"))


async def _at_last(home: Furnished) -> None:
    """What is kept for a day only."""
    study, ana, ben, cora = home.study, home.study.ana, home.study.ben, home.people["cora"]
    await ana.run("/feedback ask", who="private")
    await ana.submit({**ASK, "title": "For few eyes"})
    await ben.sees("would you look at a question", where="dm")
    for topic, name in (("Several at once", "multi"), ("In words", "short"), ("Cards", "card")):
        await _well(await ana.run("/quiz practice", topic=topic))
        home.things[name] = await home.number("SELECT MAX(round_id) FROM rounds WHERE kind = 'practice'")
    await _well(await ana.run("/quiz practice", topic="Anatomy"))
    home.things["practice"] = await home.number("SELECT MAX(round_id) FROM rounds WHERE kind = 'practice'")
    await ana.run("/quiz practice", topic="In words")
    await ana.press("Answer", where=HOME)
    await _well(await ana.submit(answer="a private answer"))
    await ana.run("/exam status")
    await _well(await ana.press("Did not pass", where=HOME), "I am sorry")
    await _well(await ana.run("/remind", when="3/4 at 18:00", what="A doubtful reminder"), "mean")
    await cora.run("/bank import", file=BANK)
    await cora.sees("Unheard of", ephemeral=True)
    study.tova = cora
    await _well(await posts(study, start="3/4 at 18:00"), "mean")
    study.tova = home.people["tova"]


IDS = {
    "group": "SELECT MIN(group_id) FROM groups",
    "round": "SELECT MAX(round_id) FROM rounds WHERE group_id = 1 AND kind = 'daily'",
    "member": "SELECT m.member_id FROM members m WHERE m.user_id = 2001 AND m.group_id = 1",
    "reminder": "SELECT MIN(reminder_id) FROM reminders WHERE text = 'Another reminder'",
    "doubtful": "SELECT MIN(reminder_id) FROM reminders WHERE text = 'A doubtful reminder'",
    "fire": "SELECT MIN(fire_id) FROM fires",
    "exam": "SELECT MIN(exam_id) FROM exams",
    "held": "SELECT MIN(session_id) FROM sessions",
    "session": "SELECT MIN(session_id) FROM sessions WHERE series_id IS NOT NULL",
    "session_draft": "SELECT MAX(draft_id) FROM session_drafts",
    "ask": "SELECT MAX(ask_id) FROM asks WHERE state = 'open' AND visibility = 'group'",
    "resolved": "SELECT MIN(ask_id) FROM asks",
    "private": "SELECT MAX(ask_id) FROM asks WHERE visibility = 'private'",
    "review": "SELECT MAX(review_id) FROM reviews",
    "report": "SELECT MAX(report_id) FROM reports",
    "draft": "SELECT MAX(draft_id) FROM feedback_drafts",
    "invitation": "SELECT MAX(invitation_id) FROM invitations",
    "reflection": "SELECT MAX(reflection_id) FROM reflections",
    "buddy": "SELECT MAX(buddy_id) FROM buddies",
    "challenge": "SELECT MAX(challenge_id) FROM challenges",
    "suggestion": "SELECT MAX(suggestion_id) FROM suggestions",
    "import": "SELECT MAX(import_id) FROM imports",
    "imported": "SELECT MIN(import_id) FROM imports",
    "question": "SELECT question_id FROM questions WHERE key = 'hand'",
}  # fmt: skip


async def furnish(study: Study) -> Furnished:
    """All of it, on Wednesday 4 March at 11:00, and for each actor a message that can be pressed."""
    home = Furnished(study)
    await _people(home)
    await _first_day(home)
    await _later(home)
    await _at_last(home)
    for name, sql in IDS.items():
        home.things[name] = await home.number(sql)
    (doubted,) = await study.rows(
        """SELECT v.options FROM challenges c JOIN questions q ON q.question_id = c.question_id
           JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision"""
    )
    right = [bool(one[1]) for one in json.loads(doubted["options"])]
    home.things["wrong"] = 1 << right.index(False)
    await study.server.act("set_roles", guild_id="1001", user_id=home.people["dan"].id, roles=[])
    doors: dict[str, Any] = {name: who.here for name, who in home.people.items() if name not in ("tova", "gus")}
    for name in ("ana", "ben", "cora", "adam", "gus"):
        doors[f"{name}_dm"] = await home.people[name].opens_dm("3001")
    for name, where in doors.items():
        reply = await home.people[name.removesuffix("_dm")].run("/reminders", _in=where)
        assert reply.message is not None, (name, reply.error)
        home.doors[name] = reply.message
    await study.server.act("leave", guild_id="1001", user_id=home.people["gus"].id)
    await study.server.advance(timedelta(seconds=1))
    return home
