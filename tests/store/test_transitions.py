"""Legal steps of a run (R1)."""

from __future__ import annotations

import pytest

from jittask.model import TRANSITIONS, RunStatus
from jittask.store.transitions import transition


@pytest.mark.parametrize("before", list(RunStatus))
@pytest.mark.parametrize("after", list(RunStatus))
def test_only_legal_steps(before: RunStatus, after: RunStatus) -> None:
    if after in TRANSITIONS[before]:
        transition(before, after)
    else:
        with pytest.raises(ValueError, match="cannot go"):
            transition(before, after)
