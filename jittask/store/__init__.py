"""The run store: all SQL about runs is behind ``Store`` (rules R1, R3, R4, R9)."""

from jittask.store.errors import (
    BadCursor,
    LeadershipLost,
    NoRecords,
    OldSchema,
    StoreError,
    StoreUnavailable,
)
from jittask.store.location import made_state_folder, store_url
from jittask.store.store import Store

__all__ = [
    "BadCursor",
    "LeadershipLost",
    "NoRecords",
    "OldSchema",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "made_state_folder",
    "store_url",
]
