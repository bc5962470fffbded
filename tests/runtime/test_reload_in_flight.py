"""A version is replaced while a run of it is in its body (H3, H4): each keeps to its own source.

In every executor the traceback of the old run has the lines of the old files, its log
what the old code wrote, its record the old version; the next run has the new of each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from jittask import Client, Runtime
from jittask.model import Run, Trigger
from jittask.runtime.events import Event, Finished, Reloaded
from tests.running import PATIENCE
from tests.tree import Tree

pytestmark = pytest.mark.process

KINDS = ["process", "thread", "inline"]
WORK = """def work(word, gate, attempt):
    print(f"{{word}} printed by {word}")
    if gate and attempt == 1:
        open(gate).read()
    import commons.late
    raise ValueError(word + commons.late.name)  # of {word}
"""
SERVICE = """from commons.deep import work
from jittask import currentTask, log


def run():
    log.info("{word} logged")
    work({word!r}, currentTask.args.get("gate"), currentTask.attempt)  # through the service of {word}


def told(failedRun):
    return {word!r}
"""
PLAIN = """from commons.deep import work
from jittask import currentTask, log


def customFunc():
    log.info("{word} logged")
    work({word!r}, currentTask.args.get("gate"), currentTask.attempt)  # called by {word}
"""
ASYNC = PLAIN.replace("def customFunc", "async def customFunc")
CALLING = """from jittask import app


def customFunc():
    return app.getElement("services.S").run()  # called by {word}
"""


@dataclass(frozen=True)
class Case:
    """A form of function, and the files that its traceback names, outermost first."""

    name: str
    code: str | None
    """Of its ``inner.py``; None: it calls the service's function."""
    files: tuple[str, ...]


CASES = [
    Case("inner", PLAIN, ("tasks/T/inner.py", "commons/deep.py")),
    Case("async", ASYNC, ("tasks/T/inner.py", "commons/deep.py")),
    Case("service function", None, ("services/S/service.py", "commons/deep.py")),
    Case("inner with a service", CALLING,
         ("tasks/T/inner.py", "services/S/service.py", "commons/deep.py")),
]  # fmt: skip


class Edited:
    """A runtime of one task ``T``, whose run can be held in its body while the files change."""

    def __init__(self, tree: Tree, runtime: Runtime, client: Client, gate: Path) -> None:
        self._tree, self.runtime, self._client, self._gate = tree, runtime, client, gate

    def run(self, gate: Path | None = None) -> int:
        return self._client.trigger("tasks.T", args={"gate": str(gate) if gate else None}).run.id

    def run_with_reload_inside(self, write: Callable[[], None]) -> int:
        """Begin a run, replace every file while it waits in its body, and let it end."""
        run = self.run(self._gate)
        descriptor = os.open(self._gate, os.O_WRONLY)  # returns when the body reads
        try:
            write()
            self.runtime.wait_for(
                lambda event: isinstance(event, Reloaded) and "tasks.T" in event.changed, PATIENCE
            )
        finally:
            os.close(descriptor)
        return run

    def end(self, run: int) -> Run:
        """Wait for the end of a run; return its record."""

        def is_last(event: Event) -> bool:
            return isinstance(event, Finished) and event.run == run and event.retry_at is None

        self.runtime.wait_for(is_last, PATIENCE)
        return self._client.run(run)

    def log(self, run: int) -> str:
        return "\n".join(line.text for line in self._client.log(run))

    def bundle(self, version: str | None) -> Path:
        return self._tree.root / ".jittask/bundles" / str(version)


def write(tree: Tree, case: Case, word: str, lines: int, **policy: object) -> None:
    """Write every file, its code so many lines further down than it would be."""
    above = "# a line above\n" * lines
    tree.write("commons/late.py", f"name = ' late of {word}'\n")
    tree.write("commons/deep.py", above + WORK.format(word=word))
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", above + SERVICE.format(word=word))
    how = {} if case.code else {"funcType": "Global", "func": "services.S.run"}
    tree.scheduled("T", above + (case.code or "").format(word=word), policy=policy, **how)  # type: ignore[arg-type]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def running(kind: str, case: Case, folder: Path, **policy: object) -> Iterator[tuple[Tree, Edited]]:
    gate = folder / "gate"
    os.mkfifo(gate)
    tree = Tree(folder / "app", runtime={"executor": kind, "workers": 2, "debounceMillis": 50})
    write(tree, case, "old", 0, **policy)
    with Runtime(tree.root) as runtime, Client(tree.root) as client:
        yield tree, Edited(tree, runtime, client, gate)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_has_its_own_source(kind: str, case: Case, tmp_path: Path) -> None:
    with running(kind, case, tmp_path) as (tree, edited):
        first = edited.run_with_reload_inside(lambda: write(tree, case, "new", 7))
        old = edited.end(first)
        new = edited.end(edited.run())
        assert old.version != new.version
        for run, word, lines in ((old, "old", 0), (new, "new", 7)):
            check(edited, run, case, word, lines)


def check(edited: Edited, run: Run, case: Case, word: str, lines: int) -> None:
    other = "new" if word == "old" else "old"
    bundle, error = edited.bundle(run.version), str(run.error)
    assert error.splitlines()[-1] == f"ValueError: {word} late of {word}"
    assert other not in error.replace(str(bundle), "")
    frames = [line.strip() for line in error.splitlines() if line.lstrip().startswith("File ")]
    assert [frame.partition('"')[2].partition('"')[0] for frame in frames] == [
        str(bundle / file) for file in case.files
    ]
    for frame, file, shown in zip(frames, case.files, _below(error), strict=True):
        number = int(frame.partition("line ")[2].partition(",")[0])
        source = (bundle / file).read_text().splitlines()
        assert number > lines
        assert source[number - 1].strip() == shown
        assert word in shown
    log = edited.log(run.id)
    assert f"{word} printed by {word}" in log
    assert f"{word} logged" in log
    assert f"{other} " not in log


def _below(error: str) -> list[str]:
    """Return the source line below each frame's place."""
    lines = error.splitlines()
    return [
        lines[at + 1].strip() for at, line in enumerate(lines) if line.lstrip().startswith("File ")
    ]


def test_a_retry_after_the_reload_has_the_new_version(kind: str, tmp_path: Path) -> None:
    case = CASES[0]
    with running(kind, case, tmp_path, retry={"max": 1, "delaySeconds": 0.1}) as (tree, edited):
        run = edited.end(
            edited.run_with_reload_inside(
                lambda: write(tree, case, "new", 7, retry={"max": 1, "delaySeconds": 0.1})
            )
        )
        first, second = run.attempts
        assert first.version != second.version == run.version
        assert str(first.error).splitlines()[-1] == "ValueError: old late of old"
        assert str(second.error).splitlines()[-1] == "ValueError: new late of new"
        log = edited.log(run.id)
        assert log.index("old printed by old") < log.index("new printed by new")


def test_what_is_told_of_an_old_failure_is_the_new_code(kind: str, tmp_path: Path) -> None:
    case, policy = CASES[0], {"onFailure": "services.S.told"}
    with running(kind, case, tmp_path, **policy) as (tree, edited):
        failed = edited.end(
            edited.run_with_reload_inside(lambda: write(tree, case, "new", 7, **policy))
        )

        def tells(event: Event) -> bool:
            return isinstance(event, Finished) and event.run != failed.id

        told = edited.end(edited.runtime.wait_for(tells, PATIENCE).run)
        assert (told.trigger, told.result) == (Trigger.ON_FAILURE, '"new"')
        assert told.version != failed.version
