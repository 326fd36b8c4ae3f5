"""The threads of questions: posting their cards exactly once, and following what others do with the threads."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord
from discord.channel import ThreadWithMessage
from discord.ext import commands

from bot.domain.feedback import Ask, State, Visibility
from bot.services import feedback, reviews, threads
from bot.services.deliveries import Parcel
from bot.services.feedback import Card
from bot.services.house import House
from bot.services.threads import THREAD_ARCHIVED, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from cogs import feedback_cards as cards
from cogs import texts_feedback as words
from cogs import texts_teachback
from cogs.feedback_cards import Parts
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, own, post
from cogs.replies import Feature, button, rows

log = logging.getLogger(__name__)

THREAD_EXISTS = 160004
WEEK: Final = 10080  # minutes without a word until Discord archives a thread by itself; the longest there is
TAG, TAGS = 20, 20  # characters of a tag's name, and tags of a forum


class Threads(Feature):
    """Posts asks, reviews and what is said about them."""

    # Questions

    @post("ask")
    async def post_ask(self, parcel: Parcel) -> int | None:
        """A question's card and its thread. Whatever an earlier try made of it is found and used."""
        card = await self._ask(parcel)
        ask = card.ask
        parts = cards.ask_card(card).new(await feedback.files(self.house.database, ask.ask_id))
        if ask.thread_id is not None:
            await self._bring_in(ask, ask.thread_id)
            if ask.message_id is not None:
                # The card stands where the thread began, or in it; only word that it arrived was lost.
                return ask.message_id
            return await self._card_in(parcel, card, ask.thread_id, parts)
        channel: Any = self.client.get_channel(ask.channel_id) or await self.client.fetch_channel(ask.channel_id)
        if isinstance(channel, discord.ForumChannel):
            return await self._forum_post(parcel, card, channel, parts)
        if ask.words.visibility is Visibility.PRIVATE:
            thread = await self._private_thread(parcel, ask, channel)
            await self._placed(ask, thread.id, None)
            await self._bring_in(ask, thread.id)
            return await self._card_in(parcel, card, thread.id, parts)
        message_id = ask.message_id
        if message_id is None:
            message_id = await once(self.client, channel, parcel, _finds(ask), **parts)
            assert message_id is not None, "an ask has a lane of its own, and is sent where it cannot be looked for"
            await self._placed(ask, None, message_id)
        try:
            await channel.get_partial_message(message_id).create_thread(name=_name(ask), auto_archive_duration=WEEK)
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        # A thread made from a message has the message's id.
        await self._placed(ask, message_id, message_id)
        return message_id

    async def _ask(self, parcel: Parcel) -> Card:
        """What is to be posted. Raises TooLate where that is nothing any more."""
        card = await feedback.card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None or card.ask.state is State.REMOVED:
            raise TooLate
        return card

    async def _placed(self, ask: Ask, thread_id: int | None, message_id: int | None) -> None:
        now_ms = self.house.clock.now_ms()
        await threads.placed(self.house.database, ask, thread_id=thread_id, message_id=message_id, now_ms=now_ms)

    async def _card_in(self, parcel: Parcel, card: Card, thread_id: int, parts: dict[str, Any]) -> int | None:
        """The card inside a thread that is there."""
        message_id = await once(self.client, self._channel(thread_id), parcel, _finds(card.ask), **parts)
        await self._placed(card.ask, thread_id, message_id)
        return message_id

    def _channel(self, channel_id: int | None) -> discord.PartialMessageable:
        if channel_id is None:
            raise TooLate
        return self.client.get_partial_messageable(channel_id)

    async def _private_thread(self, parcel: Parcel, ask: Ask, channel: discord.TextChannel) -> discord.Thread:
        if parcel.delivery.uncertain:
            for thread in await channel.guild.active_threads():
                mine = thread.parent_id == channel.id and self._made(thread) and thread.is_private()
                if mine and thread.name == _name(ask) and not await threads.knows(self.house.database, thread.id):
                    return thread
        return await channel.create_thread(
            name=_name(ask),
            type=discord.ChannelType.private_thread,
            invitable=False,
            auto_archive_duration=WEEK,
        )

    def _made(self, thread: discord.Thread) -> bool:
        return self.client.user is not None and thread.owner_id == self.client.user.id

    async def _bring_in(self, ask: Ask, thread_id: int) -> None:
        """Let those who belong into a private thread see it; a member who left the server stays away."""
        if ask.words.visibility is not Visibility.PRIVATE:
            return
        for user in await feedback.invited(self.house.database, ask):
            await self._admit(thread_id, user)

    async def _admit(self, thread_id: int, user: int) -> None:
        """Let somebody into a private thread; where that cannot be, they read and act by the bot's messages."""
        try:
            await self.client.http.add_user_to_thread(thread_id, user)
        except discord.HTTPException as error:
            if error.status >= 500 or error.code == UNKNOWN_CHANNEL:
                raise
            log.info("somebody could not be let into a thread", extra={"code": error.code})

    async def _forum_post(
        self, parcel: Parcel, card: Card, forum: discord.ForumChannel, parts: dict[str, Any]
    ) -> int | None:
        ask = card.ask
        if parcel.delivery.uncertain:
            for thread in await forum.guild.active_threads():
                if thread.parent_id == forum.id and self._made(thread) and await self._begins(thread, ask):
                    await self._placed(ask, thread.id, thread.id)
                    return thread.id
        tags = await self._tags(forum, ask.topic)
        create: Callable[..., Awaitable[ThreadWithMessage]] = forum.create_thread
        made = await create(name=_name(ask), applied_tags=tags, auto_archive_duration=WEEK, **parts)
        await self._placed(ask, made.thread.id, made.message.id)
        return made.message.id

    async def _begins(self, thread: discord.Thread, ask: Ask) -> bool:
        """Whether a forum post begins with this card."""
        try:
            first = await thread.fetch_message(thread.id)
        except discord.NotFound:
            return False
        return own(self.client, first) and _finds(ask)(first)

    async def _tags(self, forum: discord.ForumChannel, topic: str | None) -> list[discord.ForumTag]:
        """The topic's tag, made where that is allowed and there is room; in a forum that asks for one, any other."""
        mine = forum.permissions_for(forum.guild.me)
        usable = [tag for tag in forum.available_tags if mine.manage_threads or not tag.moderated]
        wanted = cut(quiet(topic), TAG) if topic is not None else None
        found = [tag for tag in usable if wanted is not None and tag.name.casefold() == wanted.casefold()]
        if not found and wanted is not None and mine.manage_channels and len(forum.available_tags) < TAGS:
            found = [await forum.create_tag(name=wanted)]
        if not found and forum.flags.require_tag:
            found = usable[:1]
        return found[:1]

    @post("ask-card")
    async def show_ask(self, parcel: Parcel) -> int | None:
        card = await feedback.card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None or card.ask.message_id is None:
            return None
        ask, message_id = card.ask, card.ask.message_id
        # A card above its thread stands in the channel; all others stand inside.
        above = message_id == ask.thread_id and not await self._in_forum(ask)
        place = ask.channel_id if above or ask.thread_id is None else ask.thread_id
        return await self._edit(ask, place, message_id, cards.ask_card(card).edit(attached=False))

    async def _in_forum(self, ask: Ask) -> bool:
        channel = self.client.get_channel(ask.channel_id) or await self.client.fetch_channel(ask.channel_id)
        return isinstance(channel, discord.ForumChannel)

    async def _edit(
        self,
        ask: Ask,
        place: int,
        message_id: int,
        parts: dict[str, Any],
        review_id: int | None = None,
        follow_up_id: int | None = None,
    ) -> int | None:
        """Change a card; an archived thread is opened for it. A deleted card is noted, and can be posted again."""
        message = self._channel(place).get_partial_message(message_id)
        if ask.archived_at is not None and place == ask.thread_id:
            await self._state(place, archived=False)
            await threads.opened(self.house.database, ask.ask_id)
        try:
            try:
                await message.edit(**parts)
            except discord.HTTPException as error:
                if error.code != THREAD_ARCHIVED:
                    raise
                await self._state(place, archived=False)
                await message.edit(**parts)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            await threads.card_lost(self.house.database, ask.ask_id, review_id, follow_up_id)
            return None
        return message_id

    async def _state(self, thread_id: int, **options: Any) -> None:
        thread = await self.client.fetch_channel(thread_id)
        if not isinstance(thread, discord.Thread) or (thread.archived and options == {"archived": True}):
            return  # Discord archives what nobody wrote in for a week
        await thread.edit(**options)

    # Reviews and what is said about them

    @post("review")
    async def post_review(self, parcel: Parcel) -> int | None:
        card = await reviews.card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None or card.review.removed:
            raise TooLate
        mark = f"fb-ok:{card.review.review_id}:{cards.tag(card.review.posting)}"
        return await self._say(parcel, card.ask, cards.review_card(card), mark)

    @post("follow-up")
    async def post_follow_up(self, parcel: Parcel) -> int | None:
        card = await reviews.follow_up_card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None:
            raise TooLate
        parts, more = cards.follow_up_card(card), {}
        if card.about is not None and card.ask.thread_id is not None:
            # As a reply it shows which of the reviews it is about.
            more["reference"] = discord.MessageReference(
                message_id=card.about, channel_id=card.ask.thread_id, fail_if_not_exists=False
            )
        return await self._say(parcel, card.ask, parts, parts.buttons[0].custom_id or "", **more)

    async def _say(self, parcel: Parcel, ask: Ask, parts: Parts, mark: str, **more: Any) -> int | None:
        def found(message: discord.Message) -> bool:
            return has_button(message, mark)

        return await once(self.client, self._channel(ask.thread_id), parcel, found, **parts.new(), **more)

    @post("review-card")
    async def show_review(self, parcel: Parcel) -> int | None:
        card = await reviews.card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None or card.review.message_id is None or card.ask.thread_id is None:
            return None
        parts = cards.review_card(card).edit(attached=True)
        review = card.review
        assert review.message_id is not None
        return await self._edit(card.ask, card.ask.thread_id, review.message_id, parts, review.review_id)

    @post("follow-up-card")
    async def show_follow_up(self, parcel: Parcel) -> int | None:
        card = await reviews.follow_up_card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None or card.follow_up.message_id is None or card.ask.thread_id is None:
            return None
        parts, found = cards.follow_up_card(card).edit(attached=True), card.follow_up
        assert found.message_id is not None
        return await self._edit(card.ask, card.ask.thread_id, found.message_id, parts, follow_up_id=found.follow_up_id)

    # Its end

    @post("ask-archive")
    async def archive(self, parcel: Parcel) -> int | None:
        card = await self._ask(parcel)
        if card.ask.state is State.RESOLVED and card.ask.thread_id is not None:
            await self._state(card.ask.thread_id, archived=True)
        return None

    @post("ask-gone")
    async def take_down(self, parcel: Parcel) -> int | None:
        """Cards whose rows were deleted. What others wrote in the thread stays theirs; the title goes."""
        word = parcel.delivery.payload
        places = [place for place in (word["thread"], word["channel"]) if place is not None]
        if word["thread"] is not None:
            await self._quietly(self._state, word["thread"], archived=False)
        for message_id in word["messages"]:
            # The card above a thread has the thread's id, and stands in the channel, but for a forum.
            for place in reversed(places) if message_id == word["thread"] else places[:1]:
                if await self._quietly(self._delete, place, message_id):
                    break
        if word["whole"] and word["thread"] is not None:
            await self._quietly(self._state, word["thread"], name=words.THREAD_GONE_NAME, archived=True)
        return None

    async def _delete(self, place: int, message_id: int) -> None:
        await self.client.get_partial_messageable(place).get_partial_message(message_id).delete()

    async def _quietly(self, act: Callable[..., Awaitable[None]], *values: Any, **more: Any) -> bool:
        """Do what may be done already, or may be forbidden; whether it was done. Later tries are for errors alone."""
        try:
            await act(*values, **more)
        except discord.HTTPException as error:
            if error.status >= 500 or error.status == 429:
                raise
            return False
        return True

    # Telling members

    @post("feedback-word")
    async def tell(self, parcel: Parcel) -> int | None:
        """A direct message; where those are closed, `/feedback inbox` has it."""
        word, member = parcel.delivery.payload, parcel.delivery.member_id
        card = await self._ask(parcel)
        ask, what, subject = card.ask, word["what"], int(word["subject"])
        user = None if member is None else await feedback.user_of(self.house.database, member)
        if user is None:
            raise TooLate
        mark = f"n{parcel.delivery.nonce}"
        message_id = None
        if what == "question":
            buttons = [button(f"fb-answer:{subject}:{mark}", words.ANSWER)]
        else:
            buttons = []
            if what in ("review", "changed", "answer"):
                buttons = [button(f"fb-show:{ask.ask_id}:v{subject}", words.READ)]
            elif what in ("gone", "no-access"):
                buttons = [button(f"fb-again:{ask.ask_id}", words.POST_AGAIN)]
        if what in ("review", "changed", "question", "answer"):
            review = await reviews.card(self.house.database, subject)
            message_id = review.review.message_id if review is not None else None
        linked = cards.link if what in ("question", "kept") else cards.askers_link
        link = linked(ask, parcel.group.guild_id, message_id)
        if link is not None and what != "gone":
            buttons.append(discord.ui.Button(label=words.OPEN_THREAD, url=link))
        text = words.word(what, plain(cut(ask.words.title, 80)))
        dm = await self.client.create_dm(discord.Object(user))
        first = next((one.custom_id for one in buttons if one.custom_id), None)

        def found(message: discord.Message) -> bool:
            return message.content == text and (first is None or has_button(message, first))

        return await once(self.client, dm, parcel, found, content=text, view=rows(buttons))

    # What others do with the threads

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        if await threads.deleted(self.house.database, payload.thread_id, self.house.clock.now_ms()):
            self.client.dispatch("agenda_changed")

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        locked = bool(payload.data["thread_metadata"].get("locked"))
        now_ms = self.house.clock.now_ms()
        if await threads.turned(self.house.database, payload.thread_id, now_ms, locked=locked):
            self.client.dispatch("agenda_changed")


def _name(ask: Ask) -> str:
    return cut(ask.words.title if ask.kind == "ask" else texts_teachback.title(ask.words.title), 100)


def _finds(ask: Ask) -> Callable[[discord.Message], bool]:
    """Knows the card of this posting."""
    mark = f"fb-give:{ask.ask_id}:{cards.tag(ask.posting)}"
    return lambda message: has_button(message, mark)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Threads(client, house)
