"""What a body changes in its process, and what the body after it would see (R6)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

ROOT = os.geteuid() == 0
LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Case:
    """A body that changes something, and an expression by which another body sees it."""

    name: str
    change: str
    report: str
    replaced: str | None = ""
    """What the log says of the process that is replaced; empty: it is not.

    None: it may be, where the system does not let it be put back.
    """
    skip: bool = False


def put_back(name: str, change: str, report: str, *, skip: bool = False) -> Case:
    return Case(name, change, report, "", skip)


def replaced(name: str, change: str, report: str, says: str, *, skip: bool = False) -> Case:
    return Case(name, change, report, says, skip)


_FAKE = "type('Fake', (), {'__eq__': lambda *_: False})()"

CASES = [
    # --- the system
    put_back("the working folder", "os.chdir('/')", "os.getcwd()"),
    put_back("a working folder that is gone",
             "import tempfile; os.chdir(p := tempfile.mkdtemp()); os.rmdir(p)", "os.getcwd()"),
    put_back("the umask", "os.umask(0o007)", "oct(os.umask(0o022))"),
    put_back("a new variable", "os.environ['LEAK'] = '1'", "os.environ.get('LEAK')"),
    put_back("a variable that is removed", "del os.environ['PATH']", "os.environ.get('PATH')"),
    put_back("another environment", "os.environ = {'PATH': '/'}", "os.environ.get('PATH')"),
    put_back("the C library's environment", "os.environ['LEAK'] = '1'",
             "subprocess.run(['/bin/sh', '-c', 'echo $LEAK'], capture_output=True).stdout.decode()"),
    put_back("TZ", "os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()",
             "[time.tzname, time.timezone, time.localtime(0).tm_hour, os.environ.get('TZ')]"),
    put_back("the C library's time zone",
             "os.environ['TZ'] = 'Asia/Tokyo'; time.tzset(); del os.environ['TZ']",
             "[time.tzname, time.localtime(0).tm_hour, datetime.datetime.fromtimestamp(0).hour]"),
    put_back("the locale", "locale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')",
             "locale.setlocale(locale.LC_ALL)"),
    put_back("a signal's handler", "signal.signal(signal.SIGUSR1, print)",
             "signal.getsignal(signal.SIGUSR1)"),
    put_back("a signal that is ignored", "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
             "signal.getsignal(signal.SIGTERM)"),
    put_back("a blocked signal", "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])",
             "sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))"),
    put_back("an alarm", "signal.signal(signal.SIGALRM, print); signal.alarm(1000)",
             "signal.getitimer(signal.ITIMER_REAL)[0] > 0"),
    put_back("a timer", "signal.setitimer(signal.ITIMER_PROF, 1000, 1000)",
             "signal.getitimer(signal.ITIMER_PROF)[1] > 0"),
    put_back("a soft limit", "resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1])) "
             "if resource.getrlimit(resource.RLIMIT_CORE)[0] else resource.setrlimit(resource.RLIMIT_NOFILE, (200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))",
             "[resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE)]"),
    Case("a hard limit", "resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))",
         "resource.getrlimit(resource.RLIMIT_NOFILE)", None),
    Case("the priority", "os.nice(1)", "os.nice(0)", None),
    put_back("the processors", "os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})",
             "sorted(os.sched_getaffinity(0))", skip=not LINUX or os.cpu_count() == 1),
    Case("the scheduling", "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
         "os.sched_getscheduler(0)", "", skip=not LINUX),
    replaced("another user", "os.setresuid(65534, 65534, 65534)", "os.getuid()", "users or groups", skip=not ROOT),
    replaced("another effective group", "os.setegid(65534)", "os.getegid()", "users or groups", skip=not ROOT),
    replaced("further groups", "os.setgroups([65534])", "65534 in os.getgroups()", "Groups", skip=not (ROOT and LINUX)),
    replaced("another root folder", "import tempfile; os.chroot(tempfile.gettempdir())",
             "os.path.exists('/usr/bin')", "the root folder", skip=not ROOT),
    replaced("no new privileges", "import ctypes; ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)",
             "'NoNewPrivs:\\t1' in open('/proc/self/status').read()", "NoNewPrivs", skip=not LINUX),
    replaced("locked memory", "import ctypes, mmap; global held; held = mmap.mmap(-1, 4096)\n"
             "    ctypes.CDLL(None).mlock(ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(held))), 4096)",
             "[l for l in open('/proc/self/status') if l.startswith('VmLck')]", "VmLck", skip=not LINUX),
    # --- descriptors
    put_back("descriptor 1 in a file", "import tempfile; os.dup2(os.open(tempfile.gettempdir(), os.O_RDONLY), 1)",
             "os.path.isdir('/dev/fd/1')"),
    put_back("descriptor 2 closed", "os.close(2)", "os.isatty(2) or os.fstat(2).st_mode > 0"),
    put_back("descriptor 0 in a pipe", "os.dup2(os.pipe()[0], 0)", "os.path.samefile('/dev/fd/0', os.devnull)"),
    replaced("many descriptors left open", "[os.dup(0) for _ in range(80)]",
             "len(os.listdir('/dev/fd')) > 80", "descriptors were left open"),
    Case("a connection that is kept", "global kept; kept = socket.socketpair()", "1", ""),
    # --- the standard streams
    put_back("sys.stdout", "import io; sys.stdout = io.StringIO()", "str(type(sys.stdout))"),
    put_back("no sys.stdout", "sys.stdout = None", "str(type(sys.stdout))"),
    put_back("sys.stderr", "sys.stderr = open(os.devnull, 'w')", "str(sys.stderr.name)"),
    put_back("descriptor 0 closed", "os.close(0)", "os.path.samefile('/dev/fd/0', os.devnull)"),
    put_back("sys.stdin", "import io; sys.stdin = io.StringIO('x')", "str(type(sys.stdin))"),
    put_back("the encoding of sys.stdout", "sys.stdout.reconfigure(encoding='ascii', errors='ignore')",
             "[sys.stdout.encoding, sys.stdout.errors]"),
    put_back("a closed sys.stdout", "sys.stdout.close()", "sys.stdout.closed"),
    # --- imports
    put_back("sys.path", "sys.path.insert(0, '/leak')", "sys.path"),
    put_back("another sys.path", "sys.path = ['/leak', *sys.path]", "sys.path"),
    put_back("sys.argv", "sys.argv = ['leak']", "sys.argv"),
    put_back("an item of sys.argv", "sys.argv.append('leak')", "sys.argv"),
    put_back("sys.meta_path", f"sys.meta_path.insert(0, {_FAKE})", "len(sys.meta_path)"),
    put_back("sys.path_hooks", "sys.path_hooks.clear()", "len(sys.path_hooks)"),
    put_back("a module that no import made", "sys.modules['no_such_module'] = sys",
             "'no_such_module' in sys.modules"),
    put_back("a made-up module", "import types; sys.modules['fake'] = types.ModuleType('fake')",
             "'fake' in sys.modules"),
    put_back("a replaced module", f"sys.modules['json'] = {_FAKE}", "str(sys.modules['json'])"),
    put_back("a module that is gone", "del sys.modules['json']", "'json' in sys.modules"),
    put_back("a module found by an entry of sys.path that is gone",
             "import tempfile; p = tempfile.mkdtemp(); open(p + '/only_there.py', 'w').close()\n"
             "    sys.path.insert(0, p); import only_there", "'only_there' in sys.modules"),
    # --- hooks
    put_back("sys.excepthook", "sys.excepthook = print", "sys.excepthook"),
    put_back("sys.displayhook", "sys.displayhook = print", "sys.displayhook"),
    put_back("sys.unraisablehook", "sys.unraisablehook = print", "sys.unraisablehook"),
    put_back("threading.excepthook", "threading.excepthook = print", "threading.excepthook"),
    put_back("sys.settrace", "sys.settrace(lambda *_: None)", "sys.gettrace()"),
    put_back("sys.setprofile", "sys.setprofile(lambda *_: None)", "sys.getprofile()"),
    put_back("threading.settrace", "threading.settrace(print)", "threading.gettrace()"),
    put_back("threading.setprofile", "threading.setprofile(print)", "threading.getprofile()"),
    put_back("the hooks of generators", "sys.set_asyncgen_hooks(print, print)",
             "list(sys.get_asyncgen_hooks())"),
    put_back("the certificates of https", "import ssl; ssl._create_default_https_context = ssl._create_unverified_context",
             "__import__('ssl')._create_default_https_context"),
    put_back("faulthandler", "import faulthandler; faulthandler.enable(open(os.devnull))",
             "__import__('faulthandler').is_enabled()"),
    put_back("tracemalloc", "import tracemalloc; tracemalloc.start()",
             "__import__('tracemalloc').is_tracing()"),
    # --- the interpreter
    put_back("the filters of warnings", "warnings.simplefilter('error')", "warnings.filters"),
    put_back("another list of filters", "warnings.filters = []", "warnings.filters"),
    put_back("warnings.showwarning", "warnings.showwarning = print", "warnings.showwarning"),
    put_back("the recursion limit", "sys.setrecursionlimit(77777)", "sys.getrecursionlimit()"),
    put_back("the switch interval", "sys.setswitchinterval(0.5)", "sys.getswitchinterval()"),
    put_back("the limit of digits", "sys.set_int_max_str_digits(0)", "sys.get_int_max_str_digits()"),
    put_back("the stack size of threads", "threading.stack_size(1 << 20)", "threading.stack_size()"),
    put_back("gc.disable", "gc.disable()", "gc.isenabled()"),
    put_back("gc.set_threshold", "gc.set_threshold(7)", "gc.get_threshold()"),
    put_back("gc.set_debug", "gc.set_debug(gc.DEBUG_UNCOLLECTABLE)", "gc.get_debug()"),
    put_back("gc.callbacks", "gc.callbacks.append(lambda *_: None)", "len(gc.callbacks)"),
    put_back("the decimal context", "decimal.getcontext().prec = 5", "decimal.Decimal(1) / 3"),
    put_back("another decimal context", "decimal.setcontext(decimal.Context(prec=5))",
             "decimal.Decimal(1) / 3"),
    put_back("the signals of decimal", "decimal.getcontext().traps[decimal.Inexact] = True",
             "decimal.Decimal(1) / 3"),
    put_back("the template of decimal contexts", "decimal.DefaultContext.prec = 5",
             "decimal.Context().prec"),
    put_back("the timeout of sockets", "socket.setdefaulttimeout(7)", "socket.getdefaulttimeout()"),
    put_back("a context variable", "import commons.variable as v; v.variable.set('leak')",
             "__import__('commons.variable', fromlist='x').variable.get()"),
    # --- logging
    put_back("the root's handlers", "logging.getLogger().handlers.clear()",
             "len(logging.getLogger().handlers)"),
    put_back("the root's level", "logging.getLogger().setLevel(logging.ERROR)",
             "logging.getLogger('x').isEnabledFor(logging.INFO)"),
    put_back("basicConfig by force", "logging.basicConfig(force=True, level=logging.ERROR)",
             "[logging.getLogger().level, str(type(logging.getLogger().handlers[0]))]"),
    put_back("the handler's level", "logging.getLogger().handlers[0].setLevel(50)",
             "logging.getLogger().handlers[0].level"),
    put_back("a filter", "logging.getLogger().addFilter(lambda _: False)",
             "len(logging.getLogger().filters)"),
    put_back("logging.disable", "logging.disable(logging.ERROR)", "logging.root.manager.disable"),
    put_back("a logger that is disabled", "logging.getLogger('jittask.task').disabled = True",
             "logging.getLogger('jittask.task').disabled"),
    put_back("a new logger's handler", "logging.getLogger('new').addHandler(logging.StreamHandler())",
             "len(logging.getLogger('new').handlers)"),
    put_back("a new logger's propagation", "logging.getLogger('new').propagate = False",
             "logging.getLogger('new').propagate"),
    put_back("the class of loggers", "logging.setLoggerClass(type('L', (logging.Logger,), {}))",
             "logging.getLoggerClass()"),
    put_back("captureWarnings", "logging.captureWarnings(True)", "warnings.showwarning"),
    # --- asyncio
    put_back("the policy", "asyncio.set_event_loop_policy(type('P', (asyncio.DefaultEventLoopPolicy,), {})())",
             "str(type(asyncio.get_event_loop_policy()))"),
    put_back("the current loop", "global held; held = asyncio.new_event_loop(); asyncio.set_event_loop(held)",
             "asyncio.get_event_loop_policy()._local._set_called"),
    put_back("the current loop's descriptors", "import commons.variable as v; v.loop = asyncio.new_event_loop(); asyncio.set_event_loop(v.loop)",
             "not getattr(__import__('commons.variable', fromlist='x'), 'loop', asyncio.Event).__dict__.get('_closed', True)"),
    put_back("asyncio.run", "asyncio.run(asyncio.sleep(0))", "asyncio.get_event_loop_policy()._local._set_called"),
    # --- what was replaced in the standard library
    put_back("a new builtin", "import builtins; builtins.leak = 1", "hasattr(__import__('builtins'), 'leak')"),
    put_back("sys.tracebacklimit", "sys.tracebacklimit = 0", "hasattr(sys, 'tracebacklimit')"),
    put_back("tempfile.tempdir", "import tempfile; tempfile.tempdir = '/leak'",
             "str(__import__('tempfile').tempdir)"),
    *(
        replaced(name, f"{name} = lambda *_, **__: 0", f"'<lambda>' in repr({name})", f"{name} had been replaced")
        for name in ("time.time", "time.sleep", "os.getcwd", "os.path.exists", "random.random",
                     "datetime.datetime", "socket.socket", "subprocess.run", "threading.Thread")
    ),
    replaced("json.dumps", "import json; was = json.dumps; json.dumps = lambda *a, **k: was(*a, **k)",
             "'<lambda>' in repr(__import__('json').dumps)", "json.dumps had been replaced"),
    replaced("builtins.open", "import builtins; builtins.open = print",
             "open is print", "builtins.open had been replaced"),
    replaced("builtins.__import__", "import builtins; was = builtins.__import__; builtins.__import__ = lambda *a, **k: was(*a, **k)",
             "'<lambda>' in repr(__import__)", "builtins.__import__ had been replaced"),
    replaced("a builtin that is gone", "import builtins; del builtins.sorted",
             "hasattr(__import__('builtins'), 'sorted')", "builtins.sorted had been replaced"),
    replaced("a method of a class", "import json; json.JSONEncoder.default = lambda *_: 0",
             "'<lambda>' in repr(__import__('json').JSONEncoder.default)", "json.encoder.JSONEncoder.default"),
]  # fmt: skip
