"""Everything that a person or a program can ask of a tree, as functions on values (section 9).

Each operation takes a ``Workspace`` and plain values, and returns a frozen
value or raises an ``OperationError``. Nothing here knows click or HTTP, and
nothing prints: the command line, the console and ``jittask.Client`` are faces
over these functions. ``views`` gives the JSON shapes of section 10.
"""
