"""Trials whose runtime is up until the test ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

import pytest

from tests.rows.dates import Timing
from tests.rows.examples import NOW, Open
from tests.rows.model import TaskFile
from tests.rows.trial import Trial


@pytest.fixture
def begin() -> Iterator[Open]:
    with ExitStack() as held:

        def begin_trial(
            timing: Timing, *, now: datetime = NOW, kind: str = "sqlite", **more: Any
        ) -> Trial:
            return held.enter_context(closing(Trial(kind, now, TaskFile(timing, **more))))

        yield begin_trial
