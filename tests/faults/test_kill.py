"""Kills and stops the processes of the real program; the checker judges (I1-I8)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from jittask.model import AppSettings
from tests.faults.conftest import on_a_server, on_each_store
from tests.faults.launch import copy_store
from tests.faults.trial import Trial, rounds_or
from tests.running import PATIENCE, Program

pytestmark = pytest.mark.process

SHORT = {"leaseSeconds": 1.5, "heartbeatSeconds": 0.4}
"""So that a round is long enough for what it takes to plan again, on a server too."""


@on_each_store
def test_the_program_is_killed(tmp_path: Path, settings: AppSettings) -> None:
    """At a moment that chance chooses, start-up among them."""
    trial = Trial(tmp_path, settings, rounds_or(3), **SHORT)
    tree = trial.checkout()
    for _ in range(trial.rounds):
        with Program(tree.root) as program:
            program.wait("ready")
            for _ in range(trial.chance.randrange(4)):
                program.wait(trial.chance.choice(["planned", "started", "finished"]))
            program.kill()
    with Program(tree.root) as program:
        program.wait("ready")
        trial.judge(program, tree)


@on_each_store
def test_the_program_is_killed_at_any_statement(tmp_path: Path, settings: AppSettings) -> None:
    """Before one that chance chooses, and before or behind a commit: no step is left out."""
    trial = Trial(tmp_path, settings, rounds_or(3), **SHORT)
    tree = trial.checkout()
    for _ in range(trial.rounds):
        with trial.program(tree, statements=trial.chance.randrange(1, 120)) as program:
            assert program.process.wait(PATIENCE) == -signal.SIGKILL
    with Program(tree.root) as program:
        program.wait("ready")
        trial.judge(program, tree)


def test_power_is_lost(tmp_path: Path) -> None:
    """What did not wait for the disk is gone, and the machine has another boot (R9)."""
    trial = Trial(tmp_path, AppSettings(), rounds_or(4), **SHORT)
    tree, disk = trial.checkout(), tmp_path / "disk"
    state = tree.root / ".jittask"
    for boot in range(trial.rounds):
        claims, seconds = (
            trial.chance.randrange(1, 9),
            trial.chance.choice([0.001, 0.003, 0.006, 0.02]),
        )
        with trial.program(
            tree, disk=str(disk), boot=str(boot), claims=claims, seconds=seconds
        ) as program:
            assert program.process.wait(PATIENCE) == -signal.SIGKILL
        for file in state.glob("jittask.db*"):
            file.unlink()
        copy_store(disk, state)
        trial.step_the_clock(timedelta(seconds=trial.chance.choice([0, 0, -0.5, -2])))
    trial.set_the_clock_ahead()
    with trial.program(tree, disk=str(disk), boot="last", claims=0, seconds=0) as program:
        program.wait("ready")
        trial.judge(program, tree)


@on_each_store
def test_workers_are_killed(tmp_path: Path, settings: AppSettings) -> None:
    """A worker that dies takes one run with it (R6), and the program goes on."""
    trial = Trial(tmp_path, settings, rounds_or(8))
    tree = trial.checkout()
    with Program(tree.root) as program:
        program.wait("ready")
        killed = 0
        while killed < trial.rounds:
            program.wait(trial.chance.choice(["started", "started", "finished"]))
            killed += kill_one(worker_processes(program), trial)
            go_on(program, trial)
        trial.judge(program, tree)


@on_each_store
def test_the_fork_server_is_killed(tmp_path: Path, settings: AppSettings) -> None:
    """Its worker processes end too, and others are forked from a new one."""
    trial = Trial(tmp_path, settings, rounds_or(4))
    tree = trial.checkout()
    with Program(tree.root) as program:
        program.wait("ready")
        killed = 0
        while killed < trial.rounds:
            program.wait(trial.chance.choice(["started", "finished"]))
            killed += kill_one(children(program.process.pid), trial)
            go_on(program, trial)
        trial.judge(program, tree)


@on_a_server
def test_a_runtime_is_stopped_past_its_lease(tmp_path: Path, settings: AppSettings) -> None:
    """And goes on when another has taken its runs over: alone, or with its worker processes."""
    trial = Trial(tmp_path, settings, rounds_or(3), **SHORT)
    a, b = trial.checkout("a"), trial.checkout("b")
    with Program(a.root) as first, Program(b.root) as second:
        for one in (first, second):
            one.wait("ready")
        for _ in range(trial.rounds):
            stopped, other = trial.chance.sample([first, second], 2)
            stopped.wait(trial.chance.choice(["started", "finished"]))
            send = trial.chance.choice([os.kill, os.killpg])
            send(stopped.process.pid, signal.SIGSTOP)
            other.wait("trouble", code="runtime-lost")
            send(stopped.process.pid, signal.SIGCONT)
            stopped.wait("trouble", code="lease-lost")
        assert first.stop() == 0
        trial.judge(second, a)


@on_a_server
def test_runtimes_are_killed_in_turn(tmp_path: Path, settings: AppSettings) -> None:
    """The one that is left plans on, and takes over what the other had claimed."""
    trial = Trial(tmp_path, settings, rounds_or(3), **SHORT)
    trees = [trial.checkout("a"), trial.checkout("b")]
    with contextlib.ExitStack() as running:
        programs = [running.enter_context(Program(tree.root)) for tree in trees]
        for one in programs:
            one.wait("ready")
        for _ in range(trial.rounds):
            which = trial.chance.randrange(2)
            programs[which].wait(trial.chance.choice(["started", "finished"]))
            programs[which].kill()
            if trial.chance.random() < 0.5:
                programs[1 - which].wait("trouble", code="runtime-lost")
            programs[which] = running.enter_context(Program(trees[which].root))
            programs[which].wait("ready")
        assert programs[0].stop() == 0
        trial.judge(programs[1], trees[0])


def go_on(program: Program, trial: Trial) -> None:
    """Let something come to its end before the next fault, or not."""
    if trial.chance.random() < 0.7:
        program.wait("finished", status="completed")


def worker_processes(program: Program) -> list[int]:
    """Return the worker processes: the fork server's children."""
    return [worker for server in children(program.process.pid) for worker in children(server)]


def children(pid: int) -> list[int]:
    """Return the processes that a process has begun."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def kill_one(processes: list[int], trial: Trial) -> bool:
    """Kill one that chance chooses; say whether there was one."""
    if not processes:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(trial.chance.choice(processes), signal.SIGKILL)
        return True
    return False
