"""Which processes are never killed, and what a dying ancestor changes (R6)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jittask.runtime.executors import descendants, leftover_processes
from jittask.runtime.executors.bodies_mark import mark_of
from jittask.runtime.executors.descendants import (
    Descendant,
    end_in_rounds,
    ourselves,
    resident_bytes,
)
from jittask.runtime.executors.fork_client import ForkClient
from tests.running import PATIENCE


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True
    ) as process:
        yield process
        process.kill()


def find(process: subprocess.Popen[bytes]) -> Callable[[], list[psutil.Process]]:
    """Return what finds a process until it has ended."""
    return lambda: [] if process.poll() is not None else [psutil.Process(process.pid)]


@pytest.mark.parametrize("group", [0, 1])
def test_a_group_that_is_not_known_here_is_not_killed(
    monkeypatch: pytest.MonkeyPatch, sleeper: subprocess.Popen[bytes], group: int
) -> None:
    """The kernel says 0 for a group of an outer container, and 0 as a target is our own group."""
    killed: list[int] = []
    known = {parent: os.getpgid(parent) for parent in ourselves()}
    monkeypatch.setattr(descendants, "getpgid", lambda process: known.get(process, group))
    monkeypatch.setattr(descendants, "ourselves", lambda: frozenset({os.getpid()}))
    monkeypatch.setattr(descendants, "killpg", lambda group, _: killed.append(group))
    [ended] = end_in_rounds(find(sleeper))
    assert ended.process == sleeper.pid
    assert killed == []


def test_an_ancestor_that_ends_meanwhile_spares_nothing_else(
    monkeypatch: pytest.MonkeyPatch, sleeper: subprocess.Popen[bytes]
) -> None:
    """Where the whole program was killed, its fork server still ends what bodies have left."""
    parent = psutil.Process.parent

    def gone(self: psutil.Process) -> Any:
        if self.pid != os.getpid():
            raise psutil.NoSuchProcess(self.pid)
        return parent(self)

    monkeypatch.setattr(psutil.Process, "parent", gone)
    [ended] = end_in_rounds(find(sleeper))
    assert ended.process == sleeper.pid
    assert {os.getpid(), os.getppid()} <= ourselves()


def test_what_is_not_found_at_first_is_looked_for_until_nothing_is_left(
    sleeper: subprocess.Popen[bytes],
) -> None:
    """A chain of children that end at once is between two lists of all processes."""
    looks = iter([[], [], [psutil.Process(sleeper.pid)]])
    ended = end_in_rounds(lambda: next(looks, []), is_over=lambda: sleeper.poll() is not None)
    assert [each.process for each in ended] == [sleeper.pid]


@pytest.mark.parametrize(
    ("ended", "which"), [((), ""), ((Descendant(7, "a pool"),), ": pid 7 (a pool)")]
)
def test_what_starts_others_faster_than_it_is_ended_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, ended: tuple[Descendant, ...], which: str
) -> None:
    monkeypatch.setattr(leftover_processes, "adopts_orphans", lambda: True)
    monkeypatch.setattr(leftover_processes, "reap", lambda: True)
    monkeypatch.setattr(leftover_processes, "end_descendants", lambda seconds: ended)
    assert leftover_processes.end_leftover_processes() == [
        f"it left processes behind, which start others while they are ended{which}"
    ]


def test_the_memory_of_all_below_counts() -> None:
    """Also of what a thread other than the main one has started."""
    program = (
        "import subprocess, sys, threading, time\n"
        "hold = [sys.executable, '-c', 'x = b\\'x\\' * 30_000_000; print(1, flush=True); import time; time.sleep(1000)']\n"
        "def start():\n    subprocess.Popen(hold)\n    time.sleep(1000)\n"
        "threading.Thread(target=start).start()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        held = resident_bytes([process.pid])[process.pid]
        own = psutil.Process(process.pid).memory_info().rss
        os.killpg(process.pid, signal.SIGKILL)
    assert held >= own + 30_000_000


def test_another_folder_at_the_same_path_has_another_mark(tmp_path: Path) -> None:
    """As in two containers that share their processes: a start of one ends nothing of the other."""
    state, link = tmp_path / "state", tmp_path / "link"
    state.mkdir()
    link.symlink_to(state)
    before = mark_of(state / "bodies.lock")
    assert mark_of(link / "bodies.lock") == before
    state.rename(tmp_path / "elsewhere")
    state.mkdir()
    assert mark_of(state / "bodies.lock") != before


@pytest.mark.skipif(sys.platform != "linux", reason="a stopped process does not end elsewhere")
def test_a_fork_server_that_is_stopped_while_it_ends_is_replaced(tmp_path: Path) -> None:
    client = ForkClient(tmp_path / "bodies.lock")
    before = client._process.pid
    psutil.Process(before).suspend()
    replacing = threading.Thread(target=client.restart, daemon=True)
    client._has_forked = True
    replacing.start()
    replacing.join(PATIENCE)
    stuck = replacing.is_alive()
    if stuck:
        psutil.Process(before).kill()
        replacing.join()
    client.close()
    assert not stuck
