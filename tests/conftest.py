"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

from tests.seeds import EXAMPLES

# No test is timed: a slow machine is no counterexample. EXAMPLES=1000 looks harder.
settings.register_profile("studyhall", deadline=None, max_examples=EXAMPLES)
settings.load_profile("studyhall")
