"""What members are told by direct message or once a week: each who should be, once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.instants import to_ms
from tests.faults.evidence import Evidence, unsaid
from tests.faults.oracle_answers import zones_of
from tests.faults.record import Act

RUNGS = (30, 14, 7, 1)
RUNG_AT = time(18)
_TELLS = re.compile(r"I tell (\d+) members?")
_NOTED = ("noted", "moved")


def rungs(evidence: Evidence) -> Iterator[str]:
    """Whoever set a date is told so many days before it, at six in the evening by their own clock."""
    clock = zones_of(evidence)
    members = {
        evidence.record.name(str(row["user_id"])): row["member_id"] for row in evidence.rows("SELECT * FROM members")
    }
    sent = Counter(
        (row["member_id"], row["key"].split(":", 2)[2])
        for row in evidence.rows("SELECT * FROM deliveries WHERE kind = 'exam' AND state = 'sent'")
    )
    acts: defaultdict[str, list[Act]] = defaultdict(list)
    for act in evidence.record.of("exam"):
        acts[act.who].append(act)
    for who, mine in acts.items():
        if who in evidence.deleted() or any(unsaid(one) for one in mine):
            continue
        ends = [*(one.tries[0].at_ms for one in mine[1:]), evidence.now_ms]
        for act, until in zip(mine, ends, strict=True):
            member, day = members[who], date.fromisoformat(act.facts["day"])
            for left in RUNGS:
                at = to_ms(_at(clock(member, act.at_ms), day - timedelta(days=left)))
                wanted = act.at_ms < at <= until
                if sent[member, f"{left}:{day}"] != wanted:
                    yield f"{who} was told {sent[member, f'{left}:{day}']} times {left} days before the exam of {day}"


def _at(there: datetime, day: date) -> datetime:
    assert isinstance(there.tzinfo, ZoneInfo)
    return datetime.combine(day, RUNG_AT, there.tzinfo)


def winners(evidence: Evidence) -> Iterator[str]:
    """A week that is over has one announcement where somebody has points, half an hour after Monday's question."""
    begun = evidence.rows("SELECT 1 FROM boundaries WHERE day = '2026-03-09'")
    due = evidence.rows("SELECT 1 FROM rounds WHERE day = '2026-03-09' AND state = 'closed'")
    shown = evidence.rows(
        """SELECT 1 FROM standings s JOIN members m ON m.member_id = s.member_id WHERE s.period = 'week:2026-W10'
           AND s.points > 0 AND m.on_board = 1 AND m.is_tutor = 0 AND m.left_at IS NULL"""
    )
    found = [one for one in evidence.posts if one.has("lo:1:points:w")]
    if len(found) > 1 or (begun and due and shown and not found):
        yield f"the winners of the week were announced {len(found)} times"


def words(evidence: Evidence) -> Iterator[str]:
    """As many are told of a change to a session as its tutor was told."""
    told = Counter(
        row["subject_id"]
        for row in evidence.rows("SELECT * FROM deliveries WHERE kind = 'session-word' AND state = 'sent'")
        if ":revision:" in row["key"]
    )
    for act in evidence.record.of("move", "cancel"):
        number = _TELLS.search(act.told or "")
        least = 0 if number is None else int(number[1])
        absent = len(evidence.deleted()) + len(evidence.record.gone)
        if told[act.facts["session"]] < least - absent:
            session = act.facts["session"]
            yield f"{least} members were to hear of session {session}, and {told[session]} did"


def feedback(evidence: Evidence) -> Iterator[str]:
    """Whoever asked hears once of each piece of feedback."""
    sent = Counter(row["key"] for row in evidence.rows("SELECT key FROM deliveries WHERE state = 'sent'"))
    for row in evidence.rows(
        """SELECT r.review_id, m.user_id FROM reviews r JOIN asks a ON a.ask_id = r.ask_id AND a.kind = 'ask'
           JOIN ask_authors w ON w.ask_id = a.ask_id JOIN members m ON m.member_id = w.member_id"""
    ):
        if not sent[f"feedback-word:review:{row['review_id']}"]:
            yield f"{evidence.record.name(str(row['user_id']))} never heard of feedback {row['review_id']}"


def corrections(evidence: Evidence) -> Iterator[str]:
    """What changed for members by a decision was told to them; nothing waits to be."""
    left = evidence.rows("SELECT * FROM corrections")
    if left:
        yield f"{len(left)} corrections were never told"


CHECKS = (rungs, winners, words, feedback, corrections)
