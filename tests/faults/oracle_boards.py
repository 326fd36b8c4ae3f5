"""Boards, streaks and leagues, reckoned once more from the answers, by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from tests.faults.evidence import Evidence
from tests.faults.oracle_answers import ANSWERS, shortened, zones_of

LEAST_PEOPLE = 3
EVERY, MOST_FREEZES = 7, 2
SMALLEST, LARGEST = 4, 10


def takers(evidence: Evidence) -> Iterator[str]:
    """Each round says how many took part; who is deleted may be among them still."""
    present = Counter(row["round_id"] for row in evidence.rows(ANSWERS) if row["plays"] and row["kind"] == "daily")
    gone = evidence.deleted()
    once = Counter({(one.who, one.facts["round"]) for one in evidence.record.of("answer") if one.who in gone})
    absent = Counter(round_id for _, round_id in once)
    for row in evidence.rows("SELECT round_id, takers FROM rounds WHERE kind = 'daily'"):
        least = present[row["round_id"]]
        if not least <= row["takers"] <= least + absent[row["round_id"]]:
            yield f"round {row['round_id']} says that {row['takers']} took part, and {least} did"


def standings(evidence: Evidence) -> Iterator[str]:
    """Points, answers and days of each week, month and all time."""
    rounds = {row["round_id"]: row for row in evidence.rows("SELECT * FROM rounds")}
    seasons = evidence.rows("SELECT * FROM seasons")
    lines: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    days: set[tuple[str, int, str]] = set()
    for row in evidence.rows(ANSWERS):
        asked = rounds[row["round_id"]]
        if not row["rated"] or asked["kind"] != "daily":
            continue
        enough = asked["takers"] >= LEAST_PEOPLE
        points = asked["worth"] if row["correct"] and row["counted"] and enough else 0
        for name in _periods(asked["day"], seasons):
            line = lines[name, row["member_id"]]
            line[0] += points
            line[1] += 1
            line[2] += (name, row["member_id"], asked["day"]) not in days
            days.add((name, row["member_id"], asked["day"]))
    kept = {
        (row["period"], row["member_id"]): [row["points"], row["answered"], row["days"]]
        for row in evidence.rows("SELECT * FROM standings")
    }
    for key in sorted(kept.keys() | lines.keys()):
        if kept.get(key, [0, 0, 0]) != lines[key]:
            yield f"member {key[1]} has {kept.get(key)} (points, answers, days) in {key[0]}, not {lines[key]}"


def _periods(day: str, seasons: list[dict[str, str]]) -> list[str]:
    on = date.fromisoformat(day)
    year, week, _ = on.isocalendar()
    found = [f"week:{year}-W{week:02}", f"month:{day[:7]}", "all"]
    return found + [f"season:{one['first_day']}" for one in seasons if one["first_day"] <= day <= one["last_day"]]


def streaks(evidence: Evidence) -> Iterator[str]:
    """Days in a row on each member's own clock, with freezes, pauses and days without a question."""
    clock = zones_of(evidence)
    answered: defaultdict[int, set[date]] = defaultdict(set)
    excused: defaultdict[int, set[date]] = defaultdict(set)
    for row in evidence.rows(ANSWERS):
        if row["own_day"] is None:
            continue
        day, member = date.fromisoformat(row["own_day"]), row["member_id"]
        answered[member].add(day)
        if row["posted_at"] is not None and row["posted_at"] < row["answered_at"]:
            excused[member].add(clock(member, row["posted_at"]).date())
    posted = evidence.rows(
        """SELECT r.posted_at FROM rounds r JOIN questions q ON q.question_id = r.question_id
           WHERE r.kind = 'daily' AND r.posted_at IS NOT NULL AND r.state <> 'unposted' AND q.voided_at IS NULL"""
    )
    kept = {row["member_id"]: row for row in evidence.rows("SELECT * FROM streaks")}
    for member in sorted(kept.keys() | answered.keys()):
        if member not in kept or not answered[member]:
            yield f"member {member} answered on {len(answered[member])} days, and their streak is {kept.get(member)}"
            continue
        row = kept[member]
        asked = {clock(member, one["posted_at"]).date() for one in posted} - (excused[member] - answered[member])
        paused = _paused(evidence, member) | shortened(evidence, clock, member)
        should = _streak(answered[member], asked - paused)
        if (row["current"], row["longest"], row["last_day"], row["freezes"], row["frozen_days"]) != should:
            yield f"the streak of member {member} is {dict(row)}, and should be {should}"


def _paused(evidence: Evidence, member: int) -> set[date]:
    found: set[date] = set()
    for row in evidence.rows(f"SELECT * FROM pauses WHERE member_id = {member}"):
        day = date.fromisoformat(row["first_day"])
        last = date.fromisoformat(row["last_day"] or "2026-12-31")
        while day <= last:
            found.add(day)
            day += timedelta(days=1)
    return found


def _streak(answered: set[date], asked: set[date]) -> tuple[int, int, str, int, str]:
    current = longest = freezes = 0
    frozen: list[str] = []
    day, last = min(answered), max(answered)
    while day <= last:
        if day in answered:
            if not current:
                frozen = []
            current += 1
            longest = max(longest, current)
            freezes = min(MOST_FREEZES, freezes + (current % EVERY == 0))
        elif day in asked and current:
            if freezes:
                freezes -= 1
                frozen.append(f"{day}")
            else:
                current = freezes = 0
        day += timedelta(days=1)
    return current, longest, f"{last}", freezes, " ".join(frozen)


def leagues(evidence: Evidence) -> Iterator[str]:
    """On Monday those who were active are parted into leagues of four to ten, each of them once."""
    found = evidence.rows("SELECT * FROM leagues")
    active = {
        row["member_id"]
        for row in evidence.rows(
            """SELECT s.member_id FROM standings s JOIN members m ON m.member_id = s.member_id
               WHERE s.period = 'week:2026-W10' AND m.on_board = 1 AND m.is_tutor = 0 AND m.left_at IS NULL"""
        )
    }
    sizes = Counter((row["week"], row["number"]) for row in found)
    begun = evidence.rows("SELECT 1 FROM boundaries WHERE day = '2026-03-09'")
    if begun and len(active) >= SMALLEST and not active <= {row["member_id"] for row in found}:
        yield f"of the active members {sorted(active)} only {sorted(row['member_id'] for row in found)} are in a league"
    for (week, number), size in sizes.items():
        if not size <= LARGEST:
            yield f"league {number} of {week} has {size} members"
    numbers = {number for _, number in sizes}
    if numbers != set(range(1, len(numbers) + 1)):
        yield f"the leagues are numbered {sorted(numbers)}"


CHECKS = (takers, standings, streaks, leagues)
