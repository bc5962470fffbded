"""What people choose from while they make a task."""

from __future__ import annotations

from jittask.web.shapes.base import Shape


class FunctionParameter(Shape):
    """A parameter of a service function."""

    name: str
    required: bool


class ServiceFunction(Shape):
    """A function of a service."""

    name: str
    """As ``func`` of an e.json names it."""
    title: str
    summary: str
    fits: bool
    reason: str | None
    """Why the task cannot call it; or what is worth knowing though it can."""
    parameters: list[FunctionParameter]


class ServiceFunctions(Shape):
    """The functions of all services."""

    functions: list[ServiceFunction]


class ElementName(Shape):
    """A name for a new element."""

    name: str
    taken: bool
    free: str
    """The same name, or with the least number that makes it free."""
    problem: str | None
    """Why no element can have it."""
