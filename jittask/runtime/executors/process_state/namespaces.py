"""The names of the standard library's modules and classes that bodies may have replaced.

The names that are known to be replaced, by tests' and patching libraries, are
compared after each body. Where one differs, or a name has been added, all of
that module or class is bound again to what it was. Where a function or a class
had been replaced, the process runs no other body even so: who replaces
``time.time`` usually does it in many modules, and most of them are not watched.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

_EVERY = ""
"""Every public function and class, but for exceptions."""
_WATCHED = {
    "builtins": _EVERY,
    "time": _EVERY,
    "datetime": _EVERY,
    "json": _EVERY,
    "json.encoder:JSONEncoder": "default encode iterencode __init__",
    "json.decoder:JSONDecoder": "decode raw_decode __init__",
    "random": _EVERY,
    "uuid": "uuid1 uuid3 uuid4 uuid5 getnode UUID",
    "secrets": _EVERY,
    "decimal": "Decimal Context getcontext setcontext localcontext",
    "pickle": "dump dumps load loads Pickler Unpickler",
    "copy": "copy deepcopy",
    "re": "compile match search fullmatch sub split findall",
    "zoneinfo": "ZoneInfo TZPATH",
    "sys": "modules path meta_path path_hooks argv exit platform executable maxsize"
    " excepthook displayhook unraisablehook breakpointhook dont_write_bytecode pycache_prefix"
    " __stdin__ __stdout__ __stderr__ __excepthook__ getsizeof",
    "os": "environ environb getenv getcwd chdir listdir scandir walk stat lstat access open close"
    " read write fdopen remove unlink rename replace mkdir makedirs rmdir link symlink chmod chown"
    " getpid getppid getuid geteuid kill fork system popen execv _exit urandom cpu_count uname"
    " umask path name sep linesep",
    "os.path": "exists isfile isdir islink join abspath realpath expanduser expandvars getmtime"
    " getsize basename dirname",
    "io": "open StringIO BytesIO TextIOWrapper",
    "pathlib": "Path PurePath PosixPath",
    "pathlib:Path": "open exists is_file is_dir read_text read_bytes write_text write_bytes unlink"
    " mkdir stat iterdir glob cwd home",
    "shutil": "copy copy2 copyfile copytree move rmtree which disk_usage",
    "tempfile": "tempdir mkdtemp mkstemp gettempdir NamedTemporaryFile TemporaryDirectory",
    "threading": "Thread Timer Lock RLock Event Condition local get_ident current_thread"
    " excepthook _trace_hook _profile_hook _start_new_thread",
    "threading:Thread": "__init__ start run join",
    "subprocess": "Popen run call check_call check_output",
    "subprocess:Popen": "__init__ communicate wait poll",
    "signal": "signal alarm setitimer",
    "socket": "socket create_connection getaddrinfo gethostbyname gethostname getfqdn socketpair"
    " setdefaulttimeout",
    "socket:socket": "__init__ accept makefile close",
    "ssl": "_create_default_https_context create_default_context SSLContext SSLSocket",
    "urllib.request": "_opener urlopen build_opener Request getproxies",
    "http.client": "HTTPConnection HTTPSConnection",
    "http.client:HTTPConnection": "connect request getresponse send debuglevel",
    "smtplib": "SMTP SMTP_SSL",
    "logging": "root Logger Handler Formatter getLogger basicConfig disable captureWarnings"
    " _loggerClass _logRecordFactory _warnings_showwarning lastResort raiseExceptions"
    " debug info warning error exception critical log",
    "logging:Logger": "_log handle makeRecord callHandlers isEnabledFor info warning error",
    "warnings": "warn warn_explicit showwarning formatwarning _showwarnmsg_impl simplefilter"
    " filterwarnings",
    "locale": "setlocale localeconv getlocale",
    "asyncio": "run sleep gather wait_for create_task get_event_loop new_event_loop Runner",
    "asyncio.events": "_event_loop_policy get_event_loop new_event_loop get_running_loop",
    "asyncio.runners": "run Runner",
}
"""The names that are compared, of a module or of a class in it (``module:Class``)."""
_HOOKS = frozenset({
    "sys.breakpointhook", "sys.displayhook", "sys.excepthook", "sys.unraisablehook",
    "threading.excepthook",
    "warnings.formatwarning", "warnings.showwarning", "warnings._showwarnmsg_impl",
    "logging._logRecordFactory", "logging._loggerClass", "logging.lastResort",
    "ssl._create_default_https_context",
})  # fmt: skip
"""Functions and classes that programs are meant to replace: to put them back is enough."""
_OF_OTHER_ASPECTS = {
    "sys": ("stdin", "stdout", "stderr", "last_type", "last_value", "last_traceback", "last_exc"),
    "time": ("tzname", "timezone", "altzone", "daylight"),
}
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Namespace:
    """A module or a class as it was."""

    name: str
    owner: Any
    names: Mapping[str, Any]
    """Its names as they are now."""
    copy: dict[str, Any]
    size: int
    watch: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    watched: tuple[Any, ...]


class Namespaces:
    """The watched modules and classes that are loaded."""

    name = "the standard library"

    def take(self) -> list[_Namespace]:
        """Return each as it is."""
        return list(_loaded())

    def differs(self, before: list[_Namespace]) -> bool:
        """Whether a watched name means something else, or the number of names has changed."""
        try:
            for space in before:  # no call for each: this is half of what a restore costs
                if len(space.names) != space.size or space.watch(space.names) != space.watched:
                    return True
        except KeyError:  # a name is gone
            return True
        return False

    def put_back(self, before: list[_Namespace]) -> str | None:
        """Bind the names again; name the functions and classes that had been replaced."""
        replaced: list[str] = []
        for space in before:
            if space.names != space.copy:
                replaced += _bind_again(space)
        return f"{', '.join(sorted(replaced))} had been replaced" if replaced else None


def _loaded() -> Iterator[_Namespace]:
    for place, listed in _WATCHED.items():
        name, _, attribute = place.partition(":")
        owner: Any = sys.modules.get(name)
        if owner is None:
            continue
        if attribute:
            owner = getattr(owner, attribute)
        names = vars(owner)
        copy = dict(names)
        found = [key for key in listed.split() if key in copy] if listed else _every(copy)
        watch = itemgetter("__doc__", *found)  # a tuple, however few there are
        yield _Namespace(place.replace(":", "."), owner, names, copy, len(copy), watch, watch(copy))


def _every(names: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, value in names.items()
        if callable(value)
        and (name == "__import__" or not name.startswith("_"))
        and not (isinstance(value, type) and issubclass(value, BaseException))
    ]


def _bind_again(space: _Namespace) -> list[str]:
    """Bind what differs; return the names of functions and classes among it."""
    elsewhere = _OF_OTHER_ASPECTS.get(space.name, ())
    for added in [key for key in space.names if key not in space.copy and key not in elsewhere]:
        delattr(space.owner, added)
    replaced: list[str] = []
    for key, value in space.copy.items():
        if key in elsewhere or space.names.get(key, _ABSENT) is value:
            continue
        setattr(space.owner, key, value)
        full_name = f"{space.name}.{key}"
        if callable(value) and full_name not in _HOOKS:
            replaced.append(full_name)
    return replaced
