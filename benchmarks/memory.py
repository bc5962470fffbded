"""What a hundred thousand tasks take of the runtime's memory, at its peak and at rest.

``jittask run`` is started twice on one tree: with nothing kept (*cold*), and with what the
first start has kept (*warm*). The peak is that of the runtime's own process until it is
ready (``VmHWM``); *at rest* is its RSS half a minute later, and with all that it has started
(PSS, in which what processes share counts once). ``daily``: daily tasks alone; ``mixed``: half
of them are date-field tasks, each with a filter of its own.

Run: python benchmarks/memory.py [tasks] [daily|mixed] [folder of the tree]; Linux only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import many
import trees
from processes import cpu, memory

REST = 30.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Memory in megabytes, and how long the start took."""

    seconds: float
    cpu: float
    peak: float
    rest: float
    family: float


def status(pid: int, kind: str) -> float:
    """Return the megabytes that the kernel has noted of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise KeyError(kind)


def start(tree: Path) -> Measured:
    """Run a tree until it is ready and has come to rest; then stop it."""
    began = time.monotonic()
    command = [sys.executable, "-m", "jittask", "run", "--format", "json", str(tree)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "ready":
                break
        assert process.poll() is None
        seconds, used = time.monotonic() - began, cpu(process.pid)
        peak = status(process.pid, "VmHWM")
        time.sleep(REST)
        rest, family = status(process.pid, "VmRSS"), memory(process.pid, "Pss")
        process.send_signal(signal.SIGTERM)
        for _ in process.stdout:
            pass
    return Measured(seconds, used, peak, rest, family)


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    kind = sys.argv[2] if len(sys.argv) > 2 else "daily"
    make = {"daily": many.make, "mixed": trees.make}[kind]
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(prefix="jittask-memory-", dir=folder) as place:
        tree = make(Path(place) / "tree", tasks)
        print(
            f"| {tasks:,} tasks, {kind} | until ready | CPU | peak | at rest | with its processes |"
        )
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for name in ("cold", "warm"):
            found = start(tree)
            print(
                f"| {name} | {found.seconds:.1f} s | {found.cpu:.1f} s | {found.peak:.0f} MB "
                f"| {found.rest:.0f} MB | {found.family:.0f} MB |",
                flush=True,
            )
        print(f"\nload {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
