"""Items of QTI 2.0 to 2.2, and of 3.0 where they differ in names only: choices and single text entries."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.questions import Kind, Option, Scoring
from bot.formats.qti_item import CannotAsk, Item, Unsound
from bot.formats.xml_tree import Element, attribute, bare, child, children, inner, line_of, local, within

FULL = 100.0
_HIDDEN = ("choiceinteraction", "rubricblock", "stylesheet", "feedbackblock", "feedbackinline", "templateblock")
_DRAWN = ("templatedeclaration", "templateprocessing", "printedvariable")
_CANNOT = {
    "extendedtextinteraction": "an essay cannot be judged in chat",
    "matchinteraction": "pairs cannot be matched in chat",
    "associateinteraction": "pairs cannot be matched in chat",
    "uploadinteraction": "a file is to be handed in",
    "inlinechoiceinteraction": "gaps in a text cannot be asked in chat",
    "sliderinteraction": "a slider cannot be shown in chat",
    "mediainteraction": "it needs a sound or film, which chat cannot show",
}


def take(item: Item) -> None:
    """Hand an `<assessmentItem>` over as a question. Raises Unsound or CannotAsk where it makes none."""
    body = child(item.element, "itembody")
    if body is None:
        raise Unsound("the item has no body")
    if any(within(item.element, *_DRAWN)):
        raise CannotAsk("its values are drawn anew for each answerer")
    found = [one for one in within(body, *_interactions(body)) if local(one) != "endattemptinteraction"]
    if len(found) != 1:
        raise CannotAsk(
            "several answers in one question cannot be asked in chat" if found else "a text without answers"
        )
    interaction = found[0]
    name = local(interaction)
    if name == "choiceinteraction":
        _choice(item, body, interaction)
    elif name == "textentryinteraction":
        _typed(item, body, interaction)
    else:
        raise CannotAsk(_CANNOT.get(name, "nothing can be dragged, put in order or pointed at in chat"))


def _interactions(body: Element) -> set[str]:
    return {name for name in (local(one) for one in body.iter()) if name.endswith("interaction")} or {"-"}


def _declared(item: Item, interaction: Element) -> Element:
    wanted = attribute(interaction, "responseidentifier") or "RESPONSE"
    for one in children(item.element, "responsedeclaration"):
        if attribute(one, "identifier") == wanted:
            return one
    raise Unsound(f"no response “{wanted[:40]}” is declared", line_of(interaction))


def _mapped(declared: Element) -> dict[str, float]:
    """What each value earns, by the mapping."""
    mapping = child(declared, "mapping")
    found: dict[str, float] = {}
    for one in () if mapping is None else children(mapping, "mapentry"):
        text = attribute(one, "mappedvalue")
        try:
            number = float(text)
        except ValueError:
            raise Unsound(f"the points here are no number: “{text[:40]}”", line_of(one)) from None
        if not abs(number) < 1e9:
            raise Unsound(f"the points here are no number that may be: “{text[:40]}”", line_of(one))
        found[attribute(one, "mapkey")] = number
    return found


def _correct(declared: Element) -> list[str]:
    correct = child(declared, "correctresponse")
    return [] if correct is None else [bare(one).strip() for one in children(correct, "value")]


def _stem(item: Item, body: Element, interaction: Element) -> str:
    prompt = child(interaction, "prompt")
    html = inner(body, _HIDDEN)
    return item.rich.stem(f"{html}<p>{inner(prompt)}</p>" if prompt is not None else html)


def _choice(item: Item, body: Element, interaction: Element) -> None:
    stem = _stem(item, body, interaction)
    declared = _declared(item, interaction)
    choices = list(children(interaction, "simplechoice"))
    idents = [attribute(one, "identifier") for one in choices]
    if len(set(idents)) < len(idents) or not all(idents):
        raise Unsound("two choices have the same identifier, or one has none", line_of(interaction))
    correct, mapped = _correct(declared), _mapped(declared)
    strange = next((one for one in [*correct, *mapped] if one not in idents), None)
    if strange is not None:
        raise Unsound(f"the key names “{strange[:40]}”, which is none of the choices", line_of(declared))
    several = attribute(declared, "cardinality").casefold() in ("multiple", "ordered")
    right, weights = _right(correct, mapped, several=several)
    options = tuple(
        Option(
            item.rich.needed(inner(one, ("feedbackinline",))),
            ident in right,
            _of_choice(item, one, ident),
            None if weights is None else weights.get(ident, 0.0),
        )
        for one, ident in zip(choices, idents, strict=True)
    )
    # The standard's own default is “false”: nobody meant the order of choices to change who did not say so.
    fixed = attribute(interaction, "shuffle").casefold() != "true" or any(
        attribute(one, "fixed").casefold() == "true" for one in choices
    )
    scoring: Scoring = "all" if weights is None else "partial"
    item.finish(
        stem,
        Kind.MULTI if several else Kind.SINGLE,
        options,
        explanation=_explanation(item, idents),
        scoring=scoring,
        shuffle=not fixed,
        lines=[line_of(one) for one in choices],
    )


def _right(
    correct: Sequence[str], mapped: dict[str, float], *, several: bool
) -> tuple[set[str], dict[str, float] | None]:
    """The right choices; and what each earns in percent, where the mapping gives parts."""
    positive = {key: points for key, points in mapped.items() if points > 0}
    best = max(positive.values(), default=0.0)
    if several:
        right = set(correct) or set(positive)
        if positive and set(positive) != right:
            raise Unsound("its correct response and its mapping name different choices")
        total = sum(positive.values())
        weights = {key: round(points / total * FULL, 5) for key, points in mapped.items()} if positive else None
    else:
        full = {key for key, points in positive.items() if points == best}
        right = set(correct) or full
        if full and right != full:
            raise Unsound("its correct response and its mapping name different choices")
        parts = any(points for key, points in mapped.items() if key not in right)
        weights = {key: round(points / best * FULL, 5) for key, points in mapped.items()} if full and parts else None
    if not right:
        raise Unsound("no right choice is named")
    return right, weights


def _typed(item: Item, body: Element, interaction: Element) -> None:
    html = inner(body, _HIDDEN)
    gap, marked = "_____", f"<{local(interaction)}"
    begin = html.find(marked)
    end = html.find(">", begin)
    rest = html[end + 1 :].removeprefix(f"</{local(interaction)}>")
    stem = item.rich.stem(f"{html[:begin]}{gap}{rest}")
    declared = _declared(item, interaction)
    if attribute(declared, "basetype").casefold() in ("float", "integer"):
        item.warning("this asks for an exact number; it became a short answer, judged as text")
    elif attribute(interaction, "patternmask"):
        raise CannotAsk("its answers are patterns, and answers are compared as they are")
    if any(within(item.element, "equal", "patternmatch", "equalrounded", "substring")) and not _exact(item.element):
        raise CannotAsk("its answers may be a little off, or are patterns; answers are compared as they are")
    mapped = _mapped(declared)
    best = max(mapped.values(), default=0)
    texts = [*_correct(declared), *(key for key, points in mapped.items() if points == best > 0)]
    if not texts:
        raise CannotAsk("no answer is named by which it could be judged")
    for key, points in mapped.items():
        if 0 < points < best and key not in texts:
            item.warning(f"the answer “{key[:40]}” earns a part, and a short answer is right or wrong; it was left out")
    item.finish(stem, Kind.SHORT, (), tuple(dict.fromkeys(texts)), explanation=_explanation(item, ()))


def _exact(element: Element) -> bool:
    """Whether all its comparisons are of equal numbers."""
    return all(
        local(one) == "equal" and attribute(one, "tolerancemode").casefold() == "exact"
        for one in within(element, "equal", "patternmatch", "equalrounded", "substring")
    )


def _of_choice(item: Item, choice: Element, ident: str) -> str:
    """A choice's feedback: within it, or shown for its identifier."""
    texts = [inner(one) for one in within(choice, "feedbackinline")]
    texts += [
        inner(one)
        for one in children(item.element, "modalfeedback")
        if attribute(one, "identifier") == ident and attribute(one, "showhide").casefold() != "hide"
    ]
    return "\n".join(item.rich.extra(text) for text in texts)  # noqa: S610 - no query


def _explanation(item: Item, idents: Sequence[str]) -> list[str]:
    """Feedback on the whole that right answers get; that for wrong ones has no place, and is told."""
    found = []
    for one in children(item.element, "modalfeedback"):
        name = attribute(one, "identifier").casefold()
        if attribute(one, "identifier") in idents:
            continue
        if name in ("correct", "general", "correct_fb", "general_fb", "solution", "explanation"):
            found.append(item.rich.extra(inner(one)))  # noqa: S610 - no query
        elif bare(one).strip():
            item.warning(f"the feedback “{name[:40]}” was left out: it is shown to some answers only")
    return found
