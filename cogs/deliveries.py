"""What the bot posts by itself: questions, closings, digests and notices, each exactly once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import defaultdict
from datetime import date

import aiohttp
import discord
from discord.ext import commands

from bot.domain.groups import Trouble
from bot.domain.pace import Pace
from bot.services import deliveries, pings, standings
from bot.services.deliveries import Parcel, RoundState
from bot.services.house import House
from cogs import cards, posting, texts, texts_boards, texts_streaks, winners
from cogs.cards import BLUE
from cogs.plain import cut, quiet
from cogs.posting import SCANNED, Post, TooLate, has_button, once, own, post
from cogs.presence import Presence
from cogs.replies import Feature, button, rows

log = logging.getLogger(__name__)

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
THREAD_EXISTS = 160004
GONE = {UNKNOWN_CHANNEL: Trouble.CHANNEL_GONE}
FORBIDDEN = {MISSING_ACCESS: Trouble.NO_ACCESS, MISSING_PERMISSIONS: Trouble.NO_ACCESS}
TROUBLES = GONE | FORBIDDEN
COUNTS_A_SECOND = 6  # counters edited: with the posts' own rate, Discord's fifty requests a second are kept
RETRIED_STATUS = 500  # what discord.py did not retry itself, or gave up on


class Deliveries(Feature):
    """Sends parcels and keeps a post's counter up to date."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._posts: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._counting: set[int] = set()
        self._counts = Pace(COUNTS_A_SECOND)
        self._tasks: set[asyncio.Task[None]] = set()
        self._posters: dict[str, Post] = {}
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._presence.close()

    async def deliver(self, parcel: Parcel) -> None:
        """Send one parcel and record how it went. It never raises for what Discord answers."""
        now_ms = self.house.clock.now_ms
        outcome = "retried"
        try:
            message_id = await self._send(parcel)
        except discord.HTTPException as error:
            problem = f"{error.status} {error.code}"
            if error.status >= RETRIED_STATUS or error.status == 429:
                await deliveries.retry(self.house.database, parcel, problem, now_ms())
                return
            outcome = "refused"
            trouble = TROUBLES.get(error.code)
            log.warning("a post was refused", extra={"kind": parcel.delivery.kind, "problem": problem})
            await deliveries.give_up(self.house.database, parcel, problem, trouble, now_ms())
            self.client.dispatch("notes_changed")
        except TooLate:
            outcome = "expired"
            await deliveries.give_up(self.house.database, parcel, deliveries.TOO_LATE, None, now_ms())
            self.client.dispatch("notes_changed")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            await deliveries.retry(self.house.database, parcel, type(error).__name__, now_ms())
        else:
            outcome = "sent"
            await deliveries.sent(self.house.database, parcel, message_id, now_ms())
        finally:
            late = (now_ms() - parcel.delivery.due_at) / 1000
            self.house.meters.delivery(parcel.delivery.kind, outcome, late)

    async def _send(self, parcel: Parcel) -> int | None:
        if not self._posters:
            for cog in self.client.cogs.values():
                self._posters |= posting.posts(cog)
        return await self._posters[parcel.delivery.kind](parcel)

    def _channel(self, parcel: Parcel, channel_id: int) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(channel_id, guild_id=parcel.group.guild_id)

    @post("question")
    async def post_question(self, parcel: Parcel) -> int | None:
        state = parcel.round
        assert state is not None
        prefix = cards.mark(state.asked)
        page = cards.open_post(state, self.house.clock.now())
        return await once(
            self.client,
            self._channel(parcel, state.channel_id),
            parcel,
            lambda message: has_button(message, prefix),
            view=cards.open_buttons(state.asked),
            **await page.parts(self.house),
        )

    @post("close")
    async def post_closing(self, parcel: Parcel) -> int | None:
        state = parcel.round
        assert state is not None
        if state.message_id is None:
            return None
        async with self._posts[state.asked.round_id]:
            message = self._channel(parcel, state.channel_id).get_partial_message(state.message_id)
            page, explained = cards.closed_post(state, self.house.clock.now())
            try:
                await message.edit(
                    **await page.edit(self.house), view=cards.closed_buttons(state.asked, voided=state.voided)
                )
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
                # Somebody deleted the post; there is nothing to close and nothing to discuss.
                return None
        self._posts.pop(state.asked.round_id, None)
        await self._open_thread(state, message, explained=explained)
        return state.message_id

    async def _open_thread(self, state: RoundState, message: discord.PartialMessage, *, explained: bool) -> None:
        name = cut(texts.thread_name(quiet(state.asked.topic), date.fromisoformat(state.day)), 100)
        # A thread made from a message has the message's id, so that an earlier try's thread is found again.
        thread = self.client.get_partial_messageable(message.id)
        try:
            await message.create_thread(name=name)
        except discord.HTTPException as error:
            if error.code == THREAD_EXISTS:
                if await self._has_spoken(thread):
                    return
            elif error.status >= RETRIED_STATUS:
                raise
            else:
                # The round is closed all the same; /setup names the right that is missing.
                log.warning("no thread for a closed round", extra={"code": error.code})
                return
        await thread.send(texts.VOIDED_THREAD if state.voided else cards.thread_opening(state.asked))
        if not explained:
            for part in _parts(cards.explanation(state.asked)):
                await thread.send(part)

    async def _has_spoken(self, channel: discord.PartialMessageable) -> bool:
        async for message in channel.history(limit=SCANNED, oldest_first=True):
            # A thread begins with a shadow of the post that it was made from, and that is ours too.
            if own(self.client, message) and message.type is discord.MessageType.default:
                return True
        return False

    @post("digest")
    async def post_digest(self, parcel: Parcel) -> int | None:
        word = parcel.delivery.payload
        custom_id = f"m:{parcel.group.group_id}:{word['day'].replace('-', '')}"
        lines = [texts.board_line(rank, user, points) for rank, user, points in word["top"]]
        if word["more"]:
            lines.append(texts.board_more(word["more"]))
        embed = discord.Embed(
            title=texts.digest_title(date.fromisoformat(word["day"])),
            description="\n".join(
                [texts.digest_line(word["answered"], word["questions"]), *(lines or [texts.NOBODY_ON_BOARD])]
            ),
            colour=BLUE,
        )
        return await self._with_button(parcel, embed, custom_id, texts.MY_MOVE)

    @post("winners")
    async def post_winners(self, parcel: Parcel) -> int | None:
        """A period's winners, without those who left since it was written."""
        word, group = parcel.delivery.payload, parcel.group
        users = winners.named(word)
        await self._presence.changes(self.client.get_guild(group.guild_id), group, users)
        embed = winners.card(word, group.wishes.zone, await standings.hidden(self.house.database, group, users))
        if embed is None:
            raise TooLate
        custom_id = f"lo:{group.group_id}:points:{word['window']}"
        return await self._with_button(parcel, embed, custom_id, texts_boards.WHOLE_BOARD)

    async def _with_button(self, parcel: Parcel, embed: discord.Embed, custom_id: str, label: str) -> int | None:
        """Post a card with one button, by which it is known."""
        return await once(
            self.client,
            self._channel(parcel, parcel.delivery.payload["channel"]),
            parcel,
            lambda message: has_button(message, custom_id),
            embed=embed,
            view=rows([button(custom_id, label)]),
        )

    @post("notice")
    async def tell_admin(self, parcel: Parcel) -> int | None:
        """By direct message; where that is closed, in the server's system channel or the first one that we may use."""
        word = parcel.delivery.payload
        guild = self.client.get_guild(parcel.group.guild_id)
        blueprint = self.house.blueprints.get(word["exam"])
        text = texts.notice(
            word["what"],
            channel=word.get("channel"),
            exam=blueprint.name if blueprint else word["exam"],
            days=word.get("days"),
            place=f"**{quiet(guild.name)}**" if guild else "",
        )

        def found(message: discord.Message) -> bool:
            return message.content == text

        try:
            dm = await self.client.create_dm(discord.Object(word["user"]))
            return await once(self.client, dm, parcel, found, content=text)
        except discord.Forbidden:
            channel = _public_place(guild)
            if channel is None:
                raise
            return await once(self.client, channel, parcel, found, content=f"<@{word['user']}> {text}")

    @post("streak")
    async def ping(self, parcel: Parcel) -> int | None:
        """A member's reminder, unless it has become needless meanwhile."""
        due = await pings.due(self.house.database, parcel.group, parcel.delivery, self.house.clock.now())
        if due is None:
            raise TooLate
        user, ping = due
        guild = self.client.get_guild(parcel.group.guild_id)
        custom_id = f"sp:{parcel.delivery.member_id}:n{parcel.delivery.nonce}"
        buttons = [button(custom_id, texts_streaks.PING_STOP)]
        if ping.message_id is not None:
            link = f"https://discord.com/channels/{parcel.group.guild_id}/{ping.channel_id}/{ping.message_id}"
            buttons.insert(0, discord.ui.Button(label=texts_streaks.PING_LINK, url=link))
        place = f"**{quiet(guild.name)}**" if guild else f"<#{ping.channel_id}>"
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(user)),
            parcel,
            lambda message: has_button(message, custom_id),
            content=texts_streaks.ping(ping.days, ping.freezes, ping.ends_at, place),
            view=rows(buttons),
        )

    @commands.Cog.listener()
    async def on_answer_kept(self, round_id: int, after_close: bool) -> None:
        """An answer was kept: soon, and for many at once, the post says how many have answered."""
        if after_close:
            self.client.dispatch("agenda_changed")
        elif round_id not in self._counting:
            self._counting.add(round_id)
            task = asyncio.create_task(self._count(round_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _count(self, round_id: int) -> None:
        await asyncio.sleep(self.house.count_every)
        await asyncio.sleep(self._counts.wait(asyncio.get_running_loop().time()))
        self._counting.discard(round_id)
        try:
            await self._show_count(round_id)
        except (discord.HTTPException, aiohttp.ClientError, OSError, sqlite3.Error) as error:
            # The closing post shows the number too; nobody loses anything.
            log.info("a counter was not updated", extra={"problem": type(error).__name__})

    async def _show_count(self, round_id: int) -> None:
        async with self._posts[round_id]:
            state = await deliveries.round_state(self.house.database, round_id)
            if state is None or state.closed or state.message_id is None:
                return
            channel = self.client.get_partial_messageable(state.channel_id)
            # Its pictures stay with the message, and the page names them as before.
            page = cards.open_post(state, self.house.clock.now())
            await channel.get_partial_message(state.message_id).edit(embeds=page.embeds)


def _public_place(guild: discord.Guild | None) -> discord.TextChannel | None:
    if guild is None:
        return None
    places = [guild.system_channel, *guild.text_channels]
    return next((one for one in places if one is not None and one.permissions_for(guild.me).send_messages), None)


def _parts(text: str, limit: int = 1990) -> list[str]:
    """A spoilered text as messages: each part is a spoiler of its own."""
    inner = text.replace("||", "")
    return [f"||{inner[start : start + limit - 4]}||" for start in range(0, len(inner), limit - 4)]


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Deliveries(client, house)
