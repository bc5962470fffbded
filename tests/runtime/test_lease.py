"""A lease of a shared store: bodies have it from the first, and end before all else (R4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jittask.clock import SystemClock
from jittask.model import Trigger
from jittask.runtime.assembly import Parts, assemble
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.duties.work import Work
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.leader_duties import LeaderDuties
from jittask.runtime.membership import Membership
from jittask.runtime.runtime import Runtime
from jittask.runtime.signals import Signals
from jittask.store import Store, StoreUnavailable
from tests.running import PATIENCE
from tests.runtime.executor_driver import Gate
from tests.services import store_settings
from tests.tree import Tree

pytestmark = pytest.mark.process
CLOCK = SystemClock()


class Part:
    """A runtime's parts, whose work is done step by step, and what it reports."""

    def __init__(self, root: Path) -> None:
        self.events: list[Event] = []
        self.parts: Parts = assemble(root, CLOCK, Signals(CLOCK), self.events.append, watched=False)
        self.work = Work(self.parts)

    def step_until(self, reached: Callable[[], bool]) -> None:
        end = CLOCK.monotonic() + PATIENCE
        while not reached():
            assert CLOCK.monotonic() < end
            assert self.work.step()

    def troubles(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, Trouble)]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Return a tree with a task whose body begins and waits; its store is shared."""
    with store_settings("postgresql") as settings:
        tree = Tree(
            tmp_path / "app", store=settings.store,
            runtime={"heartbeatSeconds": 4, "leaseSeconds": 60, "workers": 1},
        )  # fmt: skip
        gate, begun = Gate(tmp_path / "gate"), tmp_path / "begun"
        tree.scheduled(
            "T", f"def customFunc():\n    open({str(begun)!r}, 'w').close()\n    {gate.wait}\n"
        )
        yield tree.root


def begin(part: Part, begun: Path) -> None:
    part.parts.store.enqueue("tasks.T", "", Trigger.MANUAL, CLOCK.now())
    part.step_until(begun.exists)


def fails(number: int, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of the store that does not answer the first so many times."""
    left = [number]

    def call(store: Store, *arguments: Any, **more: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise StoreUnavailable("the run store does not answer")
        return method(store, *arguments, **more)

    return call


def test_bodies_have_a_lease_from_the_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that fails with the second beat must find them with one."""
    leases: list[float] = []
    extend = ProcessExecutor.extend_lease

    def recorded(executor: ProcessExecutor, seconds_left: float) -> None:
        leases.append(seconds_left)
        extend(executor, seconds_left)

    monkeypatch.setattr(ProcessExecutor, "extend_lease", recorded)
    part = Part(root)
    with part.parts.opened:
        assert leases, "before anything is claimed"
        assert leases[0] == pytest.approx(45, abs=5)


def test_a_store_that_fails_as_the_runtime_enters_again_ends_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bodies end before the runtime enters, however long that takes."""
    part = Part(root)
    with part.parts.opened:
        begin(part, tmp_path / "begun")
        executing: list[int] = []
        announce = fails(2, Store.announce)

        def announced(store: Store, *arguments: Any) -> None:
            executing.append(len(part.parts.executor.executing()))
            announce(store, *arguments)

        monkeypatch.setattr(Store, "announce", announced)
        identity = part.parts.participation.identity
        members = part.parts.store.members().members
        own = next(member for member in members if member.id == identity)
        assert part.parts.store.declare_dead(own, CLOCK.now())
        part.step_until(lambda: part.parts.participation.identity != identity)
        assert executing == [0, 0, 0]
        assert part.troubles().count("lease-lost") == 1
        part.step_until(lambda: part.parts.participation.leads)


def test_nothing_is_claimed_between_a_beat_that_failed_and_the_next(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease may be over meanwhile, and the runtime be dead to others."""
    part = Part(root)
    with part.parts.opened:
        calls: list[str] = []
        beat, take = fails(1, Store.beat), Store.take

        def beaten(store: Store, identity: str, now: datetime) -> bool:
            calls.append("beat")
            return bool(beat(store, identity, now))

        def taken(store: Store, *arguments: Any, **named: Any) -> Any:
            calls.append("take")
            return take(store, *arguments, **named)

        monkeypatch.setattr(Store, "beat", beaten)
        part.step_until(lambda: bool(calls))  # the beat that fails
        monkeypatch.setattr(Store, "take", taken)
        part.parts.store.enqueue("tasks.T", "", Trigger.MANUAL, CLOCK.now())
        part.step_until(lambda: "take" in calls)
        assert calls[:3] == ["beat", "beat", "take"]


def test_a_term_begins_though_the_store_fails_after_the_lead_was_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is planned in it has to be refused when another runtime leads."""
    terms: list[int | None] = []
    begin_term = LeaderDuties.begin_term

    def begun(leader_duties: LeaderDuties, term: int | None) -> None:
        terms.append(term)
        begin_term(leader_duties, term)

    part = Part(root)
    with part.parts.opened:
        participation = part.parts.participation
        participation.membership.lost_the_lead()
        monkeypatch.setattr(LeaderDuties, "begin_term", begun)
        monkeypatch.setattr(Membership, "_declare_dead", fails(1, Membership._declare_dead))
        part.step_until(lambda: participation.leads)
        assert terms[-1:] == [participation.membership.term]


def test_a_timeout_is_seen_while_the_store_does_not_answer(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = root / "tasks/T/e.json"
    head.write_text(
        head.read_text().replace('"enable"', '"policy": {"timeoutSeconds": 3}, "enable"')
    )
    part = Part(root)
    with part.parts.opened:
        begin(part, tmp_path / "begun")
        assert part.parts.executor.executing()
        monkeypatch.setattr(Store, "kills", fails(1000, Store.kills))
        part.step_until(lambda: not part.parts.executor.executing())
        assert part.parts.claim_loop.unwritten == 1
        part.step_until(lambda: part.parts.claim_loop.counts["failed"] == 1)


def test_a_runtime_that_fails_has_stopped_only_when_its_bodies_have_ended(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may take its runs over from then on."""
    begun = tmp_path / "begun"
    inner = root / "tasks/T/inner.py"
    inner.write_text(
        "import os\nimport pathlib\nimport signal\n\n\ndef customFunc():\n"
        f"    pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\n    signal.pause()\n"
    )
    alive_at_the_end: list[bool] = []
    note, step = Store.note, ClaimLoop.step

    def noted(store: Store, identity: str, **more: Any) -> None:
        if more.get("stopped") is not None:
            alive_at_the_end.append(Path(f"/proc/{begun.read_text()}").exists())
        note(store, identity, **more)

    def failing(loop: ClaimLoop, *arguments: Any, **more: Any) -> None:
        step(loop, *arguments, **more)
        if begun.exists() and begun.read_text():
            raise ZeroDivisionError("a defect")

    runtime = Runtime(root, clock=CLOCK)
    runtime.start()
    monkeypatch.setattr(Store, "note", noted)
    monkeypatch.setattr(ClaimLoop, "step", failing)
    settings = runtime.snapshot.app.settings
    with Store.open(settings, root) as store:
        store.enqueue("tasks.T", "", Trigger.MANUAL, CLOCK.now())
    with pytest.raises(ZeroDivisionError):
        runtime.join(PATIENCE)
    assert alive_at_the_end == [False]
