"""A member's progress as a picture and in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.estimates import State
from bot.pictures.progress import MOST_ROWS, WORDS, alt, change, draw
from tests.pictures.samples import HOSTILE, progress, size, topic

pytestmark = pytest.mark.xdist_group("pictures")  # a process that draws has matplotlib to import first


def test_the_picture_is_a_small_upright_png() -> None:
    """800 pixels wide, taller than wide, below 100 kB: a phone shows it at once."""
    png = draw(progress(*(topic(f"A topic of a usual length {n}", 0.3 + n / 40) for n in range(17))))
    width, height = size(png)
    assert width == 800
    assert 800 < height < 1400
    assert len(png) < 100_000


def test_the_same_data_gives_the_same_bytes() -> None:
    """A picture hangs on its data alone, and nothing is left over from the one before."""
    picture = progress(topic(), topic("Radiology", 0.8, State.FINE))
    first = draw(picture)
    draw(progress(topic("Something else", 0.2)))
    assert draw(picture) == first


def test_what_is_shown_changes_the_picture() -> None:
    """State, estimate, range, trend, target and name each leave a mark."""
    row = topic()
    plain = draw(progress(row))
    others = [
        replace(row, state=State.UNSURE),
        replace(row, p=0.52),
        replace(row, high=0.65),
        replace(row, trend=()),
        replace(row, answers=0),
        replace(row, name="Anatomy!"),
    ]
    pictures = {plain, draw(progress(row, mark=0.8)), *(draw(progress(other)) for other in others)}
    assert len(pictures) == 2 + len(others)


def test_rows_beyond_the_last_are_summed_up() -> None:
    """A hundred topics make a picture as tall as one more than fit."""
    rows = [topic(f"Topic {n}") for n in range(100)]
    assert size(draw(progress(*rows))) == size(draw(progress(*rows[: MOST_ROWS + 1])))


def test_no_topics_are_said_to_be_none() -> None:
    """An exam without topics gives a picture and a sentence, not an error."""
    assert size(draw(progress()))[0] == 800
    assert "no topics yet" in alt(progress())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_drawn_letter_for_letter(name: str) -> None:
    """No formula, no warning about missing letters, no error, wherever the name stands; warnings are errors here."""
    row = replace(topic(name), section=name)
    assert size(draw(progress(row, title=name)))[0] == 800
    assert len(alt(progress(*[row] * 30, title=name))) <= 1024


@pytest.mark.parametrize("value", [-0.5, 0.0, 1.0, 1.5])
def test_values_at_and_beyond_the_ends_are_drawn(value: float) -> None:
    """A range that is empty or leaves the scale stays on the card."""
    row = replace(topic(), p=value, low=value, high=value, trend=(0.0, 1.0, value, value))
    assert size(draw(progress(row, mark=min(max(value, 0.0), 1.0))))[0] == 800


def test_the_words_say_what_the_picture_shows() -> None:
    """Target, states in words, estimate, range and trend, the most costly topic first."""
    text = alt(
        progress(
            topic("Anatomy", 0.5),
            topic("Radiology", 0.68, State.UNSURE, trend=(0.7, 0.69, 0.68)),
            topic("Medicine", 0.85, State.FINE, trend=()),
            topic("Anesthesia", 0.4, State.UNSURE, answers=0),
        )
    )
    assert text == (
        "Your progress. The target is 70 %. 4 topics: 1 below the target, 2 not enough answers yet, 1 on target. "
        "The most costly first. "
        "Anatomy: below the target, 50 % (40 to 60 %), up 10 in four weeks. "
        "Radiology: not enough answers yet, 68 % (58 to 78 %), down 2 in four weeks. "
        "Medicine: on target, 85 % (75 to 95 %). "
        "Anesthesia: no answers yet."
    )


def test_the_words_fit_into_a_description() -> None:
    """Forty topics with long names stay below Discord's limit, and the rest is counted."""
    text = alt(progress(*(topic(f"{n} " + "long name " * 9) for n in range(40))))
    assert len(text) <= 1024
    assert text.endswith("more topics.")


def test_every_state_has_its_word() -> None:
    """A state that the model may give can be said."""
    assert set(WORDS) == set(State)


def test_a_change_too_small_to_speak_of_is_none() -> None:
    """Less than one and a half points in four weeks is no trend."""
    assert change((0.5, 0.4, 0.51)) == 0.0
    assert change((0.5, 0.4, 0.45)) == pytest.approx(-0.05)
    assert change((0.5,)) == change(()) == 0.0
