"""Runs on workers that have no tree, as on one machine (R10): real processes, both brokers."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jittask.model import Reason, Run, RunStatus
from tests.fleet.brokers import own_redis
from tests.fleet.conftest import Fleet, fleet_of
from tests.running import PATIENCE, jittask
from tests.services import store_settings
from tests.tree import Tree

pytestmark = pytest.mark.process

NEVER = {"startTime": "2100-01-01 00:00:00"}
_UNTOLD_SECONDS = 1.0
"""For how long to wait for the next event: a record may change without one."""
GREETING = "from jittask import app\n\n\ndef customFunc():\n    print('hello')\n    return app.getElement('services.Words').word()\n"
WORDS = "class Words:\n    def word(self):\n        return 'first'\n"


def by_hand(fleet: Fleet, name: str, body: str, **more: object) -> str:
    """Add a task that runs only when it is triggered."""
    fleet.tree.scheduled(name, body, timing=NEVER, **more)
    return f"tasks.{name}"


def trigger(fleet: Fleet, task: str, *more: str) -> int:
    done = jittask("trigger", task, "--tree", fleet.tree.root, "--json", *more)
    return int(json.loads(done.stdout)["run"])


def until(fleet: Fleet, run: int, reached: Callable[[Run], bool]) -> Run:
    """Return a run's record as soon as it is so."""
    end = time.monotonic() + PATIENCE
    with fleet.store() as store:
        while True:
            events = fleet.events
            record = store.run(run)
            if record is not None and reached(record):
                return record
            assert time.monotonic() < end, record
            fleet.wait_for_more_events(events, _UNTOLD_SECONDS)


def ended(run: Run) -> bool:
    return run.finished is not None


def begun(fleet: Fleet, run: int) -> Run:
    """Return a run as soon as its body has printed something: its log is live."""
    first_begun(fleet, [run], 1)
    return until(fleet, run, lambda _: True)


def first_begun(fleet: Fleet, runs: list[int], count: int) -> list[int]:
    """Return so many of some runs as soon as the bodies of at least so many have begun."""
    end = time.monotonic() + PATIENCE
    with fleet.store() as store:
        while True:
            found = [run for run in runs if any(chunk.text for chunk in store.log(run))]
            if len(found) >= count:
                return found
            assert time.monotonic() < end, [store.run(run) for run in runs]
            time.sleep(0.05)


def test_what_a_person_sees_of_one_machine_is_so_on_a_fleet(fleet: Fleet, tmp_path: Path) -> None:
    fleet.tree.write("services/Words/e.json", {"type": "services.NormalType", "title": "Words"})
    fleet.tree.write("services/Words/service.py", WORDS)
    greet = by_hand(fleet, "Greet", GREETING)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    waits = f"def customFunc():\n    print('begun', flush=True)\n    open({str(gate)!r}).read()\n"
    wait = by_hand(fleet, "Wait", waits, policy={"overlap": "allow"})
    late = by_hand(fleet, "Late", waits, policy={"timeoutSeconds": 1})
    huge = by_hand(
        fleet, "Huge", "def customFunc():\n    x = bytearray(300_000_000)\n    print(len(x))\n    open(" + repr(str(gate)) + ").read()\n",
        policy={"memoryMb": 150},
    )  # fmt: skip
    planner = fleet.planner("--no-console")
    first, second = fleet.worker("w1"), fleet.worker("w2")

    # it runs, with what it needs, on a worker that has no files of it
    record = until(fleet, trigger(fleet, greet), ended)
    assert (record.status, record.result) == (RunStatus.COMPLETED, '"first"')
    with fleet.store() as store:
        assert "hello" in "".join(chunk.text for chunk in store.log(record.id))
        workers = {worker.id: worker for worker in store.status(record.finished).workers}
    assert record.attempts[-1].runtime in workers
    planner.wait("finished", run=record.id, status="completed")

    # a reload reaches the fleet
    fleet.tree.write("services/Words/service.py", WORDS.replace("first", "second"))
    planner.wait("reloaded")
    again = until(fleet, trigger(fleet, greet), ended)
    assert again.result == '"second"'
    assert again.version != record.version

    # its log is live, and a person may kill it
    waiting = trigger(fleet, wait)
    assert begun(fleet, waiting).status is RunStatus.EXECUTING
    status = json.loads(jittask("status", fleet.tree.root, "--json").stdout)
    assert sum(worker["executing"] for worker in status["workers"]) == 1
    assert {worker["slots"] for worker in status["workers"]} == {2}
    jittask("kill", waiting, "--tree", fleet.tree.root, "--note", "enough")
    killed = until(fleet, waiting, ended)
    assert (killed.status, killed.reason) == (RunStatus.FAILED, Reason.KILLED)
    assert "enough" in (killed.detail or "")

    # its limits hold
    overdue = until(fleet, trigger(fleet, late), ended)
    assert (overdue.status, overdue.reason) == (RunStatus.FAILED, Reason.TIMEOUT)
    fat = until(fleet, trigger(fleet, huge), ended)
    assert fat.status is RunStatus.FAILED
    assert "policy.memoryMb" in (fat.detail or "")

    # all slots of both workers are used, and no more: what was to follow a short body is taken back
    five = [trigger(fleet, wait) for _ in range(5)]
    at_once = first_begun(fleet, five, 4)
    [left] = set(five) - set(at_once)
    until(fleet, left, lambda run: run.status is RunStatus.PENDING)

    # a worker that stops lets bodies end, and the planner's end ends none
    assert planner.stop() == 0
    with fleet.store() as store:
        assert [store.run(run).status for run in at_once] == [RunStatus.EXECUTING] * 4
        assert store.run(left).status is RunStatus.PENDING
    with gate.open("w"):
        pass
    for run in at_once:
        assert until(fleet, run, ended).status is RunStatus.COMPLETED
    assert [first.stop(), second.stop()] == [0, 0]


def test_messages_that_are_doubled_lost_or_nobodys(fleet: Fleet) -> None:
    greet = by_hand(fleet, "Greet", "def customFunc():\n    print('once')\n")
    planner = fleet.planner("--no-console")
    worker = fleet.worker("w1")
    done = until(fleet, trigger(fleet, greet), ended)
    assert done.status is RunStatus.COMPLETED

    # what is old, comes twice, or is none of ours changes nothing
    for body in (
        {"protocol": 1, "run": done.id, "token": 1, "version": done.version},
        {"protocol": 99, "run": done.id, "token": 1, "version": done.version},
        "nonsense",
    ):
        for _ in range(2):
            fleet.broker.send(body)
    refused = worker.wait("trouble", code="message-refused")
    assert "protocol 99" in refused["text"]

    # a message that is lost is sent again: nobody listens while it is dropped
    worker.process.send_signal(signal.SIGSTOP)
    run = trigger(fleet, greet)
    until(fleet, run, lambda record: record.status is RunStatus.EXECUTING)
    fleet.broker.flush()
    worker.process.send_signal(signal.SIGCONT)
    record = until(fleet, run, ended)
    assert record.status is RunStatus.COMPLETED
    with fleet.store() as store:
        assert [len(list(store.log(number))) for number in (done.id, run)] == [1, 1]
    assert planner.stop() == 0
    assert worker.stop() == 0


def test_routes_and_a_queue_that_nobody_serves(tmp_path: Path) -> None:
    with fleet_of("redis", tmp_path) as fleet:
        slow = f"{fleet.broker.queue}-slow"
        executor = fleet.settings["runtime"]["executor"]
        executor["routes"] = {"heavy": slow}
        fleet.tree.write(
            "app.json",
            {"appId": "t", "name": "t", "settings": {"timezone": "UTC", **fleet.settings}},
        )
        body = "def customFunc():\n    return 1\n"
        plain = by_hand(fleet, "Plain", body)
        tagged = by_hand(fleet, "Tagged", body, tags=["heavy"])
        named = by_hand(fleet, "Named", body, policy={"queue": "elsewhere"}, tags=["heavy"])
        planner = fleet.planner("--no-console")
        fleet.worker("w1", "--queue", fleet.broker.queue)
        runs = [trigger(fleet, task) for task in (plain, tagged, named)]
        assert until(fleet, runs[0], ended).status is RunStatus.COMPLETED
        for task in (tagged, named):
            planner.wait("blocked", task=task)
        status = jittask("status", fleet.tree.root)
        assert status.returncode == 1
        assert "no worker listens on queue 'elsewhere'" in status.stdout
        assert f"jittask worker --queue {slow}" in status.stdout

        # it goes on by itself
        other = fleet.worker("w2", "--queue", slow, "--queue", "elsewhere")
        records = [until(fleet, run, ended) for run in runs]
        assert [record.result for record in records] == ["1", "1", "1"]
        machines = [record.attempts[-1].runtime for record in records]
        assert machines[0] != machines[1] == machines[2]
        planner.wait("unblocked", task=named)
        assert other.stop() == 0


def test_a_dead_workers_runs_are_retaken_within_a_lease(tmp_path: Path) -> None:
    with fleet_of("redis", tmp_path, leaseSeconds=12) as fleet:
        body = "import time\n\n\ndef customFunc():\n    print('begun', flush=True)\n    time.sleep(600)\n"
        rerun = by_hand(fleet, "Rerun", body, policy={"onInterrupted": "rerun"})
        fail = by_hand(fleet, "Fail", body)
        planner = fleet.planner("--no-console")
        worker = fleet.worker("w1")
        runs = [trigger(fleet, rerun), trigger(fleet, fail)]
        for run in runs:
            begun(fleet, run)
        other = fleet.worker("w2")
        os.killpg(worker.process.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        failed = until(fleet, runs[1], ended)
        assert (failed.status, failed.reason) == (RunStatus.FAILED, Reason.INTERRUPTED)
        again = until(fleet, runs[0], lambda record: record.attempt == 2)
        assert time.monotonic() - killed_at < 12 + 2 + 6  # lease, heartbeat, and a slow machine
        assert again.attempts[0].outcome == Reason.INTERRUPTED
        planner.wait("finished", run=runs[1], status="failed")
        assert other.stop() == 0


def test_a_worker_that_was_killed_is_followed_at_once_by_one_in_its_place(tmp_path: Path) -> None:
    """As a runtime is: nobody waits for the lease (R4)."""
    with fleet_of("redis", tmp_path, leaseSeconds=300) as fleet:
        wait = by_hand(fleet, "Wait", "import time\n\n\ndef customFunc():\n    print('begun', flush=True)\n    time.sleep(600)\n")  # fmt: skip
        fleet.planner("--no-console")
        worker = fleet.worker("w1")
        run = trigger(fleet, wait)
        begun(fleet, run)
        worker.kill()
        fleet.worker("w1")
        assert until(fleet, run, ended).reason is Reason.INTERRUPTED


def test_what_keeps_a_worker_from_starting(tmp_path: Path) -> None:
    with store_settings("postgresql") as settings, own_redis() as broker:
        executor = {"type": "celery", "broker": broker.url}
        fleet = Tree(tmp_path / "fleet", store=settings.store, runtime={"executor": executor})
        no_store = jittask("worker", fleet.root)
        assert (no_store.returncode, "no records yet" in no_store.stderr) == (1, True)
        alone = Tree(tmp_path / "alone", store=settings.store)
        done = jittask("worker", alone.root)
        assert (done.returncode, done.stdout) == (1, "")
        assert "settings.runtime.executor is not celery" in done.stderr
        unset = {"type": "celery", "broker": "${JITTASK_NO_SUCH_BROKER}"}
        tree = Tree(tmp_path / "unset", store=settings.store, runtime={"executor": unset})
        for command in ("worker", "run"):
            done = jittask(command, tree.root)
            assert (done.returncode, done.stdout) == (1, "")
            assert "JITTASK_NO_SUCH_BROKER is not set" in done.stderr
        for command in ("worker", "run"):
            file = Tree(tmp_path / f"file-{command}", runtime={"executor": executor})
            assert "expected PostgreSQL" in jittask(command, file.root).stderr
