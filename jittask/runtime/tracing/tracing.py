"""What the runtime reports to a tracer, and the tracer that traces nothing (rule R13).

Traces are asked for by OpenTelemetry's own environment variables. Without them nothing of it is
imported, and each call here does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from jittask.runtime.events import Event

Emit = Callable[[Event], None]


class Tracing(Protocol):
    """Makes spans; safe to call from several threads, and never waits."""

    def planned(self, began: datetime, now: datetime, runs: int) -> None:
        """Trace a pass of the planner that has written new runs."""

    def claimed(self, began: datetime, now: datetime, runs: int) -> None:
        """Trace a transaction that has claimed runs; those that begin next are linked to it."""

    def begin(
        self, run: int, task: str, attributes: Mapping[str, str | int], parent: str | None = None
    ) -> str | None:
        """Begin the span of an attempt; return its W3C ``traceparent`` for the body.

        ``parent``: that of the planner's span, where a worker has taken the run over (R10).
        """

    def watching(self, emit: Emit) -> Emit:
        """Return ``emit`` that also ends the spans of the runs that events say have ended."""

    def close(self) -> None:
        """End all spans, and send what is left, for a bounded time."""


class NoTracing:
    """Traces nothing."""

    def planned(self, began: datetime, now: datetime, runs: int) -> None:
        """Do nothing."""

    def claimed(self, began: datetime, now: datetime, runs: int) -> None:
        """Do nothing."""

    def begin(
        self, run: int, task: str, attributes: Mapping[str, str | int], parent: str | None = None
    ) -> str | None:
        """Return ``parent``: the body belongs to the trace of its planner."""
        return parent

    def watching(self, emit: Emit) -> Emit:
        """Return ``emit``."""
        return emit

    def close(self) -> None:
        """Do nothing."""
