"""Which files and folders of a tree are passed over, by their names (rule F1)."""

from __future__ import annotations

from functools import lru_cache

IGNORED_FOLDERS = frozenset({"__pycache__", ".jittask", ".git", "node_modules"})
_IGNORED_ENDINGS = (".pyc", "~", ".swp", ".swx", ".tmp", "___jb_tmp___", "___jb_old___")
_VIMS_TRIAL = "4913"
"""Vim makes and removes a file of this name before it saves one."""


def is_ignored(name: str) -> bool:
    """Whether a tree has nothing of its own in a file or folder of that name."""
    return name.startswith(".") or name in IGNORED_FOLDERS


@lru_cache(1024)
def is_plain(name: str) -> bool:
    """Whether an entry of that name, which is no link, is one of the tree in any case."""
    return not (not name.isprintable() or "\\" in name or is_ignored(name) or is_draft(name))


def is_draft(name: str) -> bool:
    """Whether a file of that name is one that editors and Python leave beside the real one."""
    emacs_copy = name.startswith("#") and name.endswith("#")
    return name.endswith(_IGNORED_ENDINGS) or emacs_copy or name == _VIMS_TRIAL


def shown(name: str) -> str:
    """Return a file's name as a report writes it."""
    return name.encode("ascii", "backslashreplace").decode()
