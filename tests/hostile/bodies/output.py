"""Bodies that print, log, return or raise what cannot be kept whole (U5)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case(
        "prints 100 MB",
        """
        line = 'x' * 99
        for _ in range(1_000_000):
            print(line)
        print('the end')
        """,
        log=r"x{99}\n(?s:.*)the end",
        policy={"timeoutSeconds": 60},
    ),
    Case(
        "prints one line of 20 MB",
        """
        print('x' * 20_000_000)
        print('the end')
        """,
        log="the end",
        policy={"timeoutSeconds": 60},
    ),
    Case("prints bytes that are no text", "os.write(1, bytes(range(256)) * 100)"),
    Case(
        "logs an object that cannot be shown",
        """
        class Mute:
            def __str__(self):
                raise ValueError
        log.info('%s', Mute())
        print('after')
        """,
        log="after",
    ),
    Case(
        "returns a cycle",
        """
        a = []
        a.append(a)
        return a
        """,
    ),
    Case("returns 50 MB", "return 'x' * 50_000_000"),
    Case(
        "returns an object that cannot be shown",
        """
        class Mute:
            def __repr__(self):
                raise ValueError
        return Mute()
        """,
    ),
    Case(
        "returns a generator that never ends",
        "return itertools.count()",
    ),
    Case(
        "returns a deep nest",
        """
        a = []
        for _ in range(100_000):
            a = [a]
        return a
        """,
    ),
    Case("returns lone surrogates and nulls", "return {'a': '\\ud800', 'b': '\\x00'}"),
    Case(
        "prints lone surrogates and nulls",
        """
        print('\\ud800 \\x00')
        log.info('\\ud800 \\x00')
        """,
    ),
    Case(
        "raises lone surrogates and nulls",
        "raise ValueError('\\ud800 \\x00 so')",
        status="failed",
        error="so",
    ),
    Case(
        "raises an error of 10 MB", "raise ValueError('x' * 10_000_000)", status="failed", error="x"
    ),
]
