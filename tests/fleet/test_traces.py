"""A body on a worker belongs to the trace of the runtime that has planned it (R10, R13)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fleet.conftest import fleet_of
from tests.fleet.test_fleet import by_hand, ended, trigger, until
from tests.runtime.tracing.test_traces import SEES, Collector, collector

__all__ = ["collector"]  # a fixture
pytestmark = pytest.mark.process


@pytest.mark.parametrize("worker_traces", [False, True], ids=["without-traces", "with-traces"])
def test_a_body_on_a_worker_is_inside_of_the_planners_span(
    tmp_path: Path, collector: Collector, worker_traces: bool
) -> None:
    traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with fleet_of("redis", tmp_path) as fleet:
        task = by_hand(fleet, "Sees", SEES)
        fleet.planner("--no-console", **traces)
        fleet.worker("w1", **(traces if worker_traces else {}))
        record = until(fleet, trigger(fleet, task), ended)
        trace, parent, inherited = json.loads(record.result or "[]")
        spans = [collector.next(f"jittask.run {task}") for _ in range(1 + worker_traces)]
        planned = next(span for span in spans if not span.parent_span_id)
        assert trace == planned.trace_id.hex()
        assert inherited.startswith(f"00-{trace}-{parent}-")
        if worker_traces:
            ran = next(span for span in spans if span.parent_span_id)
            assert (ran.trace_id, ran.parent_span_id) == (planned.trace_id, planned.span_id)
            assert parent == ran.span_id.hex()
        else:
            assert parent == planned.span_id.hex()
