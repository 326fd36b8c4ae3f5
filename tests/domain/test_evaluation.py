"""The evaluation replays answers through the bot's own update and scores what was said beforehand."""

from __future__ import annotations

import itertools
import math
import random
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import estimates
from bot.domain.evaluation import Log, LogBuilder, Score, _Tally, cold, evaluate, split, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = tuple[str, str, str, bool]


def ticking() -> Callable[[], float]:
    """A timer that says that each part took a second."""
    ticks = itertools.count()
    return lambda: float(next(ticks))


def dice(seed: int) -> random.Random:
    return random.Random(seed)


def built(rows: list[Row], *, keep_retries: bool = True) -> Log:
    builder = LogBuilder(keep_retries=keep_retries)
    for row in rows:
        builder.add(*row)
    return builder.build()


def simulated(learners: int, answers: int, seed: int = 7) -> list[Row]:
    """Answers of learners of various ability to items of various difficulty."""
    rng = dice(seed)
    ability = [rng.gauss(0, 0.9) for _ in range(learners)]
    difficulty = [rng.gauss(0, 1.2) for _ in range(60)]
    rows = []
    for _ in range(answers):
        user, item = rng.randrange(learners), rng.randrange(60)
        chance = 0.1 + 0.9 / (1 + math.exp(difficulty[item] - ability[user]))
        rows.append((f"u{user}", f"i{item}", f"s{item % 5}", rng.random() < chance))
    return rows


def exact(chances: list[float], correct: list[bool]) -> Score:
    """The scores by their definitions, pair by pair."""
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a, right in zip(chances, correct, strict=True)
        if right
        for b, other in zip(chances, correct, strict=True)
        if not other
    ]
    n = len(chances)
    loss = -sum(math.log(c if right else 1 - c) for c, right in zip(chances, correct, strict=True)) / n
    brier = sum((c - right) ** 2 for c, right in zip(chances, correct, strict=True)) / n
    gap = 0.0
    for place in range(10):
        inside = [(c, r) for c, r in zip(chances, correct, strict=True) if min(int(c * 10), 9) == place]
        gap += abs(sum(c - r for c, r in inside)) / n
    return Score(sum(pairs) / len(pairs) if pairs else None, loss, brier, gap, n, 0.0)


@given(st.lists(st.tuples(st.integers(1, 999), st.booleans()), min_size=1, max_size=60))
def test_streamed_scores_are_the_defined_ones(pairs: list[tuple[int, bool]]) -> None:
    """Curve, loss, Brier and calibration from bounded memory equal those by their definitions, ties included."""
    chances = [thousandths / 1000 for thousandths, _ in pairs]
    correct = [right for _, right in pairs]
    tally = _Tally()
    tally.take(array("d", chances), range(len(pairs)), bytearray(correct))
    found, wanted = tally.score(0.0), exact(chances, correct)
    assert found.n == wanted.n
    assert (found.auc is None) == (wanted.auc is None)
    if found.auc is not None and wanted.auc is not None:
        assert found.auc == pytest.approx(wanted.auc)
    assert (found.log_loss, found.brier, found.ece) == pytest.approx((wanted.log_loss, wanted.brier, wanted.ece))


def test_sure_chances_keep_the_loss_finite() -> None:
    """A chance of exactly 0 or 1 is counted, right or wrong."""
    tally = _Tally()
    tally.take(array("d", [0.0, 1.0, 0.0, 1.0]), range(4), bytearray([1, 0, 0, 1]))
    found = tally.score(0.0)
    assert math.isfinite(found.log_loss)
    assert found.auc == 0.5


def test_the_model_is_scored_on_what_the_bots_own_update_predicts() -> None:
    """Replaying by hand with `predict` and `update` gives the very same scores."""
    rows = simulated(8, 300)
    beliefs: dict[tuple[str, ...], estimates.Gaussian] = {}
    chances, correct = [], []
    for user, item, skill, right in rows:
        keys = (("l", user), ("lt", user, skill), ("t", skill), ("i", item))
        priors = (
            estimates.PRIOR_LEARNER,
            estimates.PRIOR_LEARNER_TOPIC,
            estimates.PRIOR_TOPIC,
            estimates.PRIOR_ITEM,
        )
        a = estimates.Abilities(*(beliefs.get(key, prior) for key, prior in zip(keys, priors, strict=True)))
        chances.append(estimates.predict(a))
        correct.append(right)
        after = estimates.update(a, right)
        beliefs |= zip(keys, (after.learner, after.learner_topic, after.topic, after.item), strict=True)
    log = built(rows)
    found = evaluate(log, whole(log), ticking()).model
    wanted = exact(chances, correct)
    assert found.auc is not None
    assert found.auc == pytest.approx(wanted.auc, abs=1e-4)
    assert (found.log_loss, found.brier, found.ece) == pytest.approx((wanted.log_loss, wanted.brier, wanted.ece))


def test_the_alternatives_predict_by_their_definitions() -> None:
    """Percent right starts at a half and counts the learner's topic; Elo moves both ratings by the surprise."""
    log = built([("u", "i", "s", True), ("u", "j", "s", False), ("v", "i", "s", True)])
    found = evaluate(log, whole(log), ticking())
    assert found.percent_right.brier == pytest.approx(((1 - 1 / 2) ** 2 + (2 / 3) ** 2 + (1 - 1 / 2) ** 2) / 3)
    second = 1 / (1 + math.exp(-0.5))
    assert found.elo.brier == pytest.approx((0.25 + second**2 + (1 - 1 / (1 + math.exp(-0.5))) ** 2) / 3)


def test_the_model_beats_percent_right_by_a_wide_margin_where_items_differ() -> None:
    """On simulated answers its curve, loss and calibration are better, whole, split and cold."""
    log = built(simulated(120, 6000))
    for worlds in (
        whole(log),
        split(log, dice(1)),
        cold(log, 30, dice(1)),
    ):
        found = evaluate(log, worlds, ticking())
        assert found.model.auc is not None
        assert found.percent_right.auc is not None
        assert found.model.auc > found.percent_right.auc + 0.03
        assert found.model.log_loss < min(found.percent_right.log_loss, found.elo.log_loss)
        assert found.model.ece < 0.03


def test_split_scores_one_half_of_the_learners_after_the_other_warmed_the_items() -> None:
    """The halves are disjoint and complete, by the seed alone; each keeps the order of its answers."""
    log = built(simulated(21, 500))
    ((first, second),) = split(log, dice(5))
    warm, scored = list(first[0]), list(second[0])
    assert (first[1], second[1]) == (False, True)
    assert sorted(warm + scored) == list(range(500))
    assert warm == sorted(warm)
    assert scored == sorted(scored)
    halves = {log.users[row] for row in warm}, {log.users[row] for row in scored}
    assert not halves[0] & halves[1]
    assert sorted(map(len, halves)) == [10, 11]
    again = split(log, dice(5))
    assert [[list(rows) for rows, _ in world] for world in again] == [[warm, scored]]
    assert evaluate(log, split(log, dice(5)), ticking()).model.n == len(scored)


def test_cold_groups_know_nothing_of_each_other() -> None:
    """Each group of N starts from the priors: evaluating them together is evaluating each alone."""
    log = built(simulated(10, 400))
    worlds = list(cold(log, 3, dice(2)))
    sizes = [len({log.users[row] for row in parts[0][0]}) for parts in worlds]
    assert sizes == [3, 3, 3, 1]
    together = evaluate(log, worlds, ticking()).model
    alone = [evaluate(log, [world], ticking()).model for world in worlds]
    assert together.n == sum(score.n for score in alone) == 400
    assert together.log_loss == pytest.approx(sum(score.log_loss * score.n for score in alone) / 400)
    with pytest.raises(ValueError, match="at least one learner"):
        cold(log, 0, dice(2))


def test_time_is_counted_per_replayed_answer() -> None:
    """A second for each of two parts of altogether four answers is half a second an answer, for each predictor."""
    log = built([("u", "i", "s", True), ("v", "i", "s", False), ("u", "j", "s", True), ("v", "j", "s", False)])
    found = evaluate(log, split(log, dice(1)), ticking())
    assert found.model.micros_per_answer == found.elo.micros_per_answer == 500_000


def test_answers_are_replayed_in_the_order_of_their_time() -> None:
    """Rows out of order are sorted; rows of one time stay as they stood."""
    builder = LogBuilder()
    for item, ts in (("c", 3.0), ("a", 1.0), ("b", 1.0), ("d", 3.0)):
        builder.add("u", item, "s", item in "ab", ts)
    log = builder.build()
    assert list(log.items) == [1, 2, 0, 3]
    assert list(log.correct) == [1, 1, 0, 0]


def test_an_immediate_retry_of_the_same_item_is_left_out() -> None:
    """It teaches nothing about the learner; the same item later, or by another learner, counts."""
    rows: list[Row] = [
        ("u", "i", "s", False),
        ("v", "i", "s", True),
        ("u", "i", "s", True),
        ("u", "j", "s", True),
        ("u", "i", "s", True),
    ]
    log = built(rows, keep_retries=False)
    assert (len(log), log.retries) == (4, 1)
    assert list(log.correct) == [0, 1, 1, 1]
    assert built(rows) == replace(built(rows), retries=0)
    assert len(built(rows)) == 5


def test_the_numbers_come_by_their_published_names() -> None:
    """The six names at the top, the same under each alternative's; no curve where all answers agree."""
    log = built([("u", "i", "s", True), ("v", "i", "s", True)])
    found = evaluate(log, whole(log), ticking()).as_dict()
    names = {"auc", "log_loss", "brier", "ece", "n", "micros_per_answer"}
    assert found.keys() == names | {"percent_right", "elo"}
    assert found["percent_right"].keys() == found["elo"].keys() == names
    assert found["auc"] is None
    assert found["n"] == 2


def test_nothing_to_score_is_refused() -> None:
    """A log of one learner has no second half when split."""
    log = built([])
    with pytest.raises(ValueError, match="no answer"):
        evaluate(log, whole(log), ticking())
