"""Processes that a body starts, and does not wait for (R6)."""

from __future__ import annotations

from tests.hostile.case import Case

CASES = [
    Case("subprocess left", "note(subprocess.Popen(SLEEPER).pid)", log="python"),
    Case(
        "subprocess left, with pipes", "note(subprocess.Popen(SLEEPER, stdout=-1, stderr=-1).pid)"
    ),
    Case(
        "subprocess of a new session", "note(subprocess.Popen(SLEEPER, start_new_session=True).pid)"
    ),
    Case(
        "subprocess that keeps every descriptor",
        """
        for number in others():
            os.set_inheritable(number, True)
        note(subprocess.Popen(SLEEPER, close_fds=False).pid)
        """,
    ),
    Case("shell in the background", "os.system(f'sleep 600 & echo $! >> {LEFT}')"),
    Case(
        "shell with nohup and setsid",
        "os.system(f'nohup setsid sleep 600 >/dev/null 2>&1 & echo $! >> {LEFT}')",
    ),
    Case("fork that sleeps", "forked(sleep)"),
    Case("fork that sleeps, in a new session", "forked(lambda: (os.setsid(), sleep()))"),
    Case(
        "fork that is a zombie",
        """
        child = os.fork()
        if child == 0:
            os._exit(0)
        note(child)
        """,
    ),
    Case("daemon by a double fork", "forked(lambda: (os.setsid(), forked(sleep)))"),
    Case(
        "daemon by a double fork that closes all",
        "forked(lambda: (os.setsid(), os.closerange(0, 256), os.fork() or noted_sleep()))",
    ),
    Case(
        "grandchildren that change their sessions",
        """
        for _ in range(3):
            forked(lambda: [forked(lambda: (os.setsid(), sleep())) for _ in range(3)])
        """,
    ),
    Case(
        "fork that ignores every signal",
        """
        def deaf():
            for number in range(1, 65):
                if number not in (9, 19, 32, 33):
                    signal.signal(number, signal.SIG_IGN)
            sleep()
        forked(deaf)
        """,
    ),
    Case("fork that is stopped", "os.kill(forked(sleep), signal.SIGSTOP)"),
    Case(
        "fork that forks again when its parent ends",
        """
        def heir():
            parent = os.getppid()
            for _ in range(200):
                if os.getppid() != parent:
                    break
                time.sleep(0.01)
            forked(sleep)
            sleep()
        forked(heir)
        """,
    ),
    Case(
        "fork bomb of three levels",
        """
        def bomb(level):
            note()
            for _ in range(4):
                if level and os.fork() == 0:
                    bomb(level - 1)
            sleep()
        if os.fork() == 0:
            bomb(3)
        time.sleep(0.3)
        """,
    ),
    Case(
        "children that follow one another",
        """
        def chain():
            for _ in range(1000):
                note()
                if os.fork():
                    os._exit(0)
            sleep()
        if os.fork() == 0:
            chain()
        time.sleep(0.1)
        """,
    ),
    Case(
        "multiprocessing process",
        """
        context = multiprocessing.get_context('fork')
        child = context.Process(target=sleep)
        child.start()
        note(child.pid)
        """,
    ),
    Case(
        "multiprocessing process by spawn",
        """
        context = multiprocessing.get_context('spawn')
        child = context.Process(target=time.sleep, args=(600,))
        child.start()
        note(child.pid)
        """,
    ),
    Case(
        "multiprocessing pool, left open",
        """
        pool = multiprocessing.get_context('fork').Pool(3)
        for pid in pool.map(process_id, range(3)):
            note(pid)
        kept.append(pool)
        """,
    ),
    Case(
        "process pool executor, left open",
        """
        pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context('fork'))
        note(pool.submit(os.getpid).result())
        kept.append(pool)
        """,
    ),
    Case(
        "process pool executor, used well",
        """
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context('fork')) as pool:
            note(pool.submit(os.getpid).result())
            return sum(pool.map(abs, [-1, -2]))
        """,
        result="3",
    ),
    Case(
        "forkserver's server",
        """
        context = multiprocessing.get_context('forkserver')
        child = context.Process(target=time.sleep, args=(600,))
        child.start()
        note(child.pid)
        """,
    ),
]
