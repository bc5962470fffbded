"""Locks beside the store that the kernel frees when their holder dies.

Two files: ``runtime`` is held by the one runtime of the store, ``bodies`` is
shared by every worker process, so that a new runtime decides about the runs of
a dead one only after its last body has ended.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from jittask.store.errors import StoreError


class FileLock:
    """An advisory lock on a file; exclusive, or shared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Try once to take the lock; return whether it is held now."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(
                f"{self.path}: cannot be opened: {error.strerror}",
                hint="the folder of the run store must be writable",
            ) from error
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def sign(self, text: str) -> None:
        """Write ``text`` into the held file, for those who find it locked."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode(), 0)

    def signature(self) -> str:
        """Return what the holder wrote."""
        return self.path.read_text(encoding="utf-8") if self.path.exists() else ""

    def free(self) -> None:
        """Give the lock back, if it is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.free()


def runtime_lock(stem: Path) -> FileLock:
    """Return the lock of the one runtime of a store on this machine."""
    return FileLock(stem.with_name(f"{stem.name}.runtime.lock"))


def bodies_lock(stem: Path) -> FileLock:
    """Return the lock that worker processes share."""
    return FileLock(stem.with_name(f"{stem.name}.bodies.lock"))
