"""A fleet of real processes: a runtime that plans, and workers that have no tree."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from jittask.compiler import compile_tree
from jittask.store import Store
from tests.fleet.brokers import Broker, broker_of
from tests.running import Program
from tests.services import store_settings
from tests.tree import Tree


class Fleet:
    """One app whose runs are done by workers."""

    def __init__(self, folder: Path, store: str, broker: Broker, **runtime: object) -> None:
        self.broker = broker
        self.settings = {
            "store": store,
            "runtime": {
                "workers": 2, "scanSeconds": 0.2, "heartbeatSeconds": 2, "leaseSeconds": 30,
                "drainSeconds": 2,
                "executor": {"type": "celery", "broker": broker.url, "queue": broker.queue},
                **runtime,
            },
        }  # fmt: skip
        self.folder = folder
        self.tree = Tree(folder / "app", **self.settings)
        self._running = ExitStack()
        self._news = threading.Condition()
        self.events = 0
        """How many events its programs have reported so far."""

    def wait_for_more_events(self, than: int, seconds: float) -> None:
        """Wait until a program has reported more events than that, at most for so long."""
        with self._news:
            self._news.wait_for(lambda: self.events > than, seconds)

    def _has_news(self) -> None:
        with self._news:
            self.events += 1
            self._news.notify_all()

    def planner(self, *more: str, **env: str) -> Program:
        """Start the runtime that plans."""
        program = self._running.enter_context(
            Program(self.tree.root, more=more, on_line=self._has_news, **env)
        )
        program.wait("ready")
        return program

    def another_planner(self, name: str, *more: str, module: str = "jittask") -> Program:
        """Start a runtime with a checkout of its own, which plans when the other one ends."""
        copy = self.folder / name
        shutil.copytree(self.tree.root, copy, ignore=shutil.ignore_patterns(".jittask"))
        program = self._running.enter_context(
            Program(copy, more=more, module=module, on_line=self._has_news)
        )
        program.wait("ready")
        return program

    def worker(self, name: str, *more: str, module: str = "jittask", **env: str) -> Program:
        """Start a worker whose folder has an ``app.json``, and nothing else."""
        folder = Tree(self.folder / name, **self.settings).root
        program = self._running.enter_context(
            Program(
                folder, module=module, command="worker", more=more, on_line=self._has_news, **env
            )
        )
        program.wait("listening")
        return program

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the run store beside the programs."""
        settings = compile_tree(self.tree.root).app.settings
        with Store.open(settings, self.tree.root, create=False) as store:
            yield store

    def close(self) -> None:
        """End every program."""
        self._running.close()


@contextmanager
def fleet_of(kind: str, folder: Path, **runtime: object) -> Iterator[Fleet]:
    """Give a fleet with a broker of that kind, and an empty store."""
    with store_settings("postgresql") as settings, broker_of(kind) as broker:
        assert settings.store is not None
        fleet = Fleet(folder, settings.store, broker, **runtime)
        try:
            yield fleet
        finally:
            fleet.close()


@pytest.fixture(params=["redis", "rabbitmq"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fleet]:
    with fleet_of(request.param, tmp_path) as found:
        yield found
