"""`studyhall model evaluate` as an outsider uses it: a file in, a table or one JSON line out."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from bot.domain.estimates import Abilities, predict, update
from tests import warm

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "domain" / "estimates_golden.json").read_text("utf-8"))
NAMES = {"auc", "log_loss", "brier", "ece", "n", "micros_per_answer"}


def studyhall(*arguments: object) -> warm.Done:
    return warm.run(("-m", "bot", "model", "evaluate", *map(str, arguments)), cwd=Path(__file__).parent.parent)


def evaluated(*arguments: object) -> dict[str, Any]:
    done = studyhall(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def untimed(found: dict[str, Any]) -> dict[str, Any]:
    """The figures without the times, which differ from run to run."""
    return {
        name: untimed(value) if isinstance(value, dict) else value
        for name, value in found.items()
        if name != "micros_per_answer"
    }


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("logs") / "golden.csv"
    rows = [f"{user},{item},{topic},{correct}" for user, topic, item, correct, _ in GOLDEN["answers"]]
    file.write_text("\n".join(["user,item,skill,correct", *rows]), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4,000 answers of 80 learners to 60 items of various difficulty."""
    rng = random.Random(4)
    ability = [rng.gauss(0, 0.9) for _ in range(80)]
    difficulty = [rng.gauss(0, 1.2) for _ in range(60)]
    rows = []
    for second in range(4000):
        user, item = rng.randrange(80), rng.randrange(60)
        right = rng.random() < 0.1 + 0.9 / (1 + math.exp(difficulty[item] - ability[user]))
        rows.append(f"{user},{item},{item % 5},{int(right)},{second}")
    file = tmp_path_factory.mktemp("logs") / "simulated.csv"
    file.write_text("\n".join(["user,item,skill,correct,ts", *rows]), encoding="utf-8")
    return file


def test_the_scores_are_those_of_the_bots_own_predictions(golden: Path) -> None:
    """Loss and Brier of the worked log are what `predict` and `update` give, immediate retries apart."""
    found = evaluated(golden)
    rows: dict[tuple[str, object], Any] = {}
    last: dict[int, int] = {}
    loss = squares = 0.0
    n = 0
    fresh = Abilities()
    for user, topic, item, correct, _ in GOLDEN["answers"]:
        retry = last.get(user) == item
        last[user] = item
        if retry:
            continue
        keys = (("learner", user), ("learner_topic", (user, topic)), ("topic", topic), ("item", item))
        before = Abilities(*(rows.get(key, getattr(fresh, key[0])) for key in keys))
        p = predict(before)
        loss -= math.log(p if correct else 1 - p)
        squares += (p - correct) ** 2
        n += 1
        after = update(before, bool(correct))
        rows.update({key: getattr(after, key[0]) for key in keys})
    assert found["n"] == n
    assert found["retries"] == len(GOLDEN["answers"]) - n
    assert found["log_loss"] == pytest.approx(loss / n, abs=1e-6)
    assert found["brier"] == pytest.approx(squares / n, abs=1e-6)


def test_the_json_line_has_the_published_names(golden: Path) -> None:
    """The model's six figures and the retries at the top, the six under each alternative, on the same answers."""
    found = evaluated(golden)
    assert found.keys() == NAMES | {"percent_right", "elo", "retries"}
    for other in ("percent_right", "elo"):
        assert found[other].keys() == NAMES
        assert found[other]["n"] == found["n"]
    assert found["micros_per_answer"] > 0


def test_percent_right_per_topic_is_beaten_by_a_wide_margin(simulated: Path) -> None:
    """Where items differ, the model's curve is at least 0.03 better: whole, split and cold."""
    for choice in ([], ["--split"], ["--cold", 20]):
        found = evaluated(simulated, *choice)
        assert found["auc"] > found["percent_right"]["auc"] + 0.03
        assert found["log_loss"] < min(found["percent_right"]["log_loss"], found["elo"]["log_loss"])


def test_split_scores_half_of_the_learners_by_the_seed(simulated: Path) -> None:
    """The same seed gives the same figures, another seed other halves; about half of the answers are scored."""
    whole, first, again = evaluated(simulated), evaluated(simulated, "--split"), evaluated(simulated, "--split")
    assert untimed(first) == untimed(again)
    assert untimed(first) != untimed(evaluated(simulated, "--split", "--seed", 7))
    assert 0.3 * whole["n"] < first["n"] < 0.7 * whole["n"]
    assert evaluated(simulated, "--cold", 20)["n"] == whole["n"]


def test_without_json_a_table_says_the_same(golden: Path) -> None:
    """Three lines under a heading, then how many answers were scored and how many left out."""
    done = studyhall(golden)
    assert done.returncode == 0
    heading, model, percent, elo, last = done.stdout.splitlines()
    assert heading.split()[0] == "AUC"
    found = evaluated(golden)
    for line, score in ((model, found), (percent, found["percent_right"]), (elo, found["elo"])):
        assert f"{score['log_loss']:.4f}" in line
    assert last == f"{found['n']} answers scored, {found['retries']} immediate retries left out"


def test_lines_that_cannot_be_read_are_named_and_nothing_is_scored(tmp_path: Path) -> None:
    """File and line of each problem on standard error, nothing on standard output, exit code 2."""
    file = tmp_path / "odd.csv"
    file.write_text("user,item,skill,correct\nu,i,s,1\nu,j,s,maybe\n,k,s,0\n", encoding="utf-8")
    done = studyhall(file, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:3: " in done.stderr
    assert f"{file}:4: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", [b"", b"user,item,skill\nu,i,s\n", b"user,item,skill,correct\n", b"\xff\xfe\x00u"])
def test_a_file_without_answers_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    """Empty, without the needed columns, without rows, not UTF-8: exit code 2 and no traceback."""
    file = tmp_path / "none.csv"
    file.write_bytes(content)
    done = studyhall(file)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_single_answer_is_scored_without_a_curve(tmp_path: Path) -> None:
    """One learner cannot be halved: nothing warms, that one is scored, and there is no AUC of one answer."""
    alone = tmp_path / "alone.csv"
    alone.write_text("user,item,skill,correct\nu,i,s,1\n", encoding="utf-8")
    found = evaluated(alone, "--split")
    assert (found["auc"], found["n"]) == (None, 1)


def test_wishes_that_cannot_be_met_are_refused(tmp_path: Path, golden: Path) -> None:
    """No such file, a folder, both ways at once, groups of nobody: each a sentence with exit code 2."""
    for arguments in ([tmp_path / "none.csv"], [tmp_path], [golden, "--split", "--cold", 3], [golden, "--cold", 0]):
        done = studyhall(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
