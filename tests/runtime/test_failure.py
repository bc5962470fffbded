"""``policy.onFailure``: called once, after the last attempt of a run that failed, and told (R2)."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from jittask import Runtime, compile_tree
from jittask.clock import FixedClock
from jittask.model import AppSettings, CallStyle, FunctionRef, Policy, Reason, RunStatus, Trigger
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.decisions import choose
from jittask.runtime.events import Finished
from jittask.runtime.executors.protocol import Assignment
from jittask.runtime.failure import policy_of, with_follow_up
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store, StoreUnavailable
from jittask.store.claim_types import Choice, Claim, DueRun, Ending, Executing
from jittask.store.plans import NewRun
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TOLD = FunctionRef("services.Alerts", "services/Alerts/service.py", "told", CallStyle.SERVICE)
ALERTS = """from jittask import currentTask, log


def told(failedRun):
    log.info("run %s of %s: %s", failedRun.runId, failedRun.task, failedRun.detail)
    return [failedRun.runId, failedRun.attempt, failedRun.reason, failedRun.error.splitlines()[-1],
            failedRun.trigger, failedRun.rowKey, currentTask.runId != failedRun.runId]
"""
FAILS = "def customFunc():\n    raise ValueError('no')\n"
WAITS = """import time
from jittask import app

def customFunc():
    while not (app.rootPath / "go").exists():
        time.sleep(0.01)
"""


def alerts(tree: Tree, code: str = ALERTS) -> Tree:
    tree.write("services/Alerts/e.json", {"type": "services.NormalType", "title": "A"})
    tree.write("services/Alerts/service.py", code)
    return tree


def policy(**more: object) -> dict[str, object]:
    return {"onFailure": "services.Alerts.told", **more}


def records(tree: Tree, trigger: str) -> list[dict]:
    done = jittask("records", "--trigger", trigger, "--tree", tree.root, "--format", "json")
    return json.loads(done.stdout)["records"]


# --- what is decided


@pytest.mark.parametrize(
    ("state", "known", "follows"),
    [
        (RunStatus.FAILED, TOLD, True),
        (RunStatus.FAILED, None, False),
        (RunStatus.PENDING, TOLD, False),  # a retry
        (RunStatus.COMPLETED, TOLD, False),
        (RunStatus.CANCELLED, TOLD, False),
    ],
)
def test_it_follows_from_a_final_failure(
    state: RunStatus, known: FunctionRef | None, follows: bool
) -> None:
    end = Ending(5, 1, 1, state)
    found = with_follow_up(
        end, "tasks.A", "[1]", Policy(on_failure=known, priority=3), NOW
    ).follow_up
    wanted = NewRun(
        "tasks.A", "[1]", Trigger.ON_FAILURE, (NOW,), NOW, rerun_of=5, priority=3
    )  # fmt: skip
    assert found == (wanted if follows else None)


def test_what_tells_of_a_failure_is_tried_once_and_not_told_of() -> None:
    strict = Policy(on_failure=TOLD, timeout_seconds=5, max_concurrent=1)
    assert policy_of(Trigger.ON_FAILURE, strict) == Policy(timeout_seconds=5)
    assert policy_of(Trigger.RERUN, strict) is strict


def test_it_waits_for_a_free_worker_and_for_nothing_else(tree: Tree) -> None:
    tree.scheduled("A", policy={"maxConcurrent": 1, "overlap": "queue"})
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    due = [
        DueRun(n, "tasks.A", "", trigger, (NOW,), NOW, 0)
        for n, trigger in enumerate([Trigger.ON_FAILURE, Trigger.SCHEDULE, Trigger.ON_FAILURE])
    ]
    busy = [Executing("tasks.A", "", NOW)]
    assert [one.run.id for one in choose(due, snapshot, busy, 4, NOW).claim] == [0, 2]
    assert [one.run.id for one in choose(due, snapshot, [], 4, NOW).claim] == [0, 1, 2]
    assert [one.run.id for one in choose(due, snapshot, busy, 1, NOW).claim] == [0]


# --- what is written


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with Store.open(AppSettings(), tmp_path, create=True) as opened:
        yield opened


def claimed(store: Store, seen: list[Executing] | None = None) -> list:
    def every(due: list[DueRun], executing: list[Executing]) -> Choice:
        if seen is not None:
            seen.extend(executing)
        return Choice(tuple(Claim(one, "v") for one in due), ())

    return list(store.take(every, "w", NOW, 100)[1].claimed)


def test_it_stands_with_the_end_that_it_follows_from_and_only_then(store: Store) -> None:
    number = store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    [mine] = claimed(store)
    end = with_follow_up(
        Ending(number, mine.token, 1, RunStatus.FAILED, Reason.ERROR), "tasks.A", "",
        Policy(on_failure=TOLD), NOW,
    )  # fmt: skip
    stale = with_follow_up(
        Ending(number, mine.token - 1, 1, RunStatus.FAILED, Reason.ERROR), "tasks.A", "",
        Policy(on_failure=TOLD), NOW,
    )  # fmt: skip
    assert store.finish([stale], NOW) == []
    assert claimed(store) == []
    assert store.finish([end], NOW) == [end]
    assert store.finish([end], NOW) == [end]  # its reply was lost
    [follower] = claimed(store)
    run = store.run(follower.run.id)
    assert run is not None
    assert (run.trigger, run.rerun_of, run.task) == (Trigger.ON_FAILURE, number, "tasks.A")


def test_it_holds_nobody_up(store: Store) -> None:
    store.plan(NOW, [NewRun("tasks.A", "", Trigger.ON_FAILURE, (NOW,), NOW, rerun_of=1)])
    [mine] = claimed(store)
    store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    seen: list[Executing] = []
    [other] = claimed(store, seen)
    assert seen == []
    assert {mine.run.trigger, other.run.trigger} == {Trigger.ON_FAILURE, Trigger.MANUAL}


def test_a_store_that_does_not_answer_in_between_loses_nothing(
    store: Store, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is claimed, and what it is about cannot be read: it is given back, and taken again."""
    tree.scheduled("A")
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    failed = store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    [mine] = claimed(store)
    end = Ending(failed, mine.token, 1, RunStatus.FAILED, Reason.ERROR, "so")
    store.finish([with_follow_up(end, "tasks.A", "", Policy(on_failure=TOLD), NOW)], NOW)
    submitted: list[Assignment] = []
    executor = SimpleNamespace(
        free=lambda: 2, executing=frozenset, submit=submitted.append, poll=lambda _: []
    )
    claim_loop = ClaimLoop(
        store, executor, FixedClock(NOW), "w", lambda _: None, TaskBoundary(lambda _: None)
    )

    def unavailable(_number: int) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as away:
        away.setattr(store, "run", unavailable)
        with pytest.raises(StoreUnavailable):
            claim_loop.step(snapshot, 0)
    assert submitted == []
    claim_loop.step(snapshot, 0)
    claim_loop.step(snapshot, 0)
    [assignment] = submitted
    assert assignment.failed is not None
    assert (assignment.failed.runId, assignment.failed.detail) == (failed, "so")


# --- what is compiled


def test_its_code_is_part_of_the_version(tree: Tree) -> None:
    alerts(tree).scheduled("A", policy=policy())
    tree.scheduled("B")
    before = compile_tree(tree.root, imports=True)
    assert before.diagnostics == ()
    assert "services/Alerts/service.py" in before.app.tasks["tasks.A"].bundle
    same = compile_tree(tree.root, imports=True, previous=before)
    assert same.app.tasks["tasks.A"] is before.app.tasks["tasks.A"]
    alerts(tree, ALERTS + "# more\n")
    after = compile_tree(tree.root, imports=True, previous=before)
    assert after.app.tasks["tasks.A"].version != before.app.tasks["tasks.A"].version
    assert after.app.tasks["tasks.B"] is before.app.tasks["tasks.B"]
    alerts(tree, "def told(:\n")
    broken = compile_tree(tree.root, previous=after)
    assert list(broken.app.tasks) == ["tasks.B"]


def test_it_is_checked_on_the_real_object(tree: Tree) -> None:
    """A name that is bound by assignment is known only when it is imported."""
    alerts(tree, "told = lambda: 1\n").scheduled("A", policy=policy())
    [found] = compile_tree(tree.root, imports=True).diagnostics
    assert (found.code, found.location.file) == ("too-few-parameters", "services/Alerts/service.py")


# --- what happens


def test_it_is_told_after_the_last_attempt(tree: Tree) -> None:
    alerts(tree).scheduled("A", FAILS, policy=policy(retry={"max": 1, "delaySeconds": 0}))
    with Runtime(tree.root) as runtime:
        assert jittask("trigger", "A", "--tree", tree.root).returncode == 0
        runtime.wait_for(
            lambda event: isinstance(event, Finished) and event.status is RunStatus.COMPLETED,
            PATIENCE,
        )
    [failed] = records(tree, "manual")
    [told] = records(tree, "on-failure")
    assert told["rerunOf"] == failed["id"]
    assert json.loads(told["result"]) == [
        failed["id"], 2, "error", "ValueError: no", "manual", "", True
    ]  # fmt: skip
    log = jittask("log", told["id"], "--tree", tree.root).stdout
    assert f"run {failed['id']} of tasks.A: ValueError: no\n" in log


def test_one_that_fails_itself_is_not_told_of(tree: Tree) -> None:
    code = "def told(failedRun):\n    failedRun.attempt = 3\n"
    alerts(tree, code).scheduled("A", FAILS, policy=policy(retry={"max": 0, "delaySeconds": 0}))
    with Runtime(tree.root) as runtime:
        jittask("trigger", "A", "--tree", tree.root)
        runtime.wait_for(
            lambda event: isinstance(event, Finished) and "Frozen" in (event.detail or ""),
            PATIENCE,
        )
    [told] = records(tree, "on-failure")
    assert told["error"].splitlines()[-1].startswith("dataclasses.FrozenInstanceError")


@pytest.mark.process
def test_it_is_told_of_a_timeout_and_of_a_kill(tree: Tree) -> None:
    alerts(tree).scheduled("Slow", WAITS, policy=policy(timeoutSeconds=0.3))
    tree.scheduled("Hangs", WAITS, policy=policy())
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "Slow", "--tree", tree.root)
        assert json.loads(program.wait("finished", status="completed")["result"])[2] == "timeout"
        jittask("trigger", "Hangs", "--tree", tree.root)
        started = program.wait("started", task="tasks.Hangs", trigger="manual")
        with Store.open(AppSettings(), tree.root, create=False) as store:
            assert store.request_kill(started["run"], "enough", datetime.now(UTC))
        result = json.loads(program.wait("finished", status="completed")["result"])
        assert result[2:4] == ["killed", "killed by hand: enough"]
        program.stop()


@pytest.mark.process
def test_it_is_told_of_an_interruption_and_never_of_its_own(tree: Tree) -> None:
    """Two kills of the whole program: amid the body, and amid what tells of it."""
    told = WAITS.replace("customFunc()", "told(failedRun)")
    alerts(tree, told).scheduled("A", WAITS, policy=policy(onInterrupted="fail"))
    for trigger in ("manual", "on-failure"):
        with Program(tree.root) as program:
            if trigger == "manual":
                program.wait("ready")
                jittask("trigger", "A", "--tree", tree.root)
            program.wait("started", trigger=trigger)
            program.process.send_signal(signal.SIGKILL)
            program.process.wait(PATIENCE)
    with Program(tree.root) as program:
        program.wait("ready")
        program.stop()
    [failed] = records(tree, "manual")
    [teller] = records(tree, "on-failure")
    assert (failed["status"], failed["reason"]) == ("failed", "interrupted")
    assert (teller["status"], teller["reason"]) == ("failed", "interrupted")
    assert teller["rerunOf"] == failed["id"]


@pytest.mark.process
def test_one_whose_policy_is_gone_is_withdrawn(tree: Tree) -> None:
    alerts(tree).scheduled("A", WAITS, policy=policy())
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "A", "--tree", tree.root)
        program.wait("started")
        program.kill()
    with Store.open(AppSettings(), tree.root, create=False) as store:
        now = datetime.now(UTC)
        store.plan(now, [NewRun("tasks.A", "", Trigger.ON_FAILURE, (now,), now, rerun_of=1)])
    tree.scheduled("A", WAITS)
    with Program(tree.root) as program:
        assert program.wait("finished", status="cancelled")["reason"] == "on-failure-removed"
        program.stop()
