"""Warns about keys of a ``timerCfg`` that do nothing where they are written (rule F6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jittask.schedule.problems import TimingProblem

_MONTH_DAYS, _MONTH_WEEKS = {"subType", "day"}, {"subType", "week", "weekday"}
_KEYS_OF_CYCLE: Mapping[str, frozenset[str]] = {
    "normal": frozenset({"period"}),  # JitAi always writes it
    "minute": frozenset({"period"}),
    "hour": frozenset({"period"}),
    "day": frozenset({"period"}),
    "week": frozenset({"period", "weekday"}),
    "month": frozenset({"period", *_MONTH_DAYS, *_MONTH_WEEKS}),
    "year": frozenset({"period", "month", *_MONTH_DAYS, *_MONTH_WEEKS}),
    "custom": frozenset({"period", "cron", "rrule"}),
}
_CYCLE_KEYS = frozenset().union(*_KEYS_OF_CYCLE.values())


def idle_keys(config: Mapping[str, object]) -> Iterator[TimingProblem]:
    """Yield a warning for each key of a ``timerCfg`` that does nothing there."""
    repeat = config.get("repeat")
    if isinstance(repeat, Mapping):
        kind = str(repeat.get("repeatType", "normal"))
        used = _KEYS_OF_CYCLE.get(kind, _CYCLE_KEYS)
        by_day = repeat.get("subType") == "day"
        for key, value in repeat.items():
            idle = key in _CYCLE_KEYS - used or (by_day and key in ("week", "weekday"))
            if idle and value not in (None, [], ""):
                where = "a month by days" if key in used else f"a cycle by {kind}"
                yield without_effect(("repeat", key), f"{key} has no effect in {where}")
    if config.get("skipHoliday") or config.get("skipWeekend"):
        return
    for key in ("holidayRoll", "calendar"):
        if config.get(key):
            yield without_effect((key,), f"{key} has no effect without skipHoliday or skipWeekend")


def without_effect(pointer: tuple[str | int, ...], message: str) -> TimingProblem:
    """Return the warning about a key that does nothing where it is written."""
    return TimingProblem("key-without-effect", pointer, message, "remove it", warning=True)
