"""Review sessions as calendar files."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

from bot.domain.instants import from_ms
from bot.domain.sessions import Session, State
from bot.formats.calendar import Entry, write
from bot.storage import meta
from bot.storage.database import Database

SECRET = "calendar-secret"  # noqa: S105  the name under which it is kept


def one(session: Session, guild_id: int, place: str) -> bytes:
    """The file of one session; `place` is its channel's name or its link."""
    return write([_entry(session, guild_id, place)])


def feed(sessions: Sequence[Session], guild_id: int, place: Callable[[Session], str], name: str) -> bytes:
    """The file of a whole group, called *name*; importing it again replaces what changed."""
    return write([_entry(session, guild_id, place(session)) for session in sessions], name)


async def file_name(database: Database, group_id: int) -> str:
    """What a group's published file is called: the same for ever, and to be guessed from no other group's."""
    async with database.write() as tx:
        secret = await meta.read(tx, SECRET)
        if secret is None:
            secret = secrets.token_hex(32)
            await meta.write(tx, SECRET, secret)
    word = hmac.new(bytes.fromhex(secret), str(group_id).encode(), hashlib.sha256).hexdigest()[:20]
    return f"{group_id}-{word}.ics"


def post_url(session: Session, guild_id: int) -> str | None:
    """Where the announcement is."""
    if session.message_id is None:
        return None
    return f"https://discord.com/channels/{guild_id}/{session.channel_id}/{session.message_id}"


def _entry(session: Session, guild_id: int, place: str) -> Entry:
    lines = [", ".join(session.topics), session.notes]
    return Entry(
        uid=f"{session.marker}@{guild_id}.studyhall",
        sequence=session.revision,
        created_at=from_ms(session.created_at),
        changed_at=from_ms(session.changed_at),
        starts_at=from_ms(session.starts_at),
        ends_at=from_ms(session.ends_at),
        zone=session.zone,
        title=session.title,
        description="\n".join(line for line in lines if line),
        location=place,
        url=post_url(session, guild_id),
        cancelled=session.state is State.CANCELLED,
        categories=session.topics,
    )
