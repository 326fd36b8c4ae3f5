"""The post that names a period's winners."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import discord

from bot.domain.periods import Board
from bot.services.standings import Line
from cogs import texts_boards
from cogs.cards import BLUE

LISTS = {"top": Board.POINTS, "improved": Board.IMPROVED, "consistent": Board.CONSISTENT}


def named(payload: dict[str, Any]) -> set[int]:
    """The users whom a winners' payload names."""
    return {line[1] for name in LISTS for line in payload[name]}


def card(payload: dict[str, Any], zone: str, hidden: Collection[int]) -> discord.Embed | None:
    """The winners but for the users in `hidden`; None where nobody with points is left."""
    boards = {
        board: [Line(rank, user, score, of) for rank, user, score, of in payload[name] if user not in hidden]
        for name, board in LISTS.items()
    }
    if not boards[Board.POINTS]:
        return None
    first, last = date.fromisoformat(payload["first"]), date.fromisoformat(payload["last"])
    others = [texts_boards.also(board, boards[board]) for board in (Board.IMPROVED, Board.CONSISTENT)]
    embed = discord.Embed(
        title=texts_boards.winners_title(payload["period"], first, last, payload["season"]),
        description="\n".join(
            [
                *(texts_boards.line(Board.POINTS, one) for one in boards[Board.POINTS]),
                "",
                *(line for line in others if line),
            ]
        ).strip(),
        colour=BLUE,
    )
    embed.set_footer(text=texts_boards.bounds_line(first, last, zone, last))
    return embed
