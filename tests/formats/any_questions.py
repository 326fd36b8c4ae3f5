"""Sound questions of every kind with texts that look like marks: what round trips of formats are tried with."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.domain.questions import Case, Image, Kind, Option, Question, Scoring, faults, folded
from bot.formats.tidy import tidied

LETTERS = "aÄß解😀e\u0301\u00a0 #>-=[]xX\\@:;{}.*_`|~%&<\"'$,0\t"
"""Letters of several kinds, every character that marks something here or elsewhere, and spaces."""

LINE = st.text(LETTERS, min_size=1, max_size=12) | st.sampled_from(
    (
        "- [x] a",
        "# b",
        "### c {#d}",
        "> e",
        "@f: g",
        "= h",
        "==",
        "\\",
        "\\  i",
        "---",
        "\\- j",
        "[ ]",
        "[50%] k",
        "  l",
        "![m](n.png)",
    )
)
TEXT = st.lists(LINE | st.just(""), min_size=1, max_size=4).map("\n".join).filter(lambda text: bool(text.strip()))
ONE_LINE = st.text(LETTERS, max_size=12)
KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
IMAGES = st.none() | st.builds(Image, st.sampled_from(("a.png", "chest x-ray (2).jpg", "ü.webp")), ONE_LINE)
CASES = st.builds(
    Case, st.sampled_from(("case-1",)), st.sampled_from(("A case.\n\n# not a topic", "@x: y\n- [x] z")), IMAGES
)


def _unique(texts: list[str]) -> list[str]:
    return list({folded(text): text for text in texts}.values())


@st.composite
def _options(draw: st.DrawFn, kind: Kind) -> tuple[Option, ...]:
    texts = _unique(draw(st.lists(TEXT, min_size=2, max_size=2 if kind is Kind.TRUEFALSE else 5)))
    right = set(draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=len(texts))))
    right = right if kind is Kind.MULTI else {min(right)}
    weights = draw(st.booleans())
    share = round(100 / len(right), 5)
    return tuple(
        Option(
            text,
            index in right,
            draw(TEXT | st.just("")),
            None if not weights else share if index in right else draw(st.sampled_from((None, 0.0, -33.33333, -100.0))),
        )
        for index, text in enumerate(texts)
    )


@st.composite
def questions(draw: st.DrawFn, key: str = "") -> Question:
    """One sound question, tidied; its key is drawn where none is given."""
    kind = draw(st.sampled_from(Kind))
    options: tuple[Option, ...] = ()
    answers: list[str] = []
    if kind in {Kind.SINGLE, Kind.MULTI, Kind.TRUEFALSE}:
        options = draw(_options(kind))
    elif kind is Kind.FLASHCARD:
        answers = [draw(TEXT)]
    else:
        answers = _unique(draw(st.lists(LINE.filter(lambda line: bool(line.strip())), min_size=1, max_size=3)))
    scoring: Scoring = draw(st.sampled_from(("all", "partial"))) if options else "all"
    return tidied(
        Question(
            key=key or draw(KEYS),
            topic=draw(st.sampled_from(("Anatomy", "Surgery & Modifiers", "Ö: #1"))),
            stem=draw(TEXT),
            options=options,
            explanation=draw(TEXT | st.just("")),
            source=draw(ONE_LINE),
            difficulty=draw(st.none() | st.integers(1, 5)),
            tags=tuple(draw(st.lists(ONE_LINE, max_size=3))),
            code_year=draw(st.none() | st.integers(1990, 2100)),
            shuffle=draw(st.booleans()),
            kind=kind,
            answers=tuple(answers),
            image=draw(IMAGES),
            scoring=scoring,
            case=draw(st.none() | CASES),
        )
    )


def sound(question: Question) -> bool:
    return not faults(question)


@st.composite
def sets(draw: st.DrawFn, most: int = 4) -> tuple[Question, ...]:
    """Sound questions with different keys; those with a case of one key have the same case."""
    found: list[Question] = []
    for number in range(draw(st.integers(1, most))):
        question = draw(questions(f"k{number}").filter(sound))
        case = next((one.case for one in found if one.case is not None), None)
        if question.case is None or case is None or question.case == case:
            found.append(question)
    return tuple(found)
