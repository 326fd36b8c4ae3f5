"""Rows of review sessions, of their series, and of what tutors typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.sessions import Place, Session, State
from bot.storage.database import Row, Transaction

_SESSION = """SELECT s.*, r.rule, t.member_id AS tutor_id, m.user_id AS tutor_user FROM sessions s
    LEFT JOIN session_series r ON r.series_id = s.series_id AND r.ended_at IS NULL
    LEFT JOIN session_tutors t ON t.session_id = s.session_id
    LEFT JOIN members m ON m.member_id = t.member_id"""


@dataclass(frozen=True, slots=True)
class New:
    """A session to insert. Instants in milliseconds; `place` as in `domain.sessions.Session`."""

    group_id: int
    series_id: int | None
    title: str
    topics: tuple[str, ...]
    notes: str
    starts_at: int
    ends_at: int
    zone: str
    place: Place
    place_id: int | None
    link: str | None
    seats: int | None
    channel_id: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What a tutor typed and chose; `session_id` is the session that it changes, None for a new one."""

    draft_id: int
    user_id: int
    group_id: int
    session_id: int | None
    payload: dict[str, Any]


def _session(row: Row) -> Session:
    return Session(
        row["session_id"],
        row["group_id"],
        row["title"],
        tuple(json.loads(row["topics"])),
        row["notes"],
        row["starts_at"],
        row["ends_at"],
        row["zone"],
        Place(row["place"]),
        row["place_id"],
        row["link"],
        row["seats"],
        State(row["state"]),
        row["slot_at"],
        row["series_id"],
        row["rule"],
        row["revision"],
        row["shown"],
        row["created_at"],
        row["changed_at"],
        row["channel_id"],
        row["message_id"],
        row["event_id"],
        row["problem"],
        row["tutor_id"],
        row["tutor_user"],
    )


async def by_id(tx: Transaction, session_id: int) -> Session | None:
    row = await tx.one(f"{_SESSION} WHERE s.session_id = :id", {"id": session_id})
    return _session(row) if row else None


async def next_of_group(tx: Transaction, group_id: int, now_ms: int) -> Session | None:
    """The group's next session that has not begun."""
    row = await tx.one(
        f"""{_SESSION} WHERE s.group_id = :group_id AND s.state = 'planned' AND s.starts_at > :now
            ORDER BY s.starts_at, s.session_id LIMIT 1""",
        {"group_id": group_id, "now": now_ms},
    )
    return _session(row) if row else None


async def ahead(tx: Transaction, group_id: int, limit: int) -> list[Session]:
    """The group's sessions that are planned or going on, the nearest first."""
    rows = await tx.all(
        f"""{_SESSION} WHERE s.group_id = :group_id AND s.state IN ('planned', 'live')
            ORDER BY s.starts_at, s.session_id LIMIT :limit""",
        {"group_id": group_id, "limit": limit},
    )
    return [_session(row) for row in rows]


async def since(tx: Transaction, group_id: int, ended_after: int) -> list[Session]:
    """The group's sessions of every state that end after an instant (ms), in their order."""
    rows = await tx.all(
        f"{_SESSION} WHERE s.group_id = :group_id AND s.ends_at > :since ORDER BY s.starts_at, s.session_id",
        {"group_id": group_id, "since": ended_after},
    )
    return [_session(row) for row in rows]


async def all_ahead(tx: Transaction) -> list[Session]:
    """Every group's sessions that are planned or going on."""
    rows = await tx.all(f"{_SESSION} WHERE s.state IN ('planned', 'live') ORDER BY s.session_id")
    return [_session(row) for row in rows]


async def insert(tx: Transaction, new: New, tutor: int | None, now_ms: int) -> Session:
    row = await tx.one(
        """INSERT INTO sessions (group_id, series_id, slot_at, title, topics, notes, starts_at, ends_at, zone, place,
               place_id, link, seats, state, created_at, changed_at, channel_id)
           VALUES (:group_id, :series_id, :starts_at, :title, :topics, :notes, :starts_at, :ends_at, :zone, :place,
               :place_id, :link, :seats, 'planned', :now, :now, :channel_id)
           RETURNING session_id""",
        {**_columns(new), "group_id": new.group_id, "series_id": new.series_id, "now": now_ms}
        | {"channel_id": new.channel_id},
    )
    assert row is not None
    if tutor is not None:
        await tx.run(
            "INSERT INTO session_tutors (session_id, member_id) VALUES (:id, :member)",
            {"id": row["session_id"], "member": tutor},
        )
    made = await by_id(tx, row["session_id"])
    assert made is not None
    return made


async def update(tx: Transaction, session_id: int, new: New, slot_at: int, now_ms: int) -> Session:
    """Write what its tutor changed: a new revision."""
    await tx.run(
        """UPDATE sessions SET title = :title, topics = :topics, notes = :notes, starts_at = :starts_at,
               ends_at = :ends_at, zone = :zone, place = :place, place_id = :place_id, link = :link, seats = :seats,
               slot_at = :slot_at, revision = revision + 1, changed_at = :now
           WHERE session_id = :id""",
        {**_columns(new), "slot_at": slot_at, "now": now_ms, "id": session_id},
    )
    made = await by_id(tx, session_id)
    assert made is not None
    return made


def _columns(new: New) -> dict[str, object]:
    return {
        "title": new.title,
        "topics": json.dumps(new.topics),
        "notes": new.notes,
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "zone": new.zone,
        "place": new.place.value,
        "place_id": new.place_id,
        "link": new.link,
        "seats": new.seats,
    }


async def set_state(tx: Transaction, session_id: int, state: State) -> None:
    await tx.run("UPDATE sessions SET state = :state WHERE session_id = :id", {"state": state.value, "id": session_id})


async def cancel(tx: Transaction, session_id: int, now_ms: int) -> None:
    """It does not take place: a revision too, so that calendars learn of it."""
    await tx.run(
        """UPDATE sessions SET state = 'cancelled', revision = revision + 1, changed_at = :now
           WHERE session_id = :id""",
        {"now": now_ms, "id": session_id},
    )


async def show(tx: Transaction, session_id: int) -> int:
    """Its post is to show a new state; returns the number of that state."""
    row = await tx.one(
        "UPDATE sessions SET shown = shown + 1 WHERE session_id = :id RETURNING shown", {"id": session_id}
    )
    assert row is not None
    shown: int = row["shown"]
    return shown


async def posted(tx: Transaction, session_id: int, message_id: int | None) -> None:
    await tx.run(
        "UPDATE sessions SET message_id = :message WHERE session_id = :id", {"message": message_id, "id": session_id}
    )


async def move_post(tx: Transaction, session_id: int, channel_id: int) -> None:
    """Its announcement is to be posted in another channel, the one that it had being gone."""
    await tx.run(
        "UPDATE sessions SET channel_id = :channel, message_id = NULL WHERE session_id = :id",
        {"channel": channel_id, "id": session_id},
    )


async def has_event(tx: Transaction, session_id: int, event_id: int | None, problem: str | None) -> None:
    """Discord's event of the session, or why there is none."""
    await tx.run(
        "UPDATE sessions SET event_id = :event, problem = :problem WHERE session_id = :id",
        {"event": event_id, "problem": problem, "id": session_id},
    )


# Series


async def begin_series(tx: Transaction, group_id: int, rule: str, template: Mapping[str, Any]) -> int:
    row = await tx.one(
        """INSERT INTO session_series (group_id, rule, template) VALUES (:group_id, :rule, :template)
           RETURNING series_id""",
        {"group_id": group_id, "rule": rule, "template": json.dumps(template)},
    )
    assert row is not None
    series_id: int = row["series_id"]
    return series_id


async def series(tx: Transaction, series_id: int) -> tuple[str, dict[str, Any]] | None:
    """The rule and the template of a series that goes on."""
    row = await tx.one(
        "SELECT rule, template FROM session_series WHERE series_id = :id AND ended_at IS NULL", {"id": series_id}
    )
    return (row["rule"], json.loads(row["template"])) if row else None


async def join_series(tx: Transaction, session_id: int, series_id: int) -> None:
    """The session is the first one of a series."""
    await tx.run(
        "UPDATE sessions SET series_id = :series WHERE session_id = :id", {"series": series_id, "id": session_id}
    )


async def change_series(tx: Transaction, series_id: int, rule: str, template: Mapping[str, Any]) -> None:
    await tx.run(
        "UPDATE session_series SET rule = :rule, template = :template WHERE series_id = :id",
        {"rule": rule, "template": json.dumps(template), "id": series_id},
    )


async def end_series(tx: Transaction, series_id: int, now_ms: int) -> None:
    await tx.run(
        "UPDATE session_series SET ended_at = :now WHERE series_id = :id AND ended_at IS NULL",
        {"now": now_ms, "id": series_id},
    )


async def last_of_series(tx: Transaction, series_id: int) -> Session | None:
    row = await tx.one(f"{_SESSION} WHERE s.series_id = :id ORDER BY s.slot_at DESC LIMIT 1", {"id": series_id})
    return _session(row) if row else None


# Drafts


async def keep_draft(
    tx: Transaction, member_id: int, session_id: int | None, payload: Mapping[str, Any], now_ms: int
) -> int:
    # Ids by the time are never used twice: an old form must not be taken for a newer one.
    row = await tx.one(
        """INSERT INTO session_drafts (draft_id, member_id, session_id, payload, at)
           VALUES ((SELECT CASE WHEN MAX(draft_id) >= :now THEN MAX(draft_id) + 1 ELSE :now END FROM session_drafts),
               :member, :session, :payload, :now) RETURNING draft_id""",
        {"member": member_id, "session": session_id, "payload": json.dumps(payload), "now": now_ms},
    )
    assert row is not None
    draft_id: int = row["draft_id"]
    return draft_id


async def change_draft(tx: Transaction, draft_id: int, payload: Mapping[str, Any], now_ms: int) -> None:
    await tx.run(
        "UPDATE session_drafts SET payload = :payload, at = :now WHERE draft_id = :id",
        {"payload": json.dumps(payload), "now": now_ms, "id": draft_id},
    )


async def draft(tx: Transaction, draft_id: int) -> Draft | None:
    row = await tx.one(
        """SELECT d.draft_id, m.user_id, m.group_id, d.session_id, d.payload FROM session_drafts d
           JOIN members m ON m.member_id = d.member_id WHERE d.draft_id = :id""",
        {"id": draft_id},
    )
    if row is None:
        return None
    return Draft(row["draft_id"], row["user_id"], row["group_id"], row["session_id"], json.loads(row["payload"]))


async def drop_draft(tx: Transaction, draft_id: int) -> bool:
    """It was posted; whether it was still there."""
    return await tx.run("DELETE FROM session_drafts WHERE draft_id = :id", {"id": draft_id}) > 0


async def drop_drafts(tx: Transaction, before: int) -> None:
    """Drop what was typed before an instant (ms) and never posted."""
    await tx.run("DELETE FROM session_drafts WHERE at < :before", {"before": before})
