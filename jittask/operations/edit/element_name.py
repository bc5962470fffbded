"""Names for new elements: made from a title in any script, and not yet taken."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from jittask.operations.errors import Conflict, OperationError

_MAX_LETTERS = 60


def element_name(title: str) -> str:
    """Return an English name for a title in any script: letters and digits, no keyword.

    Symbols, such as emoji, give nothing.
    """
    from anyascii import anyascii  # late: its tables are large

    spoken = "".join(" " if category(sign).startswith("S") else sign for sign in title)
    words = re.findall(r"[A-Za-z0-9]+", anyascii(spoken))
    name = "".join(word[0].upper() + word[1:] for word in words)[:_MAX_LETTERS]
    if not name or name[0].isdigit() or keyword.iskeyword(name):
        name = f"Task{name}"
    return name


def free_path(root: Path, parent: str, name: str | None, title: str) -> str:
    """Return the path of a folder in ``parent`` that does not exist, relative to the tree.

    It is free also where upper and lower case are one. Raises OperationError for
    a name that no element can have, Conflict for one that is taken.
    """
    found = name_in(root, parent, name, title)
    if found.problem is not None:
        raise OperationError(found.problem, "use letters, digits and _")
    if not found.taken:
        return f"{parent}/{found.name}"
    hint = "choose another --name" + ("" if name else f", such as {found.free}")
    raise Conflict(f"{parent}/{found.name} is there already", hint)


@dataclass(frozen=True, slots=True)
class SuggestedName:
    """A name for a new element."""

    name: str
    taken: bool
    """Whether its folder is there, also where only upper and lower case differ."""
    free: str
    """The same name, or with the least number that makes it free."""
    problem: str | None
    """Why no element can have it."""


def name_in(root: Path, parent: str, name: str | None, title: str) -> SuggestedName:
    """Return a name in the folder ``parent``: the one given, or one made from the title."""
    chosen = name or element_name(title)
    parts = f"{parent}/{chosen}".split("/")
    invalid = next(
        (part for part in parts if not part.isidentifier() or keyword.iskeyword(part)), None
    )
    if invalid is not None:
        problem = f"{invalid!r} is no name for an element"
        return SuggestedName(chosen, taken=False, free=chosen, problem=problem)
    folder = root / parent
    taken = {entry.name.lower() for entry in folder.iterdir()} if folder.is_dir() else set()
    if chosen.lower() not in taken:
        return SuggestedName(chosen, taken=False, free=chosen, problem=None)
    number = next(n for n in range(2, len(taken) + 3) if f"{chosen}{n}".lower() not in taken)
    return SuggestedName(chosen, taken=True, free=f"{chosen}{number}", problem=None)
