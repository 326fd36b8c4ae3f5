"""Messages, nonces, reactions, pins, files and DMs over REST, through the real client."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox.server import Sandbox
from sandbox.study_group import ANA_ID, DAILY_QUIZ_ID, GENERAL_ID
from tests.people import Member, Server
from tests.sandbox.conftest import Start, StudyClient


async def test_a_nonce_makes_one_message(bot: StudyClient, ana: Member, server: Server) -> None:
    """The same nonce again gives the message made before; after its deletion it is 10008."""
    channel = bot.text_channel(GENERAL_ID)
    first = await channel.send("once", nonce="abc")
    again = await channel.send("once", nonce="abc")
    other = await channel.send("twice", nonce="abd")
    assert first.id == again.id != other.id
    assert len(ana.messages("#general")) <= 2
    await first.delete()
    with pytest.raises(discord.NotFound) as refused:
        await channel.send("once", nonce="abc")
    assert refused.value.code == 10008
    await ana.sees("twice")


async def test_history_pages_both_ways(bot: StudyClient, ana: Member) -> None:
    """History comes newest first, and before, after and around are kept."""
    channel = bot.text_channel(GENERAL_ID)
    sent = [await channel.send(str(number)) for number in range(6)]
    assert [m.content async for m in channel.history(limit=3)] == ["5", "4", "3"]
    assert [m.content async for m in channel.history(before=sent[2])] == ["1", "0"]
    assert [m.content async for m in channel.history(after=sent[3], oldest_first=True)] == ["4", "5"]
    assert {m.content async for m in channel.history(around=sent[2], limit=3)} == {"1", "2", "3"}


async def test_an_edit_keeps_what_it_does_not_name(bot: StudyClient, ana: Member) -> None:
    """Editing the content leaves the embed; embed=None takes it away."""
    channel = bot.text_channel(GENERAL_ID)
    message = await channel.send("before", embed=discord.Embed(title="Score"))
    await message.edit(content="after")
    seen = await ana.sees("after")
    assert "Score" in seen.text
    await message.edit(embed=None)
    await ana.catch_up()
    await ana.sees_not("Score")
    assert (await channel.fetch_message(message.id)).edited_at is not None


async def test_an_edit_leaves_something(bot: StudyClient) -> None:
    """An edit that would leave nothing to see is 50006 and changes nothing."""
    message = await bot.text_channel(GENERAL_ID).send("words")
    with pytest.raises(discord.HTTPException) as refused:
        await message.edit(content="")
    assert refused.value.code == 50006
    assert (await message.channel.fetch_message(message.id)).content == "words"


async def test_another_s_message_cannot_be_edited_or_deleted(bot: StudyClient, ana: Member) -> None:
    """Editing what somebody else wrote is 50005; deleting it needs Manage Messages (50013)."""
    await ana.says("mine")
    (message,) = await bot.hears("message")
    with pytest.raises(discord.Forbidden) as edit:
        await message.edit(content="yours")
    with pytest.raises(discord.Forbidden) as delete:
        await message.delete()
    assert (edit.value.code, delete.value.code) == (50005, 50013)


async def test_mentions_follow_what_is_allowed(bot: StudyClient, ana: Member) -> None:
    """Nobody is mentioned under AllowedMentions.none(); one named user is; @everyone needs the permission."""
    channel = bot.text_channel(GENERAL_ID)
    text = f"<@{ANA_ID}> @everyone"
    quiet = await channel.send(text)
    loud = await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
    assert quiet.mentions == []
    assert [user.id for user in loud.mentions] == [int(ANA_ID)]
    assert not loud.mention_everyone


async def test_reactions_are_heard_and_listed(bot: StudyClient, ana: Member) -> None:
    """A reaction reaches the bot as an event; its own can be put and taken away."""
    message = await bot.text_channel(GENERAL_ID).send("Ready?")
    await message.add_reaction("✅")
    seen = await ana.sees("Ready?")
    await ana.reacts("✅", seen)
    payload = (await bot.hears("raw_reaction_add"))[0]
    while payload.user_id != int(ANA_ID):
        payload = (await bot.hears("raw_reaction_add"))[0]
    fetched = await message.channel.fetch_message(message.id)
    assert [(r.emoji, r.count, r.me) for r in fetched.reactions] == [("✅", 2, True)]
    assert {user.id async for user in fetched.reactions[0].users()} == {int(ANA_ID), message.author.id}
    await ana.reacts("✅", seen, remove=True)
    assert (await bot.hears("raw_reaction_remove"))[0].user_id == int(ANA_ID)
    with pytest.raises(discord.NotFound) as refused:
        await message.add_reaction("not-an-emoji")
    assert refused.value.code == 10014


async def test_pins_need_their_permission(bot: StudyClient, server: Server, ana: Member) -> None:
    """Without Pin Messages a pin is 50013, whatever else is allowed; with it the message is listed and announced."""
    message = await bot.text_channel(GENERAL_ID).send("Rules")
    await server.act("set_permission", target="bot", allow=["MANAGE_MESSAGES"], deny=["PIN_MESSAGES"])
    with pytest.raises(discord.Forbidden) as refused:
        await message.pin()
    assert refused.value.code == 50013
    await server.act("set_permission", target="bot", allow=["PIN_MESSAGES"], deny=["MANAGE_MESSAGES"])
    await message.pin()
    assert [one.id async for one in message.channel.pins()] == [message.id]
    assert [one["id"] for one in await old_pins(bot)] == [str(message.id)]
    assert await ana.pins("#general") == ["Rules"]
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID, deny=["READ_MESSAGE_HISTORY"])
    assert [one.id async for one in message.channel.pins()] == []
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID)
    await message.unpin()
    assert await ana.pins("#general") == []


async def old_pins(bot: StudyClient) -> list[dict[str, Any]]:
    """The pins by the route that Discord has deprecated."""
    route = discord.http.Route("GET", "/channels/{channel_id}/pins", channel_id=GENERAL_ID)
    found: list[dict[str, Any]] = await bot.http.request(route)
    return found


async def test_pins_come_in_pages(bot: StudyClient, server: Server, box: Sandbox) -> None:
    """Fifty pins a page, the newest first, and on from the last one's time."""
    box.faults.rate_limits = False
    channel = bot.text_channel(GENERAL_ID)
    for number in range(60):
        await (await channel.send(str(number))).pin()
        await server.advance(timedelta(seconds=1))
    assert [one.content async for one in channel.pins(limit=None)] == [str(59 - n) for n in range(60)]


async def test_files_are_uploaded_and_read_back(bot: StudyClient, ana: Member) -> None:
    """A file, its description and an embed that shows it arrive byte for byte."""
    data = bytes(range(256)) * 20 + b"\r\n--\r\n"
    embed = discord.Embed(title="Chart").set_image(url="attachment://chart.png")
    file = discord.File(io.BytesIO(data), "chart.png", description="Scores")
    message = await bot.text_channel(GENERAL_ID).send(embed=embed, file=file)
    attachment = message.attachments[0]
    assert (attachment.filename, attachment.description, attachment.content_type) == (
        "chart.png",
        "Scores",
        "image/png",
    )
    assert await attachment.read() == data
    assert message.embeds[0].image.url == attachment.url
    assert "chart.png" in (await ana.sees("Chart")).text
    await message.edit(attachments=[])
    assert (await message.channel.fetch_message(message.id)).attachments == []


async def test_a_dm_is_private_and_can_be_blocked(bot: StudyClient, ana: Member, ben: Member, server: Server) -> None:
    """A DM reaches its reader only; after a block it is 403 50007; its answer's content is readable."""
    user = await bot.fetch_user(int(ANA_ID))
    await user.send("Your reminder")
    await ana.sees("Your reminder", where="dm")
    await ben.sees_not("Your reminder")
    await ana.says("Thank you", where="dm")
    while (message := (await bot.hears("message"))[0]).author.id != int(ANA_ID):
        pass
    assert (message.content, message.guild) == ("Thank you", None)
    await server.act("block_dms", user_id=ANA_ID)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("Again")
    assert refused.value.code == 50007


async def test_a_stranger_takes_no_dm(bot: StudyClient, server: Server) -> None:
    """Somebody who left the only shared server cannot be written to (50007)."""
    user = await bot.fetch_user(int(ANA_ID))
    await server.act("leave", user_id=ANA_ID)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("Hello")
    assert refused.value.code == 50007


async def test_a_reply_names_its_message(bot: StudyClient, ana: Member) -> None:
    """A reply carries the message it answers; one to a deleted message is refused."""
    first = await bot.text_channel(GENERAL_ID).send("question")
    reply = await first.reply("answer")
    assert reply.type is discord.MessageType.reply
    fetched = await first.channel.fetch_message(reply.id)
    assert fetched.reference is not None
    assert isinstance(fetched.reference.resolved, discord.Message)
    await first.delete()
    with pytest.raises(discord.HTTPException) as refused:
        await first.reply("late")
    assert refused.value.code == 50035


async def test_wrong_tokens_and_routes(box: Sandbox, start: Start, server: Server) -> None:
    """401 for a bad token, 404 for an unknown route, 405 for a known one with another method."""
    with pytest.raises(discord.LoginFailure):
        await start(token="wrong")
    auth = {"Authorization": "Bot sandbox-token"}
    cases = (("GET", "/users/@me", 200), ("GET", "/nonsense", 404), ("DELETE", "/users/@me", 405))
    for method, path, status in cases:
        async with server.session.request(method, box.url + "/api/v10" + path, headers=auth) as response:
            assert response.status == status
            assert response.headers["Content-Type"] == "application/json"
    async with server.session.get(box.url + "/api/v10/users/@me") as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("denied", "code", "embed"),
    [("VIEW_CHANNEL", 50001, False), ("SEND_MESSAGES", 50013, False), ("EMBED_LINKS", 50013, True)],
)
async def test_missing_permissions_have_their_codes(
    bot: StudyClient, server: Server, denied: str, code: int, embed: bool
) -> None:
    """An overwrite that takes sight is 50001, one that takes sending or embeds 50013."""
    await server.act("set_permission", target="bot", channel_id=DAILY_QUIZ_ID, deny=[denied])
    channel = bot.text_channel(DAILY_QUIZ_ID)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send("x", embeds=[discord.Embed(title="x")] if embed else [])
    assert refused.value.code == code


async def test_unreadable_history_is_empty(bot: StudyClient, server: Server) -> None:
    """Without Read Message History the list is empty, as Discord documents it, and a reply is refused."""
    message = await bot.text_channel(GENERAL_ID).send("x")
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID, deny=["READ_MESSAGE_HISTORY"])
    assert [m async for m in message.channel.history()] == []
    with pytest.raises(discord.HTTPException) as refused:
        await message.reply("y")
    assert refused.value.code == 160002


async def test_deleted_channels_are_unknown(bot: StudyClient, server: Server) -> None:
    """Sending to a channel that was deleted is 404 10003."""
    channel = bot.text_channel(GENERAL_ID)
    await server.act("delete_channel", channel_id=GENERAL_ID)
    assert (await bot.hears("guild_channel_delete"))[0].id == int(GENERAL_ID)
    with pytest.raises(discord.NotFound) as refused:
        await channel.send("x")
    assert refused.value.code == 10003
