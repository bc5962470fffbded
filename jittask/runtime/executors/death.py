"""What a record says of a worker process that ended by itself: how, and why probably (rule R6)."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from jittask.runtime.executors.fork_protocol import CHANNEL_LOST, LEASE_OVER

_CAUSES: dict[int, str] = {
    signal.SIGSEGV: "a segmentation fault in native code",
    signal.SIGBUS: "a fault in native code, or a full disk behind mapped memory",
    signal.SIGILL: "a fault in native code",
    signal.SIGFPE: "a fault in native code",
    signal.SIGABRT: "native code gave up",
    signal.SIGXCPU: "over its limit of CPU time",
    signal.SIGXFSZ: "over its limit of a file's size",
}


class OutOfMemoryCount:
    """How often the kernel has killed a process of this control group for its memory."""

    def __init__(self, group: Path | None = None) -> None:
        self._file = group / "memory.events" if group else _events_file()
        self._count = self._read()

    def has_risen(self) -> bool:
        """Whether it happened since the last call."""
        before, self._count = self._count, self._read()
        return self._count > before

    def _read(self) -> int:
        if self._file is None:
            return 0
        try:
            lines = self._file.read_text(encoding="ascii").splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _events_file() -> Path | None:
    """Return the file of this process's group (cgroup version 2)."""
    if sys.platform != "linux":
        return None
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    groups = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    return Path("/sys/fs/cgroup", groups[0], "memory.events") if groups else None


def cause(status: int, *, out_of_memory: bool) -> str:
    """Say how a worker process ended; ``status`` is an exit code, or minus the signal's number."""
    if status == LEASE_OVER:
        return "its lease ran out: the run store did not answer for too long"
    if status == CHANNEL_LOST:
        return "its function closed the channel of its worker process, took from it, or called exec"
    if status >= 0:
        how = "os._exit, or native code" if status != 1 else "os._exit, native code, or an error"
        return f"its worker process ended with exit code {status} before the function did ({how})"
    number = -status
    if number == signal.SIGKILL:
        why = "out of memory" if out_of_memory else "probably out of memory; or something killed it"
    else:
        why = _CAUSES.get(number, "sent from outside, or by the function itself")
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    return f"its worker process died by {name} ({why})"
