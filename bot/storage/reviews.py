"""Rows of reviews: what reviewers said, what the asker thinks of it, and what was asked and answered after it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.feedback import FollowUp, Mark, Opinion, Review, Rubric
from bot.storage.database import Row, Transaction
from bot.storage.feedback import rubric_of, rubric_text

_REVIEW = """SELECT r.*,
        (SELECT m.kind FROM marks m JOIN ask_authors w ON w.member_id = m.member_id AND w.ask_id = r.ask_id
         WHERE m.review_id = r.review_id) AS mark,
        (SELECT COUNT(*) FROM marks m WHERE m.review_id = r.review_id AND m.kind = 'helpful') AS helpful
    FROM reviews r"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review that waits for its asker's mark, or a question that waits for its reviewer."""

    ask_id: int
    title: str
    thread_id: int | None  # where the member may see it
    message_id: int | None
    review_id: int
    subject_id: int  # the same, or the question about it
    at: int


def _review(row: Row) -> Review:
    return Review(
        row["review_id"],
        row["ask_id"],
        Opinion(
            row["right_why"],
            row["change"],
            row["reading"],
            () if row["reasoning"] is None else (row["reasoning"], row["guideline"], row["completeness"]),
            bool(row["anonymous"]),
        ),
        rubric_of(row["rubric"]),
        row["state"] == "removed",
        row["message_id"],
        row["posting"],
        row["revision"],
        row["made_at"],
        row["changed_at"],
        row["endorsed_at"],
        row["correction"],
        row["corrected_at"],
        Mark(row["mark"]) if row["mark"] else None,
        row["helpful"],
    )


def _values(opinion: Opinion) -> dict[str, object]:
    reasoning, guideline, completeness = opinion.scores or (None, None, None)
    return {
        "right_why": opinion.right_why,
        "change": opinion.change,
        "reading": opinion.reading,
        "reasoning": reasoning,
        "guideline": guideline,
        "completeness": completeness,
        "anonymous": int(opinion.anonymous),
    }


async def insert(
    tx: Transaction, ask_id: int, member_id: int, opinion: Opinion, rubric: Rubric | None, now_ms: int
) -> int:
    """Keep a review; returns its id."""
    row = await tx.one(
        """INSERT INTO reviews (ask_id, right_why, change, reading, reasoning, guideline, completeness, rubric,
               anonymous, state, made_at, changed_at)
           VALUES (:ask, :right_why, :change, :reading, :reasoning, :guideline, :completeness, :rubric,
               :anonymous, 'posted', :now, :now)
           RETURNING review_id""",
        {**_values(opinion), "ask": ask_id, "rubric": rubric_text(rubric), "now": now_ms},
    )
    assert row is not None
    review_id: int = row["review_id"]
    await tx.run(
        "INSERT INTO review_authors (review_id, ask_id, member_id) VALUES (:review, :ask, :member)",
        {"review": review_id, "ask": ask_id, "member": member_id},
    )
    return review_id


async def change(tx: Transaction, review_id: int, opinion: Opinion, rubric: Rubric | None, now_ms: int) -> None:
    """Keep what its author says now."""
    await tx.run(
        """UPDATE reviews SET right_why = :right_why, change = :change, reading = :reading, reasoning = :reasoning,
               guideline = :guideline, completeness = :completeness, anonymous = :anonymous, rubric = :rubric,
               changed_at = :now WHERE review_id = :id""",
        {**_values(opinion), "rubric": rubric_text(rubric), "now": now_ms, "id": review_id},
    )


async def by_id(tx: Transaction, review_id: int) -> Review | None:
    row = await tx.one(f"{_REVIEW} WHERE r.review_id = :id", {"id": review_id})
    return _review(row) if row else None


async def of_ask(tx: Transaction, ask_id: int) -> list[Review]:
    """The reviews of an ask that are not removed, oldest first."""
    rows = await tx.all(f"{_REVIEW} WHERE r.ask_id = :id AND r.state = 'posted' ORDER BY r.review_id", {"id": ask_id})
    return [_review(row) for row in rows]


async def of_member(tx: Transaction, ask_id: int, member_id: int) -> Review | None:
    """A member's review of an ask, also a removed one."""
    row = await tx.one(
        f"{_REVIEW} JOIN review_authors w ON w.review_id = r.review_id WHERE r.ask_id = :ask AND w.member_id = :member",
        {"ask": ask_id, "member": member_id},
    )
    return _review(row) if row else None


async def author(tx: Transaction, review_id: int) -> tuple[int, int] | None:
    """(member id, user id) of the reviewer; None for a former member."""
    row = await tx.one(
        """SELECT m.member_id, m.user_id FROM review_authors w JOIN members m ON m.member_id = w.member_id
           WHERE w.review_id = :id""",
        {"id": review_id},
    )
    return (row["member_id"], row["user_id"]) if row else None


async def made(tx: Transaction, member_id: int, since_ms: int) -> list[int]:
    """When a member's reviews since then were made; removed ones count."""
    rows = await tx.all(
        """SELECT r.made_at FROM reviews r JOIN review_authors w ON w.review_id = r.review_id
           WHERE w.member_id = :member AND r.made_at > :since""",
        {"member": member_id, "since": since_ms},
    )
    return [row["made_at"] for row in rows]


async def placed(tx: Transaction, review_id: int, message_id: int | None) -> None:
    """Note which message it is."""
    await tx.run(
        "UPDATE reviews SET message_id = :message WHERE review_id = :id", {"message": message_id, "id": review_id}
    )


async def post_again(tx: Transaction, review_id: int) -> None:
    await tx.run("UPDATE reviews SET posting = posting + 1 WHERE review_id = :id", {"id": review_id})


async def revise(tx: Transaction, review_id: int) -> int:
    """Its card is to show something else; returns the number of that state."""
    row = await tx.one(
        "UPDATE reviews SET revision = revision + 1 WHERE review_id = :id RETURNING revision", {"id": review_id}
    )
    assert row is not None
    revision: int = row["revision"]
    return revision


async def delete_orphans(tx: Transaction, ask_id: int) -> list[int]:
    """Delete the reviews of an ask whose authors are gone, and what was said about them; returns their messages."""
    orphans = (
        "SELECT review_id FROM reviews WHERE ask_id = :id AND review_id NOT IN (SELECT review_id FROM review_authors)"
    )
    rows = await tx.all(
        f"""SELECT message_id FROM follow_ups WHERE review_id IN ({orphans})
            UNION ALL SELECT message_id FROM reviews WHERE review_id IN ({orphans})""",
        {"id": ask_id},
    )
    await tx.run(f"DELETE FROM reviews WHERE review_id IN ({orphans})", {"id": ask_id})
    return [row["message_id"] for row in rows if row["message_id"] is not None]


# Marks


async def mark(tx: Transaction, review_id: int, member_id: int) -> Mark | None:
    """What a member thinks of a review."""
    row = await tx.one(
        "SELECT kind FROM marks WHERE review_id = :review AND member_id = :member",
        {"review": review_id, "member": member_id},
    )
    return Mark(row["kind"]) if row else None


async def set_mark(tx: Transaction, review_id: int, member_id: int, kind: Mark, now_ms: int) -> None:
    await tx.run(
        """INSERT INTO marks (review_id, member_id, kind, at) VALUES (:review, :member, :kind, :now)
           ON CONFLICT (review_id, member_id) DO UPDATE SET kind = excluded.kind, at = excluded.at""",
        {"review": review_id, "member": member_id, "kind": kind.value, "now": now_ms},
    )


async def unmarked(tx: Transaction, member_id: int) -> list[Waiting]:
    """The reviews of a member's asks that they said nothing to, or nothing since they were unclear, oldest first."""
    rows = await tx.all(
        """SELECT a.ask_id, a.title,
               CASE WHEN a.visibility = 'private' AND a.anonymous = 1 THEN NULL ELSE a.thread_id END AS thread_id,
               r.message_id, r.review_id, r.review_id AS subject, r.made_at AS at
           FROM reviews r JOIN asks a ON a.ask_id = r.ask_id JOIN ask_authors w ON w.ask_id = a.ask_id
           WHERE w.member_id = :member AND a.state <> 'removed' AND r.state = 'posted' AND NOT EXISTS (
               SELECT 1 FROM marks m WHERE m.review_id = r.review_id AND m.member_id = :member
                 AND (m.kind = 'helpful' OR (m.at >= r.changed_at AND NOT EXISTS (
                     SELECT 1 FROM follow_ups f
                     WHERE f.review_id = r.review_id AND f.side = 'reviewer' AND f.made_at >= m.at))))
           ORDER BY r.review_id""",
        {"member": member_id},
    )
    return [Waiting(*row) for row in rows]


# What is asked and answered after a review


def _follow_up(row: Row) -> FollowUp:
    return FollowUp(
        row["follow_up_id"],
        row["ask_id"],
        row["review_id"],
        row["side"],
        row["text"],
        row["message_id"],
        row["posting"],
        row["made_at"],
        row["settled_at"],
        row["removed_at"] is not None,
    )


async def put_follow_up(
    tx: Transaction,
    ask_id: int,
    review_id: int | None,
    side: str,
    text: str,
    member_id: int,
    now_ms: int,
    form: int | None = None,
) -> int:
    """Keep a question, an addition or an answer; returns its id."""
    row = await tx.one(
        """INSERT INTO follow_ups (ask_id, review_id, side, text, form, made_at)
           VALUES (:ask, :review, :side, :text, :form, :now) RETURNING follow_up_id""",
        {"ask": ask_id, "review": review_id, "side": side, "text": text, "form": form, "now": now_ms},
    )
    assert row is not None
    follow_up_id: int = row["follow_up_id"]
    await tx.run(
        "INSERT INTO follow_up_authors (follow_up_id, member_id) VALUES (:id, :member)",
        {"id": follow_up_id, "member": member_id},
    )
    return follow_up_id


async def from_form(tx: Transaction, member_id: int, form: int | None, text: str) -> int | None:
    """What the member said with these words in this form already."""
    row = await tx.one(
        """SELECT f.follow_up_id FROM follow_ups f JOIN follow_up_authors w ON w.follow_up_id = f.follow_up_id
           WHERE w.member_id = :member AND f.form = :form AND f.text = :text""",
        {"member": member_id, "form": form, "text": text},
    )
    return row["follow_up_id"] if row else None


async def follow_up(tx: Transaction, follow_up_id: int) -> FollowUp | None:
    row = await tx.one("SELECT * FROM follow_ups WHERE follow_up_id = :id", {"id": follow_up_id})
    return _follow_up(row) if row else None


async def follow_up_author(tx: Transaction, follow_up_id: int) -> tuple[int, int] | None:
    """(member id, user id) of who wrote it; None for a former member."""
    row = await tx.one(
        """SELECT m.member_id, m.user_id FROM follow_up_authors w JOIN members m ON m.member_id = w.member_id
           WHERE w.follow_up_id = :id""",
        {"id": follow_up_id},
    )
    return (row["member_id"], row["user_id"]) if row else None


async def remove_follow_up(tx: Transaction, follow_up_id: int, now_ms: int) -> bool:
    """Take it off its thread; False where it was."""
    changed = await tx.run(
        """UPDATE follow_ups SET removed_at = :now, settled_at = COALESCE(settled_at, :now)
           WHERE follow_up_id = :id AND removed_at IS NULL""",
        {"now": now_ms, "id": follow_up_id},
    )
    return changed > 0


async def follow_ups(tx: Transaction, ask_id: int) -> list[FollowUp]:
    """All that was added, asked and answered about an ask, oldest first; nothing about removed reviews."""
    rows = await tx.all(
        """SELECT f.* FROM follow_ups f LEFT JOIN reviews r ON r.review_id = f.review_id
           WHERE f.ask_id = :id AND f.removed_at IS NULL AND (r.review_id IS NULL OR r.state = 'posted')
           ORDER BY f.follow_up_id""",
        {"id": ask_id},
    )
    return [_follow_up(row) for row in rows]


async def nameless(tx: Transaction, ask_id: int) -> list[int]:
    """What was said about an ask with a name, by somebody who is gone, and stands in its thread."""
    rows = await tx.all(
        """SELECT f.follow_up_id FROM follow_ups f JOIN asks a ON a.ask_id = f.ask_id
           LEFT JOIN reviews r ON r.review_id = f.review_id
           WHERE f.ask_id = :id AND f.message_id IS NOT NULL AND f.removed_at IS NULL
             AND CASE f.side WHEN 'asker' THEN a.anonymous ELSE r.anonymous END = 0
             AND NOT EXISTS (SELECT 1 FROM follow_up_authors w WHERE w.follow_up_id = f.follow_up_id)
           ORDER BY f.follow_up_id""",
        {"id": ask_id},
    )
    return [row["follow_up_id"] for row in rows]


async def follow_ups_made(tx: Transaction, member_id: int, since_ms: int) -> list[int]:
    """When a member's additions, questions and answers since then were made."""
    rows = await tx.all(
        """SELECT f.made_at FROM follow_ups f JOIN follow_up_authors w ON w.follow_up_id = f.follow_up_id
           WHERE w.member_id = :member AND f.made_at > :since""",
        {"member": member_id, "since": since_ms},
    )
    return [row["made_at"] for row in rows]


async def follow_up_placed(tx: Transaction, follow_up_id: int, message_id: int | None) -> None:
    """Note which message it is."""
    await tx.run(
        "UPDATE follow_ups SET message_id = :message WHERE follow_up_id = :id",
        {"message": message_id, "id": follow_up_id},
    )


async def post_follow_up_again(tx: Transaction, follow_up_id: int) -> None:
    await tx.run("UPDATE follow_ups SET posting = posting + 1 WHERE follow_up_id = :id", {"id": follow_up_id})


async def settle(tx: Transaction, review_id: int, now_ms: int) -> None:
    """The questions about a review are answered, or are none any more."""
    await tx.run(
        """UPDATE follow_ups SET settled_at = :now
           WHERE review_id = :review AND side = 'asker' AND settled_at IS NULL""",
        {"review": review_id, "now": now_ms},
    )


async def unanswered(tx: Transaction, member_id: int) -> list[Waiting]:
    """The questions about a member's reviews that wait for an answer, oldest first."""
    rows = await tx.all(
        """SELECT a.ask_id, a.title, a.thread_id, f.message_id, f.review_id, f.follow_up_id AS subject,
               f.made_at AS at
           FROM follow_ups f JOIN review_authors w ON w.review_id = f.review_id
           JOIN reviews r ON r.review_id = f.review_id JOIN asks a ON a.ask_id = f.ask_id
           WHERE w.member_id = :member AND f.side = 'asker' AND f.settled_at IS NULL AND f.removed_at IS NULL
             AND a.state <> 'removed' AND r.state = 'posted'
           ORDER BY f.follow_up_id""",
        {"member": member_id},
    )
    return [Waiting(*row) for row in rows]
