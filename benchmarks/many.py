"""What a hundred thousand daily tasks cost that are not due: starting, waiting, memory.

``jittask run`` is started twice on one tree, as a process: first with nothing
kept, then with what the first start has kept. None of the tasks is due while it
is measured. CPU seconds and memory are those of the process and of all that it
has started, as ``/proc`` tells them; memory is PSS, in which what processes share
counts once, and RSS, in which it counts for each.

Run: python benchmarks/many.py [tasks] [seconds of waiting]; Linux only.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from processes import cpu, memory
from trees import SERVICE, put

SERVICES = 20
LONGEST_START = 3600.0
SETTLED = 0.3
"""CPU seconds in five seconds, below which what follows a start is over."""
CALLS = """from jittask import app, log


def customFunc():
    log.info("task {n}")
    return app.getElement("services.Report{service}").daily()
"""
ALONE = """from jittask import log


def customFunc():
    log.info("task {n}")
    return {n}
"""


def make(root: Path, tasks: int) -> Path:
    """Write a tree of daily tasks: six in ten alone, three call a service, one is a service's."""
    settings = {"timezone": "Asia/Shanghai", "calendar": "CN"}
    put(root / "app.json", {"appId": "m", "name": "m", "settings": settings})
    for n in range(SERVICES):
        folder = root / f"services/Report{n}"
        put(folder / "e.json", {"type": "services.NormalType", "title": f"Reports {n}"})
        put(folder / "service.py", SERVICE.replace("Report", f"Report{n}"))
    soonest = datetime.now(UTC) + timedelta(hours=10)  # two hours from now in Shanghai
    for n in range(tasks):
        group = root / f"tasks/group{n // 100:04d}"
        if n % 100 == 0:
            group.mkdir(parents=True)
        folder = group / f"Task{n:06d}"
        folder.mkdir()
        at = soonest + timedelta(minutes=n * 7 % (20 * 60))
        (folder / "e.json").write_text(json.dumps(daily(n, at), indent=2))
        if n % 10:
            code = CALLS if n % 10 < 4 else ALONE
            (folder / "inner.py").write_text(code.format(n=n, service=n % SERVICES))
    return root


def daily(n: int, at: datetime) -> dict[str, object]:
    data = {
        "type": "tasks.NormalType",
        "title": f"Daily task {n}",
        "enable": 1,
        "funcType": "Inner",
        "backendBundleEntry": ".",
        "timerCfg": {
            "startTime": f"2026-01-05 {at:%H:%M}:00",
            "repeat": {"repeatType": "day"},
            "skipHoliday": int(n % 20 == 7),
        },
    }
    if n % 10 == 0:
        data |= {"funcType": "Global", "func": f"services.Report{n % SERVICES}.daily"}
    return data


@dataclass(frozen=True)
class Start:
    """How a start went."""

    seconds: float
    cpu: float
    settled: float
    """CPU seconds from then on, until nothing more followed."""


# --- a runtime


@contextmanager
def running(tree: Path) -> Iterator[tuple[int, Start]]:
    """Run a tree until it is ready and has settled, and stop it in the end."""
    began = time.monotonic()
    command = [sys.executable, "-m", "jittask", "run", "--format", "json", str(tree)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        troubles = []
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "ready":
                break
            if event["event"] != "planned":
                troubles.append(line)
        assert process.poll() is None, troubles
        seconds, used = time.monotonic() - began, cpu(process.pid)
        settle(process.pid)
        yield process.pid, Start(seconds, used, cpu(process.pid) - used)
        process.send_signal(signal.SIGTERM)
        told = [one for line in process.stdout if (one := json.loads(line))["event"] != "planned"]
        assert [one["event"] for one in told] == ["stopped"], told[:3]


def settle(pid: int) -> None:
    """Wait until nothing more follows from the start."""
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end:
        before = cpu(pid)
        time.sleep(5)
        if cpu(pid) - before < SETTLED:
            return
    raise TimeoutError("it does not come to rest")


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    waiting = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    with tempfile.TemporaryDirectory(prefix="jittask-many-") as place:
        began = time.monotonic()
        tree = make(Path(place) / "tree", tasks)
        sys.stderr.write(f"a tree of {tasks:,} tasks in {time.monotonic() - began:.0f} s\n")
        rows = []
        for name in ("cold", "warm"):
            with running(tree) as (pid, start):
                before = cpu(pid)
                time.sleep(waiting)
                idle = (cpu(pid) - before) / waiting
                rows.append(
                    f"| {name} | {start.seconds:.1f} s | {start.cpu:.1f} s | {start.settled:.1f} s "
                    f"| {idle:.2%} | {memory(pid, 'Pss'):.0f} MB | {memory(pid, 'Rss'):.0f} MB |"
                )
    print(f"| {tasks:,} daily tasks | to ready | its CPU | CPU after it | idle CPU | PSS | RSS |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
