"""Which start of the machine this is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot_id() -> str | None:
    """Return a text that no other boot of a machine has; None where none is known.

    A container has that of its machine, or one of its own.
    """
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip() or None
    except OSError:  # not Linux
        return None
