"""What is private stayed so: in channels, in others' direct messages, in the log, and after a deletion."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.study_group import TOKEN
from tests.faults.evidence import Evidence
from tests.faults.record import Sight

RESULTS = (
    "🔒 Locked",
    "✔ Right",
    "✘ Not this time",
    "expected on a new question",
    "You already answered",
    "Your topics",
)
BOARDS = ("m:", "lo:")
SOON_MS = 1000
"""Within it what was posted before is edited, which takes the name out."""


def secrets(evidence: Evidence) -> Iterator[str]:
    """A private word reaches its owner, and nobody else, in any version of any message."""
    record = evidence.record
    for secret in record.secrets:
        may = {secret.owner, *secret.readers}
        for sight in record.sights:
            if sight.by_bot and secret.word in sight.text and sight.seer not in may:
                yield f"{record.name(secret.owner)}'s word {secret.word} was shown to {_audience(evidence, sight)}"
        if secret.word in evidence.log:
            yield f"{record.name(secret.owner)}'s word {secret.word} stands in the log"


def _audience(evidence: Evidence, sight: Sight) -> str:
    return "everybody" if sight.seer is None else evidence.record.name(sight.seer)


def results(evidence: Evidence) -> Iterator[str]:
    """Nobody's result, and none of their topics, was ever where others read."""
    for sight in evidence.record.sights:
        if sight.by_bot and sight.seer is None and any(one in sight.text for one in RESULTS):
            yield f"a result was shown to everybody in {sight.channel_id}: {sight.text[:80]!r}"


def log(evidence: Evidence) -> Iterator[str]:
    """The log tells nothing that it must not: no token, nobody's words."""
    if TOKEN in evidence.log:
        yield "the token stands in the log"
    for found in sorted(set(re.findall(r'"error_code": ?"(\w+)"', evidence.log))):
        yield f"something failed with the code {found}"


def errors(evidence: Evidence) -> Iterator[str]:
    """Nobody was told the code of an error."""
    for act in evidence.record.acts:
        for one in act.tries:
            if one.broken:
                yield f"{act.who} was told of an error at {act.kind}: {one.told}"


def deleted(evidence: Evidence) -> Iterator[str]:
    """Whoever had everything deleted is named nowhere: not in a row, and in no later message."""
    record = evidence.record
    for who, at_ms in evidence.surely_deleted().items():
        user = record.people[who]
        words = [one.word for one in record.secrets if one.owner == user]
        for line in evidence.dump():
            found = next((one for one in (user, *words) if one in line), None)
            if found is not None:
                yield f"{who} deleted everything, and {found} is kept: {line[:100]}"
        for post in evidence.posts:
            if post.has("fb") and user in post.text:
                yield f"{who} deleted everything and still stands in a thread: {post.text[:80]!r}"
        for sight in record.sights:
            later = sight.by_bot and sight.at_ms > at_ms + SOON_MS
            if later and user in sight.mentioned:
                yield f"{who} deleted everything and is named later: {sight.text[:80]!r}"


def opted_out(evidence: Evidence) -> Iterator[str]:
    """Whoever opted out is on no board that came after."""
    record = evidence.record
    for act in record.of("opt"):
        told = act.said("off the boards")
        if told is None:
            continue
        back = (one.tries[0].at_ms for one in record.of("opt") if one.who == act.who and one.facts["on"])
        until = min((one for one in back if one >= told.at_ms), default=evidence.now_ms)
        for post in evidence.posts:
            at_ms = next((one.at_ms for one in record.sights if one.message_id == post.id), 0)
            board = any(one.startswith(BOARDS) for one in post.custom_ids)
            if board and told.ended_ms < at_ms < until and f"<@{record.people[act.who]}>" in post.text:
                yield f"{act.who} is off the boards and on the one of {at_ms}"


CHECKS = (secrets, results, log, errors, deleted, opted_out)
