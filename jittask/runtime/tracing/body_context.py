"""Gives a body the trace context of its attempt, so that its own spans are children (rule R13)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "TRACEPARENT"
"""What programs read that a body starts."""


@contextmanager
def trace_context(traceparent: str | None) -> Iterator[None]:
    """Make a W3C trace context the current one, of OpenTelemetry too where it is installed.

    The environment is that of the process: with an executor whose bodies share one, a program
    that another body starts meanwhile may see it too.
    """
    if traceparent is None:
        yield
        return
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = traceparent
    token = _attach(traceparent)
    try:
        yield
    finally:
        if token is not None:
            from opentelemetry import context

            context.detach(token)  # type: ignore[arg-type]
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


def _attach(traceparent: str) -> object | None:
    try:
        from opentelemetry import context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:  # it is the runtime's own extra; a body may do without it
        return None
    return context.attach(TraceContextTextMapPropagator().extract({"traceparent": traceparent}))
