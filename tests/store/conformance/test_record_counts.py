"""What is counted by status is what SQL counts, and a count has an end (rules C16, I14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jittask.model import RunStatus, Trigger
from jittask.store import Store, record_counts
from jittask.store.record_filter import By, RecordFilter
from tests.store.conformance.test_record_pages import NOW, filled, some_filters

__all__ = ["filled"]  # a fixture


def test_every_filter_counts_what_it_lists(filled: Store) -> None:
    counted_some = 0
    for status in RunStatus:
        filters = [replace(asked, statuses=frozenset({status})) for asked in some_filters(40)]
        for by in By:
            counts = filled.record_counts(filters, NOW, by=by)
            for asked, count in zip(filters, counts, strict=True):
                listed = len(filled.records(asked, NOW, 1000, by=by).records)
                assert (count.number, count.capped) == (listed, False), (asked, by)
                counted_some += listed > 0
    assert counted_some > 300


def test_many_tasks_are_counted(filled: Store) -> None:
    tasks = ("tasks.B", *(f"tasks.None{n}" for n in range(100)))
    [count] = filled.record_counts([RecordFilter(tasks=tasks)], NOW)
    assert count.number == len(filled.records(RecordFilter(tasks=("tasks.B",)), NOW, 1000).records)


def test_a_count_ends_at_its_cap(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    [whole] = filled.record_counts([RecordFilter(trigger=Trigger.SCHEDULE)], NOW)
    for most, capped in ((whole.number, False), (whole.number - 1, True)):
        monkeypatch.setattr(record_counts, "MOST_COUNTED", most)
        [count] = filled.record_counts([RecordFilter(trigger=Trigger.SCHEDULE)], NOW)
        assert (count.number, count.capped) == (most, capped)


def test_a_text_is_looked_for_in_the_newest_runs(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = RecordFilter(text="badly", statuses=frozenset({RunStatus.FAILED}))
    [whole] = filled.record_counts([asked], NOW)
    monkeypatch.setattr(record_counts, "MOST_SEARCHED", 20)
    [part] = filled.record_counts([asked], NOW)
    assert 0 < part.number < whole.number
    assert (whole.capped, part.capped) == (False, True)
    [none] = filled.record_counts([replace(asked, since=NOW + timedelta(days=900))], NOW)
    assert (none.number, none.capped) == (0, False)
