"""What the bot was to post: each thing once, in its place, saying what is so; and nothing that nobody planned."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.domain.instants import from_ms
from sandbox.clock import created_ms
from tests.faults.evidence import Evidence, Post, Row, unsaid
from tests.faults.scene import CHANNEL

FIRST_DAY = datetime(2026, 3, 3, tzinfo=UTC)
EDITS = {
    "close", "session-card", "session-event", "ask-card", "review-card", "follow-up-card", "ask-archive", "ask-lock",
    "reviewer-joins", "correction-post",
}  # fmt: skip
"""Kinds of deliveries that make no message of their own."""
OPENINGS = ("The key is ||", "This question was withdrawn and counts for nobody.")
UNPLANNED = (
    *OPENINGS,
    "⏰ This is where I will remind you",
    "This question was withdrawn, since",
    "The key of this question was corrected",
    "This question counts again",
    "Notes · ",
    "||",
)
"""How messages begin that belong to something else: the try of direct messages, the opening of a thread."""
_PER_CENT = re.compile(r"\*\*([A-J])\*\*  .*? · (\d+) %", re.DOTALL)
_ANSWERED = re.compile(r"Closed <t:\d+:f>\. (Nobody|\d+) (?:members? )?answered")


def outbox(evidence: Evidence) -> Iterator[str]:
    """Nothing is under way any more, and what was given up says why."""
    for row in evidence.rows("SELECT * FROM deliveries WHERE state <> 'sent'"):
        late = row["state"] != "failed" and row["not_before"] <= evidence.now_ms
        if late or row["state"] == "sending" or (row["state"] == "failed" and not row["problem"]):
            yield f"the delivery {row['key']} is {row['state']} since {from_ms(row['due_at'])}: {row['problem']}"
    for row in evidence.rows(f"SELECT * FROM agenda WHERE due_at <= {evidence.now_ms}"):
        yield f"the agenda still has {row['key']}, due at {from_ms(row['due_at'])}"


def once(evidence: Evidence) -> Iterator[str]:
    """Every delivery that was made is a message, and every message is one delivery."""
    posts = {one.id: one for one in evidence.posts}
    made: defaultdict[str, list[str]] = defaultdict(list)
    for row in evidence.rows("SELECT * FROM deliveries WHERE state = 'sent'"):
        if row["kind"] in EDITS:
            continue
        if row["message_id"] is None:
            yield f"nobody knows the message of {row['key']}"
        elif str(row["message_id"]) not in posts:
            yield f"the message of {row['key']} is not there"
        else:
            made[str(row["message_id"])].append(row["key"])
    for message_id, keys in made.items():
        if len(keys) > 1:
            yield f"the message {message_id} is that of {keys}"
    gone = {evidence.record.people[who] for who in evidence.deleted()}
    for post in evidence.posts:
        known = post.id in made or post.user in gone or post.text.startswith(UNPLANNED)
        if not known:
            yield f"a message that nothing tells of stands in {post.channel_id}: {_short(post)}"


def _short(post: Post) -> str:
    return " ".join(post.text.split())[:120]


def questions(evidence: Evidence) -> Iterator[str]:
    """Every day has its questions, or a skip that is recorded; each is one message, and each message one round."""
    rounds = evidence.rows("SELECT * FROM rounds WHERE kind = 'daily'")
    days = Counter(row["day"] for row in rounds if row["state"] != "unposted")
    skips = {row["day"] for row in evidence.rows("SELECT * FROM skips")}
    wanted = _per_day(evidence)
    for number in range(evidence.record.days):
        day = f"{FIRST_DAY + timedelta(days=number):%Y-%m-%d}"
        if days[day] not in wanted and day not in skips:
            yield f"{day} had {days[day]} questions and no recorded skip"
    posts: defaultdict[int, list[Post]] = defaultdict(list)
    for post in evidence.posts:
        for round_id in {int(one.split(":")[1]) for one in post.custom_ids if one.startswith("a:")}:
            posts[round_id].append(post)
    for row in rounds:
        found = posts.pop(row["round_id"], [])
        if len(found) != (row["state"] != "unposted"):
            yield f"round {row['round_id']} of {row['day']} is {row['state']} and has {len(found)} posts"
        elif found and str(row["message_id"]) != found[0].id:
            yield f"round {row['round_id']} knows another message than its post"
        elif found and found[0].channel_id != str(row["channel_id"]):
            yield f"round {row['round_id']} stands in another channel"
    for round_id, left in posts.items():
        yield f"{len(left)} messages show round {round_id}, which is no daily one"


def _per_day(evidence: Evidence) -> set[int]:
    return {1, *(act.facts["questions"] for act in evidence.record.of("setup") if "questions" in act.facts)}


def closings(evidence: Evidence) -> Iterator[str]:
    """A closed question takes no answer, says how it was answered, and has one thread with one opening."""
    posts = {one.id: one for one in evidence.posts}
    rounds = evidence.rows(
        """SELECT r.*, q.voided_at FROM rounds r JOIN questions q ON q.question_id = r.question_id
           WHERE r.kind = 'daily' AND r.message_id IS NOT NULL"""
    )
    answers: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in evidence.rows("SELECT round_id, choice FROM answers"):
        answers[row["round_id"]][row["choice"]] += 1
    openings = Counter(one.channel_id for one in evidence.posts if one.thread and one.text.startswith(OPENINGS))
    for row in rounds:
        what = f"round {row['round_id']} of {row['day']}"
        if row["closes_at"] <= evidence.now_ms and row["state"] != "closed":
            yield f"{what} is {row['state']}, and its time is over"
            continue
        post = posts.get(str(row["message_id"]))
        if post is None or row["state"] != "closed":
            continue
        if post.has("a:") and any(not one.get("disabled") for one in _letters(post)):
            yield f"{what} is closed and still has buttons"
        if evidence.threads.get(post.id) != CHANNEL or openings[post.id] != 1:
            yield f"{what} has {openings[post.id]} openings in its thread"
        if row["voided_at"] is not None:
            if "was withdrawn" not in post.text:
                yield f"{what} is withdrawn, and its post does not say so"
        else:
            yield from _tally(post, answers[row["round_id"]], what, deleted=bool(evidence.deleted()))


def _letters(post: Post) -> Iterator[Row]:
    for one in post.raw["components"]:
        for button in one["components"]:
            if str(button.get("custom_id", "")).startswith("a:"):
                yield button


def _tally(post: Post, chosen: Counter[int], what: str, *, deleted: bool) -> Iterator[str]:
    """The post's figures. Who deleted their answers is counted in posts that were closed before."""
    said = _ANSWERED.search(post.text)
    total = sum(chosen.values())
    number = 0 if said is None or said[1] == "Nobody" else int(said[1])
    if said is None or (number != total and not (deleted and number == total + 1)):
        yield f"the post of {what} says {None if said is None else number} answers, and there are {total}"
    elif number == total and total:
        for letter, share in _PER_CENT.findall(post.text):
            if round(100 * chosen["ABCDEFGHIJ".index(letter)] / total) != int(share):
                yield f"the post of {what} says {share} % for {letter}"


def digests(evidence: Evidence) -> Iterator[str]:
    """Every day that was closed is summed up once."""
    found = Counter(one for post in evidence.posts for one in post.custom_ids if one.startswith("m:"))
    rows = evidence.rows(
        """SELECT r.group_id, r.day, MAX(q.voided_at IS NULL) AS counts FROM rounds r
           JOIN questions q ON q.question_id = r.question_id
           WHERE r.kind = 'daily' AND r.state = 'closed' GROUP BY r.group_id, r.day"""
    )
    for row in rows:
        custom_id = f"m:{row['group_id']}:{row['day'].replace('-', '')}"
        times = found.pop(custom_id, 0)
        if times != 1 and (row["counts"] or times):
            yield f"the digest of {row['day']} was posted {times} times"
    for custom_id, times in found.items():
        yield f"there are {times} digests {custom_id} of a day without questions"


def sessions(evidence: Evidence) -> Iterator[str]:
    """Each review session that was confirmed is there once, with one announcement, as it was last confirmed."""
    rows = evidence.rows("SELECT * FROM sessions")
    for act in evidence.record.of("session"):
        title = act.facts["title"]
        mine = [row for row in rows if row["title"] == title]
        confirmed = act.said("is posted in") is not None
        if len(mine) > 1 or (confirmed and not mine):
            yield f"the session {title} is kept {len(mine)} times"
        posts = [one for one in evidence.posts if one.raw["embeds"] and one.raw["embeds"][0].get("title") == title]
        if len(posts) != len(mine):
            yield f"the session {title} is announced {len(posts)} times"
        for row in mine:
            yield from _as_said(evidence, row)
            events = [one for one in evidence.events if row_mark(one) == title and one["status"] in (1, 2)]
            alive = row["state"] in ("planned", "live")
            if len(events) > alive:
                yield f"the session {title} is {row['state']} and has {len(events)} events"
            if alive and row["event_id"] is not None and not events:
                yield f"the event of the session {title} is gone"
            over = row["state"] in ("planned", "live") and row["ends_at"] <= evidence.now_ms
            if over:
                yield f"the session {title} is {row['state']}, and over"


def row_mark(event: Row) -> str:
    """Whose event it is."""
    return str(event["name"])


def _as_said(evidence: Evidence, row: Row) -> Iterator[str]:
    first = next(one for one in evidence.record.of("session") if one.facts["title"] == row["title"])
    moves = [one for one in evidence.record.of("move") if one.facts["session"] == row["session_id"]]
    wanted = {first.facts["at"]}
    for act in moves:
        wanted = {act.facts["at"]} if act.said("is changed") or act.said("as it was") else {*wanted, act.facts["at"]}
    if from_ms(row["starts_at"]).isoformat() not in wanted:
        yield f"the session {row['title']} starts at {from_ms(row['starts_at'])}, not at {sorted(wanted)}"
    for act in evidence.record.of("cancel"):
        if act.facts["session"] == row["session_id"] and act.said("is cancelled") and row["state"] != "cancelled":
            yield f"the session {row['title']} was cancelled and is {row['state']}"


def seats(evidence: Evidence) -> Iterator[str]:
    """Who comes is who last said so, and seats go by the order of asking."""
    rows = {
        (row["session_id"], evidence.record.name(str(row["user_id"]))): row
        for row in evidence.rows(
            "SELECT r.*, m.user_id FROM session_rsvps r JOIN members m ON m.member_id = r.member_id"
        )
    }
    wanted: dict[tuple[int, str], set[str | None]] = {}
    for act in evidence.record.of("rsvp"):
        key = (act.facts["session"], act.who)
        sure = any(act.said(words) for words in ("You have a seat", "on the waiting list", "Noted: you"))
        before = wanted.get(key, {None})
        wanted[key] = {act.facts["word"]} if sure else before | ({act.facts["word"]} if unsaid(act) else set())
    gone = {*evidence.deleted(), *evidence.record.gone}
    for key, words in wanted.items():
        row = rows.get(key)
        kept = None if row is None else row["answer"]
        if key[1] not in gone and kept not in words:
            yield f"{key[1]} said {sorted(map(str, words))} to session {key[0]}, and {kept} is kept"
    for session in evidence.rows("SELECT * FROM sessions"):
        mine = sorted(
            (row for key, row in rows.items() if key[0] == session["session_id"] and row["answer"] == "going"),
            key=lambda row: row["turn"],
        )
        for place, row in enumerate(mine):
            if row["seated"] != (session["seats"] is None or place < session["seats"]):
                yield f"member {row['member_id']} asked as number {place + 1} and is seated {row['seated']}"


def notices(evidence: Evidence) -> Iterator[str]:
    """Who has a seat is reminded once, an hour before."""
    keys = Counter(
        json.dumps([row["subject_id"], row["member_id"], row["due_at"]])
        for row in evidence.rows("SELECT * FROM deliveries WHERE kind = 'session-notice' AND state = 'sent'")
    )
    for key, times in keys.items():
        if times > 1:
            yield f"the reminder {key} of a session came {times} times"
    for row in evidence.rows(
        """SELECT s.session_id, s.starts_at, r.member_id, s.title FROM sessions s
           JOIN session_rsvps r ON r.session_id = s.session_id AND r.seated = 1 AND r.notices & 2 = 2
           WHERE s.state = 'over'"""
    ):
        due = row["starts_at"] - 3_600_000
        if not keys[json.dumps([row["session_id"], row["member_id"], due])]:
            yield f"member {row['member_id']} was not reminded of the session {row['title']}"


def late(evidence: Evidence) -> Iterator[str]:
    """What came late says so."""
    for row in evidence.rows("SELECT * FROM rounds WHERE kind = 'daily' AND posted_at IS NOT NULL"):
        post = next((one for one in evidence.posts if one.id == str(row["message_id"])), None)
        if post is None:
            continue
        minutes = (created_ms(post.id) - row["due_at"]) // 60_000
        known = (row["posted_at"] - row["due_at"]) // 60_000
        voided = "was withdrawn" in post.text
        if min(minutes, known) >= 1 and " late" not in post.text and not voided:
            yield f"the question of {row['day']} came {minutes} min late and does not say so"


CHECKS = (outbox, once, questions, closings, digests, sessions, seats, notices, late)
