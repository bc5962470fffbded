"""``datatypes``: the field declarations of a JitAi ``model.py`` (rules F9, U3)."""

from __future__ import annotations

from typing import Any

from jittask.field_types import DATATYPES, instead_of_type


class Declaration:
    """A field as declared: its type's name, and the keywords given."""

    def __init__(self, datatype: str, keywords: dict[str, Any]) -> None:
        self.datatype = datatype
        self.keywords = keywords


class Datatypes:
    """Makes declarations: ``datatypes.Stext(name="title", title="Title")``."""

    def __getattr__(self, name: str) -> Any:
        if name not in DATATYPES:
            raise AttributeError(f"no datatype {name!r}: {instead_of_type(name)}")

        def declare(*_: Any, **keywords: Any) -> Declaration:
            return Declaration(name, keywords)

        return declare


datatypes = Datatypes()
