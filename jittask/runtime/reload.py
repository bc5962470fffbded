"""Sees that files of a tree have changed; what follows from it is decided elsewhere (rule H5).

The only file that knows watchfiles.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import watchfiles

WATCHED = frozenset({"app.json", "tasks", "services", "models", "databases", "commons"})
"""The top names of a tree that bear on what runs."""

_STEP_MILLIS = 50
_POLL_MILLIS = 500


def changes(
    root: Path,
    stop: threading.Event,
    *,
    debounce_millis: int,
    yield_every_millis: int,
    trouble: Callable[[str], None],
) -> Iterator[bool]:
    """Yield True after a burst of changes has settled, False when nothing came for a while.

    Where the system's own watch cannot be had (its limit is reached, a
    network drive), falls back to polling and says so through ``trouble``.
    """
    for polling in (False, True):
        try:
            for found in watchfiles.watch(
                root,
                watch_filter=None,  # what it kept back would be no turn: the run store never rests
                debounce=debounce_millis,
                step=min(_STEP_MILLIS, debounce_millis),
                stop_event=stop,
                rust_timeout=yield_every_millis,
                yield_on_timeout=True,
                force_polling=polling or None,
                poll_delay_ms=_POLL_MILLIS,
                raise_interrupt=False,
            ):
                yield any(_is_relevant(root, path) for _, path in found)
        except (OSError, RuntimeError) as error:
            if polling:
                trouble(f"the tree cannot be watched, so nothing reloads: {error}")
                return
            trouble(f"the system's file watch failed, so the tree is polled instead: {error}")
        else:
            return


def _is_relevant(root: Path, path: str) -> bool:
    """Whether it can change a compilation: never ``.jittask``, data or byte code."""
    try:
        parts = Path(path).relative_to(root).parts
    except ValueError:
        return False
    return bool(parts) and parts[0] in WATCHED and "__pycache__" not in parts
