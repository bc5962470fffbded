"""Kills, stops and cuts off the real program, again and again; the checker judges (I1-I8)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask.model import AppSettings
from tests.faults.trial import Trial, rounds_or
from tests.running import Program
from tests.services import store_settings, url_of

pytestmark = pytest.mark.process

on_each_store = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
on_a_server = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Iterator[AppSettings]:
    with store_settings(request.param) as found:
        yield found


@on_each_store
def test_the_program_is_killed(tmp_path: Path, settings: AppSettings) -> None:
    """At a moment that chance chooses, start-up among them."""
    trial = Trial(tmp_path, settings, rounds_or(7))
    tree = trial.checkout()
    for _ in range(trial.rounds):
        with Program(tree.root) as program:
            program.wait("ready")
            for _ in range(trial.chance.randrange(4)):
                program.wait(trial.chance.choice(["planned", "started", "finished"]))
            program.kill()
    with Program(tree.root) as program:
        program.wait("ready")
        healed = trial.calm(program)
        assert program.stop() == 0
    trial.check(tree, healed)


@on_each_store
def test_workers_are_killed(tmp_path: Path, settings: AppSettings) -> None:
    """A worker that dies takes one run with it (R6), and the program goes on."""
    trial = Trial(tmp_path, settings, rounds_or(25))
    tree = trial.checkout()
    with Program(tree.root) as program:
        program.wait("ready")
        killed = 0
        while killed < trial.rounds:
            program.wait(trial.chance.choice(["started", "started", "finished"]))
            killed += kill_one(worker_processes(program), trial)
        healed = trial.calm(program)
        assert program.stop() == 0
    trial.check(tree, healed)


@on_a_server
def test_a_runtime_is_stopped_past_its_lease(tmp_path: Path, settings: AppSettings) -> None:
    """And goes on when another has taken its runs over: alone, or with its worker processes."""
    trial = Trial(tmp_path, settings, rounds_or(4), leaseSeconds=1.5, heartbeatSeconds=0.4)
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
        healed = trial.calm(second)
        assert second.stop() == 0
    trial.check(a, healed)


@on_a_server
def test_runtimes_are_killed_in_turn(tmp_path: Path, settings: AppSettings) -> None:
    """The one that is left plans on, and takes over what the other had claimed."""
    trial = Trial(tmp_path, settings, rounds_or(4), leaseSeconds=1.5, heartbeatSeconds=0.4)
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
        healed = trial.calm(programs[1])
        assert programs[1].stop() == 0
    trial.check(trees[0], healed)


@on_a_server
def test_connections_to_the_store_are_cut(tmp_path: Path, settings: AppSettings) -> None:
    """All at once, in the midst of whatever each is doing: a commit's reply may be lost."""
    name = f"jittask-{uuid.uuid4().hex[:8]}"
    named = replace(settings, store=f"{settings.store}&application_name={name}")
    trial = Trial(tmp_path, named, rounds_or(25))
    tree = trial.checkout()
    with Program(tree.root) as program:
        program.wait("ready")
        cut = 0
        while cut < trial.rounds:
            program.wait(trial.chance.choice(["planned", "started", "finished"]))
            cut += cut_connections(name)
        healed = trial.calm(program)
        assert program.stop() == 0
    trial.check(tree, healed)


def worker_processes(program: Program) -> list[int]:
    """Return the worker processes: the template's children."""

    def children(pid: int) -> list[int]:
        found = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
        )
        return [int(word) for word in found.stdout.split()]

    return [worker for template in children(program.process.pid) for worker in children(template)]


def kill_one(processes: list[int], trial: Trial) -> bool:
    """Kill one that chance chooses; say whether there was one."""
    if not processes:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(trial.chance.choice(processes), signal.SIGKILL)
        return True
    return False


def cut_connections(name: str) -> bool:
    """End the server's side of every connection of that name; say whether there was one."""
    engine = sa.create_engine(url_of("postgresql"), isolation_level="AUTOCOMMIT")
    query = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
    )
    with contextlib.closing(engine.connect()) as connection:
        found = connection.execute(query, {"name": name}).all()
    engine.dispose()
    return bool(found)
