"""The exceptions that ``jittask.Client`` raises; ``OperationError`` is the base of all."""

from jittask.operations.errors import (
    BrokenTask,
    Conflict,
    InvalidArgument,
    NoRecords,
    NotFound,
    OperationError,
    Unavailable,
)

__all__ = [
    "BrokenTask",
    "Conflict",
    "InvalidArgument",
    "NoRecords",
    "NotFound",
    "OperationError",
    "Unavailable",
]
