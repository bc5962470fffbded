"""The part of a machine that one worker has: its locks, and its versions (rules R4, H4).

Several workers may use one folder, also beside a runtime: each has a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from jittask.store.lock import FileLock, bodies_lock, runtime_lock


@dataclass(frozen=True, slots=True)
class WorkerPlace:
    """What the worker of one number has."""

    lock: FileLock
    """Held as long as the worker lives."""
    bodies: FileLock
    """The worker processes share it."""
    bundles: Path
    predecessor: str
    """The name of the worker that had this number before; empty where there was none."""


def take_place(state: Path) -> WorkerPlace:
    """Take the first number that no living worker has. Raises StoreError."""
    folder = state / "fleet"
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        stem = folder / f"worker-{number}"
        lock = runtime_lock(stem)
        before = lock.signature()
        if lock.take():
            return WorkerPlace(lock, bodies_lock(stem), folder / "bundles", before)
    raise AssertionError("there is always a further number")
