"""A group's weeks as a heat map and in words."""

from __future__ import annotations

import pytest

from bot.pictures.overview import MOST_ROWS, OverviewPicture, OverviewRow, alt, colour, draw
from tests.pictures.samples import HOSTILE, overview, size

pytestmark = pytest.mark.xdist_group("pictures")  # a process that draws has matplotlib to import first


def test_the_picture_is_a_small_upright_png() -> None:
    """800 pixels wide, taller than wide, below 100 kB."""
    rows = [OverviewRow(f"A topic of a usual length {n}", "", (0.3, 0.5 + n / 50, None, 0.9)) for n in range(17)]
    png = draw(overview(*rows))
    width, height = size(png)
    assert width == 800
    assert 800 < height < 1400
    assert len(png) < 100_000


def test_a_cell_of_too_few_looks_like_no_number() -> None:
    """None is drawn as a cell of its own kind, unlike nought."""
    nought, too_few = (draw(overview(OverviewRow("Anatomy", "", (0.5, 0.5, 0.5, last)))) for last in (0.0, None))
    assert nought != too_few


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_drawn_letter_for_letter(name: str) -> None:
    """No formula, no warning, no error, in the title, the topics and the weeks."""
    row = OverviewRow(name, name, (0.1, None, 0.9, 0.7))
    assert size(draw(OverviewPicture(name, 0.7, (name, "b", "c", "d"), (row,))))[0] == 800
    assert len(alt(overview(*[row] * 40, title=name))) <= 1024


def test_rows_beyond_the_last_are_counted() -> None:
    """A hundred topics make a picture as tall as one more than fit."""
    rows = [OverviewRow(f"Topic {n}", "", (0.5,) * 4) for n in range(100)]
    assert size(draw(overview(*rows))) == size(draw(overview(*rows[: MOST_ROWS + 1])))


def test_no_topics_are_said_to_be_none() -> None:
    """An empty group gives a picture and a sentence, not an error."""
    assert size(draw(overview()))[0] == 800
    assert "no topics yet" in alt(overview())


def test_the_words_say_what_the_picture_shows() -> None:
    """The latest week, its side of the target and the way it went; too few members are told as such."""
    text = alt(
        overview(
            OverviewRow("Anatomy", "", (0.4, None, 0.5, 0.52)),
            OverviewRow("Medicine", "", (None, 0.8, 0.78, 0.75)),
            OverviewRow("Radiology", "", (0.6, 0.6, 0.6, None)),
            OverviewRow("Anesthesia", "", (None, None, None, 0.699)),
        )
    )
    assert text == (
        "Our group. The target is 70 %. 4 topics over 4 weeks. "
        "Anatomy: 52 %, below the target, up 12. "
        "Medicine: 75 %, on target, down 5. "
        "Radiology: fewer than four members answered lately. "
        "Anesthesia: 70 %, on target."
    )


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("percent", range(0, 101, 5))
def test_numbers_can_be_read_on_every_colour(percent: int) -> None:
    """Contrast is 3:1 at the least, WCAG's bound for large bold text, from 0 to 100 %."""
    dark, light = sorted(_luminance(one) for one in colour(percent / 100, 0.7))
    assert (light + 0.05) / (dark + 0.05) >= 3.0
