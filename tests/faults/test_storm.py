"""A storm of edits under a load of runs: at the end all is as after a fresh start (H1-H5, I1-I9).

A hundred edits a round, by the ways of editors, and ``git checkout`` between two
branches that differ in half of their files. Once the system reports the changes, and
once the tree is polled, as on a mount that reports none.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from jittask.compiler.files import TOPS
from jittask.compiler.incremental import TreeCompiler
from jittask.model import AppSettings
from tests.faults.conftest import on_a_file
from tests.faults.editors import EDITORS
from tests.faults.trial import Trial, rounds_or
from tests.running import PATIENCE, Program
from tests.tree import Tree

pytestmark = pytest.mark.process

EDITS = 100
"""In a round."""
FILES = 50
"""Of elements, in each branch, for each round."""
ROUNDS_OF_A_BRANCH = 5
SHORT_TASKS = 20
"""Which fire each second."""
WARM_UP = 0.25
"""Of the rounds, before what the program has is measured first."""
BROKEN = b"def customFunc(:\n"
POLLED = {"WATCHFILES_FORCE_POLLING": "1"}


@on_a_file
@pytest.mark.parametrize("environment", [{}, POLLED], ids=["reported", "polled"])
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_storm_of_edits(
    tmp_path: Path, settings: AppSettings, environment: dict[str, str]
) -> None:
    """No run is lost or doubled, every element has its latest version, and nothing is held on to."""
    trial = Trial(tmp_path, settings, rounds_or(3), rows_a_round=60, short=SHORT_TASKS)
    tree = trial.checkout()
    storm = Storm(trial, tree)
    with Program(tree.root, **environment) as program:
        program.wait_line(
            lambda line: '"event": "ready"' in line, PATIENCE * 5
        )  # thousands of tasks
        program.wait("finished", task="tasks.Rows")
        at_first = None
        for number in range(trial.rounds):
            if number >= trial.rounds * WARM_UP and at_first is None:
                storm.check_out("main")
                storm.wait_until_current(program)
                at_first = Held.by(program.process.pid)
            storm.round(number, program)
        storm.check_out("main")
        storm.break_some()
        took = storm.wait_until_current(program)
        assert at_first is not None
        at_last = Held.by(program.process.pid)
        watched = 0 if environment else storm.folders  # those of a branch that has gone may stay
        print(f"{storm.edits} edits, {storm.checkouts} checkouts of {storm.files} files")
        print(f"current within {took:.1f} s, a fresh start included\n{at_first}\n{at_last}")
        print(f"{storm.troubles(program)}")
        at_last.check(at_first)
        assert at_last.watches == watched
        healed = trial.calm(program)
        assert program.stop() == 0
    storm.mend()
    trial.check(tree, healed)


class Storm:
    """Edits, and checkouts of two branches, in a tree whose other tasks run."""

    def __init__(self, trial: Trial, tree: Tree) -> None:
        self.edits = self.checkouts = 0
        self._trial, self._tree, self._chance = trial, tree, trial.chance
        self._broken: dict[Path, bytes] = {}
        self._git("init", "-q")
        self._git("config", "user.email", "storm@example.com")
        self._git("config", "user.name", "storm")
        for branch in ("main", "other"):
            self._git("checkout", "-q", "-b", branch)
            self._write(branch)
            self._git("add", "-A")
            self._git("commit", "-q", "-m", branch)
        self.files = len(self._files())
        self.check_out("main")

    def round(self, number: int, program: Program) -> None:
        """Make edits at once, and now and then a checkout, and let the program get in between."""
        files = self._files()
        for _ in range(EDITS):
            file = self._chance.choice(files)
            content = f"# {self.edits}\ndef customFunc():\n    return {self.edits}\n".encode()
            if file.parent.parent.name == "tasks":  # of a task that runs
                content = file.read_bytes().partition(b"# ")[0] + f"# {self.edits}\n".encode()
            if file.name == "e.json":
                content = file.read_bytes().rstrip() + b"\n" * (self.edits % 3 + 1)
            for _ in self._chance.choice(EDITORS)(file, content, self._chance):
                if self._chance.random() < 0.01:
                    program.wait("finished")
            self.edits += 1
        if number % ROUNDS_OF_A_BRANCH == ROUNDS_OF_A_BRANCH - 1 or number == 0:
            self.check_out(self._chance.choice(["main", "other"]))
        program.wait("finished")

    def check_out(self, branch: str) -> None:
        """Change half of the files at once, and take back every edit."""
        self._git("checkout", "-q", "--force", branch)
        self.checkouts += 1

    def break_some(self) -> None:
        """Leave some files so that they cannot load."""
        for file in self._chance.sample(self._fillers(), 3):
            self._broken[file] = file.read_bytes()
            file.write_bytes(BROKEN)

    def mend(self) -> None:
        for file, content in self._broken.items():
            file.write_bytes(content)

    def wait_until_current(self, program: Program) -> float:
        """Wait until the program has all elements as a fresh start would; return the seconds."""
        began = time.monotonic()
        wanted = self._fresh()
        while (different := wanted ^ self._running()) and time.monotonic() < began + PATIENCE * 2:
            program.wait("finished")
        assert not different, f"not as after a fresh start: {sorted(different, key=str)[:10]}"
        return time.monotonic() - began

    @property
    def folders(self) -> int:
        """How many folders there are to be watched."""
        tops = (self._tree.root / top for top in TOPS)
        return sum(1 for top in tops for _ in os.walk(top))

    def troubles(self, program: Program) -> Counter[str]:
        """Count what the program has told of, by its code."""
        told = map(json.loads, program.lines)
        return Counter(event["code"] for event in told if event["event"] == "trouble")

    def _fresh(self) -> set[tuple[str, str]]:
        """Return each element with its version, or that it is broken, of a new compilation."""
        compiler = TreeCompiler(self._tree.root, imports=True)
        try:
            compilation = compiler.compilation
        finally:
            compiler.close()
        versions = {(name, task.version) for name, task in compilation.app.tasks.items()}
        return versions | {(name, "broken") for name in compilation.broken}

    def _running(self) -> set[tuple[str, str]]:
        """Return the same of the program, as its store has it."""
        with self._trial.store(self._tree) as store:
            return {
                (row.name, "broken" if row.state == "broken" else str(row.version))
                for row in store.elements().values()
            }

    def _write(self, branch: str) -> None:
        """Write a branch: half of its tasks are the other's too, some are its own."""
        count = FILES * self._trial.rounds // 2
        if branch == "main":
            for name in ("One", "Two"):
                self._tree.write(
                    f"services/{name}/e.json", {"type": "services.NormalType", "title": name}
                )
        for name in ("One", "Two"):
            self._tree.write(
                f"services/{name}/service.py", f"def value():\n    return {branch!r}\n"
            )
        for number in range(count):
            if branch == "other" and number % 2:
                continue
            if branch == "other" and number % 10 == 0:
                shutil.rmtree(self._tree.root / f"tasks/filler/group{number // 100}/Task{number}")
                number += count
            self._filler(number, branch)
        witness = self._tree.root / "commons/witness.py"
        self._tree.write(
            "commons/witness.py", f"{witness.read_text().partition('# ')[0]}# {branch}\n"
        )

    def _filler(self, number: int, branch: str) -> None:
        code = f"def customFunc():\n    return {number}, {branch!r}\n"
        if number % 10 == 2:
            code = (
                "from jittask import app\n\n\ndef customFunc():\n"
                f"    return app.getElement('services.{'One' if number % 4 else 'Two'}').value()\n"
            )
        self._tree.scheduled(
            f"filler/group{number // 100}/Task{number}", code, {"repeatType": "year"}, title=branch,
            timing={"startTime": "2020-01-01 00:00:00"},
        )  # fmt: skip

    def _fillers(self, name: str = "inner.py") -> list[Path]:
        return sorted((self._tree.root / "tasks/filler").rglob(name))

    def _files(self) -> list[Path]:
        tasks = self._tree.root / "tasks"
        return sorted([*tasks.glob("*/inner.py"), *self._fillers(), *self._fillers("e.json")])

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self._tree.root, check=True, timeout=PATIENCE)


@dataclass(frozen=True)
class Held:
    """What the program and its processes have of the system."""

    megabytes: float
    """Of the program itself, in memory."""
    processes: int
    handles: int
    watches: int
    """Of folders, by inotify."""

    @classmethod
    def by(cls, pid: int) -> Held:
        """Count what a process and those that it has started have now."""
        pids, handles, watches = _with_descendants(pid), 0, 0
        for one in pids:
            for info in _listed(Path("/proc", str(one), "fdinfo")):
                handles += 1
                with suppress(FileNotFoundError, ProcessLookupError):  # closed meanwhile
                    watches += info.read_text().count("inotify wd:")
        status = Path("/proc", str(pid), "status").read_text()
        resident = int(status.partition("VmRSS:")[2].split()[0])
        return cls(round(resident / 1024, 1), len(pids), handles, watches)

    def check(self, before: Held) -> None:
        """Prove that what was measured before has not grown."""
        assert self.megabytes < before.megabytes * 1.15 + 20
        assert self.processes <= before.processes + 2  # workers are started as they are needed
        assert self.handles <= before.handles + 30


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in _listed(Path("/proc", str(one), "task")):
            with suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
                found += map(int, (task / "children").read_text().split())
    return found


def _listed(folder: Path) -> list[Path]:
    """Return what is in a folder of a process; nothing where that has ended."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []
