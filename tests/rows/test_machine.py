"""Date-field tasks on every database against a naive model (D1-D10, I1-I5, I13).

``JITTASK_ROW_ROUNDS`` sets how many trials each database gets, and
``JITTASK_ROW_SEED`` makes the same choices again.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.rows.machine import failure_of, shrunk, steps_of

SEED = int(os.environ.get("JITTASK_ROW_SEED") or random.randrange(10**9))
ROUNDS = int(os.environ.get("JITTASK_ROW_ROUNDS", 2))
STEPS = 40


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_the_records_are_those_of_a_naive_model(kind: str) -> None:
    for seed in range(SEED, SEED + ROUNDS):
        print(f"JITTASK_ROW_SEED={seed}")
        failure = failure_of(kind, seed, steps_of(seed, STEPS))
        if failure is not None:
            fewest = shrunk(kind, seed, steps_of(seed, STEPS))
            found = failure_of(kind, seed, fewest) or failure
            names = "\n".join(map(str, fewest))
            pytest.fail(f"JITTASK_ROW_SEED={seed} JITTASK_ROW_ROUNDS=1\n{names}\n{found[1]}")
