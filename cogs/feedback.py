"""/feedback: asking, one's own questions, and what waits for one."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.feedback import LABEL, Rubric, Visibility, clean
from bot.domain.refusals import Refusal, StaleButton
from bot.domain.refusals_feedback import EmptyText, NeedsRights, NothingWritten, NotYourMessage
from bot.services import banks, feedback, feedback_drafts, threads
from bot.services.house import House
from cogs import feedback_forms as forms
from cogs import feedback_lists as lists
from cogs import reviewers
from cogs import texts_feedback as words
from cogs.feedback_drafts import drafts_of, is_tutor, place
from cogs.plain import cut
from cogs.promotions import promotions_of
from cogs.replies import Feature, Interaction, press, require_admin, rows, say
from cogs.reports import reports_of
from cogs.teachback import teachback_of

NEEDED = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history",
          "create_public_threads", "send_messages_in_threads")  # fmt: skip
PRIVATE = ("create_private_threads",)


class _Board(app_commands.Transformer):
    """A text channel or a forum. discord.py reads the type ForumChannel as media channels too, which hold no text."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.forum]

    async def transform(
        self,
        interaction: discord.Interaction[Any],  # noqa: ARG002  discord.py's own signature
        value: Any,
        /,
    ) -> discord.TextChannel | discord.ForumChannel:
        found = value.resolve() or await value.fetch()
        assert isinstance(found, discord.TextChannel | discord.ForumChannel), "Discord offers no other channel here"
        return found


class Feedback(Feature):
    """Asking for feedback and following one's own questions."""

    commands_group = app_commands.Group(
        name="feedback", description="Explain, ask, and learn from peers", guild_only=True
    )

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._menu = app_commands.ContextMenu(name=words.ASK_ON, callback=self.ask_on)
        self._menu.guild_only = True
        client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.client.tree.remove_command(self._menu.name, type=self._menu.type)

    # Asking

    @commands_group.command(name="ask", description="Ask your peers for feedback on a piece of work")
    @app_commands.describe(
        who="Who sees it: the group, or invited reviewers only",
        anonymous="Post it without your name; tutors can still see who asked",
        topic="A topic of your exam",
    )
    @app_commands.choices(
        who=[
            app_commands.Choice(name="the group", value=Visibility.GROUP.value),
            app_commands.Choice(name="invited reviewers only", value=Visibility.PRIVATE.value),
        ]
    )
    async def ask(
        self,
        interaction: Interaction,
        who: app_commands.Choice[str] | None = None,
        anonymous: bool = False,
        topic: str | None = None,
    ) -> None:
        payload = {"visibility": who.value if who else "group", "anonymous": anonymous, "topic": topic or forms.NONE}
        await self._form(interaction, payload, on_message=False)

    @ask.autocomplete("topic")
    async def topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        group = await self.group(interaction)
        found = await banks.topics(self.house.database, self.house.blueprint(group))
        return [
            app_commands.Choice(name=cut(one.name, 100), value=one.slug)
            for one in found
            if typed.casefold() in one.name.casefold()
        ][:25]

    async def ask_on(self, interaction: Interaction, message: discord.Message) -> None:
        """The context-menu command on one's own message."""
        if message.author.id != interaction.user.id:
            raise NotYourMessage
        text = clean(message.content)
        if not text:
            raise NothingWritten
        await self._form(interaction, {"did": text}, on_message=True)

    async def _form(self, interaction: Interaction, payload: dict[str, Any], *, on_message: bool) -> None:
        group = await self.group(interaction)
        topics = await banks.topics(self.house.database, self.house.blueprint(group))
        await interaction.response.send_modal(forms.ask(topics, payload, 0, interaction.id, on_message=on_message))

    @press("fbm-ask")
    async def asked(
        self, interaction: Interaction, visibility: str, anonymous: int, draft_id: int, opened: int
    ) -> None:
        """The form for a question came back."""
        typed = forms.fields(interaction)
        how = typed.get("how") or f"{visibility}:{anonymous}"
        if how not in words.HOW:
            raise StaleButton
        seen, hidden = how.split(":")
        attached = forms.uploads(interaction)
        payload: dict[str, Any] = {name: typed.get(name, "") for name in ("title", "topic", "did", "wants")}
        payload |= {"visibility": seen, "anonymous": hidden == "1", "on_message": "how" in typed, "form": opened}
        payload["files"] = [clean(str(one["filename"])) for one in attached]
        group = await self.group(interaction)
        drafts = drafts_of(self.client)
        if not attached:
            await drafts.submit(interaction, group, feedback.ASK, payload, draft_id=draft_id)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            files = await forms.fetch(self.client, attached)
        except Refusal as refusal:
            kept = await feedback_drafts.keep(
                self.house.database,
                group,
                interaction.user.id,
                feedback.ASK,
                payload,
                interaction.created_at,
                draft_id=draft_id,
            )
            await drafts.hand_back(interaction, kept.draft_id, refusal)
            return
        await drafts.submit(interaction, group, feedback.ASK, payload, draft_id=draft_id, files=files)

    # The buttons of one's own question

    @press("fb-add")
    async def add(self, interaction: Interaction, ask_id: int, posting: str) -> None:  # noqa: ARG002  it finds the post
        ask = await feedback.check_own(self.house.database, ask_id, interaction.user.id, interaction.guild_id)
        threads.require_open(ask)
        hint = words.ANSWER_HINT_HIDDEN if ask.words.anonymous else None
        await interaction.response.send_modal(forms.follow_up(feedback.ADD, ask_id, {}, 0, interaction.id, hint=hint))

    @press("fbm-add")
    async def added(self, interaction: Interaction, ask_id: int, draft_id: int, opened: int) -> None:
        group = await feedback.group_of(self.house.database, ask_id, interaction.guild_id)
        payload = {"text": forms.fields(interaction).get("text", ""), "form": opened}
        drafts = drafts_of(self.client)
        await drafts.submit(interaction, group, feedback.ADD, payload, draft_id=draft_id, ask_id=ask_id)

    @press("fb-done")
    async def resolve(self, interaction: Interaction, ask_id: int, posting: str) -> None:  # noqa: ARG002  as above
        await feedback.check_own(self.house.database, ask_id, interaction.user.id, interaction.guild_id)
        await interaction.response.send_modal(forms.done(ask_id))

    @press("fbm-done")
    async def resolved(self, interaction: Interaction, ask_id: int) -> None:
        text = forms.fields(interaction).get("text", "")
        await feedback.resolve(
            self.house.database, ask_id, interaction.user.id, interaction.guild_id, text, interaction.created_at
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.resolved(noted=bool(clean(text))))

    @press("fb-reopen")
    async def reopen(self, interaction: Interaction, ask_id: int) -> None:
        await feedback.reopen(
            self.house.database, ask_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.REOPENED)

    @press("fb-again")
    async def post_again(self, interaction: Interaction, ask_id: int) -> None:
        """What is missing of a question is posted once more."""
        database, guild = self.house.database, interaction.guild_id
        group = await feedback.group_of(database, ask_id, guild)
        card = await feedback.card(database, ask_id)
        private = card is not None and card.ask.words.visibility is Visibility.PRIVATE
        channel = await place(self, group, private=private)
        tutor = is_tutor(interaction, group)
        await threads.post_again(
            database, ask_id, interaction.user.id, guild, channel, interaction.created_at, tutor=tutor
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.POSTING_AGAIN)

    # Lists

    @commands_group.command(name="mine", description="Your questions, with links and what was said; only you see it")
    async def mine(self, interaction: Interaction) -> None:
        await self._list(interaction, 0)

    @press("fb-mine")
    async def mine_page(self, interaction: Interaction, page: int) -> None:
        await self._list(interaction, page, edit=True)

    async def _list(self, interaction: Interaction, page: int, *, edit: bool = False) -> None:
        group = await self.group(interaction)
        found = await feedback.mine(self.house.database, group, interaction.user.id, page)
        if not found.number:
            await say(interaction, words.MINE_NONE)
            return
        embed, buttons = lists.mine(found, group.guild_id)
        if edit:
            await interaction.response.edit_message(embed=embed, view=rows(buttons))
        else:
            await say(interaction, embed=embed, view=rows(buttons))

    @press("fb-show")
    async def show(self, interaction: Interaction, ask_id: int, which: str) -> None:
        """One of one's own questions with one piece of feedback on it: also for those who do not see its thread."""
        found = await feedback.show(self.house.database, ask_id, interaction.user.id, interaction.guild_id)
        number = lists.which(found, which)
        own = interaction.message is not None and interaction.message.flags.ephemeral
        embeds, buttons = lists.own(found, number)
        parts: dict[str, Any] = {"embeds": embeds, "view": rows(buttons)}
        if own:
            await interaction.response.edit_message(**parts)
        else:
            await interaction.response.send_message(ephemeral=True, **parts)

    @commands_group.command(name="inbox", description="What waits for you: feedback, questions, invitations")
    async def inbox(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        found = await feedback.inbox(self.house.database, group, interaction.user.id)
        if found.empty:
            await say(interaction, words.INBOX_NONE)
            return
        embed, buttons = lists.inbox(found, group.guild_id)
        await say(interaction, embed=embed, view=rows(buttons))

    @commands_group.command(name="review", description="Be invited to look at others' questions, or no longer")
    @app_commands.describe(switch="On or off; it is off until you switch it on")
    @app_commands.choices(
        switch=[app_commands.Choice(name="on", value="on"), app_commands.Choice(name="off", value="off")]
    )
    async def review(self, interaction: Interaction, switch: app_commands.Choice[str]) -> None:
        await reviewers.switch(self, interaction, on=switch.value == "on")

    # Tutors

    @commands_group.command(name="queue", description="For tutors: questions without feedback, and open reports")
    async def queue(self, interaction: Interaction) -> None:
        await reports_of(self.client).queue(interaction)

    @commands_group.command(name="promote", description="For tutors: put feedback into a question's explanation")
    @app_commands.describe(feedback="Endorsed feedback comes first", question="Its key, or words of it")
    async def promote(self, interaction: Interaction, feedback: str, question: str) -> None:
        await promotions_of(self.client).promote(interaction, feedback, question)

    @promote.autocomplete("feedback")
    async def promotable(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await promotions_of(self.client).reviews(interaction, typed)

    @promote.autocomplete("question")
    async def explained(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await promotions_of(self.client).questions(interaction, typed)

    @commands_group.command(
        name="teachback", description="For tutors: explain last week's most-missed question, or not"
    )
    @app_commands.describe(switch="On or off; it is on until you switch it off")
    @app_commands.choices(
        switch=[app_commands.Choice(name="on", value="on"), app_commands.Choice(name="off", value="off")]
    )
    async def teachback(self, interaction: Interaction, switch: app_commands.Choice[str]) -> None:
        await teachback_of(self.client).switch(interaction, on=switch.value == "on")

    # Settings

    @commands_group.command(name="channel", description="For admins: where questions for feedback are posted")
    @app_commands.describe(channel="A text channel or a forum; without one, the group's own channel")
    async def channel(
        self,
        interaction: Interaction,
        channel: app_commands.Transform[discord.TextChannel | discord.ForumChannel, _Board] | None = None,
    ) -> None:
        require_admin(interaction)
        group = await self.group(interaction)
        assert interaction.guild is not None
        missing: tuple[str, ...] = ()
        if channel is not None:
            rights = channel.permissions_for(interaction.guild.me)
            lacking = tuple(words.RIGHTS[name] for name in NEEDED if not getattr(rights, name))
            if lacking:
                raise NeedsRights(channel.id, lacking)
            if isinstance(channel, discord.TextChannel):
                missing = tuple(words.RIGHTS[name] for name in PRIVATE if not getattr(rights, name))
        await feedback.set_channel(self.house.database, group, channel.id if channel else None)
        await say(interaction, words.channel_set(channel.id if channel else None, missing))

    @commands_group.command(name="rubric", description="For admins: what feedback is to say")
    async def rubric(self, interaction: Interaction) -> None:
        require_admin(interaction)
        group = await self.group(interaction)
        _, now = await feedback.settings(self.house.database, group)
        await interaction.response.send_modal(forms.rubric(now))

    @press("fbm-rubric")
    async def rubric_set(self, interaction: Interaction) -> None:
        require_admin(interaction)
        group = await self.group(interaction)
        typed = {name: clean(" ".join(value.split())) for name, value in forms.fields(interaction).items()}
        chosen = None
        if any(typed.values()) and not _usual(typed):
            names = [clean(name)[:20] for name in typed.get("scores", "").split(",")]
            labels = [typed.get(name, "")[:LABEL] for name in ("first", "second", "third")]
            if len(names) != len(words.SCORE_NAMES) or not all([*names, *labels]):
                raise EmptyText
            chosen = Rubric(labels[0], labels[1], labels[2], (names[0], names[1], names[2]))
        await feedback.set_rubric(self.house.database, group, chosen)
        await say(interaction, words.RUBRIC_SET if chosen else words.RUBRIC_USUAL)


def _usual(typed: dict[str, str]) -> bool:
    values = (typed.get("first"), typed.get("second"), typed.get("third"))
    return values == words.labels(None) and typed.get("scores") == ", ".join(words.SCORE_NAMES)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Feedback(client, house)
