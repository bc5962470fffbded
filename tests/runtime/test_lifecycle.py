"""A runtime's methods in every order: each does the sensible thing, or says why it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jittask import Runtime
from jittask.runtime.errors import RuntimeFailure, WrongState
from jittask.runtime.events import Event, Finished, Ready, Stopped
from jittask.runtime.lifecycle import TRANSITIONS, Lifecycle, State, Step
from tests.running import PATIENCE
from tests.tree import Tree

EVERY_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}


@pytest.fixture
def small(tmp_path: Path) -> Tree:
    """A tree whose bodies need no process, so that a start takes little time."""
    tree = Tree(tmp_path / "app", runtime={"executor": "inline"})
    tree.scheduled("A")
    return tree


@pytest.fixture
def runtime(small: Tree) -> Iterator[Runtime]:
    runtime = Runtime(small.root)
    yield runtime
    runtime.stop_now()
    if runtime.state is not State.NEW:
        runtime.join()


def ready(event: Event) -> bool:
    return isinstance(event, Ready)


# --- the table


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_a_step_leads_where_the_table_says_or_changes_nothing(state: State, step: Step) -> None:
    lifecycle = Lifecycle()
    lifecycle._state = state
    if step in TRANSITIONS[state]:
        assert lifecycle.move(step) is TRANSITIONS[state][step] is lifecycle.state
    else:
        with pytest.raises(WrongState) as caught:
            lifecycle.move(step)
        assert caught.value.hint
        assert lifecycle.state is state


def test_a_stop_is_allowed_in_every_state() -> None:
    assert all(Step.STOP in steps for steps in TRANSITIONS.values())


# --- the methods, in every state that a test can hold

CALLS: dict[str, Callable[[Runtime], object]] = {
    "start": Runtime.start,
    "stop": Runtime.stop,
    "stop_now": Runtime.stop_now,
    "join": lambda runtime: runtime.join(0),
    "reload": Runtime.reload,
    "snapshot": lambda runtime: runtime.snapshot,
    "wait_for": lambda runtime: runtime.wait_for(ready, 0),
    "subscribe": lambda runtime: runtime.subscribe(lambda _: None).close(),
    "events": lambda runtime: runtime.events().close(),
}
OUTCOMES: dict[str, dict[str, type[Exception]]] = {
    "new": {"join": WrongState, "reload": WrongState, "snapshot": WrongState,
            "wait_for": TimeoutError},
    "running": {"start": WrongState},
    "stopped": {"reload": WrongState},
    "failed": {"start": RuntimeFailure, "reload": WrongState, "snapshot": WrongState,
               "wait_for": WrongState},
}  # fmt: skip
"""What a call raises in a state; what is not named works."""


def bring(runtime: Runtime, state: str) -> None:
    if state == "failed":
        (runtime.root / "app.json").write_text("{", encoding="utf-8")
        with pytest.raises(RuntimeFailure):
            runtime.start()
    elif state != "new":
        runtime.start()
    if state == "stopped":
        runtime.stop()
        assert runtime.join(PATIENCE)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("state", OUTCOMES)
def test_a_call_works_or_raises_one_clear_error(runtime: Runtime, state: str, call: str) -> None:
    bring(runtime, state)
    expected = OUTCOMES[state].get(call)
    if expected is None:
        CALLS[call](runtime)
        return
    with pytest.raises(expected) as caught:
        CALLS[call](runtime)
    assert "\n" not in str(caught.value)
    if isinstance(caught.value, RuntimeFailure):
        assert caught.value.hint


# --- sequences


def test_a_stopped_runtime_starts_again_as_a_new_one(runtime: Runtime) -> None:
    events: list[Event] = []
    runtime.subscribe(events.append)
    for number in (1, 2, 3):
        with runtime:
            runtime.wait_for(ready)
            assert runtime.state is State.RUNNING
        assert runtime.state is State.STOPPED
        assert [type(event) for event in events].count(Stopped) == number
        assert [type(event) for event in events].count(Ready) == number


def test_a_start_works_after_what_made_it_fail_is_gone(runtime: Runtime, small: Tree) -> None:
    good = (small.root / "app.json").read_text()
    bring(runtime, "failed")
    assert runtime.state is State.STOPPED
    small.write("app.json", good)
    with runtime:
        assert list(runtime.snapshot.tasks) == ["tasks.A"]


def test_with_around_a_start_that_fails_raises_and_leaves_nothing(
    runtime: Runtime, small: Tree
) -> None:
    small.write("app.json", "{")
    before = threading.active_count()
    with pytest.raises(RuntimeFailure), runtime:
        pytest.fail("it has not started")
    assert threading.active_count() == before


def test_a_second_runtime_on_the_tree_is_refused_and_the_first_runs_on(
    runtime: Runtime, small: Tree
) -> None:
    small.scheduled("Often", repeat=EVERY_SECOND)
    with runtime:
        other = Runtime(small.root)
        with pytest.raises(RuntimeFailure, match="already runs these tasks"):
            other.start()
        assert other.state is State.STOPPED
        runtime.wait_for(lambda event: isinstance(event, Finished))
    with other:
        other.wait_for(ready)


def test_stop_again_and_again_and_from_several_threads(runtime: Runtime) -> None:
    runtime.stop()
    runtime.start()
    runtime.stop(30)
    threads = [threading.Thread(target=runtime.stop_now) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert runtime.join(PATIENCE)
    runtime.stop()
    assert runtime.join(0)
    for thread in threads:
        thread.join()


def test_a_stop_during_the_start_takes_effect_after_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jittask.runtime import runtime as module

    assemble = module.assemble  # type: ignore[attr-defined]

    def stopped_meanwhile(*arguments: object, **more: object) -> object:
        runtime.stop()
        return assemble(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "assemble", stopped_meanwhile)
    runtime.start()
    assert runtime.join(PATIENCE)
    assert isinstance(runtime.wait_for(lambda event: isinstance(event, Stopped), 0), Stopped)


def test_wait_for_ends_with_the_runtime(runtime: Runtime) -> None:
    with runtime:
        threading.Timer(0.1, runtime.stop).start()
        with pytest.raises(WrongState, match="has ended without"):
            runtime.wait_for(lambda _: False, PATIENCE)
    assert runtime.wait_for(ready, 0)


def test_a_duty_that_fails_ends_the_runtime_loudly(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jittask.runtime.claim_loop import ClaimLoop

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(ClaimLoop, "step", fail)
    events: list[Event] = []
    runtime.subscribe(events.append)
    runtime.start()
    with pytest.raises(ZeroDivisionError):
        runtime.join(PATIENCE)
    assert runtime.state is State.STOPPED
    texts = [getattr(event, "text", "") for event in events]
    assert "the runtime ends, because its work failed: ZeroDivisionError: no" in texts
    assert isinstance(events[-1], Stopped)
    monkeypatch.undo()
    with runtime:
        runtime.wait_for(ready)


@pytest.mark.parametrize("name", ["jittask-work", "jittask-scan"])
def test_a_thread_that_cannot_be_started_leaves_nothing_behind(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    start = threading.Thread.start

    def started(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start(thread)

    runtime = Runtime(tree.root)
    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", started)
        with pytest.raises(RuntimeError):
            runtime.start()
    assert runtime.state is State.STOPPED
    with pytest.raises(RuntimeError):
        runtime.join(PATIENCE)
    runtime.start()
    runtime.stop()
    assert runtime.join(PATIENCE)
