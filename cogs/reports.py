"""Reports to tutors, the tutors' queue, and what single members are told of decisions."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.instants import from_ms
from bot.domain.refusals import StaleButton
from bot.domain.reports import REASON
from bot.services import groups, moderation, reports, teachback, unanswered, verdicts
from bot.services.deliveries import Parcel
from bot.services.house import House
from bot.services.reports import Decision, Shown
from bot.services.unanswered import Unanswered
from cogs import texts_tutors as words
from cogs.cards import BLUE
from cogs.endorsements import kind
from cogs.feedback_drafts import drafts_of
from cogs.plain import cut, plain
from cogs.posting import TooLate, once, post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say
from cogs.reviewers import place
from cogs.tutor_forms import ask_for, typed

COPY, WHY = 3500, 900  # characters of a report's copy and reason in an embed
LISTED = 5


class Reports(Feature):
    """Nothing about a report is ever posted where others read it."""

    # A member reports

    @press("tr-report")
    async def report(self, interaction: Interaction, what: str, subject_id: int) -> None:
        await self._require_here(interaction, what, subject_id)
        await reports.check(self.house.database, kind(what), subject_id, interaction.user.id, interaction.guild_id)
        await ask_for(
            interaction,
            f"trm-report:{what}:{subject_id}",
            words.REPORT_TITLE,
            words.REPORT_LABEL,
            REASON,
            hint=words.REPORT_HINT,
        )

    @press("trm-report")
    async def reported(self, interaction: Interaction, what: str, subject_id: int) -> None:
        await self._require_here(interaction, what, subject_id)
        await reports.report(
            self.house.database,
            kind(what),
            subject_id,
            interaction.user.id,
            interaction.guild_id,
            typed(interaction),
            interaction.created_at,
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.REPORTED)

    async def _require_here(self, interaction: Interaction, what: str, subject_id: int) -> None:
        """Who left, or was sent away, reports nothing from old direct messages. Raises LeftServer."""
        found = await moderation.find(self.house.database, kind(what), subject_id, interaction.guild_id)
        await drafts_of(self.client).require_here(interaction, found.group)

    # The tutors' queue

    async def queue(self, interaction: Interaction) -> None:
        """`/feedback queue`."""
        group = await self._group(interaction)
        embeds, view = await self._page(interaction, group, 0)
        await interaction.response.send_message(embeds=embeds, view=view, ephemeral=True)

    async def _group(self, interaction: Interaction) -> Group:
        """The group of the place, for its tutors. Raises NeedsTutor."""
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return group

    async def _page(
        self, interaction: Interaction, group: Group, number: int
    ) -> tuple[list[discord.Embed], discord.ui.View]:
        database, user = self.house.database, interaction.user.id
        shown, of = await reports.shown(database, group, user, number)
        waiting = await unanswered.queue(database, group)
        choices = await teachback.unchosen(database, group)
        embed = discord.Embed(title=words.QUEUE_TITLE, colour=BLUE)
        if waiting:
            lines = [_waiting(one, group) for one in waiting]
            embed.add_field(name=words.UNANSWERED_NAME, value=_lines(lines), inline=False)
        if choices:
            lines = [words.choice_line(plain(cut(ask.topic or "", 60)), _link(group, ask.thread_id)) for ask in choices]
            embed.add_field(name=words.CHOICES_NAME, value=_lines(lines), inline=False)
        embeds, buttons = [embed], []
        if shown is not None:
            number = min(number, of - 1)
            embeds.append(_report(shown, group, number, of))
            buttons = _decisions(shown, number, of)
        elif not waiting and not choices:
            embed.description = words.QUEUE_NONE
        on = await reports.watches(database, group, user)
        buttons.append(button(f"tq-watch:{int(not on)}", words.UNWATCH if on else words.WATCH, row=1))
        return embeds, rows(buttons)

    @press("tq-page")
    async def turn(self, interaction: Interaction, number: int) -> None:
        group = await self._group(interaction)
        embeds, view = await self._page(interaction, group, number)
        await interaction.response.edit_message(embeds=embeds, view=view)

    @press("tq-watch")
    async def watch(self, interaction: Interaction, on: int) -> None:
        group = await self._group(interaction)
        await reports.watch(self.house.database, group, interaction.user.id, interaction.created_at, on=bool(on))
        await say(interaction, words.watching(on=bool(on)))

    @press("tq-keep")
    async def keep(self, interaction: Interaction, report_id: int) -> None:
        await self._decide(interaction, report_id, Decision.KEPT, "")

    @press("tq-decide")
    async def decide(self, interaction: Interaction, decision: str, report_id: int) -> None:
        """Removing and locking ask for the reason first."""
        found = _decision(decision)
        await self._report(interaction, report_id)
        removed = found is Decision.REMOVED
        await ask_for(
            interaction,
            f"trm-decide:{decision}:{report_id}",
            words.REMOVE_TITLE if removed else words.LOCK_TITLE,
            words.REMOVE_LABEL if removed else words.LOCK_LABEL,
            REASON,
            required=removed,
        )

    @press("trm-decide")
    async def decided(self, interaction: Interaction, decision: str, report_id: int) -> None:
        await self._decide(interaction, report_id, _decision(decision), typed(interaction))

    async def _report(self, interaction: Interaction, report_id: int) -> None:
        """Raises NoSuchReport, ReportSettled, OwnWork and NeedsTutor: by the group of the report, not of the place."""
        report = await reports.check_open(self.house.database, report_id, interaction.user.id, interaction.guild_id)
        group = await groups.by_id(self.house.database, report.group_id)
        require_tutor(interaction, group.wishes.tutor_role_id)

    async def _decide(self, interaction: Interaction, report_id: int, decision: Decision, reason: str) -> None:
        await self._report(interaction, report_id)
        await reports.decide(
            self.house.database,
            report_id,
            interaction.user.id,
            interaction.guild_id,
            decision,
            reason,
            interaction.created_at,
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.DECIDED[decision.value])

    # Messages

    @post("tutor-word")
    async def tell(self, parcel: Parcel) -> int | None:
        """A direct message; where those are closed, it is told at the next contact."""
        user = await verdicts.addressee(self.house.database, parcel.delivery)
        if user is None:
            raise TooLate
        word = parcel.delivery.payload
        where = place(self.client.get_guild(parcel.group.guild_id), parcel.group)
        text = said(word, where)
        dm = await self.client.create_dm(discord.Object(user))
        return await once(self.client, dm, parcel, lambda message: message.content == text, content=text)

    @post("unanswered")
    async def remind(self, parcel: Parcel) -> int | None:
        """The tutors' role, and nobody else, is mentioned once for all that has waited."""
        found = await unanswered.told(self.house.database, parcel)
        if not found:
            raise TooLate
        group = parcel.group
        role = group.wishes.tutor_role_id
        lines = [_waiting(one, group) for one in found[:LISTED]]
        text = "\n".join([words.waited(role, len(found)), *lines])
        mentioned = [] if role is None else [discord.Object(role)]
        return await once(
            self.client,
            self.client.get_partial_messageable(group.wishes.channel_id, guild_id=group.guild_id),
            parcel,
            lambda message: message.content == text,
            content=text,
            allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=mentioned),
        )


def said(word: dict[str, str], where: str) -> str:
    """What a member is told, from what is kept of it."""
    title, reason = word.get("title", ""), word.get("reason", "")
    return words.word(word["what"], where, plain(cut(title, 80)), plain(cut(reason, REASON)))


def _decision(word: str) -> Decision:
    if word not in (Decision.REMOVED, Decision.LOCKED):
        raise StaleButton
    return Decision(word)


def _link(group: Group, thread_id: int | None, message_id: int | None = None) -> str | None:
    if thread_id is None:
        return None
    address = f"https://discord.com/channels/{group.guild_id}/{thread_id}"
    return address if message_id is None else f"{address}/{message_id}"


def _waiting(one: Unanswered, group: Group) -> str:
    title = words.PRIVATE_QUESTION if one.private else plain(cut(one.title, 60))
    return words.waiting_line(title, _link(group, one.thread_id), from_ms(one.made_at))


def _lines(lines: list[str], most: int = 1024) -> str:
    """As many lines as a field has room for."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > most:
            break
        text += f"{line}\n"
    return text


def _report(shown: Shown, group: Group, number: int, of: int) -> discord.Embed:
    report = shown.report
    thread = None if shown.ask is None else shown.ask.thread_id
    link = _link(group, thread, shown.message_id)
    head = words.report_head(report.what.value, shown.author, link, from_ms(report.made_at), number + 1, of)
    embed = discord.Embed(title=words.COPY_NAME, description=cut(plain(report.copy), COPY), colour=BLUE)
    embed.add_field(name=words.REPORTS_NAME, value=head, inline=False)
    return embed.add_field(name=words.REASON_NAME, value=cut(plain(report.reason), WHY), inline=False)


def _decisions(shown: Shown, number: int, of: int) -> list[discord.ui.Button[discord.ui.View]]:
    report_id = shown.report.report_id
    made = [button(f"tq-keep:{report_id}", words.KEEP)]
    if shown.ask is not None:
        made.append(button(f"tq-decide:removed:{report_id}", words.REMOVE, style=discord.ButtonStyle.danger))
        made.append(button(f"tq-decide:locked:{report_id}", words.LOCK))
    if of > 1:
        made.append(button(f"tq-page:{(number + 1) % of}", words.NEXT_REPORT))
    return made


def reports_of(client: commands.Bot) -> Reports:
    """The one that shows `/feedback queue`."""
    found = client.get_cog(Reports.__name__)
    assert isinstance(found, Reports)
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Reports(client, house)
