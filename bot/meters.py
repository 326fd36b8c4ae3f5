"""What an operator can watch: counters and durations in Prometheus' form, kept by its own client library."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

IN_TIME_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Discord waits three seconds for an answer; what is above was too late."""
LATE_S = (1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)


class Meters:
    """Counts what one bot does. Names of commands, buttons and kinds are labels; nobody's id or text ever is."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._interactions = Counter(
            "studyhall_interactions",
            "Commands, presses and forms, by what was used and how it went (done, refused, failed, late)",
            ("what", "outcome"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "studyhall_interaction_seconds",
            "From the arrival of an interaction to the end of its work",
            buckets=IN_TIME_S,
            registry=self._registry,
        )
        self._deliveries = Counter(
            "studyhall_deliveries",
            "Messages that were due, by kind and how the try went (sent, retried, refused, expired)",
            ("kind", "outcome"),
            registry=self._registry,
        )
        self._late = Histogram(
            "studyhall_delivery_late_seconds",
            "How long after their time messages were sent",
            buckets=LATE_S,
            registry=self._registry,
        )
        self._counters: dict[tuple[str, str], Counter] = {}
        self._logged = Counter(
            "studyhall_log_lines",
            "Lines in the log, by level: warning, error and critical",
            ("level",),
            registry=self._registry,
        )
        for level in ("warning", "error", "critical"):
            self._logged.labels(level)  # a rate needs the zero before it
        Gauge(
            "studyhall_start_time_seconds",
            "When the bot was started, in seconds since 1970",
            registry=self._registry,
        ).set_to_current_time()
        self._gauges: dict[str, Gauge] = {}

    def interaction(self, what: str, outcome: str, seconds: float) -> None:
        """An interaction was dealt with. *what* is one of a bounded set of names."""
        # The library looks a label's counter up behind a lock; a burst of presses has one of them.
        counter = self._counters.get((what, outcome))
        if counter is None:
            counter = self._counters[what, outcome] = self._interactions.labels(what, outcome)
        counter.inc()
        self._seconds.observe(seconds)

    def delivery(self, kind: str, outcome: str, late_seconds: float) -> None:
        """A delivery was tried; *late_seconds* counts where it was sent."""
        self._deliveries.labels(kind, outcome).inc()
        if outcome == "sent":
            self._late.observe(max(0.0, late_seconds))

    def logged(self, level: str) -> None:
        """A line of that level was written."""
        self._logged.labels(level).inc()

    def show(self, name: str, what: str, value: float) -> None:
        """Set a gauge, `studyhall_` and *name*, that *what* explains."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(f"studyhall_{name}", what, registry=self._registry)
        self._gauges[name].set(value)

    def text(self) -> bytes:
        """All of it in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
