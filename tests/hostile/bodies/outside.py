"""Bodies that are ended from outside: by a person, with the program, by its crash (R6, R7)."""

from __future__ import annotations

import inspect

from tests.hostile.case import Case, Ends

BODIES = {
    "children": """
        forked(sleep)
        note(subprocess.Popen(SLEEPER, start_new_session=True).pid)
        """,
    "a daemon": "forked(lambda: (os.setsid(), forked(sleep)))",
    "a thread, and no SIGTERM": """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        threading.Thread(target=sleep, daemon=True).start()
        """,
    "a stopped parent": """
        os.kill(os.getppid(), signal.SIGSTOP)
        forked(sleep)
        """,
}
REASONS = {Ends.KILLED: "killed", Ends.STOPPED: "interrupted", Ends.CRASHED: "interrupted"}

CASES = [
    Case(
        f"{name}, {ends.name.lower()}",
        f"{inspect.cleandoc(body)}\nnote()\nopen(LEFT + '.ready', 'w').close()\nsleep()",
        status="failed",
        error=reason,
        ends=ends,
        policy={"timeoutSeconds": 600},
    )
    for name, body in BODIES.items()
    for ends, reason in REASONS.items()
]
