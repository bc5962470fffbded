"""The base of every shape: the names of JSON, and no field that is not described."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """A JSON object."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


PROBLEM = "#/components/schemas/Problem"
"""Where the description has the shape of every error."""


class Problem(Shape):
    """Why a request was refused, as ``application/problem+json`` (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """What programs look for."""
    hint: str | None
    argument: str | None
    """The argument that cannot be used, where there is one."""
