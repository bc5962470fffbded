"""Bodies that change the process in which the next run begins (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case("changes the folder", "os.chdir(tempfile.mkdtemp())"),
    Case(
        "deletes its folder",
        """
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        os.rmdir(folder)
        """,
    ),
    Case("changes the mask of new files", "os.umask(0o777)"),
    Case(
        "changes the environment",
        """
        os.environ.clear()
        os.environ['TZ'] = 'Asia/Tokyo'
        time.tzset()
        """,
    ),
    Case("changes the locale", "locale.setlocale(locale.LC_ALL, 'C.UTF-8')"),
    Case("sets an alarm", "signal.setitimer(signal.ITIMER_REAL, 0.2)"),
    Case(
        "sets handlers that raise",
        """
        def handler(*_):
            raise RuntimeError
        for number in (1, 2, 10, 12, 14, 15, 17):
            signal.signal(number, handler)
        """,
    ),
    Case("blocks every signal", "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))"),
    Case(
        "replaces time.time",
        """
        time.time = lambda: 0
        time.monotonic = lambda: 0
        """,
    ),
    Case(
        "replaces json.dumps",
        """
        json.dumps = None
        json.loads = None
        """,
        status="failed",  # its result cannot be encoded
        error="NoneType",
    ),
    Case(
        "replaces builtins",
        """
        import builtins
        builtins.len = builtins.print = builtins.isinstance = None
        """,
        status="failed",  # nor can anything else be done in that process
        error="exit code 1|NoneType",
    ),
    Case(
        "replaces os.getpid and os._exit",
        """
        os.getpid = lambda: 1
        os._exit = lambda code: None
        """,
    ),
    Case("empties sys.modules", "sys.modules.clear()"),
    Case(
        "empties sys.path",
        """
        sys.path.clear()
        sys.meta_path.clear()
        """,
    ),
    Case("sets a tiny recursion limit", "sys.setrecursionlimit(60)"),
    Case(
        "sets a trace function",
        """
        sys.settrace(lambda *_: 1 / 0)
        sys.setprofile(print)
        """,
        status="failed",  # its function raises when the body returns
        error="ZeroDivisionError",
    ),
    Case(
        "shuts logging down",
        """
        logging.disable(50)
        logging.root.handlers.clear()
        logging.shutdown()
        """,
    ),
    Case("registers atexit functions", "atexit.register(sleep)"),
    Case("turns warnings into errors", "warnings.simplefilter('error')"),
    Case(
        "stops the collector",
        """
        gc.disable()
        gc.set_threshold(1)
        """,
    ),
    Case("makes socket calls time out", "socket.setdefaulttimeout(0.000001)"),
]
