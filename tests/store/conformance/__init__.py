"""THE CONFORMANCE SUITE: what the run store promises, on every database that it runs on (R9).

A new database joins it by one line in ``DATABASES`` in ``conftest.py``. Every
test that takes the fixture ``store`` or ``app`` then runs on it, too. What
only one database does, is tested in the folder above.
"""
