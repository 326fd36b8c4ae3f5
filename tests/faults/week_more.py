"""What people do besides in a long week: everything that seldom happens, so that most of the program has its turn."""

from __future__ import annotations

from datetime import timedelta

from tests.faults.record import Json
from tests.faults.week_people import People

TUTOR = "Tova"
SUGGESTED = {
    "topic": "anatomy",
    "stem": "Which bone is the collar bone?",
    "options": "*The clavicle\n> Its Latin name.\nThe scapula\n> The shoulder blade.\nThe sternum\n> The breastbone.",
    "explanation": "Clavicula is its Latin name.",
    "source": "An atlas of anatomy",
}
WORDS = {"text": "Some words about it."}
Step = tuple[str, str] | tuple[str, str, Json]
"""Who, what, and what they type: a command begins with a slash, anything else with a button's custom_id."""

PLAN: dict[tuple[int, str], tuple[Step, ...]] = {
    (1, "morning"): (
        ("Ben", "/quiz practice"),
        ("Ana", "/buddy find"),
        ("Ben", "/buddy find"),
        ("Mia", "/buddy find"),
        ("Ana", "/session wish", {"topic": "Modifiers"}),
        ("Mia", "/session wish", {"topic": "Anatomy"}),
    ),
    (1, "noon"): (
        ("Ben", "/question suggest", SUGGESTED),
        ("Ben", "sg-"),
        ("Sven", "/question suggest", {**SUGGESTED, "stem": "Which bone is the collar bone, then?"}),
        (TUTOR, "/season set", {"name": "Spring", "from": "3 March", "to": "8 March"}),
    ),
    (1, "afternoon"): (
        (TUTOR, "/question review"),
        (TUTOR, "Approve"),
        (TUTOR, "/question review"),
        (TUTOR, "Decline", WORDS),
        ("Ben", "/question mine"),
        (TUTOR, "/session wishes"),
        (TUTOR, "wish-back:"),
    ),
    (2, "morning"): (
        ("Ana", "bd-yes:"),
        ("Ben", "bd-yes:"),
        ("Mia", "bd-yes:"),
        ("Ana", "/buddy status"),
        ("Ben", "/buddy status"),
    ),
    (2, "noon"): (
        ("Mia", "fb-unclear:", WORDS),
        ("Ana", "fb-answer:", WORDS),
        ("Sven", "fb-answer:", WORDS),
        ("Mia", "fb-add:", WORDS),
        ("Mia", "/feedback mine"),
        ("Ana", "/feedback inbox"),
    ),
    (2, "session"): (("Ana", "here:1:in"), ("Sven", "here:1:in"), ("Sven", "here:1:out")),
    (2, "evening"): (
        ("Ana", "poll-open:"),
        ("Ana", "poll:"),
        (TUTOR, "roster-ok:"),
        (TUTOR, "notes-ask:", {"notes": "What we did.", "link": ""}),
        ("Ana", "/attendance show"),
        ("Ana", "record:"),
    ),
    (3, "morning"): (("Ben", "/buddy end"),),
    (3, "noon"): (
        ("Ben", "tr:"),
        ("Ben", "tr-report:", WORDS),
        (TUTOR, "/feedback queue"),
        (TUTOR, "tq-keep:"),
        (TUTOR, "tr:review:"),
        (TUTOR, "tr-endorse:"),
        (TUTOR, "tr:review:"),
        (TUTOR, "tr-correct:", WORDS),
    ),
    (4, "noon"): (
        (TUTOR, "/feedback promote", {"feedback": "1", "question": "hand"}),
        ("Sven", "cr-"),
        ("Mia", "fb-reopen:"),
        ("Ana", "/exam set", {"date": "2026-05-04"}),
        ("Ana", "/exam status"),
        ("Ana", "/exam clear"),
        ("Ben", "/exam board"),
    ),
    (5, "morning"): (
        ("Ben", "/ceu cycle", {"ends": "20 March"}),
        ("Ben", "/ceu add", {"title": "A course", "units": 2}),
        ("Ben", "/ceu status"),
        ("Ben", "/ceu remove", {"entry": "1"}),
        ("Sven", "/session calendar"),
        (TUTOR, "/group overview"),
        (TUTOR, "/bank status"),
        (TUTOR, "/bank imports"),
        (TUTOR, "/bank export"),
    ),
    (5, "afternoon"): (
        (TUTOR, "/feedback teachback", {"switch": "off"}),
        (TUTOR, "/feedback teachback", {"switch": "on"}),
        (TUTOR, "/question withdrawn"),
        (TUTOR, "ch-back:"),
        ("Ana", "/privacy export"),
        ("Ben", "/streak resume"),
    ),
    (6, "noon"): (
        ("Ana", "/feedback mine"),
        ("Mia", "rf-page:"),
    ),
}


class More:
    """The plan, carried out. What is not there when its time comes is left out."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def part(self, day: int, part: str) -> None:
        """One part of a day."""
        steps = PLAN.get((day, part), ())
        for who, what, *typed in steps:
            await self._do(who, what, typed[0] if typed else {})
        if steps:
            await self._people.until(self._people.now + timedelta(minutes=1))

    async def _do(self, who: str, what: str, typed: Json) -> None:
        people = self._people
        if not what.startswith("/"):
            opened = await people.press(who, people.find(who, what), what, kind="more")
        elif "suggest" in what:
            opened = await people.command(who, what[1:], kind="more")
        else:
            opened = await people.command(who, what[1:], typed, kind="more")
        if opened.modal is not None:
            await people.fill(who, opened, typed, kind="more")
