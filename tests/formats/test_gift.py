"""GIFT as real files have it: what is sound becomes questions, the rest is told by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind, Option, Question
from bot.formats.gift import read, sniff
from bot.formats.imported import Imported


def given_text(text: str) -> Imported:
    return read(text.encode(), "f.gift")


def one(text: str) -> Question:
    """The only question of a text."""
    done = given_text(text)
    assert len(done.questions) == 1, done
    return done.questions[0]


def told(done: Imported) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.message}" for problem in done.problems]


def options(question: Question) -> list[tuple[str, bool]]:
    return [(option.text, option.correct) for option in question.options]


def test_the_kinds_that_can_be_asked() -> None:
    """One right answer, true or false, typed answers, several right ones by their shares; feedback and titles."""
    done = given_text(
        "// a comment\n"
        "::Valve:: Which valve has two cusps? {\n  =Mitral#Also bicuspid.\n  ~Aortic#It has three.\n"
        "  ~Tricuspid\n  ####Named after a mitre.\n}\n\n"
        "The ulna is lateral.{F#It is medial.#Right.}\n\n"
        "Collar bone?{=clavicle =clavicula#Latin}\n\n"
        "Which are carpal?{~%50%lunate ~%50%scaphoid ~%-100%talus}\n"
    )
    valve, ulna, collar, carpal = done.questions
    assert told(done) == []
    assert valve.options == (
        Option("Mitral", True, "Also bicuspid."),
        Option("Aortic", False, "It has three."),
        Option("Tricuspid", False),
    )
    assert (valve.kind, valve.stem, valve.explanation, valve.line) == (
        Kind.SINGLE,
        "Which valve has two cusps?",
        "Named after a mitre.",
        2,
    )
    assert ulna.kind is Kind.TRUEFALSE
    assert ulna.options == (Option("True", False, "It is medial."), Option("False", True, "Right."))
    assert not ulna.shuffle
    assert (collar.kind, collar.answers, collar.explanation) == (Kind.SHORT, ("clavicle", "clavicula"), "Latin")
    assert (carpal.kind, carpal.scoring) == (Kind.MULTI, "partial")
    assert [option.weight for option in carpal.options] == [50, 50, -100]


def test_a_missing_word_is_a_gap_in_the_text() -> None:
    """Where text follows the answers; a full stop alone is text, too."""
    assert (
        one("Blood leaves by the {=aorta ~vena cava} to the\n   body.").stem
        == "Blood leaves by the _____ to the\nbody."
    )
    assert one("It is {T}").stem == "It is"


def test_a_share_can_be_given_to_a_second_best_answer() -> None:
    """One full answer stays the right one; the others' shares are kept."""
    found = one("Born in?{~Jerusalem ~%25%Bethlehem =Nazareth}")
    assert (found.kind, found.scoring) == (Kind.SINGLE, "partial")
    assert [(option.correct, option.weight) for option in found.options] == [(False, None), (False, 25), (True, 100)]


def test_escapes_and_marks_within_words() -> None:
    """A backslash takes a mark's meaning away, \\n is a line; any other backslash is one."""
    found = one("::A\\: b:: Is \\{x\\} \\= 1\\:1\\nor C:\\dir \\\\?{=\\~5 \\#1#a \\} b#c ~\\=}")
    assert found.stem == "Is {x} = 1:1\nor C:\\dir \\?"
    assert found.options == (Option("~5 #1", True, "a } b#c"), Option("=", False))


def test_a_blank_line_inside_a_question_is_read_over_and_told() -> None:
    """Between its text and answers, within the answers, or behind a titled first paragraph."""
    for text in (
        "::Q:: Which?\n\n{\n=a\n~b\n}\n\n::R:: Next?{T}",
        "::Q:: Which?{\n=a\n\n~b\n}\n\n::R:: Next?{T}",
        "Which?{\n=a\n\n~b\n\n}\n\nNext?{T}",
        "::Q:: A case.\n\nWhich?{=a ~b}\n\n::R:: Next?{T}",
    ):
        done = given_text(text)
        assert [options(question)[0] for question in done.questions] == [("a", True), ("True", True)], text
        assert len(told(done)) == 1, text
        assert "blank line ends a question" in told(done)[0]


def test_a_missing_blank_line_is_told() -> None:
    """Each question is one all the same."""
    for text in ("::A:: One{=a ~b}\n::B:: Two{=c ~d}", "One{=a ~b}\nTwo{=c ~d}\n"):
        done = given_text(text)
        assert [question.stem for question in done.questions] == ["One", "Two"]
        assert told(done) == ["2 warning: a blank line is missing before this question"]


@pytest.mark.parametrize(
    ("text", "stem", "first"),
    [
        ("What does {x} print?{=a ~b}", "What does {x} print?", "a"),
        ("Which?{=use {} here ~use []}", "Which?", "use {} here"),
        ("What is $\\frac{1}{2}$?{=\\frac{2}{4} ~1}", "What is $\\frac{1}{2}$?", "\\frac{2}{4}"),
    ],
)
def test_an_unescaped_pair_of_braces_is_text_where_only_one_pair_holds_answers(
    text: str, stem: str, first: str
) -> None:
    """Moodle would take the first pair for the answers."""
    done = given_text(text)
    assert (done.questions[0].stem, done.questions[0].options[0].text) == (stem, first)
    assert told(done) == ["1 warning: braces in this question were read as text; GIFT wants “\\{” and “\\}”"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("First{\n=a\n~b\n\n::Q:: Next{=c ~d}", 1, "begin with { and never end"),
        ("Is { a brace?{=a ~b}\n\n::Q:: Next{=c ~d}", 1, "begin with { and never end"),
        ("Which?{=a } ~b}\n\n::Q:: Next{=c ~d}", 1, "end with } and never began"),
        ("Fill {=a ~b} and {=c ~d} here\n\n::Q:: Next{=c ~d}", 1, "several pairs of braces"),
        ("\nWhich?{=a =b ~c}\n\n::Q:: Next{=c ~d}", 2, "2 answers are marked right with “=”"),
        ("Which?{\na\n=b ~c}\n\n::Q:: Next{=c ~d}", 1, "neither “=” for right nor “~” for wrong"),
        ("Which?{=~a ~c}\n\n::Q:: Next{=c ~d}", 1, "“=~” says right and wrong of one answer"),
        ("Which?{~a ~c}\n\n::Q:: Next{=c ~d}", 1, "no option is marked right"),
        ("Which?{~%50%a ~%50%b ~%50%c}\n\n::Q:: Next{=c ~d}", 1, "add up to 150 %"),
        ("Which?{~%50%a = 1 ~%50%b}\n\n::Q:: Next{=c ~d}", 1, "can be an answer's mark or a part of its text"),
        ("Which?{\n=a\n~\n}\n\n::Q:: Next{=c ~d}", 3, "this option has no text"),
        ("{=a ~b}\n\n::Q:: Next{=c ~d}", 1, "the question has no text"),
    ],
)
def test_what_makes_no_question_is_told_and_does_not_take_the_next_one_with_it(
    text: str, line: int, message: str
) -> None:
    """Each fault has its line, and a sentence that says what to write."""
    done = given_text(text)
    assert [question.stem for question in done.questions] == ["Next"]
    assert [problem.line for problem in done.problems if problem.level == "error" and message in problem.message] == [
        line
    ], told(done)


def test_colons_need_no_backslash_where_nothing_else_is_meant() -> None:
    """In texts, in answers, in a title; a title without its end is text, and told."""
    found = one("::Ratio 1:2:: What is 1::2: a or b?{=12:30 ~std::x}")
    assert (found.stem, options(found)[0]) == ("What is 1::2: a or b?", ("12:30", True))
    done = given_text("::Q1: Which?{=std::a ~b}")
    assert done.questions[0].stem == "Q1: Which?"
    assert "does not end with ::" in told(done)[0]


def test_equals_and_tilde_before_a_share_are_one_answer() -> None:
    """“=~%50%”, which several programs write, is read as the share that it has."""
    done = given_text("Which?{=~%50%a\n=~%50%b\n~c}")
    assert [(option.text, option.correct, option.weight) for option in done.questions[0].options] == [
        ("a", True, 50),
        ("b", True, 50),
        ("c", False, None),
    ]
    assert [problem.level for problem in done.problems] == ["warning", "warning"]
    assert one("Which?{=%50%a =%50%b ~c}").kind is Kind.MULTI


def test_shares_that_miss_a_hundred_by_a_little_are_taken() -> None:
    """99.67 is meant to be all, and is told; thirds are no news."""
    done = given_text("Which?{~%33.33%a ~%33.33%b ~%33.01%c ~d}")
    assert [option.weight for option in done.questions[0].options] == [33.33, 33.33, 33.01, None]
    assert told(done) == ["1 warning: the shares of the right answers add up to 99.67 %; taken for 100 %"]
    assert told(given_text("Which?{~%33,33333%a ~%33.33333%b ~%33.33333%c ~d}")) == []


def test_an_equals_sign_within_a_text_is_text_where_only_that_makes_a_question() -> None:
    """Several “=”: a formula on a line of its own, in a typed answer, in feedback; each is told."""
    done = given_text("Which?{\n=E = mc2\n~E = m\n~E#because a=b\n}\n\nType it:{=x = 1}")
    first, second = done.questions
    assert options(first) == [("E = mc2", True), ("E = m", False), ("E", False)]
    assert first.options[2].feedback == "because a=b"
    assert second.answers == ("x = 1",)
    assert [problem.line for problem in done.problems] == [2, 3, 4, 7]
    assert one("Four?{=four=4}").answers == ("four", "4")
    assert options(one("Who?{~Grant~Lee=nobody}")) == [("Grant", False), ("Lee", False), ("nobody", True)]


def test_ids_tags_and_categories() -> None:
    """Ids and tags stand in comments; a category holds until the next one, and its last part is the topic."""
    done = given_text(
        "$CATEGORY: $course$/top/Anatomy/Heart // Lungs\n"
        "// question: 7  name: Q\n// [id:heart-1] [tag:valves] [tag:a\\]b]\n::Q:: One{T}\n\n"
        "$CATEGORY: tom/Coding\n\nTwo{\n// [id:the second]\nF}\n\n$CATEGORY: $course$/top\nThree{T}"
    )
    one_, two, three = done.questions
    assert (one_.key, one_.tags, one_.topic, one_.line) == ("heart-1", ("valves", "a]b"), "Heart / Lungs", 4)
    assert (two.key[:11], two.topic) == ("the-second-", "Coding")
    assert (three.topic, three.key[:2]) == ("", "q-")


def test_an_id_that_stands_twice_is_told() -> None:
    """The first question keeps it."""
    done = given_text("// [id:a]\nOne{T}\n\n// [id:a]\nTwo{T}")
    assert told(done) == ["5 error: the id “a” stands in line 2 already"]


def test_html_becomes_text_and_plain_text_stays() -> None:
    """By the format that a text names, or its question's, or Moodle's own, in which there may be HTML."""
    found = one("[html]<p>Which<br>one?</p>{=<b>10<sup>2</sup></b> ~[plain]<b>####[markdown]*so* <i>}")
    assert (found.stem, options(found), found.explanation) == (
        "Which\none?",
        [("10²", True), ("<b>", False)],
        "*so* <i>",
    )
    assert one("[plain]<b>?{T}").stem == "<b>?"
    assert one("a &lt; b, <em>not</em> x<y?{T}").stem == "a < b, not x<y?"


def test_pictures_are_told() -> None:
    """A question's one is named; in an answer it cannot be shown."""
    done = given_text('[html]See <img src="@@PLUGINFILE@@/a.png" alt="arm">{T}\n\nWhich?{=<img src\\="b.png"> ~c}')
    assert done.questions[0].image is not None
    assert (done.questions[0].image.name, done.questions[0].image.alt) == ("a.png", "arm")
    assert told(done) == ["1 warning: the picture “a.png” is not in this file; the question needs it"]
    assert [(skipped.line, skipped.reason[:26]) for skipped in done.skipped] == [(3, "there is a picture in an a")]


def test_what_cannot_be_asked_in_chat_is_skipped_with_its_reason() -> None:
    """Essays, pairs, tolerances, patterns and bare texts; nothing of it is lost without a word."""
    done = given_text(
        "Discuss.{}\n\nMatch.{=a -> b =c -> d}\n\nAbout?{#3.5:0.1}\n\nRange?{#1..5}\n\nAny?{=*heart*}\n\n"
        "Read this.\n\nHow many?{#=4#yes =%50%5 ~#no}\n\nWho?{=Nazareth =%75%Nazereth =\\*star =%0%*#never}"
    )
    assert [skipped.line for skipped in done.skipped] == [1, 3, 5, 7, 9, 11]
    assert [skipped.reason.split()[-1] for skipped in done.skipped[:2]] == ["chat", "chat"]
    assert [question.answers for question in done.questions] == [("4",), ("Nazareth", "*star")]
    assert [problem.line for problem in done.problems] == [9, 13, 13, 13, 15, 15]


@pytest.mark.parametrize(
    ("data", "text", "warned"),
    [
        ("Café?{=é\r\n~b}\r\n".encode("cp1252"), "Café?", 1),
        (b"\xef\xbb\xbf::Q:: Caf\xc3\xa9?{=a ~b}", "Café?", 0),
        ("Café?{\n=a\n~b}".encode("utf-16"), "Café?", 0),
        (b"Which?\r{=a\r~b}\r", "Which?", 0),
    ],
)
def test_encodings_and_line_ends_of_real_files(data: bytes, text: str, warned: int) -> None:
    """UTF-8 with its mark, UTF-16, Windows-1252 with a warning; all three line ends."""
    done = read(data, "f")
    assert [question.stem for question in done.questions] == [text]
    assert len(done.problems) == warned
    assert sniff(data, "f") > 0.5


def test_gift_is_known_by_its_content() -> None:
    """By answers between braces, titles or categories, whatever the file's name."""
    for text in ("::a:: b{T}", "Which?{\n  =a\n~b}", "$CATEGORY: x\n\nWhy{}", "x{#12}", "Is it?{false#no}"):
        assert sniff(text.encode(), "x.csv") >= 0.8, text
    for text in (
        "",
        "\x00",
        '{"results": []}',
        "## Which? {#id}\n- [x] a\n- [ ] b\n",
        "Which?\nA. a\nB. b\nANSWER: A\n",
        "term\tdefinition\n",
        "<quiz>{=a}</quiz>",
        "id,question\n1,{x}\n",
    ):
        assert sniff(text.encode(), "x.gift") < 0.5, text


SIGNS = ["{", "}", "=", "~", "#", "####", "::", "\\", "\n", "\n\n", "//", "[id:", "]", "$CATEGORY:", "%50%", "->", " "]
PIECES = st.sampled_from(
    [*SIGNS, "T", "a", "b c", "é", "[html]", "<b>", "<img src=x>", "&amp;", "*", "5", "1..2", "\t"]
)
SOUND = "// [id:a] [tag:b]\n::T:: Which?{\n=a#x\n~%50%b#y\n~c\n####z}\n\nType {=a =%50%b} it\n\nIs it?{F#no#yes}\n"


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_marks_in_any_order_make_it_raise(text: str) -> None:
    """Whatever stands where, there are questions, problems, or skipped texts."""
    done = given_text(text)
    assert done.questions or done.problems or done.skipped


@given(st.binary(max_size=80), st.integers(0, len(SOUND)), st.integers(0, 8))
def test_no_bytes_and_no_change_to_a_sound_file_make_it_raise(data: bytes, at: int, cut: int) -> None:
    """Any bytes alone, and put into a sound file for some of its own."""
    whole = SOUND.encode()
    for found in (data, whole[:at] + data + whole[at + cut :]):
        sniff(found, "x")
        done = read(found, "x")
        assert done.questions or done.problems or done.skipped


@pytest.mark.parametrize("piece", ["{", "=", "~=", "{=a\n", "\n\n{", "{T}\n", "::", "\\", "[tag:", "{=a {b} ", "\n"])
def test_hostile_files_take_time_by_their_length_only(piece: str) -> None:
    """Twenty thousand marks in a row are read at once (a quadratic reader would not come back)."""
    lines = piece if "\n" in piece else piece * 1000 + "\n"
    data = (lines * (20_000 // len(lines))).encode()
    read(data, "x")
    sniff(data, "x")
