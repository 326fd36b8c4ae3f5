"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# No test is timed: a slow machine is no counterexample. An ordinary run tries a third of the usual examples of each of
# some 130 properties; EXAMPLES=1000 looks harder.
settings.register_profile("studyhall", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "33")))
settings.load_profile("studyhall")
