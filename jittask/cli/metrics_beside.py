"""The metrics that ``jittask run`` serves beside the tasks (rule R13)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from jittask.metrics.counted import CountedMetrics
from jittask.metrics.endpoint import Endpoint
from jittask.metrics.exposition import Exposition
from jittask.operations.inspect.vitals import VitalsReader
from jittask.operations.workspace import Workspace
from jittask.runtime import Runtime

_MOST_UNCOUNTED = 500_000  # events that may wait to be counted


class MetricsBeside:
    """An endpoint over a runtime of this process; a context manager."""

    def __init__(self, root: Path, runtime: Runtime, host: str, port: int) -> None:
        """Listen, and count from here on. Raises OperationError where it cannot listen."""
        self._workspace = Workspace(root)
        reader = VitalsReader(self._workspace)
        exposition = Exposition(reader)
        counted = CountedMetrics(exposition.registry)
        runtime.subscribe(counted.count, capacity=_MOST_UNCOUNTED)
        self._endpoint = Endpoint(host, port, reader, exposition, lambda: runtime.state)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self._endpoint.port}/metrics"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._endpoint.close()
        self._workspace.close()
