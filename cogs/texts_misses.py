"""What members read about why they missed questions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.misses import Pattern, Reason

WHY_MISSED = "Why did you miss it? One tap, only for you."
KEPT = "Kept: {reason}. Another tap changes it."
BUTTONS: Mapping[Reason, str] = {
    Reason.MISREAD: "Misread it",
    Reason.DID_NOT_KNOW: "Did not know",
    Reason.WRONG_RULE: "Wrong rule",
    Reason.OUT_OF_TIME: "Ran out of time",
    Reason.GUESS: "Guessed",
}
_ARE: Mapping[Reason, str] = {
    Reason.MISREAD: "are misreadings",
    Reason.DID_NOT_KNOW: "are things you did not know yet",
    Reason.WRONG_RULE: "come from the wrong rule",
    Reason.OUT_OF_TIME: "come from running out of time",
    Reason.GUESS: "are guesses",
}


def kept(reason: Reason) -> str:
    return KEPT.format(reason=BUTTONS[reason].lower())


def pattern_line(section: str, pattern: Pattern) -> str:
    """Such as: Half of your misses in Surgery are misreadings (3 of the 6 that you gave a reason for)."""
    share = pattern.share
    if share == 1:
        part = "All"
    elif share >= 0.6:
        part = "Most"
    elif share >= 0.45:
        part = "Half" if pattern.count * 2 == pattern.tagged else "About half"
    else:
        part = "Many"
    basis = f"{pattern.count} of the {pattern.tagged} that you gave a reason for"
    return f"{part} of your misses in {section} {_ARE[pattern.reason]} ({basis})."
