"""A mark tells that nothing is to be planned only where planning would change nothing (T10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jittask.compiler.compiled import ScheduledTask
from jittask.model import CallStyle, FunctionRef, Misfire, MissedRange, Policy, RunStatus
from jittask.runtime.task_plan import Plan, plan_task, removed, unchanged_plan
from jittask.schedule.timer import Followers, Timer
from jittask.store.plans import PendingRun
from jittask.store.watermarks import Watermark

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
CYCLES = [
    {"repeatType": "minute", "period": 7},
    {"repeatType": "hour", "period": 1},
    {"repeatType": "day"},
    {"repeatType": "week", "weekday": [1, 4]},
    {"repeatType": "normal"},
    {"repeatType": "custom", "cron": "*/10 9-10 * * *"},
]


def task(
    cycle: dict, more: dict, misfire: Misfire, version: str, *, on: bool, jitter: float = 0
) -> ScheduledTask:
    """Make a task; its jitter is in its version, as it is in that of a compiled one."""
    config = {"startTime": "2026-01-05 09:00:00", "repeat": cycle, **more}
    timer = Timer.from_config(config)
    function = FunctionRef("tasks.A", "tasks/A/inner.py", "customFunc", CallStyle.CUSTOM_FUNC)
    policy = Policy(misfire=misfire, grace_seconds=600, jitter_seconds=jitter)
    version = f"{version}, {jitter}"
    return ScheduledTask("tasks.A", "A", on, function, policy, timer, str(config), version, ())


tasks = st.builds(
    task,
    st.sampled_from(CYCLES),
    st.sampled_from([{}, {}, {"endTime": "2026-01-05 11:00:00"}, {"skipWeekend": 1}]),
    st.sampled_from(Misfire),
    st.sampled_from(["1", "1", "2"]),
    on=st.sampled_from([True, True, True, False]),
    jitter=st.sampled_from([0, 0, 300, 7200]),
)
steps = st.lists(
    st.tuples(
        tasks | st.none(),  # an edit
        st.sampled_from([0, 1, 59, 600, 3600, 86_400, -1, -3600]),  # seconds that go by
        st.sampled_from(["run", "run", "wait", "go"]),  # what becomes of what is due, of the task
    ),
    min_size=3,
    max_size=15,
)


class Ledger:
    """What the store holds of one task."""

    def __init__(self) -> None:
        self.mark: Watermark | None = None
        self.pending: list[PendingRun] = []
        self._last = 0

    def apply(self, plan: Plan) -> None:
        closed = {one.run for one in plan.close}
        self.pending = [one for one in self.pending if one.id not in closed]
        held = {nominal for one in self.pending for nominal in one.nominals}
        for run in plan.create:
            if run.status is RunStatus.PENDING and held.isdisjoint(run.nominals):
                self._last += 1
                self.pending.append(
                    PendingRun(
                        self._last, run.task, "", run.nominals, run.effective, delay=run.delay
                    )
                )
        delays = {one.run: one.delay for one in plan.delay}
        self.pending = [replace(one, delay=delays.get(one.id, one.delay)) for one in self.pending]
        self.pending.sort(key=lambda one: one.effective)
        self.mark = plan.mark


@given(tasks, steps)
def test_what_is_unchanged_would_be_planned_as_it_is(first: ScheduledTask, then: list) -> None:
    ledger, now, one = Ledger(), START - timedelta(minutes=1), first
    for edit, seconds, what in then:
        now += timedelta(seconds=seconds)
        one = edit or one
        if what == "go" and ledger.mark is not None:
            ledger.apply(removed(ledger.mark, ledger.pending, now))
        due = any(run.expected_start <= now for run in ledger.pending)
        plan = plan_task(one, ledger.mark, ledger.pending, now)
        standing = None if due else unchanged_plan(one, ledger.mark, now, Followers())
        assert standing in (None, plan)
        ledger.apply(plan)
        if what == "run":
            ledger.pending = [run for run in ledger.pending if run.expected_start > now]
        expected = plan.again is not None and one.timer.roll is None
        if not any(run.expected_start <= now for run in ledger.pending):
            assert (unchanged_plan(one, ledger.mark, now, Followers()) is not None) == (
                expected and plan.again == ledger.mark.planned_until
            )


def test_what_is_another_does_not_stand() -> None:
    one = task(CYCLES[2], {}, Misfire.LATEST, "1", on=True)
    mark = plan_task(one, None, (), START).mark
    assert unchanged_plan(one, mark, START, Followers()) == Plan(
        (), (), mark, START + timedelta(days=1)
    )
    for other in (
        replace(one, version="2"),
        replace(one, timing_digest="other"),
        replace(one, enabled=False),
        replace(one, timer=task(CYCLES[0], {}, Misfire.LATEST, "1", on=True).timer),
        task(CYCLES[2], {"skipWeekend": 1}, Misfire.LATEST, "1", on=True),
    ):
        assert unchanged_plan(other, mark, START, Followers()) is None
    for changed in (
        replace(mark, vanished=START),
        replace(mark, enabled=False),
        replace(mark, planned_until=START),
    ):
        assert unchanged_plan(one, changed, START, Followers()) is None
    assert unchanged_plan(one, None, START, Followers()) is None


def test_a_skipped_record_counts_those_before_its_own() -> None:
    """I1: the range that it names does not reach to its own occurrence."""
    hourly = task(CYCLES[1], {}, Misfire.SKIP, "1", on=True)
    first = plan_task(hourly, None, [], START - timedelta(minutes=1))
    now = START + timedelta(hours=4.5)
    pending = [PendingRun(1, hourly.name, "", (START,), START)]
    [record, following] = plan_task(hourly, first.mark, pending, now).create
    assert record.status is RunStatus.SKIPPED
    assert record.nominals == (START + timedelta(hours=4),)
    assert record.missed == MissedRange(START + timedelta(hours=1), START + timedelta(hours=3), 3)
    assert following.effective == START + timedelta(hours=5)
