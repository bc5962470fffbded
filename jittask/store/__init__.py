"""The run store: all SQL about runs is behind ``Store`` (rules R1, R3, R4, R9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.store.errors import (
    AlreadyClaimed,
    BadCursor,
    LeadershipLost,
    NoRecords,
    OldSchema,
    StoreError,
    StoreUnavailable,
)
from jittask.store.location import made_state_folder, store_url
from jittask.store.reader import StoreReader

if TYPE_CHECKING:
    from jittask.store.store import Store

__all__ = [
    "AlreadyClaimed",
    "BadCursor",
    "LeadershipLost",
    "NoRecords",
    "OldSchema",
    "Store",
    "StoreError",
    "StoreReader",
    "StoreUnavailable",
    "made_state_folder",
    "store_url",
]


def __getattr__(name: str) -> Any:
    """Import ``Store`` on its first use: a reader needs nothing that writes (V5)."""
    if name == "Store":
        from jittask.store.store import Store

        return Store
    raise AttributeError(f"module 'jittask.store' has no attribute {name!r}")
