"""The compiler's pipeline: explicit steps in order (rules H1, H2, V2)."""

from __future__ import annotations

from pathlib import Path

from jittask.compiler.compiled import Compilation, Imported
from jittask.compiler.compiling import Compiling
from jittask.compiler.files import MANIFEST, Files
from jittask.compiler.import_stream import ImportStream
from jittask.compiler.look import NOTHING_KNOWN
from jittask.compiler.probe import Probe
from jittask.compiler.task_cache import TaskCache


def compile_tree(
    root: str | Path,
    *,
    imports: bool = False,
    previous: Compilation | None = None,
    keep: bool = False,
) -> Compilation:
    """Compile a tree; every mistake found is a diagnostic, and the rest loads.

    With ``imports``, the functions are also checked on the real objects, in a
    separate process (U2). ``previous`` is the compilation before: tasks that
    did not change keep their very objects, and are not read again. With
    ``keep``, a first compilation with imports takes what an earlier process has
    kept in ``.jittask/cache``, and keeps what it has found.
    """
    root = Path(root).resolve()
    if keep and (root / MANIFEST).is_file():
        with Probe(wanted=True) as probe, TaskCache(root) as cache:
            files = Files(root, cache.known)
            compilation = compile_all(Compiling(files, cache=cache), probe)
            cache.write(files, compilation.app.tasks)
            return compilation
    known = previous.reusable.known if previous is not None else NOTHING_KNOWN
    with Probe(wanted=imports) as probe:
        return compile_files(Files(root, known), probe, previous)


def compile_files(
    files: Files,
    probe: Probe | None = None,
    previous: Compilation | None = None,
) -> Compilation:
    """Compile what one look has found; with a probe, the functions are imported too."""
    return compile_all(Compiling(files, previous), probe)


def compile_all(compiling: Compiling, probe: Probe | None = None) -> Compilation:
    """Take every step of a compilation."""
    compiling.settle()
    imported = Imported()
    if probe is None or not probe.is_enabled:
        compiling.compile_tasks()
    else:
        with ImportStream(probe, compiling.files.root, compiling.contents) as stream:
            compiling.compile_tasks(compiled=stream.add)
            found = stream.finish(compiling.tasks, compiling.imported_before())
        imported = compiling.add_imported(found)
    return compiling.outcome(imported)
