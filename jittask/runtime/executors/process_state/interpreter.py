"""What Python keeps for the whole process: hooks, limits, warnings, random numbers, loops."""

from __future__ import annotations

import decimal
import faulthandler
import gc
import locale
import os
import random
import socket
import sys
import threading
import tracemalloc
import warnings
from collections.abc import Callable
from io import TextIOWrapper
from operator import attrgetter
from typing import Any

from jittask.runtime.executors.process_state.aspect import (
    Aspect,
    ListSetting,
    Setting,
    Settings,
)

_SEED_BYTES = 32
_TEMPLATE = decimal.DefaultContext  # of each thread's and each new context
_CONTEXT_NAMES = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
_CONTEXT_VALUES = attrgetter(*_CONTEXT_NAMES)


class Streams:
    """``sys.stdin``, and how ``sys.stdout`` and ``sys.stderr`` write.

    Those two themselves are put back by ``standard_streams``, before anything else.
    """

    name = "a standard stream"

    def take(self) -> tuple[Any, ...]:
        """Return them."""
        return sys.stdin, _writing(sys.stdout), _writing(sys.stderr)

    def differs(self, before: tuple[Any, ...]) -> bool:
        """Whether one is another."""
        writing = _writing(sys.stdout), _writing(sys.stderr)
        return sys.stdin is not before[0] or writing != before[1:]

    def put_back(self, before: tuple[Any, ...]) -> str | None:
        """Put them back."""
        sys.stdin = before[0]
        for stream, writing in zip((sys.stdout, sys.stderr), before[1:], strict=True):
            if isinstance(stream, TextIOWrapper) and _writing(stream) != writing:
                encoding, errors, by_line, at_once = writing
                stream.reconfigure(
                    encoding=encoding, errors=errors, line_buffering=by_line, write_through=at_once
                )
        return None


def _writing(stream: Any) -> tuple[Any, ...]:
    names = ("encoding", "errors", "line_buffering", "write_through")
    return tuple(getattr(stream, name, None) for name in names)


class EventLoop:
    """Which event loop asyncio takes for the current one of the main thread.

    The policy itself is a name of ``asyncio.events``. A loop that a body has
    left behind is closed: it holds descriptors.
    """

    name = "the current event loop"

    def take(self) -> dict[str, Any] | None:
        """Return what the policy keeps for this thread; None where there is no policy yet."""
        return _thread_values()

    def differs(self, before: dict[str, Any] | None) -> bool:
        """Whether there is another loop, or another policy."""
        return _thread_values() != before

    def put_back(self, before: dict[str, Any] | None) -> str | None:
        """Close the loop of the body; where there was no policy, there is none again."""
        values = _thread_values() or {}
        left_behind = values.get("_loop")
        if left_behind is not None and left_behind is not (before or {}).get("_loop"):
            left_behind.close()
        events: Any = sys.modules["asyncio.events"]
        if before is None:
            events._event_loop_policy = None
        else:
            current = vars(events._event_loop_policy._local)
            current.clear()
            current.update(before)
        return None


def _thread_values() -> dict[str, Any] | None:
    policy = getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)
    local = getattr(policy, "_local", None)
    return None if local is None else dict(vars(local))


def _decimal_template() -> tuple[Any, ...]:
    return (*_CONTEXT_VALUES(_TEMPLATE), *_TEMPLATE.traps.values())


def _set_decimal_template(before: tuple[Any, ...]) -> None:
    for name, value in zip(_CONTEXT_NAMES, before, strict=False):
        setattr(_TEMPLATE, name, value)
    _TEMPLATE.traps.update(zip(_TEMPLATE.traps, before[len(_CONTEXT_NAMES) :], strict=True))


def _switch(on: Callable[[], object], off: Callable[[], object]) -> Callable[[bool], object]:
    return lambda wanted: on() if wanted else off()


def _monitoring() -> list[Setting]:
    monitoring: Any = getattr(sys, "monitoring", None)  # from Python 3.12 on
    if monitoring is None:
        return []

    def tools() -> list[Any]:
        return [monitoring.get_tool(number) for number in range(6)]

    def free(before: list[Any]) -> None:
        for number, tool in enumerate(before):
            if tool is None:
                monitoring.free_tool_id(number)

    return [Setting("sys.monitoring", tools, free)]


def seed_random_numbers() -> None:
    """Seed the generators that everybody shares from the system, as in a fresh process.

    What a body has seeded must not repeat in the next one. The state before is not
    put back either: the next body would get the numbers of this one once more.
    """
    random.seed(int.from_bytes(os.urandom(_SEED_BYTES), "big"))
    if (numpy := sys.modules.get("numpy.random")) is not None:
        numpy.seed()


def forget_shown_warnings() -> None:
    """Let each run show its own warnings, those too that a run before has shown."""
    kept = tuple(warnings.filters)
    warnings.resetwarnings()  # has modules forget what they have shown
    warnings.filters[:] = kept  # type: ignore[index]


TRACING = Settings(
    Setting("sys.settrace", sys.gettrace, sys.settrace),
    Setting("sys.setprofile", sys.getprofile, sys.setprofile),
    *_monitoring(),
)
"""Comes first: what is traced would be our own code."""
INTERPRETER: tuple[Aspect, ...] = (
    ListSetting("sys.argv", sys, "argv"),
    ListSetting("the filters of warnings", warnings, "filters"),
    ListSetting("gc.callbacks", gc, "callbacks"),
    Settings(
        Setting("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
        Setting("the switch interval", sys.getswitchinterval, sys.setswitchinterval),
        Setting("the limit of digits", sys.get_int_max_str_digits, sys.set_int_max_str_digits),
        Setting("the hooks of generators", sys.get_asyncgen_hooks,
                lambda hooks: sys.set_asyncgen_hooks(*hooks)),
        Setting("the tracking of coroutines", sys.get_coroutine_origin_tracking_depth,
                sys.set_coroutine_origin_tracking_depth),
        Setting("the flags of dlopen", sys.getdlopenflags, sys.setdlopenflags),
        Setting("the stack size of threads", threading.stack_size, threading.stack_size),
        Setting("garbage collection", gc.isenabled, _switch(gc.enable, gc.disable)),
        Setting("garbage collection", gc.get_threshold, lambda values: gc.set_threshold(*values)),
        Setting("garbage collection", gc.get_debug, gc.set_debug),
        Setting("tracemalloc", tracemalloc.is_tracing,
                _switch(tracemalloc.start, tracemalloc.stop)),
        Setting("faulthandler", faulthandler.is_enabled,
                _switch(faulthandler.enable, faulthandler.disable)),
        Setting("decimal.DefaultContext", _decimal_template, _set_decimal_template),
        Setting("the timeout of sockets", socket.getdefaulttimeout, socket.setdefaulttimeout),
        Setting("the locale", lambda: locale.setlocale(locale.LC_ALL),
                lambda name: locale.setlocale(locale.LC_ALL, name)),
    ),
)  # fmt: skip
