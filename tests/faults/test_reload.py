"""The files of the real program change while it runs; the checker judges (I1-I9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.model import AppSettings
from tests.faults.conftest import on_each_store
from tests.faults.trial import Trial, rounds_or
from tests.running import Program
from tests.tree import Tree

pytestmark = pytest.mark.process


@on_each_store
def test_files_change_again_and_again(tmp_path: Path, settings: AppSettings) -> None:
    """Edited, half-written, moved away and back: no occurrence heeds it, no task begins anew."""
    trial = Trial(tmp_path, settings, rounds_or(8), debounceMillis=20)
    tree = trial.checkout()
    with Program(tree.root) as program:
        program.wait("ready")
        program.wait("finished", task="tasks.Rows")
        before = activations(trial, tree)
        for number in range(trial.rounds):
            trial.chance.choice(EDITS)(trial, tree, number, program)
        comment(trial, tree, trial.rounds, program)
        version = compile_tree(tree.root).app.tasks["tasks.Latest"].version
        program.wait("started", task="tasks.Latest", version=version)
        healed = trial.calm(program)
        assert program.stop() == 0
    assert activations(trial, tree) == before
    trial.check(tree, healed)


def activations(trial: Trial, tree: Tree) -> dict[str, datetime]:
    with trial.store(tree) as store:
        return {name: mark.activated for name, mark in store.watermarks().items()}


def comment(trial: Trial, tree: Tree, number: int, program: Program) -> None:
    """Another version of every task."""
    del trial, program
    file = tree.root / "commons" / "witness.py"
    code = file.read_text(encoding="utf-8").partition("# ")[0]
    tree.write("commons/witness.py", f"{code}# {number}\n")


def half(trial: Trial, tree: Tree, number: int, program: Program) -> None:
    """A file that is written in two steps, in place."""
    del number
    file = trial.chance.choice(files(tree))
    content = file.read_bytes()
    cut = trial.chance.randrange(len(content))
    with file.open("wb", buffering=0) as writing:
        writing.write(content[:cut])
        if trial.chance.random() < 0.7:
            program.wait(trial.chance.choice(["started", "finished"]))  # it may still be sound
        writing.write(content[cut:])


def away(trial: Trial, tree: Tree, number: int, program: Program) -> None:
    """A task's folder that is moved away, and back before it counts as removed (H3)."""
    del number
    folder = trial.chance.choice(sorted((tree.root / "tasks").iterdir()))
    elsewhere = tree.root.parent / "elsewhere"
    folder.rename(elsewhere)
    if trial.chance.random() < 0.7:
        program.wait(trial.chance.choice(["started", "finished"]))
    elsewhere.rename(folder)


def rewritten(trial: Trial, tree: Tree, number: int, program: Program) -> None:
    """All files at once, as by ``git checkout``, to another version."""
    comment(trial, tree, number, program)
    for file in files(tree):
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content)


def files(tree: Tree) -> list[Path]:
    """Return the files that are nothing when they are cut short."""
    tops = (tree.root / name for name in ("databases", "models", "tasks"))
    found = [file for top in tops for file in top.rglob("*") if file.suffix in (".json", ".py")]
    return sorted([*found, tree.root / "app.json"])


EDITS: tuple[Callable[[Trial, Tree, int, Program], None], ...] = (comment, half, away, rewritten)
