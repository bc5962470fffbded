"""Whether dicts have changed, without looking into them (R6)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from jittask.runtime.executors.process_state.dict_versions import DictVersions

CHANGES: dict[str, Callable[[Any], None]] = {
    "another value": lambda owner: setattr(owner, "name", 2),
    "a new name": lambda owner: setattr(owner, "other", 1),
    "a name that is gone": lambda owner: delattr(owner, "name"),
}


class Holder:
    name = 1


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("kind", ["module", "class"])
def test_a_change_is_seen_until_it_is_kept(kind: str, change: Callable[[Any], None]) -> None:
    owner: Any = ModuleType("m") if kind == "module" else type("C", (Holder,), {})
    owner.name = 1
    versions = DictVersions([vars(sys), vars(owner)])
    change(owner)
    assert versions.differ()
    versions.keep()
    assert versions.differ() == (sys.version_info >= (3, 13)), "without versions, always"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="there are no versions")
def test_the_same_value_again_is_no_change() -> None:
    versions = DictVersions([vars(sys)])
    setattr(sys, "stdout", sys.stdout)  # noqa: B010 - as StandardStreams does
    assert not versions.differ()
