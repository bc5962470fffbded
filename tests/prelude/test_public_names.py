"""``from jittask import …`` gives element code the same objects as JitAi's paths (U3)."""

from __future__ import annotations

import pkgutil

import pytest

import jittask
from jittask.prelude.datatypes import datatypes


def test_element_code_gets_the_field_types() -> None:
    from jittask import datatypes as imported

    assert imported is datatypes
    assert imported.AutoInt(name="id").datatype == "AutoInt"


@pytest.mark.parametrize("name", sorted(set(jittask.__all__) - {"__version__", "errors"}))
def test_no_module_hides_a_public_name(name: str) -> None:
    modules = {module.name for module in pkgutil.iter_modules(jittask.__path__)}

    assert name not in modules
