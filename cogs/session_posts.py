"""What is posted about review sessions: announcements, Discord's events, reminders and words to single members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.instants import from_ms
from bot.domain.sessions import Place, Session, State
from bot.services import attendance, groups, rsvps, session_posts, sessions
from bot.services.calendars import post_url
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import session_cards as cards
from cogs import texts
from cogs import texts_sessions as words
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.presence import Presence
from cogs.replies import Feature, button, rows
from cogs.session_feeds import Feeds

UNKNOWN_MESSAGE, UNKNOWN_EVENT = 10008, 10070
LATE = timedelta(seconds=90)
_TYPES = {
    Place.VOICE: discord.EntityType.voice,
    Place.STAGE: discord.EntityType.stage_instance,
    Place.LINK: discord.EntityType.external,
}
_ALIVE = (discord.EventStatus.scheduled, discord.EventStatus.active)


class SessionPosts(Feature):
    """Everything here goes out exactly once; what is shown is the session as it is at that moment."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._feeds = Feeds(client, house)
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        await self._presence.close()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        await self._feeds.write_all()

    async def _shown(self, parcel: Parcel) -> sessions.Shown:
        number = parcel.delivery.subject_id
        found = None if number is None else await sessions.shown(self.house.database, number)
        if found is None:
            raise TooLate
        return found

    @post("session-post")
    async def announce(self, parcel: Parcel) -> int | None:
        """The announcement; one that is over or cancelled by now is looked for, but not made."""
        found = await self._shown(parcel)
        session = found.session
        await self._feeds.write(session.group_id)
        # Edited before it could be posted, it is in the outbox twice.
        if session.message_id is not None and await self._redraw(found):
            return session.message_id
        return await once(
            self.client,
            self._channel(found),
            parcel if session.ahead else replace(parcel, too_late=True),
            lambda message: has_button(message, f"rsvp:{session.session_id}:"),
            embed=cards.announcement(session, found.counts),
            view=cards.buttons(session, found.guild_id),
        )

    @post("session-card")
    async def show(self, parcel: Parcel) -> int | None:
        """Let the announcement show the present state. None where a newer state follows, or the post was deleted."""
        found = await self._shown(parcel)
        session, word = found.session, parcel.delivery.payload
        await self._feeds.write(session.group_id)
        if session.message_id is None or (session.shown > word["shown"] and not word["anew"]):
            return None
        return session.message_id if await self._redraw(found) else None

    def _channel(self, found: sessions.Shown) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(found.session.channel_id, guild_id=found.guild_id)

    async def _redraw(self, found: sessions.Shown) -> bool:
        """Let the announcement show the present state; whether it is still there."""
        assert found.session.message_id is not None, "it was posted"
        try:
            await (
                self._channel(found)
                .get_partial_message(found.session.message_id)
                .edit(
                    embed=cards.announcement(found.session, found.counts),
                    view=cards.buttons(found.session, found.guild_id),
                )
            )
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            return False
        return True

    @post("session-event")
    async def match_event(self, parcel: Parcel) -> int | None:
        """Let Discord's event be what the session is now. Discord knows no nonce here: ours is told by its marker."""
        found = await self._shown(parcel)
        session = found.session
        guild = self.client.get_guild(found.guild_id) or await self.client.fetch_guild(found.guild_id)
        event = await self._event(guild, session, parcel)
        if session.state is not State.PLANNED:
            return await _turn(event, session.state)
        if event is not None and event.status is discord.EventStatus.scheduled:
            await event.edit(**_parts(session, found.guild_id))
            return event.id
        if parcel.too_late:
            raise TooLate
        made = await guild.create_scheduled_event(
            **_parts(session, found.guild_id), privacy_level=discord.PrivacyLevel.guild_only
        )
        # Our library tries again by itself where Discord's reply was lost, and Discord may have acted before.
        first, *more = await self._ours(guild, session) or [made]
        for double in more:
            await double.delete()
        return first.id

    async def _event(self, guild: discord.Guild, session: Session, parcel: Parcel) -> discord.ScheduledEvent | None:
        if session.event_id is not None:
            try:
                return await guild.fetch_scheduled_event(session.event_id, with_counts=False)
            except discord.NotFound as error:
                if error.code != UNKNOWN_EVENT:
                    raise
        if parcel.delivery.uncertain:
            return next(iter(await self._ours(guild, session)), None)
        return None

    async def _ours(self, guild: discord.Guild, session: Session) -> list[discord.ScheduledEvent]:
        mark = cards.marker(session)
        return sorted(
            (
                event
                for event in await guild.fetch_scheduled_events(with_counts=False)
                if self.client.user is not None
                and event.creator_id == self.client.user.id
                and event.status in _ALIVE
                and (event.description or "").endswith(mark)
            ),
            key=lambda event: event.id,
        )

    @post("session-notice")
    async def remind(self, parcel: Parcel) -> int | None:
        """A member's reminder, unless it has become needless meanwhile."""
        now = self.house.clock.now()
        due = await rsvps.due(self.house.database, parcel.delivery, self.house.clock.now_ms())
        if due is None:
            raise TooLate
        user, session = due
        late = now - from_ms(parcel.delivery.due_at)
        text = words.notice(
            session,
            cards.title(session),
            cards.link(session),
            self._server(parcel),
            texts.late(late // timedelta(minutes=1)) if late > LATE else None,
        )
        return await self._write(parcel, user, session, text)

    @post("session-word")
    async def tell(self, parcel: Parcel) -> int | None:
        """Something that a member is told about a session."""
        found = await rsvps.addressee(self.house.database, parcel.delivery)
        if found is None:
            raise TooLate
        user, session = found
        return await self._write(parcel, user, session, said(parcel.delivery.payload, session, self._server(parcel)))

    async def _write(self, parcel: Parcel, user: int, session: Session, text: str) -> int | None:
        if await self._presence.has_left(self.client.get_guild(parcel.group.guild_id), parcel.group, user):
            now_ms = self.house.clock.now_ms()
            await rsvps.left(self.house.database, session.session_id, parcel.group, user, now_ms)
            self.client.dispatch("agenda_changed")
            raise TooLate
        custom_id = f"session-file:{session.session_id}:n{parcel.delivery.nonce}"
        label = words.UNCALENDAR if session.state is State.CANCELLED else words.CALENDAR
        buttons = [button(custom_id, label)]
        url = post_url(session, parcel.group.guild_id)
        if url is not None:
            buttons.insert(0, discord.ui.Button(label=words.TO_POST, url=url))
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(user)),
            parcel,
            lambda message: has_button(message, custom_id),
            content=text,
            view=rows(buttons),
        )

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """The place of a session may be gone."""
        if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
            now_ms = self.house.clock.now_ms()
            if await session_posts.place_gone(self.house.database, channel.id, now_ms):
                self.client.dispatch("agenda_changed")

    def _server(self, parcel: Parcel) -> str:
        return _server(self.client, parcel.group)


def _server(client: commands.Bot, group: Group) -> str:
    guild = client.get_guild(group.guild_id)
    return f"**{quiet(guild.name)}**" if guild else f"<#{group.wishes.channel_id}>"


def said(word: dict[str, Any], session: Session, server: str) -> str:
    """A word about a session, in words."""
    was = plain(word["title"]) if "title" in word.get("fields", ()) else None
    return words.word(word, session, cards.title(session), cards.link(session), server, was)


async def unheard(client: commands.Bot, house: House, note: dict[str, Any]) -> str | None:
    """What could not be told by direct message, for the next contact; None where its session is gone."""
    session = await attendance.find(house.database, note["session"])
    if session is None:
        return None
    group = await groups.by_id(house.database, session.group_id)
    return words.unheard(said(note, session, _server(client, group)))


async def _turn(event: discord.ScheduledEvent | None, state: State) -> int | None:
    """Begin, end or call off an event; one that an admin or Discord ended before stays as it is."""
    if event is None:
        return None
    if event.status is discord.EventStatus.active and state in (State.OVER, State.CANCELLED):
        await event.end()
    elif event.status is discord.EventStatus.scheduled:
        await (event.start() if state is State.LIVE else event.cancel())
    return event.id


def _parts(session: Session, guild_id: int) -> dict[str, Any]:
    """An event's fields by its kind: one outside of Discord has an end and a location, the others have a channel."""
    parts: dict[str, Any] = {
        "name": cut(quiet(session.title), cards.TITLE_MOST),
        "description": cards.event_description(session, guild_id),
        "start_time": from_ms(session.starts_at),
        "end_time": from_ms(session.ends_at),
        "entity_type": _TYPES[session.place],
    }
    if session.place_id is not None:
        return parts | {"channel": discord.Object(session.place_id)}
    link = quiet(session.link or "")
    return parts | {"location": link if len(link) <= cards.LOCATION_MOST else words.LOCATION_BELOW}


def missing_rights(guild: discord.Guild, place: Place, place_id: int | None) -> Sequence[str]:
    """The names of the rights that the bot lacks to make an event there."""
    channel = guild.get_channel(place_id) if place_id is not None else None
    has = guild.me.guild_permissions if channel is None else channel.permissions_for(guild.me)
    wide = guild.me.guild_permissions
    lacking = []
    for name in words.EVENT_RIGHTS[place.value]:
        there = (wide.create_events or wide.manage_events) if name == "create_events" else getattr(has, name)
        if not there:
            lacking.append(words.RIGHTS[name])
    return lacking


def make(client: commands.Bot, house: House) -> commands.Cog:
    return SessionPosts(client, house)
