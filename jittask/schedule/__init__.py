"""When things fire: pure functions of data and a calendar (sections 3 and 4).

Knows no clock, no files and no database. ``jittask.Timer`` is its door for
programs; nothing is imported here, so that a part costs no more than itself (V7).
"""
