"""Forks of a worker process that return from the body (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case(
        "fork that returns",
        """
        if os.fork() == 0:
            note()
            return 'child'
        return 'parent'
        """,
        result='"parent"',
    ),
    Case(
        "fork that raises",
        """
        if os.fork() == 0:
            note()
            raise KeyError(3)
        return 'parent'
        """,
        result='"parent"',
    ),
    Case(
        "fork that exits",
        """
        if os.fork() == 0:
            note()
            sys.exit(7)
        return 'parent'
        """,
        result='"parent"',
    ),
    Case(
        "fork that returns later",
        """
        if os.fork() == 0:
            note()
            time.sleep(0.5)
            return 'child'
        return 'parent'
        """,
        result='"parent"',
    ),
    Case(
        "fork that returns, while its parent waits",
        """
        child = os.fork()
        if child == 0:
            note()
            return 'child'
        os.waitpid(child, 0)
        return 'parent'
        """,
        result='"parent"',
    ),
    Case(
        "parent that leaves its child",
        """
        if os.fork() != 0:
            os._exit(0)
        note()
        sleep()
        """,
        status="failed",
        error="exit code 0|ended",
    ),
    Case(
        "forks by libc",
        """
        if ctypes.CDLL(None).fork() == 0:
            note()
            return 'child'
        return 'parent'
        """,
        result='"parent"',
    ),
]
