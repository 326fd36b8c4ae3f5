"""A rate that is kept by whoever asks for a turn and waits as long as it is told."""

from __future__ import annotations


class Pace:
    """So many a second, evenly: what comes sooner is given a later turn, in the order of asking."""

    def __init__(self, a_second: float) -> None:
        self._every = 1 / a_second
        self._next = 0.0

    def wait(self, now: float, weight: float = 1.0) -> float:
        """Take the next turn at *now* (seconds of a clock that never goes back), for as much as *weight* of them.

        Returns the seconds to wait before it; nothing is caught up after a pause.
        """
        begin = max(now, self._next)
        self._next = begin + weight * self._every
        return begin - now
