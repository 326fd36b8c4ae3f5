"""/exam: when a member sits it, the messages around that day, and the group's calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.blueprint import Blueprint
from bot.domain.estimates import State
from bot.domain.exams import Exam, days_left, questions_left, read_day_and_time
from bot.domain.groups import Group
from bot.domain.refusals import BadExamDay, BadTime, StaleButton
from bot.domain.schedule import parse_time
from bot.services import estimates, exams
from bot.services.estimates import Progress
from bot.services.exams import Luck, Noted, Status, Wanted
from bot.services.house import House
from cogs import cards, options, texts_progress, texts_setbacks
from cogs import texts_exams as texts
from cogs.ladder import name_of, practice
from cogs.plain import cut, plain, quiet
from cogs.presence import Presence
from cogs.quiz import modal_value
from cogs.replies import Feature, Interaction, button, press, rows, say
from cogs.setbacks import FROM_STATUS, afterwards, outcome_buttons

LISTED = 20
TOPICS = 12
SWITCH = [app_commands.Choice(name="on", value="on"), app_commands.Choice(name="off", value="off")]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was said of an exam besides its day; None is the usual. `after` is the exam that it is a retake of, or 0."""

    after: int
    start: time | None
    zone: str | None
    blueprint: str | None
    wish: time | None

    @property
    def word(self) -> str:
        """The rest of a custom_id."""
        return f"{_minute('t', self.start)}:{_minute('w', self.wish)}:z{self.zone or ''}:b{self.blueprint or ''}"


class Exams(Feature):
    """All of it is its owner's alone, but for what they put on the group's calendar."""

    commands_group = app_commands.Group(name="exam", description="The date of your exam", guild_only=True)

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        await self._presence.close()

    # Setting a date

    @commands_group.command(name="set", description="When you sit your exam; only you see it")
    @app_commands.rename(day="date", start="time")
    @app_commands.describe(
        day="Such as 14 March, 2027-03-14 or in 6 weeks",
        start="When it begins, such as 9:00; leave it out if you do not know",
        zone="City or country whose clock that is; without it, your own",
        blueprint="Which exam; without it, your group's",
        wish_at="When to wish you luck on the day; without it, two hours before, or at 8:00",
    )
    async def set_date(
        self,
        interaction: Interaction,
        day: str,
        start: str | None = None,
        zone: str | None = None,
        blueprint: str | None = None,
        wish_at: str | None = None,
    ) -> None:
        group = await self.group(interaction)
        clock = None if zone is None else options.zone(self.house, zone)
        exam = None if blueprint is None else options.exam(self.house, blueprint)
        begins = None if start is None else _time(start)
        wish = None if wish_at is None else _time(wish_at)
        await self._read(interaction, group, day, Draft(0, begins, clock, exam, wish))

    async def _read(self, interaction: Interaction, group: Group, words: str, draft: Draft) -> None:
        """Note the day that the words name, or ask which of two it is."""
        now = interaction.created_at
        clock = draft.zone or (await exams.home(self.house.database, group, interaction.user.id)).key
        today = now.astimezone(ZoneInfo(clock)).date()
        try:
            days, told = read_day_and_time(words, today)
        except ValueError:
            raise BadExamDay(plain(cut(words, 50))) from None
        draft = replace(draft, start=draft.start or told)
        if len(days) == 1:
            await self._note(interaction, group, days[0], draft)
            return
        choices = [button(f"exd:{draft.after}:{day:%Y%m%d}:{draft.word}", texts.day_label(day)) for day in days]
        await say(interaction, texts.ask_day(plain(cut(words, 50))), view=rows(choices))

    @press("exd")
    async def day_chosen(
        self, interaction: Interaction, after: int, day: int, start: str, wish: str, zone: str, blueprint: str
    ) -> None:
        """One of two readings of a date was chosen."""
        group = (await exams.find(self.house.database, after, interaction.user.id))[0] if after else None
        try:
            chosen = datetime.strptime(str(day), "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            raise StaleButton from None
        clock = options.zone(self.house, zone[1:]) if zone[1:] else None
        exam = options.exam(self.house, blueprint[1:]) if blueprint[1:] else None
        where = group or await self.group(interaction)
        await self._note(interaction, where, chosen, Draft(after, _wall(start), clock, exam, _wall(wish)))

    async def _note(self, interaction: Interaction, group: Group, day: date, draft: Draft) -> None:
        clock = draft.zone or (await exams.home(self.house.database, group, interaction.user.id)).key
        exam = self.house.blueprints[draft.blueprint] if draft.blueprint else self.house.blueprint(group)
        wanted = Wanted(day, draft.start, clock, exam.id, draft.wish)
        noted = await exams.set_date(self.house.database, group, interaction.user.id, wanted, self.house.clock.now())
        self.client.dispatch("agenda_changed")
        assumed = texts.assumed(
            start=draft.start is None,
            zone=clock if draft.zone is None else None,
            blueprint=quiet(exam.name) if draft.blueprint is None and len(self.house.blueprints) > 1 else None,
        )
        await self._say_noted(interaction, group, exam, noted, assumed, odds=not draft.after)

    async def _say_noted(
        self,
        interaction: Interaction,
        group: Group,
        exam: Blueprint,
        noted: Noted,
        assumed: list[str],
        *,
        odds: bool,
    ) -> None:
        now, user = interaction.created_at, interaction.user.id
        home = await exams.home(self.house.database, group, user)
        lines = [texts.when(noted.exam), f"**{texts.countdown(days_left(noted.exam, home, now)).capitalize()}**"]
        if noted.before is not None and noted.before.day != noted.exam.day:
            lines.append(texts.was(noted.before))
        lines += [*assumed, "", texts.ladder(noted.rungs, noted.wish)]
        if odds:  # after a setback nobody wants to read them unasked
            found = await estimates.chances(self.house.database, group, user, exam, now)
            lines.append(texts_progress.readiness_hint(found))
        title = texts.set_title(quiet(exam.name), moved=noted.before is not None)
        embed = discord.Embed(title=cut(title, 256), description="\n".join(lines), colour=cards.BLUE)
        # The calendar is a server's; from a direct message /exam board leads to it.
        buttons = [] if interaction.guild_id is None else [_calendar_button(on=noted.on_calendar)]
        await say(interaction, embed=embed, view=rows(buttons))

    @press("ext")
    async def ask_retake(self, interaction: Interaction, exam_id: int) -> None:
        """A new date after a setback."""
        await exams.find(self.house.database, exam_id, interaction.user.id)
        modal = discord.ui.Modal(title=texts_setbacks.RETAKE_TITLE, custom_id=f"extm:{exam_id}", timeout=900)
        for name, label, hint, needed in (
            ("day", texts_setbacks.RETAKE_DAY, texts_setbacks.RETAKE_DAY_HINT, True),
            ("time", texts_setbacks.RETAKE_TIME, texts_setbacks.RETAKE_TIME_HINT, False),
        ):
            modal.add_item(
                discord.ui.TextInput(label=label, custom_id=name, placeholder=hint, required=needed, max_length=50)
            )
        await interaction.response.send_modal(modal)

    @press("extm")
    async def retake(self, interaction: Interaction, exam_id: int) -> None:
        group, exam = await exams.find(self.house.database, exam_id, interaction.user.id)
        begins = modal_value(interaction, "time").strip()
        start = _time(begins) if begins else None
        blueprint = options.exam(self.house, exam.blueprint)
        draft = Draft(exam_id, start, exam.zone, blueprint, None)
        await self._read(interaction, group, modal_value(interaction, "day"), draft)

    # Looking and clearing

    @commands_group.command(name="status", description="Countdown, what comes until then, and what to learn")
    async def status(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        found = await exams.status(self.house.database, group, interaction.user.id, interaction.created_at)
        lines, buttons = await self._nearest(interaction, group, found) if found.exams else ([texts.NONE], [])
        for exam in found.over[-1:]:
            lines += ["", texts_setbacks.ASK_AGAIN.format(exam=self._name(exam))]
            buttons += outcome_buttons(exam, FROM_STATUS)
        said, more = afterwards(found)
        lines += said
        buttons += [*more, _calendar_button(on=found.wishes.on_calendar)]
        description = cut("\n".join(lines), cards.DESCRIPTION)
        embed = discord.Embed(title=texts.STATUS_TITLE, description=description, colour=cards.BLUE)
        await say(interaction, embed=embed, view=rows(buttons))

    async def _nearest(
        self, interaction: Interaction, group: Group, found: Status
    ) -> tuple[list[str], list[discord.ui.Button[discord.ui.View]]]:
        """The exams ahead, and the plan until the first of them."""
        now, first = interaction.created_at, found.exams[0]
        lines = [texts.status_line(self._name(one), one, days_left(one, found.home, now)) for one in found.exams]
        lines += ["", texts.rungs_ahead([one.at for one in found.ahead if one.word.isdecimal()])]
        lines.append(texts.questions_left(questions_left(group.schedule, group.wishes.per_day, now, first)))
        exam = self.house.blueprints.get(first.blueprint)
        if exam is None:
            return lines, []
        user = interaction.user.id
        progress = await estimates.progress(self.house.database, group, user, exam, now)
        if found.resting_since is None:  # the same
            odds = await estimates.chances(self.house.database, group, user, exam, now)
            lines.append(texts_progress.readiness_hint(odds))
        lines += ["", *_topics(progress)]
        return lines, [practice(progress, first.exam_id, FROM_STATUS)[1]]

    def _name(self, exam: Exam) -> str:
        return name_of(self.house, exam)

    @commands_group.command(name="clear", description="Forget an exam's date, and all that is kept about it")
    async def clear(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        found = await exams.status(self.house.database, group, interaction.user.id, interaction.created_at)
        if not found.everything:
            await say(interaction, texts.NONE)
            return
        buttons = [
            button(
                f"exc:{one.exam_id}",
                cut(texts.exam_label(self._name(one), one.day), 80),
                style=discord.ButtonStyle.danger,
            )
            for one in found.everything[-25:]
        ]
        await say(interaction, texts.CLEAR_WHICH, view=rows(buttons))

    @press("exc")
    async def cleared(self, interaction: Interaction, exam_id: int) -> None:
        exam = await exams.clear(self.house.database, exam_id, interaction.user.id, self.house.clock.now())
        self.client.dispatch("agenda_changed")
        await interaction.response.edit_message(content=texts.cleared(self._name(exam), exam.day), view=None)

    # The group's calendar

    @commands_group.command(name="board", description="Who of your group sits when, for wishing luck; opt-in")
    @app_commands.describe(show="Put yourself on it, or take yourself off")
    @app_commands.choices(show=SWITCH)
    async def board(self, interaction: Interaction, show: app_commands.Choice[str] | None = None) -> None:
        if show is not None:
            await self.show_me(interaction, show.value)
            return
        group, now = await self.group(interaction), interaction.created_at
        found = await exams.calendar(self.house.database, group, now)
        if await self._presence.changes(interaction.guild, group, {user for user, _ in found[:LISTED]}):
            found = await exams.calendar(self.house.database, group, now)
        me = interaction.user.id
        zone = ZoneInfo(group.wishes.zone)
        lines = [
            texts.board_line(number, user, self._name(exam), exam.day, days_left(exam, zone, now))
            for number, (user, exam) in enumerate(found[:LISTED], start=1)
        ]
        if len(found) > LISTED:
            lines.append(texts.board_more(len(found) - LISTED))
        embed = discord.Embed(
            title=texts.BOARD_TITLE, description="\n".join(lines) or texts.BOARD_NONE, colour=cards.BLUE
        )
        buttons = [
            button(f"exl:{exam.exam_id}", texts.luck_label(number), emoji="🍀", disabled=user == me)
            for number, (user, exam) in enumerate(found[:LISTED], start=1)
        ]
        buttons.append(_calendar_button(on=any(user == me for user, _ in found)))
        await say(interaction, embed=embed.set_footer(text=texts.BOARD_RULE), view=rows(buttons))

    @press("exb")
    async def show_me(self, interaction: Interaction, switch: str) -> None:
        """Onto the calendar, or off it."""
        group, now = await self.group(interaction), interaction.created_at
        if switch not in ("on", "off"):
            raise StaleButton
        await exams.show(self.house.database, group, interaction.user.id, now, on=switch == "on")
        found = await exams.status(self.house.database, group, interaction.user.id, now)
        on = texts.SHOWN if found.exams else texts.SHOWN_NONE
        await say(interaction, on if switch == "on" else texts.HIDDEN)

    @press("exl")
    async def wish_luck(self, interaction: Interaction, exam_id: int) -> None:
        group = await self.group(interaction)
        done = await exams.wish_luck(self.house.database, group, exam_id, interaction.user.id, interaction.created_at)
        said = {Luck.KEPT: texts.WISHED, Luck.AGAIN: texts.WISHED_BEFORE, Luck.OWN: texts.OWN_LUCK}
        await say(interaction, said[done])

    # Words for options

    @set_date.autocomplete("zone")
    async def zones(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:  # noqa: ARG002
        return options.zones(self.house, words)

    @set_date.autocomplete("blueprint")
    async def blueprints(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:  # noqa: ARG002
        return options.exams(self.house, words)


def _topics(progress: Progress) -> list[str]:
    """The topics that were answered, weak ones first, large parts of the exam before small ones; no numbers."""
    if not progress.answers:
        return [texts.NO_ANSWERS]
    order = (State.WEAK, State.UNSURE, State.FINE)
    lines = sorted(
        (one for one in progress.topics if one.answers), key=lambda one: (order.index(one.state), -one.share)
    )
    shown = [texts.topic_line(texts_progress.STATES[one.state], quiet(one.name), one.share) for one in lines[:TOPICS]]
    return [texts.TOPICS, *shown, *([texts.topics_more(len(lines) - TOPICS)] if len(lines) > TOPICS else [])]


def _calendar_button(*, on: bool) -> discord.ui.Button[discord.ui.View]:
    return button(f"exb:{'off' if on else 'on'}", texts.HIDE_ME if on else texts.SHOW_ME)


def _time(words: str) -> time:
    try:
        return parse_time(words)
    except ValueError:
        raise BadTime(plain(cut(words, 50))) from None


def _minute(name: str, at: time | None) -> str:
    """A wall time in a custom_id."""
    return f"{name}{'' if at is None else at.hour * 60 + at.minute}"


def _wall(word: str) -> time | None:
    """The time of such a word. Raises StaleButton."""
    digits = word[1:]
    if not digits:
        return None
    if not (digits.isdecimal() and digits.isascii() and len(digits) <= 4 and int(digits) < 1440):
        raise StaleButton
    return time(*divmod(int(digits), 60))


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Exams(client, house)
