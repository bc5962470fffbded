"""What a trial of the real program needs: an app whose bodies witness, and its history."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from jittask import compile_tree
from jittask.compiler.compiled import CompiledTask, ScheduledTask
from jittask.model import AppSettings, Run
from jittask.store import Store
from jittask.store.record_filter import RecordFilter
from tests.faults.checker import Body, History, Key, violations
from tests.running import PATIENCE, Program
from tests.tree import Tree

SEED = int(os.environ.get("JITTASK_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)

_WITNESS = """import os, time
from jittask import currentTask

def tell(word):
    line = f"{{word}} {{currentTask.runId}} {{currentTask.attempt}} {{time.time_ns()}}\\n"
    handle = os.open({path!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, line.encode())
    os.close(handle)

def body(*_):
    tell("start")
    time.sleep(0.05)
    tell("end")

def short(*_):
    tell("start")
    tell("end")

def twice():
    body()
    if currentTask.attempt == 1:
        raise RuntimeError("the first attempt fails")
"""
_POLICIES = {
    "Latest": {"misfire": "latest", "overlap": "allow"},
    "All": {"misfire": "all", "overlap": "allow", "onInterrupted": "rerun"},
    "InTurn": {"misfire": "latest", "overlap": "queue"},
    "Twice": {"misfire": "latest", "overlap": "skip", "retry": {"max": 1, "delaySeconds": 0.1}},
}
_SHORT = {"misfire": "latest", "overlap": "allow"}
_CAPS = {"tasks.InTurn": 1, "tasks.Twice": 1}
_TASK_CAPS = {"tasks.Rows": 1}
_ROWS_EVERY = timedelta(seconds=0.4)
Gaps = Mapping[str, tuple[datetime, datetime, datetime]]
"""By task: since when it counts, and from when until when nothing of it is recorded."""
_NO_GAPS: Gaps = MappingProxyType({})
_UNDER_WAY = timedelta(seconds=10)
"""How long ago a body that begins may have been claimed."""


def rounds_or(few: int) -> int:
    """Return how many rounds are asked for, or the few that CI has time for."""
    return int(os.environ.get("JITTASK_FAULT_ROUNDS", few))


class Trial:
    """One app in one or several checkouts, its runs in one store, its witness beside them."""

    def __init__(
        self,
        folder: Path,
        settings: AppSettings,
        rounds: int,
        *,
        every: Mapping[str, int] = MappingProxyType({}),
        rows_a_round: int = 12,
        short: int = 0,
        **runtime: object,
    ) -> None:
        """``every`` names the tasks that fire less often than each second, and how often.

        ``short``: how many more fire each second, whose bodies take no time.
        """
        print(f"JITTASK_FAULT_SEED={SEED} rounds={rounds}")
        self.chance = random.Random(SEED)
        self.rounds = rounds
        self.commits_are_lost = folder / "commits-are-lost"
        self._every = every
        self._short = short
        self._steps = [(datetime.now(UTC), timedelta(0))]
        self._clock = folder / "clock"
        self._clock.write_text("0", encoding="utf-8")
        self._folder = folder
        self._settings = settings
        self._runtime = {"workers": 2, "scanSeconds": 0.2, **runtime}
        self._witness = folder / "witness.txt"
        self._start = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        self._make_rows(rounds * rows_a_round)

    def checkout(self, name: str = "app") -> Tree:
        """Write a copy of the app."""
        store = {"store": self._settings.store} if self._settings.store else {}
        tree = self._tree = Tree(self._folder / name, runtime=self._runtime, **store)
        tree.write("commons/__init__.py", "")
        tree.write("commons/witness.py", _WITNESS.format(path=str(self._witness)))
        policies = _POLICIES | {f"Short{number}": _SHORT for number in range(self._short)}
        for task, policy in policies.items():
            tree.scheduled(
                task,
                _inner(task),
                {
                    "repeatType": "custom",
                    "rrule": f"FREQ=SECONDLY;INTERVAL={self._every.get(task, 1)}",
                },
                timing={"startTime": self._start},
                policy=policy,
            )
        tree.things()
        tree.write(
            "databases/D/e.json",
            {"type": "databases.SqliteType", "title": "D", "database": str(self._data)},
        )
        tree.dated(
            "Rows",
            "from commons.witness import body\n\n\ndef customFunc(rowData):\n    body()\n",
            policy={"maxConcurrent": 1},
        )
        return tree

    def program(self, tree: Tree, **faults: object) -> Program:
        """Run a checkout with what a trial cannot do from outside; see ``launch``."""
        told = {
            "clock": str(self._clock),
            "commits": str(self.commits_are_lost),
            "seed": SEED,
            **faults,
        }
        return Program(tree.root, module="tests.faults.launch", JITTASK_TRIAL=json.dumps(told))

    def now(self) -> datetime:
        """Return what the program's clock says."""
        return datetime.now(UTC) + self._steps[-1][1]

    def step_the_clock(self, by: timedelta) -> None:
        """Set the program's clock."""
        self._set_the_clock(self._steps[-1][1] + by)

    def set_the_clock_ahead(self) -> None:
        """Set it to where it has been, at the most: what has been decided is not to come again."""
        self._set_the_clock(max(offset for _, offset in self._steps))

    def _set_the_clock(self, offset: timedelta) -> None:
        draft = self._clock.with_name("clock~")
        draft.write_text(str(offset.total_seconds()), encoding="utf-8")
        self._steps.append((datetime.now(UTC), offset))
        draft.replace(self._clock)

    def store(self, tree: Tree) -> Store:
        """Open the store beside the program; reading all of it may take longer than a heartbeat."""
        settings = compile_tree(tree.root).app.settings
        patient = replace(settings.runtime, heartbeat_seconds=2 * PATIENCE)
        return Store.open(replace(settings, runtime=patient), tree.root, create=False)

    def calm(self, program: Program) -> datetime:
        """Wait until all that is due now has been claimed; return what now was."""
        healed = self.now()
        behind = {f"tasks.{name}" for name in _POLICIES if name not in self._every}
        reached: dict[str, datetime] = {}

        def catches_up(line: str) -> bool:
            told = json.loads(line)
            if told["event"] != "started" or told["task"] not in behind:
                return False
            effective = datetime.fromisoformat(told["effective"])
            if effective > healed:
                behind.discard(told["task"])
            before = reached.get(told["task"], datetime.min.replace(tzinfo=UTC))
            reached[told["task"]] = max(before, effective)
            return effective > before

        # A slow machine may take long; a program that gets no further is wrong on any.
        while behind:
            program.wait_line(catches_up, PATIENCE)
        with self.store(self._tree) as store:
            while (soonest := store.next_due()) is not None and soonest <= healed:
                program.wait("finished")
        return healed

    def judge(self, program: Program, tree: Tree, gaps: Gaps = _NO_GAPS) -> None:
        """Wait until the program has caught up, stop it, and prove that nothing went wrong."""
        healed = self.calm(program)
        assert program.stop() == 0
        self.check(tree, healed, gaps)

    def check(self, tree: Tree, healed: datetime, gaps: Gaps = _NO_GAPS) -> None:
        """Prove that nothing went wrong, and tell of how much there was to prove."""
        app = compile_tree(tree.root).app
        end = max(healed, self.now())  # what is counted may reach beyond the healing
        with self.store(tree) as store:
            runs = tuple(all_runs(store, self.now()))
            marks = store.watermarks()
        expected: dict[Key, frozenset[datetime]] = {}
        for name, task in app.tasks.items():
            activated, *gap = gaps.get(name, (marks[name].activated,))
            expected |= self.nominals(name, task, activated, gap[0] if gap else end)
            for key, more in self.nominals(name, task, gap[1], end).items() if gap else ():
                expected[key] = expected.get(key, frozenset()) | more
        bodies = tuple(
            replace(body, clock=body.began + self._offset(body.began))
            for body in bodies_of(self._witness.read_text(encoding="utf-8"))
        )
        outcomes = Counter(str(one.outcome) for run in runs for one in run.attempts)
        states = Counter(str(run.status) for run in runs)
        occurrences = sum(map(len, expected.values()))
        print(f"{dict(states)} attempts={dict(outcomes)} {len(bodies)=} {occurrences=}")
        wrong = violations(History(runs, bodies, expected, _CAPS, _TASK_CAPS, healed))
        assert not wrong, "\n".join(map(str, wrong))

    def nominals(
        self, name: str, task: CompiledTask, after: datetime, until: datetime
    ) -> dict[Key, frozenset[datetime]]:
        """Return what a task has to record of ``(after, until]``, by its keys."""
        if isinstance(task, ScheduledTask):
            walked = task.timer.between(after, until)
            return {(name, ""): frozenset(n for one in walked for n in one.nominals)}
        return {
            (name, str(number)): frozenset({at})
            for number, at in self._rows()
            if after < at <= until
        }

    def _offset(self, moment: datetime) -> timedelta:
        """Return how far ahead the clock was when a body was claimed that began at ``moment``.

        It may have been set back since: the greatest of what it was in the meantime.
        """
        since = moment - _UNDER_WAY
        ends = [at for at, _ in self._steps[1:]] + [datetime.max.replace(tzinfo=UTC)]
        return max(
            offset
            for (at, offset), end in zip(self._steps, ends, strict=True)
            if at <= moment and end > since
        )

    @property
    def witness(self) -> Path:
        """The file in which bodies tell of themselves."""
        return self._witness

    @property
    def _data(self) -> Path:
        return self._folder / "d.db"

    def _make_rows(self, count: int) -> None:
        base = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(seconds=2)
        with contextlib.closing(sqlite3.connect(self._data)) as data, data:
            data.execute(
                "CREATE TABLE Thing (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)"
            )
            for number in range(count):
                at = base + number * _ROWS_EVERY
                data.execute(
                    "INSERT INTO Thing(at) VALUES (?)", (at.strftime("%Y-%m-%d %H:%M:%S.%f"),)
                )

    def _rows(self) -> Iterator[tuple[int, datetime]]:
        with contextlib.closing(sqlite3.connect(self._data)) as data:
            for number, at in data.execute("SELECT id, at FROM Thing"):
                yield number, datetime.fromisoformat(at).replace(tzinfo=UTC)


def _inner(task: str) -> str:
    name = "twice" if task == "Twice" else "short" if task.startswith("Short") else "body"
    return f"from commons.witness import {name} as customFunc\n"


def bodies_of(witness: str) -> list[Body]:
    """Read what bodies told: a line at the start of each, and one at its end."""
    bodies: list[Body] = []
    open_ones: dict[tuple[int, int], int] = {}
    for line in witness.splitlines():
        word, run, attempt, nanos = line.split()
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(nanos) // 1000)
        key = (int(run), int(attempt))
        if word == "start":
            open_ones[key] = len(bodies)
            bodies.append(Body(*key, at, None))
        else:
            begun = bodies[open_ones[key]]
            bodies[open_ones[key]] = Body(*key, begun.began, at)
    return bodies


def all_runs(store: Store, now: datetime) -> Iterator[Run]:
    after = None
    while True:
        page = store.records(RecordFilter(), now, 1000, after)
        yield from page.records
        after = page.next
        if after is None:
            return
