"""A study group in a real SQLite file, with a clock that is moved by hand and seeded dice."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

from bot.domain.blueprint import Blueprint, Section
from bot.domain.groups import Feedback, Group, Wishes
from bot.domain.instants import from_ms, to_ms
from bot.domain.questions import Bank, Option, Question
from bot.services import agenda, banks, deliveries, groups
from bot.services.answers import Desk, Press, Receipt
from bot.services.deliveries import Parcel
from bot.services.plan import Plan
from bot.storage.database import Database, Row
from tests.blank import blank

GUILD, CHANNEL, ADMIN = 77, 770, 9
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday
TOPICS = ("Anatomy", "Guidelines", "Surgery")
EXAM = Blueprint(
    id="cpc",
    name="CPC",
    version="2026",
    pass_mark=0.7,
    questions=100,
    minutes=240,
    banks=("cpc",),
    sections=tuple(Section(topic, weight, (topic,)) for topic, weight in zip(TOPICS, (0.5, 0.3, 0.2), strict=True)),
)
WISHES = Wishes(
    channel_id=CHANNEL,
    zone="UTC",
    daily_at=time(9),
    weekdays=frozenset(range(7)),
    per_day=1,
    open_minutes=600,
    feedback=Feedback.INSTANT,
    tutor_role_id=None,
    exam="cpc",
)


def question(number: int, **changes: Any) -> Question:
    """A question of four options; which one is right depends on its number."""
    made = Question(
        key=f"q{number}",
        topic=TOPICS[number % len(TOPICS)],
        stem=f"What is the rule of case {number}?",
        options=tuple(Option(f"Rule {n} of case {number}", n == number % 4, f"because {n}") for n in range(4)),
        explanation=f"The guideline of case {number} says so.",
        source="Guidelines I.A",
        difficulty=(None, 1, 2, 3, 4, 5)[number % 6],
        tags=(),
        code_year=None,
    )
    return replace(made, **changes)


def bank(size: int = 40, **changes: Any) -> Bank:
    """A bank of so many questions over all topics."""
    made = Bank("cpc-test", "Test bank", "CC0-1.0", "own work", "cpc", tuple(question(n) for n in range(size)))
    return replace(made, **changes)


@dataclass
class Study:
    """One group, its database, and the present instant."""

    database: Database
    plan: Plan
    group: Group
    now: datetime
    desk: Desk
    outbox: list[Parcel] = field(default_factory=list)  # everything that was posted, in its order
    fails: Callable[[Parcel], str | None] = lambda _: None

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        path: Path,
        *,
        size: int = 40,
        seed: int = 1,
        start: datetime = START,
        grace: timedelta = timedelta(hours=3),
        repeat_days: int = 60,
        questions: Bank | None = None,
        exams: Mapping[str, Blueprint] | None = None,
        **wishes: Any,
    ) -> AsyncIterator[Self]:
        """Open the database at `path` and set a group up with these wishes."""
        blank(path)
        database = await Database.open(path)
        try:
            await banks.load(database, [bank(size) if questions is None else questions])
            plan = Plan({"cpc": EXAM} if exams is None else exams, grace, repeat_days, Random(seed))
            done = await groups.set_up(database, GUILD, replace(WISHES, **wishes), ADMIN, start)
            yield cls(database, plan, done.group, start, Desk(database))
        finally:
            await database.close()

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    async def sql(self, text: str, **params: Any) -> list[Row]:
        """Rows of a query."""
        async with self.database.read() as tx:
            return list(await tx.all(text, params))

    async def work(self) -> None:
        """What the clockwork does when it wakes: claim all that is due, then send all that may go."""
        while await agenda.claim_due(self.database, self.plan, self.now_ms):
            pass
        while parcels := await deliveries.take(self.database, self.now_ms, 20):
            for parcel in parcels:
                problem = self.fails(parcel)
                if problem is not None:
                    await deliveries.retry(self.database, parcel, problem, self.now_ms)
                    continue
                if parcel.too_late:
                    # Looked for, and not found.
                    await deliveries.give_up(self.database, parcel, "too late", None, self.now_ms)
                    continue
                self.outbox.append(parcel)
                await deliveries.sent(self.database, parcel, 5000 + len(self.outbox), self.now_ms)

    async def until(self, moment: datetime) -> None:
        """Let the time pass, stopping wherever something is due."""
        while True:
            await self.work()
            due = await agenda.next_due(self.database)
            if due is None or from_ms(due) > moment:
                break
            self.now = max(self.now + timedelta(milliseconds=1), from_ms(due))
        self.now = moment

    async def sleep_until(self, moment: datetime) -> None:
        """Let the time pass with nobody at work, then wake up."""
        self.now = moment
        await self.work()

    def posted(self, kind: str) -> list[Parcel]:
        """The parcels of this kind that were posted."""
        return [parcel for parcel in self.outbox if parcel.delivery.kind == kind]

    async def rounds(self) -> list[Row]:
        """The group's daily rounds, in the order in which they were made."""
        return await self.sql("SELECT * FROM rounds WHERE kind = 'daily' ORDER BY round_id")

    async def press(
        self,
        round_id: int,
        user: int,
        choice: int,
        *,
        at: datetime | None = None,
        guild: int | None = GUILD,
        roles: frozenset[int] = frozenset(),
    ) -> Receipt:
        """A member presses a letter."""
        return await self.desk.answer(Press(round_id, user, guild, choice, to_ms(at or self.now), roles))

    async def answer(self, round_id: int, user: int, *, right: bool, at: datetime | None = None) -> Receipt:
        """A member answers rightly or wrongly."""
        (row,) = await self.sql("SELECT key_position FROM rounds WHERE round_id = :id", id=round_id)
        return await self.press(round_id, user, (row["key_position"] + (not right)) % 4, at=at)
