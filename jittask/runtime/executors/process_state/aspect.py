"""What an aspect of the process is: something that a body can change and the next body can see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Aspect(Protocol):
    """One thing that is taken before a body, compared after it, and put back where it differs."""

    @property
    def name(self) -> str:
        """What a run's log calls it."""

    def take(self) -> Any:
        """Return how it is now: a value that no body can change."""

    def differs(self, before: Any) -> bool:
        """Whether it is not as it was taken."""

    def put_back(self, before: Any) -> str | None:
        """Make it as it was taken; return why another body must not see it, if so.

        What it raises is such a reason too.
        """


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that is read and written by functions; without ``write`` it cannot be put back."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object] | None = None

    def take(self) -> Any:
        """Read it."""
        return self.read()

    def differs(self, before: Any) -> bool:
        """Read it and compare."""
        return bool(self.read() != before)

    def put_back(self, before: Any) -> str | None:
        """Write it, and read it again: a system may refuse without an error."""
        if self.write is None:
            return f"{self.name} has changed"
        self.write(before)
        return f"{self.name} cannot be put back" if self.read() != before else None


class Settings:
    """Settings that are read together: most bodies change none of them."""

    name = "settings"

    def __init__(self, *settings: Setting) -> None:
        self._settings = settings
        self._reads = [setting.read for setting in settings]

    def take(self) -> list[Any]:
        """Read all."""
        return [read() for read in self._reads]

    def differs(self, before: list[Any]) -> bool:
        """Read all and compare."""
        return [read() for read in self._reads] != before

    def put_back(self, before: list[Any]) -> str | None:
        """Put back those that differ."""
        reasons: list[str] = []
        for setting, was in zip(self._settings, before, strict=True):
            if setting.differs(was) and (reason := _reason(setting, was)):
                reasons.append(reason)
        return "; ".join(reasons) or None


def _reason(setting: Setting, before: Any) -> str | None:
    try:
        return setting.put_back(before)
    except Exception as error:  # the others are put back all the same
        return f"{setting.name} cannot be put back: {type(error).__name__}: {error}"


@dataclass(frozen=True, slots=True)
class ListSetting:
    """A list that an object holds: both which list it is, and what is in it."""

    name: str
    owner: object
    attribute: str

    def take(self) -> tuple[list[Any], tuple[Any, ...]]:
        """Return the list and what is in it."""
        found: list[Any] = getattr(self.owner, self.attribute)
        return found, tuple(found)

    def differs(self, before: tuple[list[Any], tuple[Any, ...]]) -> bool:
        """Whether it is another list, or has other items."""
        found = getattr(self.owner, self.attribute, None)
        return found is not before[0] or tuple(before[0]) != before[1]

    def put_back(self, before: tuple[list[Any], tuple[Any, ...]]) -> str | None:
        """Put the list back, with its items."""
        before[0][:] = before[1]
        setattr(self.owner, self.attribute, before[0])
        return None
