"""Recognises a task whose folder was renamed, so that a reload can say what that means (D7, H1).

A new name is a new task. Nothing is moved from the old name to it: the two
may just as well be a task that was removed and a copy that was kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from jittask.model import Element, ElementKind
from jittask.runtime.snapshot import Snapshot

_MOST_NAMED = 3


class Rename(NamedTuple):
    """A task that is gone, and a new one with the same files."""

    old: str
    new: str


def renames(last: Snapshot, following: Snapshot) -> tuple[Rename, ...]:
    """Return the tasks that look renamed between two snapshots, by their new names.

    Each name is in one pair at most. Of several with the same content, one
    whose folder has the same last name goes first.
    """
    names: Collection[str] | None = following.touched
    if names is None:
        names = last.app.elements.keys() | following.app.elements.keys()
    gone = _only_in(last.app.elements, following.app.elements, names)
    new = _only_in(following.app.elements, last.app.elements, names)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in (_by_content_and_last_name, _by_content):
        left: dict[Hashable, list[str]] = {}
        for element in reversed(gone):  # the first is taken first
            if element.name not in taken:
                left.setdefault(key(element), []).append(element.name)
        for element in new:
            if element.name not in found and left.get(key(element)):
                found[element.name] = left[key(element)].pop()
                taken.add(found[element.name])
    return tuple(Rename(found[name], name) for name in sorted(found))


def describe(found: Sequence[Rename]) -> str:
    """Say what looks renamed, and what that means."""
    named = ", ".join(f"{new} looks like {old} renamed" for old, new in found[:_MOST_NAMED])
    more = f", and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return (
        f"{named}{more}: a new name is a new task; its records, its pauses and its activation "
        "stay with the old name"
    )


def _only_in(
    some: Mapping[str, Element], others: Mapping[str, Element], names: Collection[str]
) -> list[Element]:
    return [
        some[name]
        for name in sorted(names)
        if name in some and name not in others and some[name].kind is ElementKind.TASK
    ]


def _by_content(element: Element) -> Hashable:
    return element.digest, element.type


def _by_content_and_last_name(element: Element) -> Hashable:
    return element.digest, element.type, element.name.rpartition(".")[2]
