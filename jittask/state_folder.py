"""Where a tree's state is: its run store, locks, bundles and cache (rule F2)."""

from __future__ import annotations

import os
from pathlib import Path

STATE_VARIABLE = "JITTASK_STATE_DIR"


def state_folder(root: Path) -> Path:
    """Return the folder of a tree's state, which may not exist: ``.jittask`` in the tree.

    The variable JITTASK_STATE_DIR names another one, for a tree that is read
    only. It is for one tree: two would share a run store.
    """
    given = os.environ.get(STATE_VARIABLE)
    return Path(given).resolve() if given else root / ".jittask"


def is_among_elements(root: Path) -> bool:
    """Whether it is another folder of the tree, in which the watch would see each write."""
    folder = state_folder(root)
    return folder != root / ".jittask" and folder.is_relative_to(root)
