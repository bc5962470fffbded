"""Says at once whether dicts are as they were: a comparison would touch every object in them."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

_OFFSET = 3 * ctypes.sizeof(ctypes.c_void_p)  # after the reference count, the type and the size
_VALUE = attrgetter("value")


class DictVersions:
    """The versions that CPython gives to dicts, a new one for each change (PEP 509).

    Python 3.13 has none any more. There, any dict may have changed.
    """

    def __init__(self, names: Iterable[Mapping[str, Any]]) -> None:
        self._dicts = [_dict_of(mapping) for mapping in names]
        self._tags = [_tag(found) for found in self._dicts] if _HAS_TAGS else []
        self._read = self._known = list(map(_VALUE, self._tags))

    def differ(self) -> bool:
        """Whether one may have changed since ``keep``, or since this was made."""
        self._read = list(map(_VALUE, self._tags))
        return self._read != self._known or not self._tags

    def keep(self) -> None:
        """Take what ``differ`` has read last for the versions of unchanged dicts."""
        self._known = self._read


def _dict_of(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dict itself; of a class, ``vars`` gives a view of it."""
    if isinstance(names, dict):
        return names
    (found,) = gc.get_referents(names)
    assert isinstance(found, dict)
    return found


def _tag(found: dict[str, Any]) -> ctypes.c_uint64:
    return ctypes.c_uint64.from_address(id(found) + _OFFSET)


def _have_tags() -> bool:
    """Whether this Python keeps them where they are looked for."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 13):
        return False
    probe: dict[str, Any] = {"name": 1}
    tag = _tag(probe)
    before = tag.value
    probe["name"] = 2
    replaced = tag.value
    probe["other"] = 3
    added = tag.value
    del probe["other"]
    return len({before, replaced, added, tag.value}) == 4 and len(probe) == 1


_HAS_TAGS = _have_tags()
