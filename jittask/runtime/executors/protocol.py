"""The contract between the claim loop and an executor (rules R4, R6, R10).

What an executor is given
    Data only: ``Assignment`` and ``Expected`` name a run, a task and a version
    (the digest of a bundle), and hold no path, no closure and nothing of the
    store. The place where bodies run has a ``Workplace``, which turns a version
    into a folder there. A lease is given as seconds left from now, because no
    two machines share a monotonic clock.

What an executor must report
    For each submitted run, through ``poll``: any number of ``Output``, then one
    end. The end is ``Done``, whose outcome the claim loop writes, or
    ``Settled``, where the place that ran the body has written the outcome
    itself with ``jittask.runtime.outcomes.OutcomeWriter``. Every report names
    the run and its fencing token. All ``Output`` of an attempt has no more than
    ``LOG_HEAD`` characters, and that of last lines ``LOG_TAIL`` each time.
    ``executing`` is the only list of the runs that have no end yet. ``Changed``
    belongs to no run: it may come at any time, more than once, or be lost, and
    then the next scan sees the change.

What may be lost, and what may come twice
    A report may come twice, or late, when its run has been claimed again: one
    whose run and token have ended, or were never submitted, changes nothing.
    A write with a stale token changes nothing (R4). The claim loop counts
    ``Settled`` once, as the record has it. An ``Output`` may be lost. An end
    must not be lost as long as the executor lives: a run stays in ``executing``
    until ``poll`` returns its end, so that an executor whose messages can be
    lost has to ask again, or to look into the store. Ends that are lost with
    the whole runtime are found by the next one (R4).

How a lease ends
    Each ``extend_lease`` replaces the lease before. When it is over, each body
    ends by itself, whatever has become of the runtime. ``seconds_left`` counts
    from the call, so a message that carries it to another machine must not
    count from its receipt alone: each second in transit lengthens the lease by
    a second. Bodies are given three quarters of ``leaseSeconds``, and others
    take the runs over after the whole of it, so a quarter of ``leaseSeconds``
    is the most that transit, and the end of a body, may take together. A place
    that cannot bound the transit has to renew its own lease in the store, and
    to count from before it asked. The executors of this machine count from the
    call itself: an order that waits for a stopped process lengthens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jittask.model import Reason, Trigger
from jittask.prelude.context import FailedRun
from jittask.run_log import LogPiece

LOG_HEAD = 131_072
"""Characters of the first part of an attempt's output that are kept (U5)."""
LOG_TAIL = 131_072
"""Characters of its last part that are kept."""
LINE_LIMIT = 16_384
"""Characters of a line; a longer one is cut in its middle."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A claimed run, with all that the place that runs its body needs to know."""

    run: int
    token: int
    attempt: int
    task: str
    row_key: str
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    version: str
    """The digest of the bundle to run (H4)."""
    timeout_seconds: float
    failed: FailedRun | None = None
    """The failed run that ``policy.onFailure`` is called with; None for any other trigger."""
    args: str | None = None
    """The JSON object that was given for this run: its keys replace those of the task (F3)."""
    queue: str | None = None
    """The queue of the workers that may take it; None where every worker may (R10)."""
    memory_mb: int | None = None
    """What the body's process and all that it starts may hold; None: no limit."""
    traceparent: str | None = None
    """The W3C trace context of the attempt's span; None where nothing is traced (R13)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A task that will run soon, and the version whose code may be loaded before."""

    task: str
    version: str


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

    For ``policy.onFailure``: the policy or the failed run is gone.
    """

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Unjudged:
    """The body never began: its row could not be read again, and its task is blocked (R12)."""

    detail: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The body took longer than the task's timeout; it has ended, and ``detail`` says how."""

    seconds: float
    detail: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The body's process has ended before the body did, or is about to."""

    detail: str


@dataclass(frozen=True, slots=True)
class Killed:
    """A person had the body killed; ``detail`` says how it ended."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unbegun:
    """The body never began, and may begin elsewhere."""


Outcome = Completed | Failed | Withdrawn | Unjudged | TimedOut | Interrupted | Killed | Unbegun


@dataclass(frozen=True, slots=True)
class Output:
    """A part of what a body printed or logged: of its first lines, or its last lines."""

    run: int
    token: int
    attempt: int
    pieces: tuple[LogPiece, ...]
    ending: bool = False
    """Whether these are the last lines so far, in place of those that were reported before."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a run's attempt, to be written; nothing more comes from it."""

    run: int
    token: int
    attempt: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a run's attempt, whose outcome the place that ran it has written."""

    run: int
    token: int
    attempt: int
    written: bool
    """False where nothing was written, because the token was stale."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Rows of these models were changed by a body, and that is committed (D10)."""

    models: frozenset[str]


Report = Output | Done | Settled | Changed

RunKey = tuple[int, int]
"""A run and its fencing token."""


class Executor(Protocol):
    """Runs bodies. Called from one thread, but for ``wake``."""

    def free(self) -> int:
        """Return how many more runs it takes now."""

    def executing(self) -> frozenset[RunKey]:
        """Return the submitted runs whose end no ``poll`` has returned."""

    def expect(self, coming: Sequence[Expected]) -> None:
        """Be ready for these, the soonest first; they replace what was expected before."""

    def submit(self, assignment: Assignment) -> None:
        """Begin a run. Raises BundleUnavailable; then it has not been submitted."""

    def poll(self, seconds: float) -> Sequence[Report]:
        """Wait until something is reported, ``wake`` is called, or ``seconds`` pass."""

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""

    def kill(self, run: int, why: str) -> None:
        """End the body of a run, if it runs here; once it has ended, a poll reports it."""

    def extend_lease(self, seconds_left: float) -> None:
        """Let bodies run for so many seconds from now, unless the lease is extended again.

        Past it they end by themselves. Zero or less ends them at once. Before
        the first call there is no lease, and no end.
        """

    def interrupt(self) -> None:
        """End every body; each is reported as interrupted by the polls that follow."""

    def close(self) -> None:
        """End every process and thread that can be ended."""
