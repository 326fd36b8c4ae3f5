"""Threads, forum posts, private threads, locks."""

from __future__ import annotations

import discord
import pytest

from sandbox.study_group import ANA_ID, CASE_CLINIC_ID, GENERAL_ID, GUILD_ID
from tests.people import Member, Server
from tests.sandbox.conftest import StudyClient


async def test_a_message_has_one_thread_with_its_id(bot: StudyClient, ana: Member) -> None:
    """A thread made from a message has that message's id; a second one is 160004; the message shows it."""
    message = await bot.text_channel(GENERAL_ID).send("Why C?")
    thread = await message.create_thread(name="Discussion")
    assert thread.id == message.id
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Another")
    assert refused.value.code == 160004
    fetched = await message.channel.fetch_message(message.id)
    assert fetched.thread is not None
    assert fetched.flags.has_thread
    await ana.says("Because.", where="Discussion")
    await ana.sees("Because.", where="Discussion")
    (said,) = await bot.hears("message")
    while said.author.id != int(ANA_ID):
        (said,) = await bot.hears("message")
    assert said.channel.id == thread.id
    found = await bot.fetch_channel(thread.id)
    assert isinstance(found, discord.Thread)
    assert found.type is discord.ChannelType.public_thread


async def test_a_forum_post_is_a_thread_with_a_message(bot: StudyClient, ana: Member) -> None:
    """A post comes back with its first message, whose id is the thread's; plain messages are refused there."""
    forum = bot.get_channel(int(CASE_CLINIC_ID))
    assert isinstance(forum, discord.ForumChannel)
    post = await forum.create_thread(name="Case 1", content="A fall", embed=discord.Embed(title="Facts"))
    assert post.thread.id == post.message.id
    assert "Facts" in (await ana.sees("A fall", where="Case 1")).text
    mine = await ana.posts("Case 2", "A cut", where="#case-clinic")
    (thread,) = await bot.hears("thread_create")
    while thread.id != int(mine):
        (thread,) = await bot.hears("thread_create")
    assert thread.parent_id == forum.id


async def test_a_private_thread_is_for_its_members(bot: StudyClient, ana: Member, ben: Member, tova: Member) -> None:
    """Ben does not see Ana's private thread; who is added later sees all of it."""
    channel = bot.text_channel(GENERAL_ID)
    thread = await channel.create_thread(name="For Ana", type=discord.ChannelType.private_thread, invitable=False)
    await thread.send("Feedback")
    await thread.add_user(discord.Object(int(ANA_ID)))
    await ana.sees("Feedback", where="For Ana")
    await ben.sees_not("Feedback")
    assert "For Ana" not in ben.channels()
    members = await thread.fetch_members()
    assert bot.user is not None
    assert {member.id for member in members} == {int(ANA_ID), bot.user.id}
    await thread.remove_user(discord.Object(int(ANA_ID)))
    assert [m.id for m in await thread.fetch_members()] == [bot.user.id]


async def test_an_archived_thread_opens_for_a_message_and_a_locked_one_does_not(
    bot: StudyClient, server: Server, ana: Member
) -> None:
    """Sending wakes an archived thread; archived and locked it is 50083; locked alone needs Manage Threads."""
    thread = await (await bot.text_channel(GENERAL_ID).send("q")).create_thread(name="T")
    await thread.edit(archived=True)
    await thread.send("awake")
    guild = bot.get_guild(int(GUILD_ID))
    assert guild is not None
    assert [one.id for one in await guild.active_threads()] == [thread.id]
    await thread.edit(archived=True, locked=True)
    with pytest.raises(discord.HTTPException) as refused:
        await thread.send("asleep")
    assert refused.value.code == 50083
    assert [one.id async for one in thread.parent.archived_threads()] == [thread.id]  # type: ignore[union-attr]
    await thread.edit(archived=False, locked=True)
    await thread.send("a moderator may")
    await server.act("set_permission", target="bot", deny=["MANAGE_THREADS"])
    with pytest.raises(discord.Forbidden) as locked:
        await thread.send("others may not")
    assert locked.value.code == 160005


async def test_thread_messages_need_their_own_permission(bot: StudyClient, server: Server) -> None:
    """In a thread Send Messages in Threads counts, not Send Messages."""
    thread = await (await bot.text_channel(GENERAL_ID).send("q")).create_thread(name="T")
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID, deny=["SEND_MESSAGES"])
    await thread.send("still")
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID, deny=["SEND_MESSAGES_IN_THREADS"])
    with pytest.raises(discord.Forbidden) as refused:
        await thread.send("no more")
    assert refused.value.code == 50013


async def test_a_deleted_thread_is_gone(bot: StudyClient, ana: Member) -> None:
    """Deleting a thread takes it from everybody and leaves its message."""
    message = await bot.text_channel(GENERAL_ID).send("q")
    thread = await message.create_thread(name="T")
    await thread.delete()
    await bot.hears("raw_thread_delete")
    await ana.sees("q", where="#general")
    with pytest.raises(discord.NotFound):
        await thread.send("x")


async def test_a_mention_brings_somebody_into_a_private_thread(bot: StudyClient, ana: Member) -> None:
    """Who is mentioned in a private thread becomes its member and sees it."""
    channel = bot.text_channel(GENERAL_ID)
    thread = await channel.create_thread(name="Feedback", type=discord.ChannelType.private_thread)
    await thread.send(f"<@{ANA_ID}> well done", allowed_mentions=discord.AllowedMentions(users=True))
    await ana.sees("well done", where="Feedback")
