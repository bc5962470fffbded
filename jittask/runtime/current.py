"""What runs now, in one place, so that no two parts hold different versions of it (rule H1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jittask.compiler.compiled import Compilation
from jittask.data.app_data import AppData
from jittask.runtime.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Loaded:
    """One compilation, the snapshot made from it, and the databases that the snapshot names."""

    snapshot: Snapshot
    compilation: Compilation
    data: AppData


class Current:
    """Holds what is loaded now. Any thread may read it; only a reload replaces it."""

    def __init__(self, loaded: Loaded, after_swap: Callable[[], None]) -> None:
        self._loaded = loaded
        self._after_swap = after_swap

    @property
    def loaded(self) -> Loaded:
        """All of it, which goes together."""
        return self._loaded

    @property
    def snapshot(self) -> Snapshot:
        """What runs."""
        return self._loaded.snapshot

    def swap(self, loaded: Loaded) -> None:
        """Replace all of it by one assignment, and close what is no longer used."""
        before, self._loaded = self._loaded, loaded
        if before.data is not loaded.data:
            before.data.close()
        self._after_swap()

    def close(self) -> None:
        """Close the databases."""
        self._loaded.data.close()
