"""What only PostgreSQL does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask.store import Store, StoreUnavailable
from jittask.store.dialects.dialect import Lock
from jittask.store.dialects.registry import dialect_of
from tests.services import store_settings
from tests.store.runs import NOW, new, take


def test_a_runtime_that_is_stopped_in_a_transaction_blocks_no_other(tmp_path: Path) -> None:
    """The server ends what does nothing for half a heartbeat, and so frees its locks (R4)."""

    def claim_meanwhile(stopped: Store, other: Store, threads: ThreadPoolExecutor) -> None:
        with stopped._database.writing() as connection:
            dialect_of(connection).exclusive(connection, Lock.CLAIM)
            assert len(threads.submit(take, other).result(20)) == 1
            connection.execute(sa.select(1))

    with store_settings("postgresql") as settings:
        short = replace(settings, runtime=replace(settings.runtime, heartbeat_seconds=1))
        with (
            Store.open(short, tmp_path, create=True) as stopped,
            Store.open(short, tmp_path, create=True) as other,
            ThreadPoolExecutor(1) as threads,
        ):
            other.plan(NOW, [new()])
            with pytest.raises(StoreUnavailable):
                claim_meanwhile(stopped, other, threads)
