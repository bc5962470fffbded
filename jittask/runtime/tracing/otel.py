"""Spans by OpenTelemetry; the only file of the runtime's process that imports it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation import set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jittask.model import RunStatus
from jittask.runtime.events import Event, Finished, Trouble
from jittask.runtime.tracing.tracing import Emit
from jittask.store.instants import to_micros
from jittask.version import __version__

_CLOSE_SECONDS = 2.0
"""How long the end of a runtime waits for spans to be sent."""
_LEASE_LOST = "lease-lost"


class OtelTracing:
    """Traces through a provider of its own; element code may have another one."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("jittask", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._lock = threading.Lock()
        self._spans: dict[int, Span] = {}
        """The spans of the attempts that execute here, by run."""
        self._claim: SpanContext | None = None

    @classmethod
    def to_otlp(cls) -> OtelTracing:
        """Send spans by OTLP over HTTP, as OpenTelemetry's environment variables say."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        named = Resource.create().attributes
        resource = Resource.create({SERVICE_VERSION: __version__})
        if str(named.get(SERVICE_NAME, "")).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: "jittask"}))
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    def planned(self, began: datetime, now: datetime, runs: int) -> None:
        """Trace a pass of the planner that has written new runs."""
        self._whole("jittask.plan", began, now, runs)

    def claimed(self, began: datetime, now: datetime, runs: int) -> None:
        """Trace a transaction that has claimed runs."""
        self._claim = self._whole("jittask.claim", began, now, runs)

    def _whole(self, name: str, began: datetime, now: datetime, runs: int) -> SpanContext:
        span = self._tracer.start_span(
            name, start_time=_nanos(began), attributes={"jittask.runs": runs}
        )
        span.end(_nanos(now))
        return span.get_span_context()

    def begin(
        self, run: int, task: str, attributes: Mapping[str, str | int], parent: str | None = None
    ) -> str | None:
        """Begin the span of an attempt, linked to its claim, and inside of ``parent``."""
        inside = None if parent is None else self._propagator.extract({"traceparent": parent})
        links = [Link(self._claim)] if self._claim is not None else []
        span = self._tracer.start_span(
            f"jittask.run {task}",
            context=inside,
            kind=SpanKind.CONSUMER,
            attributes={"jittask.task": task, "jittask.run": run, **attributes},
            links=links,
        )
        with self._lock:
            before, self._spans[run] = self._spans.get(run), span
        if before is not None:
            before.end()
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))
        return carrier.get("traceparent")

    def watching(self, emit: Emit) -> Emit:
        """Return ``emit`` that also ends the spans of the runs that events say have ended."""

        def watched(event: Event) -> None:
            emit(event)
            match event:
                case Finished():
                    self._finished(event)
                case Trouble(code=code) if code == _LEASE_LOST:
                    self._end_all("others have taken the run over")
                case _:
                    return

        return watched

    def _finished(self, event: Finished) -> None:
        with self._lock:
            span = self._spans.pop(event.run, None)
        if span is None:
            return
        span.set_attribute("jittask.status", event.status.value)
        if event.reason is not None:
            span.set_attribute("jittask.reason", event.reason.value)
        if event.status in (RunStatus.FAILED, RunStatus.PENDING):
            span.set_status(Status(StatusCode.ERROR, event.detail or event.reason))
        span.end()

    def _end_all(self, why: str) -> None:
        with self._lock:
            spans, self._spans = list(self._spans.values()), {}
        for span in spans:
            span.set_status(Status(StatusCode.ERROR, why))
            span.end()

    def close(self) -> None:
        """End all spans, and send what is left, for a bounded time."""
        self._end_all("the runtime has ended")
        closing = threading.Thread(
            target=self._provider.shutdown, name="jittask-traces", daemon=True
        )
        closing.start()
        closing.join(_CLOSE_SECONDS)


def _nanos(instant: datetime) -> int:
    return to_micros(instant) * 1000
