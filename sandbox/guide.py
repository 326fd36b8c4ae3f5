"""The first five minutes with Studyhall, step by step. Each step notices by itself when it is done, in any window.

It looks at what appears, as people do: which command a reply answers, which buttons a message has, who is written to.
What a month's own people do counts for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.month_people import LETTERS, Knowledge, buttons_of, options_of
from sandbox.study_group import ANA_ID, BEN_ID, DAILY_QUIZ_ID, TOVA_ID

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.server import Sandbox
    from sandbox.world import Channel, Event

SHEET = {"Answer", "Report a problem"}
SURENESS = {"Sure", "Guess"}
"""The buttons below the receipt of an answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do and see, and what its button does for whoever presses it.

    `act` names what the page does: {as, channel, command?, options?} opens a command for somebody, {as, channel,
    question: true} leads to the newest question, {clock} moves the clock, {month: true} starts a month.
    """

    name: str
    title: str
    what: str
    button: str
    act: Json = field(default_factory=dict)


STEPS = (
    Step(
        "setup",
        "Set up the group",
        "You are Tova, the tutor. Send /setup in #daily-quiz: everything has a default, so the bare command will do. "
        "The answer says where and when the first question comes.",
        "Be Tova and type /setup",
        {"as": TOVA_ID, "channel": DAILY_QUIZ_ID, "command": "setup"},
    ),
    Step(
        "question",
        "Let the first question come",
        "The clock stands still until you move it. Next event goes on to the next thing that anybody can see, and says "
        "what it was.",
        "Move the clock",
        {"clock": {"to": "seen", "question": True}, "as": ANA_ID, "channel": DAILY_QUIZ_ID},
    ),
    Step(
        "answer",
        "Answer it",
        "Be Ana and press a letter, or Answer where there are none. The receipt is hers alone. Then say whether you "
        "were sure: that tells luck from knowledge, and shows the result.",
        "Be Ana, at the question",
        {"as": ANA_ID, "channel": DAILY_QUIZ_ID, "question": True},
    ),
    Step(
        "wrong",
        "Be wrong",
        "Be Ben and press a wrong letter, then Guess. He reads why the key is right and why his choice is not, and can "
        "say how the miss came about.",
        "Be Ben, at the question",
        {"as": BEN_ID, "channel": DAILY_QUIZ_ID, "question": True},
    ),
    Step(
        "weak",
        "See the weak area",
        "Still as Ben: /progress shows his topics, the weakest first, and nobody else's. After a single answer it says "
        "honestly that it cannot know yet; look again after the month below.",
        "Be Ben and type /progress",
        {"as": BEN_ID, "channel": DAILY_QUIZ_ID, "command": "progress"},
    ),
    Step(
        "feedback",
        "Ask for feedback",
        "Be Ana: /feedback ask opens a form. What you write becomes a card with a thread, and others answer along a "
        "rubric. It can be asked without a name.",
        "Be Ana and type /feedback ask",
        {"as": ANA_ID, "channel": DAILY_QUIZ_ID, "command": "feedback ask"},
    ),
    Step(
        "exam",
        "Set an exam date",
        "Still as Ana: /exam set with a date such as “in 5 weeks”. Only she sees it. The answer lists what will come "
        "until then.",
        "Be Ana and type /exam set",
        {"as": ANA_ID, "channel": DAILY_QUIZ_ID, "command": "exam set", "options": {"date": "in 5 weeks"}},
    ),
    Step(
        "ladder",
        "Watch the ladder of reminders",
        "Move the clock from one direct message to Ana to the next: 30, 14, 7 and 1 days before the exam, each with "
        "what is weak. Two of them finish this step.",
        "On to Ana's next direct message",
        {"clock": {"to": "seen", "dm": ANA_ID}, "as": ANA_ID, "dm": True},
    ),
    Step(
        "month",
        "See a month of a group",
        "Eight members with strengths and gaps answer for thirty days: real presses on the real bot, in about half a "
        "minute. Then /progress, /readiness, /leaderboard and, as Tova, /group overview have something to show.",
        "Let a month pass",
        {"month": True},
    ),
)


class Guide:
    """How far the first minutes have come in one world."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.done: dict[str, int] = {}
        self._sitters: set[str] = set()
        self._rungs = 0
        self._known: Knowledge | None = None
        box.world.listeners.append(self._heard)
        box.month.watchers.append(self._month)

    def json(self) -> Json:
        """{steps: [{name, title, what, button, act, done, hint}]}."""
        return {"steps": [self._step(one) for one in STEPS]}

    def _step(self, one: Step) -> Json:
        hint = ""
        if one.name in ("answer", "wrong") and one.name not in self.done:
            hint = self._hint(right=one.name == "answer")
        elif one.name == "ladder" and self._rungs == 1 and one.name not in self.done:
            hint = "That was the first of them."
        return {
            "name": one.name,
            "title": one.title,
            "what": one.what,
            "button": one.button,
            "act": one.act,
            "done": one.name in self.done,
            "hint": hint,
        }

    def _hint(self, *, right: bool) -> str:
        """Which letter to press, from the question files that come with the bot."""
        channel, message = self.question()
        if channel is None or message is None:
            return ""
        if self._known is None:
            self._known = Knowledge()
        options = options_of(message)
        if not _is_lettered(message):
            return "The open question is answered on a sheet of one's own: press Answer."
        place = self._known.right(options)
        if place is None or len(options) < 2:
            return ""
        other = (place + 1) % len(options)
        return f"In the open question {LETTERS[place if right else other]} is {'right' if right else 'wrong'}."

    def question(self) -> tuple[Channel | None, Json | None]:
        """The newest question that can be answered, and its channel."""
        found: tuple[Channel | None, Json | None] = (None, None)
        newest = 0
        for channel in self.box.world.channels.values():
            for one in reversed(channel.messages.values()):
                if is_question(one) and one["id"] not in channel.ephemeral:
                    if int(one["id"]) > newest:
                        newest, found = int(one["id"]), (channel, one)
                    break
        return found

    def _finish(self, name: str) -> None:
        if name not in self.done and not self.box.month.progress.running:
            self.done[name] = self.box.world.clock.now_ms
            self.tell()

    def tell(self) -> None:
        """Tell the pages how far it is."""
        self.box.live.tell_all("GUIDE", self.json())

    def _month(self) -> None:
        progress = self.box.month.progress
        if not progress.running and progress.day == progress.days:
            self._finish("month")

    def _heard(self, event: Event) -> None:
        if len(self.done) == len(STEPS) or event.channel is None:
            return
        if event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            self._appeared(event, event.channel)

    def _appeared(self, event: Event, channel: Channel) -> None:
        message = event.data
        new = event.name == "MESSAGE_CREATE"
        private = event.ephemeral_for is not None
        meta = message.get("interaction_metadata") or {}
        if not private and new and is_question(message):
            self._finish("question")
        labels = _labels(message)
        if private and labels >= SURENESS:
            self._finish("answer")
        elif private and _title(message).startswith("✘"):
            self._finish("wrong")
        if not private and new and "Add to my question" in labels:
            self._finish("feedback")
        if meta.get("name") in ("setup", "progress", "exam set") and message["embeds"]:
            self._finish({"setup": "setup", "progress": "weak", "exam set": "exam"}[meta["name"]])
            if meta["name"] == "exam set":
                self._sitters.add(meta["user"]["id"])
        dm_of_sitter = channel.guild is None and not self._sitters.isdisjoint(channel.recipients)
        moved = new and not private and not self.box.month.progress.running
        if dm_of_sitter and moved and message["author"].get("bot") and not meta:
            self._rungs += 1
            if self._rungs > 1:
                self._finish("ladder")
            else:
                self.tell()


def is_question(message: Json) -> bool:
    """Whether a message asks for an answer: for a letter, or for more on a sheet that a button opens."""
    return _is_lettered(message) or _labels(message) >= SHEET


def _is_lettered(message: Json) -> bool:
    return len(_labels(message) & set(LETTERS)) > 1


def _labels(message: Json) -> set[str]:
    return {str(one.get("label")) for one in buttons_of(message["components"])}


def _title(message: Json) -> str:
    return next((str(embed.get("title") or "") for embed in message["embeds"]), "")
