"""What has changed in the run store since the last look, by topic (rule C3)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from enum import StrEnum

from jittask.operations.errors import NoRecords, OperationError
from jittask.operations.workspace import Workspace


class Topic(StrEnum):
    """What a change is about."""

    TREE = "tree"
    """The files, and so the diagnostics."""
    RECORDS = "records"
    """Which runs there are, and their statuses."""
    LOG = "log"
    """What a run has printed."""
    STATUS = "status"
    """Runtimes, the states of elements, pauses, what is blocked."""


def store_marks(workspace: Workspace) -> Mapping[Topic, Hashable]:
    """Return a mark for each topic of the run store; one that differs means a change.

    A store that is missing or does not answer has a mark too, so that its
    coming and going are changes.
    """
    try:
        with workspace.stored() as store:
            marks, alive = store.change_marks(), store.runtime_alive(workspace.now())
    except NoRecords:
        return dict.fromkeys((Topic.RECORDS, Topic.LOG, Topic.STATUS), "none")
    except OperationError as error:
        return dict.fromkeys((Topic.RECORDS, Topic.LOG, Topic.STATUS), str(error))
    return {
        Topic.RECORDS: marks.runs,
        Topic.LOG: marks.logs,
        Topic.STATUS: (marks.elements, marks.runtimes, marks.pauses, marks.blocked, alive),
    }
