"""Rows that bodies create or move through the model API are seen at once (D10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask import Runtime
from jittask.clock import SystemClock
from jittask.prelude import changes
from jittask.prelude.session import connection, transaction
from jittask.runtime.events import Event, Finished
from jittask.runtime.model_changes import ModelChanges
from jittask.runtime.signals import Signals
from jittask.store import Store
from tests.running import PATIENCE
from tests.runtime.executor_driver import KINDS
from tests.runtime.scanned import scanned
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
MAKER = """
from datetime import datetime, timedelta, timezone
from jittask import app


def customFunc():
    Thing = app.getElement("models.Thing")
    at = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(seconds=1)
    if not Thing.count():
        Thing.create({"name": "made", "at": at + timedelta(hours=1)})
    elif not Thing.count({"name": "moved"}):
        Thing.updateByFilter({"name": "made"}, {"name": "moved", "at": at})
"""


@pytest.mark.parametrize("executor", KINDS)
def test_a_row_that_a_body_moves_fires_at_its_new_place_alone(
    tmp_path: Path, executor: str
) -> None:
    """No scan of all tasks comes for minutes; the row is made far ahead, and moved to now."""
    tree = Tree(tmp_path / "app", runtime={"executor": executor, "scanSeconds": 300})
    tree.things()
    tree.dated("Row", "def customFunc(rowData):\n    return rowData.name.value\n")
    tree.scheduled("Maker", MAKER, {"repeatType": "custom", "rrule": "FREQ=SECONDLY"})
    with Runtime(tree.root) as runtime:

        def row_is_done(event: Event) -> bool:
            return isinstance(event, Finished) and event.task == "tasks.Row"

        done = runtime.wait_for(row_is_done, PATIENCE)
    assert isinstance(done, Finished)
    assert (done.status, done.result) == ("completed", '"moved"')


@pytest.fixture
def heard() -> Iterator[list[frozenset[str]]]:
    """What listeners are told of the commits of this process."""
    told: list[frozenset[str]] = []
    listener = told.append
    changes.listen(listener)
    yield told
    changes.end(listener)


def test_only_what_is_committed_is_told(heard: list[frozenset[str]], tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'd.db'}")

    def call(model: str | None) -> None:
        with connection(engine, changes=model) as database:
            database.execute(sa.text("SELECT 1"))

    call(None)
    assert heard == []
    call("models.A")
    assert heard == [{"models.A"}]
    with transaction():
        call("models.A")
        call("models.B")
        call(None)
        assert len(heard) == 1
    assert heard[1:] == [{"models.A", "models.B"}]

    def fail() -> None:
        with transaction():
            call("models.C")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(heard) == 2
    engine.dispose()


@dataclass
class SharedStore:
    """What several runtimes share, in memory."""

    counts: dict[str, int] = field(default_factory=dict)
    shared = True

    def note_model_changes(self, models: list[str], _now: datetime) -> None:
        for model in models:
            self.counts[model] = self.counts.get(model, 0) + 1

    def model_changes(self) -> dict[str, int]:
        return dict(self.counts)


def test_the_runtime_that_plans_learns_it_from_the_others(tmp_path: Path) -> None:
    store = SharedStore()
    with scanned(tmp_path, NOW, {"startField": "at"}) as found:
        leader, follower = (
            ModelChanges(store, Signals(SystemClock()))  # type: ignore[arg-type]
            for _ in range(2)
        )
        leader.share(found.snapshot, NOW, leads=True)
        follower.add({"models.Thing", "models.Unknown"})
        for changed in (leader, follower):
            changed.share(found.snapshot, NOW, leads=changed is leader)
        assert leader.take() == frozenset()
        leader.share(found.snapshot, NOW, leads=True)
        assert leader.take() == {"models.Thing"}
        assert follower.take() == frozenset()
        leader.share(found.snapshot, NOW, leads=True)
        assert leader.take() == frozenset()


def test_the_store_counts_changes(tmp_path: Path) -> None:
    with scanned(tmp_path, NOW, {"startField": "at"}) as found:
        store: Store = found.store
        store.note_model_changes(["models.A"], NOW)
        store.note_model_changes(["models.A", "models.B"], NOW + timedelta(seconds=1))
        assert store.model_changes() == {"models.A": 2, "models.B": 1}
