"""A body and all that it starts end together, and the record says what was left behind (R6)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from jittask.runtime.executors.protocol import Completed, Failed, Interrupted, TimedOut
from tests.runtime.executor_driver import Driver, Gate
from tests.tree import Tree

pytestmark = pytest.mark.parametrize("kind", ["process"])


class AnOutcome:
    """Equals what a body returned, whatever else there is to it."""

    def __init__(self, result: str) -> None:
        self.result = result

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Completed) and other.result == self.result

    def __repr__(self) -> str:
        return f"Completed({self.result!r})"


RETURNS_ITS_PROCESS = "import os\n\ndef customFunc():\n    return os.getpid()\n"


@pytest.fixture(autouse=True)
def _pid(tree: Tree) -> None:
    tree.scheduled("Pid", RETURNS_ITS_PROCESS)


def process_of(driver: Driver, tree: Tree, run: int) -> int:
    """Run a body that returns the id of its process."""
    outcome = driver.run(tree, run=run, task="tasks.Pid")
    assert isinstance(outcome, Completed)
    return int(outcome.result)


# --- threads


def test_a_thread_ends_with_its_run(driver: Driver, tree: Tree, tmp_path: Path) -> None:
    """It would write into the log of the next run."""
    gate = Gate(tmp_path / "gate")
    tree.scheduled(
        "T",
        "import os, threading\n\ndef late():\n"
        f"    {gate.wait}\n    print('late')\n\n"
        "def customFunc():\n"
        "    threading.Thread(target=late, name='the late one', daemon=True).start()\n"
        "    return os.getpid()\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert "threads still run: 'the late one'" in driver.output(1, "log")
    assert not Path(f"/proc/{outcome.result}").exists(), "it ended before its run"
    assert process_of(driver, tree, run=2) != int(outcome.result)


def test_runs_that_wait_go_to_another_process(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import threading\n\ndef customFunc():\n"
        "    threading.Thread(target=threading.Event().wait, daemon=True).start()\n",
    )
    process_of(driver, tree, run=1)  # short, so that others may wait behind
    process_of(driver, tree, run=2)
    runs = range(3, 3 + min(8, driver.executor.free()))
    for run in runs:
        driver.submit(tree, run=run)
    assert all(isinstance(driver.outcome(run), Completed) for run in runs)


def test_a_thread_that_has_ended_costs_no_process(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os, threading\n\ndef customFunc():\n"
        "    thread = threading.Thread(target=print)\n    thread.start()\n    thread.join()\n"
        "    return os.getpid()\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert process_of(driver, tree, run=2) == int(outcome.result)


NATIVE = (
    "import ctypes, os\n\ndef sleep():\n    libc = ctypes.CDLL(None)\n"
    "    libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.sleep, 1000)\n\n"
    "{at_import}\ndef customFunc():\n    {at_call}\n    return os.getpid()\n"
)


@pytest.mark.parametrize(
    ("at_import", "at_call", "replaced"), [("", "sleep()", True), ("sleep()\n", "pass", False)]
)
def test_a_native_thread(
    driver: Driver, tree: Tree, at_import: str, at_call: str, replaced: bool
) -> None:
    """Not one that an import has started: libraries keep such threads."""
    tree.scheduled("T", NATIVE.format(at_import=at_import, at_call=at_call))
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert ("threads of native code still run (1)" in driver.output(1, "log")) == replaced
    assert (process_of(driver, tree, run=2) != int(outcome.result)) == replaced


# --- processes

SLEEPER = "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], **more)"
DOUBLE_FORK = """
def daemon():
    ready, tell = os.pipe()
    if os.fork() == 0:
        os.setsid()
        grandchild = os.fork()
        if grandchild == 0:
            signal.pause()
        os.write(tell, str(grandchild).encode())
        os._exit(0)
    os.wait()
    return int(os.read(ready, 20))
"""
LEAVES = {
    "a subprocess": f"more = {{}}\n    return {SLEEPER}.pid",
    "a subprocess in a session of its own": f"more = dict(start_new_session=True)\n    return {SLEEPER}.pid",
    "a subprocess without the environment": f"more = dict(env={{}})\n    return {SLEEPER}.pid",
    "a subprocess that holds no descriptor of ours": "more = dict(stdin=-3, stdout=-3, stderr=-3)\n"
    f"    return {SLEEPER}.pid",
    "a forked child": "child = os.fork()\n    if child == 0:\n        signal.pause()\n    return child",
    "a forked child that ignores every signal": "child = os.fork()\n    if child == 0:\n"
    "        for number in {*signal.Signals} - {signal.SIGKILL, signal.SIGSTOP}:\n"
    "            signal.signal(number, signal.SIG_IGN)\n"
    "        while True:\n            signal.pause()\n    return child",
    "a daemon": "return daemon()",
    "a daemon that its worker process gives up": "import ctypes\n"
    "    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)\n    return daemon()",
    "a stopped child": f"more = {{}}\n    child = {SLEEPER}\n"
    "    child.send_signal(signal.SIGSTOP)\n    return child.pid",
    "an open pool": "global pool\n    pool = multiprocessing.Pool(2)\n"
    "    return pool.apply(os.getpid)",
    "an open executor": "global pool\n    pool = ProcessPoolExecutor(2)\n"
    "    return pool.submit(os.getpid).result()",
    "a multiprocessing daemon": "child = multiprocessing.Process(target=signal.pause, daemon=True)\n"
    "    child.start()\n    return child.pid",
    "a child that writes for ever": "return subprocess.Popen(['yes']).pid",
}


def leaving(what: str) -> str:
    return (
        "import multiprocessing, os, signal, subprocess, sys\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        f"{DOUBLE_FORK}\ndef customFunc():\n    {what}\n"
    )


def lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_a_fork(process: psutil.Process, tree: Tree) -> bool:
    mark = (process.info["environ"] or {}).get("JITTASK_BODIES", "")
    return bool(mark.startswith(str(tree.root.parent)) and lives(process.pid))


@pytest.mark.parametrize("what", LEAVES)
def test_what_a_body_leaves_behind_ends_with_it(driver: Driver, tree: Tree, what: str) -> None:
    tree.scheduled("T", leaving(LEAVES[what]))
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed), outcome
    assert not lives(int(outcome.result))
    named = f"pid {outcome.result} (" in driver.output(1, "log")
    assert named, driver.output(1, "log")
    process_of(driver, tree, run=2)


@pytest.mark.parametrize("what", ["a daemon", "a forked child", "an open pool"])
def test_what_a_body_has_started_ends_with_a_stop(driver: Driver, tree: Tree, what: str) -> None:
    body = LEAVES[what].replace("return", "print('begun',")
    tree.scheduled("T", leaving(f"{body})\n    signal.pause()"))
    driver.submit(tree)
    driver.wait_for_output("\n")
    child = int(driver.output().split()[1])
    driver.executor.interrupt()
    assert isinstance(driver.outcome(), Interrupted)
    assert not lives(child)


def test_a_child_that_has_ended_costs_no_process(driver: Driver, tree: Tree) -> None:
    """Neither one that was waited for, nor one that nobody waits for."""
    tree.scheduled(
        "T",
        "import os, subprocess\n\ndef customFunc():\n    subprocess.run(['true'], check=True)\n"
        "    child = subprocess.Popen(['true'])\n"
        "    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)\n    return os.getpid()\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert process_of(driver, tree, run=2) == int(outcome.result)


def test_a_bounded_fork_bomb(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os, signal\n\ndef customFunc():\n    for _ in range(6):\n        os.fork()\n"
        "    if os.getpid() != worker:\n        signal.pause()\n"
        "worker = os.getpid()\n",
    )
    assert isinstance(driver.run(tree), Completed)
    assert " more\n" in driver.output(1, "log")
    left = [process for process in psutil.process_iter(["environ"]) if is_a_fork(process, tree)]
    assert len(left) <= 3, "the fork server, and idle worker processes"
    process_of(driver, tree, run=2)


# --- forked children that go where the worker process goes

CHILD = (
    "import os, sys\n\ndef customFunc():\n    child = os.fork()\n    if child == 0:\n        {}\n"
)
WAITS = "    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"


@pytest.mark.parametrize(
    ("child", "code"),
    [
        ("return 'from the child'", 0),
        ("raise ValueError('of the child')", 1),
        ("sys.exit(3)", 3),
        ("sys.exit('words')", 1),
        ("raise KeyboardInterrupt", 1),
        ("os._exit(5)", 5),
    ],
)
def test_a_forked_child_never_reports(driver: Driver, tree: Tree, child: str, code: int) -> None:
    tree.scheduled("T", CHILD.format(child) + WAITS)
    assert driver.run(tree) == AnOutcome(str(code))
    assert ("ValueError: of the child" in driver.output(1, "stderr")) == ("ValueError" in child)
    process_of(driver, tree, run=2)


def test_a_child_that_is_forked_by_an_import_never_reports(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", f"import os\nchild = os.fork()\n\ndef customFunc():\n{WAITS}")
    assert driver.run(tree) == AnOutcome("0")


def test_a_forked_child_writes_nothing_into_the_channel(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", CHILD.format(f"{WRITES_EVERYWHERE}\n        os._exit(0)") + WAITS)
    assert driver.run(tree) == AnOutcome("0")


# --- the channel, standard output and other descriptors

WRITES_EVERYWHERE = (
    "for name in os.listdir('/proc/self/fd'):\n"
    "            try:\n"
    "                int(name) > 2 and os.write(int(name), b'x' * 100)\n"
    "            except OSError:\n"
    "                pass"
)


def test_a_body_that_writes_to_every_descriptor(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T", f"import os\n\ndef customFunc():\n    if True:\n        {WRITES_EVERYWHERE}\n"
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Failed)
    assert "wrote into the channel of its worker process" in outcome.message
    process_of(driver, tree, run=2)


@pytest.mark.parametrize(
    "harm",
    [
        "os.closerange(3, 1024)",
        "os.closerange(0, 3)",
        "os.close(1)",
        "os.close(2)",
        "sys.stdout.close()",
        "sys.stdout = None; sys.stderr = None",
        "sys.stdout = open(os.devnull, 'w'); sys.stderr = sys.stdout",
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
        "os.dup2(os.open(os.devnull, os.O_RDONLY), 1)",
        "sys.stdout.detach()",
    ],
)
def test_a_body_that_spoils_its_descriptors(driver: Driver, tree: Tree, harm: str) -> None:
    tree.scheduled("T", f"import os, sys\n\ndef customFunc():\n    print('before')\n    {harm}\n")
    tree.scheduled("Prints", "def customFunc():\n    print('printed')\n")
    assert driver.run(tree) == AnOutcome("null")
    assert "before\n" in driver.output(1, "stdout")
    for run in (2, 3):
        driver.run(tree, run=run, task="tasks.Prints")
        assert driver.output(run, "stdout") == "printed\n"


def test_a_body_that_closes_all_that_it_finds(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os\n\ndef customFunc():\n    for name in os.listdir('/proc/self/fd'):\n"
        "        try:\n            os.close(int(name))\n        except OSError:\n"
        "            pass\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Failed | Interrupted)
    assert "closed the channel" in str(outcome)
    process_of(driver, tree, run=2)


def test_a_hundred_megabytes_of_output(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T", "def customFunc():\n    for _ in range(100):\n        print('x' * 1_000_000)\n"
    )
    assert isinstance(driver.run(tree), Completed)


# --- signals and deaths


@pytest.mark.parametrize("whom", ["os.getpid()", "os.getppid()"])
def test_a_body_that_stops_processes_is_timed_out(driver: Driver, tree: Tree, whom: str) -> None:
    tree.scheduled(
        "T", f"import os, signal\n\ndef customFunc():\n    os.kill({whom}, signal.SIGSTOP)\n"
        "    signal.pause()\n",
    )  # fmt: skip
    assert isinstance(driver.run(tree, timeout_seconds=0.3), TimedOut)
    process_of(driver, tree, run=2)


def test_a_body_that_stops_the_fork_server_and_returns(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T", "import os, signal, subprocess\n\ndef customFunc():\n"
        "    os.kill(os.getppid(), signal.SIGSTOP)\n    subprocess.Popen(['sleep', '1000'])\n",
    )  # fmt: skip
    assert isinstance(driver.run(tree), Completed)
    process_of(driver, tree, run=2)


def test_a_body_that_kills_the_fork_server(driver: Driver, tree: Tree) -> None:
    """Nothing of any body is left, not even what has a session and no environment."""
    tree.scheduled(
        "T",
        leaving(
            f"more = dict(env={{}}, start_new_session=True)\n    print('begun', daemon(), {SLEEPER}.pid)\n"
            "    os.kill(os.getppid(), signal.SIGKILL)\n    signal.pause()"
        ),
    )
    outcome = driver.run(tree)
    assert outcome == Interrupted("the fork server of the worker processes died")
    assert not any(map(lives, map(int, driver.output(1, "stdout").split()[1:])))
    process_of(driver, tree, run=2)


@pytest.mark.parametrize(
    ("death", "words"),
    [
        ("os._exit(0)", "exit code 0"),
        ("os._exit(3)", "exit code 3"),
        ("ctypes.string_at(0)", "SIGSEGV (a segmentation fault in native code)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL (probably out of memory"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "SIGTERM (sent from outside"),
        ("os.abort()", "SIGABRT"),
        ("os.kill(os.getpid(), 40)", "signal 40"),
    ],
)
def test_a_death_says_how(driver: Driver, tree: Tree, death: str, words: str) -> None:
    tree.scheduled("T", f"import ctypes, os, signal\n\ndef customFunc():\n    {death}\n")
    outcome = driver.run(tree)
    assert isinstance(outcome, Interrupted)
    assert words in outcome.detail


# --- memory

HOLDS = "import subprocess, signal, sys\n\ndef customFunc():\n    {}\n    signal.pause()\n"
TOO_MUCH = "held = bytearray(b'x') * 300_000_000"


@pytest.mark.parametrize(
    "what",
    [
        TOO_MUCH,
        f'subprocess.run([sys.executable, "-c", "import signal; {TOO_MUCH}; signal.pause()"])',
    ],
)
def test_a_body_that_holds_more_than_its_limit(driver: Driver, tree: Tree, what: str) -> None:
    tree.scheduled("T", HOLDS.format(what))
    outcome = driver.run(tree, memory_mb=200)
    assert isinstance(outcome, Failed)
    assert "more than its 200 MB (policy.memoryMb)" in outcome.message
    process_of(driver, tree, run=2)


def test_what_other_runs_hold_does_not_count(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os\nheld = []\n\ndef customFunc():\n"
        "    held.append(bytearray(b'x') * 200_000_000)\n    return os.getpid()\n",
    )
    first, second = driver.run(tree, run=1), driver.run(tree, run=2)
    assert isinstance(first, Completed)
    assert isinstance(second, Completed)
    limited = driver.run(tree, run=3, task="tasks.Pid", memory_mb=100)
    assert isinstance(limited, Completed)
    assert limited.result not in (first.result, second.result)


# --- what runs away


@pytest.mark.parametrize("session", ["", "os.setsid()"])
def test_a_process_that_forks_and_ends_all_the_time(
    driver: Driver, tree: Tree, session: str
) -> None:
    """Each of them is gone before it is found."""
    tree.scheduled(
        "T",
        "import os, time\n\ndef customFunc():\n    read, write = os.pipe()\n    if os.fork() == 0:\n"
        f"        {session}\n        end = time.monotonic() + 30\n        os.close(read)\n"
        "        while time.monotonic() < end:\n            if os.fork():\n"
        "                os._exit(0)\n        os._exit(0)\n    return os.dup(read)\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    left = [process for process in psutil.process_iter(["environ"]) if is_a_fork(process, tree)]
    assert len(left) <= 3, "the fork server, and idle worker processes"


@pytest.mark.parametrize(
    "bomb", ["raise ValueError('x' * 50_000_000)", "log.error('x' * 50_000_000)"]
)
def test_a_text_that_fits_into_no_message(driver: Driver, tree: Tree, bomb: str) -> None:
    tree.scheduled("T", f"from jittask import log\n\ndef customFunc():\n    {bomb}\n")
    assert isinstance(driver.run(tree), Completed | Failed)
    assert "channel" not in str(driver.ended[1])[:1000]
    process_of(driver, tree, run=2)


def test_a_body_that_becomes_another_program(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T", "import os\n\ndef customFunc():\n    os.execvp('sleep', ['sleep', '1000'])\n"
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Interrupted)
    assert "or called exec" in outcome.detail
    process_of(driver, tree, run=2)


def test_a_body_that_replaces_what_ends_processes(driver: Driver, tree: Tree) -> None:
    """Nothing may be taken for a descendant that is none: not what another process has started."""
    parent = (
        "import subprocess as s; c = s.Popen(['sleep', '1000']); print(c.pid, flush=True); c.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        child = int(other.stdout.readline())
        tree.scheduled(
            "T",
            "import json, os, subprocess\n\ndef customFunc():\n"
            "    left = subprocess.Popen(['sleep', '1000']).pid\n"
            f"    os.getpid = lambda: {other.pid}\n    os.waitpid = lambda *_: (0, 0)\n"
            "    os._exit = json.dumps = None\n    return left\n",
        )
        tree.scheduled("Encoded", "def customFunc():\n    return 1\n")
        driver.run(tree)
        assert lives(child)
        psutil.Process(child).kill()
    assert isinstance(driver.run(tree, run=2, task="tasks.Encoded"), Completed)
