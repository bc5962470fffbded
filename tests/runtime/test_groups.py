"""Tasks of a group share a cap and a rate, over all runtimes (R2)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.clock import FixedClock
from jittask.model import Trigger
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.decisions import choose
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Expected,
    Report,
    RunKey,
)
from jittask.runtime.groups import Groups
from jittask.runtime.snapshot import Snapshot, first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store
from jittask.store.claim_types import DueRun, Executing
from jittask.store.dialects import sqlite
from jittask.store.plans import NewRun
from tests.running import Program
from tests.services import store_settings
from tests.tree import Tree

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
RUNS = 40
GROUPS = {
    "mail": {"maxConcurrent": 2, "perMinute": 5},
    "reports": {"maxConcurrent": 1},
    "sms": {"perMinute": 3},
}
TASKS = {"MailA": "mail", "MailB": "mail", "Report": "reports", "Sms": "sms", "Free": None}


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    tree = Tree(tmp_path / "app", groups=GROUPS)
    for name, group in TASKS.items():
        policy = {"overlap": "allow"} | ({} if group is None else {"group": group})
        tree.scheduled(name, policy=policy)
    compilation = compile_tree(tree.root)
    assert compilation.ok, compilation.diagnostics
    return first_snapshot(compilation, {}, {}, NOW)


def due_runs(*tasks: str) -> list[DueRun]:
    return [
        DueRun(number, f"tasks.{task}", "", Trigger.SCHEDULE, (NOW,), NOW, 0)
        for number, task in enumerate(tasks, start=1)
    ]


def executing(*tasks: str) -> list[Executing]:
    return [Executing(f"tasks.{task}", "", NOW) for task in tasks]


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


CASES: dict[str, tuple[list[str], list[str], dict[str, list[datetime]], list[int], datetime | None]] = {
    "a cap holds for all tasks of the group": (
        ["MailA", "MailB", "MailA", "Free"], [], {}, [1, 2, 4], None,
    ),
    "what executes counts": (["MailA", "Report", "Free"], ["MailB", "MailB", "Report"], {}, [3], None),
    "a rate counts what has begun": (
        ["Sms", "Sms", "Free"], [], {"sms": ago(50, 20)}, [1, 3], None,
    ),
    "a rate that is used up says when it is not any more": (
        ["Sms", "Free"], [], {"sms": ago(50, 20, 1)}, [2], NOW + 10 * SECOND,
    ),
    "where more have begun than may, by an older rate": (
        ["Sms"], [], {"sms": ago(50, 40, 30, 20, 10)}, [], NOW + 30 * SECOND,
    ),
    "the sooner of two groups": (
        ["MailA", "Sms"], [], {"sms": ago(50, 20, 1), "mail": ago(55, 9, 8, 7, 6)}, [], NOW + 5 * SECOND,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_begins(snapshot: Snapshot, name: str) -> None:
    due, busy, starts, begun, until = CASES[name]
    groups = Groups(snapshot)
    room = groups.room(executing(*busy), starts)
    found = choose(due_runs(*due), snapshot, executing(*busy), 9, NOW, room=room)
    assert [claim.run.id for claim in found.claim] == begun
    assert found.until == until
    assert "tasks.Free" not in found.full
    assert found.resting <= found.full


class HeldExecutor:
    """Executes until it is told which runs end."""

    def __init__(self) -> None:
        self.runs: dict[RunKey, Assignment] = {}
        self.ends: list[Report] = []

    def free(self) -> int:
        return 6 - len(self.runs)

    def executing(self) -> frozenset[RunKey]:
        return frozenset(self.runs)

    def expect(self, coming: Sequence[Expected]) -> None:
        """Load nothing."""

    def submit(self, assignment: Assignment) -> None:
        self.runs[assignment.run, assignment.token] = assignment

    def end(self, dice: random.Random) -> None:
        """Let one of the runs complete."""
        key = dice.choice(list(self.runs))
        assignment = self.runs.pop(key)
        self.ends.append(Done(*key, assignment.attempt, Completed("null", 1.0)))

    def poll(self, seconds: float) -> Sequence[Report]:
        found, self.ends = self.ends, []
        return found

    def wake(self) -> None:
        """Wait for nothing."""

    def kill(self, run: int, why: str) -> None:
        """Kill nothing."""

    def extend_lease(self, seconds_left: float) -> None:
        """Have no lease."""

    def interrupt(self) -> None:
        """Interrupt nothing."""

    def close(self) -> None:
        """Close nothing."""


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")  # nothing here is about the disk
    with (
        store_settings(request.param) as settings,
        Store.open(settings, tmp_path, create=True) as opened,
    ):
        yield opened


class Fleet:
    """Two runtimes that claim from one store, in turn."""

    def __init__(self, store: Store, snapshot: Snapshot, dice: random.Random) -> None:
        self.store, self.snapshot, self.dice = store, snapshot, dice
        self.clock = FixedClock(NOW)
        self.executors = [HeldExecutor(), HeldExecutor()]
        self.loops = []
        for number, executor in enumerate(self.executors):
            store.announce(f"r{number}", "host", 1, NOW)
            boundary = TaskBoundary(lambda _: None)
            self.loops.append(
                ClaimLoop(store, executor, self.clock, f"r{number}", lambda _: None, boundary)
            )
        self.begun: list[tuple[datetime, str]] = []
        self.planned = 0

    def plan(self, task: str) -> None:
        self.planned += 1
        at = self.clock.now()
        nominal = NOW + self.planned * timedelta(microseconds=1)
        new = NewRun(f"tasks.{task}", "", Trigger.SCHEDULE, (nominal,), at)
        self.store.plan(at, [new])

    def step(self) -> None:
        turn = self.dice.randrange(2)
        before = self.executors[turn].executing()
        self.loops[turn].claim(self.snapshot)
        for key in self.executors[turn].executing() - before:
            self.begun.append((self.clock.now(), self.executors[turn].runs[key].task))
        if self.executors[turn].runs and self.dice.random() < 0.6:
            self.executors[turn].end(self.dice)
        self.loops[turn].step(self.snapshot, 0, claiming=False)
        self.clock.move_to(self.clock.now() + timedelta(seconds=self.dice.choice([0.1, 0.5, 2, 7])))

    def now_executing(self) -> Counter[str | None]:
        return Counter(
            TASKS[run.task.removeprefix("tasks.")]
            for executor in self.executors
            for run in executor.runs.values()
        )

    @property
    def pending(self) -> int:
        return self.store.status(self.clock.now()).pending


@pytest.mark.parametrize("seed", range(3))
def test_no_cap_and_no_rate_is_exceeded_and_all_runs_begin(
    store: Store, snapshot: Snapshot, seed: int
) -> None:
    print(f"seed {seed}")
    dice = random.Random(seed)
    fleet = Fleet(store, snapshot, dice)
    for step in range(600):
        if step < RUNS:
            fleet.plan(dice.choice(list(TASKS)))
        fleet.step()
        busy = fleet.now_executing()
        assert busy["mail"] <= 2
        assert busy["reports"] <= 1
        if step >= RUNS and not fleet.pending and not any(each.runs for each in fleet.executors):
            break
    assert not fleet.pending
    assert len(fleet.begun) == fleet.planned == RUNS
    for group, most in (("mail", 5), ("sms", 3)):
        starts = [at for at, task in fleet.begun if TASKS[task.removeprefix("tasks.")] == group]
        for at in starts:
            assert sum(at - MINUTE < other <= at for other in starts) <= most
    assert store.status(fleet.clock.now()).executing == 0


def test_a_long_queue_of_a_group_holds_nobody_up(store: Store, snapshot: Snapshot) -> None:
    fleet = Fleet(store, snapshot, random.Random(1))
    store.plan(
        NOW,
        [
            NewRun("tasks.Sms", "", Trigger.SCHEDULE, (NOW + n * timedelta(microseconds=1),), NOW)
            for n in range(12_000)
        ],
    )
    fleet.plan("Free")
    fleet.loops[0].claim(snapshot)
    begun = Counter(run.task for run in fleet.executors[0].runs.values())
    assert begun == {"tasks.Sms": 3, "tasks.Free": 1}


def test_the_loop_says_when_a_group_that_rests_goes_on(store: Store, snapshot: Snapshot) -> None:
    fleet = Fleet(store, snapshot, random.Random(1))
    for _ in range(5):
        fleet.plan("Sms")
    assert fleet.loops[0].claim(snapshot) is None  # these three have just begun
    fleet.clock.move_to(NOW + 20 * SECOND)
    assert fleet.loops[0].claim(snapshot) == NOW + MINUTE
    fleet.plan("Free")
    assert fleet.loops[0].claim(snapshot) == NOW + MINUTE
    assert sum(run.task == "tasks.Free" for run in fleet.executors[0].runs.values()) == 1
    fleet.clock.move_to(NOW + MINUTE)
    fleet.loops[0].claim(snapshot)
    assert sum(run.task == "tasks.Sms" for run in fleet.executors[0].runs.values()) == 5


@pytest.mark.parametrize(
    ("settings", "policy", "code"),
    [
        ({"groups": {"mail": {"perMinute": 3}}}, {"group": "mial"}, "unknown-group"),
        ({}, {"group": "mail"}, "unknown-group"),
        ({"policy": {"group": "mail"}}, {}, "unknown-group"),
        ({"groups": {"mail": {}}}, {}, "bad-value"),
        ({"groups": {"mail": {"perMinute": 0}}}, {}, "bad-value"),
    ],
)
def test_a_mistake_has_a_place(
    tmp_path: Path, settings: dict[str, object], policy: dict[str, object], code: str
) -> None:
    tree = Tree(tmp_path / "app", **settings)
    tree.scheduled("A", policy=policy)
    [found] = [each for each in compile_tree(tree.root).diagnostics if each.is_error]
    assert found.code == code
    assert found.location.line > 1


def test_the_default_of_the_app_and_a_task_of_its_own(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", groups=GROUPS, policy={"group": "mail"})
    tree.scheduled("A")
    tree.scheduled("B", policy={"group": "sms"})
    tasks = compile_tree(tree.root).app.tasks
    assert {name: task.policy.group for name, task in tasks.items()} == {
        "tasks.A": "mail",
        "tasks.B": "sms",
    }


def test_what_a_clock_began_that_was_set_back_counts_no_more(
    store: Store, snapshot: Snapshot
) -> None:
    fleet = Fleet(store, snapshot, random.Random(1))
    fleet.clock.move_to(NOW + 60 * MINUTE)
    for _ in range(6):
        fleet.plan("Sms")
    fleet.loops[0].claim(snapshot)
    assert len(fleet.executors[0].runs) == 3
    store.plan(NOW, [NewRun("tasks.Sms", "", Trigger.SCHEDULE, (NOW,), NOW)])
    fleet.clock.move_to(NOW)
    fleet.loops[1].claim(snapshot)
    assert len(fleet.executors[1].runs) == 1


@pytest.mark.process
@pytest.mark.parametrize("executor", ["process", "inline"])
def test_a_real_runtime_keeps_a_rate(tmp_path: Path, executor: str) -> None:
    tree = Tree(tmp_path / "app", groups=GROUPS, runtime={"executor": executor, "workers": 2})
    repeat = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
    for name in ("A", "B", "C", "D"):
        tree.scheduled(name, repeat=repeat, policy={"group": "sms", "overlap": "allow"})
    tree.scheduled("Free", repeat=repeat)
    ended: list[dict] = []
    with Program(tree.root) as program:
        while sum(event["task"] == "tasks.Free" for event in ended) < 5:
            event = program.wait("finished")
            if event["status"] != "skipped":
                ended.append(event)
    assert {event["status"] for event in ended} == {"completed"}
    assert sum(event["task"] != "tasks.Free" for event in ended) == 3
