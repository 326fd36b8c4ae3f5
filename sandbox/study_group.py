"""The world that a sandbox starts with: one study group, the same ids in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.permissions import bits
from sandbox.world import FORUM, STAGE, VOICE, Bot, Guild, World, forum_tag

if TYPE_CHECKING:
    from sandbox.clock import Clock

TOKEN = "sandbox-token"  # noqa: S105 - nothing is behind this door

GUILD_ID = "1001"
TUTOR_ROLE_ID = "1101"
BOT_ROLE_ID = "1102"
ADMIN_ROLE_ID = "1103"
GENERAL_ID = "1201"
DAILY_QUIZ_ID = "1202"
REVIEW_SESSIONS_ID = "1203"
CASE_CLINIC_ID = "1204"
VOICE_ID = "1205"
STAGE_ID = "1206"
ANA_ID = "2001"
BEN_ID = "2002"
TOVA_ID = "2003"
MIA_ID = "2004"
ADAM_ID = "2005"
BOT_ID = "3001"

TAGS = {"1301": "Question", "1302": "Case", "1303": "Resolved"}
"""What posts in #case-clinic can be tagged with."""

EVERYONE = bits(
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "CREATE_PUBLIC_THREADS",
    "EMBED_LINKS",
    "ATTACH_FILES",
    "READ_MESSAGE_HISTORY",
    "ADD_REACTIONS",
    "USE_APPLICATION_COMMANDS",
    "CONNECT",
    "SPEAK",
    "REQUEST_TO_SPEAK",
    "CHANGE_NICKNAME",
)
"""What members may do."""

INVITED = bits(
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "CREATE_PUBLIC_THREADS",
    "CREATE_PRIVATE_THREADS",
    "MANAGE_THREADS",
    "EMBED_LINKS",
    "ATTACH_FILES",
    "READ_MESSAGE_HISTORY",
    "CREATE_EVENTS",
    "CONNECT",
    "PIN_MESSAGES",
)
"""What the invite link in the README asks for the bot, and nothing more."""


def join_bot(world: World, guild: Guild, bot: Bot, *, role_id: str | None = None) -> None:
    """Put a bot into a server with its managed role. Emits nothing."""
    role = world.add_role(guild, bot.name, permissions_bits=INVITED, role_id=role_id, managed=True)
    role["tags"] = {"bot_id": bot.id}
    world.add_member(guild, bot.id, [role["id"]])


def study_group(clock: Clock) -> World:
    """Ana, Ben and Mia who study, Tova who tutors and owns the server, Adam who manages it, and the bot."""
    world = World(clock)
    for name, user_id in (("Ana", ANA_ID), ("Ben", BEN_ID), ("Tova", TOVA_ID), ("Mia", MIA_ID), ("Adam", ADAM_ID)):
        world.add_user(name, user_id=user_id)
    guild = world.add_guild("CPC study group", TOVA_ID, guild_id=GUILD_ID, everyone=EVERYONE)
    tutor = world.add_role(guild, "Tutor", permissions_bits=bits("MANAGE_GUILD"), role_id=TUTOR_ROLE_ID)
    guild.members[TOVA_ID]["roles"].append(tutor["id"])
    world.add_member(guild, ANA_ID)
    world.add_member(guild, BEN_ID)
    world.add_member(guild, MIA_ID)
    bot = world.add_bot(TOKEN, "Studyhall", owner=world.users[TOVA_ID], user_id=BOT_ID)
    join_bot(world, guild, bot, role_id=BOT_ROLE_ID)
    admin = world.add_role(guild, "Admin", permissions_bits=bits("ADMINISTRATOR"), role_id=ADMIN_ROLE_ID)
    world.add_member(guild, ADAM_ID, [admin["id"]])
    world.add_channel(guild, "general", channel_id=GENERAL_ID)
    world.add_channel(guild, "daily-quiz", channel_id=DAILY_QUIZ_ID)
    world.add_channel(guild, "review-sessions", channel_id=REVIEW_SESSIONS_ID)
    forum = world.add_channel(guild, "case-clinic", FORUM, channel_id=CASE_CLINIC_ID)
    forum.data["available_tags"] = [forum_tag(tag_id, name) for tag_id, name in TAGS.items()]
    world.add_channel(guild, "Study room", VOICE, channel_id=VOICE_ID)
    world.add_channel(guild, "Lecture hall", STAGE, channel_id=STAGE_ID)
    return world
