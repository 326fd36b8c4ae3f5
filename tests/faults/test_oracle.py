"""The oracle is no rubber stamp: each small corruption of a finished week is named, and nothing else is."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable

import pytest

from tests.faults.conftest import Finished
from tests.faults.evidence import Post
from tests.faults.oracle import judge
from tests.faults.record import Record, Sight

pytestmark = pytest.mark.xdist_group("week")
FIRST = "(SELECT MIN(seq) FROM answers)"
TOGETHER: tuple[dict[str, str], ...] = (
    {
        f"DELETE FROM answers WHERE seq = {FIRST}": r"answer [A-J] to round \d+ was confirmed and is not kept",
        "UPDATE deliveries SET state = 'sending' WHERE kind = 'digest'": "digest:1:2026-03-03 is sending since",
        "UPDATE exams SET day = '2026-05-01'": "Mia's exam is on 2026-03-10",
        "UPDATE groups SET per_day = 5": "the setting per_day is 5",
        "UPDATE members SET on_board = 1": "opt is not so",
        "DELETE FROM fires WHERE fire_id = (SELECT MIN(fire_id) FROM fires)": r"the reminder \w+ was due \d times",
        "UPDATE imports SET state = 'applied'": r"the import is \['applied'\]",
    },
    {
        f"UPDATE answers SET choice = (choice + 1) % 3 WHERE seq = {FIRST}": r"was told [A-J] for round \d+, and",
        "UPDATE deliveries SET state = 'pending' WHERE kind = 'exam'": "exam:1:7:2026-03-10 is pending since",
        "UPDATE session_rsvps SET answer = 'maybe' WHERE answer = 'going'": "to session 1, and maybe is kept",
        "UPDATE sessions SET starts_at = starts_at + 60000": "the session Review 1 starts at",
        "DELETE FROM marks; DELETE FROM reviews": "was confirmed to Sven and is kept 0 times",
        "DELETE FROM reminders WHERE text LIKE 'together%' AND parent_id IS NULL": "togetherbent0 was confirmed",
    },
    {
        f"UPDATE answers SET answered_at = answered_at + 1 WHERE seq = {FIRST}": "never pressed",
        "UPDATE session_rsvps SET seated = 1 - seated": "asked as number 1 and is seated 0",
        "UPDATE standings SET points = points + 1 WHERE period = 'all'": "in all, not",
        "DELETE FROM standings WHERE period LIKE 'week%'": r"has None \(points, answers, days\) in week",
        "UPDATE tallies SET counted = counted + 1": "the tally of member",
        "DELETE FROM deliveries WHERE kind = 'feedback-word'": "Mia never heard of feedback",
        "UPDATE reviews SET right_why = right_why || (SELECT user_id FROM deleted)": r"Nora deleted everything, and \d",
    },
    {
        "UPDATE answers SET confidence = 'guess' WHERE confidence = 'sure'": r"the guess of \w+ in round \d+ is half",
        "UPDATE streaks SET current = current + 1": "the streak of member",
        "UPDATE rounds SET answered = answered + 1 WHERE kind = 'daily'": r"round 1 says \d answers, and has",
        "UPDATE rounds SET takers = takers + 2 WHERE kind = 'daily'": r"round 1 says that \d took part",
        "DELETE FROM deliveries WHERE kind = 'exam'": "was told 0 times 7 days before",
        "DELETE FROM deliveries WHERE kind = 'session-word'": "were to hear of session 1, and 0 did",
    },
    {"UPDATE questions SET voided_at = NULL WHERE voided_at IS NOT NULL": r"counts 0 \(otherwise 1\), and should 1"},
    {
        "UPDATE learner_estimates SET mean = mean + 1e-9 "
        "WHERE member_id = (SELECT MIN(member_id) FROM learner_estimates)": r"^1 of \d+ estimates are not",
    },
    {"UPDATE item_estimates SET variance = variance * (1 - 1e-15)": "estimates are not what"},
    {"INSERT INTO session_drafts (member_id, payload, at) VALUES (999, '{}', 0)": "of session_drafts has no members"},
)
"""What is done to the database at once, each with what has to be said of it. `deleted` has the id of who is."""


async def test_a_row_that_was_changed_is_named(finished: Finished) -> None:
    """A missing, altered or added row of nearly each kind is found out, also where it is one bit of one estimate."""
    for together in TOGETHER:
        said = await judge(finished.corrupted("; ".join(together)))
        for sql, words in together.items():
            assert any(re.search(words, one) for one in said), (sql, said)


def _double(posts: list[Post], prefix: str) -> list[Post]:
    (first, *_) = [one for one in posts if one.has(prefix)]
    raw = copy.deepcopy(first.raw) | {"id": str(int(first.id) + 1)}
    return [*posts, dataclasses.replace(first, raw=raw)]


def _without(posts: list[Post], prefix: str) -> list[Post]:
    (first, *_) = [one for one in posts if one.has(prefix)]
    return [one for one in posts if one is not first]


def _saying(posts: list[Post], prefix: str, old: str, new: str) -> list[Post]:
    changed = []
    for post in posts:
        raw = copy.deepcopy(post.raw)
        if post.has(prefix):
            for embed in raw["embeds"]:
                embed["description"] = embed["description"].replace(old, new)
        changed.append(dataclasses.replace(post, raw=raw))
    return changed


POSTS: dict[str, Callable[[list[Post]], list[Post]]] = {
    "was posted 2 times": lambda posts: _double(posts, "m:"),
    "was posted 0 times": lambda posts: _without(posts, "m:"),
    "and has 2 posts": lambda posts: _double(posts, "a:"),
    "and has 0 posts": lambda posts: _without(posts, "a:"),
    "is announced 2 times": lambda posts: [*posts, next(one for one in posts if "Review 1" in one.text)],
    "messages for": lambda posts: _without(posts, "rm-snooze:"),
    "a message that nothing tells of": lambda posts: _double(posts, "fb-"),
    "openings in its thread": lambda posts: [one for one in posts if not one.text.startswith("The key is")],
    "the post of round": lambda posts: _saying(posts, "a:", "members answered", "members, or 1 member answered"),
}
"""What is done to the messages, by words of what has to be said of it."""


async def test_a_message_that_is_doubled_missing_or_wrong_is_named(finished: Finished) -> None:
    """Twice, not at all, or with another figure: each is found out."""
    for words, change in POSTS.items():
        said = await judge(finished.evidence.besides(posts=change(finished.evidence.posts)))
        assert any(words in one for one in said), (words, said)


async def test_what_was_seen_by_others_is_named(finished: Finished) -> None:
    """A private word in a channel, in another's message or in the log, a result in public, a token, a broken rule."""
    evidence = finished.evidence
    secret = evidence.record.secrets[0]
    other = next(one for one in evidence.record.people.values() if one != secret.owner)

    def seen(text: str, seer: str | None) -> Record:
        sight = Sight(evidence.now_ms, "1", "1202", seer, True, True, text, frozenset())
        return dataclasses.replace(evidence.record, sights=[*evidence.record.sights, sight])

    cases = {
        "was shown to everybody": evidence.besides(record=seen(f"I say {secret.word}.", None)),
        "was shown to": evidence.besides(record=seen(f"I say {secret.word}.", other)),
        "a result was shown to everybody": evidence.besides(record=seen("✔ Right", None)),
        "stands in the log": evidence.besides(log=f"… {secret.word} …"),
        "the token stands in the log": evidence.besides(log="Bot sandbox-token"),
        "something failed with the code abc123": evidence.besides(log='{"error_code": "abc123"}'),
        "rules were broken 1 times": evidence.besides(
            broken=[{"method": "POST", "path": "/x", "status": 400, "problems": ["50035"]}]
        ),
    }
    for words, changed in cases.items():
        said = await judge(changed)
        assert len(said) == 1, said
        assert words in said[0]
