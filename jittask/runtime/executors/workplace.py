"""What the place where bodies run has of its own: versions as folders, the tree, a lock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class BundleUnavailable(OSError):
    """A version has no folder here now: no run of it can begin, and one may later."""


class BundleSource(Protocol):
    """Knows the folder of each version on this machine (H4)."""

    def path(self, version: str) -> Path:
        """Return the folder that holds exactly that version; it never changes.

        Raises BundleUnavailable.
        """


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where an executor runs bodies; a place on another machine has its own."""

    bundles: BundleSource
    root: Path
    """The tree, where data and relative database paths live."""
    bodies_lock: Path
    """The file that is locked, shared, while bodies may run."""
    secret_names: frozenset[str] = frozenset()
    """The environment variables of this machine whose values are masked in what runs leave (U5)."""
