"""Each body of the table run by the program itself, and what it leaves behind (rules R6, R12).

After it another task runs at once and finds nothing of it, none of its
processes lives, its record is right, the program stops, and starts again.

Bodies that the program outlives share one, which stops and starts again after
the last of them. With JITTASK_HOSTILE_ALONE each has a program to itself.
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
from tests.hostile.host import Host, Shared, errors_of
from tests.running import jittask

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="the bodies use /proc and libc"),
]

PATIENCE = 30.0
"""Seconds for what is over at once; so many only because a machine can be slow."""
LIVES_AT_MOST = 2.0
"""Seconds that a process of a body may outlive its run."""
STOPS_WITHIN = 10.0
_INIT = 1  # collects whom nobody else does, where it is a real one


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Give the program that the bodies of this test process share, and end it as a person would."""
    outlived = [case for case in CASES if _is_outlived(case)]
    with Shared(tmp_path_factory.mktemp("shared"), outlived) as programs:
        yield programs
        for host in programs.opened:
            _stops(host)
            _starts_again(host, exit_code=0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_body_harms_nothing_but_its_own_run(
    case: Case, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if _is_outlived(case) and "JITTASK_HOSTILE_ALONE" not in os.environ:
        host = request.getfixturevalue("shared").running()
        with Client(host.root) as client:
            run = _runs_beside_another(case, host, client)
            _is_right(case, client.run(run), client)
        return
    with Host(tmp_path / "app", [case]) as host:
        with Client(host.root) as client:
            run = _runs_beside_another(case, host, client)
        if _is_outlived(case):
            _stops(host)
        _nothing_lives(host.left(case))
        assert "Traceback" not in errors_of(host.program)
        recorded = case.ends is Ends.CRASHED  # what was executing has failed
        _starts_again(host, exit_code=int(recorded))
        _nothing_lives(host.left(case))
        with Client(host.root) as client:
            _is_right(case, client.run(run), client)


def _is_outlived(case: Case) -> bool:
    return case.ends in (Ends.ALONE, Ends.KILLED)


def _runs_beside_another(case: Case, host: Host, client: Client) -> int:
    """Run the body, and the other task beside it and after it; return its run."""
    run = client.trigger(host.task(case)).run.id
    host.program.wait("started", run=run)
    _other_runs(client)
    _end(case, host, client, run)
    if _is_outlived(case):
        host.program.wait("finished", run=run)
        _nothing_lives(host.left(case))
        for _ in range(3):  # in the same processes
            _other_runs(client)
        assert "Traceback" not in errors_of(host.program)
    return run


def _stops(host: Host) -> None:
    begun = time.monotonic()
    host.program.process.send_signal(signal.SIGTERM)
    assert host.program.process.wait(PATIENCE) == 0, errors_of(host.program)
    assert time.monotonic() - begun < STOPS_WITHIN


def _starts_again(host: Host, exit_code: int) -> None:
    begun = time.monotonic()
    again = jittask("run", "--once", host.root)
    assert "Traceback" not in again.stderr
    assert again.returncode == exit_code, again.stdout + again.stderr
    assert time.monotonic() - begun < PATIENCE  # the processes of bodies sleep for ten minutes


def _end(case: Case, host: Host, client: Client, run: int) -> None:
    if case.ends is Ends.ALONE:
        return
    _until(host.left(case).with_suffix(".ready").exists)
    if case.ends is Ends.KILLED:
        client.end(run)
    elif case.ends is Ends.STOPPED:
        host.program.process.send_signal(signal.SIGTERM)
        host.program.process.send_signal(signal.SIGTERM)
        assert host.program.process.wait(STOPS_WITHIN) == 0, errors_of(host.program)
    else:
        host.program.kill()


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


def _until(
    holds: Callable[[], bool], seconds: float = PATIENCE, words: Callable[[], str] = str
) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, words()
        time.sleep(0.02)  # nothing tells when a process of a body has ended
