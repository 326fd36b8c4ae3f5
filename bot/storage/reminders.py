"""Rows of reminders: what members asked for, and when it is due next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.domain.reminders import State, Target
from bot.storage.database import Row, Transaction

_COLUMNS = """r.reminder_id, r.member_id, m.group_id, m.user_id, r.state, r.waits_for, r.choices, r.replaces,
    r.parent_id, r.words, r.text, r.target, r.channel_id, r.zone, r.zone_before, r.follows, r.rule, r.wall, r.anchor,
    r.anchor_id, r.beside, r.next_at, r.version, r.created_at"""
_FROM = "FROM reminders r JOIN members m ON m.member_id = r.member_id"
_KEPT = "('on', 'paused')"


@dataclass(frozen=True, slots=True)
class Timing:
    """When a reminder comes. `next_at` in milliseconds is None for one that waits or is over.

    `follows` says that its wall times go by its owner's zone. `wall` is a single wall time, `rule` one that recurs.
    """

    words: str
    zone: str
    next_at: int | None
    follows: bool = False
    rule: str | None = None
    wall: str | None = None
    anchor: str | None = None
    anchor_id: int | None = None
    beside: str | None = None
    utc_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder as it is kept; instants in milliseconds."""

    reminder_id: int
    member_id: int
    group_id: int
    user_id: int
    state: State
    waits_for: str | None
    choices: tuple[str, ...]
    replaces: int | None
    parent_id: int | None
    words: str
    text: str
    target: Target
    channel_id: int | None
    zone: str
    zone_before: str | None
    follows: bool
    rule: str | None
    wall: str | None
    anchor: str | None
    anchor_id: int | None
    beside: str | None
    next_at: int | None
    version: int
    created_at: int


def _reminder(row: Row) -> Reminder:
    return Reminder(
        row["reminder_id"],
        row["member_id"],
        row["group_id"],
        row["user_id"],
        State(row["state"]),
        row["waits_for"],
        tuple(json.loads(row["choices"])),
        row["replaces"],
        row["parent_id"],
        row["words"],
        row["text"],
        Target(row["target"]),
        row["channel_id"],
        row["zone"],
        row["zone_before"],
        bool(row["follows"]),
        row["rule"],
        row["wall"],
        row["anchor"],
        row["anchor_id"],
        row["beside"],
        row["next_at"],
        row["version"],
        row["created_at"],
    )


async def _one(tx: Transaction, where: str, **params: Any) -> Reminder | None:
    row = await tx.one(f"SELECT {_COLUMNS} {_FROM} WHERE {where}", params)
    return _reminder(row) if row else None


async def _all(tx: Transaction, where: str, **params: Any) -> list[Reminder]:
    return [_reminder(row) for row in await tx.all(f"SELECT {_COLUMNS} {_FROM} WHERE {where}", params)]


async def by_id(tx: Transaction, reminder_id: int) -> Reminder | None:
    return await _one(tx, "r.reminder_id = :id", id=reminder_id)


async def insert(
    tx: Transaction,
    member_id: int,
    text: str,
    timing: Timing,
    now_ms: int,
    *,
    state: State,
    target: Target,
    channel_id: int | None,
    replaces: int | None = None,
    parent_id: int | None = None,
) -> int:
    """Keep a new reminder; returns its id."""
    row = await tx.one(
        """INSERT INTO reminders (member_id, state, words, text, target, channel_id, zone, follows, rule, wall, anchor,
               anchor_id, beside, next_at, utc_offset, replaces, parent_id, created_at)
           VALUES (:member, :state, :words, :text, :target, :channel, :zone, :follows, :rule, :wall, :anchor,
               :anchor_id, :beside, :next_at, :utc_offset, :replaces, :parent, :now) RETURNING reminder_id""",
        {
            **_timing(timing),
            "member": member_id,
            "state": state.value,
            "text": text,
            "target": target.value,
            "channel": channel_id,
            "replaces": replaces,
            "parent": parent_id,
            "now": now_ms,
        },
    )
    assert row is not None
    return int(row["reminder_id"])


def _timing(timing: Timing) -> dict[str, object]:
    return {
        "words": timing.words,
        "zone": timing.zone,
        "follows": int(timing.follows),
        "rule": timing.rule,
        "wall": timing.wall,
        "anchor": timing.anchor,
        "anchor_id": timing.anchor_id,
        "beside": timing.beside,
        "next_at": timing.next_at,
        "utc_offset": timing.utc_offset,
    }


async def wait(tx: Transaction, reminder_id: int, waits_for: str, words: str, choices: tuple[str, ...] = ()) -> None:
    """A draft waits for its member's zone, choice or place; `choices` are phrases that each mean one thing."""
    await tx.run(
        """UPDATE reminders SET state = 'draft', waits_for = :waits_for, words = :words, choices = :choices
           WHERE reminder_id = :id""",
        {"waits_for": waits_for, "words": words, "choices": json.dumps(choices), "id": reminder_id},
    )


async def set_timing(tx: Transaction, reminder_id: int, timing: Timing) -> None:
    """Switch a reminder on with another time; fires that were on their way are void."""
    await tx.run(
        """UPDATE reminders SET state = 'on', waits_for = NULL, choices = '[]', words = :words, zone = :zone,
               zone_before = NULL, follows = :follows, rule = :rule, wall = :wall, anchor = :anchor,
               anchor_id = :anchor_id, beside = :beside, next_at = :next_at,
               utc_offset = :utc_offset, version = version + 1
           WHERE reminder_id = :id""",
        {**_timing(timing), "id": reminder_id},
    )


async def set_next(
    tx: Transaction, reminder_id: int, next_at: int | None, utc_offset: int | None, *, state: State = State.ON
) -> None:
    """It came, or what it goes by moved: when it comes next."""
    await tx.run(
        """UPDATE reminders SET next_at = :next_at, utc_offset = :utc_offset, state = :state
           WHERE reminder_id = :id""",
        {"next_at": next_at, "utc_offset": utc_offset, "state": state.value, "id": reminder_id},
    )


async def set_text(tx: Transaction, reminder_id: int, text: str) -> None:
    await tx.run("UPDATE reminders SET text = :text WHERE reminder_id = :id", {"text": text, "id": reminder_id})


async def set_place(tx: Transaction, reminder_id: int, target: Target, channel_id: int | None) -> None:
    await tx.run(
        "UPDATE reminders SET target = :target, channel_id = :channel WHERE reminder_id = :id",
        {"target": target.value, "channel": channel_id, "id": reminder_id},
    )


async def set_state(tx: Transaction, reminder_id: int, state: State) -> None:
    """Pause or end it; fires that are on their way are void."""
    await tx.run(
        "UPDATE reminders SET state = :state, version = version + 1 WHERE reminder_id = :id",
        {"state": state.value, "id": reminder_id},
    )


async def set_zone(tx: Transaction, reminder_id: int, zone: str, before: str | None, rule: str | None) -> None:
    """Its wall times go by another zone; `before` is where they would be without the move."""
    await tx.run(
        """UPDATE reminders SET zone = :zone, zone_before = :before, rule = :rule WHERE reminder_id = :id""",
        {"zone": zone, "before": before, "rule": rule, "id": reminder_id},
    )


async def remove(tx: Transaction, reminder_id: int) -> None:
    await tx.run("DELETE FROM reminders WHERE reminder_id = :id", {"id": reminder_id})


async def forget_planned(tx: Transaction, member_id: int, reminder_id: int) -> None:
    """Take all that is planned of a reminder out of the agenda, its snoozes too."""
    await tx.run(
        """DELETE FROM agenda WHERE member_id = :member AND subject_id = :id AND kind IN ('reminder', 'snooze')""",
        {"member": member_id, "id": reminder_id},
    )


async def is_snoozed(tx: Transaction, reminder: Reminder) -> bool:
    """Whether it comes once more after a snooze."""
    row = await tx.one(
        "SELECT 1 FROM agenda WHERE member_id = :member AND subject_id = :id AND kind = 'snooze' LIMIT 1",
        {"member": reminder.member_id, "id": reminder.reminder_id},
    )
    return row is not None


# What a member has


async def count(tx: Transaction, member_id: int) -> tuple[int, int]:
    """(active reminders, drafts) of a member."""
    row = await tx.one(
        f"""SELECT COUNT(CASE WHEN state IN {_KEPT} THEN 1 END) AS active,
                COUNT(CASE WHEN state = 'draft' THEN 1 END) AS drafts
            FROM reminders WHERE member_id = :member""",
        {"member": member_id},
    )
    assert row is not None
    return row["active"], row["drafts"]


async def listed(
    tx: Transaction, user_id: int, group_id: int | None, limit: int, offset: int
) -> tuple[list[tuple[Reminder, int | None]], int]:
    """A user's active reminders with their next snooze (ms), soonest first, and how many there are in all.

    Of one group, or of all. What is over is among them while it is snoozed.
    """
    where = f"""m.user_id = :user AND m.group_id = COALESCE(:group_id, m.group_id)
        AND (r.state IN {_KEPT} OR s.due_at IS NOT NULL)"""
    source = f"""{_FROM} LEFT JOIN (
            SELECT subject_id, MIN(due_at) AS due_at FROM agenda
            WHERE kind = 'snooze' AND member_id IN (SELECT member_id FROM members WHERE user_id = :user)
            GROUP BY subject_id) s ON s.subject_id = r.reminder_id"""
    params = {"user": user_id, "group_id": group_id, "limit": limit, "offset": offset}
    rows = await tx.all(
        f"""SELECT {_COLUMNS}, s.due_at AS snoozed_to {source} WHERE {where}
            ORDER BY CASE WHEN r.state = 'paused' OR COALESCE(r.next_at, s.due_at) IS NULL THEN 1 ELSE 0 END,
                COALESCE(r.next_at, s.due_at), r.reminder_id
            LIMIT :limit OFFSET :offset""",
        params,
    )
    total = await tx.one(f"SELECT COUNT(*) AS n {source} WHERE {where}", params)
    assert total is not None
    return [(_reminder(row), row["snoozed_to"]) for row in rows], total["n"]


async def all_of(tx: Transaction, user_id: int, group_id: int | None) -> list[Reminder]:
    """Every reminder of a user that is kept, of one group or of all."""
    return await _all(
        tx, "m.user_id = :user AND m.group_id = COALESCE(:group_id, m.group_id)", user=user_id, group_id=group_id
    )


async def waiting(tx: Transaction, member_id: int, waits_for: str) -> list[Reminder]:
    """A member's drafts that wait for something, oldest first."""
    return await _all(
        tx,
        "r.member_id = :member AND r.state = 'draft' AND r.waits_for = :waits_for ORDER BY r.reminder_id",
        member=member_id,
        waits_for=waits_for,
    )


async def following(tx: Transaction, member_id: int) -> list[Reminder]:
    """A member's active reminders whose wall times go by the member's zone."""
    return await _all(
        tx, f"r.member_id = :member AND r.state IN {_KEPT} AND r.follows = 1 ORDER BY r.reminder_id", member=member_id
    )


async def anchored(tx: Transaction, what: str, subject_id: int) -> list[Reminder]:
    """Active reminders that hang on an exam or a session."""
    return await _all(tx, f"r.anchor = :what AND r.anchor_id = :id AND r.state IN {_KEPT}", what=what, id=subject_id)


async def unanchor(tx: Transaction, reminder_id: int) -> None:
    """What it hung on is gone."""
    await tx.run("UPDATE reminders SET anchor_id = NULL WHERE reminder_id = :id", {"id": reminder_id})


async def planned(tx: Transaction, now_ms: int, after: int, limit: int) -> list[tuple[int, str, int, int]]:
    """(reminder, zone, next_at, utc_offset) of the first above the id *after* that are ahead and go by a wall time."""
    rows = await tx.all(
        """SELECT reminder_id, zone, next_at, utc_offset FROM reminders
           WHERE reminder_id > :after AND state = 'on' AND next_at > :now AND utc_offset IS NOT NULL
           ORDER BY reminder_id LIMIT :limit""",
        {"now": now_ms, "after": after, "limit": limit},
    )
    return [tuple(row) for row in rows]


# Copies of a reminder


async def copy_of(tx: Transaction, parent_id: int, member_id: int) -> Reminder | None:
    """The copy that a member took of a reminder."""
    return await _one(tx, "r.parent_id = :parent AND r.member_id = :member", parent=parent_id, member=member_id)


async def followers(tx: Transaction, parent_id: int) -> int:
    """How many took a copy."""
    row = await tx.one("SELECT COUNT(*) AS n FROM reminders WHERE parent_id = :parent", {"parent": parent_id})
    return row["n"] if row else 0


async def copied_since(tx: Transaction, member_id: int, since_ms: int) -> int:
    """How many copies a member took lately."""
    row = await tx.one(
        """SELECT COUNT(*) AS n FROM reminders
           WHERE member_id = :member AND parent_id IS NOT NULL AND created_at > :since""",
        {"member": member_id, "since": since_ms},
    )
    return row["n"] if row else 0


# Whose clock, and which group


async def zone_said(tx: Transaction, member_id: int) -> bool:
    """Whether the member said by whose clock they go."""
    row = await tx.one("SELECT zone_said FROM members WHERE member_id = :member", {"member": member_id})
    return row is not None and bool(row["zone_said"])


async def say_zone(tx: Transaction, member_id: int) -> None:
    await tx.run("UPDATE members SET zone_said = 1 WHERE member_id = :member", {"member": member_id})


async def home(tx: Transaction, user_id: int) -> int | None:
    """The group that a user used last: by reminders and answers, else the one that they joined last."""
    row = await tx.one(
        """SELECT m.group_id FROM members m WHERE m.user_id = :user
           ORDER BY COALESCE((SELECT MAX(r.created_at) FROM reminders r WHERE r.member_id = m.member_id), 0) DESC,
               COALESCE((SELECT MAX(a.answered_at) FROM answers a WHERE a.member_id = m.member_id), 0) DESC,
               m.joined_at DESC, m.member_id DESC LIMIT 1""",
        {"user": user_id},
    )
    return row["group_id"] if row else None
