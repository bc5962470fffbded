"""Each body of the table run by the program itself, and what it leaves behind (rules R6, R12).

After it another task runs at once and finds nothing of it, none of its
processes lives, its record is right, the program stops, and starts again.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from jittask import Client
from jittask.model import Run
from tests.hostile.bodies import CASES
from tests.hostile.case import Case, Ends
from tests.running import Program, jittask
from tests.tree import Tree

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="the bodies use /proc and libc"),
]

OTHER = """
import json, os, signal, sys, threading, time
from jittask import log

def customFunc():
    print("other")
    log.info("task")
    return [json.loads("[1]"), threading.active_count() < 9, os.getcwd() != "", len(sys.path) > 0]
"""
PATIENCE = 30.0
"""Seconds for what is over at once; so many only because a machine can be slow."""
LIVES_AT_MOST = 2.0
"""Seconds that a process of a body may outlive its run."""
STOPS_WITHIN = 10.0
_INIT = 1  # collects whom nobody else does, where it is a real one


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_body_harms_nothing_but_its_own_run(case: Case, tmp_path: Path) -> None:
    left = tmp_path / "left"
    tree = _tree(tmp_path / "app", case, left)
    with Program(tree.root) as program:
        program.wait("ready")
        with Client(tree.root) as client:
            hostile = client.trigger("tasks.Hostile").run.id
            program.wait("started", run=hostile)
            _other_runs(client)  # beside it
            _end(case, program, client, hostile, left)
            if case.ends in (Ends.ALONE, Ends.KILLED):
                program.wait("finished", run=hostile)
                _nothing_lives(left)
                for _ in range(3):  # in the same processes
                    _other_runs(client)
                begun = time.monotonic()
                program.process.send_signal(signal.SIGTERM)
                assert program.process.wait(PATIENCE) == 0, _errors(program)
                assert time.monotonic() - begun < STOPS_WITHIN
        _nothing_lives(left)
        errors = _errors(program)
        assert "Traceback" not in errors
    begun = time.monotonic()
    again = jittask("run", "--once", tree.root)
    assert "Traceback" not in again.stderr
    recorded = case.ends is Ends.CRASHED  # what was executing has failed, so the exit code is 1
    assert again.returncode == int(recorded), again.stdout + again.stderr
    assert time.monotonic() - begun < STOPS_WITHIN
    _nothing_lives(left)
    with Client(tree.root) as client:
        _is_right(case, client.run(hostile), client)


def _tree(root: Path, case: Case, left: Path) -> Tree:
    tree = Tree(root, runtime={"workers": 2, "heartbeatSeconds": 0.5, "leaseSeconds": 4})
    later = {"startTime": "2199-01-01 00:00:00"}
    policy = {"timeoutSeconds": 2 if case.may_time_out else 60, **case.policy}
    tree.scheduled("Hostile", case.code(str(left)), timing=later, policy=policy)
    tree.scheduled("Other", OTHER, timing=later)
    return tree


def _end(case: Case, program: Program, client: Client, run: int, left: Path) -> None:
    if case.ends is Ends.ALONE:
        return
    _until(left.with_suffix(".ready").exists)
    if case.ends is Ends.KILLED:
        client.end(run)
    elif case.ends is Ends.STOPPED:
        program.process.send_signal(signal.SIGTERM)
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(STOPS_WITHIN) == 0, _errors(program)
    else:
        program.kill()


def _other_runs(client: Client) -> None:
    accepted = client.trigger("tasks.Other", wait=True, timeout=PATIENCE)
    run = accepted.run
    assert (run.status, run.result) == ("completed", "[[1], true, true, true]"), run
    text = "".join(line.text + "\n" for line in client.log(run.id))
    assert sorted(re.findall("other|task|\\n", text)) == ["\n", "\n", "other", "task"], text


def _nothing_lives(left: Path) -> None:
    noted = [int(number) for number in left.read_text().split()] if left.exists() else []
    living: list[psutil.Process] = []

    def none_lives() -> bool:
        living[:] = [*_alive(noted), *_named(str(left))]
        return not living

    _until(none_lives, LIVES_AT_MOST, lambda: f"still there: {living}")


def _alive(numbers: list[int]) -> Iterator[psutil.Process]:
    for number in numbers:
        try:
            process = psutil.Process(number)
            if process.status() != psutil.STATUS_ZOMBIE or process.ppid() != _INIT:
                yield process
        except psutil.NoSuchProcess:
            continue


def _named(word: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["cmdline"]):
        if word in (process.info["cmdline"] or ()):
            yield process


def _is_right(case: Case, run: Run, client: Client) -> None:
    log = "".join(line.text + "\n" for line in client.log(run.id))
    assert run.status == case.status, (run, log[-2000:])
    assert len(log) < 1_000_000
    assert re.search(case.error, f"{run.reason} {run.detail} {run.error}"), run
    assert re.search(case.log, log), log[-2000:]
    if case.result is not None:
        assert run.result == case.result


def _errors(program: Program) -> str:
    """Return what it wrote to standard error, which a process that it left behind may hold open."""
    assert program.process.stderr is not None
    descriptor = program.process.stderr.fileno()
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, 65_536).decode()
    except BlockingIOError:
        return ""


def _until(
    holds: Callable[[], bool], seconds: float = PATIENCE, words: Callable[[], str] = str
) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, words()
        time.sleep(0.02)  # nothing tells when a process of a body has ended
