"""/progress and /readiness: a member's own topics and odds, for nobody else."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.estimates import State
from bot.domain.groups import Group
from bot.pictures import progress as card
from bot.services import estimates, misses, reflections
from bot.services.estimates import Odds, Progress, TopicLine
from bot.services.house import House
from cogs import cards, pictures, texts_feedback, texts_misses
from cogs import texts_progress as texts
from cogs.plain import cut, plain, quiet
from cogs.replies import Feature, Interaction, button, rows, say


class Estimates(Feature):
    """What a member may know of their own weak areas."""

    @app_commands.command(name="progress", description="Your topics, with your weak areas first; only you see it")
    @app_commands.guild_only()
    async def progress(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        blueprint = self.house.blueprint(group)
        at = interaction.created_at
        found = await estimates.progress(self.house.database, group, interaction.user.id, blueprint, at)
        title = texts.PROGRESS_TITLE.format(exam=blueprint.name)
        if not found.answers:
            embed = discord.Embed(title=title, description=texts.PROGRESS_NONE)
            await say(interaction, embed=embed, view=rows([button("n:-", texts.PRACTISE)]))
            return
        patterns = await misses.summary(self.house.database, group, interaction.user.id, blueprint)
        reasons = [texts_misses.pattern_line(quiet(one.section), one) for one in patterns]
        reasons += await self._took_away(group, interaction.user.id, found.practise)
        picture = card.ProgressPicture(title, found.mark, tuple(_row(line) for line in found.topics))
        await pictures.answer(
            interaction,
            self.house.painter,
            picture,
            name="progress.png",
            alt=card.alt(picture),
            beneath=_embed(title, found, _states(found) + reasons),
            in_words=_embed(title, found, _topics(found) + reasons),
            view=_practise(found.practise, texts.PRACTISE_BOTH),
        )

    @app_commands.command(name="readiness", description="Your odds of passing the exam today; only you see it")
    @app_commands.guild_only()
    async def readiness(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        blueprint = self.house.blueprint(group)
        at = interaction.created_at
        odds = await estimates.chances(self.house.database, group, interaction.user.id, blueprint, at)
        embed = discord.Embed(title=texts.READINESS_TITLE.format(exam=blueprint.name))
        if odds.verdict is None:
            embed.description = texts.too_early(odds.needed)
            await say(interaction, embed=embed, view=rows([button("n:-", texts.PRACTISE)]))
            return
        section = quiet(odds.section.name) if odds.section else ""
        took_away = await self._took_away(group, interaction.user.id, odds.practise)
        embed.description = "\n".join([texts.readiness_lines(odds, blueprint.pass_mark, section), *took_away])
        embed.set_footer(text=texts.readiness_foot(blueprint, odds.answers))
        await say(interaction, embed=embed, view=_practise_section(odds))

    async def _took_away(self, group: Group, user: int, topics: Sequence[TopicLine]) -> list[str]:
        """What the member once noted about the first of these topics that they noted something about."""
        for line in topics:
            noted = await reflections.about(self.house.database, group, user, line.topic_id)
            if noted is not None:
                return [texts_feedback.reminded(plain(noted.text), quiet(line.name))]
        return []


def _row(line: TopicLine) -> card.TopicRow:
    e = line.estimate
    return card.TopicRow(line.name, line.section, line.share, e.p, e.low, e.high, line.state, line.answers, line.trend)


def _practise(lines: tuple[TopicLine, ...], both: str) -> discord.ui.View:
    """One button for all these topics; it says nothing of them, since a label is seen over the shoulder too."""
    ids = [line.topic_id for line in lines if line.topic_id is not None]
    label = both if len(ids) > 1 else texts.PRACTISE_TOPIC
    return rows([button(f"d:{cards.focus(ids)}", label, style=discord.ButtonStyle.primary)] if ids else [])


def _practise_section(odds: Odds) -> discord.ui.View:
    return _practise(odds.practise, texts.PRACTISE_SECTION)


def _embed(title: str, found: Progress, topics: list[str]) -> discord.Embed:
    """What to practise next, the topics in words, and the sections."""
    body = [texts.progress_head(found.mark), ""]
    if found.practise:
        body += [texts.practise_next(found.practise, [quiet(line.name) for line in found.practise]), ""]
    body += topics
    if len(found.sections) < len(found.topics):
        body += ["", texts.BY_SECTION, *(texts.section_line(quiet(one.name), one) for one in found.sections)]
    embed = discord.Embed(title=cut(title, 256), description=cut("\n".join(body), cards.DESCRIPTION))
    rest = [quiet(line.name) for line in found.topics if not line.answers]
    if rest:
        embed.set_footer(text=cut(texts.untouched(rest), cards.FIELD))
    return embed


def _states(found: Progress) -> list[str]:
    """The states in words, for those who do not look at the picture."""
    lines = []
    for state in (State.WEAK, State.UNSURE, State.FINE):
        names = [quiet(line.name) for line in found.topics if line.answers and line.state is state]
        if names:
            lines.append(texts.in_words(state, names))
    return lines


def _topics(found: Progress) -> list[str]:
    return [texts.BY_TOPIC, *(texts.topic_line(quiet(line.name), line) for line in found.topics if line.answers)]


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Estimates(client, house)
