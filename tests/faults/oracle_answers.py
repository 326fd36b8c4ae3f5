"""Answers: each was really given, by whom it says, once; and what people were told of it is true."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.instants import from_ms
from tests.faults.evidence import Evidence, Row
from tests.faults.record import Act

LETTERS = "ABCDEFGHIJ"
REPEAT_MS = 21 * 86_400_000
_KEPT = re.compile(r"(?:Locked|already answered): \*\*([A-J])\*\*")
_SAID = ("✔ Right", "✘ Not this time", "You were sure.", "You guessed.", "Withdrawn")

ANSWERS = """SELECT a.*, m.user_id, r.kind, r.key_position, r.posted_at, r.corrected, r.owner_id, q.voided_at
    FROM answers a JOIN members m ON m.member_id = a.member_id JOIN rounds r ON r.round_id = a.round_id
    JOIN questions q ON q.question_id = a.question_id ORDER BY a.seq"""


def given(evidence: Evidence) -> Iterator[str]:
    """No confirmed answer is missing or another, and no row is there that nobody pressed."""
    rows = {(evidence.record.name(str(row["user_id"])), row["round_id"]): row for row in evidence.rows(ANSWERS)}
    pressed: defaultdict[tuple[str, int], set[tuple[int, int]]] = defaultdict(set)
    gone = evidence.deleted()
    for act in evidence.record.of("answer"):
        key = (act.who, act.facts["round"])
        for one in act.tries:
            pressed[key].add((act.facts["choice"], one.at_ms))
            kept = _KEPT.search(one.told or "")
            if kept is None or act.who in gone:
                continue
            row = rows.get(key)
            if row is None:
                yield f"{act.who}'s answer {kept[1]} to round {key[1]} was confirmed and is not kept"
            elif LETTERS[row["choice"]] != kept[1]:
                yield f"{act.who} was told {kept[1]} for round {key[1]}, and {LETTERS[row['choice']]} is kept"
    for (who, round_id), row in rows.items():
        if (row["choice"], row["answered_at"]) not in pressed[who, round_id]:
            yield f"{who} never pressed {LETTERS[row['choice']]} in round {round_id} at {row['answered_at']}"


def judged(evidence: Evidence) -> Iterator[str]:
    """Right is what the key says, each question teaches once, and a withdrawn one counts nowhere."""
    seen: dict[tuple[int, int], int] = {}
    for row in evidence.rows(ANSWERS):
        what = f"the answer of member {row['member_id']} in round {row['round_id']}"
        if row["correct"] != (row["choice"] == row["key_position"]):
            yield f"{what} is judged {bool(row['correct'])}, and the key is {LETTERS[row['key_position']]}"
        key = (row["member_id"], row["question_id"])
        last = seen.get(key)
        counts = last is None or last <= row["answered_at"] - REPEAT_MS
        seen[key] = row["answered_at"]
        voided = row["voided_at"] is not None
        if (row["counted"], row["would_count"]) != ((0, int(counts)) if voided else (int(counts), None)):
            yield f"{what} counts {row['counted']} (otherwise {row['would_count']}), and should {int(counts)}"
        if row["rated"] != (row["kind"] == "daily" and not voided):
            yield f"{what} is rated {row['rated']}"
        if (row["kind"] == "practice") != (row["owner_id"] == row["member_id"]):
            yield f"{what} was given to somebody else's practice"


def dated(evidence: Evidence) -> Iterator[str]:
    """A member's day is the date on their clock when they clicked."""
    zones = zones_of(evidence)
    for row in evidence.rows(ANSWERS):
        day = f"{zones(row['member_id'], row['answered_at']):%Y-%m-%d}" if row["kind"] == "daily" else None
        if row["own_day"] != day:
            yield f"member {row['member_id']} answered round {row['round_id']} on {day}, and {row['own_day']} is kept"


def zones_of(evidence: Evidence) -> Callable[[int, int], datetime]:
    """The time on a member's clock at an instant (ms)."""
    of_group = [(row["since"], row["zone"]) for row in evidence.rows("SELECT * FROM group_zones ORDER BY since")]
    own: defaultdict[int, list[tuple[int, str | None]]] = defaultdict(list)
    for row in evidence.rows("SELECT * FROM member_zones ORDER BY since"):
        own[row["member_id"]].append((row["since"], row["zone"]))

    def clock(member: int, at_ms: int) -> datetime:
        chosen = next((zone for since, zone in reversed(own[member]) if since <= at_ms), None)
        group = next((zone for since, zone in reversed(of_group) if since <= at_ms), of_group[0][1])
        return from_ms(at_ms).astimezone(ZoneInfo(chosen or group))

    return clock


def shortened(evidence: Evidence, clock: Callable[[int, int], datetime], member: int) -> set[date]:
    """The dates that a change of zone took hours from: they ask nothing of the member."""
    found: set[date] = set()
    for table in ("group_zones", "member_zones"):
        for row in evidence.rows(f"SELECT since FROM {table}"):
            before, after = clock(member, row["since"] - 1), clock(member, row["since"])
            if after.replace(tzinfo=None) - before.replace(tzinfo=None) > timedelta(minutes=1):
                found |= {before.date(), after.date()}
    return found


def counted(evidence: Evidence) -> Iterator[str]:
    """Each counter says how many rows there are."""
    answers = evidence.rows(ANSWERS)
    answered = Counter(row["round_id"] for row in answers)
    for row in evidence.rows("SELECT round_id, answered FROM rounds"):
        if row["answered"] != answered[row["round_id"]]:
            yield f"round {row['round_id']} says {row['answered']} answers, and has {answered[row['round_id']]}"
    learnt = Counter(row["member_id"] for row in answers if row["counted"])
    tallies = {row["member_id"]: row["counted"] for row in evidence.rows("SELECT * FROM tallies")}
    for member in tallies.keys() | learnt.keys():
        if tallies.get(member, 0) != learnt[member]:
            yield f"the tally of member {member} is {tallies.get(member, 0)}, not {learnt[member]}"


def sureness(evidence: Evidence) -> Iterator[str]:
    """The first confirmed word about an answer stays, and the result that came with it is true."""
    rows = {(evidence.record.name(str(row["user_id"])), row["round_id"]): row for row in evidence.rows(ANSWERS)}
    words: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for act in evidence.record.of("sure"):
        words[act.who, act.facts["round"]].append(act.facts["word"])
    gone = evidence.deleted()
    for act in evidence.record.of("sure", "result"):
        key = (act.who, act.facts["round"])
        row = rows.get(key)
        if act.who in gone:
            continue
        told = act.told or ""
        said = act.kind == "sure" and any(one in told for one in _SAID)
        if said and (row is None or row["confidence"] not in words[key]):
            yield f"{act.who} was sure or guessed in round {key[1]}, and that is not kept"
        if row is not None:
            yield from _true(evidence, act, row, told)
    for key, row in rows.items():
        if row["confidence"] is not None and row["confidence"] not in words[key]:
            yield f"{key[0]} never said {row['confidence']} of round {key[1]}"
        if (row["sure_seq"] is not None) != (row["confidence"] == "guess"):
            yield f"the guess of {key[0]} in round {key[1]} is half kept"


def _true(evidence: Evidence, act: Act, row: Row, told: str) -> Iterator[str]:
    correct = row["correct"]
    if row["corrected"]:
        decided = [one for one in evidence.record.of("decide") if one.facts["what"] != "Void"]
        first = min((one.tries[0].at_ms for one in decided), default=0)
        last = max((one.tries[-1].ended_ms for one in decided), default=0)
        if first <= act.at_ms <= last:
            return
        # Before the key was corrected it was the other way round for whoever was judged anew.
        correct ^= row["rejudged"] if act.at_ms < first else 0
    for words, right in (("✔ Right", 1), ("✘ Not this time", 0)):
        if words in told and correct != right:
            yield f"{act.who} was told “{words}” of round {act.facts['round']}, which is not so"


CHECKS = (given, judged, dated, counted, sureness)
