"""The paced look at a tree's files, for changes that the watch did not report (rule H5).

A network drive, a full queue of the system, or a link can hide a change. A pass
over all files is spread out, so that it costs little; what it finds is held
back for a few looks of the watch, which may be about to report it.
"""

from __future__ import annotations

from collections.abc import Collection

from jittask.clock import Clock
from jittask.compiler.incremental import TreeCompiler

PASS_SECONDS = 30.0
"""From the start of one pass to that of the next, at least."""
_AT_ONCE = 100
"""Files and folders in one step."""
_LOOKS_HELD_BACK = 3
_MOST_NAMED = 3


class UnseenChanges:
    """Finds changed files that no watch has named; one step for each look of the watch."""

    def __init__(self, compiler: TreeCompiler, clock: Clock) -> None:
        self._compiler = compiler
        self._clock = clock
        self._next_pass = clock.monotonic()
        self._suspected: set[str] = set()
        self._looks_left = 0

    def seen(self, paths: Collection[str]) -> None:
        """Note what the watch has reported."""
        if paths:
            self._suspected.clear()  # what was found with it may be of the same burst

    def step(self) -> list[str]:
        """Look at some more files; return those that were found a while ago."""
        if self._suspected:
            self._looks_left -= 1
            if self._looks_left > 0:
                return []
            found, self._suspected = sorted(self._suspected), set()
            return found
        if self._compiler.sweeping or self._clock.monotonic() >= self._next_pass:
            if not self._compiler.sweeping:
                self._next_pass = self._clock.monotonic() + PASS_SECONDS
            self._suspected = {*self._compiler.sweep(_AT_ONCE)}
            self._looks_left = _LOOKS_HELD_BACK
        return []


def describe(paths: Collection[str]) -> str:
    """Say what was found; ``paths`` are relative to the tree."""
    names = sorted(paths)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    listed = ", ".join(names[:_MOST_NAMED])
    return (
        f"the file watch did not report a change, and a look at all files found it: {listed}{more}"
    )
