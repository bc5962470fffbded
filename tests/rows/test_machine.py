"""Date-field tasks on every database against a naive model (D1-D10, I1-I5, I13).

``JITTASK_ROW_ROUNDS`` sets how many trials each database gets, and
``JITTASK_ROW_SEED`` makes the same choices again.
"""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.rows.machine import Machine, OnMariaDb, OnPostgres

SEED = int(os.environ.get("JITTASK_ROW_SEED") or random.randrange(10**9))


def as_often_as(rounds: int, *phases: Phase) -> settings:
    return settings(
        max_examples=rounds,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.generate, *phases],
        suppress_health_check=list(HealthCheck),
        database=None,
    )


@pytest.mark.parametrize("machine", [Machine, OnPostgres, OnMariaDb], ids=lambda m: m.kind)
def test_the_records_are_those_of_a_naive_model(machine: type[Machine]) -> None:
    rounds = int(os.environ.get("JITTASK_ROW_ROUNDS", 6))
    print(f"JITTASK_ROW_SEED={SEED} rounds={rounds}")
    chosen = seed(SEED)(machine)
    run_state_machine_as_test(chosen, settings=as_often_as(rounds, Phase.shrink))
