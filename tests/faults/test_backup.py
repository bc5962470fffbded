"""Backups that are taken while the program runs and is killed, and what follows from them (R9).

Each is judged as the history that it holds; one is restored, and the program
runs on from there, with what came due since run again, or skipped (I1-I8).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.model import AppSettings, Run
from jittask.store import Store
from jittask.store.restore import restore
from jittask.store.watermarks import Watermark
from tests.faults.checker import History, violations
from tests.faults.conftest import on_each_store
from tests.faults.trial import Trial, all_runs, bodies_of, rounds_or
from tests.running import Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process

SHORT = {"leaseSeconds": 1.5, "heartbeatSeconds": 0.4}


@on_each_store
@pytest.mark.parametrize("skips", [False, True], ids=["runs-again", "skips"])
def test_backups_of_a_program_that_is_killed(
    tmp_path: Path, settings: AppSettings, skips: bool
) -> None:
    trial = Trial(tmp_path, settings, rounds_or(3), **SHORT)
    tree = trial.checkout()
    backups: list[Path] = []
    for number in range(trial.rounds):
        with Program(tree.root) as program:
            program.wait("ready")
            for _ in range(trial.chance.randrange(4)):
                program.wait(trial.chance.choice(["planned", "started", "finished"]))
            backups.append(tmp_path / f"backup-{number}.db")
            done = jittask("db", "backup", backups[-1], "--tree", tree.root)
            assert done.returncode == 0, done.stderr
            for _ in range(trial.chance.randrange(4)):
                program.wait(trial.chance.choice(["planned", "started", "finished"]))
            program.kill()
    for number, backup in enumerate(backups):
        judge_alone(trial, tree, backup, tmp_path / f"restored-{number}")
    chosen = trial.chance.choice(backups)
    runs, marks = held(chosen, tmp_path / "chosen")
    forget_later_bodies(trial, runs)
    option = ["--skip-until", "now"] if skips else []
    began = datetime.now(UTC)
    for _ in range(10):  # within a lease, the runtime that was killed may be alive
        done = jittask("db", "restore", chosen, "--tree", tree.root, "--force", *option)
        if "a runtime (on another machine) uses the run store" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    assert ("have come due since" in done.stdout) is not skips, done.stdout
    gaps = {}
    if skips:
        with trial.store(tree) as store:
            counted = store.watermarks()
        assert all(mark.activated >= began for mark in counted.values())
        gaps = {
            name: (mark.activated, mark.planned_until, counted[name].activated)
            for name, mark in marks.items()
        }
    with Program(tree.root) as program:
        program.wait("ready")
        trial.judge(program, tree, gaps)


def judge_alone(trial: Trial, tree: Tree, backup: Path, folder: Path) -> None:
    """Prove that a backup holds all that it says has been planned, once (I1-I7)."""
    runs, marks = held(backup, folder)
    app = compile_tree(tree.root).app
    expected = {}
    for name, mark in marks.items():
        expected |= trial.nominals(name, app.tasks[name], mark.activated, mark.planned_until)
    known = {(run.id, attempt.number) for run in runs for attempt in run.attempts}
    bodies = bodies_of(trial.witness.read_text(encoding="utf-8"))
    witnessed = tuple(body for body in bodies if (body.run, body.attempt) in known)
    print(f"{backup.name}: {len(runs)=} {len(witnessed)=}")
    wrong = violations(History(runs, witnessed, expected))
    assert not wrong, "\n".join(map(str, wrong))


def held(backup: Path, folder: Path) -> tuple[tuple[Run, ...], dict[str, Watermark]]:
    """Return what a backup holds, as a store of its own has it."""
    now = datetime.now(UTC)
    folder.mkdir()
    restore(AppSettings(), folder, backup, now)
    with Store.open(AppSettings(), folder) as store:
        return tuple(all_runs(store, now)), store.watermarks()


def forget_later_bodies(trial: Trial, runs: tuple[Run, ...]) -> None:
    """Leave of the witness what the chosen backup knows: the rest is lost with its records."""
    known = {(run.id, attempt.number) for run in runs for attempt in run.attempts}
    lines = trial.witness.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if tuple(map(int, line.split()[1:3])) in known]
    trial.witness.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
