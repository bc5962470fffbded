"""Standard output and error of a worker process, put back where a body has closed or replaced them.

What captures them is in ``worker_output``; this is about the descriptors 1 and 2 and Python's
two objects, which the next body is to find as they were.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

from jittask.runtime.executors.descriptors import beyond_reach


class StandardStreams:
    """Keeps both as they are when this is made."""

    def __init__(self) -> None:
        self._kept = [_Stream(1, "stdout"), _Stream(2, "stderr")]

    def put_back(self) -> None:
        """Put them back, and pass on what they hold."""
        for stream in self._kept:
            stream.put_back()


class _Stream:
    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = name
        self._original = beyond_reach(os.dup(descriptor))
        self._identity = _identity(self._original)
        self._python: TextIO = getattr(sys, name)

    def put_back(self) -> None:
        if _identity(self._descriptor) != self._identity:
            os.dup2(self._original, self._descriptor)
        try:
            self._python.flush()
        except (ValueError, OSError):  # it was closed, or detached
            self._python = open_stream(self._descriptor)
        setattr(sys, self._name, self._python)


def open_stream(descriptor: int) -> TextIO:
    """Return the object with which Python code prints to a descriptor."""
    return os.fdopen(
        descriptor, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False
    )


def _identity(descriptor: int) -> tuple[int, int] | None:
    try:
        status = os.fstat(descriptor)
    except OSError:  # closed
        return None
    return status.st_dev, status.st_ino
