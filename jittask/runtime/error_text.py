"""Describes what a body raised: in a line, and as a traceback for the author of the code (rule U5).

The traceback shows the frames of element code, and of libraries. Frames of
JitTask and of what speaks to databases are counted, and so are those that recur.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from sqlalchemy.exc import DBAPIError

from jittask.data.databases import DataError
from jittask.prelude import isolated_imports

MESSAGE_LIMIT = 1000
"""Characters of the line."""
ERROR_LIMIT = 65_536
"""Characters of the traceback, which is cut in its middle."""
_DRIVERS = ("psycopg", "psycopg2", "psycopg_pool", "pymysql", "MySQLdb", "sqlite3")
_FOLDED = frozenset({"jittask", "sqlalchemy", *_DRIVERS})
_LINK = re.compile(r"^.*\(Background on this error at: https://sqlalche\.me/\S+\)\n", re.MULTILINE)
_MAX_FRAMES = 60
_MAX_PERIOD = 8  # functions that call each other in a circle
_SHOWN_ROUNDS = 2

IsOfElement = Callable[[str], bool]


def message_of(error: BaseException) -> str:
    """Return the kind and the text of an exception, in one line."""
    if isinstance(error, SystemExit):
        return f"SystemExit: the function called sys.exit({_short_repr(error.code)})"
    name, text = type(error).__name__, _text_of(error)
    if not isinstance(error, Exception) and not text:
        text = "raised by the function"
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return _cut(f"{name}: {line}" if line else name, MESSAGE_LIMIT)


def traceback_of(error: BaseException, is_of_element: IsOfElement) -> str:
    """Return the traceback of an exception, with its causes and the exceptions of a group."""
    try:
        described = traceback.TracebackException.from_exception(error)
        _fold(described, error, is_of_element, set())
        text = _LINK.sub("", "".join(described.format()))
    except Exception as failure:  # an exception's own code may raise anything
        return f"{type(error).__name__} (its traceback cannot be shown: {type(failure).__name__})\n"
    return _cut(text, ERROR_LIMIT)


def _text_of(error: BaseException) -> str:
    try:
        if isinstance(error, DBAPIError):
            return _driver_text(error.orig)
        return str(error)
    except Exception:
        return "(its own text cannot be had)"


def _driver_text(error: object) -> str:
    """Return what a driver says; some give a number before the text."""
    arguments: tuple[object, ...] = getattr(error, "args", ())
    if len(arguments) == 2 and isinstance(arguments[0], int):
        return f"{arguments[1]} ({arguments[0]})"
    return str(error)


def _short_repr(value: object) -> str:
    try:
        return _cut(repr(value), MESSAGE_LIMIT - 100)
    except Exception:
        return "…"


def _fold(
    described: traceback.TracebackException,
    error: BaseException,
    is_of_element: IsOfElement,
    seen: set[int],
) -> None:
    """Shorten the stack of an exception, and of all that belong to it."""
    seen.add(id(error))
    described.stack = _Stack(_shown(error.__traceback__, is_of_element))
    if isinstance(error, DataError | DBAPIError):  # it has the text of its cause
        described.__cause__ = described.__context__ = None
    pairs = [(described.__cause__, error.__cause__), (described.__context__, error.__context__)]
    if isinstance(error, BaseExceptionGroup):
        pairs += zip(described.exceptions or (), error.exceptions, strict=False)
    for inner, inner_error in pairs:
        if inner is not None and inner_error is not None and id(inner_error) not in seen:
            _fold(inner, inner_error, is_of_element, seen)


class _Stack(traceback.StackSummary):
    """Frames, and lines that replace others: those have no line number."""

    def format_frame_summary(self, frame_summary: traceback.FrameSummary, **more: Any) -> str:
        """Return the lines of a frame."""
        if frame_summary.lineno is None:
            return f"  {frame_summary.name}\n"
        return super().format_frame_summary(frame_summary, **more)


def _line(text: str) -> traceback.FrameSummary:
    return traceback.FrameSummary("", None, text, lookup_line=False, line="")


def _shown(
    frames: TracebackType | None, is_of_element: IsOfElement
) -> list[traceback.FrameSummary]:
    """Return the frames to show, from the element's code on."""
    summaries = traceback.StackSummary.extract(traceback.walk_tb(frames))
    packages = [_package(frame) for frame, _ in traceback.walk_tb(frames)]
    found = list(zip(summaries, packages, strict=True))
    own = [is_of_element(summary.filename) for summary, _ in found]
    first = own.index(True) if True in own else 0
    return _middle_cut(_rounds_cut(_packages_folded(found[first:], is_of_element)))


def _package(frame: Any) -> str:
    if frame.f_code.co_filename == isolated_imports.__file__:
        return ""  # it leads imports to modules, and is not shown
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _packages_folded(
    frames: Sequence[tuple[traceback.FrameSummary, str]], is_of_element: IsOfElement
) -> list[traceback.FrameSummary]:
    shown: list[traceback.FrameSummary] = []
    counted: dict[str, int] = {}

    def tell() -> None:
        for package, count in counted.items():
            shown.append(_line(f"… {count} frame{'s' * (count > 1)} of {package}"))
        counted.clear()

    for summary, package in frames:
        if is_of_element(summary.filename):
            tell()
            shown.append(summary)
        elif package in _FOLDED:
            counted[package] = counted.get(package, 0) + 1
        elif package == "contextlib" and counted:
            continue  # it leads to the code of a ``with`` there
        elif package:
            tell()
            shown.append(summary)
    tell()
    return shown


def _rounds_cut(frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    """Count the rounds of functions that call each other, beyond the first ones."""
    calls = [(frame.filename, frame.lineno, frame.name) for frame in frames]
    shown: list[traceback.FrameSummary] = []
    at = 0
    while at < len(frames):
        period, rounds = _recurring(calls, at)
        if rounds > _SHOWN_ROUNDS:
            shown += frames[at : at + period * _SHOWN_ROUNDS]
            what = "the frame above" if period == 1 else f"the {period} frames above"
            shown.append(_line(f"… {what}, {rounds - _SHOWN_ROUNDS} more times"))
            at += period * rounds
        else:
            shown.append(frames[at])
            at += 1
    return shown


def _recurring(calls: Sequence[object], at: int) -> tuple[int, int]:
    """Return the length of what recurs from here on, and how often it is there."""
    for period in range(1, _MAX_PERIOD + 1):
        rounds = 1
        unit = calls[at : at + period]
        while calls[at + period * rounds : at + period * (rounds + 1)] == unit:
            rounds += 1
        if rounds > _SHOWN_ROUNDS and len(unit) == period:
            return period, rounds
    return 1, 1


def _middle_cut(frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    if len(frames) <= _MAX_FRAMES:
        return frames
    half = _MAX_FRAMES // 2
    return [*frames[:half], _line(f"… {len(frames) - 2 * half} frames"), *frames[-half:]]


def _cut(text: str, limit: int) -> str:
    """Return a text without its middle where it is too long."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} … {len(text) - 2 * half:,} characters cut … {text[-half:]}"
