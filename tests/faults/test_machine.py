"""Planner, worker and store through random schedules, crashes, clock steps and edits (I1-I8)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from jittask.compiler.compiled import ScheduledTask
from jittask.model import Misfire, OnInterrupted, Overlap, Retry
from jittask.runtime.executors.protocol import Completed, Failed, Interrupted, Outcome
from tests.faults.hand import Ground, Hand, task
from tests.faults.trial import rounds_or

NAMES = ("tasks.A", "tasks.B")
OUTCOMES: Mapping[str, Outcome] = {
    "completed": Completed("null", 0.1),
    "failed": Failed("no", "no", 0.1),
    "interrupted": Interrupted("its process died"),
}

tasks = st.builds(
    task,
    st.just(""),
    st.sampled_from([7, 60, 600]),
    enabled=st.booleans() | st.just(True),
    calendar=st.sampled_from([None, {"extraHolidays": ["2026-12-01"]}]),
    misfire=st.sampled_from([Misfire.LATEST, Misfire.ALL]),
    overlap=st.sampled_from(list(Overlap)),
    on_interrupted=st.sampled_from(list(OnInterrupted)),
    retry=st.sampled_from([Retry(), Retry(max=1, delay_seconds=5)]),
)


class Machine(RuleBasedStateMachine):
    """Two runtimes on one store: one plans, both execute. What the rules do, chance orders."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.ground = Ground.open(Path(self._folder.name))
        self.files: dict[str, ScheduledTask] = {}
        self.planned: dict[str, tuple[ScheduledTask, datetime, datetime]] = {}
        """By task: what was planned last, since when, and the latest instant planned for."""
        self.born = 0
        self.hands: list[Hand] = []

    @initialize(a=tasks, b=tasks)
    def begin(self, a: ScheduledTask, b: ScheduledTask) -> None:
        self.files = {
            name: replace(one, name=name) for name, one in zip(NAMES, (a, b), strict=True)
        }
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
        for name, one in self.files.items():
            before = self.planned.get(name)
            again = before is None or not before[0].enabled
            if before is not None and (
                not one.enabled or again or before[0].timing_digest != one.timing_digest
            ):
                gone = {n for run in freed.get(name, ()) for n in run.nominals}
                self.expect(name, gone)
                again = True
            since = ground.now if again or before is None else before[1]
            until = ground.now if again or before is None else max(before[2], ground.now)
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

    @rule(name=st.sampled_from(NAMES), to=tasks)
    def edit(self, name: str, to: ScheduledTask) -> None:
        """Planned at once: an edit counts from when it is first seen (D7)."""
        overlap = self.files[name].policy.overlap  # the cap is judged over the whole history
        policy = replace(to.policy, overlap=overlap)
        self.files[name] = replace(to, name=name, policy=policy)
        self.ground.write(*self.files.values())
        self.plan()

    def teardown(self) -> None:
        try:
            if self.hands:
                self.heal()
        finally:
            self.ground.store.close()
            self._folder.cleanup()

    def heal(self) -> None:
        """Let everything end, and demand all that has come due."""
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
        for name in NAMES:
            self.expect(name, set())
        found = self.ground.violations(healed)
        assert not found, "\n".join(map(str, found))

    def left(self, healed: datetime) -> bool:
        soonest = self.ground.store.next_due()
        return soonest is not None and soonest <= healed


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=rounds_or(12),
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
