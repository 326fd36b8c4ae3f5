"""Threads, forum posts, private threads, locks."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest

from sandbox.server import Sandbox
from sandbox.study_group import ANA_ID, BOT_ID, CASE_CLINIC_ID, GENERAL_ID, GUILD_ID, TOKEN
from sandbox.world import GUILD_MEMBERS_INTENT
from tests.people import Member, Server
from tests.sandbox.conftest import Start, StudyClient


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
    assert bot.user is not None
    assert (await thread.fetch_member(int(ANA_ID))).id == int(ANA_ID)
    await thread.remove_user(discord.Object(int(ANA_ID)))
    with pytest.raises(discord.NotFound) as gone:
        await thread.fetch_member(int(ANA_ID))
    assert gone.value.code == 10007
    await ana.catch_up()
    assert "For Ana" not in ana.channels()


async def test_the_list_of_members_needs_its_intent(bot: StudyClient, box: Sandbox, ana: Member) -> None:
    """A thread's members are listed to applications with the privileged members intent; others get 50001."""
    thread = await bot.text_channel(GENERAL_ID).create_thread(name="T", type=discord.ChannelType.private_thread)
    await thread.add_user(discord.Object(int(ANA_ID)))
    with pytest.raises(discord.Forbidden) as refused:
        await thread.fetch_members()
    assert refused.value.code == 50001
    box.world.bots[TOKEN].privileged = GUILD_MEMBERS_INTENT
    assert [member.id for member in await thread.fetch_members()] == [int(ANA_ID), int(BOT_ID)]


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


async def test_who_may_bring_others_into_a_private_thread(bot: StudyClient, server: Server) -> None:
    """Members invite where the thread lets them; not-invitable leaves it to its owner and moderators."""
    ana, ben, tova = [await server.member(name) for name in ("Ana", "Ben", "Tova")]
    channel = bot.text_channel(GENERAL_ID)
    thread = await channel.create_thread(name="Shut", type=discord.ChannelType.private_thread, invitable=False)
    await thread.add_user(discord.Object(int(ANA_ID)))
    await ana.sees("", where="Shut")
    with pytest.raises(AssertionError, match="may not invite"):
        await ana.invites(ben, "Shut")
    await ana.says(f"<@{ben.id}> come", where="Shut")
    assert "Shut" not in ben.channels()
    await tova.invites(ben, "Shut")
    await ben.sees("come", where="Shut")
    assert ben.members_of("Shut") == ["the bot", "Ana", "Ben"]
    with pytest.raises(AssertionError, match="take others out"):
        await ana.removes(ben, "Shut")
    await ben.removes(ben, "Shut")
    assert "Shut" not in ben.channels()
    await server.act("set_permission", target=ben.id, channel_id=GENERAL_ID, deny=["VIEW_CHANNEL"])
    with pytest.raises(discord.Forbidden) as refused:
        await thread.add_user(discord.Object(int(ben.id)))
    assert refused.value.code == 50001


async def test_a_bot_that_is_brought_in_hears_of_the_thread(bot: StudyClient, server: Server, tova: Member) -> None:
    """Added to a private thread that it did not see, the bot gets the thread; taken out, it hears that too."""
    await server.act("set_permission", target="bot", deny=["MANAGE_THREADS"])
    thread_id = await tova.posts("Tutors", "psst", "#general", private=True)
    assert bot.get_channel(int(thread_id)) is None
    form = {"user_id": BOT_ID}
    await server.post(f"/sandbox/channels/{thread_id}/members", form, tova.id)
    (thread,) = await bot.hears("thread_join")
    assert thread.id == int(thread_id)
    await server.post(f"/sandbox/channels/{thread_id}/members", {**form, "remove": True}, tova.id)
    (left,) = await bot.hears("thread_remove")
    assert left.id == int(thread_id)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.fetch_channel(int(thread_id))
    assert refused.value.code == 50001


async def test_a_quiet_thread_is_archived(bot: StudyClient, server: Server, ana: Member) -> None:
    """It sleeps its duration after the last message, leaves discord.py's cache, and wakes when somebody writes."""
    message = await bot.text_channel(GENERAL_ID).send("q")
    thread = await message.create_thread(name="T", auto_archive_duration=60)
    await server.advance(timedelta(minutes=50))
    card = await thread.send("card")
    await server.advance(timedelta(minutes=59))
    guild = bot.get_guild(int(GUILD_ID))
    assert guild is not None
    assert guild.get_thread(thread.id) is not None
    await server.advance(timedelta(minutes=1))
    _, asleep = await bot.hears("thread_update")
    assert asleep.archived
    assert asleep.archive_timestamp == server.now
    assert guild.get_thread(thread.id) is None
    with pytest.raises(discord.HTTPException) as refused:
        await card.edit(content="changed")
    assert refused.value.code == 50083
    assert "archived" in (await server.post("/sandbox/interactions", press(thread, "command"), ana.id))["error"]
    await ana.says("still there?", where="T")
    await bot.hears("thread_join")
    assert guild.get_thread(thread.id) is not None
    await card.edit(content="changed")


def press(thread: discord.Thread, kind: str) -> dict[str, str]:
    """An interaction's form in a thread."""
    return {"kind": kind, "name": "x", "channel_id": str(thread.id)}


async def test_a_press_in_an_archived_thread(start: Start, ana: Member, tova: Member) -> None:
    """A private answer works; the card itself is changed only once the thread is open again, which the bot can do."""

    class Card(discord.ui.View):
        @discord.ui.button(label="Helpful", custom_id="helpful")
        async def helpful(self, act: discord.Interaction, _: discord.ui.Button[Card]) -> None:
            assert isinstance(act.channel, discord.Thread)
            assert act.message is not None
            with pytest.raises(discord.HTTPException) as refused:
                await act.response.edit_message(content="1 helpful")
            await act.response.send_message(f"noted {refused.value.code}", ephemeral=True)
            await act.channel.edit(archived=False)
            await act.message.edit(content="2 helpful")

    bot = await start()
    thread = await (await bot.text_channel(GENERAL_ID).send("q")).create_thread(name="T")
    await thread.send("card", view=Card(timeout=None))
    await ana.sees("card")
    await tova.turns("T", archived=True)
    await ana.catch_up()
    reply = await ana.press("Helpful")
    assert reply.text == "noted 50083"
    await ana.sees("2 helpful", where="T")
    assert not ana.channel("T")["thread_metadata"]["archived"]


async def test_what_a_locked_thread_takes(bot: StudyClient, server: Server, ana: Member, tova: Member) -> None:
    """A locked thread is for those who manage threads: others neither write nor edit, rename or open it."""
    thread = await (await bot.text_channel(GENERAL_ID).send("q")).create_thread(name="T")
    card = await thread.send("card")
    with pytest.raises(AssertionError, match="manage threads"):
        await ana.turns("T", locked=True)
    await tova.turns("T", locked=True)
    with pytest.raises(AssertionError, match="locked"):
        await ana.says("x", where="T")
    await card.edit(content="by a moderator")
    await server.act("set_permission", target="bot", deny=["MANAGE_THREADS"])
    for act in (card.edit(content="x"), thread.edit(name="x"), thread.edit(locked=False), thread.delete()):
        with pytest.raises(discord.Forbidden) as refused:
            await act
        assert refused.value.code in (160005, 50013)
    await tova.turns("T", archived=True)
    with pytest.raises(discord.Forbidden):
        await thread.edit(archived=False)
    await tova.deletes("T")
    (gone,) = await bot.hears("raw_thread_delete")
    assert gone.thread_id == thread.id
    await ana.catch_up()
    assert "T" not in ana.channels()


async def test_archived_threads_are_listed(bot: StudyClient, server: Server) -> None:
    """Public ones by Read Message History; private ones by Manage Threads, or only those that the bot is in."""
    channel = bot.text_channel(GENERAL_ID)
    made = []
    for number in range(3):
        kind = discord.ChannelType.private_thread if number else discord.ChannelType.public_thread
        thread = await channel.create_thread(name=str(number), type=kind)
        await thread.edit(archived=True)
        made.append(thread)
        await server.advance(timedelta(minutes=1))
    await made[2].edit(archived=False)
    await made[2].leave()
    await made[2].edit(archived=True)
    assert [one.name async for one in channel.archived_threads()] == ["0"]
    assert [one.name async for one in channel.archived_threads(private=True)] == ["2", "1"]
    assert [one.name async for one in channel.archived_threads(private=True, joined=True)] == ["1"]
    await server.act("set_permission", target="bot", deny=["MANAGE_THREADS"])
    with pytest.raises(discord.Forbidden) as refused:
        _ = [one async for one in channel.archived_threads(private=True)]
    assert refused.value.code == 50001
    assert [one.name async for one in channel.archived_threads(private=True, joined=True)] == ["1"]


async def test_posts_have_tags(bot: StudyClient, server: Server, ana: Member) -> None:
    """The forum's tags have ids; a post takes up to five, moderated ones from moderators, and one where it must."""
    made = await server.act(
        "set_tags",
        channel_id=CASE_CLINIC_ID,
        tags=["Case", "Best", "a", "b", "c", "d"],
        moderated=["Best"],
        required=True,
    )
    forum = bot.get_channel(int(CASE_CLINIC_ID))
    while not (isinstance(forum, discord.ForumChannel) and forum.flags.require_tag):
        await bot.hears("guild_channel_update")
    assert made["tags"]["Case"] == "1302"
    case, best = forum.available_tags[:2]
    with pytest.raises(discord.HTTPException) as refused:
        await forum.create_thread(name="No tag", content="x")
    assert "tag is required" in str(refused.value)
    post = (await forum.create_thread(name="Fall", content="x", applied_tags=[case, best])).thread
    await ana.sees("x", where="Fall")
    assert ana.tags_of("Fall") == ["Case", "Best"]
    await ana.posts("Cut", "y", "#case-clinic", tags=["Case"])
    with pytest.raises(AssertionError, match="moderators"):
        await ana.posts("Mine", "y", "#case-clinic", tags=["Best"])
    with pytest.raises(AssertionError, match="required"):
        await ana.posts("None", "y", "#case-clinic")
    with pytest.raises(discord.HTTPException):
        await post.edit(applied_tags=forum.available_tags)
    await post.edit(applied_tags=[case])
    await ana.catch_up()
    assert ana.tags_of("Fall") == ["Case"]


async def test_the_thread_says_who_came_and_what_it_is_called(bot: StudyClient, server: Server, ana: Member) -> None:
    """Adding, removing and renaming leave messages of their own kinds, as in Discord."""
    thread = await bot.text_channel(GENERAL_ID).create_thread(name="T", type=discord.ChannelType.private_thread)
    await thread.add_user(discord.Object(int(ANA_ID)))
    await thread.edit(name="Feedback for Ana")
    kinds = [message.type async for message in thread.history(oldest_first=True)]
    assert kinds == [discord.MessageType.recipient_add, discord.MessageType.channel_name_change]
    await ana.catch_up()
    assert "Feedback for Ana" in ana.channels()
