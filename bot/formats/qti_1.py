"""Items of QTI 1.2, as Canvas and the Common Cartridge profile write them.

Choices with one or several right answers, true/false, short answers and exact numbers become questions; the rest is
skipped with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from bot.domain.questions import Kind, Option
from bot.formats.qti_1_score import Condition, Test, Verdict, conditions, one_right, several_right, typed
from bot.formats.qti_item import CannotAsk, Item, Unsound, as_html
from bot.formats.xml_tree import Element, ancestors, attribute, bare, child, children, inner, line_of, local, within

_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp", "response_extension")
_HTML = re.compile(r"</?[a-zA-Z]|&(?:[a-zA-Z]{2,8}|#[0-9]{2,6});")
_MEDIA = {"mataudio": "audio", "matvideo": "video", "matapplet": "object", "matapplication": "object"}
_FOR_ALL = frozenset(("general_fb", "correct_fb", "general", "correct"))
_FOR_WRONG = frozenset(("general_incorrect_fb", "incorrect_fb", "incorrect"))
_NOT_TOPICS = frozenset(("", "root_section", "root section", "main section", "section"))
_CANNOT = (
    (("essay",), "an essay cannot be judged in chat"),
    (("matching",), "pairs cannot be matched in chat"),
    (("text_only", "text only"), "a text without answers"),
    (("multiple_blanks", "multiple_dropdowns", "fill_in_multiple"), "several gaps in one text cannot be asked in chat"),
    (("calculated", "formula"), "its numbers are drawn anew for each answerer"),
    (("file_upload",), "a file is to be handed in"),
    (("pattern_match",), "its answers are patterns, and answers are compared as they are"),
    (("ordering", "categorization", "hot_spot", "hotspot"), "nothing can be dragged or pointed at in chat"),
)


def take(item: Item) -> None:
    """Hand an `<item>` over as a question. Raises Unsound or CannotAsk where it makes none."""
    meta = _meta(item.element)
    item.topic = item.topic or _topic(item.element, meta)
    kind = (meta.get("question_type") or meta.get("cc_profile") or "").casefold()
    for words, reason in _CANNOT:
        if any(word in kind for word in words):
            raise CannotAsk(reason)
    presentation = child(item.element, "presentation")
    if presentation is None:
        raise CannotAsk("a text without answers")
    responses = [one for one in within(presentation, *_RESPONSES) if not any(ancestors(one, "response_grp"))]
    if len(responses) != 1:
        raise CannotAsk(
            "several answers in one question cannot be asked in chat" if responses else "a text without answers"
        )
    response = responses[0]
    stem = item.rich.stem(_material(presentation))
    found = conditions(item.element)
    if local(response) == "response_lid":
        _choice(item, stem, response, found, kind)
    elif local(response) in ("response_str", "response_num"):
        _typed(item, stem, found, number="numerical" in kind or local(response) == "response_num")
    else:
        raise CannotAsk("nothing can be dragged or pointed at in chat")


def _meta(item: Element) -> dict[str, str]:
    fields = within(item, "qtimetadatafield")
    return {bare(child(one, "fieldlabel")).strip().casefold(): bare(child(one, "fieldentry")).strip() for one in fields}


def _topic(item: Element, meta: dict[str, str]) -> str:
    """The nearest section's title, else the bank's or quiz's."""
    titles = [attribute(one, "title") for one in ancestors(item, "section")]
    titles += [_meta_of_bank(bank) for bank in ancestors(item, "objectbank")]
    titles += [attribute(one, "title") for one in ancestors(item, "assessment")]
    return next((title for title in titles if title.casefold() not in _NOT_TOPICS), meta.get("qmd_topic", ""))


def _meta_of_bank(bank: Element) -> str:
    for own in children(bank, "qtimetadata"):
        for one in within(own, "qtimetadatafield"):
            if bare(child(one, "fieldlabel")).strip() == "bank_title":
                return bare(child(one, "fieldentry")).strip()
    return ""


def _material(element: Element) -> str:
    """All that is told in an element, as HTML, without what stands in its responses."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for one in element:
        name = local(one)
        if name in ("mattext", "matemtext"):
            yield _mattext(one)
        elif name == "matimage":
            yield f'<img src="{escape(attribute(one, "uri"))}" alt="{escape(attribute(one, "label"))}">'
        elif name in _MEDIA:
            yield f'<{_MEDIA[name]} src="{escape(attribute(one, "uri"))}"></{_MEDIA[name]}>'
        elif name == "matbreak":
            yield "<br>"
        elif name in ("flow", "flow_mat", "material", "solution", "solutionmaterial", "hintmaterial"):
            yield f"<div>{_material(one)}</div>" if name == "flow" else _material(one)


def _mattext(element: Element) -> str:
    style = attribute(element, "texttype").casefold()
    if len(element):
        return inner(element)
    text = bare(element)
    if style == "text/plain" or (style not in ("text/html", "text/xhtml") and not _HTML.search(text)):
        return as_html(text)
    return text


def _choice(item: Item, stem: str, response: Element, found: Sequence[Condition], kind: str) -> None:
    rendered = child(response, "render_choice")
    cardinality = attribute(response, "rcardinality").casefold()
    if rendered is None or cardinality == "ordered":
        raise CannotAsk("nothing can be put in order, dragged or pointed at in chat")
    labels = list(within(rendered, "response_label"))
    idents = [attribute(label, "ident") for label in labels]
    if len(set(idents)) < len(idents) or not all(idents):
        raise Unsound("two options have the same ident, or one has none", line_of(response))
    several = cardinality == "multiple" or "multiple_answers" in kind or "multiple_response" in kind
    verdict = several_right(found, idents) if several else one_right(found, idents)
    for warning in verdict.warnings:
        item.warning(warning)
    of_option, for_all = _feedback(item, found, idents)
    options = tuple(
        Option(
            item.rich.needed(_material(label)),
            ident in verdict.right,
            of_option.get(ident, ""),
            _weight(verdict, ident),
        )
        for label, ident in zip(labels, idents, strict=True)
    )
    chosen = Kind.MULTI if several else Kind.TRUEFALSE if "true_false" in kind else Kind.SINGLE
    moved = attribute(rendered, "shuffle").casefold() != "no" and not any(
        attribute(label, "rshuffle").casefold() == "no" for label in labels
    )
    item.finish(
        stem,
        chosen,
        options,
        explanation=for_all,
        scoring="all" if verdict.weights is None else "partial",
        shuffle=moved,
        lines=[line_of(label) for label in labels],
    )


def _weight(verdict: Verdict, ident: str) -> float | None:
    return None if verdict.weights is None else verdict.weights.get(ident, 0.0)


def _typed(item: Item, stem: str, found: Sequence[Condition], *, number: bool) -> None:
    if number:
        texts, part = _exact(found), list[str]()
        item.warning("this asks for an exact number; it became a short answer, judged as text")
    else:
        texts, part = typed(found)
    if not texts:
        raise CannotAsk("no answer is named by which it could be judged")
    for text in part:
        item.warning(f"the answer “{text[:40]}” earns a part, and a short answer is right or wrong; it was left out")
    _, for_all = _feedback(item, found, ())
    item.finish(stem, Kind.SHORT, (), texts, explanation=for_all)


def _exact(found: Sequence[Condition]) -> tuple[str, ...]:
    """The numbers that a question takes, where it takes no other near them."""
    texts: list[str] = []
    for condition in found:
        if (condition.points or 0) <= 0:
            continue
        names = _leaves(condition.test)
        if any(test.op != "is" and not test.value.startswith(("vargte", "varlte")) for test in names):
            raise CannotAsk("it takes numbers that are a little off; answers are compared as they are")
        bounds = [test.value.partition(" ")[2] for test in names if test.op == "unknown"]
        texts += [test.value for test in names if test.op == "is"]
        try:
            values = {float(text) for text in [*texts[-1:], *bounds]}
        except ValueError:
            raise Unsound("a number of its key is none", condition.line) from None
        if len(values) != 1 or not texts:
            raise CannotAsk("it takes numbers that are a little off; answers are compared as they are")
    return tuple(dict.fromkeys(texts))


def _leaves(test: Test) -> list[Test]:
    return [leaf for one in test.under for leaf in _leaves(one)] if test.op in ("and", "or") else [test]


def _feedback(item: Item, found: Sequence[Condition], idents: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Feedback by option, and what is said to all."""
    told = {attribute(one, "ident"): _shown(item, one) for one in within(item.element, "itemfeedback")}
    of_option: dict[str, str] = {}
    for_all: list[str] = []
    best = max((condition.points or 0 for condition in found), default=0)
    for condition in found:
        for name in condition.shows:
            text = told.pop(name, "")
            pair = condition.test.literals() or []
            if not text or name.casefold() in _FOR_WRONG:
                if text:
                    item.warning("the feedback for wrong answers was left out: it has no place of its own")
            elif name.casefold() not in _FOR_ALL and len(pair) == 1 and pair[0][1] and pair[0][0] in idents:
                of_option[pair[0][0]] = text
            elif name.casefold() in _FOR_ALL or condition.test.op == "other" or (condition.points or 0) == best > 0:
                for_all.append(text)
            else:
                item.warning("feedback that is shown to some answers only was left out")
    for name, text in told.items():
        if text and name.removesuffix("_fb") in idents:
            of_option.setdefault(name.removesuffix("_fb"), text)
        elif text and name.casefold() in (_FOR_ALL | {"solution"}):
            for_all.append(text)
    return of_option, for_all


def _shown(item: Item, element: Element) -> str:
    return item.rich.extra(_material(element))  # noqa: S610 - no query
