"""``jittask run`` as process 1 of a container, where the kernel gives it all orphans (R6, R7)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.running import PATIENCE
from tests.tree import Tree

pytestmark = pytest.mark.process

ORPHANS = """import os, sys


def customFunc():
    for _ in range(20):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os._exit(0)
            os._exit(0)
    return os.getpid()
"""


def test_it_stops_on_a_signal_and_leaves_no_zombies(tree: Tree) -> None:
    tree.scheduled("A", ORPHANS, timing={"startTime": "2026-01-05 09:00:00"}, repeat={
        "repeatType": "custom", "rrule": "FREQ=SECONDLY"})  # fmt: skip
    run = [sys.executable, "-m", "jittask", "run", str(tree.root), "--format", "json"]
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *run]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL,
    ) as outer:  # fmt: skip
        assert outer.stdout is not None
        assert outer.stderr is not None
        finished = 0
        for line in outer.stdout:
            finished += json.loads(line)["event"] == "finished"
            if finished == 2:
                break
        if not finished and "Operation not permitted" in outer.stderr.read():
            pytest.skip("only root can make a namespace of processes")
        [first] = psutil.Process(outer.pid).children()
        [runtime] = first.children()
        [server] = [
            child for child in runtime.children() if "fork_server" in " ".join(child.cmdline())
        ]
        server.send_signal(signal.SIGKILL)  # its worker processes become orphans
        for line in outer.stdout:
            if json.loads(line)["event"] == "finished":
                break
        states = {child.pid: child.status() for child in first.children()}
        assert psutil.STATUS_ZOMBIE not in states.values()
        assert status_words(first.pid)["NSpid"].split()[-1] == "1"
        first.send_signal(signal.SIGTERM)
        rest = outer.stdout.read()
        assert outer.wait(PATIENCE) == 0
        assert json.loads(rest.splitlines()[-1])["event"] == "stopped"


def test_its_exit_code_is_that_of_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "--pid", "--fork", sys.executable, "-m", "jittask", "run", tmp_path / "none"],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    if "Operation not permitted" in done.stderr and os.geteuid() != 0:
        pytest.skip("only root can make a namespace of processes")
    assert (done.returncode, "no such folder" in done.stderr) == (1, True)


def status_words(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return dict(line.split(":", 1) for line in text.splitlines())
