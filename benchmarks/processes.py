"""What a process and those that it has started use, as ``/proc`` tells: Linux only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """Return a process, and all that it has started."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (fields := stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def stat(pid: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` from the state on; none where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu(root: int) -> float:
    """Return the CPU seconds of a process and its family, those that have ended too."""
    return sum(sum(map(int, stat(pid)[11:15])) for pid in family(root)) / TICKS


def memory(root: int, kind: str) -> float:
    """Return the megabytes of a process and its family."""
    total = 0
    for pid in family(root):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(f"{kind}:"):
                    total += int(line.split()[1])
    return total / 1024
