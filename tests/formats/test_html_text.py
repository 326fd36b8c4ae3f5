"""HTML in questions becomes plain text of the same meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Image
from bot.formats.html_text import Plain, entities, plain

SIGNS = '<b> </b> <br> <p> </p> <ul> <li> <sup> </sup> <a> </a> <!-- <img> <script> <td> <a&b=" &lt; &#0; < > 2 é'
PIECES = st.sampled_from(SIGNS.split()).map(lambda piece: piece.replace("&b", " b"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a < b and <b>c</b>", "a < b and c"),
        ("if x <b and y> z", "if x <b and y> z"),
        ("10<sup>2</sup>, H<sub>2</sub>O, the 1<sup>st</sup>, V<sub>max</sub>", "10², H₂O, the 1st, V_(max)"),
        ("<p>one</p>\n<p>two   words</p>", "one\n\ntwo words"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<ul><li>x</li><li>y</li></ul>then<ol><li>p<li>q</ol>", "• x\n• y\nthen\n1. p\n2. q"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ('<a href="https://example.org/x">here</a>', "here (https://example.org/x)"),
        ("<script>no</script>yes<style>no</style><!-- no -->", "yes"),
        ("a&nbsp;&nbsp;b &amp;lt; AT&T &copy 5&#39;", "a  b &lt; AT&T &copy 5'"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<foo>is no tag</foo>", "<foo>is no tag</foo>"),
        ('<img class="equation_image" alt="\\frac{1}{2}" src="x.png">', "\\frac{1}{2}"),
    ],
)
def test_html_becomes_text_of_the_same_meaning(html: str, text: str) -> None:
    """Lines, lists, powers and addresses stay; what only looks like a tag is text."""
    assert plain(html) == Plain(text)


def test_pictures_and_media_are_named() -> None:
    """Bare file names; one whose bytes stand in the text has none."""
    found = plain('See<img src="@@PLUGINFILE@@/a%20b.png?x=1" alt=" the  arm "><img src="data:x"><audio src="c/d.mp3">')
    assert found == Plain("See", (Image("a b.png", "the arm"), Image("", "")), ("d.mp3",))


def test_a_text_with_some_html_keeps_its_own_spaces() -> None:
    """Loosely read, only tags and references change."""
    assert plain("a\n  <b>b</b>  &lt;c", loose=True).text == "a\n  b  <c"
    assert plain("a  b\n\nc", loose=True).text == "a  b\n\nc"
    assert entities("x &eacute; &unknown; &#x41;") == "x é &unknown; A"


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40), st.booleans())
def test_no_text_makes_it_raise(text: str, loose: bool) -> None:
    """Any text gives a text."""
    plain(text, loose=loose)


@pytest.mark.parametrize("piece", ['<a b="', "<a ", "<!--", "<style>", "<sup>1", "<a href=x>", "<", "<li>", "&", "<p "])
def test_hostile_html_takes_time_by_its_length_only(piece: str) -> None:
    """Ten thousand openings that never end are read at once (a quadratic reader would not come back)."""
    plain(piece * 10_000 + "</sup>" * 10_000 + "</a>" * 10_000)
