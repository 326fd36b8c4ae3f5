"""Reviews that become part of an explanation: a tutor proposes, the writer decides, with a name or without."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain import promotions as rules
from bot.domain.refusals import StaleButton
from bot.domain.refusals_tutors import NoSuchQuestion, PromotionAnswered
from bot.domain.reports import What
from bot.services import consents, moderation, promotions
from bot.services.deliveries import Parcel
from bot.services.house import House
from bot.services.promotions import Consent
from cogs import texts_tutors as words
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say
from cogs.reviewers import place
from cogs.tutor_forms import ask_for, typed

STEM = 300  # characters of a question in a direct message, which has room for 2000


class Promotions(Feature):
    """Tutors' side and the writer's."""

    # A tutor proposes

    async def promote(self, interaction: Interaction, feedback: str, question: str) -> None:
        """`/feedback promote`: what both autocompletes gave are ids."""
        if not (feedback.isdecimal() and feedback.isascii()) or len(feedback) > 18:
            raise StaleButton
        group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        found = await promotions.questions(self.house.database, group, self.house.blueprint(group), question)
        exact = [one for one in found if one.key.casefold() == question.strip().casefold()]
        chosen = exact or found
        if len(chosen) != 1:
            raise NoSuchQuestion(plain(cut(question, 50)))
        await self._form(interaction, int(feedback), chosen[0].question_id)

    async def reviews(self, interaction: Interaction, words_typed: str) -> list[app_commands.Choice[str]]:
        """What could be promoted; for tutors."""
        group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        found = [
            (f"{review_id} · {cut(title, 40)}: {cut(' '.join(text.split()), 45)}", str(review_id))
            for review_id, title, text in await promotions.candidates(self.house.database, group)
        ]
        return [
            app_commands.Choice(name=cut(name, 100), value=value)
            for name, value in found
            if words_typed.casefold() in name.casefold()
        ]

    async def questions(self, interaction: Interaction, words_typed: str) -> list[app_commands.Choice[str]]:
        """Questions by key or stem; for tutors."""
        group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        found = await promotions.questions(self.house.database, group, self.house.blueprint(group), words_typed)
        return [
            app_commands.Choice(name=cut(f"{one.key} · {' '.join(one.stem.split())}", 100), value=one.key[:100])
            for one in found
        ]

    @press("tr-promote")
    async def promote_this(self, interaction: Interaction, review_id: int) -> None:
        """From a card: of a teach-back the question is known, else the tutor names it with the command."""
        found = await moderation.find(self.house.database, What.REVIEW, review_id, interaction.guild_id)
        require_tutor(interaction, found.group.wishes.tutor_role_id)
        proposal = await promotions.propose(self.house.database, review_id, interaction.guild_id)
        if proposal.question_id is None:
            await say(interaction, words.choose_question(review_id))
            return
        await self._form(interaction, review_id, proposal.question_id)

    async def _form(self, interaction: Interaction, review_id: int, question_id: int) -> None:
        proposal = await promotions.propose(self.house.database, review_id, interaction.guild_id)
        await ask_for(
            interaction,
            f"trm-promote:{review_id}:{question_id}",
            words.PROMOTE_TITLE,
            words.PROMOTE_LABEL,
            rules.ADDITION,
            value=proposal.text,
            hint=words.PROMOTE_HINT,
        )

    @press("trm-promote")
    async def promoted(self, interaction: Interaction, review_id: int, question_id: int) -> None:
        found = await moderation.find(self.house.database, What.REVIEW, review_id, interaction.guild_id)
        require_tutor(interaction, found.group.wishes.tutor_role_id)
        await promotions.promote(
            self.house.database,
            review_id,
            question_id,
            typed(interaction),
            interaction.guild_id,
            self.house.blueprint(found.group),
            interaction.created_at,
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.PROMOTION_ASKED)

    # The writer decides

    @post("promotion")
    async def ask(self, parcel: Parcel) -> int | None:
        """By direct message; where those are closed, `/feedback inbox` asks."""
        found = await promotions.consent(self.house.database, parcel.delivery.subject_id or 0)
        if found is None or found.consent != "asked":
            raise TooLate
        prefix = f"cr-none:{found.review_id}"
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(found.user)),
            parcel,
            lambda message: has_button(message, prefix),
            content=self._asks(found),
            view=_answers(found),
        )

    def _asks(self, found: Consent) -> str:
        where = place(self.client.get_guild(found.group.guild_id), found.group)
        return words.consent(
            where,
            cut(quiet(" ".join(found.stem.split())), STEM),
            cut(plain(found.text), 1100).replace("\n", "\n> "),
            anonymous=found.anonymous,
        )

    @press("cr-show")
    async def show(self, interaction: Interaction, review_id: int) -> None:
        """The same question, from the inbox."""
        found = await promotions.consent(self.house.database, review_id)
        await consents.check_own(self.house.database, review_id, interaction.user.id)
        if found is None or found.consent != "asked":
            raise PromotionAnswered
        await say(interaction, self._asks(found), view=_answers(found))

    @press("cr-named")
    async def named(self, interaction: Interaction, review_id: int) -> None:
        """With the name that the member has here."""
        await self._agree(interaction, review_id, interaction.user.display_name[: rules.CREDIT])

    @press("cr-other")
    async def other(self, interaction: Interaction, review_id: int) -> None:
        await consents.check(self.house.database, review_id, interaction.user.id)
        await ask_for(
            interaction, f"crm-other:{review_id}", words.NAME_TITLE, words.NAME_LABEL, rules.CREDIT, line=True
        )

    @press("crm-other")
    async def chosen(self, interaction: Interaction, review_id: int) -> None:
        await self._agree(interaction, review_id, typed(interaction))

    @press("cr-none")
    async def unnamed(self, interaction: Interaction, review_id: int) -> None:
        await self._agree(interaction, review_id, None)

    async def _agree(self, interaction: Interaction, review_id: int, name: str | None) -> None:
        credit = await consents.give(self.house.database, review_id, interaction.user.id, name, interaction.created_at)
        text = words.agreed(None if credit is None else plain(credit))
        view = rows([button(f"cr-no:{review_id}", words.TAKE_BACK)])
        await interaction.response.edit_message(content=text, view=view)

    @press("cr-no")
    async def refuse(self, interaction: Interaction, review_id: int) -> None:
        await consents.refuse(self.house.database, review_id, interaction.user.id, interaction.created_at)
        self.client.dispatch("agenda_changed")
        await interaction.response.edit_message(content=words.CONSENT_REFUSED, view=None)


def _answers(found: Consent) -> discord.ui.View:
    review_id = found.review_id
    no = button(f"cr-no:{review_id}", words.NO_THANKS)
    if found.anonymous:
        return rows([button(f"cr-none:{review_id}", words.AGREE, style=discord.ButtonStyle.success), no])
    return rows(
        [
            button(f"cr-named:{review_id}", words.AS_ME, style=discord.ButtonStyle.success),
            button(f"cr-other:{review_id}", words.AS_OTHER),
            button(f"cr-none:{review_id}", words.AS_NOBODY),
            no,
        ]
    )


def promotions_of(client: commands.Bot) -> Promotions:
    """The one that takes `/feedback promote`."""
    found = client.get_cog(Promotions.__name__)
    assert isinstance(found, Promotions)
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Promotions(client, house)
