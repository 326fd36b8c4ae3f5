"""What exists: users, servers, channels, messages. Objects carry Discord's own JSON; ids are strings."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox import permissions
from sandbox.clock import Clock, Snowflakes, iso
from sandbox.errors import DiscordError, Json, missing_access, unknown
from sandbox.guild_defaults import GUILD_DEFAULTS
from sandbox.shards import Shards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TEXT, DM, VOICE, CATEGORY, NEWS = 0, 1, 2, 4, 5
NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, STAGE, FORUM = 10, 11, 12, 13, 15
SPOKEN = (VOICE, STAGE)
MOST_SHARDS = 16
"""Up to so many shards (a power of two) new servers fall on one after the other."""
REQUIRE_TAG = 1 << 4

GUILD_MEMBERS_INTENT = 1 << 1
VOICE_STATES_INTENT = 1 << 7
MESSAGE_CONTENT_INTENT = 1 << 15
SCHEDULED_EVENTS_INTENT = 1 << 16


@dataclass(eq=False, slots=True)
class Channel:
    """A server's channel, a thread or a DM. `data` is Discord's channel JSON, kept up to date in place."""

    id: str
    data: Json
    guild: Guild | None = None
    parent: Channel | None = None
    messages: dict[str, Json] = field(default_factory=dict)
    ephemeral: dict[str, str] = field(default_factory=dict)
    reactions: dict[str, dict[str, Json]] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    thread_members: dict[str, Json] = field(default_factory=dict)
    recipients: tuple[str, ...] = ()

    @property
    def type(self) -> int:
        """Discord's channel type."""
        kind: int = self.data["type"]
        return kind

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread (forum posts are)."""
        return self.parent is not None

    def audience(self) -> Iterable[str]:
        """Everybody who could be here: the server's members or the DM's two people."""
        return self.guild.members if self.guild is not None else self.recipients


@dataclass(eq=False, slots=True)
class Guild:
    """A server. `members` maps a user id to Discord's member JSON (with "user")."""

    id: str
    data: Json
    roles: dict[str, Json] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    interested: dict[str, list[str]] = field(default_factory=dict)
    voice: dict[str, Json] = field(default_factory=dict)

    def threads(self) -> list[Channel]:
        """Every thread of the server, archived ones too."""
        return [channel for channel in self.channels.values() if channel.parent is not None]


@dataclass(eq=False, slots=True)
class Bot:
    """An application with its bot user. `commands` maps a guild id (or "" for global) to its commands by id."""

    token: str
    user: Json
    name: str
    owner: Json
    privileged: int = 0
    commands: dict[str, dict[str, Json]] = field(default_factory=dict)
    nonces: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The application's id, which is its user's too."""
        user_id: str = self.user["id"]
        return user_id

    @property
    def flags(self) -> int:
        """The application's flags: which privileged intents it has (as an unverified application)."""
        members = 1 << 15 if self.privileged & GUILD_MEMBERS_INTENT else 0
        content = 1 << 19 if self.privileged & MESSAGE_CONTENT_INTENT else 0
        return members | content


@dataclass(eq=False, slots=True)
class Event:
    """Something that happened, before it is decided who may know. `only` names one bot by id."""

    name: str
    data: Json
    guild: Guild | None = None
    channel: Channel | None = None
    ephemeral_for: str | None = None
    only: str | None = None
    actor: str | None = None


@dataclass(eq=False, slots=True)
class StoredFile:
    """An uploaded attachment."""

    name: str
    content_type: str
    data: bytes


class World:
    """All state of one sandbox, and the list of those who hear what happens."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.snowflakes = Snowflakes(clock)
        self.users: dict[str, Json] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.bots: dict[str, Bot] = {}
        self.files: dict[str, StoredFile] = {}
        self.blocked: set[str] = set()
        self.commands_for_all: set[str] = set()
        self.listeners: list[Callable[[Event], None]] = []
        self.base_url = ""
        self.shards = Shards()
        self.broken_rules: deque[Json] = deque(maxlen=1000)

    def new_id(self) -> str:
        """A fresh snowflake."""
        return self.snowflakes.new()

    def now_iso(self) -> str:
        """The sandbox's time as Discord writes it."""
        return iso(self.clock.now_ms)

    def emit(self, event: Event) -> None:
        """Tell every listener; each decides for whom it passes it on."""
        for listener in self.listeners:
            listener(event)

    # Users and bots

    def add_user(self, name: str, *, user_id: str | None = None, bot: bool = False) -> Json:
        """Make a user; `name` is the display name."""
        user: Json = {
            "id": user_id or self.new_id(),
            "username": name.lower().replace(" ", "_"),
            "discriminator": "0000" if bot else "0",
            "global_name": None if bot else name,
            "avatar": None,
            "avatar_decoration_data": None,
            "banner": None,
            "accent_color": None,
            "public_flags": 0,
            "flags": 0,
            "clan": None,
            "primary_guild": None,
        }
        if bot:
            user["username"] = name
            user["bot"] = True
        self.users[user["id"]] = user
        return user

    def add_bot(self, token: str, name: str, *, owner: Json, user_id: str | None = None) -> Bot:
        """Make an application that logs in with `token`."""
        user = self.add_user(name, user_id=user_id, bot=True)
        bot = Bot(token, user, name, owner)
        self.bots[token] = bot
        return bot

    def bot_by_id(self, bot_id: str) -> Bot | None:
        """The application with this id."""
        return next((bot for bot in self.bots.values() if bot.id == bot_id), None)

    def people(self) -> list[Json]:
        """Users that are not bots."""
        return [user for user in self.users.values() if not user.get("bot")]

    # Servers

    def add_guild(self, name: str, owner_id: str, *, guild_id: str | None = None, everyone: int = 0) -> Guild:
        """Make a server with its @everyone role and its owner as the only member. Emits nothing."""
        guild_id = guild_id or self._new_guild_id()
        data: Json = {
            "id": guild_id,
            "name": name,
            "owner_id": owner_id,
            "preferred_locale": "en-US",
            **GUILD_DEFAULTS,
        }
        guild = Guild(guild_id, data)
        self.guilds[guild_id] = guild
        self.add_role(guild, "@everyone", permissions_bits=everyone, role_id=guild_id)
        self.add_member(guild, owner_id)
        return guild

    def _new_guild_id(self) -> str:
        """A fresh id of some milliseconds ago: servers made at one instant of a frozen clock share no shard."""
        fresh = int(self.new_id())
        back = ((fresh >> 22) - len(self.guilds)) % MOST_SHARDS
        return str(fresh - (back << 22))

    def add_role(
        self, guild: Guild, name: str, *, permissions_bits: int = 0, role_id: str | None = None, managed: bool = False
    ) -> Json:
        """Add a role to a server. Emits nothing."""
        role: Json = {
            "id": role_id or self.new_id(),
            "name": name,
            "permissions": str(permissions_bits),
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": len(guild.roles),
            "managed": managed,
            "mentionable": False,
            "flags": 0,
        }
        guild.roles[role["id"]] = role
        return role

    def add_member(self, guild: Guild, user_id: str, roles: Iterable[str] = ()) -> Json:
        """Add a user to a server. Emits nothing."""
        member: Json = {
            "user": self.users[user_id],
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": list(roles),
            "joined_at": self.now_iso(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }
        guild.members[user_id] = member
        return member

    def add_channel(self, guild: Guild, name: str, kind: int = TEXT, *, channel_id: str | None = None) -> Channel:
        """Add a channel to a server. Emits nothing."""
        data: Json = {
            "id": channel_id or self.new_id(),
            "type": kind,
            "guild_id": guild.id,
            "name": name,
            "position": sum(1 for c in guild.channels.values() if c.parent is None),
            "permission_overwrites": [],
            "parent_id": None,
            "nsfw": False,
            "flags": 0,
            "rate_limit_per_user": 0,
            "last_message_id": None,
        }
        if kind in (TEXT, NEWS, FORUM):
            data["topic"] = None
        if kind in SPOKEN:
            data |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
        if kind == FORUM:
            data |= {
                "available_tags": [],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
                "default_thread_rate_limit_per_user": 0,
            }
        channel = Channel(data["id"], data, guild)
        return self.keep_channel(channel)

    def keep_channel(self, channel: Channel) -> Channel:
        """Register a channel made elsewhere (a thread)."""
        self.channels[channel.id] = channel
        if channel.guild is not None:
            channel.guild.channels[channel.id] = channel
        return channel

    def forget_channel(self, channel: Channel) -> None:
        """Drop a channel with its threads. Emits nothing."""
        self.channels.pop(channel.id, None)
        if channel.guild is not None:
            channel.guild.channels.pop(channel.id, None)
            for thread in [t for t in channel.guild.threads() if t.parent is channel]:
                self.forget_channel(thread)

    def dm(self, one: str, other: str) -> Channel:
        """The DM of two users, made when it is not there."""
        pair = {one, other}
        for channel in self.channels.values():
            if channel.guild is None and set(channel.recipients) == pair:
                return channel
        data: Json = {"id": self.new_id(), "type": DM, "last_message_id": None, "flags": 0}
        channel = Channel(data["id"], data, recipients=(one, other))
        return self.keep_channel(channel)

    def dm_json(self, channel: Channel, viewer_id: str) -> Json:
        """A DM as one of its two people sees it."""
        others = [self.users[user_id] for user_id in channel.recipients if user_id != viewer_id]
        return {**channel.data, "recipients": others}

    def share_a_guild(self, one: str, other: str) -> bool:
        """Whether two users meet in any server."""
        return any(one in guild.members and other in guild.members for guild in self.guilds.values())

    # Lookups that refuse as the API does

    def channel_for(self, bot: Bot, channel_id: str) -> Channel:
        """A channel by id: 10003 when there is none, 50001 when the bot is a stranger there."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise unknown(10003)
        if bot.id not in channel.audience():
            raise missing_access() if channel.guild is not None else unknown(10003)
        return channel

    def guild_for(self, bot: Bot, guild_id: str) -> Guild:
        """A server by id: 10004 when there is none or the bot is not in it."""
        guild = self.guilds.get(guild_id)
        if guild is None or bot.id not in guild.members:
            raise unknown(10004)
        return guild

    def seen_channel(self, bot: Bot, channel_id: str) -> Channel:
        """The same, refused with 50001 when the bot cannot see it."""
        channel = self.channel_for(bot, channel_id)
        if not permissions.sees(channel, bot.id):
            raise missing_access()
        return channel

    def file_url(self, channel_id: str, attachment_id: str, name: str) -> str:
        """Where an attachment is served."""
        return f"{self.base_url}/cdn/attachments/{channel_id}/{attachment_id}/{name}"

    def keep_file(self, attachment_id: str, name: str, content_type: str, data: bytes) -> None:
        """Store an uploaded file; 40005 above the 10 MiB that Discord takes."""
        if len(data) > MAX_FILE_BYTES:
            raise DiscordError(413, 40005)
        self.files[attachment_id] = StoredFile(name, content_type, data)


MAX_FILE_BYTES = 10 * 1024 * 1024


def forum_tag(tag_id: str, name: str, *, moderated: bool = False, emoji: str | None = None) -> Json:
    """Discord's forum tag JSON."""
    return {"id": tag_id, "name": name, "moderated": moderated, "emoji_id": None, "emoji_name": emoji}


def new_token(length: int = 48) -> str:
    """A random URL-safe token."""
    return secrets.token_urlsafe(length)
