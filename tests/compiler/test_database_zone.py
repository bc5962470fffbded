"""The zone of a database is part of the timing of its tasks (F8, D7)."""

from __future__ import annotations

from pathlib import Path

from jittask.compiler import compile_tree
from tests.tree import Tree

DATABASE = {"type": "databases.SqliteType", "title": "D", "database": "d.db"}


def test_an_edit_of_a_databases_zone_is_an_edit_of_the_timing(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.things()
    tree.dated("Remind")
    tree.scheduled("Nightly")

    def digests(**settings: str) -> dict[str, str]:
        tree.write("databases/D/e.json", {**DATABASE, **settings})
        compilation = compile_tree(tmp_path)
        assert compilation.ok, compilation.diagnostics
        return {name: task.timing_digest for name, task in compilation.app.tasks.items()}

    without, utc, berlin = digests(), digests(timezone="UTC"), digests(timezone="Europe/Berlin")
    assert len({found["tasks.Remind"] for found in (without, utc, berlin)}) == 3
    assert len({found["tasks.Nightly"] for found in (without, utc, berlin)}) == 1
    assert digests() == without
