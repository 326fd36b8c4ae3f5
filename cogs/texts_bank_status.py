"""Every sentence about the state of a bank and about code years."""

from __future__ import annotations

from collections.abc import Mapping

# Told once, by direct message or at the next contact
WORDS: Mapping[str, str] = {
    "code-year-soon": (
        "The code year {title} is about to begin for the exam of {place}, and some questions hold for an older one. "
        "They will wait until a tutor has looked: `/bank status` there shows them under *Code years*."
    ),
    "code-year": (
        "The code year {title} has begun for the exam of {place}. Questions of an older year are not asked until a "
        "tutor has looked: `/bank status` there shows them under *Code years*."
    ),
}
