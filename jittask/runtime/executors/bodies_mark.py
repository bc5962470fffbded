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

from jittask.runtime.executors.descendants import Descendant, end_in_rounds, ourselves

if TYPE_CHECKING:
    import psutil

MARK = "JITTASK_BODIES"
"""The environment variable; its value names the bodies' lock, and the folder that it is in."""


def mark_of(bodies_lock: Path) -> str:
    """Return the value of the mark, the same by whichever path the tree is opened.

    Containers that share their processes may each have another folder at that path, with a
    runtime of its own: the mark of one is not that of the other.
    """
    path = bodies_lock.resolve()
    try:
        folder = path.parent.stat()
    except OSError:  # there is no lock yet, and so no process
        return str(path)
    return f"{path}:{folder.st_dev}:{folder.st_ino}"


def end_marked(mark: str) -> tuple[Descendant, ...]:
    """End every process that carries the mark, and all below them; return what it was.

    Only where no runtime that uses that lock lives.
    """
    if not any(_marked(mark)):
        return ()
    import psutil

    spared = ourselves()

    def find() -> Iterator[psutil.Process]:
        """Yield what is below before what carries the mark: it would be lost without that."""
        marked = []
        for process in _marked(mark):
            if process not in spared:
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
