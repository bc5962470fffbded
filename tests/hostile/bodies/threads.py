"""Threads that live on after their run (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case(
        "a thread that never ends",
        "threading.Thread(target=sleep, daemon=True).start()",
        log="thread",
    ),
    Case("a thread that is no daemon", "threading.Thread(target=sleep).start()", log="thread"),
    Case(
        "fifty threads that print",
        """
        def noise():
            while True:
                print('noise')
                time.sleep(0.001)
        for _ in range(50):
            threading.Thread(target=noise, daemon=True).start()
        """,
    ),
    Case(
        "a thread that listens",
        """
        server = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=server.accept, daemon=True).start()
        """,
    ),
    Case(
        "a thread pool, left open",
        """
        pool = ThreadPoolExecutor(4)
        pool.submit(sleep)
        kept.append(pool)
        """,
    ),
    Case(
        "a thread that forks after the run",
        """
        def later():
            time.sleep(0.2)
            note(subprocess.Popen(SLEEPER).pid)
        threading.Thread(target=later, daemon=True).start()
        """,
    ),
    Case("a timer", "threading.Timer(0.3, print, ['late']).start()"),
]
