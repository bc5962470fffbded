"""Time zones as the ``tzdata`` package has them, whatever the machine's own data.

So a tree fires alike on every machine with the same packages, what CI plans is
what runs, and the edition is known by name: a system's data can be years old,
and need not say how old it is. An update is ``pip install -U tzdata``.
"""

from __future__ import annotations

import importlib
import re
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None; the same object each time."""
    if not _NAME.fullmatch(name):
        return None
    try:
        with Path(_package().__path__[0], "zoneinfo", name).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError):
        return None


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name, which has been checked to be one."""
    found = find_zone(name)
    if found is None:
        raise ValueError(f"expected an IANA time zone such as Europe/Berlin, got {name!r}")
    return found


def edition() -> str:
    """Return which edition of the tz database holds, such as ``2026a``."""
    return str(_package().IANA_VERSION)


def _package() -> ModuleType:
    return importlib.import_module("tzdata")
