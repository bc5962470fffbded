"""Every difference between the databases that the store runs on (rule R9).

A new database is one file here with a ``Dialect`` and a ``Database``, one line
in ``registry.DIALECTS``, and one line in ``tests/store/conformance``.
"""
