"""What the doctor finds of the workers of a fleet (R10, V1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.compiler import compile_tree
from jittask.operations.inspect.doctor import Section, examine
from jittask.operations.workspace import Workspace
from jittask.runtime.fleet.message import PROTOCOL
from jittask.store import Store
from jittask.store.fleet_types import NewWorker
from tests.services import store_settings
from tests.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    executor = {
        "type": "celery", "broker": "redis://127.0.0.1:1/0", "queue": "main",
        "routes": {"report": "reports", "unused": "unused"},
    }  # fmt: skip
    with store_settings("postgresql") as settings:
        tree = Tree(tmp_path / "app", store=settings.store, runtime={"executor": executor})
        tree.scheduled("Plain")
        tree.scheduled("Report", tags=["report"])
        tree.scheduled("Slow", policy={"queue": "slow"})
        tree.scheduled("Off", policy={"queue": "off"}, enable=0)
        yield tree


def section(tree: Tree) -> Section:
    with Workspace(tree.root) as workspace:
        [found] = [each for each in examine(workspace).sections if each.name == "workers"]
    return found


def announce(tree: Tree, *workers: tuple[str, tuple[str, ...], int, float]) -> None:
    settings = compile_tree(tree.root).app.settings
    with Store.open(settings, tree.root, create=True) as store:
        for name, queues, protocol, ago in workers:
            worker = NewWorker(name, f"{name}.example", 7, queues, 3, protocol, 60.0)
            store.announce_worker(worker, datetime.now(UTC) - timedelta(seconds=ago))


def test_queues_that_are_served_and_queues_that_are_not(tree: Tree) -> None:
    announce(
        tree,
        ("w1", ("main", "reports"), PROTOCOL, 0),
        ("w2", ("main",), PROTOCOL, 0),
        ("dead", ("slow",), PROTOCOL, 3600),
    )
    found = section(tree)
    assert found.facts == (
        "queue main: 2 workers on w1.example, w2.example, 6 slots",
        "queue reports: 1 worker on w1.example, 3 slots",
    )
    [warning] = found.diagnostics
    assert (warning.code, warning.is_error) == ("queue-unserved", False)
    assert warning.message == "no worker listens on queue 'slow', which tasks.Slow needs"
    assert warning.hint == "start one: jittask worker --queue slow"
    assert warning.location.file == "tasks/Slow/e.json"


def test_a_worker_of_another_version_does_not_serve_a_queue(tree: Tree) -> None:
    announce(tree, ("w1", ("main", "reports", "slow"), PROTOCOL + 1, 0))
    found = section(tree)
    assert [each.code for each in found.diagnostics] == ["queue-unserved"] * 3
    assert {each.location.file for each in found.diagnostics} == {"app.json", "tasks/Slow/e.json"}
    assert "are of another version" in found.diagnostics[0].message


def test_a_run_store_that_is_not_made_yet(tree: Tree) -> None:
    found = section(tree)
    assert (found.facts, found.diagnostics) == ((), ())
    assert found.not_examined[0].startswith("the run store was not read: no records yet")


def test_other_executors_have_no_workers(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app")
    with Workspace(tree.root) as workspace:
        assert "workers" not in {each.name for each in examine(workspace).sections}
