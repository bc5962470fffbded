"""``${NAME}`` in strings of the tree (rule F2): found, and filled in from the environment."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping

_REFERENCE = re.compile(r"\$(\$\{|\{([A-Za-z_][A-Za-z0-9_]*)\})")


_filled: set[str] = set()


class UnsetVariable(LookupError):
    """The environment lacks a variable that the tree names."""

    def __init__(self, name: str) -> None:
        super().__init__(f"environment variable {name} is not set")
        self.name = name


def references(text: str) -> Iterator[str]:
    """Yield the names that ``text`` takes from the environment; ``$${`` is none."""
    for match in _REFERENCE.finditer(text):
        if match[2] is not None:
            yield match[2]


def expand(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return ``text`` with every ``${NAME}`` filled in and ``$${`` made ``${``.

    Raises UnsetVariable for a name that the environment lacks.
    """
    values = os.environ if environment is None else environment

    def fill(match: re.Match[str]) -> str:
        name = match[2]
        if name is None:
            return "${"
        if name not in values:
            raise UnsetVariable(name)
        _filled.add(values[name])
        return values[name]

    return _REFERENCE.sub(fill, text)


def filled_in() -> frozenset[str]:
    """Return the values that this process has filled in so far; no message may show them (U5)."""
    return frozenset(_filled)


def escape(text: str) -> str:
    """Return what ``expand`` makes ``text`` of."""
    return text.replace("${", "$${")


class Asked(Mapping[str, str]):
    """The environment, which remembers what was asked of it: a verdict rests on the answers.

    Of what was only looked for it is known whether it is set, and of a value
    its digest: the answers are kept in a file, where no secret has a place.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.asked: dict[str, bool | str] = {}

    def __contains__(self, name: object) -> bool:
        found = name in self._environment
        self.asked.setdefault(str(name), found)
        return found

    def __getitem__(self, name: str) -> str:
        value = self._environment[name]
        self.asked[name] = _digest(value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._environment)

    def __len__(self) -> int:
        return len(self._environment)


def answers_hold(asked: Mapping[str, bool | str], environment: Mapping[str, str]) -> bool:
    """Whether an environment would answer what ``Asked`` was answered."""
    return all(
        (name in environment) == answer
        if isinstance(answer, bool)
        else name in environment and _digest(environment[name]) == answer
        for name, answer in asked.items()
    )


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()
