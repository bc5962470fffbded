"""The processes that a body leaves behind in its worker process (rule R6)."""

from __future__ import annotations

from jittask.runtime.executors.descendants import adopts_orphans, end_descendants, named, reap

_SECONDS = 1.0
"""For what takes longer, the fork server: it can kill the worker's own process group too."""


def end_leftover_processes() -> list[str]:
    """End what the body has started and left; return why this process can run no other function.

    Where nothing is left, and for nearly every body, that is two system calls. A process that
    has lost its children is not used again: modules may hold pools and pipes to them.
    """
    if not adopts_orphans():  # the fork server has them
        return ["it gave up its children"]
    if not reap():
        return []
    ended = end_descendants(seconds=_SECONDS)
    if reap():  # the fork server ends the whole group
        which = f": {named(ended)}" if ended else ""
        return [f"it left processes behind, which start others while they are ended{which}"]
    return [f"it left processes behind, which were ended: {named(ended)}"] if ended else []
