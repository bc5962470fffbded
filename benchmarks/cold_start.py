"""How long a first start takes, beside the time in which one Python process imports all modules.

In turns, in one run: a fresh process imports every ``inner.py`` of a tree and calls
nothing, and ``jittask run`` starts on a copy of the tree for which nothing is kept. Every
file is different, and half of the tasks are date-field tasks. Neither finds byte code,
and neither keeps any. CPU seconds are those of the process and of all that it has started.

Run: python benchmarks/cold_start.py [tasks] [rounds] [folder of the trees]; Linux only.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from processes import cpu
from trees import make

ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
IMPORT_ALL = """
import importlib.util, sys
from pathlib import Path
import jittask
root = Path(sys.argv[1])
for number, file in enumerate(sorted(root.glob("tasks/**/inner.py"))):
    spec = importlib.util.spec_from_file_location(f"task{number}", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    assert callable(module.customFunc)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What something took, in seconds."""

    wall: float
    cpu: float


def import_all(tree: Path) -> Measured:
    """Import every task's module in one process."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", IMPORT_ALL, str(tree)], env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    return Measured(time.monotonic() - began, used.ru_utime + used.ru_stime)


def start(tree: Path) -> Measured:
    """Start a runtime for which nothing is kept, until it is ready; then stop it."""
    shutil.rmtree(tree / ".jittask", ignore_errors=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "jittask", "run", "--format", "json", str(tree)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "ready":
                break
        assert process.poll() is None
        measured = Measured(time.monotonic() - began, cpu(process.pid))
        process.send_signal(signal.SIGTERM)
        for _ in process.stdout:
            pass
    return measured


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(prefix="jittask-cold-", dir=folder) as place:
        tree = make(Path(place) / "tree", tasks)
        import_all(tree)  # once before, so that the files are in memory
        floors: list[Measured] = []
        starts: list[Measured] = []
        for _ in range(rounds):
            floors.append(import_all(tree))
            starts.append(start(tree))
    rows = (("one process imports all modules", floors), ("a first start, until ready", starts))
    print(f"| {tasks:,} tasks, load {os.getloadavg()[0]:.1f} | wall | CPU | ratio | of CPU |")
    print("| --- | ---: | ---: | ---: | ---: |")
    floor = Measured(
        statistics.median(one.wall for one in floors), statistics.median(one.cpu for one in floors)
    )
    for name, measured in rows:
        wall = statistics.median(one.wall for one in measured)
        used = statistics.median(one.cpu for one in measured)
        ratios = f"{wall / floor.wall:.2f} | {used / floor.cpu:.2f}"
        print(f"| {name} | {wall:.2f} s | {used:.2f} s | {ratios} |")


if __name__ == "__main__":
    main()
