"""What a reload does to a run that is planned: each line of the table in the documentation (D7, H3).

The table is in ``docs/how-to/while-it-runs.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.clock import SystemClock
from jittask.compiler.incremental import TreeCompiler
from jittask.model import AppSettings, Reason
from jittask.runtime.assembly import assemble
from jittask.runtime.planner import Planner
from jittask.runtime.renames import Rename, renames
from jittask.runtime.signals import Signals
from jittask.runtime.snapshot import first_snapshot, next_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store
from tests.running import PATIENCE
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
NEXT = datetime(2026, 1, 6, 9, tzinfo=UTC)
T = "tasks.T"
ANOTHER_KIND = "`type`, to a date-field task"
GUIDE = Path(__file__).parents[2] / "docs/how-to/while-it-runs.md"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(AppSettings(), tmp_path, create=True) as opened:
        yield opened


class Reloaded:
    """A tree with one planned task, that is edited and reloaded."""

    def __init__(self, store: Store, tree: Tree) -> None:
        self.tree = tree
        self._store = store
        self._compiler = TreeCompiler(tree.root)
        self._planner = Planner(store, lambda _: None, TaskBoundary(lambda _: None))
        self._snapshot = first_snapshot(self._compiler.compilation, {}, {}, NOW)
        self._planner.step(self._snapshot, NOW)
        [self.run] = store.pending([T])[T]
        self.renames: list[Rename] = []

    def reload(self, after: timedelta = timedelta(minutes=1)) -> None:
        """Reload, and reload again when what is absent counts as removed."""
        for now in (NOW + after, NOW + after + timedelta(seconds=10)):
            compilation = self._compiler.look_at_all()
            touched = compilation.reusable.touched
            before = self._snapshot
            self._snapshot, _ = next_snapshot(before, compilation, now, (), touched)
            self.renames += renames(before, self._snapshot)
            self._planner.step(self._snapshot, now)

    @property
    def version(self) -> str:
        return self._snapshot.tasks[T].task.version

    def pending(self, task: str = T) -> list[tuple[int, datetime]]:
        return [(run.id, run.effective) for run in self._store.pending([task]).get(task, ())]

    @property
    def reason(self) -> Reason | None:
        found = self._store.run(self.run.id)
        assert found is not None
        return found.reason


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    words: str
    edit: Callable[[Tree], object]
    reason: Reason | None = None
    """Why the pending run is cancelled; None: it stays."""
    then: datetime | None = NEXT
    """When the task fires next after that."""


def again(**more: object) -> Callable[[Tree], object]:
    return lambda tree: tree.scheduled("T", **more)  # type: ignore[arg-type]


def renamed(tree: Tree) -> None:
    (tree.root / "tasks/T").rename(tree.root / "tasks/New")


def removed(tree: Tree) -> None:
    (tree.root / "tasks/T").rename(tree.root.parent / "away")


LINES = [
    Line("`title`, `description`, `tags`", again(title="Other", description="x", tags=["y"])),
    Line("`inner.py`, a service or a shared module that it uses", again(inner="def customFunc():\n    return 2\n")),
    Line("`args`, `policy`", again(args={"a": 1}, policy={"retry": {"max": 2}})),
    Line("`timerCfg`", again(timing={"startTime": "2026-01-05 10:00:00"}), Reason.EDITED,
         datetime(2026, 1, 6, 10, tzinfo=UTC)),
    Line("`settings.timezone`, where `timerCfg` has no `timezone`",
         lambda tree: tree.write("app.json", {"settings": {"timezone": "Asia/Tokyo"}}),
         Reason.EDITED, datetime(2026, 1, 6, 0, tzinfo=UTC)),
    Line("other settings of `app.json`",
         lambda tree: tree.write("app.json", {"title": "Other", "settings": {"timezone": "UTC"}})),
    Line("`enable` to 0", again(enable=0), Reason.DISABLED, None),
    Line("a mistake in its files", lambda tree: tree.write("tasks/T/e.json", "{")),
    Line("`app.json` cannot be read", lambda tree: tree.write("app.json", "{")),
    Line("a model, a database or another task", Tree.things),
    Line("its folder is removed", removed, Reason.REMOVED, None),
    Line("its folder is renamed", renamed, Reason.REMOVED, None),
]  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.words)
def test_a_line_of_the_table(store: Store, tree: Tree, line: Line) -> None:
    assert f"| {line.words} |" in GUIDE.read_text(encoding="utf-8")
    tree.scheduled("T")
    reloaded = Reloaded(store, tree)
    assert reloaded.pending() == [(reloaded.run.id, NEXT)]
    line.edit(tree)
    reloaded.reload()
    assert reloaded.reason is line.reason
    times = [effective for _, effective in reloaded.pending()]
    assert times == ([] if line.then is None else [line.then])
    kept = reloaded.run.id in {run for run, _ in reloaded.pending()}
    assert kept == (line.reason is None)
    assert reloaded.renames == ([Rename(T, "tasks.New")] if line.edit is renamed else [])
    if line.edit is renamed:
        assert [effective for _, effective in reloaded.pending("tasks.New")] == [NEXT]


def test_the_table_has_no_other_line() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    table = text.partition("| edited | the run that is planned |")[2].partition("\n\n")[0]
    words = [row.split(" | ")[0].removeprefix("| ") for row in table.splitlines()[2:]]
    assert set(words) == {*(line.words for line in LINES), ANOTHER_KIND}
    assert len(words) == len(LINES) + 1


def test_a_task_that_becomes_one_of_rows_has_its_run_cancelled_by_the_scan(tree: Tree) -> None:
    tree.scheduled("T")
    clock = SystemClock()
    parts = assemble(tree.root, clock, Signals(clock), lambda _: None, watched=False)
    with parts.opened:
        [run] = parts.store.pending([T])[T]
        tree.things()
        tree.dated("T")
        parts.reloader.reload()
        parts.participation.leader_duties.plan(parts.current.snapshot, clock.now())
        parts.scan_rows(clock.now(), PATIENCE)
        found = parts.store.run(run.id)
        assert found is not None
        assert found.reason is Reason.EDITED
        assert parts.store.pending([T]) == {}


def test_a_task_that_is_enabled_again_is_planned_from_then_on(store: Store, tree: Tree) -> None:
    tree.scheduled("T")
    reloaded = Reloaded(store, tree)
    tree.scheduled("T", enable=0)
    reloaded.reload()
    tree.scheduled("T")
    reloaded.reload(timedelta(days=2))
    [(run, effective)] = reloaded.pending()
    assert (run != reloaded.run.id, effective) == (True, NEXT + timedelta(days=2))


def test_what_is_planned_has_the_new_code(store: Store, tree: Tree) -> None:
    tree.scheduled("T")
    reloaded = Reloaded(store, tree)
    before = reloaded.version
    tree.scheduled("T", "def customFunc():\n    return 2\n")
    reloaded.reload()
    assert reloaded.version != before
    assert reloaded.pending() == [(reloaded.run.id, NEXT)]
