"""The text that Prometheus reads, of a tree's store and of this process."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from jittask.metrics.stored import StoredMetrics
from jittask.operations.inspect.vitals import VitalsReader

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Exposition:
    """The metrics of one process that serves them; safe to ask from several threads."""

    def __init__(self, reader: VitalsReader) -> None:
        self.registry = CollectorRegistry()
        """Where what this process counts is added."""
        self.registry.register(StoredMetrics(reader))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
