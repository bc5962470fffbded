"""What a task does about misfires, overlap, retries and interruptions (rule R2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from jittask.model.elements import FunctionRef
from jittask.model.notify import TaskNotify


class Misfire(StrEnum):
    """What to do with occurrences that came due while nothing was running (R2)."""

    LATEST = "latest"
    ALL = "all"
    SKIP = "skip"


class Overlap(StrEnum):
    """What to do with an occurrence due while the one before it still executes (R2)."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"


class OnInterrupted(StrEnum):
    """What becomes of a run whose process died (R2)."""

    FAIL = "fail"
    RERUN = "rerun"


@dataclass(frozen=True, slots=True)
class Retry:
    """Retries after a failure: ``max`` more attempts; delays in seconds."""

    max: int = 0
    delay_seconds: float = 60
    backoff: float = 2
    max_delay_seconds: float = 3600


@dataclass(frozen=True, slots=True)
class Policy:
    """A task's ``policy`` (R2)."""

    misfire: Misfire = Misfire.LATEST
    grace_seconds: int | None = None
    """None: no bound for scheduled tasks, 86,400 s for date-field tasks (D6)."""
    overlap: Overlap = Overlap.SKIP
    retry: Retry = field(default_factory=Retry)
    timeout_seconds: float = 43_200
    on_interrupted: OnInterrupted = OnInterrupted.FAIL
    on_failure: FunctionRef | None = None
    """The service function that is called with a run that has failed for good."""
    max_concurrent: int | None = None
    jitter_seconds: float = 0
    """Each occurrence begins up to so many seconds after its instant."""
    group: str | None = None
    """The group of ``settings.groups`` whose limits hold for it."""
    priority: int = 0
    queue: str | None = None
    """The queue of the workers that run it (R10); None: by its tags, or the app's own queue."""
    memory_mb: int | None = None
    """What a body's process and all that it starts may hold, in MiB; None: no limit."""
    expect_every: timedelta | None = None
    """Within which time a run is to complete, or people are notified; None: they are not."""
    notify: TaskNotify = field(default_factory=TaskNotify)
