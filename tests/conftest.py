"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# No test is timed: a slow machine is no counterexample.
settings.register_profile("studyhall", deadline=None)
settings.load_profile("studyhall")
