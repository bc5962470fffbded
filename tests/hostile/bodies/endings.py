"""Bodies that end their process, or never end (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case("os._exit(0)", "os._exit(0)", status="failed", error="exit code 0"),
    Case("os._exit(3)", "os._exit(3)", status="failed", error="exit code 3"),
    Case("abort", "os.abort()", status="failed", error="SIGABRT"),
    Case("segmentation fault", "ctypes.string_at(0)", status="failed", error="SIGSEGV"),
    Case(
        "killed by itself", "os.kill(os.getpid(), signal.SIGKILL)", status="failed", error="SIGKILL"
    ),
    Case(
        "terminated by itself",
        """
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
        """,
        status="failed",
        error="SIGTERM",
    ),
    Case("kills its session", "os.killpg(0, signal.SIGKILL)", status="failed", error="SIGKILL"),
    Case(
        "kills its parent",
        """
        os.kill(os.getppid(), signal.SIGKILL)
        sleep()
        """,
        status="failed",
        error="fork server|SIGKILL",
    ),
    Case(
        "stops its parent, and never ends",
        """
        os.kill(os.getppid(), signal.SIGSTOP)
        sleep()
        """,
        status="failed",
        error="2 s",
    ),
    Case("stops its parent, and returns", "os.kill(os.getppid(), signal.SIGSTOP)"),
    Case("stops itself", "os.kill(os.getpid(), signal.SIGSTOP)", status="failed", error="2 s"),
    Case(
        "becomes another program",
        "os.execv('/bin/sleep', ['sleep', '600'])",
        status="failed",
        error="exec",
    ),
    Case(
        "becomes a program that ends",
        "os.execv('/bin/true', ['true'])",
        status="failed",
        error="exit code 0|channel|ended",
    ),
    Case("sleeps for ever", "sleep()", status="failed", error="2 s"),
    Case(
        "computes for ever",
        """
        while True:
            pass
        """,
        status="failed",
        error="2 s",
    ),
    Case(
        "waits for a lock for ever",
        """
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
        """,
        status="failed",
        error="2 s",
    ),
    Case(
        "ignores SIGTERM and SIGINT",
        """
        for number in (2, 15):
            signal.signal(number, signal.SIG_IGN)
        sleep()
        """,
        status="failed",
        error="2 s",
    ),
    Case(
        "catches everything",
        """
        while True:
            try:
                time.sleep(600)
            except BaseException:
                pass
        """,
        status="failed",
        error="2 s",
    ),
    Case(
        "never ends, with children",
        """
        forked(sleep)
        note(subprocess.Popen(SLEEPER, start_new_session=True).pid)
        sleep()
        """,
        status="failed",
        error="2 s",
    ),
    Case("holds the GIL", "ctypes.PyDLL(None).sleep(600)", status="failed", error="2 s"),
    Case("sys.exit()", "sys.exit()"),
    Case("sys.exit(0)", "sys.exit(0)"),
    Case("sys.exit(2)", "sys.exit(2)", status="failed", error="SystemExit|exit"),
    Case("sys.exit with a text", "sys.exit('all is lost')", status="failed", error="all is lost"),
    Case(
        "KeyboardInterrupt", "raise KeyboardInterrupt", status="failed", error="KeyboardInterrupt"
    ),
    Case(
        "a BaseException",
        """
        class Odd(BaseException):
            pass
        raise Odd('so odd')
        """,
        status="failed",
        error="so odd",
    ),
    Case("GeneratorExit", "raise GeneratorExit", status="failed", error="GeneratorExit"),
    Case(
        "recursion without end",
        """
        def deep():
            return deep()
        deep()
        """,
        status="failed",
        error="RecursionError",
    ),
    Case(
        "an exception that cannot be shown",
        """
        class Mute(Exception):
            def __str__(self):
                os._exit(9)
        raise Mute
        """,
        status="failed",
        error="exit code 9|Mute",
    ),
    Case(
        "an exception that never ends being shown",
        """
        class Slow(Exception):
            def __str__(self):
                sleep()
        raise Slow
        """,
        status="failed",
        error="2 s",
    ),
]
