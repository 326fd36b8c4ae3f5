"""How an item of QTI 1.2 is scored: its conditions, and which options are right by them.

Each condition is judged with its `<not>`, `<and>` and `<or>`: a `varequal` alone does not make an option right.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.formats.qti_item import Unsound
from bot.formats.xml_tree import Element, attribute, bare, children, line_of, local, within

FULL = 100.0
_SHOWN = ("displayfeedback",)


@dataclass(frozen=True, slots=True)
class Test:
    """A condition's test: *op* with the tests under it, or with a *value*."""

    op: Literal["and", "or", "not", "is", "other", "empty", "unknown"]
    value: str = ""
    under: tuple[Test, ...] = ()

    def holds(self, chosen: Collection[str]) -> bool:
        """Whether it is met when these options are chosen. Raises Unsound for a test that is not known here."""
        if self.op == "and":
            return all(test.holds(chosen) for test in self.under)
        if self.op == "or":
            return any(test.holds(chosen) for test in self.under)
        if self.op == "not":
            return not all(test.holds(chosen) for test in self.under)
        if self.op == "unknown":
            raise Unsound(f"it is scored by “{self.value}”, which is not read here")
        return self.op == "other" or (not chosen if self.op == "empty" else self.value in chosen)

    def literals(self, positive: bool = True) -> list[tuple[str, bool]] | None:
        """The options that all must be (True) or must not be chosen; None for a test that says something else."""
        if self.op == "is":
            return [(self.value, positive)]
        if self.op == "not" or self.op == ("and" if positive else "or"):
            if self.op == "not" and len(self.under) > 1:
                return None if positive else [one for test in self.under for one in test.literals() or ()]
            found = [test.literals(positive is (self.op != "not")) for test in self.under]
            if any(one is None for one in found):
                return None
            return [pair for one in found for pair in one or ()]
        if self.op in ("and", "or") and len(self.under) == 1:
            return self.under[0].literals(positive)
        return None


@dataclass(frozen=True, slots=True)
class Condition:
    """One `<respcondition>`; *points* is None where it scores nothing, *shows* are the feedbacks that it displays."""

    test: Test
    points: float | None
    adds: bool
    stops: bool
    shows: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which options are right, and what each earns in percent where only that tells it all."""

    right: frozenset[str]
    weights: dict[str, float] | None = None
    warnings: tuple[str, ...] = ()


def conditions(item: Element) -> list[Condition]:
    """An item's conditions in their order. Raises Unsound where one's points are no number."""
    names = {attribute(one, "varname").casefold() for one in within(item, "decvar")} | {"", "score"}
    full = next((attribute(one, "maxvalue") for one in within(item, "decvar")), "") or "100"
    found = []
    for one in within(item, "respcondition"):
        points, adds = None, False
        for var in children(one, "setvar"):
            if attribute(var, "varname").casefold() not in names:
                continue
            action = attribute(var, "action").casefold() or "set"
            if action not in ("set", "add", "subtract"):
                raise Unsound(f"its score is worked out by “{action[:20]}”, which is not read here", line_of(var))
            number = _number(bare(var), full, line_of(var))
            points, adds = (-number if action == "subtract" else number), action != "set"
        tests = [_test(test) for var in children(one, "conditionvar") for test in var]
        test = tests[0] if len(tests) == 1 else Test("and", under=tuple(tests))
        found.append(
            Condition(
                test,
                points,
                adds,
                points is not None and attribute(one, "continue").casefold() != "yes",
                tuple(attribute(shown, "linkrefid") for shown in children(one, *_SHOWN)),
                line_of(one),
            )
        )
    return found


def _number(text: str, full: str, line: int) -> float:
    text = full if text.strip().casefold() == "score.max" else text
    try:
        number = float(text)
    except ValueError:
        raise Unsound(f"the points here are no number: “{text.strip()[:40]}”", line) from None
    if not abs(number) < 1e9:
        raise Unsound(f"the points here are no number that may be: “{text.strip()[:40]}”", line)
    return number


def _test(element: Element) -> Test:
    name = local(element)
    if name in ("and", "or", "not"):
        return Test("and" if name == "and" else "or" if name == "or" else "not",
                    under=tuple(_test(one) for one in element))  # fmt: skip
    if name == "varequal":
        return Test("is", bare(element).strip())
    if name == "other":
        return Test("other")
    return (
        Test("empty") if name == "unanswered" else Test("unknown", f"{name[:40]} {bare(element).strip()[:40]}".strip())
    )


def one_right(found: Sequence[Condition], options: Sequence[str]) -> Verdict:
    """The one right option of a question with one answer, by what each would earn."""
    _known(found, options)
    earned = {option: _earned(found, option) for option in options}
    best = max(earned.values(), default=0)
    if best <= 0:
        raise Unsound("no option earns a point, so no right one is named")
    right = [option for option, points in earned.items() if points == best]
    if len(right) > 1:
        raise Unsound(f"{len(right)} options earn all the points; of a question with one answer one may")
    shares = {option: round(points / best * FULL, 5) for option, points in earned.items()}
    return Verdict(
        frozenset(right), shares if any(shares[option] for option in options if option not in right) else None
    )


def _earned(found: Sequence[Condition], option: str) -> float:
    total = 0.0
    for condition in found:
        if condition.points is None or not condition.test.holds((option,)):
            continue
        total = total + condition.points if condition.adds else condition.points
        if condition.stops:
            break
    return total


def _known(found: Sequence[Condition], options: Sequence[str]) -> None:
    """Raise Unsound where points hang on an option that the question does not have."""
    for condition in found:
        for value in _values(condition.test) if condition.points else ():
            if value not in options:
                raise Unsound(f"the key names “{value[:40]}”, which is none of the options", condition.line)


def _values(test: Test) -> list[str]:
    return [test.value] if test.op == "is" else [value for one in test.under for value in _values(one)]


def several_right(found: Sequence[Condition], options: Sequence[str]) -> Verdict:
    """The right options of a question with several: all at once, or each for a part of the points."""
    _known(found, options)
    scored = [condition for condition in found if condition.points]
    pairs = [condition.test.literals() for condition in scored]
    if not scored:
        raise Unsound("no option earns a point, so no right one is named")
    if any(one is None for one in pairs):
        raise Unsound("any one of several choices is enough here, or its scoring is too involved to be read")
    if len(scored) == 1 and (scored[0].points or 0) > 0:
        return _all_at_once(pairs[0] or [], options)
    return _in_parts(scored, [one or [] for one in pairs])


def _all_at_once(pairs: list[tuple[str, bool]], options: Sequence[str]) -> Verdict:
    right = {value for value, chosen in pairs if chosen}
    wrong = {value for value, chosen in pairs if not chosen}
    if right & wrong:
        raise Unsound("an option must be chosen and must not be, by its scoring")
    if not right:
        raise Unsound("all options are wrong by its scoring")
    unsaid = len(set(options) - right - wrong)
    warning = f"its scoring says nothing of {unsaid} options; they were taken as wrong"
    return Verdict(frozenset(right), None, (warning,) if unsaid else ())


def _in_parts(scored: Sequence[Condition], pairs: Sequence[list[tuple[str, bool]]]) -> Verdict:
    if any(not condition.adds for condition in scored) or any(len(one) != 1 for one in pairs):
        raise Unsound("its scoring is too involved to be read")
    points: dict[str, float] = {}
    left_out: set[str] = set()
    for condition, [(value, chosen)] in zip(scored, pairs, strict=True):
        if chosen:
            points[value] = points.get(value, 0) + (condition.points or 0)
        else:
            left_out.add(value)
            if (condition.points or 0) < 0:
                raise Unsound("its scoring takes points for an option that is not chosen", condition.line)
    right = {value: number for value, number in points.items() if number > 0}
    if not right or left_out & set(right):
        raise Unsound("its scoring is too involved to be read" if right else "no option earns a point when chosen")
    if left_out:
        return Verdict(
            frozenset(right), None, ("it gives points for wrong options left out; it became all or nothing",)
        )
    total = sum(right.values())
    return Verdict(frozenset(right), {value: round(number / total * FULL, 5) for value, number in points.items()})


def typed(found: Sequence[Condition]) -> tuple[tuple[str, ...], list[str]]:
    """The texts that earn all the points, and those that earn a part. Raises Unsound where it cannot be told."""
    best = max((condition.points or 0 for condition in found), default=0)
    full: list[str] = []
    part: list[str] = []
    for condition in found:
        if not condition.points or condition.points < 0:
            continue
        values = _either(condition.test, condition.line)
        (full if condition.points == best else part).extend(values)
    return tuple(dict.fromkeys(full)), part


def _either(test: Test, line: int) -> list[str]:
    if test.op == "is":
        return [test.value]
    if test.op == "or" or (test.op == "and" and len(test.under) == 1):
        return [value for one in test.under for value in _either(one, line)]
    what = f"“{test.value}”" if test.op == "unknown" else f"“{test.op}”"
    raise Unsound(f"its answers are judged by {what}, which is not read here", line)
