"""How often a command's process looks for garbage: it ends soon, or it stays (rule V5)."""

from __future__ import annotations

import atexit
import gc

_ALLOCATIONS = 500_000
"""Between two collections; a read command makes fewer, most of them while it imports."""
_PYTHONS_OWN = (700, 10, 10)


def expect_a_soon_end() -> None:
    """Collect rarely, and not at the end: the system takes the memory back anyway.

    Without it, Python visits every object several times while it ends. Everything
    that is registered for the end of the process still runs.
    """
    gc.set_threshold(_ALLOCATIONS)
    atexit.register(gc.freeze)


def expect_to_stay() -> None:
    """Collect as Python does by itself, but never again visit what exists now."""
    gc.freeze()
    gc.set_threshold(*_PYTHONS_OWN)
