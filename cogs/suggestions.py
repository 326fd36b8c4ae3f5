"""/question: members propose questions and see what became of them; tutors review what waits."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain import suggestions as rules
from bot.domain.groups import Group
from bot.domain.promotions import CREDIT
from bot.domain.questions import slug
from bot.domain.refusals import Refusal
from bot.domain.refusals_suggestions import InBankAlready, NoSuchSuggestion, NotAskable
from bot.domain.suggestions import State, Words
from bot.services import groups, reports, standings, suggestions
from bot.services.house import House
from bot.services.suggestions import Card, Suggestion
from cogs import paper, texts
from cogs import suggestion_cards as cards
from cogs import suggestion_forms as forms
from cogs import texts_suggestions as words
from cogs.bank_status import status_of
from cogs.challenges import challenges_of
from cogs.paper import Page
from cogs.plain import cut, quiet
from cogs.replies import Feature, Interaction, button, press, require_tutor, roles, rows, say
from cogs.tutor_forms import ask_for, typed


class Suggestions(Feature):
    """Members' side first, then the tutors'."""

    commands_group = app_commands.Group(
        name="question", description="Propose a question for your group's bank", guild_only=True
    )

    # Proposing

    @commands_group.command(name="suggest", description="Propose a question of your own; a tutor looks at it first")
    @app_commands.describe(topic="A topic of your exam")
    async def suggest(self, interaction: Interaction, topic: str | None = None) -> None:
        group: Group = await self.group(interaction)
        await self._form(interaction, group, 0, Words(topic or "", "", "", "", ""))

    @suggest.autocomplete("topic")
    async def topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        group: Group = await self.group(interaction)
        return [
            app_commands.Choice(name=cut(name, 100), value=slug(name))
            for name in self.house.blueprint(group).topics
            if typed.casefold() in name.casefold()
        ][:25]

    async def _form(self, interaction: Interaction, group: Group, draft_id: int, filled: Words) -> None:
        topics = self.house.blueprint(group).topics
        await interaction.response.send_modal(forms.form(f"qsm-form:{group.group_id}:{draft_id}", topics, filled))

    @press("qsm-form")
    async def typed(self, interaction: Interaction, group_id: int, draft_id: int) -> None:
        """The form came back: keep it first, then see whether it is a question."""
        group = await groups.by_id(self.house.database, group_id)
        if group.guild_id != interaction.guild_id:
            raise NoSuchSuggestion
        blueprint = self.house.blueprint(group)
        done = await suggestions.submit(
            self.house.database,
            group,
            interaction.user.id,
            forms.typed(interaction),
            blueprint,
            interaction.created_at,
            draft_id=draft_id,
        )
        self.client.dispatch("agenda_changed")
        if done.refusal is not None:
            await self._hand_back(interaction, done.suggestion, done.refusal)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._receipt(interaction, group, done.suggestion)

    async def _hand_back(self, interaction: Interaction, kept: Suggestion, refusal: Refusal) -> None:
        buttons = [
            button(f"qs-change:{kept.suggestion_id}", words.GO_ON, style=discord.ButtonStyle.primary),
            button(f"qs-away:{kept.suggestion_id}", words.PUT_AWAY),
        ]
        await say(interaction, f"{texts.refusal(refusal)}\n{words.KEPT}", view=rows(buttons))

    async def _receipt(self, interaction: Interaction, group: Group, kept: Suggestion) -> None:
        blueprint = self.house.blueprint(group)
        question = suggestions.made(blueprint, kept.words, interaction.created_at)
        remarks = await suggestions.remarks(self.house.database, group, blueprint, question)
        page = cards.preview(question, remarks, words.ADVICE_NAME)
        await paper.show(interaction, self.house, page, cards.thanks(kept), view=rows(cards.own_buttons(kept)))

    # One's own

    @commands_group.command(name="mine", description="The questions that you proposed; only you see it")
    async def mine(self, interaction: Interaction) -> None:
        group: Group = await self.group(interaction)
        embed, view = await self._mine(interaction, group, 0)
        await say(interaction, embed=embed, view=view)

    @press("qs-mine")
    async def turn_mine(self, interaction: Interaction, page: int) -> None:
        group: Group = await self.group(interaction)
        embed, view = await self._mine(interaction, group, page)
        await interaction.response.edit_message(embed=embed, view=view)

    async def _mine(self, interaction: Interaction, group: Group, page: int) -> tuple[discord.Embed, discord.ui.View]:
        found = await suggestions.mine(self.house.database, group, interaction.user.id)
        embed, buttons = cards.mine(found, page)
        return embed, rows(buttons)

    @press("qs-show")
    async def show(self, interaction: Interaction, suggestion_id: int) -> None:
        """One's own question, whole."""
        kept, fate = await suggestions.own_with_fate(self.house.database, suggestion_id, interaction.user.id)
        said = cards.state_line(kept, fate)
        view = rows(cards.own_buttons(kept))
        await paper.show(interaction, self.house, cards.as_typed(kept), said, view=view)

    @press("qs-change")
    async def change(self, interaction: Interaction, suggestion_id: int) -> None:
        kept = await suggestions.editable(self.house.database, suggestion_id, interaction.user.id)
        group = await groups.by_id(self.house.database, kept.group_id)
        await self._form(interaction, group, suggestion_id, kept.words)

    @press("qs-again")
    async def again(self, interaction: Interaction, suggestion_id: int) -> None:
        """Another try with what was declined or taken back: a new suggestion."""
        kept = await suggestions.own(self.house.database, suggestion_id, interaction.user.id)
        group = await groups.by_id(self.house.database, kept.group_id)
        await self._form(interaction, group, 0, kept.words)

    @press("qs-away")
    async def take_back(self, interaction: Interaction, suggestion_id: int) -> None:
        kept = await suggestions.own(self.house.database, suggestion_id, interaction.user.id)
        await suggestions.withdraw(self.house.database, suggestion_id, interaction.user.id)
        said = words.THROWN_AWAY if kept.state is State.DRAFT else words.WITHDRAWN
        await paper.replace(interaction, self.house, Page([]), said, view=None)

    @press("qs-named")
    async def named(self, interaction: Interaction, suggestion_id: int) -> None:
        """With the name that the member has here."""
        await self._credit(interaction, suggestion_id, interaction.user.display_name[:CREDIT])

    @press("qs-other")
    async def other(self, interaction: Interaction, suggestion_id: int) -> None:
        await suggestions.own(self.house.database, suggestion_id, interaction.user.id)
        await ask_for(interaction, f"qsm-other:{suggestion_id}", words.NAME_TITLE, words.NAME_LABEL, CREDIT, line=True)

    @press("qsm-other")
    async def other_typed(self, interaction: Interaction, suggestion_id: int) -> None:
        await self._credit(interaction, suggestion_id, typed(interaction))

    @press("qs-nobody")
    async def unnamed(self, interaction: Interaction, suggestion_id: int) -> None:
        await self._credit(interaction, suggestion_id, None)

    async def _credit(self, interaction: Interaction, suggestion_id: int, name: str | None) -> None:
        database, user = self.house.database, interaction.user.id
        credit = await suggestions.set_credit(database, suggestion_id, user, name)
        kept = await suggestions.own(database, suggestion_id, user)
        await interaction.response.edit_message(
            content=cards.named_now(kept, credit), view=rows(cards.own_buttons(kept))
        )

    @press("qs-dm")
    async def by_message(self, interaction: Interaction, suggestion_id: int, on: int) -> None:
        database, user = self.house.database, interaction.user.id
        kept = await suggestions.set_by_message(database, suggestion_id, user, on=bool(on))
        await interaction.response.edit_message(content=cards.thanks(kept), view=rows(cards.own_buttons(kept)))

    # The tutors' queue

    @commands_group.command(name="review", description="For tutors: the questions that members proposed")
    async def review(self, interaction: Interaction) -> None:
        group = await self._tutors_group(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        page, view = await self._card(interaction, group, 0)
        await paper.show(interaction, self.house, page, view=view)

    @commands_group.command(name="challenges", description="For tutors: the questions that members doubt")
    async def challenges(self, interaction: Interaction) -> None:
        await challenges_of(self.client).queue(interaction)

    @commands_group.command(name="show", description="For tutors: a question with its key, and how it does")
    @app_commands.describe(question="Words of it, or its key")
    async def show_one(self, interaction: Interaction, question: str) -> None:
        await status_of(self.client).show_by_key(interaction, question)

    @show_one.autocomplete("question")
    async def questions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await status_of(self.client).complete(interaction, typed)

    @commands_group.command(name="withdrawn", description="For tutors: the questions that were taken out")
    async def withdrawn(self, interaction: Interaction) -> None:
        await challenges_of(self.client).out(interaction)

    async def _tutors_group(self, interaction: Interaction) -> Group:
        """The group of the place, for its tutors. Raises NeedsTutor."""
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        await self._seen(interaction, group)
        return group

    async def _seen(self, interaction: Interaction, group: Group) -> None:
        """Note a tutor: whether there is another one is known only of those who came by."""
        tutor = group.wishes.tutor_role_id in roles(interaction)
        await standings.here(self.house.database, group, interaction.user.id, tutor=tutor)

    async def _card(self, interaction: Interaction, group: Group, number: int) -> tuple[Page, discord.ui.View]:
        database, blueprint = self.house.database, self.house.blueprint(group)
        found = await suggestions.card(database, group, interaction.user.id, blueprint, number, interaction.created_at)
        on = await reports.watches(database, group, interaction.user.id)
        watch = button(f"qs-watch:{int(not on)}", words.UNWATCH if on else words.WATCH, row=1)
        if found is None:
            return cards.nothing(), rows([watch])
        remarks = None
        if found.question is not None:
            remarks = await suggestions.remarks(database, group, blueprint, found.question)
        page = cards.card(found, self._topic(group, found), remarks)
        return page, rows([*cards.decisions(found), watch])

    def _topic(self, group: Group, card: Card) -> str:
        topic = card.suggestion.words.topic
        return quiet(suggestions.topic_name(self.house.blueprint(group), topic) or topic)

    @press("qs-page")
    async def turn(self, interaction: Interaction, number: int) -> None:
        group = await self._tutors_group(interaction)
        await interaction.response.defer()
        page, view = await self._card(interaction, group, number)
        changes = await page.changes(self.house, interaction.message)
        await interaction.edit_original_response(content=None, view=view, **changes)

    @press("qs-watch")
    async def watch(self, interaction: Interaction, on: int) -> None:
        group = await self._tutors_group(interaction)
        await reports.watch(self.house.database, group, interaction.user.id, interaction.created_at, on=bool(on))
        await say(interaction, words.watching(on=bool(on)))

    async def _group_of(self, interaction: Interaction, suggestion_id: int) -> Group:
        """The group of the suggestion, not of the place. Raises NoSuchSuggestion and NeedsTutor."""
        group = await suggestions.group_of(self.house.database, suggestion_id, interaction.guild_id)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return group

    @press("qs-yes")
    async def approve(self, interaction: Interaction, suggestion_id: int, version: int) -> None:
        group = await self._group_of(interaction, suggestion_id)
        await self._approve(interaction, group, suggestion_id, version, None)

    @press("qs-edit")
    async def edit(self, interaction: Interaction, suggestion_id: int, version: int) -> None:
        """The form with its words, or with what this tutor typed before."""
        group = await self._group_of(interaction, suggestion_id)
        filled = await suggestions.open_one(
            self.house.database, suggestion_id, version, interaction.user.id, interaction.guild_id
        )
        topics = self.house.blueprint(group).topics
        form = forms.form(f"qsm-edit:{suggestion_id}:{version}", topics, filled, editing=True)
        await interaction.response.send_modal(form)

    @press("qsm-edit")
    async def edited(self, interaction: Interaction, suggestion_id: int, version: int) -> None:
        group = await self._group_of(interaction, suggestion_id)
        new = forms.typed(interaction)
        changed = await suggestions.keep_edit(
            self.house.database,
            suggestion_id,
            version,
            interaction.user.id,
            interaction.guild_id,
            new,
            interaction.created_at,
        )
        try:
            await self._approve(interaction, group, suggestion_id, version, new if changed else None)
        except (NotAskable, InBankAlready) as refusal:
            view = rows([button(f"qs-edit:{suggestion_id}:{version}", words.GO_ON, style=discord.ButtonStyle.primary)])
            await say(interaction, f"{texts.refusal(refusal)}\n{words.EDIT_KEPT}", view=view)

    async def _approve(
        self, interaction: Interaction, group: Group, suggestion_id: int, version: int, edited: Words | None
    ) -> None:
        guild = self.client.get_guild(group.guild_id)
        title = words.bank_title(cut(guild.name, 80) if guild else f"#{group.wishes.channel_id}")
        await suggestions.approve(
            self.house.database,
            suggestion_id,
            version,
            interaction.user.id,
            interaction.guild_id,
            self.house.blueprint(group),
            {"title": title, "rights": words.RIGHTS},
            interaction.created_at,
            words=edited,
        )
        await self._decided(interaction, group, words.APPROVED if edited is None else words.APPROVED_EDITED)

    @press("qs-no")
    async def decline(self, interaction: Interaction, suggestion_id: int, version: int) -> None:
        """Declining asks for the reason first."""
        await self._group_of(interaction, suggestion_id)
        await suggestions.open_one(
            self.house.database, suggestion_id, version, interaction.user.id, interaction.guild_id
        )
        await ask_for(
            interaction,
            f"qsm-no:{suggestion_id}:{version}",
            words.DECLINE_TITLE,
            words.DECLINE_LABEL,
            rules.REASON,
            hint=words.DECLINE_HINT,
        )

    @press("qsm-no")
    async def declined(self, interaction: Interaction, suggestion_id: int, version: int) -> None:
        group = await self._group_of(interaction, suggestion_id)
        await suggestions.decline(
            self.house.database,
            suggestion_id,
            version,
            interaction.user.id,
            interaction.guild_id,
            typed(interaction),
            interaction.created_at,
        )
        await self._decided(interaction, group, words.DECLINED)

    async def _decided(self, interaction: Interaction, group: Group, said: str) -> None:
        await self._seen(interaction, group)
        self.client.dispatch("agenda_changed")
        await say(interaction, said, view=rows([button("qs-page:0", words.SHOW_NEXT)]))


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Suggestions(client, house)
