"""Where a tree's run store and its locks are (rule F2)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from jittask.environment import UnsetVariable, expand
from jittask.model import AppSettings
from jittask.state_folder import is_among_elements, state_folder
from jittask.store.dialects.registry import addresses, default_url, supported_url
from jittask.store.errors import StoreError


def made_state_folder(root: Path) -> Path:
    """Return the folder of the tree's state, made with a ``.gitignore`` where missing.

    Raises StoreError where it cannot be made, and for another folder of the tree,
    in which the watch would see each write.
    """
    folder = state_folder(root)
    if is_among_elements(root):
        hint = "name one outside, or leave --state-dir and JITTASK_STATE_DIR out"
        raise StoreError(f"the state folder {folder} is inside the tree", hint=hint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be made: {error.strerror}",
            hint="JitTask keeps its records there: make the tree writable, or name another folder "
            "with --state-dir",
        ) from error
    return folder


def store_url(settings: AppSettings, root: Path) -> URL:
    """Return the run store's URL; SQLite paths are relative to the tree.

    Raises StoreError for an unset ``${NAME}``, a text that is no URL, and a
    database that this version cannot keep records in.
    """
    if settings.store is None:
        return default_url(state_folder(root) / "jittask.db")
    try:
        url = make_url(expand(settings.store))
    except UnsetVariable as error:
        raise StoreError(
            f"settings.store: {error}", hint=f"set {error.name}, or leave settings.store out"
        ) from error
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise StoreError(
            "settings.store: expected a URL such as sqlite:///runs.db",  # it may have a password
            hint="leave settings.store out to keep the records in .jittask/jittask.db",
        ) from error
    supported = supported_url(url, root)
    if supported is None:
        raise StoreError(
            f"settings.store: expected {addresses()}, got {url.render_as_string()}",
            hint="for example postgresql://user@host/jittask; leave it out for a file in the tree",
        )
    return supported
