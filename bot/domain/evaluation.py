"""How well the learner model predicts: a log of answers replayed through the code that the bot runs.

Beside it, on the same rows, the two usual alternatives: each learner's own percentage right in the topic, and Elo.
Every prediction is made before its answer is seen. Scores: area under the ROC curve (does a right answer get the
higher chance?), log loss and Brier score (how good the chances are), calibration error (does 70 % mean 70 %?).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, Any

from bot.domain.estimates import (
    GUESS_FLOOR,
    PRIOR_ITEM,
    PRIOR_LEARNER,
    PRIOR_LEARNER_TOPIC,
    PRIOR_TOPIC,
    step,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

    Timer = Callable[[], float]
    """Seconds from any start: `time.perf_counter`."""
    Worlds = Iterable[tuple[tuple[Sequence[int], bool], ...]]
    """Each world starts with nothing known and replays its parts in order: rows, and whether they are scored."""

_CURVE_BINS = 1 << 17
"""Chances closer than 1/131,072 count as ties in the curve: bounded memory, and no difference that could be seen."""
_CALIBRATION_BINS = 10
_NEVER = 1e-12
"""Log loss takes no chance for smaller, so that one sure mistake is costly but finite."""


@dataclass(frozen=True, slots=True)
class Log:
    """Answers in the order in which they were given, as numbers: 13 bytes an answer.

    *retries* counts the answers left out because their learner had answered the same item just before: they teach
    nothing about the learner, and the bot does not count them either.
    """

    users: array[int]
    items: array[int]
    skills: array[int]
    correct: bytearray
    learners: int
    retries: int = 0

    def __len__(self) -> int:
        return len(self.correct)


class LogBuilder:
    """Takes answers row by row and numbers their learners, items and skills."""

    def __init__(self, *, keep_retries: bool = False) -> None:
        self._users, self._items, self._skills = array("I"), array("I"), array("I")
        self._user_ids: dict[str, int] = {}
        self._item_ids: dict[str, int] = {}
        self._skill_ids: dict[str, int] = {}
        self._correct = bytearray()
        self._when = array("d")
        self._keep_retries = keep_retries

    def add(self, user: str, item: str, skill: str, correct: bool, ts: float = 0.0) -> None:
        """One answer; *ts* puts it into order, equal ones stay in the order of their rows."""
        users, items, skills = self._user_ids, self._item_ids, self._skill_ids
        self._users.append(users.setdefault(user, len(users)))
        self._items.append(items.setdefault(item, len(items)))
        self._skills.append(skills.setdefault(skill, len(skills)))
        self._correct.append(correct)
        self._when.append(ts)

    def build(self) -> Log:
        """The log, sorted by time, without immediate retries unless they are to be kept."""
        when = self._when
        order: Sequence[int] = range(len(when))
        if any(when[row] < when[row - 1] for row in range(1, len(when))):
            order = sorted(order, key=when.__getitem__)
        users, items, skills = self._users, self._items, self._skills
        kept = array("Q")
        last: dict[int, int] = {}
        for row in order:
            user, item = users[row], items[row]
            if self._keep_retries or last.get(user) != item:
                kept.append(row)
            last[user] = item
        return Log(
            users=array("I", (users[row] for row in kept)),
            items=array("I", (items[row] for row in kept)),
            skills=array("I", (skills[row] for row in kept)),
            correct=bytearray(self._correct[row] for row in kept),
            learners=len(self._user_ids),
            retries=len(order) - len(kept),
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How good the chances were over *n* answers; *auc* is None where all answers were right, or all wrong."""

    auc: float | None
    log_loss: float
    brier: float
    ece: float
    n: int
    micros_per_answer: float

    def as_dict(self) -> dict[str, Any]:
        """The numbers by name, rounded to what is worth reading."""
        return {
            "auc": None if self.auc is None else round(self.auc, 6),
            "log_loss": round(self.log_loss, 6),
            "brier": round(self.brier, 6),
            "ece": round(self.ece, 6),
            "n": self.n,
            "micros_per_answer": round(self.micros_per_answer, 3),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The model's score and those of the two alternatives, on the same answers."""

    model: Score
    percent_right: Score
    elo: Score

    def as_dict(self) -> dict[str, Any]:
        """The model's numbers at the top, the alternatives' under their names."""
        return {
            **self.model.as_dict(),
            "percent_right": self.percent_right.as_dict(),
            "elo": self.elo.as_dict(),
        }


def whole(answers: Log) -> Worlds:
    """Everybody in one group from the first answer on; every answer is scored."""
    return [((range(len(answers)), True),)]


def split(answers: Log, rng: random.Random) -> Worlds:
    """Learners halved at random: the first half only warms items and topics, the second half is scored."""
    learners = list(range(answers.learners))
    rng.shuffle(learners)
    warm = bytearray(answers.learners)
    for learner in learners[: len(learners) // 2]:
        warm[learner] = 1
    rows: tuple[array[int], array[int]] = (array("Q"), array("Q"))
    for row, user in enumerate(answers.users):
        rows[warm[user]].append(row)
    return [((rows[1], False), (rows[0], True))]


def cold(answers: Log, size: int, rng: random.Random) -> Worlds:
    """Learners dealt at random into groups of *size*, each of which starts with nothing known; all are scored."""
    if size < 1:
        raise ValueError("a group has at least one learner")
    learners = list(range(answers.learners))
    rng.shuffle(learners)
    group = array("I", bytes(4 * answers.learners))
    for place, learner in enumerate(learners):
        group[learner] = place // size
    rows = [array("Q") for _ in range((answers.learners + size - 1) // size)]
    for row, user in enumerate(answers.users):
        rows[group[user]].append(row)
    return [((part, True),) for part in rows]


def evaluate(answers: Log, worlds: Worlds, timer: Timer, floor: float = GUESS_FLOOR) -> Evaluation:
    """Replay *answers* in *worlds* (from `whole`, `split` or `cold`) through the model and the alternatives.

    Raises ValueError where no answer is scored.
    """
    worlds = list(worlds)
    return Evaluation(
        model=_scored(answers, worlds, timer, lambda rows, state, out: _model(answers, rows, state, out, floor)),
        percent_right=_scored(answers, worlds, timer, lambda rows, state, out: _percent(answers, rows, state, out)),
        elo=_scored(answers, worlds, timer, lambda rows, state, out: _elo(answers, rows, state, out)),
    )


class _State:
    """What one world knows: small tuples by number. Which of the tables are used, each predictor decides."""

    def __init__(self) -> None:
        self.learners: dict[int, tuple[float, float]] = {}
        self.learner_topics: dict[tuple[int, int], tuple[float, float]] = {}
        self.topics: dict[int, tuple[float, float]] = {}
        self.items: dict[int, tuple[float, float]] = {}


def _scored(
    answers: Log,
    worlds: Worlds,
    timer: Timer,
    replay: Callable[[Sequence[int], _State, array[float]], None],
) -> Score:
    tally = _Tally()
    seconds, replayed = 0.0, 0
    for parts in worlds:
        state = _State()
        for rows, counts in parts:
            chances = array("d")
            start = timer()
            replay(rows, state, chances)
            seconds += timer() - start
            replayed += len(rows)
            if counts:
                tally.take(chances, rows, answers.correct)
    return tally.score(1e6 * seconds / replayed if replayed else 0.0)


def _model(answers: Log, rows: Sequence[int], state: _State, out: array[float], floor: float) -> None:
    users, items, skills, correct = answers.users, answers.items, answers.skills, answers.correct
    learners, learner_topics, topics, difficulties = state.learners, state.learner_topics, state.topics, state.items
    new_learner = (PRIOR_LEARNER.mean, PRIOR_LEARNER.variance)
    new_learner_topic = (PRIOR_LEARNER_TOPIC.mean, PRIOR_LEARNER_TOPIC.variance)
    new_topic = (PRIOR_TOPIC.mean, PRIOR_TOPIC.variance)
    new_item = (PRIOR_ITEM.mean, PRIOR_ITEM.variance)
    for row in rows:
        user, item, skill = users[row], items[row], skills[row]
        own = (user, skill)
        lm, lv = learners.get(user, new_learner)
        km, kv = learner_topics.get(own, new_learner_topic)
        tm, tv = topics.get(skill, new_topic)
        im, iv = difficulties.get(item, new_item)
        chance, lm, lv, km, kv, tm, tv, im, iv = step(lm, lv, km, kv, tm, tv, im, iv, bool(correct[row]), floor)
        out.append(chance)
        learners[user] = (lm, lv)
        learner_topics[own] = (km, kv)
        topics[skill] = (tm, tv)
        difficulties[item] = (im, iv)


def _percent(answers: Log, rows: Sequence[int], state: _State, out: array[float]) -> None:
    """The learner's share of right answers in the topic so far; one right and one wrong are added, so 1/2 at first."""
    users, skills, correct = answers.users, answers.skills, answers.correct
    shares = state.learner_topics
    nothing = (0.0, 0.0)
    for row in rows:
        own = (users[row], skills[row])
        right, count = shares.get(own, nothing)
        out.append((right + 1.0) / (count + 2.0))
        shares[own] = (right + correct[row], count + 1.0)


def _elo(answers: Log, rows: Sequence[int], state: _State, out: array[float]) -> None:
    """One rating a learner and one an item; a rating moves by 1/(1 + 0.05·n) of the surprise after n answers."""
    users, items, correct = answers.users, answers.items, answers.correct
    learners, difficulties = state.learners, state.items
    nothing = (0.0, 0.0)
    for row in rows:
        user, item = users[row], items[row]
        ability, answered = learners.get(user, nothing)
        difficulty, asked = difficulties.get(item, nothing)
        chance = 1.0 / (1.0 + exp(difficulty - ability))
        out.append(chance)
        surprise = correct[row] - chance
        learners[user] = (ability + surprise / (1.0 + 0.05 * answered), answered + 1.0)
        difficulties[item] = (difficulty - surprise / (1.0 + 0.05 * asked), asked + 1.0)


class _Tally:
    """Scores that are summed as the chances come, in memory that does not grow with them."""

    def __init__(self) -> None:
        self.n = 0
        self.loss = self.squares = 0.0
        self.right = array("Q", bytes(8 * (_CURVE_BINS + 1)))
        self.wrong = array("Q", bytes(8 * (_CURVE_BINS + 1)))
        self.bin_chance = [0.0] * _CALIBRATION_BINS
        self.bin_right = [0] * _CALIBRATION_BINS

    def take(self, chances: array[float], rows: Sequence[int], correct: bytearray) -> None:
        right, wrong = self.right, self.wrong
        bin_chance, bin_right = self.bin_chance, self.bin_right
        loss = squares = 0.0
        for chance, row in zip(chances, rows, strict=True):
            place = int(chance * _CALIBRATION_BINS)
            if place == _CALIBRATION_BINS:
                place -= 1
            bin_chance[place] += chance
            if correct[row]:
                right[int(chance * _CURVE_BINS)] += 1
                bin_right[place] += 1
                loss -= log(max(chance, _NEVER))
                squares += (1.0 - chance) * (1.0 - chance)
            else:
                wrong[int(chance * _CURVE_BINS)] += 1
                loss -= log(max(1.0 - chance, _NEVER))
                squares += chance * chance
        self.loss += loss
        self.squares += squares
        self.n += len(chances)

    def score(self, micros: float) -> Score:
        if not self.n:
            raise ValueError("there is no answer to score")
        gap = sum(abs(right - chance) for right, chance in zip(self.bin_right, self.bin_chance, strict=True))
        return Score(self._auc(), self.loss / self.n, self.squares / self.n, gap / self.n, self.n, micros)

    def _auc(self) -> float | None:
        """Share of pairs of a right and a wrong answer in which the right one had the higher chance; ties are half."""
        below = won = 0
        for right, wrong in zip(self.right, self.wrong, strict=True):
            won += right * (2 * below + wrong)
            below += wrong
        pairs = (self.n - below) * below
        return won / (2 * pairs) if pairs else None
