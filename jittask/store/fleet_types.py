"""What the workers of a fleet announce, as plain frozen values (rule R10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A worker that begins."""

    id: str
    host: str
    pid: int
    queues: tuple[str, ...]
    slots: int
    """How many bodies it runs at once."""
    protocol: int
    """The messages that it understands."""
    lease: float
    """After so many seconds without a beat others take it for dead."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker that has not ended, as far as the store knows."""

    id: str
    host: str
    pid: int
    started: datetime
    last_beat: datetime
    """Its last sign of life, by its own clock."""
    queues: tuple[str, ...]
    slots: int
    capacity: int
    """How many runs it holds at most now: some more than slots, where bodies are short."""
    protocol: int
    executing: int
    silent: bool = False
    """Whether it has not beaten for longer than its lease, by the reader's clock."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The workers, and the runs that no worker has taken yet."""

    workers: tuple[WorkerRow, ...] = ()
    handed: int = 0
    """Runs that planners have claimed, and no worker has."""
