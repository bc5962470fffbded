"""Bodies that touch descriptors which are not theirs (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case(
        "closes all descriptors",
        """
        os.closerange(3, 1024)
        sleep()
        """,
        status="failed",
        error="2 s|channel|descriptor",
    ),
    Case(
        "closes all descriptors, and returns",
        "os.closerange(3, 1024)",
        log="replaced",
    ),
    Case(
        "closes the standard ones too",
        "os.closerange(0, 1024)",
        log="replaced",
    ),
    Case(
        "writes to all descriptors",
        """
        for number in others():
            try:
                os.write(number, b'\\xff' * 64)
            except OSError:
                pass
        sleep()
        """,
        status="failed",
        error="channel|2 s",
    ),
    Case(
        "writes text to all descriptors",
        """
        for number in others():
            try:
                os.write(number, b'hello, world\\n' * 100)
            except OSError:
                pass
        sleep()
        """,
        status="failed",
        error="channel|2 s",
    ),
    Case(
        "reads all descriptors",
        """
        for number in others():
            try:
                os.set_blocking(number, False)
                os.read(number, 4096)
            except OSError:
                pass
        """,
    ),
    Case(
        "replaces descriptors by files",
        """
        file = os.open('/dev/null', os.O_RDWR)
        for number in others():
            os.dup2(file, number)
        sleep()
        """,
        status="failed",
        error="channel|2 s|ended",
    ),
    Case("closes standard output", "sys.stdout.close()"),
    Case(
        "closes descriptors 1 and 2",
        """
        os.close(1)
        os.close(2)
        """,
    ),
    Case("replaces sys.stdout", "sys.stdout = sys.stderr = None"),
    Case(
        "replaces sys.stdout by a thing that raises",
        """
        class Broken:
            def __getattr__(self, name):
                raise OSError(name)
        sys.stdout = sys.stderr = Broken()
        """,
    ),
    Case("leaves 200 files open", "kept[:] = [open('/dev/null') for _ in range(200)]"),
    Case(
        "uses up all descriptors",
        """
        kept.clear()
        try:
            while True:
                kept.append(open('/dev/null'))
        except OSError as error:
            return error.errno
        """,
        result="24",
    ),
    Case(
        "makes the descriptors block",
        """
        for number in others():
            os.set_blocking(number, True)
        """,
    ),
]
