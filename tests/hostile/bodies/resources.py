"""Bodies that take more than there is, or lower the limits (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case(
        "two gigabytes",
        """
        kept = bytearray(2_000_000_000)
        for place in range(0, len(kept), 4096):
            kept[place] = 1
        sleep()
        """,
        status="failed",
        error="memory|MB",
        policy={"memoryMb": 300, "timeoutSeconds": 30},
    ),
    Case(
        "two gigabytes in a child",
        """
        def eat():
            kept = bytearray(2_000_000_000)
            for place in range(0, len(kept), 4096):
                kept[place] = 1
            sleep()
        forked(eat)
        sleep()
        """,
        status="failed",
        error="memory|MB",
        policy={"memoryMb": 300, "timeoutSeconds": 30},
    ),
    Case(
        "fills the folder for temporary files",
        """
        folder = tempfile.mkdtemp()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, -1))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            with open(folder + '/big', 'wb') as file:
                file.write(bytes(2 << 20))
        finally:
            shutil.rmtree(folder)
        """,
        status="failed",
        error="File too large|Errno 27",
    ),
    Case(
        "an address space that is too small",
        """
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        bytearray(2 << 30)
        """,
        status="failed",
        error="MemoryError",
    ),
    Case("no descriptors allowed", "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))"),
    Case("no processes allowed", "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))"),
    Case(
        "a limit of CPU time",
        """
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        while True:
            pass
        """,
        status="failed",
        error="SIGXCPU|SIGKILL|2 s",
    ),
    Case("nice", "os.nice(19)"),
]
