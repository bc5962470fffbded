"""Examines the run store: does it answer, and is its schema ours (rules F2, R9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.environment import UnsetVariable
from jittask.operations.errors import Conflict, NoRecords, OperationError
from jittask.operations.inspect.doctor.places import Places
from jittask.operations.inspect.doctor.section import Draft, Section

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace
    from jittask.store.dialects.dialect import StoreSize

NAME = "run store"


def examine_store(workspace: Workspace, places: Places) -> Section:
    """Return what the run store says; it is neither made nor upgraded."""
    from jittask.store import OldSchema
    from jittask.store.upgrade import HEAD

    draft = Draft(NAME, store_address(workspace))
    place = places.manifest("settings", "store")
    try:
        with workspace.stored() as store:
            draft.facts.append(f"it answers, and has this version's schema ({HEAD})")
            draft.facts.append(_size_words(store.size()))
            draft.place = store.place
    except NoRecords as error:
        draft.facts.append(f"{error}; {error.hint}" if error.hint else str(error))
    except Conflict as error:  # the files show already that app.json is wrong
        draft.not_examined.append(f"not opened: {error}")
    except OperationError as error:
        if isinstance(error.__cause__ and error.__cause__.__cause__, UnsetVariable):
            draft.not_examined.append(f"not opened: {error}")  # the files show it
            return draft.finished()
        outdated = isinstance(error.__cause__, OldSchema)
        code = "store-outdated" if outdated else "store-unusable"
        words = str(error).removeprefix("settings.store: ")
        draft.about(None).add(code, place, words, error.hint)
    return draft.finished()


def silent_store(workspace: Workspace, places: Places) -> Section:
    """Return the section of a run store that has not answered in time."""
    draft = Draft(NAME, store_address(workspace))
    place = places.manifest("settings", "store")
    hint = "is the server overloaded, or does a firewall drop what is sent to it?"
    draft.about(None).add("store-unusable", place, "it gives no answer", hint)
    return draft.finished()


def _size_words(size: StoreSize) -> str:
    words = f"it takes {size.total / 1e6:,.1f} MB"
    if size.used is None or size.used == size.total:
        return words
    return f"{words}, of which {(size.total - size.used) / 1e6:,.1f} MB are free to be filled again"


def store_address(workspace: Workspace) -> str:
    """Return where the run store is, without a password."""
    from jittask.store.errors import StoreError
    from jittask.store.location import store_url

    try:
        url = store_url(workspace.settings, workspace.root)
    except StoreError:
        return "settings.store"
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}).render_as_string(hide_password=True)
