"""Every difference between the databases that the store runs on (rule R9).

A new database is a file here with a ``Dialect`` and a ``Database``, and an entry
in ``registry.DIALECTS``. What it lacks of the SQL that all databases share becomes
a method of ``Dialect`` first. CONTRIBUTING.md names the tests that it joins.
"""
