"""The state of a group's questions, for its tutors: by topic, by how they do, and by code year."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.quiz import LETTERS
from bot.domain.refusals import StaleButton
from bot.services import bank_status, challenges, code_years
from bot.services.bank_status import Detail, Entry
from bot.services.house import House
from cogs import challenge_cards, paper
from cogs import texts_bank_status as words
from cogs.cards import AMBER, BLUE
from cogs.paper import Block, Page, lay_out
from cogs.plain import cut, quiet
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say

Buttons = list[discord.ui.Button[discord.ui.View]]

TOPICS, QUESTIONS = 8, 5  # on a page
STEM = 200


class BankStatus(Feature):
    """Each press looks anew whether its presser is a tutor."""

    async def _tutors(self, interaction: Interaction) -> Group:
        """The group, for one of its tutors. Raises NeedsTutor."""
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return group

    async def status(self, interaction: Interaction) -> None:
        """`/bank status`."""
        group = await self._tutors(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        embed, view = await self._page(interaction, group, "topics", 0)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)

    @press("bs")
    async def turn(self, interaction: Interaction, tab: str, page: int) -> None:
        if tab not in words.TABS:
            raise StaleButton
        group = await self._tutors(interaction)
        await interaction.response.defer()
        embed, view = await self._page(interaction, group, tab, page)
        await interaction.edit_original_response(content=None, embed=embed, view=view)

    @press("bs-tab")
    async def open_tab(self, interaction: Interaction, tab: str) -> None:
        """An id of its own: the first page is also where turning leads, and a message has each id once."""
        await self.turn(interaction, tab, 0)

    async def _page(
        self, interaction: Interaction, group: Group, tab: str, page: int
    ) -> tuple[discord.Embed, discord.ui.View]:
        buttons: Buttons = [
            button(
                f"bs-tab:{name}",
                label,
                style=discord.ButtonStyle.primary if name == tab else discord.ButtonStyle.secondary,
                row=0,
            )
            for name, label in words.TABS.items()
        ]
        if tab == "topics":
            head, lines, more = await self._topics(interaction, group)
            opened: list[Entry] = []
        else:
            head, found, more = await self._questions(interaction, group, tab)
            opened = [one for one, _ in found]
            lines = [
                f"{words.question_line(place, one.key, quiet(one.topic), _stem(one))}\n{line}"
                for place, (one, line) in enumerate(found, 1)
            ]
        size = TOPICS if tab == "topics" else QUESTIONS
        pages = max(1, -(-len(lines) // size))
        page = min(page, pages - 1)
        shown = slice(page * size, (page + 1) * size)
        embed = discord.Embed(title=words.TITLE, description="\n\n".join([head, *lines[shown]]), colour=BLUE)
        rule = self.house.blueprint(group).code_years
        if tab == "old" and rule is not None:
            said = words.rule(quiet(rule.text), quiet(rule.source), rule.as_of.isoformat())
            paper.add_parts(embed, words.RULE_NAME, said)
        buttons += [
            button(f"bq:{one.question_id}", str(place), row=1)
            for place, one in enumerate(opened[shown], page * size + 1)
        ]
        if pages > 1:
            embed.set_footer(text=words.page(page + 1, pages))
            buttons.append(button(f"bs:{tab}:{(page + 1) % pages}", words.ON, row=2))
            if pages > 2:
                buttons.insert(-1, button(f"bs:{tab}:{(page - 1) % pages}", words.BACK, row=2))
        return embed, rows([*buttons, *more])

    async def _topics(self, interaction: Interaction, group: Group) -> tuple[str, list[str], Buttons]:
        found = await bank_status.overview(
            self.house.database, group, self.house.blueprint(group), self.house.plan, interaction.created_at
        )
        live = sum(one.live for one in found.stocks if one.weight)
        fresh = sum(one.fresh for one in found.stocks if one.weight)
        head = [words.lasts(live, fresh, found.supply.days, found.per_day, found.repeat_days)]
        if found.practice:
            head.append(words.practice(found.practice))
        head.append(f"-# {words.HOW_LONG}")
        days = found.supply.by_topic
        lines = [
            words.topic_line(quiet(one.name), one, days.get(one.name), known=one.name in days) for one in found.stocks
        ]
        return "\n".join(head), lines, []

    async def _questions(
        self, interaction: Interaction, group: Group, tab: str
    ) -> tuple[str, list[tuple[Entry, str]], Buttons]:
        """The head of a page, its questions with what is said of them, and further buttons."""
        database, blueprint = self.house.database, self.house.blueprint(group)
        found: list[tuple[Entry, str]]
        match tab:
            case "missed":
                missed = await bank_status.missed(database, group, blueprint)
                found = [(one.entry, words.missed(one.wrong, one.answers)) for one in missed]
            case "reported":
                reported = await bank_status.reported(database, group, blueprint)
                found = [(one.entry, words.reported(one.members, open_=one.open)) for one in reported]
            case "poor":
                worst, judged = await bank_status.poor(database, group, blueprint)
                head = words.poor_head(judged)
                if judged and not worst:
                    head = f"{head}\n{words.POOR_NONE}"
                return head, [(one.entry, words.discrimination(one.found)) for one in worst], []
            case _:
                return await self._old(interaction, group)
        return words.HEADS[tab] if found else words.NONE[tab], found, []

    # Code years

    async def _old(self, interaction: Interaction, group: Group) -> tuple[str, list[tuple[Entry, str]], Buttons]:
        blueprint = self.house.blueprint(group)
        found = await code_years.rollover(self.house.database, group, blueprint, interaction.created_at)
        if found.year is None:
            return words.no_code_years(quiet(blueprint.name)), [], []
        number = len(found.waiting)
        head = words.old_head(number, found.year, begun=found.begun)
        more = [button(f"bs-sure:{number}:{found.year}", words.all_right(number, found.year), row=3)] if number else []
        return head, [(one, words.old_line(one.code_year, one.confirmed)) for one in found.waiting], more

    @press("bs-sure")
    async def sure(self, interaction: Interaction, number: int, year: int) -> None:
        """All at once: asked again first."""
        await self._tutors(interaction)
        buttons = [
            button(f"bs-all:{number}:{year}", words.YES_ALL, style=discord.ButtonStyle.danger),
            button("bs:old:0", words.NO_ALL),
        ]
        await interaction.response.edit_message(content=words.sure(number, year), embed=None, view=rows(buttons))

    @press("bs-all")
    async def confirm_all(self, interaction: Interaction, number: int, year: int) -> None:
        group = await self._tutors(interaction)
        done = await code_years.confirm_all(
            self.house.database,
            group,
            interaction.user.id,
            self.house.blueprint(group),
            number,
            year,
            interaction.created_at,
        )
        view = rows([button("bs:topics:0", words.TABS["topics"])])
        await interaction.response.edit_message(content=words.all_done(done, year), embed=None, view=view)

    # One question

    async def show_by_key(self, interaction: Interaction, typed: str) -> None:
        """`/question show`: what the autocomplete gave is a key."""
        group = await self._tutors(interaction)
        found = await bank_status.find(self.house.database, group, self.house.blueprint(group), typed)
        exact = [one for one in found if one.key.casefold() == typed.strip().casefold()]
        chosen = exact or found
        if len(chosen) != 1:
            await say(interaction, words.NO_MATCH)
            return
        await self.show(interaction, chosen[0].question_id)

    async def complete(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Questions by key or stem; for tutors."""
        group = await self._tutors(interaction)
        found = await bank_status.find(self.house.database, group, self.house.blueprint(group), typed)
        return [
            app_commands.Choice(name=cut(f"{one.key} · {' '.join(one.stem.split())}", 100), value=one.key[:100])
            for one in found
        ]

    @press("bq")
    async def show(self, interaction: Interaction, question_id: int) -> None:
        """A question with all that is known of it, in a message of its own."""
        group = await self._tutors(interaction)
        found = await self._detail(interaction, group, question_id)
        await paper.show(interaction, self.house, _card(found), view=rows(_actions(found)))

    async def _detail(self, interaction: Interaction, group: Group, question_id: int) -> Detail:
        return await bank_status.detail(
            self.house.database,
            group,
            self.house.blueprint(group),
            question_id,
            self.house.blueprints,
            interaction.created_at,
        )

    @press("bq-right")
    async def confirm(self, interaction: Interaction, question_id: int, year: int) -> None:
        group = await self._tutors(interaction)
        blueprint, now = self.house.blueprint(group), interaction.created_at
        await code_years.confirm(self.house.database, group, interaction.user.id, blueprint, question_id, year, now)
        await self._done(interaction, group, words.confirmed(year))

    @press("bq-out")
    async def retire(self, interaction: Interaction, question_id: int) -> None:
        group = await self._tutors(interaction)
        blueprint, now = self.house.blueprint(group), interaction.created_at
        shared = await bank_status.retire(
            self.house.database, group, blueprint, question_id, self.house.blueprints, now
        )
        await self._done(interaction, group, words.retired(shared=shared))

    async def _done(self, interaction: Interaction, group: Group, said: str) -> None:
        """Say what was done, and lead to the next one that waits."""
        left = await code_years.rollover(
            self.house.database, group, self.house.blueprint(group), interaction.created_at
        )
        buttons = [button(f"bq-next:{left.waiting[0].question_id}", words.NEXT_OLD)] if left.waiting else []
        await paper.replace(interaction, self.house, Page([]), said, view=rows(buttons))

    @press("bq-next")
    async def next_old(self, interaction: Interaction, question_id: int) -> None:
        """The next one that waits, in the place of the last."""
        group = await self._tutors(interaction)
        found = await self._detail(interaction, group, question_id)
        await paper.replace(interaction, self.house, _card(found), view=rows(_actions(found)))

    @press("bq-doubt")
    async def doubt(self, interaction: Interaction, question_id: int) -> None:
        """A tutor's own doubt: the card on which challenges are decided."""
        group = await self._tutors(interaction)
        blueprint = self.house.blueprint(group)
        challenge_id = await bank_status.doubt(
            self.house.database, group, blueprint, question_id, interaction.created_at
        )
        card, _ = await challenges.card(self.house.database, challenge_id, interaction.guild_id, self.house.blueprints)
        page, view = challenge_cards.challenge(card, 0, 1), rows(challenge_cards.decisions(card, 0, 1))
        await paper.replace(interaction, self.house, page, view=view)


def _stem(one: Entry) -> str:
    return quiet(cut(" ".join(one.stem.split()), STEM))


def _card(found: Detail) -> Page:
    entry, question = found.entry, found.question
    blocks = [] if question.case is None else [Block(quiet(question.case.stem), image=found.case_image)]
    lines = [quiet(question.stem), ""]
    for place, option in enumerate(question.options):
        lines.append(f"{'✅' if option.correct else '▫️'} **{LETTERS[place]}** {quiet(option.text)}")
        if option.feedback:
            lines.append(f"-# {quiet(option.feedback)}")
    blocks.append(Block("\n".join(lines), quiet(entry.topic), found.image))
    sections = [
        (words.STATE_NAME, "\n".join(_states(found))),
        (words.NUMBERS_NAME, "\n".join(_numbers(found))),
        (words.ANSWERS_NAME, "\n".join(quiet(one) for one in question.answers)),
        (words.EXPLANATION_NAME, quiet(question.explanation)),
        (words.SOURCE_NAME, quiet(question.source)),
    ]
    footer = words.key_line(entry.bank, entry.key)
    return lay_out(blocks, [one for one in sections if one[1]], colour=AMBER, footer=footer)


def _states(found: Detail) -> list[str]:
    entry = found.entry
    state = "voided" if entry.voided else "hidden" if entry.hidden and entry.state == "live" else entry.state
    lines = [words.STATES[state]]
    if entry.code_year is not None:
        lines.append(words.code_year(entry.code_year))
    if found.year is not None:
        lines.append(words.waits(found.year, begun=found.begun))
    if found.checked is not None:
        lines.append(words.checked(*found.checked))
    if found.challenged:
        lines.append(words.DOUBTED)
    return [*lines, words.SHARED] if found.shared else lines


def _numbers(found: Detail) -> list[str]:
    enough = found.answers >= bank_status.ENOUGH_ANSWERS
    lines = [words.missed(found.wrong, found.answers) if enough else words.few(found.answers)]
    tells = found.discrimination
    lines.append(words.DISCRIMINATION_UNKNOWN if tells is None else words.tells(words.discrimination(tells)))
    return [*lines, words.reports(found.reported)] if found.reported else lines


def _actions(found: Detail) -> Buttons:
    entry, made = found.entry, []
    if found.year is not None:
        right = button(
            f"bq-right:{entry.question_id}:{found.year}",
            words.still_right(found.year),
            style=discord.ButtonStyle.success,
        )
        made.append(right)
    if entry.state == "live" and not entry.hidden:
        made.append(button(f"bq-out:{entry.question_id}", words.RETIRE))
        made.append(button(f"bq-doubt:{entry.question_id}", words.DOUBT))
    return made


def status_of(client: commands.Bot) -> BankStatus:
    """The one that shows `/bank status` and `/question show`."""
    found = client.get_cog(BankStatus.__name__)
    assert isinstance(found, BankStatus)
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return BankStatus(client, house)
