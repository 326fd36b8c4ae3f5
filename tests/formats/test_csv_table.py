"""Tables of questions: read in the shapes that real files have, keys never guessed, and read back as written."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.questions import Case, Kind, Option, Question
from bot.formats import csv_table
from bot.formats.csv_write import template, write
from bot.formats.imported import Imported
from tests.formats.any_questions import sets

HEAD = "question,option_a,option_b,option_c,option_d,correct\n"


def read(text: str) -> Imported:
    return csv_table.read(text.encode(), "t.csv")


def messages(text: str) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in read(text).problems]


def right(question: Question) -> str:
    return " | ".join(option.text for option in question.options if option.correct)


def test_the_template_is_read_without_a_problem() -> None:
    """A question of each kind, with the columns that a tutor fills in."""
    done = read(template())
    assert done.problems == ()
    assert [question.kind for question in done.questions] == list(Kind)[:1] + list(Kind)[1:]
    single, multi, truefalse, short, card = done.questions
    assert (right(single), single.options[1].feedback, single.tags) == (
        "Femur",
        "About a quarter of the height.",
        ("bones", "leg"),
    )
    assert (right(multi), multi.scoring) == ("Lunate | Scaphoid", "partial")
    assert (right(truefalse), truefalse.shuffle) == ("False", False)
    assert (short.answers, card.answers) == (("clavicle", "clavicula"), ("Away from the midline",))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'Which?,a,"b, or ""c""",d,e,B\n',
        "sep=;\r\n" + HEAD.replace(",", ";") + 'Which?;a;"b, or ""c""";d;e;b)\r\n',
        "\ufeffKey\tStem\tChoice 1\tChoice 2\t3\t4\n2\tWhich?\ta\tb, or \"c\"\td\te\n4\tx?\tk\tl\tm\tn",
        "ANSWER|Question Text|Option A|Option-B|option c|D\nb, or \"c\"|Which?|a|b, or \"c\"|d|e\n\n",
        "id, question , a , b, c, d, key\n, Which?, a, \"b, or \"\"c\"\"\", d, e, \"B. b, or \"\"c\"\"\"\n",
    ],
)  # fmt: skip
def test_the_usual_shapes_give_the_same_question(text: str) -> None:
    """Separators, quotes, other names and orders of columns, line ends, marks, blank lines, letters and numbers."""
    question = read(text).questions[0]
    assert question.stem == "Which?"
    assert [option.text for option in question.options] == ["a", 'b, or "c"', "d", "e"]
    assert right(question) == 'b, or "c"'


@pytest.mark.parametrize(
    ("options", "key", "meant"),
    [
        ("w,x,y,z", "C", "y"),
        ("w,x,y,z", "(c)", "y"),
        ("w,x,y,z", "Option C", "y"),
        ("w,x,y,z", "Y", "y"),
        ("w,x,y,z", "C. y", "y"),
        ("10,20,30,40", "30", "30"),
        ("w,,y,", "C", "y"),
        ("A,B,AB,O", "option B", "B"),
        ("A,B,AB,O", "O", "O"),
        ("w,x,y,z", "A;C", "w | y"),
        ("w,x,y,z", '"A, C"', "w | y"),
        ("w,x,y,z", "x|z", "x | z"),
    ],
)
def test_a_key_is_a_letter_a_text_or_both(options: str, key: str, meant: str) -> None:
    """Whichever the tutor wrote; several right ones make a question with several answers."""
    done = read(f"{HEAD}Which?,{options},{key}\n")
    assert done.problems == ()
    assert right(done.questions[0]) == meant
    assert done.questions[0].kind is (Kind.MULTI if "|" in meant else Kind.SINGLE)


@pytest.mark.parametrize(
    ("options", "key", "complaint"),
    [
        ("B,A,AB,O", "A", "2: the key “A” can be the letter of option A and the text of option B"),
        ("2,3,4,5", "2", "2: the key “2” can be the text of option A and the number of option B"),
        ("w,x,y,z", "E", "2: the key “E” is neither one of the letters ABCD nor an option's text"),
        ("w,,y,z", "B", "2: the key “B” is neither one of the letters ACD"),
        ("w,x,y,z", "", "2: no right option is named"),
        ("w,x,y,z", "A;Q", "2: the key “Q” is neither"),
        ("A;C,x,y,z", "A;C", "2: the key “A;C” is an option's text and also names several"),
        ("w,x,y,z", "AC", "2: the key “AC” is neither"),
    ],
)
def test_a_key_that_can_be_read_in_two_ways_or_in_none_is_reported(options: str, key: str, complaint: str) -> None:
    """The line is left out; the sound one below it is kept."""
    done = read(f"{HEAD}Which?,{options},{key}\nOther?,a1,b1,c1,d1,A\n")
    assert [question.stem for question in done.questions] == ["Other?"]
    assert any(f"{problem.line}: {problem.message}".startswith(complaint) for problem in done.problems), done.problems


def numbered(*keys: int) -> str:
    return HEAD + "".join(f"Q{n}?,w,x,y,z,{key}\n" for n, key in enumerate(keys))


def test_where_numbers_begin_is_told_by_the_file() -> None:
    """A 4 of four options counts from 1, a 0 from 0, many without a 0 from 1; else it is said that it is a guess."""
    done = read(numbered(1, 2, 4))
    assert ([right(one) for one in done.questions], done.problems) == (["w", "x", "z"], ())
    done = read(numbered(0, 2, 3))
    assert [right(one) for one in done.questions] == ["w", "y", "z"]
    assert [one.level for one in done.problems] == ["warning"]
    done = read(numbered(1, 2))
    assert [right(one) for one in done.questions] == ["w", "x"]
    assert "read as counted from 1; nothing in the file proves it" in done.problems[0].message
    assert read(numbered(*(1 + n % 3 for n in range(12)))).problems == ()
    done = read(numbered(0, 4))
    assert done.questions == ()
    assert "some keys are 0" in done.problems[0].message
    assert right(read(HEAD + "Q?,w,x,y,z,4.0\n").questions[0]) == "z"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1: the first line must name the columns, and it lacks “question”, “correct”; “studyhall bank template”"),
        (HEAD, "1: there is no question in this file"),
        ("qestion,correct\na,b\n", "1: the first line must name the columns, and it lacks “question” (“qestion”: did"),
        ("question,option_a,option_b\na,b,c\n", "1: the first line must name the columns, and it lacks “correct”"),
        (HEAD.replace("option_b", "option_a"), "1: the column “option_a” stands twice"),
        (HEAD.replace("\n", ",explnation\n") + "Q?,a,b,c,d,A,e\n", "1: the column “explnation” is not read; did you"),
        (HEAD + "Q?,a,b,c,d,A,e\n", "2: 7 cells under 6 names: put quotes round a text with “,”"),
        (HEAD + 'Q?,"a,b,c,d,A\nR?,a,b,c,d,B\n', "2: a quote is opened in this line and never closed"),
        (HEAD + 'Q?,"say "a" now",b,c,d,A\n', "2: a quote stands inside a quoted text: double it"),
        (HEAD + '"Q\n?",a,b,c,d,A\nR?,a,a,c,d,B\n', "4: this option is the same as option 1"),
        ("type," + HEAD + "essay,Q?,,,,,\n", ""),
        ("type," + HEAD + "odd,Q?,a,b,c,d,A\n", "2: unknown type “odd”; known are single, multi"),
        ("type," + HEAD + ",Q?,,,,,a word\n", "2: there are no options: write “short” or “flashcard” into"),
        ("type," + HEAD + "short,Q?,a,b,,,a\n", "2: a question of the type “short” has its answer in the column"),
        ("type," + HEAD + "tf,Q?,,,,,maybe\n", "2: the key of a true/false question is “true” or “false”"),
        ("shuffle," + HEAD + "perhaps,Q?,a,b,c,d,A\n", "2: “shuffle” is “on” or “off”"),
        ("scoring," + HEAD + "half,Q?,a,b,c,d,A\n", "2: “scoring” is “all” or “partial”"),
        ("difficulty," + HEAD + "easy,Q?,a,b,c,d,A\n", "2: “difficulty” is a whole number from 1 to 5, not “easy”"),
        ("weight_a," + HEAD + "much,Q?,a,b,c,d,A\n", "2: a weight is a percentage like 50"),
        ("alt," + HEAD + "A bone,Q?,a,b,c,d,A\n", "2: “alt” describes a picture, and there is none in “image”"),
        ("case_id," + HEAD + "c1,Q?,a,b,c,d,A\n", "2: the case “c1” has no text in this or an earlier line"),
        ("case_id,case," + HEAD + "c,x,Q?,a,b,c,d,A\nc,y,R?,a,b,c,d,A\n", "3: the case “c” has another text"),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_at_its_line(text: str, complaint: str) -> None:
    """Nothing is taken in silence that was not understood."""
    found = messages(text)
    assert [one[: len(complaint)] for one in found] == ([complaint] if complaint else [])


def test_what_cannot_be_asked_is_skipped_with_its_reason() -> None:
    """An essay is no error, and no question either."""
    done = read("type," + HEAD + "Essay,Tell us,,,,,\nmatching,Match,,,,,\n")
    assert [(one.line, one.what, one.reason) for one in done.skipped] == [
        (2, "Tell us", "an essay cannot be judged in chat"),
        (3, "Match", "pairs cannot be matched in chat"),
    ]
    assert (done.questions, done.problems) == ((), ())


def test_a_quote_gone_wrong_costs_its_line_only() -> None:
    """Reading goes on below the line where the quote was opened."""
    done = read(HEAD + 'Q?,"a,b,c,d,A\nR?,a,b,c,d,B\n"S\n?",a,b,c,d,C\n')
    assert [question.stem for question in done.questions] == ["R?", "S\n?"]
    assert [problem.line for problem in done.problems] == [2]


def test_other_shapes_of_columns() -> None:
    """Wrong answers in columns of their own, true/false by its key, cards, cases by their id, Windows-1252."""
    (question,) = read("question,correct answer,incorrect answer 1,wrong answer 2\nQ?,a,b,c\n").questions
    assert question.options == (Option("a", True), Option("b", False), Option("c", False))
    (question,) = read(HEAD + "The sky is blue.,,,,,TRUE\n").questions
    assert (question.kind, right(question)) == (Kind.TRUEFALSE, "True")
    done = read("front,back\nLateral,outwards\n")
    assert (done.questions[0].kind, done.questions[0].answers) == (Kind.FLASHCARD, ("outwards",))
    assert "each line is read as a flashcard" in done.problems[0].message
    done = read("case_id,case," + HEAD + "c1,A fall.,Q?,a,b,c,d,A\nc1,,R?,a,b,c,d,A\n")
    assert [question.case for question in done.questions] == [Case("c1", "A fall.")] * 2
    done = csv_table.read((HEAD + "Café?,a,b,c,d,A\n").encode("cp1252"), "t.csv")
    assert done.questions[0].stem == "Café?"
    assert done.problems[0].level == "warning"


@settings(max_examples=80, deadline=None)
@given(sets())
def test_any_questions_survive_a_table(questions: tuple[Question, ...]) -> None:
    """Every kind and field, whatever the texts look like; and no cell is one that a spreadsheet would execute."""
    data = write(questions)
    done = csv_table.read(data, "t.csv")
    assert done.problems == ()
    assert done.questions == questions
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not any(unicodedata.normalize("NFKC", cell).lstrip().startswith(("=", "+", "-", "@")) for cell in row)


def test_a_table_is_known_by_its_first_line() -> None:
    """Whatever its separator; other texts are not tables of questions."""
    for separator in ",;\t|":
        assert csv_table.sniff(HEAD.replace(",", separator).encode("utf-8-sig"), "x.txt")
    assert csv_table.sniff(template().encode("utf-16"), "x")
    for other in (
        b"",
        b"{}",
        b"::t:: Which? {=a ~b}",
        b"## Q\n- [x] a\n",
        b"user,item,skill,correct\n",
        b"a\tb\nc\td\n",
    ):
        assert not csv_table.sniff(other, "x.csv")


@given(
    st.text(max_size=80) | st.lists(st.sampled_from((HEAD, "Q?,a,b,c,d,A\n", '"', ",", "sep=;\n", "\n"))).map("".join)
)
@example("sep=\n")
@example(HEAD + '"\n' * 1200)
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Any text at all gives questions or problems."""
    data = text.encode("utf-8", "surrogatepass")
    csv_table.sniff(data, "x")
    done = csv_table.read(data, "x")
    assert done.questions or done.problems or done.skipped
