"""When things fire: pure functions of data and a calendar (sections 3 and 4).

Knows no clock, no files and no database.
"""

from jittask.schedule.timer import Timer

__all__ = ["Timer"]
