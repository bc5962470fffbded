"""Brings a run store to this version's schema (rule R9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from jittask.operations.errors import NoRecords, OperationError

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


class Upgrade(Enum):
    """What was necessary."""

    NONE = "none"
    CREATED = "created"
    UPGRADED = "upgraded"


@dataclass(frozen=True, slots=True)
class UpgradedStore:
    """A run store that has this version's schema."""

    place: str
    """Where the records are, for people."""
    schema: str
    upgrade: Upgrade


def upgrade_store(workspace: Workspace) -> UpgradedStore:
    """Make or upgrade a tree's run store. Raises Unavailable, and OperationError for a newer one.

    Every runtime of an older version must have ended.
    """
    from jittask.store import OldSchema
    from jittask.store.upgrade import HEAD

    upgrade = Upgrade.NONE
    try:
        with workspace.store():
            pass
    except NoRecords:
        upgrade = Upgrade.CREATED
    except OperationError as error:
        if not isinstance(error.__cause__, OldSchema):
            raise
        upgrade = Upgrade.UPGRADED
    with workspace.store(create=True) as store:
        return UpgradedStore(store.place, HEAD, upgrade)
