"""What the pool and one of its worker processes say to each other, on one machine (R6)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Done,
    Expected,
    Output,
    RunKey,
)


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message to a worker process."""

    bodies_lock: Path
    root: Path
    secret_names: frozenset[str]
    """Of environment variables; it finds their values in its own environment."""


@dataclass(frozen=True, slots=True)
class RunBody:
    """Asks a worker process to run a body, after those that it has."""

    assignment: Assignment
    bundle: Path


@dataclass(frozen=True, slots=True)
class LoadCode:
    """Asks a worker process to load code that will run soon."""

    expected: Expected
    bundle: Path


@dataclass(frozen=True, slots=True)
class Recall:
    """Asks a worker process to give back the runs that it has not begun."""


@dataclass(frozen=True, slots=True)
class EndAt:
    """Says to a worker process when its lease is over, by ``Clock.monotonic`` of this machine.

    An instant, not the seconds left: both ends share the clock, so that a
    message that waits for a stopped process does not lengthen the lease.
    """

    moment: float


@dataclass(frozen=True, slots=True)
class Returned:
    """The runs that a worker process gives back."""

    runs: frozenset[RunKey]


@dataclass(frozen=True, slots=True)
class BodyEnded:
    """The end of a body."""

    done: Done
    replace: bool
    """Whether the process begins nothing more, and ends: the body has left it unfit for others."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A worker process has loaded the code, or has failed to: the run will fail in the same way."""


Order = Hello | RunBody | LoadCode | Recall | EndAt
Answer = Output | BodyEnded | Returned | Loaded | Changed
