"""Traces of a real runtime, as a collector gets them by OTLP (R13)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from jittask.runtime.tracing.environment import is_asked_for, tracing_of_environment
from jittask.runtime.tracing.tracing import NoTracing
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

EACH_SECOND = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
SEES = (
    "import os, subprocess\n\nfrom opentelemetry import trace\n\n\n"
    "def customFunc():\n"
    "    context = trace.get_current_span().get_span_context()\n"
    "    child = subprocess.run(['printenv', 'TRACEPARENT'], capture_output=True, text=True)\n"
    "    return [f'{context.trace_id:032x}', f'{context.span_id:016x}', child.stdout.strip()]\n"
)


class Collector:
    """Takes spans by OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: Queue[Any] = Queue()
        self.resource: dict[str, str] = {}
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                import gzip

                raw = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    raw = gzip.decompress(raw)
                request = ExportTraceServiceRequest.FromString(raw)
                for group in request.resource_spans:
                    collector.resource = {
                        each.key: each.value.string_value for each in group.resource.attributes
                    }
                    for scope in group.scope_spans:
                        for span in scope.spans:
                            collector.spans.put(span)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, name: str) -> Any:
        while True:
            span = self.spans.get(timeout=PATIENCE)
            if span.name == name:
                return span


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


def attributes(span: Any) -> dict[str, object]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def result_of(tree: Tree, run: int) -> list[str]:
    import json

    done = jittask("records", "--tree", tree.root, "--json", "--limit", "100")
    [record] = [each for each in json.loads(done.stdout)["records"] if each["id"] == run]
    return json.loads(record["result"])


@pytest.mark.process
def test_a_run_is_a_span_and_its_body_is_inside_of_it(tree: Tree, collector: Collector) -> None:
    tree.scheduled("A", SEES, EACH_SECOND)
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with Program(tree.root, **environment) as program:
        program.wait("finished", task="tasks.A", status="completed")
        span = collector.next("jittask.run tasks.A")
        found = attributes(span)
        assert found["jittask.task"] == "tasks.A"
        assert found["jittask.status"] == "completed"
        assert found["jittask.attempt"] == 1
        assert len(span.links) == 1
        trace, parent, inherited = result_of(tree, int(found["jittask.run"]))
        assert (trace, parent) == (span.trace_id.hex(), span.span_id.hex())
        head, _, flags = inherited.rpartition("-")
        assert head == f"00-{trace}-{parent}"
        assert int(flags, 16) & 1  # sampled; newer SDKs say that the number is random too
        assert program.stop() == 0
    assert collector.resource["service.name"] == "jittask"


@pytest.mark.process
def test_plans_claims_and_failures(tree: Tree, collector: Collector) -> None:
    tree.scheduled("F", "def customFunc():\n    raise ValueError('no')\n", EACH_SECOND)
    environment = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.url}/v1/traces",
                   "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_SERVICE_NAME": "shop"}  # fmt: skip
    with Program(tree.root, **environment) as program:
        assert attributes(collector.next("jittask.plan"))["jittask.runs"] == 1
        assert attributes(collector.next("jittask.claim"))["jittask.runs"] == 1
        span = collector.next("jittask.run tasks.F")
        assert attributes(span)["jittask.reason"] == "error"
        assert span.status.code == 2
        assert program.stop() == 0
    assert collector.resource["service.name"] == "shop"


@pytest.mark.process
def test_a_collector_that_is_away_holds_nothing_up(tree: Tree) -> None:
    tree.scheduled("A", repeat=EACH_SECOND)
    with Program(tree.root, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1") as program:
        for _ in range(3):
            program.wait("finished", status="completed")
        assert program.stop() == 0


ASKED = {
    "nothing": ({}, False),
    "a place for everything": ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, True),
    "a place for traces": ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"}, True),
    "switched off": (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}, False,
    ),
    "no traces": (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"}, False,
    ),
    "an empty place": ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_traces_are_asked_for_by_the_standard_variables(name: str) -> None:
    environment, is_so = ASKED[name]
    assert is_asked_for(environment) is is_so


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x")
    monkeypatch.setitem(sys.modules, "jittask.runtime.tracing.otel", None)
    said: list[str] = []
    assert isinstance(tracing_of_environment(said.append), NoTracing)
    assert said == [
        "traces are asked for, and OpenTelemetry is missing: pip install 'jittask[otel]'"
    ]


@pytest.mark.process
def test_without_a_collector_nothing_of_it_is_imported() -> None:
    script = (
        "import sys, jittask.runtime.runtime, jittask.runtime.body\n"
        "from jittask.runtime.tracing.environment import tracing_of_environment\n"
        "tracing_of_environment(print)\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'apprise'))])\n"
    )
    environment = {key: value for key, value in os.environ.items() if "OTEL" not in key}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "[]\n"
