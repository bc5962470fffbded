"""The mark in the environment of every process that runs bodies, and of all that these start.

It finds what is left where no process is left to look after it: the fork server was killed,
or the whole program (rules R4, R6).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jittask.runtime.executors.descendants import Descendant, end_in_rounds

if TYPE_CHECKING:
    import psutil

MARK = "JITTASK_BODIES"
"""The environment variable; its value is the path of the bodies' lock."""


def mark_of(bodies_lock: Path) -> str:
    """Return the value of the mark, the same by whichever path the tree is opened."""
    return str(bodies_lock.resolve())


def end_marked(mark: str) -> tuple[Descendant, ...]:
    """End every process that carries the mark, and all below them; return what it was.

    Only where no runtime that uses that lock lives.
    """
    if not any(_marked(mark)):
        return ()
    import psutil

    ourselves = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}

    def find() -> Iterator[psutil.Process]:
        """Yield what is below before what carries the mark: it would be lost without that."""
        marked = []
        for process in _marked(mark):
            if process not in ourselves:
                try:
                    marked.append(psutil.Process(process))
                    yield from marked[-1].children(recursive=True)
                except psutil.Error:
                    continue
        yield from marked

    return end_in_rounds(find)


def _marked(mark: str) -> Iterator[int]:
    """Yield the ids of the processes that carry the mark, as far as this user may see them."""
    if sys.platform != "linux":
        yield from _marked_by_psutil(mark)
        return
    entry = f"{MARK}={mark}".encode()
    for name in os.listdir("/proc"):  # noqa: PTH208 - at each start
        if name.isdigit():
            try:
                environment = Path(f"/proc/{name}/environ").read_bytes()
            except OSError:
                continue
            if entry in environment.split(b"\0"):
                yield int(name)


def _marked_by_psutil(mark: str) -> Iterator[int]:
    import psutil

    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                yield process.pid
        except psutil.Error:
            continue
