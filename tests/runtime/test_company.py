"""Several runtimes on one store: one plans, all execute, and the dead are taken over (R4, R8)."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.model import AppSettings, RunStatus
from jittask.runtime.events import Planned
from jittask.runtime.leader_duties import LeaderDuties
from jittask.runtime.runtime import Runtime
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store
from jittask.store.record_filter import RecordFilter
from tests.running import Program
from tests.services import store_settings
from tests.tree import Tree

pytestmark = pytest.mark.process

LEASE, HEARTBEAT = 3.0, 0.8


@pytest.fixture
def shared() -> Iterator[AppSettings]:
    with store_settings("postgresql") as settings:
        yield settings


def copy(root: Path, shared: AppSettings, *, body: str = "def customFunc():\n    pass\n") -> Tree:
    """One of several checkouts of an app that keeps its records in one place."""
    tree = Tree(
        root,
        store=shared.store,
        runtime={"workers": 2, "leaseSeconds": LEASE, "heartbeatSeconds": HEARTBEAT},
    )
    tree.scheduled(
        "Tick",
        body,
        {"repeatType": "custom", "rrule": "FREQ=SECONDLY"},
        timing={"startTime": "2026-01-01 00:00:00"},  # the same in every copy: it is no edit
        policy={"misfire": "all", "overlap": "allow", "onInterrupted": "rerun"},
    )
    return tree


def check_once_each(shared: AppSettings, root: Path) -> None:
    """Every second since the first has one record, and none has two (I1, I2)."""
    with Store.open(shared, root, create=False) as store:
        page = store.records(RecordFilter(tasks=("tasks.Tick",)), datetime.now(UTC), 1000)
    nominals = Counter(one for run in page.records for one in run.nominals)
    assert set(nominals.values()) == {1}
    first, last = min(nominals), max(nominals)
    told = [
        f"{one.id} {one.status} {one.reason} {one.nominals} {one.missed}" for one in page.records
    ]
    assert len(nominals) == (last - first) / timedelta(seconds=1) + 1, "\n".join(told)


def test_one_plans_and_all_execute(tmp_path: Path, shared: AppSettings) -> None:
    """Bodies take longer than one runtime's workers can keep up with."""
    body = "import threading\n\n\ndef customFunc():\n    threading.Event().wait(2.5)\n"
    a, b = (copy(tmp_path / name, shared, body=body) for name in "ab")
    with Program(a.root) as first:
        first.wait("ready")
        with Program(b.root) as second:
            second.wait("ready")
            first.wait("planned")
            second.wait("finished")
            first.wait("finished")
            assert second.stop() == 0
            assert first.stop() == 0
        assert not any('"planned"' in line for line in second.lines)
    check_once_each(shared, a.root)


def test_the_lead_may_be_lost_while_starting(
    tmp_path: Path, shared: AppSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others do not wait for first plans that take long."""
    tree, plan = copy(tmp_path / "a", shared), LeaderDuties.plan

    def overtaken(self: LeaderDuties, snapshot: Snapshot, now: datetime) -> None:
        monkeypatch.setattr(LeaderDuties, "plan", plan)
        assert self._term is not None
        self._store.lead("another", self._term)
        plan(self, snapshot, now)

    monkeypatch.setattr(LeaderDuties, "plan", overtaken)
    with Runtime(tree.root) as runtime:
        runtime.wait_for(lambda event: isinstance(event, Planned), 20)
    check_once_each(shared, tree.root)


def test_another_plans_on_when_the_planner_is_killed(tmp_path: Path, shared: AppSettings) -> None:
    a, b = (copy(tmp_path / name, shared) for name in "ab")
    with Program(a.root) as first:
        first.wait("finished")
        with Program(b.root) as second:
            second.wait("ready")
            first.kill()
            second.wait("trouble", code="leader-lost")
            second.wait("planned")
            second.wait("trouble", code="runtime-lost")
            second.wait("finished")
            assert second.stop() == 0
    check_once_each(shared, a.root)


def test_the_runs_of_the_dead_are_run_again(tmp_path: Path, shared: AppSettings) -> None:
    """By their policy: in the first place that they run, bodies wait for ever."""
    body = "import threading\n\n\ndef customFunc():\n    threading.Event().wait()\n"
    a = copy(tmp_path / "a", shared, body=body)
    with Program(a.root) as first:
        held = first.wait("started")
        b = copy(tmp_path / "b", shared)
        with Program(b.root) as second:
            second.wait("ready")
            first.kill()
            again = second.wait("started", run=held["run"])
            assert again["attempt"] == 2
            second.wait("finished", run=held["run"], status="completed")
            second.stop()
    check_once_each(shared, a.root)


def test_a_runtime_that_was_away_too_long_begins_anew(tmp_path: Path, shared: AppSettings) -> None:
    """Stopped for longer than the lease: its body has ended, and its runs are others'."""
    body = "import threading\n\n\ndef customFunc():\n    threading.Event().wait()\n"
    a = copy(tmp_path / "a", shared, body=body)
    with Program(a.root) as first:
        held = first.wait("started")
        b = copy(tmp_path / "b", shared)
        with Program(b.root) as second:
            second.wait("ready")
            first.process.send_signal(signal.SIGSTOP)
            second.wait("trouble", code="runtime-lost")
            second.wait("finished", run=held["run"], status="completed")
            first.process.send_signal(signal.SIGCONT)
            first.wait("trouble", code="lease-lost")
            second.stop()
            first.process.send_signal(signal.SIGINT)
            first.process.send_signal(signal.SIGINT)
            first.process.wait(30)
    with Store.open(shared, a.root, create=False) as store:
        run = store.run(held["run"])
    assert run is not None
    assert run.status is RunStatus.COMPLETED
    assert [one.outcome for one in run.attempts] == ["interrupted", "completed"]


def test_a_restart_on_the_same_machine_waits_for_no_lease(
    tmp_path: Path, shared: AppSettings
) -> None:
    a = copy(tmp_path / "a", shared)
    with Program(a.root) as first:
        first.wait("finished")
        first.kill()
    with Program(a.root) as second:
        second.wait("ready")
        second.wait("finished")
        assert second.stop() == 0
        assert not any("leader-lost" in line for line in second.lines)
    check_once_each(shared, a.root)
