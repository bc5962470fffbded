"""Keeps a worker process's own descriptors where loops over descriptors do not come (rule R6)."""

from __future__ import annotations

import fcntl
import os
import resource

_HIGHEST = 16_384


def beyond_reach(descriptor: int) -> int:
    """Move a descriptor above the limit of open files, where loops over descriptors end.

    Below the hard limit only; where that is the limit already, move it to its end. Not above
    ``_HIGHEST``: each fork copies the table of descriptors up to the highest one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    raised = soft + 64 if hard == resource.RLIM_INFINITY else min(hard, soft + 64)
    resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    try:
        lowest = min(soft if raised > soft else soft - 64, _HIGHEST)
        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    os.close(descriptor)
    return moved
