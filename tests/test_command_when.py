"""`studyhall when` as a script and as a person use it: a real process, one answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import warm

ROOT = Path(__file__).parent.parent
MONDAY = ("--now", "2027-03-08T09:00:00+01:00", "--zone", "Europe/Berlin")


def when(*arguments: str) -> warm.Done:
    return warm.run(("-m", "bot", "when", *arguments), cwd=ROOT)


def answer(*arguments: str) -> dict[str, Any]:
    """The one JSON line."""
    done = when(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_rule_is_one_line_with_its_next_times() -> None:
    """The first time and the five after it, with the zone's offset on each day, across the clock change."""
    assert answer("every mon, wed 18:30", *MONDAY) == {
        "at": "2027-03-08T18:30:00+01:00",
        "next": [
            "2027-03-10T18:30:00+01:00",
            "2027-03-15T18:30:00+01:00",
            "2027-03-17T18:30:00+01:00",
            "2027-03-22T18:30:00+01:00",
            "2027-03-24T18:30:00+01:00",
        ],
        "assumed": [],
    }


def test_an_exam_and_a_session_are_options() -> None:
    """A wall time is the zone's, a day alone is nine in the morning; what happens once has nothing next."""
    assert answer("6 weeks before my exam", *MONDAY, "--exam", "2027-06-12") == {
        "at": "2027-05-01T09:00:00+02:00",
        "next": [],
        "assumed": [],
    }
    found = answer("30 min before the next session", *MONDAY, "--session", "2027-03-12T18:00")
    assert found["at"] == "2027-03-12T17:30:00+01:00"


def test_what_is_assumed_is_a_sentence() -> None:
    """A script can show it to people as it is."""
    assert answer("tomorrow", *MONDAY)["assumed"] == ["You named no time, so I took 09:00."]


def test_what_is_ambiguous_is_asked_in_words_that_are_clear() -> None:
    """Each choice, given back, is understood as one time."""
    choices = answer("3/4 6pm", *MONDAY)["ask"]
    assert [answer(choice, *MONDAY)["at"] for choice in choices] == [
        "2027-04-03T18:00:00+02:00",
        "2028-03-04T18:00:00+01:00",
    ]


def test_nonsense_is_refused_with_an_example() -> None:
    """In JSON that is an answer; in words it is one too, with exit code 1."""
    sentence = answer("purple monkey", *MONDAY)["refuse"]
    assert "“purple monkey”" in sentence
    assert "tomorrow at 18:00" in sentence
    done = when("purple monkey", *MONDAY)
    assert (done.returncode, done.stdout, done.stderr) == (1, f"{sentence}\n", "")


def test_without_json_it_speaks_in_sentences() -> None:
    """What is understood with its zone and rule, what is asked with the words for each choice."""
    done = when("last day of the month", *MONDAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:4] == [
        "Wednesday 31 March at 09:00 (Europe/Berlin)",
        "It comes on the last day of every month at 09:00 (Europe/Berlin).",
        "I took it as something that comes again and again.",
        "You named no time, so I took 09:00.",
    ]
    done = when("next friday 6pm", *MONDAY)
    assert done.returncode == 0
    assert "write “2027-03-19 18:00”" in done.stdout


def test_a_slip_in_an_option_is_one_sentence() -> None:
    """It names the option, exit code 2, nothing on standard output."""
    for option, value in (
        ("--now", "noonish"),
        ("--now", "2027-13-01"),
        ("--zone", "Mars/Olympus"),
        ("--zone", "../etc"),
        ("--exam", "soon"),
        ("--session", "x"),
    ):
        arguments = dict([MONDAY[:2], MONDAY[2:]]) | {option: value}
        done = when("in 3 days", *(word for pair in arguments.items() for word in pair), "--json")
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"{option}: “{value}”")
