"""Runs a tree over simulated time, against a copy of its data (rule V9).

What fires, when and why is decided by the parts of the runtime: its compiler,
timers, plans, due rows, choice of runs, judging of rows and outcomes. Here are
the clock that jumps from instant to instant, the records in memory, and the
copy. The tree's run store is never opened, its databases are never changed.
"""
