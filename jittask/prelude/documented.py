"""JitAi's model functions: which arguments they take, and what is refused by name (rule U6)."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


class NotSupported(NotImplementedError):
    """What JitAi documents and JitTask does not have; the message says what to do instead."""


def documented(method: Method, name: str | None = None) -> Method:
    """Let a method, by its ``name``, refuse in one sentence arguments that it does not have."""
    shown = name or method.__name__
    signature = inspect.signature(method)
    names = [name for name in signature.parameters if name not in ("cls", "self")]

    @functools.wraps(method)
    def checked(*given: Any, **named: Any) -> Any:
        try:
            signature.bind(*given, **named)
        except TypeError as error:
            unknown = [name for name in named if name not in signature.parameters]
            raise TypeError(_wrong_call(shown, names, unknown, str(error))) from None
        return method(*given, **named)

    return cast("Method", checked)


def _wrong_call(method: str, names: list[str], unknown: list[str], error: str) -> str:
    takes = f"{method} takes {', '.join(names) or 'no arguments'}"
    if not unknown:
        return f"{method}: {error}; {takes}"
    near = difflib.get_close_matches(unknown[0], names, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{method} has no argument {unknown[0]!r}{hint}; {takes}"


def refused(name: str, instead: str) -> Any:
    """Return a method of the class that raises NotSupported."""

    def refuse(owner: type, *_: Any, **__: Any) -> None:
        raise NotSupported(f"{owner.__name__}.{name} is not supported: {instead}")

    refuse.__doc__ = f"Not supported: {instead}."
    return classmethod(refuse)


def no_events(triggerEvent: int | None) -> None:
    """Refuse to send a model's events: there are none. Raises NotSupported."""
    if triggerEvent:
        raise NotSupported(
            "triggerEvent=1 is not supported: models send no events; leave it out, or give 0"
        )


def no_related_rows(level: int | None) -> None:
    """Refuse to load related rows. Raises NotSupported."""
    if level is not None and level > 1:
        raise NotSupported(
            f"level={level} is not supported: related rows are not loaded; "
            "leave it out, and get the related row from its own model"
        )
