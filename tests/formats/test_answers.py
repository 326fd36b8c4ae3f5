"""Answer logs: every usable line counts, every other is reported, whatever the file holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.answers import MOST_PROBLEMS, read

HEAD = "user,item,skill,correct,ts\n"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    "text",
    [
        "user,item,skill,correct\nu,i,s,1\nv,i,s,0\n",
        "\ufeffUser, Item ,SKILL,correct\r\nu,i,s,true\r\n\r\nv,i,s,False",
        "skill;extra;correct;item;user\ns;x;yes;i;u\ns;x;no;i;v\n",
        "user\titem\tskill\tcorrect\tts\nv\ti\ts\t0\t2025-01-02T00:00:00Z\nu\ti\ts\t1\t2025-01-01\n",
        'user,item,skill,correct,ts\n"u","i","s","1.0",1\n"v","i","s","0.0",2.5\n',
    ],
)
def test_the_usual_shapes_give_the_same_log(text: str) -> None:
    """Column order, further columns, separators, quotes, words for right and wrong, and times of both kinds."""
    log, problems = read(lines(text), "log.csv")
    assert problems == []
    assert log is not None
    assert list(log.correct) == [1, 0]
    assert log.learners == 2
    assert log.users[0] != log.users[1]
    assert log.items[0] == log.items[1]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("u,i,s,0.5,1", "log.csv:3: “correct” is 1 or 0, not “0.5”"),
        ("u,i,s", "log.csv:3: this line has only 3 columns"),
        (",i,s,1,1", "log.csv:3: “user” and “item” may not be empty"),
        ("u,i,s,1,soon", "log.csv:3: “ts” is a number or an ISO date and time, not “soon”"),
        ("u,i,s,1,nan", "log.csv:3: “ts” is a number"),
        ("u,i,s,1,1e999", "log.csv:3: “ts” is a number"),
        (f"u,{'x' * 200_000},s,1,1", "log.csv:3: not readable as CSV: field larger than"),
    ],
)
def test_a_line_that_does_not_fit_is_reported_and_left_out(line: str, complaint: str) -> None:
    """The answers around it count."""
    log, problems = read(lines(f"{HEAD}a,i,s,1,1\n{line}\nb,i,s,0,2\n"), "log.csv")
    assert log is not None
    assert list(log.correct) == [1, 0]
    (problem,) = problems
    assert str(problem).startswith(complaint)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "log.csv:1: the first line must name the columns"),
        ("u,i,s,1\n", "it lacks “user”, “item”, “skill”, “correct”"),
        ("user,item,skil,correct\nu,i,s,1\n", "it lacks “skill” (“skil”: did you mean “skill”?)"),
        (HEAD, "log.csv:1: there is no answer in this file"),
        (HEAD + "u,i,s,?,1\n", "log.csv:2: there is no answer in this file"),
    ],
)
def test_a_file_without_answers_gives_no_log_and_says_why(text: str, complaint: str) -> None:
    """The header is needed, and at least one answer."""
    log, problems = read(lines(text), "log.csv")
    assert log is None
    assert any(complaint in str(problem) for problem in problems), problems


def test_a_thousand_bad_lines_are_counted_not_listed() -> None:
    """The list of problems has an end, which says how many more there are."""
    _, problems = read(lines(HEAD + "u,i,s,1,1\n" + "u,i,s,?,1\n" * 1000), "log.csv")
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1].message == f"and {1000 - MOST_PROBLEMS} more lines with problems"


def test_retries_are_kept_only_on_demand() -> None:
    """By default an immediate second answer to the same item is counted as a retry and left out."""
    text = HEAD + "u,i,s,0,1\nu,i,s,1,2\n"
    first, _ = read(lines(text), "log.csv")
    both, _ = read(lines(text), "log.csv", keep_retries=True)
    assert first is not None
    assert both is not None
    assert (len(first), first.retries) == (1, 1)
    assert (len(both), both.retries) == (2, 0)


@given(st.lists(st.text(max_size=30) | st.sampled_from((HEAD, "u,i,s,1,1\n", 'a,"b\n', "\x00,\x00\n"))))
def test_no_file_makes_the_reader_raise(text: list[str]) -> None:
    """Any lines at all give a log or problems."""
    log, problems = read(text, "x.csv")
    assert log is not None or problems
