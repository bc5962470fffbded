"""``jittask db restore``: what it says of what follows."""

from __future__ import annotations

from pathlib import Path

from tests.running import jittask_here
from tests.tree import Tree


def test_rows_that_are_not_looked_at_are_not_said_to_have_come_due(
    tree: Tree, tmp_path: Path
) -> None:
    tree.things()
    tree.dated("A")
    tree.dated("B")
    assert jittask_here("run", tree.root, "--once").returncode == 0
    file = tmp_path / "b.db"
    done = jittask_here("db", "backup", file, "--tree", tree.root)
    assert done.stdout.startswith(f"{file} has the 0 runs of "), done.stderr
    done = jittask_here("db", "restore", file, "--tree", tree.root, "--state-dir", tmp_path / "s")
    assert done.stdout.splitlines()[1:] == [
        (
            "rows of 2 tasks are not looked at here: those that have come due since fire at the next "
            "start"
        ),
        "  hint: restore again with --force --skip-until now, and none of them runs",
    ], done.stderr
