"""Who may do what: every command and every press, as data. `tests/walks/test_permissions.py` tries each of them.

A new command or press gets its line here; a test fails until it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Who(Enum):
    """Who may. Administrators may what tutors may; whoever left, or comes from another server, is nobody's member."""

    ANYBODY = "what it concerns is the presser's own, or no secret: nothing of anybody else's can be named"
    MEMBERS = "whoever presses it in the thing's own server"
    OWNER = "the one whose it is"
    OTHERS = "members but for the one whose it is"
    TUTORS = "the tutors of the thing's own group, in its server"
    TUTORS_HERE = "tutors: it concerns the group of the place"
    ADMINS = "who may manage the server"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to press: `values` as they follow the name, with {things} by name (see `furnished.py`).

    `owner` is whose the thing is, several with blanks; `dm` whether those who may, may in direct messages, too (there
    nobody is known as a tutor but whose a session is). `fields` and `chosen` are what a form or a menu sends with it.
    `handed_back` marks forms that keep what was typed for whoever typed it, also where it is refused. `unripe` says why
    even those who may are refused in the furnished groups.
    """

    values: str
    who: Who
    owner: str = "ana"
    dm: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] | None = None
    handed_back: bool = False
    unripe: str = ""


A, M, OWN, X, T = Who.ANYBODY, Who.MEMBERS, Who.OWNER, Who.OTHERS, Who.TUTORS
HERE = Who.TUTORS_HERE
ADMINS = Who.ADMINS
TEXT = {"text": "Some words."}
REVIEW = {"right_why": "It is right.", "change": "Nothing.", "scores": "3 3 3"}
QUESTION = {
    "topic": "anatomy",
    "stem": "Which bone is the shin bone?",
    "options": "*The tibia\nThe fibula\nThe femur",
    "explanation": "Tibia is its Latin name.",
    "source": "An atlas",
}
RUBRIC = {"scores": "Why, Where, What", "first": "Why it is right", "second": "Where to read", "third": "What is left"}
SESSION = {"title": "Modifiers", "start": "2026-03-20 18:00", "length": "60 min"}

PRESSES: Mapping[str, tuple[Rule, ...]] = {
    # Questions of the day and of practice
    "a": (Rule("{round}:0", M), Rule("{practice}:0", OWN, dm=True)),
    "c": (Rule("{practice}:sure", OWN, dm=True, unripe="nothing waits for it"),),
    "d": (Rule("t1", A, dm=True),),
    "f": (Rule("{round}", A, dm=True),),  # only a form opens
    "flag": (Rule("{round}", M, fields={"reason": "It is doubtful."}),),
    "n": (Rule("-", A, dm=True),),
    "p": (Rule("{closed}", M),),
    "r": (Rule("{closed}", M),),
    "w": (Rule("{closed}:misread", M),),
    "sheet": (Rule("{multi}:multi", OWN, dm=True), Rule("{short}:short", OWN, dm=True)),
    "pick": (Rule("{multi}", OWN, dm=True, chosen=("0", "1")),),
    "lock": (Rule("{multi}:3", OWN, dm=True),),
    "typed": (Rule("{short}", OWN, dm=True, fields={"answer": "clavicle"}),),
    "back": (Rule("{card}", OWN, dm=True),),
    "knew": (Rule("{card}:0", OWN, dm=True),),
    # Boards, streaks, units
    "l": (Rule("{group}:points:w20260302:0", M),),
    "lo": (Rule("{group}:points:w20260302", M),),
    "lr": (Rule("points", A, dm=True),),
    "m": (Rule("{group}:20260303", M),),
    "sp": (Rule("{member}:n1", OWN, dm=True),),
    "ceu": (Rule("{member}:n1", OWN, dm=True),),
    # Reminders
    "rm-all": (Rule("", A, dm=True),),
    "rm-all-yes": (Rule("", A, dm=True),),
    "rm-cancel": (Rule("{doubtful}", OWN, dm=True),),
    "rm-change": (Rule("{reminder}", OWN, dm=True),),
    "rm-changed": (Rule("{reminder}", OWN, dm=True, fields={"when": "tomorrow 15:00", "what": "Else"}),),
    "rm-choice": (Rule("{doubtful}:0", OWN, dm=True),),
    "rm-clock": (Rule("{doubtful}", OWN, dm=True),),
    "rm-delete": (Rule("{reminder}:0", OWN, dm=True),),
    "rm-dm": (Rule("{doubtful}", OWN, dm=True, unripe="it waits for something else"),),
    "rm-here": (Rule("{reminder}", OWN, unripe="its direct messages are open"),),
    "rm-keep": (Rule("{group}:wall", A, dm=True),),  # the presser's own of that group
    "rm-list": (Rule("0", A, dm=True),),
    "rm-pause": (Rule("{reminder}:0", OWN, dm=True),),
    "rm-pick": (Rule("0", OWN, dm=True, chosen=("{reminder}",)),),
    "rm-resume": (Rule("{reminder}:0", OWN, dm=True),),
    "rm-at": (Rule("{fire}:1772900000000", OWN, dm=True),),
    "rm-done": (Rule("{fire}", OWN, dm=True),),
    "rm-other": (Rule("{fire}", OWN, dm=True),),
    "rm-othered": (Rule("{fire}", OWN, dm=True, fields={"when": "in 3 hours"}),),
    "rm-snooze": (Rule("{fire}:10", OWN, dm=True),),
    "rm-tomorrow": (Rule("{fire}", OWN, dm=True),),
    "rm-too": (Rule("{fire}", X),),
    # Exams
    "exb": (Rule("on", A),),
    "exc": (Rule("{exam}", OWN, dm=True),),
    "exd": (Rule("0:20260401:-:-:-:-", A), Rule("{exam}:20260401:-:-:-:-", OWN, dm=True)),
    "exl": (Rule("{exam}", X, unripe="it is over"),),
    "ext": (Rule("{exam}", OWN, dm=True),),
    "extm": (Rule("{exam}", OWN, dm=True, fields={"day": "2026-05-04", "time": "9:00"}),),
    "exp": (Rule("s:{exam}:-", OWN, dm=True),),
    "exh": (Rule("{exam}:on", OWN, dm=True, unripe="it was not passed"),),
    "exo": (Rule("{exam}:passed:s", OWN, dm=True),),
    "exr": (Rule("{exam}", OWN, dm=True),),
    "exrm": (Rule("{exam}", OWN, dm=True, fields={"s0": "60"}),),
    "exu": (Rule("0", A), Rule("{exam}", OWN, dm=True)),
    "exv": (Rule("{exam}", OWN, dm=True),),
    "exw": (Rule("{exam}", OWN, dm=True, unripe="it was not passed"),),
    "exz": (Rule("{exam}", OWN, dm=True),),
    # Sessions
    "session-cancel": (Rule("{session}:one", T),),
    "session-drop": (Rule("{session}:one", T),),
    "session-edit": (Rule("{session}:one", T),),
    "session-manage": (Rule("{session}", T),),
    "session-stop": (Rule("{session}", T),),
    "session-change": (Rule("{session_draft}", OWN, owner="cora"),),
    "session-form": (Rule("{session_draft}", OWN, owner="cora", fields=SESSION),),
    "session-when": (Rule("{session_draft}:0", OWN, owner="cora"),),
    "rsvp": (Rule("{session}:going", M),),
    "rsvp-leads": (Rule("{session}", M, chosen=("60",), unripe="only of who comes"),),
    "session-file": (Rule("{held}:n1", OWN, owner="ana ben cora dan", dm=True),),
    "session-ics": (Rule("{session}", M),),
    "here": (Rule("{held}:in", M, unripe="it is over"),),
    "record": (Rule("csv", A, unripe="nothing is confirmed"),),
    "roster": (Rule("{held}", T, dm=True),),
    "roster-again": (Rule("{held}", T, dm=True),),
    "roster-minutes": (Rule("{held}:2001", T, dm=True, fields={"minutes": "10"}),),
    "roster-ok": (Rule("{held}", T, dm=True),),
    "roster-pick": (Rule("{held}", T, dm=True, chosen=("2001",)),),
    "notes": (Rule("{held}", T, dm=True, fields={"notes": "What we did.", "link": ""}),),
    "notes-again": (Rule("{session_draft}", OWN, owner="cora", unripe="it is no notes' draft"),),
    "notes-ask": (Rule("{held}", T, dm=True),),
    "poll": (Rule("{held}:0:clearer", OWN, owner="ana ben", dm=True),),
    "poll-open": (Rule("{held}", OWN, owner="ana ben", dm=True),),
    "wish-back": (Rule("modifiers", A),),
    # Feedback
    "fb-add": (Rule("{ask}:p1", OWN, dm=True),),
    "fb-again": (Rule("{ask}", OWN, unripe="nothing is missing of it"),),
    "fb-done": (Rule("{ask}:p1", OWN, dm=True),),
    "fb-mine": (Rule("0", A),),
    "fb-reopen": (Rule("{resolved}", OWN, dm=True),),
    "fb-show": (Rule("{ask}:r0", OWN, dm=True),),
    "fbm-add": (Rule("{ask}:0:1", OWN, dm=True, fields=TEXT, handed_back=True),),
    "fbm-ask": (Rule("group:0:0:1", A, fields={"title": "A title", "topic": "-", "did": "This.", "wants": "That?"}),),
    "fbm-done": (Rule("{ask}", OWN, dm=True, fields=TEXT),),
    "fbm-rubric": (Rule("", ADMINS, fields=RUBRIC),),
    "fb-away": (Rule("{draft}", OWN, dm=True),),
    "fb-on": (Rule("{draft}", OWN, dm=True),),
    "fb-post": (Rule("{draft}", OWN, dm=True),),
    "fb-answer": (Rule("{review}:p1", OWN, owner="ben", dm=True),),
    "fb-give": (Rule("{ask}:p1", X, dm=True),),
    "fb-ok": (Rule("{review}:p1", OWN, dm=True),),
    "fb-unclear": (Rule("{review}:p1", OWN, dm=True),),
    "fbm-answer": (Rule("{review}:0:1", OWN, owner="ben", dm=True, fields=TEXT),),
    "fbm-review": (Rule("{ask}:0", X, dm=True, fields=REVIEW, handed_back=True),),
    "fbm-unclear": (Rule("{review}:0:1", OWN, dm=True, fields=TEXT),),
    "rf-delete": (Rule("{reflection}:0", OWN),),
    "rf-page": (Rule("0", A),),
    "iv-no": (Rule("{invitation}", OWN, owner="ben", dm=True),),
    "iv-show": (Rule("{private}", OWN, owner="ben", dm=True),),
    "iv-yes": (Rule("{invitation}", OWN, owner="ben", dm=True),),
    "rv-on": (Rule("", A, dm=True),),
    "bd-no": (Rule("{buddy}", OWN, owner="ana ben", dm=True),),
    "bd-yes": (Rule("{buddy}", OWN, owner="ana ben", dm=True),),
    # Tutors' judgements on it
    "tr": (Rule("review:{review}", M, dm=True),),
    "tr-correct": (Rule("{review}", T),),
    "tr-endorse": (Rule("{review}", T),),
    "tr-lock": (Rule("{ask}", T),),
    "tr-remove": (Rule("review:{review}", T),),
    "tr-unendorse": (Rule("{review}", T, unripe="it is not endorsed"),),
    "tr-unlock": (Rule("{ask}", T, unripe="it is not locked"),),
    "trm-correct": (Rule("{review}", T, fields=TEXT),),
    "trm-lock": (Rule("{ask}", T, fields=TEXT),),
    "trm-remove": (Rule("review:{review}", T, fields=TEXT),),
    "tr-promote": (Rule("{review}", T, unripe="its writer is asked already"),),
    "trm-promote": (Rule("{review}:{question}", T, fields=TEXT, unripe="its writer is asked already"),),
    "cr-named": (Rule("{review}", OWN, owner="ben", dm=True),),
    "cr-no": (Rule("{review}", OWN, owner="ben", dm=True),),
    "cr-none": (Rule("{review}", OWN, owner="ben", dm=True),),
    "cr-other": (Rule("{review}", OWN, owner="ben", dm=True),),
    "cr-show": (Rule("{review}", OWN, owner="ben", dm=True),),
    "crm-other": (Rule("{review}", OWN, owner="ben", dm=True, fields=TEXT),),
    "tq-decide": (Rule("removed:{report}", T),),
    "tq-keep": (Rule("{report}", T),),
    "tq-page": (Rule("0", HERE),),
    "tq-watch": (Rule("1", HERE),),
    "tr-report": (Rule("ask:{ask}", X, dm=True),),
    "trm-decide": (Rule("removed:{report}", T, fields=TEXT),),
    "trm-report": (Rule("ask:{ask}", X, dm=True, fields=TEXT),),
    # Doubted questions
    "ch-back": (Rule("{question}", T, unripe="it was not taken out"),),
    "ch-card": (Rule("{challenge}:0", T),),
    "ch-chosen": (Rule("{challenge}:0", T, chosen=("1",)),),
    "ch-do-key": (Rule("{challenge}:1:{wrong}", T),),
    "ch-do-out": (Rule("{challenge}:1:retire", T),),
    "ch-edit": (Rule("{challenge}:0", T),),
    "ch-key": (Rule("{challenge}:0", T),),
    "ch-out": (Rule("0", HERE),),
    "ch-page": (Rule("0", HERE),),
    "ch-retire": (Rule("{challenge}:0", T),),
    "ch-right": (Rule("{challenge}:0", T),),
    "ch-void": (Rule("{challenge}:0", T),),
    "ch-why": (Rule("{challenge}:1:1", T),),
    "chm-edit": (
        Rule("{challenge}:1", T, handed_back=True, fields={"stem": "Which one is it?", "explanation": "Because."}),
    ),
    "chm-right": (Rule("{challenge}", T, fields=TEXT),),
    "chm-why": (Rule("{challenge}:1:1", T, fields=TEXT, handed_back=True),),
    # Banks
    "imp": (Rule("{import}", T),),
    "impb": (Rule("{import}", T),),
    "impd": (Rule("{import}:0:0", T, unripe="nothing is doubtful"),),
    "impk": (Rule("{import}:keep", T),),
    "impl": (Rule("", T, chosen=("{imported}",)),),
    "impm": (Rule("{import}:0:0", T, chosen=("Anatomy",)),),
    "impn": (Rule("{import}:0", T),),
    "impo": (Rule("{import}:0", T),),
    "impq": (Rule("{import}", T),),
    "impt": (Rule("{import}:0", T, chosen=("Anatomy",)),),
    "impu": (Rule("{imported}", T),),
    "impx": (Rule("{import}", T),),
    "bq": (Rule("{question}", T),),
    "bq-doubt": (Rule("{question}", T),),
    "bq-next": (Rule("{question}", T),),
    "bq-out": (Rule("{question}", T),),
    "bq-right": (Rule("{question}:2026", T, unripe="it waits for no code year"),),
    "bs": (Rule("topics:0", HERE),),
    "bs-all": (Rule("1:2026", T, unripe="nothing waits for a code year"),),
    "bs-sure": (Rule("1:2026", HERE),),
    "bs-tab": (Rule("old", HERE),),
    # Proposed questions
    "qs-again": (Rule("{suggestion}", OWN, dm=True),),
    "qs-away": (Rule("{suggestion}", OWN, dm=True),),
    "qs-change": (Rule("{suggestion}", OWN, dm=True),),
    "qs-dm": (Rule("{suggestion}:1", OWN, dm=True),),
    "qs-mine": (Rule("0", A),),
    "qs-named": (Rule("{suggestion}", OWN, dm=True),),
    "qs-nobody": (Rule("{suggestion}", OWN, dm=True),),
    "qs-other": (Rule("{suggestion}", OWN, dm=True),),
    "qs-show": (Rule("{suggestion}", OWN, dm=True),),
    "qsm-form": (Rule("{group}:0", M, fields=QUESTION), Rule("{group}:{suggestion}", M, fields=QUESTION)),
    "qsm-other": (Rule("{suggestion}", OWN, dm=True, fields=TEXT),),
    "qs-edit": (Rule("{suggestion}:1", T),),
    "qs-no": (Rule("{suggestion}:1", T),),
    "qs-page": (Rule("0", HERE),),
    "qs-watch": (Rule("1", HERE),),
    "qs-yes": (Rule("{suggestion}:1", T),),
    "qsm-edit": (Rule("{suggestion}:1", T, fields=QUESTION),),
    "qsm-no": (Rule("{suggestion}:1", T, fields=TEXT),),
    # One's own account
    "del": (Rule("", A),),
}


@dataclass(frozen=True, slots=True)
class Command:
    """Who may run a command, with the options of an ordinary run; `dm` whether it is offered in direct messages."""

    who: Who
    options: Mapping[str, object] = field(default_factory=dict)
    dm: bool = False


COMMANDS: Mapping[str, Command] = {
    "setup": Command(ADMINS),
    "quiz practice": Command(A),
    "progress": Command(A),
    "readiness": Command(A),
    "group overview": Command(HERE),
    "leaderboard": Command(A),
    "season set": Command(HERE, {"name": "Spring", "from": "1 March", "to": "30 April"}),
    "streak show": Command(A),
    "streak pause": Command(A),
    "streak resume": Command(A),
    "streak ping": Command(A, {"switch": "on"}),
    "timezone": Command(A, dm=True),
    "ceu add": Command(A, {"title": "A webinar", "units": 1}),
    "ceu status": Command(A),
    "ceu remove": Command(A, {"entry": "1"}),
    "ceu cycle": Command(A, {"ends": "20 March"}),
    "remind": Command(A, {"when": "in 2 hours", "what": "tea"}, dm=True),
    "reminders": Command(A, dm=True),
    "exam set": Command(A, {"date": "2026-05-04"}),
    "exam status": Command(A),
    "exam clear": Command(A),
    "exam board": Command(A),
    "session post": Command(HERE, {"link": "https://meet.example/room"}),
    "session edit": Command(HERE, {"session": "2"}),
    "session cancel": Command(HERE, {"session": "2"}),
    "session list": Command(A),
    "session calendar": Command(A),
    "session confirm": Command(HERE),
    "session notes": Command(HERE),
    "session wish": Command(A, {"topic": "Modifiers"}),
    "session wishes": Command(HERE),
    "attendance show": Command(A),
    "attendance check": Command(HERE, {"code": "ABCD-EFGH"}),
    "feedback ask": Command(A),
    "feedback mine": Command(A),
    "feedback inbox": Command(A),
    "feedback review": Command(A, {"switch": "on"}),
    "feedback queue": Command(HERE),
    "feedback promote": Command(HERE, {"feedback": "1", "question": "hand"}),
    "feedback teachback": Command(HERE, {"switch": "off"}),
    "feedback channel": Command(ADMINS),
    "feedback rubric": Command(ADMINS),
    "reflections": Command(A),
    "buddy find": Command(A),
    "buddy status": Command(A),
    "buddy end": Command(A),
    "bank status": Command(HERE),
    "bank import": Command(HERE, {"file": "a file"}),
    "bank imports": Command(HERE),
    "bank export": Command(HERE),
    "bank template": Command(A),
    "question suggest": Command(A),
    "question mine": Command(A),
    "question review": Command(HERE),
    "question challenges": Command(HERE),
    "question show": Command(HERE, {"question": "hand"}),
    "question withdrawn": Command(HERE),
    "privacy export": Command(A),
    "privacy delete": Command(A),
    "privacy board": Command(A, {"show": "on"}),
    "Ask for feedback on this": Command(OWN),
}
"""By what members type; the last one is a message's context command."""
