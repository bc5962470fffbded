"""Any order of calls on one runtime, against a model of three states."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jittask import Runtime
from jittask.runtime.errors import RuntimeFailure, WrongState
from jittask.runtime.events import Event, Ready, Stopped
from jittask.runtime.lifecycle import State
from tests.running import PATIENCE
from tests.tree import Tree


class Calls(RuleBasedStateMachine):
    """``running``: None where a stop was asked for, and its end has not been waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.tree = Tree(self.folder / "app", runtime={"executor": "inline"})
        self.good = (self.tree.root / "app.json").read_text()
        self.events: list[Event] = []
        self.runtime = Runtime(self.tree.root, on_event=self.events.append)
        self.running: bool | None = False
        self.has_started = self.ran = False
        self.starts = 0

    @precondition(lambda self: self.running is False)
    @rule()
    def start(self) -> None:
        self.runtime.start()
        self.running = self.has_started = self.ran = True
        self.starts += 1

    @precondition(lambda self: self.running is False)
    @rule()
    def start_a_broken_tree(self) -> None:
        self.tree.write("app.json", "{")
        with pytest.raises(RuntimeFailure):
            self.runtime.start()
        self.tree.write("app.json", self.good)
        self.has_started, self.ran = True, False

    @precondition(lambda self: self.running is True)
    @rule()
    def start_again(self) -> None:
        with pytest.raises(WrongState):
            self.runtime.start()

    @rule()
    def stop(self) -> None:
        self.runtime.stop()
        self.running = None if self.running else self.running

    @rule()
    def stop_now(self) -> None:
        self.runtime.stop_now()
        self.running = None if self.running else self.running

    @rule()
    def join(self) -> None:
        if not self.has_started:
            with pytest.raises(WrongState):
                self.runtime.join(0)
        elif self.running:
            assert not self.runtime.join(0)
        else:
            assert self.runtime.join(PATIENCE)
            self.running = False
            assert self.runtime.state is State.STOPPED

    @precondition(lambda self: self.running is not None)
    @rule()
    def reload(self) -> None:
        if self.running:
            self.runtime.reload()
        else:
            with pytest.raises(WrongState):
                self.runtime.reload()

    @rule()
    def snapshot(self) -> None:
        if self.ran:
            assert self.runtime.snapshot.tasks == {}
        else:
            with pytest.raises(WrongState):
                _ = self.runtime.snapshot

    @invariant()
    def every_end_was_reported(self) -> None:
        if self.running is False:
            kinds = [type(event) for event in self.events]
            assert kinds.count(Ready) == kinds.count(Stopped) == self.starts

    def teardown(self) -> None:
        self.runtime.stop_now()
        if self.has_started:
            assert self.runtime.join(PATIENCE)
        shutil.rmtree(self.folder)


TestCalls = Calls.TestCase
TestCalls.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
