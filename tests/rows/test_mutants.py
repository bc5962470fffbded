"""Takes one rule of date-field tasks out at a time: its example, judged by the model, says so."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import getattr_static
from typing import Any

import pytest

from jittask.compiler.compiled import DateFieldTask
from jittask.model import Misfire, Policy, Reason, Trigger
from jittask.runtime import activation, row_decision
from jittask.runtime.body import Bodies
from jittask.runtime.executors.protocol import Assignment, Withdrawn
from jittask.runtime.row_decision import RowPlan
from jittask.runtime.row_plan import new_run
from jittask.schedule import offset, windows
from jittask.schedule.row_timer import RowTimer
from jittask.store import Store
from jittask.store.plans import NewRun
from jittask.store.watermarks import Watermark
from tests.rows.examples import EXAMPLES, HOUR, Open

Mutate = Callable[[pytest.MonkeyPatch], None]


def everywhere(patch: pytest.MonkeyPatch, original: object, instead: object) -> None:
    """Replace a function in each module that uses it."""
    places = [
        (module, name)
        for key, module in list(sys.modules.items())
        if key.startswith("jittask.")
        for name, value in list(vars(module).items())
        if value is original
    ]
    assert places, original
    for module, name in places:
        patch.setattr(module, name, instead)


def months_of_thirty_days(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, offset.add_months, lambda wall, months: wall + months * timedelta(days=30))


def no_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RowTimer, "_end", lambda *_: None)


def no_filter(patch: pytest.MonkeyPatch) -> None:
    nothing = property(lambda _task: None, lambda _task, _value: None)
    patch.setattr(DateFieldTask, "filter", nothing)


def no_room_for_rolls(patch: pytest.MonkeyPatch) -> None:
    ranges = windows.ranges

    def narrow(timer: RowTimer, *more: Any) -> Any:
        return ranges(replace(timer, roll=None), *more)

    patch.setattr(windows, "ranges", narrow)


def grace_of(span: timedelta) -> Mutate:
    return lambda patch: everywhere(patch, activation.grace, lambda _task: span)


def nothing_is_judged_again(patch: pytest.MonkeyPatch) -> None:
    def judge(self: Bodies, task: DateFieldTask, assignment: Assignment) -> object:
        row = self._app.rows(task.model).get(assignment.row_key)
        return Withdrawn(Reason.ROW_GONE, "the row is gone") if row is None else row

    patch.setattr(Bodies, "_judge", judge)


def a_mark_that_was(**values: Any) -> Mutate:
    """Let each activation see another mark than the store has."""
    activate = activation.activate

    def seen(task: DateFieldTask, mark: Watermark | None, now: datetime) -> Any:
        given = {name: value(task) if callable(value) else value for name, value in values.items()}
        return activate(task, mark and replace(mark, **given), now)

    return lambda patch: everywhere(patch, activate, seen)


def each_start_is_an_activation(patch: pytest.MonkeyPatch) -> None:
    activate = activation.activate
    everywhere(patch, activate, lambda task, _mark, now: activate(task, None, now))


def no_activation(patch: pytest.MonkeyPatch) -> None:
    activate, long_ago = activation.activate, datetime(2026, 1, 1, tzinfo=UTC)

    def always_active(task: DateFieldTask, mark: Watermark | None, now: datetime) -> Any:
        return replace(
            found := activate(task, mark, now), mark=replace(found.mark, activated=long_ago)
        )

    everywhere(patch, activate, always_active)


def forgets_how_far_it_has_looked(patch: pytest.MonkeyPatch) -> None:
    watermarks = Store.watermarks

    def later(store: Store) -> dict[str, Watermark]:
        marks = watermarks(store)
        return {
            name: replace(mark, planned_until=mark.planned_until + 4.5 * HOUR)
            for name, mark in marks.items()
        }

    patch.setattr(Store, "watermarks", later)


def each_missed_one_runs(patch: pytest.MonkeyPatch) -> None:
    def every(task: DateFieldTask, due: Any, missed: Any, _now: datetime) -> RowPlan:
        unplanned = [each.occurrence for each in missed if each.run is None]
        return RowPlan(tuple(new_run(task, due.key, each, Trigger.SCHEDULE) for each in unplanned))

    patch.setattr(row_decision, "_decide_missed", every)


def nothing_is_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(NewRun, "missed", property(lambda _run: None, lambda _run, _value: None))


def skip_is_latest(patch: pytest.MonkeyPatch) -> None:
    member = getattr_static(DateFieldTask, "policy")

    def policy(task: DateFieldTask) -> Policy:
        return replace(member.__get__(task), misfire=Misfire.LATEST)

    patch.setattr(DateFieldTask, "policy", property(policy, member.__set__))


MUTANTS: list[tuple[str, Mutate, str]] = [
    ("D1: months", months_of_thirty_days, "d1_a_month_before_a_day_that_the_month_lacks"),
    ("D1: the end field", no_end, "d1_an_end_field_that_is_a_date"),
    ("D2: the filter", no_filter, "d2_a_row_that_the_filter_holds_back"),
    ("D3: room for rolls", no_room_for_rolls, "d3_a_day_off_moves_the_row"),
    ("D4: the sweep", grace_of(timedelta(0)), "d4_a_row_that_appears_after_its_instant"),
    ("D5: judged again", nothing_is_judged_again, "d5_a_moved_row_fires_at_its_new_place_alone"),
    ("D5: the filter", nothing_is_judged_again, "d5_a_held_row_and_a_deleted_one"),
    ("D6: grace", grace_of(timedelta(days=9)), "d6_within_grace_and_beyond_it"),
    ("D6: since the last scan", forgets_how_far_it_has_looked, "d6_all_since_the_last_scan"),
    ("D7: activation", no_activation, "d6_not_before_the_activation"),
    ("D7: enabled again", a_mark_that_was(enabled=True), "d7_enabled_again"),
    ("D7: an edit", a_mark_that_was(timing_digest=lambda task: task.timing_digest),
     "d7_a_timing_edited_while_no_runtime_runs"),
    ("D7: a filter", a_mark_that_was(timing_digest="0" * 64),
     "d7_a_filter_edited_while_no_runtime_runs"),
    ("D7: a restart", each_start_is_an_activation, "d7_a_restart_is_no_activation"),
    ("D8: the latest", each_missed_one_runs, "d8_the_latest_of_a_repeat_and_the_others_counted"),
    ("D8: the count", nothing_is_counted, "d8_the_latest_of_a_repeat_and_the_others_counted"),
    ("D8: skip", skip_is_latest, "d8_skip"),
    ("D10: never twice", nothing_is_judged_again, "d10_away_and_back"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "mutate", "name"), MUTANTS, ids=[rule for rule, *_ in MUTANTS])
def test_without_a_rule_its_example_fails(
    rule: str, mutate: Mutate, name: str, begin: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    with pytest.raises(AssertionError, match=r"expected|but"):
        EXAMPLES[name](begin)
