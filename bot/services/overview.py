"""A group's topics week by week, for its tutors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, to_ms
from bot.domain.overview import FEWEST_MEMBERS, GroupTopic, by_cost, cell
from bot.domain.questions import slug as topic_slug
from bot.storage import banks, estimates
from bot.storage.database import Database, Row

WEEKS = 4
LOOKBACK_DAYS = 28
"""Who has not answered in a topic for so long before the first week shown is in none of its cells."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A group's topics that have a figure, the most costly first, with the Monday that each column begins on.

    `enough` is whether four members besides the reader have answered at all. `left_out` topics have no figure.
    """

    mark: float
    weeks: tuple[date, ...]
    topics: tuple[GroupTopic, ...]
    left_out: int
    enough: bool

    @property
    def session(self) -> GroupTopic | None:
        """The topic for the next review session: what costs the group most, by the figures shown."""
        return self.topics[0] if self.topics and self.topics[0].weeks[-1] is not None else None


async def overview(database: Database, group: Group, reader: int, blueprint: Blueprint, now: datetime) -> Overview:
    """The group as the user `reader` may see it: without themselves, whose part they could subtract."""
    today = group.local_day(now)
    monday = today - timedelta(days=today.weekday())
    weeks = tuple(monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1))
    bounds = [to_ms(datetime.combine(day, time(), ZoneInfo(group.wishes.zone))) for day in weeks]
    async with database.read() as tx:
        topics = await banks.topics(tx, blueprint.banks)
        rows = await estimates.weeks_of_group(
            tx, group.group_id, bounds, since=bounds[0] - LOOKBACK_DAYS * DAY_MS, without_user=reader
        )
    slugs = {topic: slug for topic, slug, _, _ in topics}
    by_slug: dict[str, list[Row]] = {}
    for row in rows:
        by_slug.setdefault(slugs.get(row["topic_id"], ""), []).append(row)
    found = []
    for section in blueprint.sections:
        for name in section.topics:
            cells = _cells(by_slug.get(topic_slug(name), []))
            found.append(GroupTopic(name, section.name, section.weight / len(section.topics), cells))
    shown = [topic for topic in found if any(share is not None for share in topic.weeks)]
    return Overview(
        blueprint.pass_mark,
        weeks,
        tuple(by_cost(shown, blueprint.pass_mark)),
        len(found) - len(shown),
        len({row["member_id"] for row in rows}) >= FEWEST_MEMBERS,
    )


def _cells(rows: Sequence[Row]) -> tuple[float | None, ...]:
    """A topic's weeks: of each member what was expected at the week's end, members in the order of first answers."""
    weeks = range(1, WEEKS + 1)
    members: dict[int, dict[int, float]] = {}
    for row in rows:  # in the order of first answers
        members.setdefault(row["member_id"], {})[row["week"]] = row["p_after"]
    cells = []
    for week in weeks:
        known = [{at: p for at, p in one.items() if at <= week} for one in members.values()]
        cells.append(cell([one[max(one)] for one in known if one]))
    return tuple(cells)
