"""`studyhall bank check --json` on what real and hostile files have: the sound comes in, the rest is told by line."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from bot.bank_check import Unreadable, check, opened, report, told
from bot.formats.imported import MAX_BYTES
from bot.intake.reading import Order, work
from tests.formats.test_sniff import zipped

Found = tuple[int, str, str]
"""The line, level and a part of the message of a problem."""


def kahoot(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([None, "Question - max 120 characters", "Answer 1", "Answer 2", "Answer 3", "Correct answer(s)"])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def canvas(scoring: str) -> str:
    labels = "".join(
        f'<response_label ident="{n}"><material><mattext>opt {n}</mattext></material></response_label>' for n in "123"
    )
    return (
        '<questestinterop><assessment title="Quiz"><section><item ident="i1"><presentation><material>'
        "<mattext>Which two?</mattext></material>"
        f'<response_lid ident="r" rcardinality="Multiple"><render_choice>{labels}</render_choice></response_lid>'
        '</presentation><resprocessing><outcomes><decvar maxvalue="100"/></outcomes><respcondition><conditionvar>'
        f"{scoring}</conditionvar><setvar>100</setvar></respcondition></resprocessing></item>\n"
        '<item ident="i2" title="E"><presentation><material><mattext>Write an essay.</mattext></material>'
        "<response_str><render_fib/></response_str></presentation></item></section></assessment></questestinterop>"
    )


def same(number: int) -> str:
    return f'<varequal respident="r">{number}</varequal>'


TRAPS: list[tuple[str, str | bytes, int, list[Found]]] = [
    (
        "gift: a blank line inside a question",
        "::Q::Which?\n\n{\n=Femur\n\n~Ulna\n}\n\n::R::Second? {=a ~b}\n",
        2,
        [(2, "warning", "stands inside a question, and was read over")],
    ),
    (
        "gift: an unescaped brace",
        "What is {x} in C? {=a set ~a block}\n\nBroken {=a ~b\n\nAfter it {=a ~b}\n",
        2,
        [(1, "warning", "braces in this question were read as text"), (3, "error", "never end with }")],
    ),
    ("gift: an unescaped colon", "At 10:30::00 {T}\n\n::Odd: what? {=a ~b}\n", 2, [(3, "warning", "does not end")]),
    ("gift: =~%50%", "Both {=~%50%a =~%50%b ~c}\n", 1, [(1, "warning", "the answer's share decides")] * 2),
    ("gift: several =", "Which? {=a =b ~c}\n\nAny? {=a =b}\n", 1, [(1, "error", "2 answers are marked right")]),
    (
        "gift: weights that sum to 99.67 or 80",
        "A {~%33.223%a ~%33.223%b ~%33.223%c ~d}\n\nB {~%40%a ~%40%b ~c}\n",
        1,
        [(1, "warning", "taken for 100 %"), (3, "error", "add up to 80 %")],
    ),
    ("gift: an id in a comment", "// [id:x-1] [tag:bones]\nWhich? {=a ~b}\n// [id:x-2]\nNow? {=a ~b}\n", 2,
     [(4, "warning", "a blank line is missing")]),
    ("gift: cp1252", "Où est l’été? {=là ~ici}\n".encode("cp1252"), 1, [(1, "warning", "read as Windows-1252")]),
    (
        "gift: what cannot be asked",
        "Essay {}\n\nMatch {=a -> b =c -> d =e -> f}\n\nGood {T}\n",
        1,
        [(1, "skipped", "an essay"), (3, "skipped", "pairs cannot be matched")],
    ),
    (
        "gift: no blank lines",
        "One {=a ~b}\nTwo {T}\nThree {=a =b}\n",
        3,
        [(n, "warning", "a blank line is missing") for n in (2, 3)],
    ),
    (
        "aiken: names in a stem, a key with its text, out of range, at the end without a newline",
        "A. S. treated?\nA. Ann\nB. Bo\nAnswer: B. Bo\n\nOut?\nA. a\nB. b\nANSWER: D\n\nLast?\nA. a\nB. b\nANSWER: B",
        2,
        [(9, "error", "the key “D” is none of the letters AB")],
    ),
    (
        "canvas: varequal within not",
        canvas(f"<and>{same(1)}{same(2)}<not>{same(3)}</not></and>"),
        1,
        [(2, "skipped", "“Write an essay.”: ")],
    ),
    (
        "kahoot: the key as a float, numbered blank rows, formulas",
        kahoot(
            [1, "Which?", "a", "b", None, 1.0],
            [2, "Two?", "a", "b", "c", "1,3"],
            [3, "Out?", "a", "b", None, 3],
            [4, "Sum?", "=1+1", "b", None, 1],
            *([n] for n in range(5, 105)),
        ),
        2,
        [(3, "warning", "any one of"), (4, "error", "there is none"), (5, "error", "the formula “=1+1”")],
    ),
    (
        "csv: keys as letter, text and number",
        "question,a,b,c,answer\nL?,x,y,z,B\nT?,x,y,z,z\nN?,x,y,z,2\nOut?,x,y,z,F\n",
        3,
        [(1, "warning", "counted from 1"), (5, "error", "the key “F” is neither")],
    ),
    ("csv: keys from 0", "question,a,b,answer\nA?,x,y,0\nB?,x,y,1\n", 2, [(1, "warning", "counted from 0")]),
    (
        "csv: numeric options",
        "question,a,b,c,answer\nHow many?,2,3,1,2\nMore?,10,20,30,20\n",
        1,
        [(2, "error", "the text of option A and the number of option B")],
    ),
    ("csv: mentions and formulas are text", "question,a,b,answer\n@everyone **now**?,=cmd|1,<@&1>,A\n", 1, []),
    (
        "open trivia: entities and percent-encoding",
        json.dumps(
            [
                {"question": "It&#039;s?", "correct_answer": "a &amp; b", "incorrect_answers": ["c"]},
                {"question": "100%25%3F", "correct_answer": "all%20of%20it", "incorrect_answers": ["half"]},
            ]
        ),
        2,
        [],
    ),
    (
        "yaml: Yes, duplicate keys, anchors, aliases and tags",
        "AUTHOR: A\nWet?:\n- Yes\nWet?:\n- no\nB?: &a\n- x\nC?: *a\nD?: !!python/name:os.system [x]\nE?:\n- 1_0\n",
        2,
        [(4, "error", "other answers"), (6, "error", "an anchor"), (8, "error", "an alias"), (9, "error", "a tag")],
    ),
    (
        "blackboard: a row without a key, and what cannot be asked",
        "MC\tWhich?\ta\tcorrect\tb\tincorrect\nESS\tWrite\t\nMC\tNo key\ta\tincorrect\tb\tincorrect\n",
        1,
        [(2, "skipped", "an essay"), (3, "error", "no option is marked right")],
    ),
    (
        "moodle: thirds, and a key of a half",
        '<quiz><question type="multichoice"><questiontext><text>Which?</text></questiontext><single>false</single>'
        + "".join(f'<answer fraction="33.33333"><text>{n}</text></answer>' for n in "abc")
        + '</question>\n<question type="multichoice"><questiontext><text>No</text></questiontext>'
        '<answer fraction="50"><text>a</text></answer><answer fraction="0"><text>b</text></answer></question></quiz>',
        1,
        [(2, "error", "0 answers of this question")],
    ),
    ("xml: entity expansion", '<!DOCTYPE q [<!ENTITY a "aa">]><quiz>&a;</quiz>', 0, [(1, "error", "has a DOCTYPE")]),
    ("xml: depth", "<quiz>" + "<a>" * 50_000, 0, [(1, "error", "more than 60 levels")]),
    ("json: depth", '{"format":"studyhall","questions":' + "[" * 50_000, 0, [(1, "error", "nested too deeply")]),
    ("one long line", b"question,a,b,answer\n" + b"x" * 300_000, 0, [(2, "error", "more than 200,000 characters")]),
    ("a zip bomb", zipped(("x.md", bytes(30_000_000))), 0, [(1, "error", "more than 200 times its size")]),
    ("a way out of an archive", zipped(("../x.md", "x")), 0, [(1, "error", "leads out"), (1, "error", "no question")]),
    ("too many bytes", bytes(MAX_BYTES + 1), 0, [(1, "error", "more than 25,000,000 bytes")]),
    ("signs nobody sees", "## Which\u202e?\n- [x] a\n- [ ] b\n", 0, [(1, "error", "invisible control character")]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "questions", "problems"), [trap[1:] for trap in TRAPS], ids=[t[0] for t in TRAPS])
def test_what_real_files_have(content: str | bytes, questions: int, problems: list[Found]) -> None:
    """Each file has so many sound questions; everything else is told at its line, and nothing more."""
    data = content if isinstance(content, bytes) else content.encode()
    found = report("x", data, work(Order(data, "x"), lambda *_: None)[0], public=False)
    said, sound = told([found], as_json=True)
    (one,) = json.loads(said)["files"]
    assert "\n" not in said
    assert list(one) == ["file", "format", "questions", "types", "problems"]
    assert (one["questions"], sum(one["types"].values())) == (questions, questions), one
    assert [(problem["line"], problem["level"]) for problem in one["problems"]] == [p[:2] for p in problems], one
    for problem, (_, level, part) in zip(one["problems"], problems, strict=True):
        assert part in problem["message"]
        assert list(problem) == ["line", "level", "message"]
        assert sound or level != "skipped" or len(problems) > 1
    assert sound is not any(level == "error" for _, level, _ in problems)


async def test_files_are_read_one_by_one_and_told_together(tmp_path: Path) -> None:
    """Each in the process that an import would use; what cannot be opened is a sentence; sentences end with a count."""
    good, bad = tmp_path / "a.txt", tmp_path / "b.md"
    good.write_text("Which? {=a ~b}\n\nEssay {}\n", "utf-8")
    bad.write_text("no questions at all\n", "utf-8")
    reports = await check([good, bad], public=True)
    assert [(one.format, one.questions, one.sound) for one in reports] == [("gift", 1, True), ("markdown", 0, False)]
    said, sound = told(reports, as_json=False)
    assert (
        f"skipped: {good}:3: “Essay {{}}”: an essay cannot be judged in chat\n{good}: 1 question, 1 skipped (gift)"
        in said
    )
    assert not sound
    with pytest.raises(Unreadable, match=r"cannot be read .* Nothing was done"):
        opened(tmp_path)
    (tmp_path / "huge").write_bytes(bytes(MAX_BYTES + 9))
    assert len(opened(tmp_path / "huge")) == MAX_BYTES + 1
