"""The threads that a body leaves running in its worker process (rule R6).

Nothing can end a thread but the end of its process.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
from pathlib import Path

from jittask.clock import SystemClock

_FUTEX = {"x86_64": "202", "aarch64": "98"}.get(platform.machine())
"""The system call in which a thread waits that only another thread of its process can wake."""
_LOOKS, _BETWEEN_LOOKS = 5, 0.01
"""How often, and after how many seconds, a native thread is looked at again: it may be done soon"""
_NAMED = 5


class LeftoverThreads:
    """Compares the threads of this process with those that it had before any body ran.

    Native threads are compared with those that exist when the function is called, since
    libraries such as OpenBLAS keep idle threads from their import on. One that only
    another thread could wake is idle.
    """

    def __init__(self) -> None:
        self._own = set(sys._current_frames())
        self._native = _native_threads()
        self._clock = SystemClock()

    def function_begins(self) -> None:
        """Note the native threads that the imports of the function have started."""
        self._native = _native_threads()

    def reasons(self) -> list[str]:
        """Return why this process can run no other function: the threads that it has too many."""
        left = sorted(set(sys._current_frames()) - self._own)
        if left:
            known = {thread.ident: thread for thread in threading.enumerate()}
            names = [_name(known.get(ident)) for ident in left[:_NAMED]]
            names += [f"{len(left) - _NAMED} more"] if len(left) > _NAMED else []
            return [f"threads still run: {', '.join(names)}"]
        busy = self._busy_native_threads()
        return [f"threads of native code still run ({busy})"] if busy else []

    def _busy_native_threads(self) -> int:
        busy = _native_threads() - self._native
        for _ in range(_LOOKS):
            busy = {thread for thread in busy if not _is_idle(thread)}
            if not busy:
                break
            self._clock.wait(threading.Event(), _BETWEEN_LOOKS)
        return len(busy)


def _name(thread: threading.Thread | None) -> str:
    return repr(thread.name) if thread is not None else "one without a name"


def _native_threads() -> set[str]:
    try:
        return set(os.listdir("/proc/self/task"))  # noqa: PTH208 - after each body
    except OSError:  # not Linux
        return set()


def _is_idle(thread: str) -> bool:
    """Whether a native thread has ended, or waits for another thread; True where unknown."""
    try:
        call = Path(f"/proc/self/task/{thread}/syscall").read_text(encoding="ascii")
    except OSError:
        return True
    return _FUTEX is None or call.partition(" ")[0] == _FUTEX
