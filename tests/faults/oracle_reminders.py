"""Reminders: every time that was due came once, in its place; what was snoozed came again; nothing else came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.instants import from_ms, to_ms
from sandbox.clock import created_ms
from tests.faults.evidence import Evidence, Post, Row
from tests.faults.record import Act, Try
from tests.faults.week_acts import GENERAL

TRIED = "⏰ This is where I will remind you"
_MISSED = re.compile(r"(\d+) earlier")


def dues(act: Act, since_ms: int, until_ms: int) -> list[int]:
    """When it is due after the click, up to an instant; by the clock of the zone that was meant."""
    facts = act.facts
    if facts["once"] is not None:
        found = [to_ms(datetime.fromisoformat(facts["once"]))]
    elif facts["after"] is not None:
        found = [since_ms + round(facts["after"] * 1000)]
    else:
        zone, at = ZoneInfo(facts["zone"]), time.fromisoformat(facts["daily"])
        day = from_ms(since_ms).astimezone(zone).date()
        found = []
        while not found or found[-1] <= until_ms:
            found.append(to_ms(datetime.combine(day, at, zone)))
            day += timedelta(days=1)
    return [one for one in found if since_ms < one <= until_ms]


def own(evidence: Evidence) -> Iterator[str]:
    """Those that members set for themselves, or for a channel."""
    for act in evidence.record.of("remind"):
        for number, one in enumerate(act.tries):
            yield from _of_try(evidence, act, one, f"{act.facts['word']}t{number} ")


def _of_try(evidence: Evidence, act: Act, one: Try, text: str) -> Iterator[str]:
    user = evidence.record.people[act.who]
    row, complaint = _kept(evidence, user, text)
    if complaint:
        yield complaint
    until, forgotten = _until(evidence, act.who)
    confirmed = one.told is not None and "I will remind you" in one.told
    if row is None:
        if confirmed and not forgotten:
            yield f"{act.who}'s reminder {text}was confirmed and is not kept"
        if not confirmed and not forgotten:
            yield from _none(_posts(evidence, text, act, user), text)
        if confirmed and forgotten:
            yield from _before(_posts(evidence, text, act, user), dues(act, one.at_ms, until), text)
        return
    if forgotten and until < evidence.now_ms and evidence.surely_deleted().get(act.who) is not None:
        yield f"{act.who} deleted everything, and the reminder {text}is there"
    wanted = dues(act, one.at_ms, evidence.now_ms)
    yield from _fires(evidence, row, wanted, _posts(evidence, text, act, user), text)


def _kept(evidence: Evidence, user: str, text: str) -> tuple[Row | None, str]:
    rows = evidence.rows(
        f"""SELECT r.* FROM reminders r JOIN members m ON m.member_id = r.member_id
            WHERE r.text LIKE '{text}%' AND m.user_id = {user} AND r.state <> 'draft'"""
    )
    return (rows[0] if rows else None), f"the reminder {text}is kept {len(rows)} times" if len(rows) > 1 else ""


def _until(evidence: Evidence, who: str) -> tuple[int, bool]:
    """Until when somebody's reminders came, and whether they had them deleted."""
    tries = [one.tries[0].at_ms for one in evidence.record.of("unremind", "delete") if one.who == who]
    return min(tries, default=evidence.now_ms), bool(tries)


def _posts(evidence: Evidence, text: str, act: Act, user: str) -> list[Post]:
    here = act.facts["here"]
    return [
        one
        for one in evidence.posts
        if text in one.text
        and not one.text.startswith(TRIED)
        and (one.channel_id == GENERAL if here else one.user == user)
    ]


def _none(posts: list[Post], text: str) -> Iterator[str]:
    if posts:
        yield f"the reminder {text}came {len(posts)} times, and is not kept"


def _before(posts: list[Post], wanted: list[int], text: str) -> Iterator[str]:
    """What came of a reminder that was deleted since: each time, snoozed ones besides."""
    came = [created_ms(one.id) for one in posts]
    for due in wanted:
        near = [one for one in came if due <= one]
        if not near:
            yield f"the reminder {text}did not come at {from_ms(due)}"
    late = sum(int(found[1]) for one in posts if (found := _MISSED.search(one.text)))
    if wanted and len(came) + late < len(wanted):
        yield f"the reminder {text}came {len(came)} times, and was due {len(wanted)} times"


def _fires(evidence: Evidence, row: Row, wanted: list[int], posts: list[Post], text: str) -> Iterator[str]:
    fires = evidence.rows(f"SELECT * FROM fires WHERE reminder_id = {row['reminder_id']} ORDER BY fire_id")
    again = {one["snoozed_to"] for one in fires if one["handled"] == "snoozed"}
    regular = [one for one in fires if one["due_at"] in wanted]
    for one in fires:
        if one["due_at"] not in wanted and one["due_at"] not in again:
            yield f"the reminder {text}came for {from_ms(one['due_at'])}, when nothing was due"
    if len({one["due_at"] for one in regular}) != len(regular):
        yield f"the reminder {text}came twice for one time"
    if sum(1 + one["missed"] for one in regular) != len(wanted):
        yield f"the reminder {text}was due {len(wanted)} times and came {len(regular)} times"
    for at in again:
        if at <= evidence.now_ms and not any(one["due_at"] == at for one in fires):
            yield f"the reminder {text}was snoozed to {from_ms(at)} and did not come"
    if len(posts) != len(fires):
        yield f"the reminder {text}has {len(posts)} messages for {len(fires)} times"
    sent = evidence.rows(f"SELECT * FROM deliveries WHERE kind = 'reminder' AND subject_id = {row['reminder_id']}")
    there = {one.id for one in posts}
    for one in sent:
        if one["state"] == "sent" and str(one["message_id"]) not in there:
            yield f"the reminder {text}of {from_ms(one['due_at'])} is not where it belongs"
    for post in posts:
        due = next((one["due_at"] for one in sent if str(one["message_id"]) == post.id), None)
        if due is not None and created_ms(post.id) < due:
            yield f"the reminder {text}came before its time"


def copies(evidence: Evidence) -> Iterator[str]:
    """Copies of somebody else's come to those who asked for them, from then on."""
    for act in evidence.record.of("too"):
        user = evidence.record.people[act.who]
        told = act.said("by direct message, next") or act.said("already")
        rows = evidence.rows(
            f"""SELECT r.* FROM reminders r JOIN members m ON m.member_id = r.member_id
                WHERE m.user_id = {user} AND r.parent_id IS NOT NULL"""
        )
        if len(rows) > 1 or (told is not None and not rows):
            yield f"{act.who}'s copy of a reminder is kept {len(rows)} times"
        for row in rows:
            original = next(
                one for one in evidence.record.of("remind") if row["text"].startswith(f"{one.facts['word']}t")
            )
            text = row["text"].split(" ")[0] + " "
            posts = [
                one
                for one in evidence.posts
                if one.user == user and text in one.text and not one.text.startswith(TRIED)
            ]
            wanted = dues(original, row["created_at"], evidence.now_ms)
            yield from _fires(evidence, row, wanted, posts, f"(a copy) {text}")


def snoozed(evidence: Evidence) -> Iterator[str]:
    """A confirmed snooze or *Done* is kept."""
    rows = {row["fire_id"]: row for row in evidence.rows("SELECT * FROM fires")}
    for act in evidence.record.of("snooze", "done"):
        row = rows.get(act.facts["fire"])
        words = "💤 Again" if act.kind == "snooze" else "✅ Done"
        told = act.said(words)
        if told is None or _until(evidence, act.who)[1]:
            continue
        if row is None or row["handled"] != ("snoozed" if act.kind == "snooze" else "done"):
            yield f"{act.who} was told “{words}” of {act.facts['fire']}, and that is not kept"
        elif act.kind == "snooze":
            clicks = {one.at_ms + act.facts["minutes"] * 60_000 for one in act.tries}
            if row["snoozed_to"] not in clicks:
                yield f"{act.who} snoozed {act.facts['fire']} to another time than {from_ms(row['snoozed_to'])}"


CHECKS = (own, copies, snoozed)
