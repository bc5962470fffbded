"""The versions that a worker has from the store, in a folder of its machine (rules H4, R10)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from jittask.compiler import compile_tree
from jittask.compiler.compiled import CompiledTask
from jittask.runtime.fleet.packed_bundles import BadBundle, unpack
from jittask.store import Store

_KEPT = timedelta(days=7)
"""For how long a version that was not asked for is kept."""
_CACHED = 1024


class MissingBundle(Exception):
    """The store does not have the version (yet)."""


class FetchedBundles:
    """Fetches a version once, checks its digest, and keeps it; several workers may share it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._tasks = lru_cache(_CACHED)(self._read_tasks)

    def path(self, version: str) -> Path:
        """Return the folder of a version that was fetched."""
        return self._folder / version

    def tasks(self, version: str) -> dict[str, CompiledTask]:
        """Fetch a version where it is not here, and return its tasks.

        Raises MissingBundle, BadBundle, OSError, and StoreUnavailable.
        """
        return self._tasks(version)

    def has(self, version: str) -> bool:
        """Whether a version is here."""
        return self.path(version).is_dir()

    def forget_unused(self, in_use: Collection[str], now: datetime) -> None:
        """Delete the versions that nobody has asked for in a week."""
        if not self._folder.is_dir():
            return
        oldest = (now - _KEPT).timestamp()
        for entry in list(os.scandir(self._folder)):
            try:
                is_old = entry.stat().st_mtime < oldest
            except FileNotFoundError:  # another worker of this machine was faster
                continue
            if is_old and entry.name not in in_use:
                shutil.rmtree(entry.path, ignore_errors=True)
        self._tasks.cache_clear()

    def _read_tasks(self, version: str) -> dict[str, CompiledTask]:
        folder = self.path(version)
        if folder.is_dir():
            os.utime(folder)
        else:
            packed = self._store.bundle(version)
            if packed is None:
                raise MissingBundle(f"version {version[:12]} is not in the run store")
            unpack(packed, version, folder)
        tasks = dict(compile_tree(folder).app.tasks)
        if not tasks:
            raise BadBundle(f"version {version[:12]} has no task that loads here")
        return tasks
