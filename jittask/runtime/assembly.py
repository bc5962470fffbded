"""Opens everything that a runtime needs, in order, and puts the parts together."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jittask.clock import Clock
from jittask.compiler.incremental import TreeCompiler
from jittask.data.app_data import AppData
from jittask.runtime import startup
from jittask.runtime.bundle_retry import BundleRetry
from jittask.runtime.bundles import Bundles
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.current import Current, Loaded
from jittask.runtime.element_states import ElementStates
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.protocol import Executor
from jittask.runtime.idle_connections import IdleConnections
from jittask.runtime.model_changes import ModelChanges
from jittask.runtime.model_tables import ModelTables
from jittask.runtime.outage import Outage
from jittask.runtime.participation import Participation, end_orphans, enter, new_identity
from jittask.runtime.prefetch import Prefetch
from jittask.runtime.readiness import ready
from jittask.runtime.reload import Reloader, broken_elements
from jittask.runtime.scan_threads import ScanThreads
from jittask.runtime.signals import Signals
from jittask.runtime.step_boundary import StepBoundary
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.runtime.tracing.environment import tracing_of_environment
from jittask.runtime.upkeep import Upkeep
from jittask.runtime.watch import Watch
from jittask.store import LeadershipLost, Store, StoreError

_FIRST_SCAN_PATIENCE = 10.0  # seconds that a start waits for databases


@dataclass(frozen=True, slots=True)
class Parts:
    """What one start has opened, for the duties to use."""

    clock: Clock
    signals: Signals
    emit: Callable[[Event], None]
    opened: ExitStack
    """Closes all of it, in the reverse order."""
    watch: Watch | None
    """None where nothing reloads by itself."""
    compiler: TreeCompiler
    store: Store
    executor: Executor
    current: Current
    participation: Participation
    claim_loop: ClaimLoop
    prefetch: Prefetch
    states: ElementStates
    reloader: Reloader
    upkeep: Upkeep
    idle_connections: IdleConnections
    outage: Outage
    boundary: TaskBoundary
    bundle_retry: BundleRetry
    steps: StepBoundary
    """For the steps of the work that are no task's."""
    scan_threads: ScanThreads
    model_changes: ModelChanges

    @property
    def drain_seconds(self) -> float:
        """How long a stop lets bodies run, as the settings have it now (R7)."""
        return self.current.snapshot.app.settings.runtime.drain_seconds

    def extend_lease(self) -> None:
        """Let bodies run as long as the last beat allows (R4)."""
        until = self.participation.membership.until
        if until is not None:
            self.executor.extend_lease(until - self.clock.monotonic())

    def scan_rows(
        self, now: datetime, patience: float, changed: Collection[str] | None = None
    ) -> bool:
        """Look for due rows once; a database that does not answer is not waited for.

        With ``changed``, only for the tasks of these models. Returns whether to
        look again soon. Raises LeadershipLost, and StoreUnavailable.
        """
        loaded = self.current.loaded
        row_scan = self.participation.leader_duties.row_scan
        try:
            is_left = self.scan_threads.scan(row_scan, loaded, now, patience, changed)
        finally:
            if loaded.data is not self.current.loaded.data:
                loaded.data.close()  # a reload has closed it before the scan opened more of it
        if changed is None:
            self.store.note(self.participation.identity, scanned=now)
        return is_left

    def write_blocked(self, now: datetime) -> None:
        """Write what is blocked, and what is not any more. Raises StoreUnavailable."""
        if not self.participation.leads:
            self.boundary.drop_leading()
        self.boundary.keep_only(self.current.snapshot.tasks, now)
        self.boundary.write(self.store)


def assemble(
    root: Path, clock: Clock, signals: Signals, emit: Callable[[Event], None], *, watched: bool
) -> Parts:
    """Compile, open the store, end what a killed runtime left, and make the first plans.

    Raises RuntimeFailure; then nothing stays open.
    """
    opened = ExitStack()
    try:
        parts = _open(root, clock, signals, emit, opened, watched=watched)
        _plan_first(parts)
    except StoreError as error:
        opened.close()
        raise RuntimeFailure(str(error), error.hint) from error
    except BaseException:
        opened.close()
        raise
    return parts


def _open(
    root: Path,
    clock: Clock,
    signals: Signals,
    emit: Callable[[Event], None],
    opened: ExitStack,
    *,
    watched: bool,
) -> Parts:
    def report(text: str) -> None:
        emit(Trouble(clock.now(), "watch-failed", text))

    tracing = tracing_of_environment(lambda text: emit(Trouble(clock.now(), "no-traces", text)))
    opened.callback(tracing.close)
    emit = tracing.watching(emit)
    watch = (
        opened.enter_context(Watch(root, report, clock)) if watched else None
    )  # sees all from here on
    compiler = TreeCompiler(root, imports=True, keep=True)
    opened.callback(compiler.close)
    compilation = compiler.compilation
    startup.refuse_broken_app(compilation)
    startup.refuse_unset_environment(compilation)
    settings = compilation.app.settings
    store = opened.enter_context(startup.open_store(settings, root))
    identity = new_identity()
    opened.enter_context(startup.take_lock(store, identity))
    startup.end_leftovers(store.bodies_lock(), clock, emit)
    startup.wait_for_leftovers(store.bodies_lock(), clock, startup.LEFTOVER_PATIENCE)
    now = clock.now()
    enter(store, identity, now, settings.runtime)
    store.retire(identity, now)
    bundles = Bundles(
        startup.state_folder(root),
        lambda text: emit(Trouble(clock.now(), Fault.BUNDLE.value, text)),
    )
    opened.enter_context(bundles.in_use())
    known = store.elements()
    boundary = TaskBoundary(emit, settings.runtime.scan_seconds)
    snapshot, compilation = startup.first(compiler, known, bundles, boundary, now)
    # now, while no reload can lay out others
    versions = frozenset(running.task.version for running in snapshot.tasks.values())
    bundles.forget_unused(versions, store.recorded_versions)
    end_orphans(store, snapshot, now, emit, boundary)
    data = AppData(snapshot.app.databases, root)
    current = Current(Loaded(snapshot, compilation, data), signals.wake)
    opened.callback(current.close)
    participation = Participation(store, clock, identity, settings.runtime, emit, boundary, tracing)
    outage = Outage(clock, emit)
    opened.callback(_leave, participation, store, clock, outage)
    executor, queues = startup.open_executor(compilation, store, bundles, root, clock, emit)
    opened.callback(executor.close)
    signals.connect(executor.wake)
    opened.callback(signals.disconnect)
    states = ElementStates(
        store, clock, lambda: participation.identity, lambda: current.snapshot, known
    )
    reloader = Reloader(compiler, current, bundles, states, clock, emit, boundary)
    opened.callback(reloader.close)
    tables = ModelTables(emit, boundary)
    model_changes = ModelChanges(store, signals)
    scan_threads = ScanThreads(clock, signals, boundary, tables, emit)
    opened.callback(scan_threads.close)
    return Parts(
        clock=clock,
        signals=signals,
        emit=emit,
        opened=opened,
        watch=watch,
        compiler=compiler,
        store=store,
        executor=executor,
        current=current,
        participation=participation,
        claim_loop=ClaimLoop(
            store, executor, clock, identity, emit, boundary, model_changes.add, queues, tracing
        ),
        prefetch=Prefetch(store, executor, clock),
        states=states,
        reloader=reloader,
        upkeep=Upkeep(store, emit),
        idle_connections=IdleConnections(),
        outage=outage,
        boundary=boundary,
        bundle_retry=BundleRetry(bundles, root, boundary),
        steps=StepBoundary(emit),
        scan_threads=scan_threads,
        model_changes=model_changes,
    )


def _leave(participation: Participation, store: Store, clock: Clock, outage: Outage) -> None:
    """Note the end of the runtime: from then on others may take its runs over (R4).

    To be called when nothing of it executes any more, and while the store is open.
    """
    with outage.tolerated():
        store.note(participation.identity, stopped=clock.now())


def _plan_first(parts: Parts) -> None:
    """Plan all of the past before anything is claimed, so that misfires are decided whole."""
    now, loaded = parts.clock.now(), parts.current.loaded
    parts.states.write()
    participation = parts.participation
    participation.step(now)
    parts.extend_lease()
    if participation.leads:
        try:
            participation.leader_duties.plan(loaded.snapshot, now)
            _scan_first(parts, now)
        except LeadershipLost:  # these first plans took longer than a heartbeat
            participation.membership.lost_the_lead()
    parts.write_blocked(now)
    now = parts.clock.now()
    parts.emit(ready(loaded.snapshot, parts.store, now, parts.boundary.entries()))
    for event in broken_elements(loaded.snapshot, now):
        parts.emit(event)


def _scan_first(parts: Parts, now: datetime) -> None:
    """Look for due rows until no sweep is left, or a start has waited for long enough."""
    end = parts.clock.monotonic() + _FIRST_SCAN_PATIENCE
    while parts.scan_rows(now, _FIRST_SCAN_PATIENCE) and parts.clock.monotonic() < end:
        now = parts.clock.now()
