"""What a worker sees of the part that listens for offers (rules R10, R12)."""

from __future__ import annotations

from typing import Protocol

from jittask.runtime.errors import RuntimeFailure


class Listening(Protocol):
    """Puts offers into the inbox, in a thread of its own."""

    failure: RuntimeFailure | None
    """Why it listens no more, although it was not closed."""
