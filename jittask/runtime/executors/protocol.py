"""What the worker asks of an executor, and what an executor tells it.

An executor is handed data only: which run, which bundle, which row. It never
sees the store, a compiled task or a closure (rule R6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from jittask.model import Reason, Trigger
from jittask.prelude.context import FailedRun

LOG_CAP = 262_144
"""Characters of output kept of one attempt."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A claimed run, as whoever runs its body needs to know it."""

    run: int
    token: int
    attempt: int
    task: str
    row_key: str
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    bundle: Path
    """The folder that holds exactly the version to run."""
    root: Path
    """The tree, where data and relative database paths live."""
    timeout_seconds: float
    failed: FailedRun | None = None
    """What ``policy.onFailure`` is to be told of, for a run that the failure has triggered."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A task that will run soon, and what whoever loads its code beforehand needs to know."""

    task: str
    bundle: Path
    root: Path


@dataclass(frozen=True, slots=True)
class Completed:
    """The body returned; ``result`` is JSON."""

    result: str
    seconds: float
    peak_kb: int | None = None
    """The most memory that its process has held so far; None where it is not its own."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The body raised: the exception in a line, and the whole traceback."""

    message: str
    error: str
    seconds: float
    peak_kb: int | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The body never began: the row is gone, no longer matches, or has moved (D5).

    Or nothing is left to be called with, or about, a failed run.
    """

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The body took longer than the task's timeout; it has ended, and ``detail`` says how."""

    seconds: float
    detail: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The body's process ended under it, or is about to."""

    detail: str


@dataclass(frozen=True, slots=True)
class Killed:
    """Somebody had the body killed; ``detail`` says how it ended."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unbegun:
    """The body never began, and may begin elsewhere."""


Outcome = Completed | Failed | Withdrawn | TimedOut | Interrupted | Killed | Unbegun


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of what a body printed or logged."""

    run: int
    token: int
    attempt: int
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a run's attempt; nothing more comes from it."""

    run: int
    token: int
    attempt: int
    outcome: Outcome


Report = Output | Done


@dataclass(frozen=True, slots=True)
class Recall:
    """Tells a worker process to give back the runs that it has not begun."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The runs, with their tokens, that a worker process gives back."""

    runs: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A worker process has loaded what it was to, or has tried: a run will meet what it met."""


@dataclass(frozen=True, slots=True)
class HoldUntil:
    """Tells a worker process until when it may live, by ``Clock.monotonic`` of this machine."""

    moment: float


class Executor(Protocol):
    """Runs bodies. Called from one thread, but for ``wake``."""

    def free(self) -> int:
        """How many more runs it takes now."""

    def expect(self, coming: Sequence[Expected]) -> None:
        """Be ready for these, the soonest first; what was expected before no longer matters."""

    def submit(self, assignment: Assignment) -> None:
        """Begin a run."""

    def poll(self, seconds: float) -> Sequence[Report]:
        """Wait until something is reported, ``wake`` is called, or ``seconds`` pass."""

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""

    def kill(self, run: int, why: str) -> None:
        """End the body of a run, if it runs here; once it has ended, a poll reports it."""

    def hold_until(self, moment: float) -> None:
        """Let bodies run until then, by ``Clock.monotonic``, unless it is put off again.

        Past it they end by themselves, whatever has become of the runtime.
        """

    def interrupt(self) -> None:
        """End every body; each is reported as interrupted by the polls that follow."""

    def close(self) -> None:
        """End every process and thread that can be ended."""
