"""What is planned of a row's occurrences, for each trigger and misfire (D6, D8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jittask.compiler.compiled import DateFieldTask
from jittask.model import (
    CallStyle,
    FieldInfo,
    FieldType,
    FunctionRef,
    Misfire,
    MissedRange,
    ModelForm,
    ModelInfo,
    Occurrence,
    Policy,
    Trigger,
)
from jittask.runtime.row_plan import plan_row
from jittask.schedule.row_timer import RowTimer

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = '"r"'
MODEL = ModelInfo(
    "models.Thing", ModelForm.TABLE, "databases.D", "thing",
    (FieldInfo("id", FieldType.TEXT, "id", primary_key=True), FieldInfo("at", FieldType.DATETIME, "at")),
)  # fmt: skip


def task(misfire: Misfire) -> DateFieldTask:
    function = FunctionRef("tasks.A", "tasks/A/inner.py", "customFunc", CallStyle.CUSTOM_FUNC)
    timer = RowTimer.from_config({"startField": "at"}, "UTC")
    policy = Policy(misfire=misfire, priority=3)
    return DateFieldTask("tasks.A", "A", True, function, policy, timer, MODEL, None, "", "", ())


def hours(*offsets: float) -> list[Occurrence]:
    """Return occurrences at these hours from NOW."""
    instants = [NOW + offset * HOUR for offset in offsets]
    return [Occurrence(instant, (instant,)) for instant in instants]


def missed(first: float, last: float, count: int) -> MissedRange:
    return MissedRange(NOW + first * HOUR, NOW + last * HOUR, count)


SECONDS_59 = 59 / 3600
SECONDS_61 = 61 / 3600
CASES: list[tuple[Misfire, Misfire | None, list[float], list[float], MissedRange | None]] = [
    # the task's policy, misfire given, occurrences, those that run, what the last past one counts
    (Misfire.LATEST, None, [-3, -2, -1, 1], [-1, 1], missed(-3, -2, 2)),
    (Misfire.ALL, None, [-3, -2, -1, 1], [-1, 1], missed(-3, -2, 2)),
    (Misfire.SKIP, None, [-3, -2, -1, 1], [1], None),
    (Misfire.SKIP, None, [-1, -SECONDS_59], [-SECONDS_59], missed(-1, -1, 1)),
    (Misfire.SKIP, None, [-1, -SECONDS_61], [], None),
    (Misfire.SKIP, Misfire.LATEST, [-3, -2, -1, 1], [-1, 1], missed(-3, -2, 2)),
    (Misfire.LATEST, Misfire.ALL, [-3, -2, -1, 1], [-3, -2, -1, 1], None),
    (Misfire.SKIP, Misfire.ALL, [-3, 0], [-3, 0], None),
    (Misfire.ALL, Misfire.SKIP, [-3, -2, -1, 1], [1], None),
    (Misfire.ALL, Misfire.SKIP, [-SECONDS_59, 1], [1], None),
    (Misfire.LATEST, None, [1, 2], [1, 2], None),
    (Misfire.LATEST, None, [], [], None),
]  # fmt: skip


@pytest.mark.parametrize("trigger", [Trigger.SCHEDULE, Trigger.BACKFILL])
@pytest.mark.parametrize(("policy", "misfire", "offsets", "planned", "counted"), CASES)
def test_what_is_planned(
    policy: Misfire,
    misfire: Misfire | None,
    offsets: list[float],
    planned: list[float],
    counted: MissedRange | None,
    trigger: Trigger,
) -> None:
    runs = plan_row(
        task(policy), KEY, hours(*offsets), (), (), NOW, trigger=trigger, misfire=misfire
    )
    assert [(run.effective - NOW) / HOUR for run in runs] == pytest.approx(planned)
    assert {run.trigger for run in runs} <= {trigger}
    assert all(run.keyed and run.row_key == KEY and run.priority == 3 for run in runs)
    past = [run for run in runs if run.effective <= NOW]
    assert [run.missed for run in past] == [*[None] * (len(past) - 1), counted][: len(past)]
    assert all(run.late == (NOW - run.effective > timedelta(seconds=60)) for run in runs)


def test_without_arguments_the_schedule_plans() -> None:
    [run] = plan_row(task(Misfire.LATEST), KEY, hours(-1), (), (), NOW)
    assert run.trigger is Trigger.SCHEDULE


@pytest.mark.parametrize("misfire", [None, *Misfire])
def test_what_has_a_record_is_not_planned_again(misfire: Misfire | None) -> None:
    recorded = {(KEY, NOW - 1 * HOUR), (KEY, NOW + 1 * HOUR)}
    counted = [missed(-4, -2, 3)]
    occurrences = hours(-4, -3, -2, -1, 1)
    given = {"trigger": Trigger.BACKFILL, "misfire": misfire}
    assert plan_row(task(Misfire.ALL), KEY, occurrences, recorded, counted, NOW, **given) == []
    others = {('"other"', nominal) for _, nominal in recorded}
    runs = plan_row(task(Misfire.ALL), KEY, hours(1), others, (), NOW, **given)
    assert len(runs) == 1


def test_a_merged_occurrence_is_planned_until_each_nominal_has_a_record() -> None:
    merged = Occurrence(NOW + HOUR, (NOW, NOW + HOUR))
    planned = plan_row(task(Misfire.LATEST), KEY, [merged], {(KEY, NOW)}, (), NOW)
    assert [run.nominals for run in planned] == [(NOW, NOW + HOUR)]
    both = {(KEY, NOW), (KEY, NOW + HOUR)}
    assert plan_row(task(Misfire.LATEST), KEY, [merged], both, (), NOW) == []
