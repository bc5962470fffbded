"""Gives runs to an executor, through ``Executor`` alone, and waits for what it reports."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Set
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jittask.clock import Clock, SystemClock
from jittask.model import Trigger
from jittask.run_log import LogPiece
from jittask.runtime.executors.inline import InlineExecutor
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Done,
    Executor,
    Outcome,
    Output,
)
from jittask.runtime.executors.thread import ThreadExecutor
from jittask.runtime.executors.workplace import Workplace
from tests.running import PATIENCE
from tests.tree import Tree

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
KINDS: dict[str, Callable[[int, Workplace, Clock], Executor]] = {
    "process": ProcessExecutor,
    "thread": ThreadExecutor,
    "inline": InlineExecutor,
}


class TreesAsBundles:
    """A bundle source whose versions are the trees' own folders."""

    def path(self, version: str) -> Path:
        return Path(version)


def workplace(folder: Path) -> Workplace:
    """Return a workplace below a test's folder."""
    names = frozenset({"JITTASK_TEST_SECRET"})
    return Workplace(TreesAsBundles(), folder / "app", folder / "bodies.lock", names)


class Driver:
    """Submits runs, and keeps what is reported of each."""

    def __init__(self, start: Callable[[], Executor], patience: float = PATIENCE) -> None:
        self._start = start
        self._patience = patience
        self._clock = SystemClock()
        self.outputs: list[Output] = []
        self.last_lines: dict[int, Output] = {}
        self.ended: dict[int, Outcome] = {}

    @cached_property
    def executor(self) -> Executor:
        """Started on first use, in the test itself: pytest changes ``sys.stdout`` before it."""
        return self._start()

    def submit(self, tree: Tree, run: int = 1, **more: Any) -> int:
        values: dict[str, Any] = {
            "run": run, "token": 7, "attempt": 1, "task": "tasks.T", "row_key": "",
            "trigger": Trigger.SCHEDULE, "nominals": (AT,), "effective": AT,
            "version": str(tree.root), "timeout_seconds": 60.0,
        }  # fmt: skip
        self.executor.submit(Assignment(**(values | more)))
        return run

    def outcome(self, run: int = 1) -> Outcome:
        """Wait for the end of a run."""
        self.poll_until(lambda: run in self.ended)
        return self.ended[run]

    def run(self, tree: Tree, **more: Any) -> Outcome:
        return self.outcome(self.submit(tree, **more))

    def wait_for_output(self, text: str, run: int = 1) -> None:
        """Wait until a run has printed or logged a text."""
        self.poll_until(lambda: text in self.output(run))

    def output(self, run: int = 1, *streams: str) -> str:
        """Return what a run has printed and logged so far."""
        names = streams or ("stdout", "stderr", "log", "note")
        return "".join(piece.text for piece in self.pieces(run) if piece.stream in names)

    def pieces(self, run: int = 1) -> list[LogPiece]:
        """Return what a run has printed and logged so far, the last lines too."""
        outputs = [output for output in self.outputs if output.run == run]
        outputs += [self.last_lines[run]] if run in self.last_lines else []
        return [piece for output in outputs for piece in output.pieces]

    def lines(self, run: int = 1) -> list[str]:
        """Return the lines that a run has logged, with their level."""
        return [
            f"{piece.level} {line}"
            for piece in self.pieces(run)
            if piece.stream == "log"
            for line in piece.text.splitlines()
        ]

    def poll_until(self, reached: Callable[[], bool]) -> None:
        """Take reports until then; fail where that takes too long, whatever is reported."""
        end = self._clock.monotonic() + self._patience
        while not reached():
            left = end - self._clock.monotonic()
            assert left > 0, f"not reached within {self._patience:g} s; {self.ended}"
            for report in self.executor.poll(left):
                if isinstance(report, Output):
                    if report.ending:
                        self.last_lines[report.run] = report
                    else:
                        self.outputs.append(report)
                elif not isinstance(report, Changed):
                    assert isinstance(report, Done)
                    assert report.run not in self.ended, "two ends of one run"
                    self.ended[report.run] = report.outcome


class Gate:
    """Keeps a body waiting until the test opens it: a FIFO, which every executor can read."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._path = path
        self.wait = f"open({str(path)!r}).read()"

    def open(self) -> None:
        with self._path.open("w"):
            return


def drive(kind: str, folder: Path, clock: Clock | None = None) -> Iterator[Driver]:
    """Give a driver of an executor with two workers; end what it started."""
    before = set(threading.enumerate())
    driver = Driver(lambda: KINDS[kind](2, workplace(folder), clock or SystemClock()))
    try:
        yield driver
    finally:
        driver.executor.close()
        join_bodies(before, folder)


def join_bodies(before: Set[threading.Thread], folder: Path) -> None:
    """Wait for the threads of bodies that were started since; open the gates that they wait at."""
    bodies = [
        thread
        for thread in set(threading.enumerate()) - before
        if thread.name.startswith("jittask-body")
    ]
    deadline = time.monotonic() + PATIENCE
    for thread in bodies:
        while thread.is_alive():
            assert time.monotonic() < deadline, f"{thread.name} does not end"
            for gate in folder.glob("gate*"):
                with suppress(OSError):  # nobody waits at it
                    os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
            thread.join(0.05)
