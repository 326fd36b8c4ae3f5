"""The outbox: marked before it is sent, in order, tried again with patience, given up aloud."""

from __future__ import annotations

import ast
import importlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.client import COGS
from bot.domain.groups import Trouble
from bot.domain.instants import from_ms, to_ms
from bot.services import agenda, deliveries, groups, kinds
from bot.services.deliveries import BACKOFF_MS, Parcel
from bot.storage.deliveries import nonce
from tests.services.study import ADMIN, GUILD, START, WISHES, Study

NINE = START.replace(hour=9)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """Two questions a day; the first two are claimed and nothing is sent yet."""
    async with Study.open(tmp_path / "study.db", per_day=2) as made:
        made.now = NINE
        await agenda.claim_due(made.database, made.plan, made.now_ms)
        yield made


async def _states(study: Study) -> list[tuple[str, str, int]]:
    rows = await study.sql("SELECT kind, state, uncertain FROM deliveries ORDER BY delivery_id")
    return [(row["kind"], row["state"], row["uncertain"]) for row in rows]


async def _take(study: Study) -> list[Parcel]:
    return await deliveries.take(study.database, study.now_ms, 20)


async def _trouble(study: Study) -> Trouble | None:
    return (await groups.by_id(study.database, study.group.group_id)).trouble


async def test_a_delivery_is_marked_before_it_is_sent(study: Study) -> None:
    """At the moment somebody holds a parcel the database already says *sending*; a second taker gets nothing."""
    (parcel,) = await _take(study)
    assert await _states(study) == [("question", "sending", 0), ("question", "pending", 0)]
    assert parcel.round is not None
    assert parcel.round.slot_of == (1, 2)
    assert await _take(study) == []


async def test_a_groups_posts_keep_their_order(study: Study) -> None:
    """The second goes when the first has arrived, also when the first has to be tried again."""
    (first,) = await _take(study)
    await deliveries.retry(study.database, first, "503 0", study.now_ms)
    assert await _take(study) == []
    assert await agenda.next_due(study.database) == study.now_ms + BACKOFF_MS[0]
    study.now += timedelta(milliseconds=BACKOFF_MS[0])
    (again,) = await _take(study)
    assert (again.delivery.key, again.delivery.uncertain) == (first.delivery.key, True)
    await deliveries.sent(study.database, again, 5001, study.now_ms)
    (second,) = await _take(study)
    assert second.delivery.key == "question:1:2026-03-02:1"


async def test_one_group_does_not_wait_for_another(study: Study) -> None:
    """A group whose channel fails leaves the others alone."""
    done = await groups.set_up(study.database, 88, replace(WISHES, channel_id=880), ADMIN, START)
    await agenda.claim_due(study.database, study.plan, study.now_ms)
    taken = await _take(study)
    assert [one.group.group_id for one in taken] == [study.group.group_id, done.group.group_id]
    await deliveries.retry(study.database, taken[0], "503 0", study.now_ms)
    await deliveries.sent(study.database, taken[1], 5001, study.now_ms)
    assert await _take(study) == []


async def test_what_was_being_sent_is_uncertain_after_a_start(study: Study) -> None:
    """A new process does not know whether the last one's request arrived: it says so, and nothing else changes."""
    await _take(study)
    assert await deliveries.recover(study.database) == 1
    assert await _states(study) == [("question", "pending", 1), ("question", "pending", 0)]
    assert await deliveries.recover(study.database) == 0
    (parcel,) = await _take(study)
    assert parcel.delivery.uncertain
    assert parcel.delivery.nonce == nonce(parcel.delivery.key)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_nonce_is_the_keys_own_and_fits_discord(one: str, other: str) -> None:
    """The same key gives the same nonce for ever, another key another one; 25 characters are the most."""
    assert len(nonce(one)) <= 25
    assert (nonce(one) == nonce(other)) == (one == other)


async def test_retries_wait_longer_and_longer(tmp_path: Path) -> None:
    """From two seconds to five minutes, never a tight loop, until the post arrives; then the round is open."""
    async with Study.open(tmp_path / "study.db") as study:
        tries: list[int] = []

        def fails(parcel: Parcel) -> str | None:
            tries.append(study.now_ms)
            return "503 0" if len(tries) <= 8 else None

        study.fails = fails
        await study.until(NINE + timedelta(hours=1))
        waits = [after - before for before, after in pairwise(tries)]
        assert waits == [*BACKOFF_MS, *[BACKOFF_MS[-1]] * 3]
        assert [row["state"] for row in await study.rounds()] == ["open"]
        assert [row["problem"] for row in await study.sql("SELECT problem FROM deliveries")] == [None]


async def test_a_question_is_given_up_when_its_time_is_over(tmp_path: Path) -> None:
    """Discord is away for hours: then it is looked for, not sent; the day is a recorded skip, tomorrow a new one."""
    async with Study.open(tmp_path / "study.db") as study:
        study.fails = lambda _: "503 0"
        await study.until(NINE + timedelta(hours=6))
        assert [row["state"] for row in await study.rounds()] == ["posting"]
        study.fails = lambda _: None
        await study.until(NINE + timedelta(hours=7))
        assert study.posted("question") == []
        assert await _states(study) == [("question", "failed", 1)]
        assert [row["state"] for row in await study.rounds()] == ["unposted"]
        assert [tuple(row) for row in await study.sql("SELECT day, reason FROM skips")] == [("2026-03-02", "unposted")]
        await study.until(NINE + timedelta(days=1, hours=1))
        assert len(study.posted("question")) == 1
        (fresh,) = await study.sql("SELECT question_id FROM rounds WHERE state = 'open'")
        assert fresh is not None


async def test_an_uncertain_question_whose_time_is_over_is_only_looked_for(study: Study) -> None:
    """It may stand in the channel since before the crash: it is handed out to be found, never to be sent."""
    await _take(study)
    await deliveries.recover(study.database)
    study.now = NINE + timedelta(hours=20)
    while await agenda.claim_due(study.database, study.plan, study.now_ms):
        pass
    (parcel,) = await _take(study)
    assert parcel.too_late
    await deliveries.sent(study.database, parcel, 5001, study.now_ms)
    await study.work()
    # The second one was certain not to be there.
    assert [row["state"] for row in await study.rounds()] == ["closed", "unposted"]
    await study.until(study.now + timedelta(minutes=2))
    assert [one.delivery.kind for one in study.outbox] == ["close", "digest"]


async def test_trouble_is_told_once_and_cleared_when_a_post_gets_through(tmp_path: Path) -> None:
    """A week without access is one message to the admin; a post that arrives ends it; later trouble is told anew."""
    async with Study.open(tmp_path / "study.db", open_minutes=60) as study:

        async def days(number: int, *, blocked: bool) -> None:
            for _ in range(number):
                study.now += timedelta(days=1)
                while await agenda.claim_due(study.database, study.plan, study.now_ms):
                    pass
                while parcels := await _take(study):
                    for parcel in parcels:
                        if blocked and parcel.delivery.kind != "notice":
                            await deliveries.give_up(
                                study.database, parcel, "403 50001", Trouble.NO_ACCESS, study.now_ms
                            )
                        else:
                            study.outbox.append(parcel)
                            await deliveries.sent(study.database, parcel, 5001, study.now_ms)

        study.now = NINE - timedelta(days=1)
        await days(7, blocked=True)
        assert await _trouble(study) is Trouble.NO_ACCESS
        assert [one.delivery.payload["what"] for one in study.posted("notice")] == ["no-access"]
        assert study.posted("notice")[0].delivery.payload["user"] == ADMIN
        assert len(await study.sql("SELECT * FROM skips")) == 7
        await days(1, blocked=False)
        assert await _trouble(study) is None
        await days(2, blocked=True)
        assert len(study.posted("notice")) == 2


async def test_new_wishes_clear_the_trouble(study: Study) -> None:
    """An admin who has just run /setup with a channel that works is not told about the old one again."""
    (parcel,) = await _take(study)
    await deliveries.give_up(study.database, parcel, "404 10003", Trouble.CHANNEL_GONE, study.now_ms)
    assert await _trouble(study) is Trouble.CHANNEL_GONE
    await groups.set_up(study.database, GUILD, replace(WISHES, per_day=2), ADMIN, study.now)
    assert await _trouble(study) is None


async def test_a_notice_that_fails_holds_up_no_question(tmp_path: Path) -> None:
    """The admin's direct messages are out of order; the group has its question all the same."""
    async with Study.open(tmp_path / "study.db", size=5) as study:
        study.fails = lambda parcel: "503 0" if parcel.delivery.kind == "notice" else None
        await study.until(NINE + timedelta(minutes=1))
        assert len(study.posted("question")) == 1
        assert ("notice", "pending", 1) in await _states(study)


async def test_a_closing_that_can_never_be_made_does_not_stop_the_group(tmp_path: Path) -> None:
    """A post that fails for ever is given up after a day, and recorded; the questions after it arrive."""
    async with Study.open(tmp_path / "study.db") as study:
        study.fails = lambda parcel: "error" if parcel.delivery.kind == "close" else None
        await study.until(NINE + timedelta(days=2, hours=1))
        assert len(study.posted("question")) >= 2
        (failed, *_) = await study.sql("SELECT problem FROM deliveries WHERE kind = 'close' AND state = 'failed'")
        assert failed["problem"] == "error"


async def test_an_answer_in_time_after_the_closing_post_has_it_edited_again(tmp_path: Path) -> None:
    """The post's numbers are those of all answers in time, also of one that arrived late."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(NINE + timedelta(hours=11))
        closes = from_ms((await study.rounds())[0]["closes_at"])
        # Nothing but the press: the bot may be killed as soon as the answer is kept.
        assert (await study.press(1, 1, 0, at=closes)).after_close
        await study.work()
        first, again = study.posted("close")
        assert first.round is not None
        assert again.round is not None
        assert (first.round.answered, again.round.answered) == (0, 1)
        assert again.round.chosen == {0: 1}


async def test_an_answer_in_time_while_the_closing_post_is_made_has_it_edited_again(study: Study) -> None:
    """What was taken to be shown is older than the answer: it is shown once more, and then no more."""
    await study.until(NINE + timedelta(hours=9, minutes=59))
    closes = from_ms((await study.rounds())[0]["closes_at"])
    study.now = closes
    while await agenda.claim_due(study.database, study.plan, study.now_ms):
        pass
    (closing,) = await _take(study)
    assert (closing.delivery.key, closing.round and closing.round.answered) == ("close:1", 0)
    await study.press(1, 1, 0, at=closes)
    await deliveries.sent(study.database, closing, 5001, study.now_ms)
    found = {one.delivery.key: one for one in [*await _take(study)]}
    anew = found["close:1"]
    assert anew.round is not None
    assert anew.round.answered == 1
    await deliveries.sent(study.database, anew, 5001, study.now_ms)
    assert "close:1" not in {one.delivery.key for one in await _take(study)}


async def test_the_state_of_a_round_shows_no_choices_before_closing(study: Study) -> None:
    """What the public post is made from does not even hold who chose what until the round is closed."""
    await study.press(1, 1, 0, at=study.now)
    state = await deliveries.round_state(study.database, 1)
    assert state is not None
    assert (state.answered, state.chosen, state.closed) == (1, {}, False)
    assert await deliveries.round_state(study.database, 99) is None


class _Channel:
    """A channel that remembers, and a sender that looks there for what is uncertain, as the bot does."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.posts: list[str] = []
        self.held: list[Parcel] = []
        self.dropped: set[str] = set()  # what failed when its retries were over

    async def tick(self) -> None:
        """The clockwork wakes: it claims, and takes what may go."""
        while await agenda.claim_due(self.study.database, self.study.plan, self.study.now_ms):
            pass
        self.held += await _take(self.study)

    async def crash(self) -> None:
        """The process ends with what it held, and a new one starts."""
        self.held.clear()
        await deliveries.recover(self.study.database)

    async def send(self, how: str = "send") -> None:
        """Each parcel in hand is sent, fails, or is sent and its reply lost."""
        for parcel in self.held:
            await self._send(parcel, how)
        self.held.clear()

    async def _send(self, parcel: Parcel, how: str) -> None:
        database, now_ms, key = self.study.database, self.study.now_ms, parcel.delivery.key
        there = parcel.delivery.uncertain and key in self.posts
        if how == "fail":
            ends = parcel.delivery.expires_at
            # One whose reply was lost before is there all the same.
            if ends is not None and now_ms > ends and parcel.delivery.kind != "question" and not there:
                self.dropped.add(key)
            await deliveries.retry(database, parcel, "503 0", now_ms)
        elif parcel.too_late and not there:
            await deliveries.give_up(database, parcel, "too late", None, now_ms)
        else:
            if not there:
                self.posts.append(key)
            if how == "lose":
                await deliveries.retry(database, parcel, "reset", now_ms)
            else:
                await deliveries.sent(database, parcel, 5001, now_ms)

    async def quiet(self) -> None:
        """Nothing goes wrong any more for some hours."""
        await self.crash()
        end = self.study.now + timedelta(hours=5)
        while True:
            await self.tick()
            while self.held:
                await self.send()
                await self.tick()
            due = await agenda.next_due(self.study.database)
            if due is None or from_ms(due) > end:
                break
            self.study.now = max(self.study.now, from_ms(due))
        self.study.now = end


@settings(max_examples=15, deadline=None)
@example(["tick", "day", "lose"])
@example(["tick", "day", "tick", "send"])
@example(["tick", "send", "day", "tick", "day", "fail"])
@example(["tick", "lose", "crash", "day", "tick", "crash"])
@example(["tick", "send", "day", "tick", "lose", "tick", "day", "fail"])
@example(["tick", "crash", "tick", "fail", "hour", "hour", "hour", "hour", "tick", "lose"])
@given(st.lists(st.sampled_from(["tick", "send", "fail", "lose", "crash", "hour", "day"]), max_size=25))
async def test_whatever_happens_each_thing_arrives_at_most_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Failures, lost replies, crashes and long sleeps in any order double nothing and lose nothing unsaid.

    At the end all is quiet: every round is closed or unposted, and exactly the days without a post are skips.
    """
    waits = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
    async with Study.open(tmp_path_factory.mktemp("any") / "study.db", open_minutes=90) as study:
        channel = _Channel(study)
        study.now = NINE
        for step in steps:
            study.now += waits.get(step, timedelta(seconds=7))
            if step == "tick":
                await channel.tick()
            elif step == "crash":
                await channel.crash()
            elif step not in waits:
                await channel.send(step)
        await channel.quiet()
        assert len(channel.posts) == len(set(channel.posts))
        questions = [key for key in channel.posts if key.startswith("question")]
        assert questions == sorted(questions)
        skipped = {row["day"] for row in await study.sql("SELECT day FROM skips")}
        for row in await study.rounds():
            posted = f"question:1:{row['day']}:0" in channel.posts
            assert (row["state"] == "unposted") == (row["day"] in skipped) == (not posted)
            if to_ms(study.now) > row["closes_at"] + 10 * 60_000:
                assert row["state"] in ("closed", "unposted")
                for key in (f"close:{row['round_id']}", f"digest:1:{row['day']}"):
                    assert (key in channel.posts) == (posted and key not in channel.dropped)


def test_every_kind_that_is_planned_or_posted_is_known() -> None:
    """Each kind of entry that the services write can be claimed, and each kind of delivery has a cog that posts it."""
    written: dict[str, set[str]] = {"agenda": set(), "deliveries": set()}
    for path in (Path(__file__).parents[2] / "bot/services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "put":
                store = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                named = [one.value for one in node.keywords if one.arg == "kind"]
                written.get(store, set()).update(str(one.value) for one in named if isinstance(one, ast.Constant))
    posted = {
        method.__post__
        for name in COGS
        for cog in vars(importlib.import_module(name)).values()
        if isinstance(cog, type)
        for method in vars(cog).values()
        if hasattr(method, "__post__")
    }
    assert written["agenda"] <= set(kinds.CLAIMS)
    assert written["deliveries"] <= posted
    assert {"daily", "streak"} <= written["agenda"]
    assert {"question", "notice"} <= written["deliveries"]
