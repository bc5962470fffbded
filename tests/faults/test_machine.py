"""Planner, worker and store through random schedules, crashes, clock steps and edits (I1-I8).

With a safeguard taken out, the same rules find out that it is missing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jittask.compiler.compiled import ScheduledTask
from jittask.model import Misfire, OnInterrupted, Overlap, Retry
from jittask.runtime.executors.protocol import Completed, Failed, Interrupted, Outcome
from jittask.store.claim_types import Choice, Choose, DueRun, Executing, Taken
from jittask.store.plans import PendingRun
from tests.faults.hand import DAY, Ground, Hand, task
from tests.faults.test_mutants import MUTANTS
from tests.faults.trial import rounds_or
from tests.services import store_settings

DAYS_OFF = {"extraHolidays": ["2026-01-06", "2026-01-07", "2026-01-09"]}
GRACE = timedelta(days=1)
NAMES = ("tasks.A", "tasks.B")
OUTCOMES: Mapping[str, Outcome] = {
    "completed": Completed("null", 0.1),
    "failed": Failed("no", "no", 0.1),
    "interrupted": Interrupted("its process died"),
}


def tasks(calendar: Mapping[str, object] | None) -> st.SearchStrategy[ScheduledTask]:
    return st.builds(
        task,
        st.just(""),
        st.sampled_from([7, 60, 600, DAY]),
        enabled=st.booleans() | st.just(True),
        calendar=st.just(calendar),
        misfire=st.sampled_from([Misfire.LATEST, Misfire.ALL]),
        overlap=st.sampled_from(list(Overlap)),
        on_interrupted=st.sampled_from(list(OnInterrupted)),
        retry=st.sampled_from([Retry(), Retry(max=1, delay_seconds=5)]),
        jitter_seconds=st.sampled_from([0, 0, 5, 900]),
    )


TASKS = {"tasks.A": tasks(None), "tasks.B": tasks(DAYS_OFF)}
"""Each keeps its calendar: an edit of one moves what a cancelled run had counted."""
edits = st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), TASKS[name]))


class Machine(RuleBasedStateMachine):
    """Two runtimes on one store: one plans, both execute. What the rules do, chance orders."""

    store = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self._held = ExitStack()
        folder = self._held.enter_context(tempfile.TemporaryDirectory())
        settings = self._held.enter_context(store_settings(self.store))
        self.ground = Ground.open(Path(folder), settings)
        self._held.enter_context(self.ground.store)
        self.files: dict[str, ScheduledTask] = {}
        self.planned: dict[str, tuple[ScheduledTask, datetime, datetime]] = {}
        """By task: what was planned last, since when, and the latest instant planned for."""
        self.away: dict[str, datetime] = {}
        """The tasks that are gone from the files, as the planner knows, and since when."""
        self.born = self.days = 0
        self.hands: list[Hand] = []

    @initialize(a=TASKS["tasks.A"], b=TASKS["tasks.B"])
    def begin(self, a: ScheduledTask, b: ScheduledTask) -> None:
        self.files = {
            name: replace(one, name=name) for name, one in zip(NAMES, (a, b), strict=True)
        }
        self.overlaps = {name: one.policy.overlap for name, one in self.files.items()}
        self.ground.write(*self.files.values())
        self.hands = [self.new_hand(), self.new_hand()]
        self.plan()

    def new_hand(self) -> Hand:
        self.born += 1
        return Hand(self.ground, f"w{self.born}")

    @rule()
    def plan(self) -> None:
        ground, freed = self.ground, self.ground.store.pending(NAMES)
        self.hands[0].plan()
        for name in self.planned.keys() - self.files.keys() - self.away.keys():
            self.expect(name, _nominals(freed.get(name, ())))
            self.away[name] = ground.now
        for name, one in self.files.items():
            before, away = self.planned.get(name), self.away.pop(name, None)
            again = before is None or not before[0].enabled
            forgotten = away is not None and ground.now - away > GRACE
            if before is not None and (
                not one.enabled
                or again
                or forgotten
                or before[0].timing_digest != one.timing_digest
            ):
                if away is None:
                    self.expect(name, _nominals(freed.get(name, ())))
                again = True
            if again or before is None:
                self.planned[name] = (one, ground.now, ground.now)
                continue
            since, until = before[1], max(before[2], ground.now)
            self.planned[name] = (one, since, until)

    def expect(self, name: str, but: set[datetime]) -> None:
        """Demand what was planned of a task until now, but for what an edit has cancelled."""
        one, since, until = self.planned[name]
        if one.enabled:
            nominals = {n for found in one.timer.between(since, until) for n in found.nominals}
            self.ground.expect(name, frozenset(nominals - but))

    @rule(seconds=st.sampled_from([1, 5, 10, 60, 300, 3600, -1, -60, -3600]))
    def step_the_clock(self, seconds: int) -> None:
        self.ground.later(seconds)

    @precondition(lambda self: self.is_slow())
    @rule()
    def let_days_pass(self) -> None:
        """What is older than a day is pruned."""
        self.days += 1
        self.ground.later(1.5 * DAY)
        self.plan()
        self.ground.prune(days=1)

    def is_slow(self) -> bool:
        """Whether a day brings no more runs than a test has time for."""
        return self.days < 2 and all(
            one.timing_digest in ("600", str(DAY)) for one in self.files.values()
        )

    @rule(which=st.sampled_from([0, 1]))
    def work(self, which: int) -> None:
        self.hands[which].work()

    @rule(
        which=st.sampled_from([0, 1]), pick=st.integers(0, 1), how=st.sampled_from(list(OUTCOMES))
    )
    def end_a_body(self, which: int, pick: int, how: str) -> None:
        running = self.hands[which].hands.running
        if running:
            self.hands[which].hands.end(running[pick % len(running)], OUTCOMES[how])

    @rule(which=st.sampled_from([0, 1]))
    def crash(self, which: int) -> None:
        """What was in memory is gone, reports that were not written too."""
        dead, self.hands[which] = self.hands[which], self.new_hand()
        self.hands[which].count_dead(dead.identity)

    @rule(which=st.sampled_from([0, 1]))
    def stop_past_the_lease(self, which: int) -> None:
        """It is counted dead, and reports all the same before it finds out."""
        late, self.hands[which] = self.hands[which], self.new_hand()
        self.hands[which].count_dead(late.identity)
        self.hands[which].work()
        late.end_all()

    @rule(clock=st.sampled_from([-3600, -60, 0, 0, 60, 3600]), which=st.sampled_from([0, 1]))
    def restart(self, clock: int, which: int) -> None:
        """All at once, with the time that went by meanwhile, or came back."""
        self.ground.later(clock)
        self.crash(which)
        self.plan()
        self.hands[which].work()

    @rule(edit=edits)
    def edit(self, edit: tuple[str, ScheduledTask]) -> None:
        """Planned at once: an edit counts from when it is first seen (D7).

        The clock is right then: what it has been set back over would be counted anew.
        """
        self.ground.catch_up()
        name, to = edit
        overlap = self.overlaps[name]  # the cap is judged over the whole history
        policy = replace(to.policy, overlap=overlap)
        self.files[name] = replace(to, name=name, policy=policy)
        self.ground.write(*self.files.values())
        self.plan()

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        """Taken away, until an edit or its return."""
        self.files.pop(name, None)
        self.ground.write(*self.files.values())
        self.plan()

    @rule()
    def bring_back(self) -> None:
        """What is away returns as it was (D7)."""
        for name in self.away:
            self.files[name] = self.planned[name][0]
        self.ground.write(*self.files.values())
        self.plan()

    @precondition(lambda self: self.ground.store.shared)
    @rule(which=st.sampled_from([0, 1]), edit=edits)
    def edit_in_the_midst_of_a_claim(self, which: int, edit: tuple[str, ScheduledTask]) -> None:
        """One runtime has read what is due, and the other plans before it claims."""
        self.ground.later(600)
        self.plan()
        store, take = self.ground.store, self.ground.store.take

        def interrupted(choose: Choose, *more: Any, **named: Any) -> tuple[int, Taken]:
            def edited(due: Sequence[DueRun], executing: Sequence[Executing]) -> Choice:
                choice = choose(due, executing)
                self.edit(edit)
                return choice

            return take(edited, *more, **named)

        with patch.object(store, "take", interrupted):
            self.hands[which].work()

    def teardown(self) -> None:
        with self._held:
            if self.hands:
                self.heal()

    def heal(self) -> None:
        """Let everything end, and demand all that has come due.

        What waits for another attempt waits for its task, too: none is left away.
        """
        self.bring_back()
        healed = max([self.ground.now, *(until for _, _, until in self.planned.values())])
        self.ground.later((healed - self.ground.now).total_seconds())
        self.plan()
        for _ in range(2000):
            self.ground.later(1)
            for hand in self.hands:
                hand.work()
                hand.end_all()
            if not self.left(healed):
                break
        for name in self.files:
            self.expect(name, set())
        found = self.ground.violations(healed)
        assert not found, "\n".join(map(str, found))

    def left(self, healed: datetime) -> bool:
        soonest = self.ground.store.next_due()
        return soonest is not None and soonest <= healed


class OnPostgres(Machine):
    """The same on a server, where transactions meet."""

    store = "postgresql"


def _nominals(pending: Iterable[PendingRun]) -> set[datetime]:
    return {nominal for run in pending for nominal in run.nominals}


def as_often_as(rounds: int, **more: object) -> settings:
    return settings(
        max_examples=rounds,
        stateful_step_count=25,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("machine", [Machine, OnPostgres])
def test_nothing_goes_wrong(machine: type[Machine]) -> None:
    run_state_machine_as_test(machine, settings=as_often_as(rounds_or(8)))


@pytest.mark.parametrize("name", sorted(MUTANTS.keys() - {"the claim's condition"}))
def test_without_a_safeguard_something_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the claim's condition: one claim at a time leaves chance too little to find."""
    MUTANTS[name](monkeypatch)
    with pytest.raises(AssertionError, match=r"I\d: "):
        run_state_machine_as_test(Machine, settings=as_often_as(500, derandomize=True))
