"""/leaderboard and the digest's *My move*."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.periods import Board, code, decode
from bot.domain.refusals import NoSeason, NotYourRound, StaleButton, UnknownPeriod
from bot.domain.schedule import instant
from bot.domain.standings import Period, Season, Window, window
from bot.services import groups, seasons, standings, streaks
from bot.services.house import House
from bot.services.standings import Sheet
from cogs import texts, texts_boards
from cogs.cards import BLUE
from cogs.plain import cut, plain
from cogs.presence import PATIENCE_S, Presence
from cogs.replies import Feature, Interaction, button, press, roles, rows, say

PAGE = 10
REDRAWN = 5  # times that a page is drawn anew because somebody on it has left
MOST_CHOICES = 25


class Standings(Feature):
    """Boards, page by page, with the reader's own place always in sight."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        await self._presence.close()

    @app_commands.command(name="leaderboard", description="Your group's boards; only you see the answer")
    @app_commands.describe(
        period="This week, last week, month, season, all time, or one that is over",
        board="What members are ranked by",
    )
    @app_commands.choices(
        board=[app_commands.Choice(name=name, value=board.value) for board, name in texts_boards.BOARDS.items()]
    )
    @app_commands.guild_only()
    async def leaderboard(
        self, interaction: Interaction, period: str | None = None, board: app_commands.Choice[str] | None = None
    ) -> None:
        group: Group = await self.group(interaction)
        known = await seasons.of_group(self.house.database, group)
        over = await self._window(group, known, period or Period.THIS_WEEK.value)
        which = Board(board.value) if board else Board.POINTS
        embed, view = await self._page(interaction, group, which, over, known, 0)
        await say(interaction, embed=embed, view=view)

    async def _window(self, group: Group, known: list[Season], words: str) -> Window:
        """The period that a member chose or typed. Raises NoSeason and UnknownPeriod."""
        today = self._today(group)
        wanted = " ".join(words.casefold().split())
        named = {name: key for key, name in texts_boards.PERIODS.items()} | {key: key for key in texts_boards.PERIODS}
        if wanted in named:
            over = window(Period(named[wanted]), today, known)
            if over is None:
                raise NoSeason
            return over
        over = decode(wanted, known)
        if over is not None:
            return over
        for one in await self._archive(group, known):
            if texts_boards.window_name(one, today, known).casefold() == wanted:
                return one
        raise UnknownPeriod(plain(cut(words, 50)))

    async def _archive(self, group: Group, known: list[Season]) -> list[Window]:
        past = await standings.periods(self.house.database, group)
        have = {one.key for one in past}
        return [*(Window(one.key, one.first, one.last) for one in reversed(known) if one.key not in have), *past]

    @leaderboard.autocomplete("period")
    async def periods(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        group: Group = await self.group(interaction)
        today, known = self._today(group), await seasons.of_group(self.house.database, group)
        choices = [
            (name, key)
            for key, name in texts_boards.PERIODS.items()
            if key != "season" or window(Period.SEASON, today, known) is not None
        ]
        now = window(Period.SEASON, today, known)
        choices = [
            (f"{name} · {texts_boards.window_name(now, today, known)}" if key == "season" and now else name, key)
            for name, key in choices
        ]
        fixed = {one.key for key in Period if (one := window(key, today, known)) is not None}
        choices += [
            (texts_boards.window_name(one, today, known), code(one))
            for one in await self._archive(group, known)
            if one.key not in fixed
        ]
        wanted = words.strip().casefold()
        found = [
            app_commands.Choice(name=cut(name, 100), value=key) for name, key in choices if wanted in name.casefold()
        ]
        return found[:MOST_CHOICES]

    def _today(self, group: Group) -> date:
        return group.local_day(self.house.clock.now())

    @press("l")
    async def turn(self, interaction: Interaction, group_id: int, board: str, over: str, page: int) -> None:
        """Another page of a board, in the place of the last one."""
        embed, view = await self._pressed(interaction, group_id, board, over, page)
        await interaction.response.edit_message(embed=embed, view=view)

    @press("lo")
    async def show(self, interaction: Interaction, group_id: int, board: str, over: str) -> None:
        """The whole board from a public post, for the reader alone."""
        embed, view = await self._pressed(interaction, group_id, board, over, 0)
        await say(interaction, embed=embed, view=view)

    async def _pressed(
        self, interaction: Interaction, group_id: int, board: str, over: str, page: int
    ) -> tuple[discord.Embed, discord.ui.View]:
        group = await groups.by_id(self.house.database, group_id)
        if group.guild_id != interaction.guild_id:
            raise NotYourRound
        known = await seasons.of_group(self.house.database, group)
        chosen = decode(over, known)
        if chosen is None or board not in set(Board):
            raise StaleButton
        return await self._page(interaction, group, Board(board), chosen, known, page)

    @press("lr")
    async def rule(self, interaction: Interaction, board: str) -> None:
        """How a board ranks."""
        try:
            text = texts_boards.RULES[Board(board)]
        except ValueError:
            raise StaleButton from None
        await say(interaction, text)

    async def _page(
        self, interaction: Interaction, group: Group, which: Board, over: Window, known: list[Season], page: int
    ) -> tuple[discord.Embed, discord.ui.View]:
        today = self._today(group)
        sheet = await self._sheet(interaction, group, which, over, page, today)
        page = _clamped(sheet, page)
        own = sheet.own(interaction.user.id)
        parts = [texts_boards.line(which, one) for one in _shown(sheet, page)]
        if sheet.absence is not None:
            parts = [texts_boards.ABSENT[sheet.absence]]
        else:
            parts = [*(parts or [texts_boards.EMPTY[which]]), "", texts_boards.own_line(sheet, own)]
        if over.last is not None and today <= over.last:
            end = instant(over.last + timedelta(days=1), time(0), ZoneInfo(group.wishes.zone))
            parts.append(texts_boards.ends_line(end))
        embed = discord.Embed(
            title=cut(texts_boards.title(which, texts_boards.window_name(over, today, known), sheet.league), 256),
            description="\n".join(parts),
            colour=BLUE,
        )
        embed.set_footer(text=texts_boards.bounds_line(over.first, over.last, group.wishes.zone, today))
        return embed, _buttons(group, sheet, page, interaction.user.id)

    async def _sheet(
        self, interaction: Interaction, group: Group, which: Board, over: Window, page: int, today: date
    ) -> Sheet:
        """The board without those on the page who have left, as far as that can be found out in time."""
        database, user = self.house.database, interaction.user.id
        blueprint = self.house.blueprint(group) if which is Board.IMPROVED else None
        tutor = group.wishes.tutor_role_id in roles(interaction)
        await standings.here(database, group, user, tutor=tutor)
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        for _ in range(REDRAWN):
            sheet = await standings.sheet(database, group, which, over, user, blueprint=blueprint, today=today)
            named = [one.user_id for one in _shown(sheet, _clamped(sheet, page)) if one.user_id != user]
            left = deadline - asyncio.get_running_loop().time()
            if not await self._presence.changes(interaction.guild, group, named, left):
                return sheet
        return await standings.sheet(database, group, which, over, user, blueprint=blueprint, today=today)

    @press("m")
    async def my_move(self, interaction: Interaction, group_id: int, day: int) -> None:
        """What that day did to the member's place; only they see it."""
        group = await groups.by_id(self.house.database, group_id)
        if group.guild_id != interaction.guild_id:
            raise NotYourRound
        try:
            when = date(day // 10_000, day // 100 % 100, day % 100)
        except (ValueError, OverflowError):
            raise StaleButton from None
        move = await standings.my_move(self.house.database, group, interaction.user.id, when)
        streak = await streaks.current(self.house.database, group, interaction.user.id, interaction.created_at)
        await say(
            interaction,
            texts.move(move.earned, move.now, move.rank_before, move.people, streak, few=move.few),
        )


def _clamped(sheet: Sheet, page: int) -> int:
    return min(page, max(0, (len(sheet.lines) - 1) // PAGE))


def _shown(sheet: Sheet, page: int) -> tuple[standings.Line, ...]:
    return sheet.lines[page * PAGE : (page + 1) * PAGE]


def _buttons(group: Group, sheet: Sheet, page: int, user: int) -> discord.ui.View:
    route = f"l:{group.group_id}:{sheet.board.value}:{code(sheet.window)}"
    found = []
    if len(sheet.lines) > PAGE:
        last = (len(sheet.lines) - 1) // PAGE
        found = [
            button(f"{route}:{max(0, page - 1)}", texts_boards.BACK, disabled=page == 0),
            button(f"{route}:{page + 1}", texts_boards.FORTH, disabled=page == last),
        ]
        place = next((n for n, one in enumerate(sheet.lines) if one.user_id == user), None)
        if place is not None and place // PAGE not in (page - 1, page, page + 1):
            found.append(button(f"{route}:{place // PAGE}", texts_boards.MY_PLACE))
    found.append(button(f"lr:{sheet.board.value}", texts_boards.how(sheet.board)))
    return rows(found)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Standings(client, house)
