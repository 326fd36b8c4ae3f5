"""The clockwork: one job armed for the next thing that is due. The agenda is the truth; nothing lives here."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock, SystemClock
from bot.domain.pace import Pace
from bot.services import agenda, corrections, deliveries, rescore
from bot.services.deliveries import Parcel
from bot.services.kinds import requests
from bot.services.plan import Plan
from bot.storage.database import Database

log = logging.getLogger(__name__)

Hourly = Callable[[], Awaitable[object]]
"""What is looked after each hour and soon after the start; it raises nothing."""

SOON = timedelta(minutes=1)  # what is looked after hourly can wait until the start is over
HEARTBEAT = timedelta(minutes=1)  # finds what a clock that was set, or a machine that slept, hid from the armed job
AFTER_AN_ERROR = timedelta(seconds=5)
FURTHEST = timedelta(hours=12)
SOONEST = timedelta(milliseconds=100)  # a clock that stands still just before an instant is not asked without a pause
PATIENCE = timedelta(seconds=5)  # for a delivery under way when we are told to stop
AT_ONCE = 20  # deliveries on their way; one that waits for a slow channel keeps only its own lane waiting
A_SECOND = 40  # requests begun; Discord allows fifty, and the counters of posts have to be edited too


class Jobs:
    """Claims what is due, has it delivered, and arms itself for what is next.

    APScheduler's own clock is the machine's; with a sandbox's clock the armed instant is translated, and the
    job is armed anew whenever that clock jumps.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        plan: Plan,
        deliver: Callable[[Parcel], Awaitable[None]],
        hourly: Sequence[Hourly] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._plan = plan
        self._deliver = deliver
        self._hourly = hourly
        self._machine = SystemClock()
        # Late is never a reason not to run: what is due is decided by the agenda and the grace of each kind.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._running = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._planned = True  # the agenda has to be looked at, and not the outbox alone
        self._loop: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._stale = False  # it was asked for once more since it last began
        self._sending: set[asyncio.Task[None]] = set()
        self._pace = Pace(A_SECOND)
        self._closed = False

    @property
    def started(self) -> bool:
        return self._loop is not None

    async def start(self) -> None:
        """Begin, with whatever an earlier process left half done; once, however often it is called."""
        async with self._running:
            if self._closed or self.started:
                return
            left = await deliveries.recover(self._database)
            if left:
                log.info("deliveries of an earlier run are looked for before they are sent", extra={"count": left})
            await agenda.replan(self._database, self._clock.now_ms())
            self._clock.on_jump(self.wake)
            self._scheduler.add_job(self.wake_soon, IntervalTrigger(seconds=int(HEARTBEAT.total_seconds())))
            # At once, for what an earlier run or the loading of the banks left; later, for members who are gone.
            self._scheduler.add_job(self.follow_soon, IntervalTrigger(seconds=int(HEARTBEAT.total_seconds())))
            await self.follow_soon()
            for number, look in enumerate(self._hourly):
                self._scheduler.add_job(look, IntervalTrigger(hours=1), id=f"hourly-{number}")
                self._scheduler.add_job(look, DateTrigger(self._machine.now() + SOON), id=f"soon-{number}")
            self._scheduler.start()
            self._loop = asyncio.create_task(self._work(), name="jobs")
        self.wake()

    async def close(self) -> None:
        """Stop after what is being begun or delivered now; what takes too long is looked for at the next start."""
        self._closed = True
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()), self._running:
                self._stop()
                await asyncio.gather(*self._sending, return_exceptions=True)
        except TimeoutError:
            self._stop()
        tasks = [task for task in (self._loop, self._following, *self._sending) if task is not None]
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in (self._loop, self._following):
            if task is not None:
                task.cancel()

    def wake(self) -> None:
        """Look at the agenda now: something was planned, moved, or the clock was set."""
        self._planned = True
        self._wanted.set()

    async def wake_soon(self) -> None:
        """The same, as APScheduler calls it: in the event loop and not in a thread."""
        self.wake()

    async def follow_soon(self) -> None:
        """Make estimates, boards and streaks anew beside everything else, where answers mean something else by now.

        Then members are told, and posts are edited.
        """
        self._stale = True
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name="rebuild")

    async def _follow(self) -> None:
        try:
            while self._stale:
                self._stale = False
                if await rescore.rebuild(self._database):
                    log.info("estimates, boards and streaks were made anew from the answers")
                if await corrections.plan(self._database, self._clock.now_ms()):
                    self.wake()
        except Exception:
            log.exception("estimates, boards and streaks could not be made anew; it is tried again in a minute")

    async def _work(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            async with self._running:
                try:
                    await self._run_due()
                except Exception:
                    log.exception("the agenda could not be worked on; it is tried again in a moment")
                    self._planned = True
                    self._arm(self._clock.now_ms() + int(AFTER_AN_ERROR.total_seconds() * 1000))

    async def _run_due(self) -> None:
        claiming, self._planned = self._planned, False
        while True:
            while claiming and await agenda.claim_due(self._database, self._plan, self._clock.now_ms()):
                # In a minute with a thousand questions the first ones go out while the others are chosen.
                await self._begin()
            await self._begin()
            entry, waiting = await agenda.ahead(self._database)
            if claiming or entry is None or entry > self._clock.now_ms():
                break
            claiming = True
        following = min((instant for instant in (entry, waiting) if instant is not None), default=None)
        if following is not None:
            self._arm(following)
        if not self._wanted.is_set() and not self._sending:
            self._clock.settled(following)

    async def _begin(self) -> None:
        """Begin as many deliveries as there is room for."""
        room = AT_ONCE - len(self._sending)
        if room <= 0:
            return
        for parcel in await deliveries.take(self._database, self._clock.now_ms(), room):
            task = asyncio.create_task(self._try(parcel), name="delivery")
            self._sending.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        # Its lane may go on, and there is room for others; nothing new was planned.
        self._sending.discard(task)
        self._wanted.set()

    async def _try(self, parcel: Parcel) -> None:
        await asyncio.sleep(self._pace.wait(asyncio.get_running_loop().time(), requests(parcel.delivery)))
        try:
            await self._deliver(parcel)
        except Exception:
            log.exception("a delivery failed in a way that nobody foresaw", extra={"kind": parcel.delivery.kind})
            await self._put_off(parcel)

    async def _put_off(self, parcel: Parcel) -> None:
        """Have it looked for and tried again. What a full disk cannot note is offered to it until there is room."""
        while True:
            try:
                await deliveries.retry(self._database, parcel, "error", self._clock.now_ms())
            except sqlite3.Error:
                log.exception("what became of a delivery could not be written; it is tried again in a moment")
                await asyncio.sleep(AFTER_AN_ERROR.total_seconds())
            else:
                return

    def _arm(self, due_ms: int) -> None:
        wait = max(timedelta(milliseconds=due_ms - self._clock.now_ms()), SOONEST)
        # The heartbeat comes sooner than any far instant, which could lie beyond what a date can say.
        at = self._machine.now() + min(wait, FURTHEST)
        self._scheduler.add_job(self.wake_soon, DateTrigger(at), id="next", replace_existing=True)
