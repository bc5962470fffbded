"""One table of what every executor does with a body, through ``Executor`` alone (R6, H4, U5)."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from jittask.clock import Clock, FixedClock, SystemClock
from jittask.model import Reason, Trigger
from jittask.prelude.context import FailedRun
from jittask.runtime.executors import in_process
from jittask.runtime.executors.inline import InlineExecutor
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import (
    LOG_CAP,
    Assignment,
    Completed,
    Executor,
    Failed,
    Interrupted,
    Killed,
    Outcome,
    Output,
    TimedOut,
    Unbegun,
    Withdrawn,
)
from jittask.runtime.executors.thread import ThreadExecutor
from jittask.store.lock import FileLock
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
KINDS: dict[str, Callable[[int, Path, Clock], Executor]] = {
    "process": ProcessExecutor,
    "thread": ThreadExecutor,
    "inline": InlineExecutor,
}
OUR_FOLDER = str(Path(in_process.__file__).parents[2])


class Hand:
    """Hands runs to an executor, and waits for what it reports."""

    def __init__(self, start: Callable[[], Executor]) -> None:
        self._start = start
        self.outputs: list[Output] = []
        self.ended: dict[int, Outcome] = {}

    @cached_property
    def executor(self) -> Executor:
        """Started on first use, in the test itself: pytest changes ``sys.stdout`` before it."""
        return self._start()

    def submit(self, tree: Tree, run: int = 1, **more: Any) -> int:
        values: dict[str, Any] = {
            "run": run, "token": 7, "attempt": 1, "task": "tasks.T", "row_key": "",
            "trigger": Trigger.SCHEDULE, "nominals": (AT,), "effective": AT,
            "bundle": tree.root, "root": tree.root, "timeout_seconds": 60.0,
        }  # fmt: skip
        self.executor.submit(Assignment(**(values | more)))
        return run

    def outcome(self, run: int = 1) -> Outcome:
        self._poll_until(lambda: run in self.ended)
        return self.ended[run]

    def run(self, tree: Tree, **more: Any) -> Outcome:
        return self.outcome(self.submit(tree, **more))

    def hear(self, text: str, run: int = 1) -> None:
        """Wait until a run has said that."""
        self._poll_until(lambda: text in self.said(run))

    def said(self, run: int = 1, *streams: str) -> str:
        wanted = streams or ("stdout", "stderr", "log")
        return "".join(one.text for one in self.outputs if one.run == run and one.stream in wanted)

    def _poll_until(self, reached: Callable[[], bool]) -> None:
        for _ in range(1000):
            if reached():
                return
            for report in self.executor.poll(PATIENCE):
                if isinstance(report, Output):
                    self.outputs.append(report)
                else:
                    assert report.run not in self.ended, "two ends of one run"
                    self.ended[report.run] = report.outcome
        raise AssertionError("it never came")


class Gate:
    """Holds a body up until the test opens it: a FIFO, which every executor's bodies can read."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._path = path
        self.wait = f"open({str(path)!r}).read()"

    def open(self) -> None:
        with self._path.open("w"):
            return


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "bodies.lock"


@pytest.fixture
def hand(kind: str, lock: Path) -> Iterator[Hand]:
    yield from _hand(kind, lock)


@pytest.fixture
def thread_hand(lock: Path) -> Iterator[Hand]:
    yield from _hand("thread", lock)


def _hand(kind: str, lock: Path, clock: Clock | None = None) -> Iterator[Hand]:
    hand = Hand(lambda: KINDS[kind](2, lock, clock or SystemClock()))
    try:
        yield hand
    finally:
        hand.executor.close()
        for thread in threading.enumerate():
            if thread.name.startswith("jittask-body"):
                thread.join(PATIENCE)


# --- the table


@dataclass
class Case:
    """A body, the files beside it, and what comes of it."""

    name: str
    inner: str
    files: dict[str, str] = field(default_factory=dict)
    result: str | None = None
    error: str | None = None
    """The last line of the traceback."""
    at: str | None = None
    """Where the last frame of the traceback is: file and line."""
    said: dict[str, str] = field(default_factory=dict)


SERVICE = {
    "services/S/e.json": '{"type": "services.NormalType", "title": "S"}',
    "services/S/service.py": "from services.NormalType import NormalService\n"
    "from commons.money import rounded\n\n\n"
    "class S(NormalService):\n    def f(self):\n        return rounded(1.26)\n",
    "commons/money.py": "def rounded(x):\n    return round(x, 1)\n",
}
MONEY = {"commons/money.py": SERVICE["commons/money.py"]}

CASES = [
    Case("a result", "def customFunc():\n    return {'a': [1, None]}\n", result='{"a": [1, null]}'),
    Case(
        "an error",
        "def customFunc():\n    x = 1\n    raise ValueError('no')\n",
        error="ValueError: no",
        at="tasks/T/inner.py:3",
    ),
    Case(
        "an error in a module that is imported",
        "from commons.bad import x\n\ndef customFunc():\n    return x\n",
        {"commons/bad.py": "y = 1\nx = 1 / 0\n"},
        error="ZeroDivisionError: division by zero",
        at="commons/bad.py:2",
    ),
    Case(
        "an exception of its own",
        "from commons.errors import Sad\n\ndef customFunc():\n    raise Sad('so')\n",
        {"commons/errors.py": "class Sad(Exception):\n    pass\n"},
        error="commons.errors.Sad: so",
        at="tasks/T/inner.py:4",
    ),
    Case(
        "an exception that cannot be shown",
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n\n"
        "def customFunc():\n    raise Mute\n",
        error="tasks.T.inner.Mute: <exception str() failed>",
        at="tasks/T/inner.py:6",
    ),
    Case(
        "prints, standard error and logs",
        "import logging, sys, warnings\nfrom jittask import log\n\ndef customFunc():\n"
        "    print('a', 'b')\n    print('c', end='')\n    print('x', file=sys.stderr)\n"
        "    sys.stderr.writelines(['y\\n', 'z\\n'])\n"
        "    log.info('l %s', 1)\n    log.debug('no')\n    logging.getLogger('m').warning('w')\n"
        "    logging.info('r')\n",
        result="null",
        said={
            "stdout": "a b\nc",
            "stderr": "x\ny\nz\n",
            "log": "INFO l 1\nWARNING w\nINFO r\n",
        },
    ),
    Case(
        "async",
        "import asyncio\nfrom jittask import currentTask\n\nasync def inner():\n"
        "    await asyncio.sleep(0)\n    print('in')\n    return currentTask.runId\n\n"
        "async def customFunc():\n"
        "    return await asyncio.gather(inner(), asyncio.to_thread(lambda: currentTask.task))\n",
        result='[1, "tasks.T"]',
        said={"stdout": "in\n"},
    ),
    Case(
        "sys.exit", "import sys\n\ndef customFunc():\n    sys.exit(3)\n", error="SystemExit: 3",
        at="tasks/T/inner.py:4",
    ),
    Case(
        "KeyboardInterrupt",
        "def customFunc():\n    raise KeyboardInterrupt\n",
        error="KeyboardInterrupt",
        at="tasks/T/inner.py:2",
    ),
    Case(
        "endless recursion",
        "def customFunc():\n    return customFunc()\n",
        error="RecursionError: maximum recursion depth exceeded",
        at="tasks/T/inner.py:2",
    ),
    Case(
        "currentTask",
        "from jittask import currentTask as t\n\ndef customFunc():\n"
        "    return [t.runId, t.task, t.rowKey, t.attempt, str(t.nominal), t.occurrenceKey]\n",
        result='[1, "tasks.T", "", 1, "2026-01-05 09:00:00+00:00", '
        '"[\\"tasks.T\\", \\"\\", \\"2026-01-05T09:00:00+00:00\\"]"]',
    ),
    Case(
        "the older main",
        "def main(app, taskInstance):\n    return app.rootPath.name + taskInstance.task\n",
        result='"apptasks.T"',
    ),
    Case(
        "commons, in every way that Python has",
        "import commons.money\nimport commons.money as m\nfrom commons import money\n"
        "from commons.money import rounded\n\ndef customFunc():\n"
        "    from commons.money import rounded as late\n"
        "    import commons.money as later\n"
        "    found = [commons.money.rounded, m.rounded, money.rounded, rounded, late,\n"
        "             later.rounded, __import__('commons.money').money.rounded]\n"
        "    return [f(1.26) for f in found] + [len(set(found))]\n",
        MONEY,
        result="[1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 1]",
    ),
    Case(
        "commons with __init__",
        "import commons\n\ndef customFunc():\n    return commons.word\n",
        {"commons/__init__.py": "word = 'w'\n"},
        result='"w"',
    ),
    Case(
        "relative imports",
        "from . import near\nfrom .near import x\nfrom .deep.er import z\n\ndef customFunc():\n"
        "    return [near.x, x, z]\n",
        {
            "tasks/T/near.py": "x = 1\n",
            "tasks/T/deep/er.py": "from ..near import x\nz = x + 1\n",
        },
        result="[1, 1, 2]",
    ),
    Case(
        "services, by the global app and as a module",
        "from services.S.service import S\n\ndef customFunc():\n"
        "    found = app.getElement('services.S')\n"
        "    return [found.f(), type(found) is S, app.getElement('services.S') is found]\n",
        SERVICE,
        result="[1.3, true, true]",
    ),
    Case(
        "JitAi's own paths",
        "from jit.commons.utils.logger import log\nfrom datatypes.Meta import datatypes\n"
        "import models.NormalType as n\n\ndef customFunc():\n"
        "    log.warning('w')\n    return [n.NormalModel.__name__, type(datatypes).__name__]\n",
        result='["NormalModel", "Datatypes"]',
        said={"log": "WARNING w\n"},
    ),
    Case(
        "dataclasses, hints and pickles",
        "from __future__ import annotations\nimport pickle, typing\n"
        "from dataclasses import dataclass, field\nfrom typing import ClassVar\n\n"
        "@dataclass\nclass Point:\n    x: int\n    n: ClassVar[int] = 3\n"
        "    next: Point | None = None\n\n"
        "def customFunc():\n    one = pickle.loads(pickle.dumps(Point(1, Point(2))))\n"
        "    assert typing.get_type_hints(Point)['next'] == Point | None\n"
        "    return [one.x, one.next.x, one == Point(1, Point(2))]\n",
        result="[1, 2, true]",
    ),
    Case(
        "a name that is not there",
        "def customFunc():\n    import commons.nope\n",
        MONEY,
        error="ModuleNotFoundError: No module named 'commons.nope'",
        at="tasks/T/inner.py:2",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_comes_of_a_body(hand: Hand, tree: Tree, case: Case) -> None:
    tree.scheduled("T", case.inner)
    for path, text in case.files.items():
        tree.write(path, text)
    outcome = hand.run(tree)
    if case.error is None:
        assert isinstance(outcome, Completed), outcome
        assert outcome.result == case.result
    else:
        assert isinstance(outcome, Failed), outcome
        lines = outcome.error.splitlines()
        assert lines[-1] == case.error
        assert OUR_FOLDER not in outcome.error
        assert "jittask_bundle" not in outcome.message + outcome.error
        assert outcome.message.partition(":")[0] in case.error
        frames = [line for line in lines if line.startswith('  File "')]
        file, _, number = str(case.at).partition(":")
        assert f'"{tree.root / file}", line {number}, in ' in frames[-1]
    for stream, text in case.said.items():
        assert hand.said(1, stream) == text
    assert hand.executor.free() >= 2


def test_its_own_file_and_no_bytecode(
    hand: Hand, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    tree.scheduled("T", "import commons.money as m\ndef customFunc():\n    return [__file__, m.__file__]\n")  # fmt: skip
    tree.write("commons/money.py", "")
    outcome = hand.run(tree)
    assert isinstance(outcome, Completed)
    assert str(tree.root / "tasks/T/inner.py") in outcome.result
    assert str(tree.root / "commons/money.py") in outcome.result
    assert not list(tree.root.rglob("__pycache__"))


def test_a_failed_run_is_given_to_the_service(hand: Hand, tree: Tree) -> None:
    failed = FailedRun(3, "tasks.T", "", "schedule", AT, AT, AT, AT, 2, "v", "error", "d", "e")
    tree.scheduled("T", policy={"onFailure": "services.A.told"})
    tree.scheduled("U")
    tree.write("services/A/e.json", {"type": "services.NormalType", "title": "A"})
    tree.write(
        "services/A/service.py",
        "from jittask import currentTask\n\n\nclass A:\n    async def told(self, failedRun):\n"
        "        return [failedRun.runId, failedRun.error, currentTask.runId]\n",
    )
    outcome = hand.run(tree, trigger=Trigger.ON_FAILURE, failed=failed)
    assert isinstance(outcome, Completed), outcome
    assert outcome.result == '[3, "e", 1]'
    for run, more in ((2, {"failed": None}), (3, {"failed": failed, "task": "tasks.U"})):
        outcome = hand.run(tree, run=run, trigger=Trigger.ON_FAILURE, **more)
        assert isinstance(outcome, Withdrawn)
        assert outcome.reason is Reason.NOT_HANDLED


def test_peak_memory_is_told_of_a_process_of_its_own(kind: str, hand: Hand, tree: Tree) -> None:
    """The process's peak so far: what the first run held, the second one shows."""
    body = "from jittask import currentTask\n\ndef customFunc():\n    return len(b'x' * (120_000_000 if currentTask.runId == 1 else 1))\n"
    tree.scheduled("T", body)
    for run in (1, 2):
        outcome = hand.run(tree, run=run)
        assert isinstance(outcome, Completed)
        if kind == "process":
            assert outcome.peak_kb is not None
            assert 117_000 < outcome.peak_kb < 1_000_000
        else:
            assert outcome.peak_kb is None


def test_a_log_call_that_is_wrong_is_no_error(
    hand: Hand, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own would raise
    tree.scheduled("T", "from jittask import log\ndef customFunc():\n    log.info('%d', 'x')\n")
    assert isinstance(hand.run(tree), Completed)
    assert "Message: '%d'" in hand.said(1, "stderr")


@pytest.mark.parametrize("kind", ["thread", "inline"])
def test_lines_stand_in_the_order_in_which_they_were_said(hand: Hand, tree: Tree) -> None:
    body = "from jittask import log\ndef customFunc():\n    print('a', end='')\n    log.info('l')\n    print('b')\n"
    tree.scheduled("T", body)
    hand.run(tree)
    assert hand.said() == "aINFO l\nb\n"


def test_output_ends_at_the_cap(hand: Hand, tree: Tree) -> None:
    """The worker cuts at the cap, and must see that there was more; much more is not held."""
    tree.scheduled("T", "def customFunc():\n    for _ in range(600):\n        print('x' * 1000)\n")
    hand.run(tree)
    assert len(hand.said()) > LOG_CAP
    if not isinstance(hand.executor, ProcessExecutor):
        assert len(hand.said()) == LOG_CAP + 1


def test_models_and_a_transaction(hand: Hand, tree: Tree) -> None:
    tree.things()
    body = """from jittask import app

def customFunc():
    Thing = app.getElement("models.Thing")
    try:
        with app.transaction():
            Thing.create({"name": "lost"})
            raise KeyError
    except KeyError:
        pass
    Thing.create({"name": "kept"})
    return [one["name"] for one in Thing.query()]
"""
    tree.scheduled("T", body)
    from jittask import compile_tree
    from jittask.data.app_data import AppData

    app = compile_tree(tree.root).app
    data = AppData(app.databases, tree.root)
    data.create_missing(app.models["models.Thing"])
    data.close()
    outcome = hand.run(tree)
    assert isinstance(outcome, Completed), outcome
    assert outcome.result == '["kept"]'


# --- versions


MODULE = "name = {name!r}\nseen = []\n"
USES = """from commons.shared import name, seen

def customFunc():
    {wait}
    from commons.shared import name as late
    import commons.later
    seen.append(late)
    return [name, late, commons.later.name, len(seen)]
"""


def version(root: Path, name: str, wait: str = "pass") -> Tree:
    tree = Tree(root)
    tree.scheduled("T", USES.format(wait=wait))
    tree.write("commons/shared.py", MODULE.format(name=name))
    tree.write("commons/later.py", MODULE.format(name=name))
    return tree


def test_versions_never_meet(hand: Hand, tmp_path: Path) -> None:
    old, new = version(tmp_path / "old", "old"), version(tmp_path / "new", "new")
    results = []
    for run, tree in enumerate([old, new, old, new, old]):
        outcome = hand.run(tree, run=run)
        assert isinstance(outcome, Completed), outcome
        results.append(outcome.result)
    assert [one.rpartition(",")[0] for one in results] == [
        '["old", "old", "old"',
        '["new", "new", "new"',
    ] * 2 + ['["old", "old", "old"']
    assert not any(name == "commons" or name.startswith("commons.") for name in sys.modules)


def test_a_failure_in_a_module_that_another_bundle_has_loaded(hand: Hand, tmp_path: Path) -> None:
    """Its traceback is the element's all the same, and its process lives on."""
    for run, name in enumerate(("one", "two"), 1):
        tree = Tree(tmp_path / ".jittask" / "bundles" / name)
        tree.write("commons/__init__.py", "")
        tree.write("commons/failing.py", "def fail():\n    raise ValueError(1)\n")
        tree.scheduled("T", "from commons.failing import fail as customFunc\n")
        outcome = hand.run(tree, run=run, root=tmp_path)
        assert isinstance(outcome, Failed)
        assert outcome.error.splitlines()[-1] == "ValueError: 1"
        assert OUR_FOLDER not in outcome.error


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_a_run_in_flight_keeps_its_version(hand: Hand, tmp_path: Path) -> None:
    """What it imports only after the new version has run is its own, too."""
    gate = Gate(tmp_path / "gate")
    old = version(tmp_path / "old", "old", f"print('begun'); {gate.wait}")
    new = version(tmp_path / "new", "new")
    hand.submit(old)
    hand.hear("begun")
    outcome = hand.run(new, run=2)
    assert isinstance(outcome, Completed)
    assert outcome.result == '["new", "new", "new", 1]'
    gate.open()
    outcome = hand.outcome(1)
    assert isinstance(outcome, Completed)
    assert outcome.result == '["old", "old", "old", 1]'


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_each_of_two_at_once_is_itself(hand: Hand, tree: Tree, tmp_path: Path) -> None:
    gates = {run: Gate(tmp_path / f"gate{run}") for run in (1, 2)}
    body = f"""from jittask import currentTask, log

def customFunc():
    print("begun")
    open({str(tmp_path)!r} + f"/gate{{currentTask.runId}}").read()
    print(f"run {{currentTask.runId}}")
    log.info("row %s", currentTask.rowKey)
    return currentTask.runId
"""
    tree.scheduled("T", body)
    for run in gates:
        hand.submit(tree, run=run, row_key=f"[{run}]")
    assert hand.executor.free() == 0
    for run in gates:
        hand.hear("begun", run)
    for run in (2, 1):
        gates[run].open()
        outcome = hand.outcome(run)
        assert isinstance(outcome, Completed)
        assert outcome.result == str(run)
        assert hand.said(run, "stdout") == f"begun\nrun {run}\n"
        assert hand.said(run, "log") == f"INFO row [{run}]\n"


def test_old_bundles_are_let_go(
    thread_hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process, "_KEPT", 2)
    trees = [version(tmp_path / str(n), str(n)) for n in range(4)]
    for run, tree in enumerate([*trees, trees[0]]):
        outcome = thread_hand.run(tree, run=run)
        assert isinstance(outcome, Completed)
        assert outcome.result == f'["{run % 4}", "{run % 4}", "{run % 4}", 1]'
    assert len([name for name in sys.modules if name.endswith(".commons.shared")]) <= 3


# --- endings


def test_a_timeout(kind: str, hand: Hand, tree: Tree, tmp_path: Path) -> None:
    """A process is killed; in a thread the run goes on, says so, and is judged when it returns."""
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    {gate.wait}\n    return 'late'\n")
    if kind == "inline":
        opener = threading.Thread(target=gate.open)
        opener.start()
        outcome = hand.run(tree, timeout_seconds=1e-9)
        opener.join()
    elif kind == "thread":
        hand.submit(tree, timeout_seconds=0.01)
        hand.hear("WARNING still runs after its 0.01 s; a thread cannot be ended\n")
        assert hand.executor.poll(0) == []  # once
        assert hand.executor.free() == 1
        gate.open()
        outcome = hand.outcome()
    else:
        outcome = hand.run(tree, timeout_seconds=0.01)
    assert isinstance(outcome, TimedOut)
    assert "policy.timeoutSeconds" in outcome.detail
    assert outcome.detail.startswith("killed" if kind == "process" else "it could not be ended")
    assert ("and returned after" in outcome.detail) == (kind != "process")
    assert hand.executor.free() >= 2


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_a_kill(kind: str, hand: Hand, tree: Tree, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    hand.submit(tree)
    hand.hear("begun")
    for _ in range(3):  # the worker asks again and again
        hand.executor.kill(1, "killed by hand")
    hand.executor.kill(99, "killed by hand")
    if kind == "thread":
        note = "WARNING to be killed by hand, but a thread cannot be ended\n"
        hand.hear(note)
        assert hand.executor.poll(0) == []
        assert hand.said() == f"begun\n{note}"
        gate.open()
    outcome = hand.outcome()
    assert isinstance(outcome, Killed)
    assert outcome.detail.startswith("killed by hand")
    assert hand.executor.free() >= 2


def test_what_waits_inline_can_be_ended(lock: Path, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    return 1\n")
    executor = InlineExecutor(1, lock, SystemClock())
    hand = Hand(lambda: executor)
    for run, end, wanted in (
        (1, lambda: executor.kill(1, "killed by hand"), Killed),
        (2, executor.interrupt, Interrupted),
    ):
        hand.submit(tree, run=run)
        assert executor.free() == 0
        end()
        outcome = hand.outcome(run)
        assert isinstance(outcome, wanted)
        assert outcome.detail.endswith("before its body began")
    executor.close()


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_an_interrupt_ends_every_run(
    kind: str, hand: Hand, tree: Tree, tmp_path: Path, lock: Path
) -> None:
    """A thread that was given up holds the bodies' lock, so that no new runtime judges its run."""
    gate = Gate(tmp_path / "gate")
    tree.scheduled(
        "T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n    print('no')\n"
    )
    hand.submit(tree)
    hand.hear("begun")
    hand.executor.interrupt()
    outcome = hand.outcome()
    assert isinstance(outcome, Interrupted)
    assert "the runtime was stopped" in outcome.detail
    hand.executor.interrupt()
    assert hand.executor.poll(0) == []
    if kind == "thread":
        assert hand.executor.free() == 1
        hand.executor.close()
        with FileLock(lock) as new:
            assert not new.take()
            gate.open()
            for thread in threading.enumerate():
                if thread.name.startswith("jittask-body"):
                    thread.join(PATIENCE)
            assert new.take()
        assert "no" not in hand.said()
        assert not [name for name in sys.modules if name.startswith("jittask_bundle")]


def test_a_body_that_has_returned_was_not_interrupted(thread_hand: Hand, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    return 1\n")
    thread_hand.submit(tree)
    heard = thread_hand.executor._heard  # type: ignore[attr-defined]
    heard.put(heard.get(timeout=PATIENCE))  # it stands in the queue now
    thread_hand.executor.interrupt()
    assert isinstance(thread_hand.outcome(), Completed)


@pytest.mark.parametrize("kind", ["process"])
def test_a_process_that_dies_takes_one_run_with_it(hand: Hand, tree: Tree) -> None:
    tree.scheduled("T", "import os\n\ndef customFunc():\n    os._exit(3)\n")
    assert isinstance(hand.run(tree), Interrupted)
    tree.scheduled("T", "def customFunc():\n    return 1\n")
    assert isinstance(hand.run(tree, run=2), Completed)


def test_a_bundle_that_is_gone(hand: Hand, tree: Tree, tmp_path: Path) -> None:
    tree.scheduled("T")
    assert isinstance(hand.run(tree, bundle=tmp_path / "gone"), Failed | Interrupted)
    assert isinstance(hand.run(tree, run=2), Completed)


def test_wake_ends_a_wait(hand: Hand) -> None:
    woken = threading.Thread(target=hand.executor.wake)
    woken.start()
    assert list(hand.executor.poll(PATIENCE * 10)) == []
    woken.join()


# --- short bodies wait for threads (as they do in processes)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def timed_hand(lock: Path, clock: FixedClock) -> Iterator[Hand]:
    """Two threads; a body takes as long as the test says."""
    yield from _hand("thread", lock, clock)


def held_up(hand: Hand, tree: Tree, tmp_path: Path) -> dict[int, Gate]:
    """Begin two bodies that hold both threads up, where the one before was short."""
    gates = {run: Gate(tmp_path / f"gate{run}") for run in (1, 2)}
    tree.scheduled("T", "def customFunc():\n    print('ran')\n")
    tree.scheduled(
        "Gated",
        "from jittask import currentTask\n\ndef customFunc():\n    print('begun')\n"
        f"    open({str(tmp_path)!r} + f'/gate{{currentTask.runId}}').read()\n",
    )
    hand.run(tree, run=9)
    for run in gates:
        hand.submit(tree, run=run, task="tasks.Gated")
        hand.hear("begun", run)
    return gates


def test_how_many_may_wait(timed_hand: Hand, tree: Tree) -> None:
    """50 ms of work for each thread, judged by the bodies before."""
    tree.scheduled("T", "def customFunc():\n    pass\n")
    assert timed_hand.executor.free() == 2
    timed_hand.run(tree)
    assert timed_hand.executor.free() == 2 + 2 * 64


def test_none_waits_for_a_thread_that_is_held_up(
    timed_hand: Hand, tree: Tree, tmp_path: Path, clock: FixedClock
) -> None:
    gates = held_up(timed_hand, tree, tmp_path)
    assert timed_hand.executor.free() == 2 * 64
    clock.move_to(AT + timedelta(seconds=0.051))
    assert timed_hand.executor.free() == 0
    timed_hand.submit(tree, run=3)
    gates[2].open()
    assert isinstance(timed_hand.outcome(3), Completed)
    gates[1].open()


def test_what_waits_is_ended_before_it_begins(timed_hand: Hand, tree: Tree, tmp_path: Path) -> None:
    gates = held_up(timed_hand, tree, tmp_path)
    for run in (3, 4):
        timed_hand.submit(tree, run=run)
    timed_hand.executor.kill(3, "killed by hand")
    outcome = timed_hand.outcome(3)
    assert isinstance(outcome, Killed)
    assert outcome.detail == "killed by hand, before its body began"
    timed_hand.executor.interrupt()
    assert isinstance(timed_hand.outcome(4), Unbegun)
    assert isinstance(timed_hand.outcome(1), Interrupted)
    for gate in gates.values():
        gate.open()
    timed_hand.run(tree, run=5)
    assert not timed_hand.said(3) + timed_hand.said(4)


def test_a_timeout_counts_from_the_beginning(
    timed_hand: Hand, tree: Tree, tmp_path: Path, clock: FixedClock
) -> None:
    gates = held_up(timed_hand, tree, tmp_path)
    third = Gate(tmp_path / "gate3")
    timed_hand.submit(tree, run=3, task="tasks.Gated")
    clock.move_to(AT + timedelta(seconds=61))
    for run, gate in gates.items():
        timed_hand.hear("still runs after its 60 s", run)
        gate.open()
    for run in gates:
        assert isinstance(timed_hand.outcome(run), TimedOut)
    timed_hand.hear("begun", 3)
    assert timed_hand.executor.poll(0) == []
    third.open()
    assert isinstance(timed_hand.outcome(3), Completed)
    assert timed_hand.said(3) == "begun\n"


# --- the runtime's own process stays as it was


@pytest.mark.parametrize("kind", ["thread", "inline"])
def test_nothing_is_left_behind(kind: str, lock: Path, tree: Tree) -> None:
    before = (sys.stdout, sys.stderr, list(sys.meta_path), list(sys.path), set(vars(__builtins__) if not isinstance(__builtins__, dict) else __builtins__))  # fmt: skip
    root = logging.getLogger()
    logs = (list(root.handlers), root.level)
    tree.scheduled("T", "import commons.money\ndef customFunc():\n    print(1)\n")
    tree.write("commons/money.py", "")
    executor = KINDS[kind](1, lock, SystemClock())
    assert isinstance(Hand(lambda: executor).run(tree), Completed)
    with FileLock(lock) as another:
        assert not another.take()
        executor.close()
        assert another.take()
    now = (sys.stdout, sys.stderr, list(sys.meta_path), list(sys.path), set(vars(__builtins__) if not isinstance(__builtins__, dict) else __builtins__))  # fmt: skip
    assert now == before
    assert (list(root.handlers), root.level) == logs
    assert not [name for name in sys.modules if name.startswith("jittask_bundle")]


def test_what_the_runtime_prints_is_its_own(
    tree: Tree, tmp_path: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    executor = ThreadExecutor(1, lock, SystemClock())
    hand = Hand(lambda: executor)
    hand.submit(tree)
    hand.hear("begun")
    print("mine")
    logging.getLogger("mine").warning("also")
    gate.open()
    hand.outcome()
    executor.close()
    assert capsys.readouterr().out == "mine\n"
    assert hand.said() == "begun\n"


# --- the whole program


@pytest.mark.process
@pytest.mark.parametrize("kind", ["thread", "inline"])
def test_the_program_runs_with_it(kind: str, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", runtime={"executor": kind, "workers": 2})
    body = (
        "import threading\nfrom commons.word import word\n\ndef customFunc():\n"
        "    print('said')\n    return word + threading.current_thread().name[:12]\n"
    )
    where = {"thread": "jittask-body", "inline": "jittask-work"}[kind]
    tree.scheduled("T", body)
    tree.write("commons/word.py", "word = 'one'\n")
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "T", "--tree", tree.root)
        first = program.wait("finished")
        assert first["result"] == f'"one{where}"'
        tree.write("commons/word.py", "word = 'two'\n")
        program.wait("reloaded")
        jittask("trigger", "T", "--tree", tree.root)
        assert program.wait("finished")["result"] == f'"two{where}"'
        assert program.stop() == 0
    log = jittask("log", first["run"], "--tree", tree.root)
    assert "said\n" in log.stdout


@pytest.mark.process
def test_a_body_that_hangs_does_not_keep_the_program_from_ending(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", runtime={"executor": "thread"})
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    {gate.wait}\n")
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "T", "--tree", tree.root)
        program.wait("started")
        program.process.terminate()
        assert program.process.stderr is not None
        assert "once more" in program.process.stderr.readline()
        program.process.terminate()
        assert program.wait("stopped", interrupted=1)
        assert program.process.wait(PATIENCE) == 0
