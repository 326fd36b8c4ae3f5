"""What people do beside answering: reminders, sessions, feedback, files, settings, and leaving."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sandbox import world_actions
from sandbox.month_people import buttons_of
from tests.faults.record import Json, Outcome, text_of
from tests.faults.scene import CHANNEL
from tests.faults.week_people import People

GENERAL = "1201"
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
TUTORS = ("Tova", "Adam")
BANK = """---
bank: bones
title: Bones of the week
licence: CC0-1.0
rights: our own
exam: cpc
---

# Modifiers

"""
QUESTION = """## {n}. Which bone is meant by number {n}? {{#b{n}}}
- [x] The left one of {n}
- [ ] The right one of {n}
- [ ] None that anybody knows of {n}
> Because it is bone {n}.

"""


class Acts:
    """What each part of a day brings besides. A day's number is 1 for the day of the first question."""

    def __init__(self, people: People, rng: Random) -> None:
        self.people = people
        self.rng = rng
        self._left: set[str] = set()
        self._deleted: set[str] = set()
        self._imported: Outcome | None = None

    def here(self, name: str) -> bool:
        """Whether somebody still takes part."""
        return name not in self._left | self._deleted

    # The parts of a day

    async def first_evening(self) -> None:
        await self._set_up(questions=2, tutor_role="1101")
        for name, zone in (("Ana", BERLIN), ("Ben", BERLIN), ("Mia", BERLIN), ("Nora", BERLIN), ("Pia", NEW_YORK)):
            await self._zone(name, zone)
        await self._remind("Ana", "every day 12:15", BERLIN, at=time(12, 15))
        await self._remind("Nora", "every day 12:15", BERLIN, at=time(12, 15))
        await self._remind("Ben", "every day 13:00", BERLIN, at=time(13), here=True)
        await self._remind("Ana", "tomorrow at 15:30", BERLIN, once="2026-03-03T15:30")
        await self._remind("Mia", "every day 08:30", BERLIN, at=time(8, 30))
        await self._exam("Mia", date(2026, 3, 10))
        for name in ("Sven", "Nora", "Omar", "Ana"):
            await self.people.command(name, "feedback review", {"switch": "on"}, kind="reviewer", on=True)
        await self.people.command("Ben", "streak ping", {"switch": "on"}, kind="ping", on=True)
        await self._session("2026-03-04 16:00", datetime(2026, 3, 4, 16, tzinfo=UTC), seats=2)
        await self.people.until(self.people.now + timedelta(minutes=1))

    async def morning(self, day: int) -> None:
        command = self.people.command
        for name in self._some(2):
            await command(name, self.rng.choice(("readiness", "streak show", "exam status")), kind="look")
        for name in self._some(1):
            board = self.rng.choice(("points", "consistent", "improved", "league", "helpers"))
            await command(name, "leaderboard", {"board": board}, kind="board")
        if day == 1:
            await self._rsvp("Ana", "Going")
            await self._rsvp("Ben", "Going")
            await self._rsvp("Mia", "Going")
            await self._rsvp("Sven", "Maybe")
        if day == 3:
            await self._set_up(at="9:30")
            await command("Ana", "progress", kind="look")

    async def practice(self, name: str) -> None:
        """A practice round, answered, and the next one."""
        opened = await self.people.command(name, "quiz practice", kind="practice")
        for _ in range(2):
            if opened.message is None:
                return
            letters = [one for one in buttons_of(opened.message["components"]) if one["custom_id"].startswith("a:")]
            if not letters:
                return
            _, round_id, place = self.rng.choice(letters)["custom_id"].split(":")
            said = await self.people.press(
                name, opened.message, f"a:{round_id}:{place}", kind="answer", round=int(round_id), choice=int(place)
            )
            word = self.rng.choice(("sure", "guess"))
            shown = await self.people.press(
                name, said.message, f"c:{round_id}:{word}", kind="sure", round=int(round_id), word=word
            )
            opened = await self.people.press(name, shown.message, "Another one", kind="practice")

    async def noon(self, day: int) -> None:
        people = self.people
        if day == 1:
            await self._rsvp("Ben", "Can't")
            await self._flag("Omar")
            await self._ask("Mia")
            await self._import()
        if day == 2:
            await self._done("Mia")
            await self._give("Sven")
            await self._give("Ana")
            await self._give("Nora")
            await self._move_session()
            await people.command("Ben", "privacy board", {"show": "off"}, kind="opt", on=False)
        if day == 3:
            await self._marks("Mia")
        if day % 2:
            await self._snooze("Ana")
        if day == 5:
            await self._set_up(zone=BERLIN)
        for name in self._some(1):
            await people.command(name, self.rng.choice(("session list", "reminders", "feedback mine")), kind="look")

    async def afternoon(self, day: int) -> None:
        people = self.people
        if day == 1:
            await self._too("Pia")
            await self._remind("Sven", "in 2 hours", "UTC", after=timedelta(hours=2))
            await people.command("Sven", "exam set", {"date": "2026-04-20"}, kind="exam", day="2026-04-20", hidden=True)
        if day == 2:
            await self._undo()
            await people.command("Nora", "privacy export", kind="export")
            await self._delete("Nora")
            # What a deletion takes back follows within a real minute; what is voided has it follow at once.
            await self._void("Tova", "Void", "Void it")
        if day == 3:
            await people.command("Ben", "privacy board", {"show": "on"}, kind="opt", on=True)
            await people.command("Pia", "streak pause", {"until": "2026-03-06"}, kind="pause", until="2026-03-06")
            await self._flag("Ana")
        if day == 4:
            await self._set_up(feedback="at-close")
            await self._delete_reminder("Mia")
            await self._exam("Mia", date(2026, 3, 16))
            await self._void("Tova", "Another option is right", "Correct the key")
            await self._session("2026-03-09 17:00", datetime(2026, 3, 9, 17, tzinfo=UTC), seats=3)
        if day == 5:
            await self._rsvp("Sven", "Going")
            await self._rsvp("Ana", "Going")
            await people.command(
                LATE_JOINER, "ceu add", {"title": "A webinar", "units": 1.5, "completed": "today"}, kind="units"
            )
        if day == 6:
            await self._set_up(feedback="instant")
            await self._cancel_session()

    async def evening(self, day: int) -> None:
        for name in self._some(2):
            digest = self.people.find(name, "My move")
            await self.people.press(name, digest, "My move", kind="look")
        if day == 2:
            await self.people.pause("somebody leaves")
            world_actions.act(self.people.box.world, "leave", {"user_id": self.people.record.people["Omar"]})
            self.people.record.gone["Omar"] = self.people.box.clock.now_ms
            self._left.add("Omar")
        if day == 3:
            await self._resolve("Mia")

    def _some(self, number: int) -> list[str]:
        """So many of those who are there, by the dice."""
        names = [one for one in self.people.record.people if one not in TUTORS]
        return [one for one in self.rng.sample(sorted(names), min(number, len(names))) if self.here(one)]

    # Settings

    async def _set_up(self, **options: object) -> None:
        await self.people.command("Tova", "setup", dict(options), kind="setup", facts=dict(options))

    async def _zone(self, name: str, zone: str) -> None:
        await self.people.command(name, "timezone", {"zone": zone}, kind="zone", zone=zone)

    async def _exam(self, name: str, day: date) -> None:
        await self.people.command(name, "exam set", {"date": f"{day}", "time": "9:00"}, kind="exam", day=f"{day}")

    # Reminders

    async def _remind(
        self,
        name: str,
        when: str,
        zone: str,
        *,
        at: time | None = None,
        once: str | None = None,
        after: timedelta | None = None,
        here: bool = False,
    ) -> None:
        """`at` is the daily one's wall time, `once` the wall time of a single one, `after` how long from the click."""
        word = f"together{name.lower()}" if here else self.people.secret(name)
        first = None if once is None else datetime.fromisoformat(once).replace(tzinfo=ZoneInfo(zone)).isoformat()
        facts: Json = {"word": word, "zone": zone, "here": here, "once": first}
        facts |= {"daily": None if at is None else f"{at:%H:%M}", "after": after and after.total_seconds()}
        options = {"when": when, "what": f"{word}t{{n}} to do", **({"where": "here"} if here else {})}
        await self.people.command(name, "remind", options, channel=GENERAL, kind="remind", facts=facts)

    def _fired(self, name: str) -> Json | None:
        person = self.people.record.people[name]
        dm = self.people.box.world.dm(person, "3001").id
        return next((one for one in self.people.seen(name, dm) if _has(one, "rm-snooze:")), None)

    async def _snooze(self, name: str) -> None:
        found = self._fired(name)
        if found is not None:
            fire = int(_has(found, "rm-snooze:").split(":")[1])
            await self.people.press(name, found, f"rm-snooze:{fire}:60", kind="snooze", fire=fire, minutes=60)

    async def _done(self, name: str) -> None:
        found = self._fired(name)
        if found is not None:
            fire = int(_has(found, "rm-done:").split(":")[1])
            await self.people.press(name, found, f"rm-done:{fire}", kind="done", fire=fire)

    async def _too(self, name: str) -> None:
        found = next((one for one in self.people.seen(name, GENERAL) if _has(one, "rm-too:")), None)
        await self.people.press(name, found, "rm-too:", kind="too")

    async def _delete_reminder(self, name: str) -> None:
        listed = await self.people.command(name, "reminders", kind="look")
        asked = await self.people.press(name, listed.message, "Delete all", kind="look")
        await self.people.press(name, asked.message, "Delete all of them", kind="unremind")

    # Review sessions

    async def _session(self, start: str, at: datetime, *, seats: int) -> None:
        opened = await self.people.command(
            "Tova", "session post", {"link": "https://meet.example/room", "seats": seats}, kind="form"
        )
        title = f"Review {len(list(self.people.record.of('session'))) + 1}"
        typed = {"title": title, "start": start, "length": "60 min", "notes": "Bring your book."}
        await self.people.fill("Tova", opened, typed, kind="session", title=title, at=at.isoformat(), seats=seats)
        await self.people.until(self.people.now + timedelta(seconds=10))

    async def _rsvp(self, name: str, label: str) -> None:
        found = self.people.find(name, label)
        if found is not None:
            session = int(_has(found, "rsvp:").split(":")[1])
            word = {"Going": "going", "Maybe": "maybe", "Can't": "no"}[label]
            await self.people.press(name, found, label, kind="rsvp", session=session, word=word)
            await self.people.until(self.people.now + timedelta(seconds=20))

    async def _move_session(self) -> None:
        opened = await self.people.command("Tova", "session edit", {"session": "1"}, kind="form")
        await self.people.fill(
            "Tova",
            opened,
            {"start": "2026-03-04 17:00"},
            kind="move",
            session=1,
            at=datetime(2026, 3, 4, 17, tzinfo=UTC).isoformat(),
        )

    async def _cancel_session(self) -> None:
        asked = await self.people.command("Tova", "session cancel", {"session": "2"}, kind="form")
        await self.people.press("Tova", asked.message, "Yes, cancel it", kind="cancel", session=2)

    # Feedback

    async def _ask(self, name: str) -> None:
        opened = await self.people.command(name, "feedback ask", kind="form")
        typed = {"title": f"Is it right, asks {name}?", "did": f"I chose E11.65, {name}.", "wants": "Is there more?"}
        await self.people.fill(name, opened, typed, kind="ask", title=typed["title"])
        await self.people.until(self.people.now + timedelta(minutes=1))

    async def _give(self, name: str) -> None:
        card = self.people.find(name, "Give feedback")
        opened = await self.people.press(name, card, "Give feedback", kind="form")
        private = self.people.secret(name)
        typed = {"right_why": f"It is {private}.", "change": "Add Z79.4.", "reading": "", "scores": "very good"}
        # Refused for its scores: what was typed is kept, for its writer alone.
        refused = await self.people.fill(name, opened, typed, kind="draft")
        again = await self.people.press(name, refused.message, "Go on writing", kind="form")
        text = f"It is right, thinks {name}."
        await self.people.fill(name, again, {"right_why": text, "scores": "3 3 4"}, kind="give", text=text)
        await self.people.until(self.people.now + timedelta(minutes=1))

    async def _marks(self, name: str) -> None:
        review = self.people.find(name, "Helpful")
        await self.people.press(name, review, "Helpful", kind="mark")

    async def _resolve(self, name: str) -> None:
        card = self.people.find(name, "Resolved")
        opened = await self.people.press(name, card, "Resolved", kind="form")
        word = self.people.secret(name)
        await self.people.fill(name, opened, {"text": f"I take away {word}."}, kind="resolve", word=word)

    # Doubted questions

    async def _flag(self, name: str) -> None:
        post = next((one for one in self.people.seen(name, CHANNEL) if _has(one, "f:") and _has(one, "a:")), None)
        opened = await self.people.press(name, post, "f:", kind="form")
        word = self.people.secret(name, *TUTORS)
        await self.people.fill(name, opened, {"reason": f"Two are right, {word}."}, kind="flag", word=word)

    async def _void(self, name: str, label: str, sure: str) -> None:
        card = await self.people.command(name, "question challenges", kind="look")
        would = await self.people.press(name, card.message, label, kind="look")
        if would.message is not None and label != "Void":
            would = await self._other_option(name, would.message)
        await self.people.press(name, would.message, sure, kind="decide", what=label)
        await self.people.until(self.people.now + timedelta(minutes=12))

    async def _other_option(self, name: str, message: Json) -> Outcome:
        """The first option of the menu that is not the key already."""
        menu = next(child for row in message["components"] for child in row["components"] if child["type"] == 3)
        form = {"kind": "component", "channel_id": message["channel_id"], "message_id": message["id"]}
        outcome = Outcome(None)
        for option in menu["options"]:
            wanted = {**form, "custom_id": menu["custom_id"], "values": [option["value"]]}
            outcome = await self.people.act(name, "look", wanted)
            if outcome.message is not None and _has(outcome.message, "ch-do-key:"):
                return outcome
        return outcome

    # Files

    async def _import(self) -> None:
        text = BANK + "".join(QUESTION.format(n=n) for n in range(1, 4))
        data = base64.b64encode(text.encode()).decode()
        file = {"filename": "bones.md", "content_type": "text/markdown", "data_base64": data}
        shown = await self.people.command("Tova", "bank import", {"file": file}, kind="preview")
        self._imported = await self.people.press("Tova", shown.message, "imp:", kind="import", what="applied")

    async def _undo(self) -> None:
        if self._imported is not None:
            message = self._imported.message
            await self.people.press("Tova", message, "Undo this import", kind="import", what="undone")

    # The end of it

    async def _delete(self, name: str) -> None:
        asked = await self.people.command(name, "privacy delete", kind="look")
        await self.people.press(name, asked.message, "Delete everything", kind="delete")
        self._deleted.add(name)


LATE_JOINER = "Raj"


def _has(message: Json, prefix: str) -> str:
    """The custom_id of a button that can be pressed and begins so; empty where there is none."""
    found = (str(one["custom_id"]) for one in buttons_of(message["components"]))
    return next((one for one in found if one.startswith(prefix)), "")


__all__ = ["Acts", "text_of"]
