"""Rows of peer feedback: asks, their authors, and where they are posted."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.domain.feedback import Ask, Rubric, State, Trouble, Visibility, Words
from bot.storage.database import Row, Transaction

_ASK = """SELECT a.*, t.name AS topic FROM asks a LEFT JOIN topics t ON t.topic_id = a.topic_id"""


def _ask(row: Row) -> Ask:
    return Ask(
        row["ask_id"],
        row["group_id"],
        row["kind"],
        row["topic"],
        Words(
            row["title"],
            row["did"],
            row["wants"],
            row["topic_id"],
            Visibility(row["visibility"]),
            bool(row["anonymous"]),
        ),
        tuple(json.loads(row["files"])),
        State(row["state"]),
        row["channel_id"],
        row["thread_id"],
        row["message_id"],
        row["posting"],
        row["revision"],
        Trouble(row["trouble"]) if row["trouble"] else None,
        row["made_at"],
        row["resolved_at"],
        row["archived_at"],
        row["locked_at"],
    )


async def insert(
    tx: Transaction,
    *,
    group_id: int,
    words: Words,
    files: Sequence[str],
    channel_id: int,
    author: int | None,
    now_ms: int,
    kind: str = "ask",
    form: int | None = None,
) -> int:
    """Keep an ask; returns its id. A teach-back has no author."""
    row = await tx.one(
        """INSERT INTO asks (group_id, kind, topic_id, title, did, wants, files, form, visibility, anonymous, state,
               channel_id, made_at)
           VALUES (:group_id, :kind, :topic, :title, :did, :wants, :files, :form, :visibility, :anonymous, 'open',
               :channel, :now)
           RETURNING ask_id""",
        {
            "group_id": group_id,
            "kind": kind,
            "topic": words.topic_id,
            "title": words.title,
            "did": words.did,
            "wants": words.wants,
            "files": json.dumps(list(files), ensure_ascii=False),
            "form": form,
            "visibility": words.visibility.value,
            "anonymous": int(words.anonymous),
            "channel": channel_id,
            "now": now_ms,
        },
    )
    assert row is not None
    ask_id: int = row["ask_id"]
    if author is not None:
        await tx.run(
            "INSERT INTO ask_authors (ask_id, member_id) VALUES (:ask, :member)", {"ask": ask_id, "member": author}
        )
    return ask_id


async def by_id(tx: Transaction, ask_id: int) -> Ask | None:
    row = await tx.one(f"{_ASK} WHERE a.ask_id = :id", {"id": ask_id})
    return _ask(row) if row else None


async def from_form(tx: Transaction, member_id: int, form: int | None, words: Words) -> int | None:
    """The member's ask with these words that came from this form already."""
    row = await tx.one(
        """SELECT a.ask_id FROM asks a JOIN ask_authors w ON w.ask_id = a.ask_id
           WHERE w.member_id = :member AND a.form = :form AND a.title = :title AND a.did = :did AND a.wants = :wants""",
        {"member": member_id, "form": form, "title": words.title, "did": words.did, "wants": words.wants},
    )
    return row["ask_id"] if row else None


async def by_thread(tx: Transaction, thread_id: int) -> Ask | None:
    row = await tx.one(f"{_ASK} WHERE a.thread_id = :id", {"id": thread_id})
    return _ask(row) if row else None


async def author(tx: Transaction, ask_id: int) -> tuple[int, int] | None:
    """(member id, user id) of the asker; None for a former member's and a teach-back."""
    row = await tx.one(
        """SELECT m.member_id, m.user_id FROM ask_authors w JOIN members m ON m.member_id = w.member_id
           WHERE w.ask_id = :id""",
        {"id": ask_id},
    )
    return (row["member_id"], row["user_id"]) if row else None


async def of_author(tx: Transaction, member_id: int, limit: int, offset: int) -> list[Ask]:
    """A member's asks, the open ones first, then the newest."""
    rows = await tx.all(
        f"""{_ASK} JOIN ask_authors w ON w.ask_id = a.ask_id
            WHERE w.member_id = :member AND a.state <> 'removed'
            ORDER BY CASE a.state WHEN 'open' THEN 0 ELSE 1 END, a.ask_id DESC LIMIT :limit OFFSET :offset""",
        {"member": member_id, "limit": limit, "offset": offset},
    )
    return [_ask(row) for row in rows]


async def count(tx: Transaction, member_id: int) -> tuple[int, int]:
    """(open, all that are not removed) of a member's asks."""
    row = await tx.one(
        """SELECT COUNT(CASE WHEN a.state = 'open' THEN 1 END) AS opened, COUNT(*) AS number
           FROM asks a JOIN ask_authors w ON w.ask_id = a.ask_id
           WHERE w.member_id = :member AND a.state <> 'removed'""",
        {"member": member_id},
    )
    assert row is not None
    return row["opened"], row["number"]


async def made(tx: Transaction, member_id: int, since_ms: int) -> list[int]:
    """When a member's asks since then were made; removed ones count."""
    rows = await tx.all(
        """SELECT a.made_at FROM asks a JOIN ask_authors w ON w.ask_id = a.ask_id
           WHERE w.member_id = :member AND a.made_at > :since""",
        {"member": member_id, "since": since_ms},
    )
    return [row["made_at"] for row in rows]


async def placed(
    tx: Transaction, ask_id: int, *, channel_id: int, thread_id: int | None, message_id: int | None, now_ms: int
) -> None:
    """Note where it stands, as far as that is known."""
    await tx.run(
        """UPDATE asks SET channel_id = :channel, thread_id = :thread, message_id = :message, trouble = NULL,
               posted_at = COALESCE(posted_at, :now) WHERE ask_id = :id""",
        {"channel": channel_id, "thread": thread_id, "message": message_id, "now": now_ms, "id": ask_id},
    )


async def move(tx: Transaction, ask_id: int, state: State, now_ms: int) -> bool:
    """Open, resolve or remove an ask; whether it was in another state."""
    resolved = now_ms if state is State.RESOLVED else None
    changed = await tx.run(
        """UPDATE asks SET state = :state, resolved_at = :resolved, archived_at = NULL
           WHERE ask_id = :id AND state <> :state AND state <> 'removed'""",
        {"state": state.value, "resolved": resolved, "id": ask_id},
    )
    return changed > 0


async def set_trouble(tx: Transaction, ask_id: int, trouble: Trouble | None) -> None:
    await tx.run(
        "UPDATE asks SET trouble = :trouble WHERE ask_id = :id",
        {"trouble": trouble.value if trouble else None, "id": ask_id},
    )


async def lost(tx: Transaction, ask_id: int, *, thread: bool) -> None:
    """Its card is gone, or its whole thread with every card."""
    await tx.run(
        f"UPDATE asks SET message_id = NULL{', thread_id = NULL' if thread else ''} WHERE ask_id = :id",
        {"id": ask_id},
    )
    if thread:
        await tx.run("UPDATE reviews SET message_id = NULL WHERE ask_id = :id", {"id": ask_id})
        await tx.run("UPDATE follow_ups SET message_id = NULL WHERE ask_id = :id", {"id": ask_id})


async def post_again(tx: Transaction, ask_id: int, channel_id: int) -> None:
    """It is to be posted once more."""
    await tx.run(
        "UPDATE asks SET posting = posting + 1, channel_id = :channel, trouble = NULL WHERE ask_id = :id",
        {"id": ask_id, "channel": channel_id},
    )


async def revise(tx: Transaction, ask_id: int) -> int:
    """Its card is to show something else; returns the number of that state."""
    row = await tx.one("UPDATE asks SET revision = revision + 1 WHERE ask_id = :id RETURNING revision", {"id": ask_id})
    assert row is not None
    revision: int = row["revision"]
    return revision


async def archived(tx: Transaction, ask_id: int, now_ms: int | None) -> None:
    """Its thread is archived since then, or not any more."""
    await tx.run("UPDATE asks SET archived_at = :now WHERE ask_id = :id", {"now": now_ms, "id": ask_id})


async def set_locked(tx: Transaction, ask_id: int, now_ms: int | None) -> None:
    """Locked since then, or not any more."""
    await tx.run("UPDATE asks SET locked_at = :now WHERE ask_id = :id", {"now": now_ms, "id": ask_id})


async def delete(tx: Transaction, ask_id: int) -> None:
    await tx.run("DELETE FROM asks WHERE ask_id = :id", {"id": ask_id})


async def touched_by(tx: Transaction, member_id: int) -> list[tuple[int, int]]:
    """(ask id, group id) of what a member asked, reviewed, or judged as a tutor."""
    rows = await tx.all(
        """SELECT ask_id, group_id FROM asks
           WHERE ask_id IN (SELECT ask_id FROM ask_authors WHERE member_id = :member)
              OR ask_id IN (SELECT ask_id FROM review_authors WHERE member_id = :member)
              OR ask_id IN (SELECT r.ask_id FROM reviews r JOIN review_tutors t ON t.review_id = r.review_id
                            WHERE t.member_id = :member)
           ORDER BY ask_id""",
        {"member": member_id},
    )
    return [(row["ask_id"], row["group_id"]) for row in rows]


async def invited(tx: Transaction, ask_id: int) -> list[int]:
    """The user ids of those who accepted an invitation."""
    rows = await tx.all(
        """SELECT m.user_id FROM invitations i JOIN members m ON m.member_id = i.member_id
           WHERE i.ask_id = :id AND i.state IN ('accepted', 'done') ORDER BY i.invitation_id""",
        {"id": ask_id},
    )
    return [row["user_id"] for row in rows]


async def invitations(tx: Transaction, member_id: int) -> list[Ask]:
    """The asks that a member is invited to look at and has not answered yet."""
    rows = await tx.all(
        f"""{_ASK} JOIN invitations i ON i.ask_id = a.ask_id
            WHERE i.member_id = :member AND i.state = 'asked' AND a.state = 'open' ORDER BY i.invitation_id""",
        {"member": member_id},
    )
    return [_ask(row) for row in rows]


async def under_way(tx: Transaction, lane: str) -> bool:
    """Whether something of a lane still waits to be posted."""
    row = await tx.one(
        "SELECT 1 FROM deliveries WHERE lane = :lane AND state IN ('pending', 'sending')", {"lane": lane}
    )
    return row is not None


async def user_of(tx: Transaction, member_id: int) -> int | None:
    row = await tx.one("SELECT user_id FROM members WHERE member_id = :id", {"id": member_id})
    return row["user_id"] if row else None


async def left(tx: Transaction, member_id: int) -> bool:
    """Whether the member is known to have left the server."""
    row = await tx.one("SELECT 1 FROM members WHERE member_id = :id AND left_at IS NOT NULL", {"id": member_id})
    return row is not None


# Settings


async def settings(tx: Transaction, group_id: int) -> tuple[int | None, Rubric | None]:
    """The group's channel for feedback and its rubric, as far as it has its own."""
    row = await tx.one("SELECT channel_id, rubric FROM feedback_settings WHERE group_id = :id", {"id": group_id})
    return (row["channel_id"], rubric_of(row["rubric"])) if row else (None, None)


async def set_channel(tx: Transaction, group_id: int, channel_id: int | None) -> None:
    await tx.run(
        """INSERT INTO feedback_settings (group_id, channel_id) VALUES (:id, :channel)
           ON CONFLICT (group_id) DO UPDATE SET channel_id = excluded.channel_id""",
        {"id": group_id, "channel": channel_id},
    )


async def set_rubric(tx: Transaction, group_id: int, rubric: Rubric | None) -> None:
    await tx.run(
        """INSERT INTO feedback_settings (group_id, rubric) VALUES (:id, :rubric)
           ON CONFLICT (group_id) DO UPDATE SET rubric = excluded.rubric""",
        {"id": group_id, "rubric": rubric_text(rubric)},
    )


def rubric_of(text: str | None) -> Rubric | None:
    """A rubric from how it is kept."""
    if text is None:
        return None
    labels = json.loads(text)
    return Rubric(labels[0], labels[1], labels[2], (labels[3], labels[4], labels[5]))


def rubric_text(rubric: Rubric | None) -> str | None:
    """A rubric as it is kept."""
    if rubric is None:
        return None
    return json.dumps([rubric.right_why, rubric.change, rubric.reading, *rubric.scores], ensure_ascii=False)
