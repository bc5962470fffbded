"""Every schedule as a sentence, in English and in Chinese.

What cannot be said exactly (an rrule, an odd cron) is quoted, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer
from jittask.schedule.words.chinese import Chinese
from jittask.schedule.words.english import English


class Language(StrEnum):
    """The languages that sentences are in."""

    ENGLISH = "en"
    CHINESE = "zh"


_SPEAKERS = {Language.ENGLISH: English(), Language.CHINESE: Chinese()}


def in_words(
    timer: Timer | RowTimer,
    language: Language = Language.ENGLISH,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the schedule as one sentence without a full stop.

    ``titles`` is what people call the fields of rows; a field without one has its name.
    """
    speaker = _SPEAKERS[language]
    return speaker.of_row(timer, titles) if isinstance(timer, RowTimer) else speaker.of(timer)


def delay_in_words(seconds: float, language: Language = Language.ENGLISH) -> str:
    """Return that an occurrence starts up to so many seconds after its instant."""
    return _SPEAKERS[language].delayed(seconds)


__all__ = ["Language", "delay_in_words", "in_words"]
