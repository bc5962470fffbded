"""Whether OpenTelemetry's own environment variables ask for traces, and what then makes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from jittask.runtime.tracing.tracing import NoTracing, Tracing

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
DISABLED = "OTEL_SDK_DISABLED"
EXPORTER = "OTEL_TRACES_EXPORTER"


def is_asked_for(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a place for traces."""
    if environment.get(DISABLED, "").lower() == "true" or environment.get(EXPORTER) == "none":
        return False
    return any(environment.get(name) for name in ENDPOINTS)


def tracing_of_environment(on_trouble: Callable[[str], None]) -> Tracing:
    """Return what traces, as the environment asks; where it cannot, ``on_trouble`` says why."""
    if not is_asked_for():
        return NoTracing()
    try:
        from jittask.runtime.tracing.otel import OtelTracing
    except ImportError:
        on_trouble(
            "traces are asked for, and OpenTelemetry is missing: pip install 'jittask[otel]'"
        )
        return NoTracing()
    try:
        return OtelTracing.to_otlp()
    except Exception as error:  # a variable of OpenTelemetry's with a value that it refuses
        on_trouble(f"traces are asked for, and OpenTelemetry refuses: {error}")
        return NoTracing()
