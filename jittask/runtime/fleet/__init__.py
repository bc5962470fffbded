"""A worker on another machine: it takes runs over, runs them here, and writes their ends (R10).

Knows neither Celery nor a tree: offers of runs come through ``Inbox``, and files
of versions from the store.
"""
