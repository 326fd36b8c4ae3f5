"""Settings, dates, feedback and files: as last confirmed; what nobody confirmed is there whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.faults.evidence import Evidence, Row, unsaid
from tests.faults.record import Act

_CHANGED = "settings are changed"
_COLUMNS = {
    "at": "daily_minute",
    "questions": "per_day",
    "zone": "zone",
    "feedback": "feedback",
    "tutor_role": "tutor_role_id",
}


def settings(evidence: Evidence) -> Iterator[str]:
    """The group is as /setup last said."""
    (group,) = evidence.rows("SELECT * FROM groups")
    wanted: dict[str, set[Any]] = {}
    for act in evidence.record.of("setup"):
        for option, value in act.facts.items():
            column = _COLUMNS[option]
            word = str(_minute(value) if option == "at" else value)
            told = act.said(_CHANGED) is not None
            wanted[column] = {word} if told else {*wanted.get(column, {str(group[column])}), word}
    for column, values in wanted.items():
        if str(group[column]) not in values:
            yield f"the setting {column} is {group[column]}, not {sorted(values)}"


def _minute(wall: str) -> int:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


def members(evidence: Evidence) -> Iterator[str]:
    """Zones, boards, pings, pauses and offers are as each member last said."""
    people = {evidence.record.name(str(row["user_id"])): row for row in evidence.rows("SELECT * FROM members")}
    lines = (
        ("zone", "Your zone is now", lambda row, facts: row["zone"] == facts["zone"]),
        ("opt", "the boards", lambda row, facts: bool(row["on_board"]) == facts["on"]),
        ("ping", "I will write you once", lambda row, facts: _there(evidence, "streak_pings", row) == facts["on"]),
        ("reviewer", "Thank you", lambda row, facts: _there(evidence, "reviewers", row) == facts["on"]),
        ("pause", "is paused", lambda row, facts: _paused(evidence, row, facts["until"])),
        ("units", "A webinar", lambda row, _: _number(evidence, "units", row) == 1),
    )
    gone = evidence.deleted()
    for kind, words, holds in lines:
        for who, (act, unsure) in evidence.last(kind, words).items():
            if who in gone or unsure:
                continue
            row = people.get(who)
            if row is None or not holds(row, act.facts):
                yield f"{who} was told “{words}”, and {kind} is not so: {act.facts}"


def _number(evidence: Evidence, table: str, row: Row) -> int:
    (found,) = evidence.rows(f"SELECT COUNT(*) AS n FROM {table} WHERE member_id = {row['member_id']}")
    return int(found["n"])


def _there(evidence: Evidence, table: str, row: Row) -> bool:
    return _number(evidence, table, row) > 0


def _paused(evidence: Evidence, row: Row, until: str) -> bool:
    found = evidence.rows(f"SELECT last_day FROM pauses WHERE member_id = {row['member_id']}")
    return [one["last_day"] for one in found] == [until]


def exams(evidence: Evidence) -> Iterator[str]:
    """One date each, the last one; what was due before it came once, and reached its member alone."""
    rows = evidence.rows("SELECT e.*, m.user_id FROM exams e JOIN members m ON m.member_id = e.member_id")
    kept: dict[str, list[str]] = {}
    for row in rows:
        kept.setdefault(evidence.record.name(str(row["user_id"])), []).append(row["day"])
    for who, (act, unsure) in evidence.last("exam", "CPC").items():
        if who not in evidence.deleted() and not unsure and kept.get(who) != [act.facts["day"]]:
            yield f"{who}'s exam is on {act.facts['day']}, and {kept.get(who)} is kept"
    sent = Counter(
        (row["subject_id"], row["key"]) for row in evidence.rows("SELECT * FROM deliveries WHERE kind = 'exam'")
    )
    for (exam, key), times in sent.items():
        if times > 1:
            yield f"the message {key} of exam {exam} is there {times} times"


def feedback(evidence: Evidence) -> Iterator[str]:
    """A question, feedback and a mark that were confirmed are there once, and posted once."""
    lines = (
        ("ask", "is being posted", "title", "SELECT title AS text, state FROM asks"),
        ("give", "is being posted", "text", "SELECT right_why AS text, state FROM reviews"),
    )
    gone = evidence.deleted()
    for kind, words, fact, sql in lines:
        rows = Counter(row["text"] for row in evidence.rows(sql))
        for act in evidence.record.of(kind):
            text, told = act.facts[fact], act.said(words) is not None
            posts = [one for one in evidence.posts if text in one.text and one.user is None and one.has("fb-")]
            if rows[text] > 1 or (told and not rows[text] and act.who not in gone):
                yield f"“{text}” was confirmed to {act.who} and is kept {rows[text]} times"
            if len(posts) != rows[text]:
                yield f"“{text}” is posted {len(posts)} times and kept {rows[text]} times"
    marks = len(evidence.rows("SELECT * FROM marks WHERE kind = 'helpful'"))
    asked = [one for one in evidence.record.of("mark") if one.said("The card says now")]
    if marks < len({one.who for one in asked}):
        yield f"{len(asked)} marks were confirmed, and {marks} are kept"
    for act in evidence.record.of("resolve"):
        kept = [
            row["text"] for row in evidence.rows("SELECT text FROM reflections") if act.facts["word"] in row["text"]
        ]
        if len(kept) > 1 or (act.said("Resolved.") is not None and len(kept) != 1):
            yield f"what {act.who} takes away is kept {len(kept)} times"


def doubts(evidence: Evidence) -> Iterator[str]:
    """What was reported and decided is kept, and whoever reported hears of it once."""
    kept = Counter(row["reason"] for row in evidence.rows("SELECT reason FROM flags"))
    settled = evidence.rows("SELECT * FROM challenges WHERE state = 'settled'")
    for act in evidence.record.of("flag"):
        times = sum(number for reason, number in kept.items() if act.facts["word"] in reason)
        if times > 1 or (act.said("your tutors will see it") and not times and not _heard(evidence, act)):
            yield f"{act.who}'s report is kept {times} times"
    done = [one for one in evidence.record.of("decide") if one.said("Boards and estimates follow")]
    if len(settled) < len(done):
        yield f"{len(done)} decisions were confirmed, and {len(settled)} are kept"
    for act in done:
        decision = "void" if act.facts["what"] == "Void" else "key"
        if not any(one["decision"] == decision for one in settled):
            yield f"{act.who} decided {decision}, and that is not kept"
    evidence_number, made_for = (
        next((row["value"] for row in evidence.rows(f"SELECT value FROM meta WHERE key = '{key}'")), "0")
        for key in ("evidence", "summaries_made_for")
    )
    if evidence_number != made_for:
        yield f"the summaries were made for {made_for} and the evidence is {evidence_number}"
    told: Counter[tuple[str, str]] = Counter()
    for post in evidence.posts:
        if post.user is not None and re.search(
            "News of a question that you|Its key was corrected|was withdrawn", post.text
        ):
            told[post.user, post.text] += 1
    for (user, text), times in told.items():
        if times > 1:
            yield f"{evidence.record.name(user)} was told {times} times: {text[:80]}"


def _heard(evidence: Evidence, act: Act) -> bool:
    """A report whose author is gone, or that is settled, need not be kept."""
    return act.who in evidence.deleted() or bool(evidence.rows("SELECT 1 FROM challenges WHERE state = 'settled'"))


def files(evidence: Evidence) -> Iterator[str]:
    """An import that was confirmed is done, all of it; one that was undone is undone, all of it."""
    acts = list(evidence.record.of("import"))
    words = {"applied": "is imported into", "undone": "is undone"}
    wanted: set[str] = {"preview", "none"}
    for act in acts:
        state = act.facts["what"]
        if act.said(words[state]) is not None or act.said("imported already") is not None:
            wanted = {state}
        elif unsaid(act):
            wanted |= {state}
    rows = evidence.rows("SELECT * FROM imports WHERE state <> 'preview'")
    found = {row["state"] for row in rows} or {"none"}
    if acts and not found <= wanted:
        yield f"the import is {sorted(found)}, not {sorted(wanted)}"
    live = len(
        evidence.rows(
            """SELECT 1 FROM questions q JOIN banks b ON b.bank_id = q.bank_id
               WHERE b.group_id IS NOT NULL AND b.title = 'Bones of the week' AND q.state = 'live'"""
        )
    )
    if live != (3 if found == {"applied"} else 0):
        yield f"{live} questions of the import are live, and it is {sorted(found)}"


CHECKS = (settings, members, exams, feedback, doubts, files)
