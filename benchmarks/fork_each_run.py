"""What a fork for each run would cost, beside a pool whose processes run many bodies.

Both run the same body, which does nothing, without a store, in two processes at
a time. The pool is JitTask's: each process gets its runs through the executor,
and restores its state after each. With a fork for each run, a process that has
loaded the code forks a child, the child runs the body and sends its outcome,
and the process waits for its end. Its runs are not even sent to it: it has all
of them from the start. ``MB``: memory that the loaded code holds in addition,
and that the child shares with it.

The rounds are interleaved; the figures are medians of runs a second.

Run: python benchmarks/fork_each_run.py [runs] [rounds]
"""

from __future__ import annotations

import os
import pickle
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from jittask.clock import SystemClock
from jittask.model import Trigger
from jittask.runtime.body import Bodies
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import Assignment, Done
from jittask.runtime.executors.warm_up import warm_up
from jittask.runtime.executors.workplace import Workplace

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
PROCESSES = 2
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
TASK = """{"type": "tasks.NormalType", "title": "T", "enable": 1, "funcType": "Inner",
"timerCfg": {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}}}"""


class TreeAsBundle:
    def path(self, version: str) -> Path:
        return Path(version)


def tree(root: Path, megabytes: int) -> Path:
    (root / "tasks/T").mkdir(parents=True)
    (root / "app.json").write_text('{"settings": {"timezone": "UTC"}}')
    (root / "tasks/T/e.json").write_text(TASK)
    held = f"held = [bytes(4096) for _ in range({megabytes} * 256)]\n" if megabytes else ""
    (root / "tasks/T/inner.py").write_text(f"{held}def customFunc():\n    pass\n")
    return root


def assignment(run: int, root: Path) -> Assignment:
    return Assignment(run, 1, 1, "tasks.T", "", Trigger.SCHEDULE, (AT,), AT, str(root), 60.0)


def pool(root: Path) -> float:
    executor = ProcessExecutor(
        PROCESSES, Workplace(TreeAsBundle(), root / "app", root / "bodies.lock"), SystemClock()
    )

    def run(runs: range) -> float:
        left, ended, began = list(runs), 0, time.perf_counter()
        while ended < len(runs):
            for _ in range(min(executor.free(), len(left))):
                executor.submit(assignment(left.pop(), root))
            ended += sum(isinstance(report, Done) for report in executor.poll(10))
        return time.perf_counter() - began

    run(range(1, 200))  # its processes have begun, and have loaded the code
    seconds = run(range(200, 200 + RUNS))
    executor.close()
    return RUNS / seconds


def fork_each_run(root: Path) -> float:
    go_read, go_write = os.pipe()
    done_read, done_write = os.pipe()
    parents = [_loaded_process(root, go_read, done_write) for _ in range(PROCESSES)]
    for _ in parents:
        os.read(done_read, 1)  # it has loaded the code
    began = time.perf_counter()
    os.write(go_write, b"x" * PROCESSES)
    for process in parents:
        os.waitpid(process, 0)
    seconds = time.perf_counter() - began
    for descriptor in (go_read, go_write, done_read, done_write):
        os.close(descriptor)
    return RUNS / seconds


def _loaded_process(root: Path, go: int, ready: int) -> int:
    process = os.fork()
    if process == 0:
        bodies = Bodies(root, root / "app")
        bodies.load("tasks.T")
        os.write(ready, b"x")
        os.read(go, 1)
        for run in range(RUNS // PROCESSES):
            _run_in_child(bodies, assignment(run, root))
        os._exit(0)
    return process


def _run_in_child(bodies: Bodies, given: Assignment) -> Done:
    outcomes, outcome = os.pipe()
    child = os.fork()
    if child == 0:
        done = Done(given.run, given.token, given.attempt, bodies.run(given))
        os.write(outcome, pickle.dumps(done))
        os._exit(0)
    os.close(outcome)
    done: Done = pickle.loads(os.read(outcomes, 65_536))
    os.close(outcomes)
    os.waitpid(child, 0)
    return done


def main() -> None:
    warm_up()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; runs a second\n")
    print("| the code holds | pool | a fork for each run | ratio |\n| --- | ---: | ---: | ---: |")
    for megabytes in (0, 200):
        with TemporaryDirectory() as folder:
            root = tree(Path(folder), megabytes)
            ways: dict[str, Callable[[], float]] = {
                "pool": partial(pool, root),
                "fork": partial(fork_each_run, root),
            }
            figures: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    figures[name].append(way())
        ours, theirs = (statistics.median(figures[name]) for name in ("pool", "fork"))
        print(f"| {megabytes} MB more | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.1f} |")


if __name__ == "__main__":
    main()
