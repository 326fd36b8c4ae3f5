"""/bank: a tutor's question files in, with a preview and a way back, and banks out as files."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
from collections.abc import Callable
from typing import Self

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.imports import BANK_NAME_LIMIT, unknown_topics
from bot.domain.questions import slug
from bot.domain.refusals import StaleButton, UnknownTopic
from bot.domain.refusals_imports import BankChanged, FileNotRead, FileTooLarge
from bot.services import import_choices, import_work, imports
from bot.services.house import House
from bot.services.imports import Preview
from cogs import exports
from cogs import texts_imports as texts
from cogs.bank_status import status_of
from cogs.cards import AMBER, BLUE, DESCRIPTION
from cogs.import_preview import shown, topic_page
from cogs.menus import choice_menu, choices_in, chosen
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say
from cogs.texts_import_report import report

log = logging.getLogger(__name__)

MENU = 25
LONGEST_ID = 18  # digits that surely fit into the database


class Imports(Feature):
    """Only tutors import and export; each press looks anew whether its presser is one."""

    commands_group = app_commands.Group(name="bank", description="Question banks", guild_only=True)

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._resuming: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._resuming = asyncio.create_task(self._resume(), name="imports")

    async def cog_unload(self) -> None:
        if self._resuming is not None:
            self._resuming.cancel()
            await asyncio.gather(self._resuming, return_exceptions=True)

    async def _resume(self) -> None:
        """Bring to its end what a stop left in the middle."""
        try:
            done = await import_work.resume(self.house.database, self.house.clock.now())
        except Exception:
            log.exception("an import that a stop left in the middle could not be finished; the next start tries again")
            return
        if done:
            log.info("imports of an earlier run were finished", extra={"count": len(done)})
            self.client.dispatch("evidence_changed")

    async def _tutors(self, interaction: Interaction) -> Group:
        """The group, for one of its tutors. Raises NeedsTutor."""
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return group

    @commands_group.command(name="status", description="For tutors: your questions by topic, and how they do")
    async def status(self, interaction: Interaction) -> None:
        await status_of(self.client).status(interaction)

    # A file comes in

    @commands_group.command(name="import", description="For tutors: questions from a file; you see first what it does")
    @app_commands.rename(attached="file")
    @app_commands.describe(
        attached="Markdown, CSV, JSON, GIFT, Aiken, Moodle XML, QTI, Anki, Quizlet, Kahoot, Open Trivia, …",
        bank="A bank of your group's; without it, the one that the file names",
        topic="For questions that name no topic",
    )
    async def bring(
        self,
        interaction: Interaction,
        attached: discord.Attachment,
        bank: app_commands.Range[str, 1, BANK_NAME_LIMIT] | None = None,
        topic: str | None = None,
    ) -> None:
        group = await self._tutors(interaction)
        if attached.size > imports.MAX_BYTES:
            raise FileTooLarge(attached.size, imports.MAX_BYTES)
        blueprint = self.house.blueprint(group)
        if topic is not None and unknown_topics({topic: 1}, blueprint):
            raise UnknownTopic(plain(cut(topic, 50)))
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            data = await attached.read()
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            raise FileNotRead from None
        name = plain(cut(attached.filename, 80))
        async with Progress(interaction, self.house.count_every, lambda at, of: texts.reading(name, at, of)) as told:
            intake = await self.house.reader.read(data, attached.filename, progress=told)
        if len(intake.imported.questions) > imports.MANY:
            await interaction.edit_original_response(content=texts.comparing(len(intake.imported.questions)))
        found = await imports.preview(
            self.house.database,
            group,
            blueprint,
            intake.imported,
            intake.pictures,
            file=attached.filename,
            now=interaction.created_at,
            bank=bank,
            topic=topic or "",
            user=interaction.user.id,
        )
        embed, view = shown(found, blueprint)
        whole = discord.File(io.BytesIO(await asyncio.to_thread(report, found)), filename=texts.REPORT_NAME)
        await interaction.edit_original_response(content=None, embed=embed, view=view, attachments=[whole])

    @bring.autocomplete("bank")
    async def own_banks(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        group = await self.group(interaction)
        found = await imports.own_banks(self.house.database, group, self.house.blueprint(group))
        return [app_commands.Choice(name=one, value=one) for one in found if words.casefold() in one.casefold()][:MENU]

    @bring.autocomplete("topic")
    async def topics(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        group = await self.group(interaction)
        names = self.house.blueprint(group).topics
        fitting = [one for one in names if words.casefold() in one.casefold()]
        return [app_commands.Choice(name=cut(one, 100), value=one[:100]) for one in fitting][:MENU]

    async def _update(self, interaction: Interaction, group: Group, found: Preview, note: str | None = None) -> None:
        await self._show(interaction, note, *shown(found, self.house.blueprint(group)))

    async def _show(
        self, interaction: Interaction, note: str | None, embed: discord.Embed, view: discord.ui.View
    ) -> None:
        if interaction.response.is_done():
            await interaction.edit_original_response(content=note, embed=embed, view=view)
        else:
            await interaction.response.edit_message(content=note, embed=embed, view=view)

    # What the tutor chooses

    @press("impt")
    async def topic_chosen(self, interaction: Interaction, import_id: int, _menu: int) -> None:
        """The topic of the questions that name none."""
        group = await self._tutors(interaction)
        blueprint, (wanted,) = self.house.blueprint(group), chosen(interaction)
        if unknown_topics({wanted: 1}, blueprint) or not slug(wanted):
            raise StaleButton
        now = interaction.created_at
        found = await import_choices.topic(self.house.database, group, blueprint, import_id, wanted, now)
        await self._update(interaction, group, found)

    @press("impn")
    async def unknown_topic(self, interaction: Interaction, import_id: int, number: int) -> None:
        """A topic that the exam does not have, by its number, in the preview's place."""
        group = await self._tutors(interaction)
        found = await self._look(interaction, group, import_id)
        await self._next_topic(interaction, group, found, number)

    @press("impm")
    async def topic_given(self, interaction: Interaction, import_id: int, number: int, _menu: int) -> None:
        """Its questions get a topic of the exam."""
        (name,) = chosen(interaction)
        await self._give_topic(interaction, import_id, number, name)

    @press("impo")
    async def topic_kept(self, interaction: Interaction, import_id: int, number: int) -> None:
        """It stays as it is."""
        await self._give_topic(interaction, import_id, number, "")

    async def _give_topic(self, interaction: Interaction, import_id: int, number: int, name: str) -> None:
        group = await self._tutors(interaction)
        blueprint, now = self.house.blueprint(group), interaction.created_at
        await interaction.response.defer()  # comparing a large file anew takes longer than a press may
        found = await import_choices.give_topic(self.house.database, group, blueprint, import_id, number, name, now)
        await self._next_topic(interaction, group, found, number + 1)

    async def _next_topic(self, interaction: Interaction, group: Group, found: Preview, number: int) -> None:
        if not 0 <= number < len(found.unknown):
            await self._update(interaction, group, found)
            return
        await self._show(interaction, None, *topic_page(found, self.house.blueprint(group), number))

    @press("impk")
    async def keep_or_retire(self, interaction: Interaction, import_id: int, word: str) -> None:
        """What becomes of questions that the file no longer has."""
        group = await self._tutors(interaction)
        if word not in ("keep", "retire"):
            raise StaleButton
        found = await import_choices.keep_gone(
            self.house.database,
            group,
            self.house.blueprint(group),
            import_id,
            interaction.created_at,
            keep=word == "keep",
        )
        await self._update(interaction, group, found)

    @press("impq")
    async def doubts(self, interaction: Interaction, import_id: int) -> None:
        """The doubtful ones, one after the other, in the preview's place."""
        group = await self._tutors(interaction)
        found = await self._look(interaction, group, import_id)
        await self._next_doubt(interaction, group, found)

    @press("impd")
    async def decided(self, interaction: Interaction, import_id: int, place: int, question_id: int) -> None:
        """It is a question that the bank has, or a new one (0)."""
        group = await self._tutors(interaction)
        blueprint, now = self.house.blueprint(group), interaction.created_at
        found = await import_choices.decide(self.house.database, group, blueprint, import_id, place, question_id, now)
        await self._next_doubt(interaction, group, found)

    @press("impb")
    async def back(self, interaction: Interaction, import_id: int) -> None:
        """The preview again."""
        group = await self._tutors(interaction)
        await self._update(interaction, group, await self._look(interaction, group, import_id))

    async def _look(self, interaction: Interaction, group: Group, import_id: int) -> Preview:
        blueprint = self.house.blueprint(group)
        return await imports.look(self.house.database, group, blueprint, import_id, interaction.created_at)

    async def _next_doubt(self, interaction: Interaction, group: Group, found: Preview) -> None:
        if not found.asks:
            await self._update(interaction, group, found)
            return
        one, which = found.asks[0], found.import_id
        shown = one.others[: texts.MOST_CANDIDATES]
        embed = discord.Embed(
            title=texts.doubt_title(len(found.asks)), description=cut(texts.doubt(one), DESCRIPTION), colour=AMBER
        )
        made = [
            button(f"impd:{which}:{one.place}:{card.question_id}", texts.same(number, len(shown)))
            for number, card in enumerate(shown, 1)
        ]
        made.append(button(f"impd:{which}:{one.place}:0", texts.NEW_ONE))
        made.append(button(f"impb:{which}", texts.BACK, row=1))
        await interaction.response.edit_message(content=None, embed=embed, view=rows(made))

    # Doing it, and undoing it

    @press("imp")
    async def go(self, interaction: Interaction, import_id: int) -> None:
        """Import what the preview shows; where its bank was changed meanwhile, show anew what it would do."""
        group = await self._tutors(interaction)
        await interaction.response.defer()
        now = self.house.clock.now()
        try:
            async with Progress(interaction, self.house.count_every, texts.importing) as told:
                done = await import_work.apply(self.house.database, group, import_id, now, told)
        except BankChanged:
            await interaction.edit_original_response(content=texts.COMPARING_ANEW)
            found = await imports.again(self.house.database, group, self.house.blueprint(group), import_id, now)
            await self._update(interaction, group, found, texts.CHANGED_MEANWHILE)
            return
        self.client.dispatch("evidence_changed")
        undo = button(f"impu:{import_id}", texts.UNDO)
        await interaction.edit_original_response(content=texts.done(done), embed=None, view=rows([undo]))

    @press("impx")
    async def cancel(self, interaction: Interaction, import_id: int) -> None:
        """Forget the preview."""
        group = await self._tutors(interaction)
        await imports.cancel(self.house.database, group, import_id, interaction.created_at)
        await interaction.response.edit_message(content=texts.CANCELLED, embed=None, view=None, attachments=[])

    @press("impu")
    async def undo(self, interaction: Interaction, import_id: int) -> None:
        """Retire what came, put back what was changed, ask again what was retired."""
        group = await self._tutors(interaction)
        await interaction.response.defer()
        now = self.house.clock.now()
        async with Progress(interaction, self.house.count_every, texts.undoing) as told:
            done = await import_work.undo(self.house.database, group, import_id, now, told)
        self.client.dispatch("evidence_changed")
        await interaction.edit_original_response(content=texts.undone(done), embed=None, view=None)

    @commands_group.command(name="imports", description="For tutors: the last imports, to look at and to undo")
    async def recent(self, interaction: Interaction) -> None:
        group = await self._tutors(interaction)
        found = await imports.recent(self.house.database, group)
        if not found:
            await say(interaction, texts.NO_IMPORTS)
            return
        embed = discord.Embed(
            title=texts.RECENT_TITLE,
            description=cut("\n".join(texts.recent_line(one, user) for one, user in found), DESCRIPTION),
            colour=BLUE,
        )
        undoable = [one for one, _ in found if one.state == "applied"]
        options = [
            discord.SelectOption(label=cut(one.file, 100), description=cut(one.title, 100), value=str(one.import_id))
            for one in undoable
        ]
        await say(
            interaction,
            embed=embed,
            view=choices_in([choice_menu("impl", texts.RECENT_MENU, options)] if options else []),
        )

    @press("impl")
    async def one_of_them(self, interaction: Interaction) -> None:
        """An import was chosen from the list: ask before it is undone."""
        group = await self._tutors(interaction)
        (value,) = chosen(interaction)
        if not (value.isdecimal() and value.isascii() and len(value) <= LONGEST_ID):
            raise StaleButton
        one = await imports.find(self.house.database, group, int(value))
        undo = button(f"impu:{one.import_id}", texts.UNDO, style=discord.ButtonStyle.danger)
        await say(interaction, texts.recent_line(one, None), view=rows([undo]))

    # Banks go out

    @commands_group.command(name="export", description="For tutors: a bank as a file, with all keys; only you see it")
    @app_commands.rename(wanted="format")
    @app_commands.describe(bank="Without one, your group's own", wanted="Without one, Markdown")
    @app_commands.choices(wanted=exports.FORMATS)
    async def export(
        self, interaction: Interaction, bank: str | None = None, wanted: app_commands.Choice[str] | None = None
    ) -> None:
        group = await self._tutors(interaction)
        await exports.send(self.house, interaction, group, bank, exports.DEFAULT if wanted is None else wanted.value)

    @export.autocomplete("bank")
    async def banks(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        return await exports.complete(self.house, await self.group(interaction), words)

    @commands_group.command(name="template", description="A table with a question of each type, to fill in")
    async def template(self, interaction: Interaction) -> None:
        await exports.send_template(interaction)


class Progress:
    """Tells a long work's progress by editing the answer, never sooner than *every* seconds after the last edit."""

    def __init__(self, interaction: Interaction, every: float, words: Callable[[int, int], str]) -> None:
        self._interaction = interaction
        self._every = every
        self._words = words
        self._state: tuple[int, int] | None = None
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __call__(self, done: int, total: int) -> None:
        self._state = (done, total)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tell(), name="progress")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Whoever edits next finds no edit under way that would come after theirs."""
        self._over.set()
        assert self._task is not None
        await self._task

    async def _tell(self) -> None:
        last = None
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._over.wait()
            if self._state not in (None, last) and not self._over.is_set():
                last = self._state
                assert last is not None
                try:
                    await self._interaction.edit_original_response(content=self._words(*last))
                except discord.HTTPException as error:
                    log.info("the progress of an import could not be told", extra={"status": error.status})


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Imports(client, house)
