"""Random presses, closings and deletions against a model of a dozen lines."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.instants import from_ms
from bot.domain.refusals import NoSuchChoice, RoundClosed
from bot.services import privacy
from bot.services.answers import Receipt
from bot.services.replay import replay
from tests.services.study import START, Study

USERS = (11, 12, 13)
PRESS = st.tuples(st.sampled_from(USERS), st.integers(0, 1), st.integers(0, 4), st.booleans())
"""User, which of the day's two rounds, choice (the fifth there is not), and whether the click came in time."""
BATCH = st.lists(PRESS, min_size=1, max_size=6)
STEPS = st.lists(st.one_of(BATCH, st.just("tomorrow"), st.just("closing"), st.sampled_from(USERS)), max_size=14)


class _Model:
    """What must be true of answers: the first one in time stays."""

    def __init__(self) -> None:
        self.given: dict[tuple[int, int], int] = {}

    def expects(self, round_id: int, user: int, choice: int, *, in_time: bool) -> int | type[Exception]:
        """The choice that the receipt shows, or the refusal."""
        if (round_id, user) not in self.given:
            if choice == 4:
                return NoSuchChoice
            if not in_time:
                return RoundClosed
            self.given[round_id, user] = choice
        return self.given[round_id, user]

    def forgets(self, user: int) -> None:
        """The member deleted themselves."""
        self.given = {key: choice for key, choice in self.given.items() if key[1] != user}


async def _press_together(study: Study, model: _Model, batch: list[tuple[int, int, int, bool]]) -> None:
    rows = (await study.rounds())[-2:]
    presses, expected = [], []
    for user, which, choice, in_time in batch:
        row = rows[which]
        at = from_ms(row["closes_at"]) + (timedelta() if in_time else timedelta(milliseconds=1))
        presses.append(study.press(row["round_id"], user, choice, at=at))
        expected.append(model.expects(row["round_id"], user, choice, in_time=in_time))
    for outcome, wanted in zip(await asyncio.gather(*presses, return_exceptions=True), expected, strict=True):
        assert (outcome.choice if isinstance(outcome, Receipt) else type(outcome)) == wanted


@settings(max_examples=15, deadline=None)
@given(STEPS)
async def test_what_is_kept_is_what_the_model_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[int, int, int, bool]] | str | int]
) -> None:
    """Pressed together or alone, in time or late, before and after closing, forgotten and pressed again.

    Every receipt is the model's; the answers are the model's; counts, boards and estimates follow from them.
    """
    model, deleted = _Model(), False
    async with Study.open(tmp_path_factory.mktemp("model") / "study.db", per_day=2, size=9) as study:
        await study.until(START + timedelta(hours=4))
        for step in steps:
            if step == "tomorrow":
                await study.until(study.now + timedelta(days=1))
            elif step == "closing":
                await study.until(max(study.now, from_ms((await study.rounds())[-1]["closes_at"])))
            elif isinstance(step, int):
                model.forgets(step)
                deleted |= await privacy.delete(study.database, study.group, step)
            elif isinstance(step, list):
                await _press_together(study, model, step)
        kept = await study.sql("SELECT round_id, user_id, choice FROM answers JOIN members USING (member_id)")
        assert {(row["round_id"], row["user_id"]): row["choice"] for row in kept} == model.given
        counts = Counter(round_id for round_id, _ in model.given)
        assert {row["round_id"]: row["answered"] for row in await study.rounds() if row["answered"]} == counts
        board = await study.sql("SELECT user_id, answered FROM standings JOIN members USING (member_id) "
                                "WHERE period = 'all'")  # fmt: skip
        assert {row["user_id"]: row["answered"] for row in board} == Counter(user for _, user in model.given)
        if not deleted:
            assert (await replay(study.database)).different == 0
