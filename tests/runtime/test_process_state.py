"""When the state of a process is taken, and what is a reason not to use it any more (R6)."""

from __future__ import annotations

import signal
import sys
from types import ModuleType
from typing import Any

import pytest

from jittask.runtime.executors.process_state.aspect import Setting
from jittask.runtime.executors.process_state.state import ProcessState


class Place:
    """A value that can be read and written, or only read."""

    def __init__(self, value: Any, *, read_only: bool = False) -> None:
        self.value = value
        self._read_only = read_only

    def read(self) -> Any:
        return self.value

    def write(self, value: Any) -> None:
        if not self._read_only:
            self.value = value


def fail(_: object) -> None:
    raise PermissionError("not allowed")


def test_what_can_be_written_is_put_back() -> None:
    place = Place(1)
    state = ProcessState([Setting("it", place.read, place.write)])
    state.function_begins()
    place.value = 2
    assert state.restore() == []
    assert place.value == 1


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        (lambda place: Setting("it", place.read), "it has changed"),
        (lambda place: Setting("it", place.read, place.write), "it cannot be put back"),
        (
            lambda place: Setting("it", place.read, fail),
            "it cannot be put back: PermissionError: not allowed",
        ),
    ],
)
def test_what_cannot_be_put_back_is_a_reason(setting: Any, reason: str) -> None:
    place, other = Place(1, read_only=True), Place(1)
    state = ProcessState([setting(place), Setting("another", other.read, other.write)])
    state.function_begins()
    place.value = other.value = 2
    assert state.restore() == [reason]
    assert other.value == 1, "the rest is put back all the same"


def test_the_state_is_taken_again_when_code_has_been_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Place(1)
    state = ProcessState([Setting("it", place.read, place.write)])
    place.value = 2
    monkeypatch.setitem(sys.modules, "just_loaded", ModuleType("just_loaded"))
    state.function_begins()
    place.value = 3
    assert state.restore() == []
    assert place.value == 2


def test_what_changes_between_bodies_without_a_module_is_not_kept() -> None:
    place = Place(1)
    state = ProcessState([Setting("it", place.read, place.write)])
    place.value = 2
    state.function_begins()
    assert state.restore() == []
    assert place.value == 1


def test_a_change_by_code_that_could_not_be_loaded_is_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Place(1)
    state = ProcessState([Setting("it", place.read, place.write)])
    place.value = 2
    assert state.restore() == [], "no module was loaded that could need it"
    monkeypatch.setitem(sys.modules, "half_loaded", ModuleType("half_loaded"))
    place.value = 2
    assert state.restore() == ["it was changed by code that could not be loaded"]


def test_no_alarm_is_left_when_the_function_has_ended() -> None:
    """Its handler may raise, which is an error of the function only as long as that runs."""
    state = ProcessState([])
    signal.setitimer(signal.ITIMER_PROF, 1000)
    state.function_ends()
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
