"""Every metric of JitTask's own: one table, of which the documentation and the tests are made.

Names follow Prometheus' conventions. The number of series is bounded: labels are statuses, kinds,
states and codes; only the ``jittask_task_…`` metrics have a task, of at most ``MOST_TASKS`` tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of a metric it is, in Prometheus' words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Origin(StrEnum):
    """Where the number comes from, which says who exposes it."""

    STORE = "store"
    """From the run store at the time of the scrape: every console and runtime exposes the same."""
    PROCESS = "process"
    """Counted by one runtime since its start: only the runtime itself exposes it."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as it is exposed."""

    name: str
    """A counter's without ``_total``, which its samples have."""
    kind: Kind
    origin: Origin
    help: str
    labels: tuple[str, ...] = ()

    @property
    def samples(self) -> tuple[str, ...]:
        """The names that a query can use."""
        match self.kind:
            case Kind.COUNTER:
                return (f"{self.name}_total",)
            case Kind.HISTOGRAM:
                return tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
            case Kind.GAUGE:
                return (self.name,)


def _stored(name: str, help_text: str, *labels: str) -> Metric:
    return Metric(f"jittask_{name}", Kind.GAUGE, Origin.STORE, help_text, labels)


def _counted(name: str, kind: Kind, help_text: str, *labels: str) -> Metric:
    return Metric(f"jittask_{name}", kind, Origin.PROCESS, help_text, labels)


BUILD = Metric("jittask_build_info", Kind.GAUGE, Origin.STORE, "1; the labels say which JitTask.",
               ("version",))  # fmt: skip

WELL = _stored("well", "1 where `jittask status` exits 0: a runtime lives and nothing is wrong.")
PROBLEMS = _stored("problems", "What is wrong, as `jittask status` lists it.", "code")
STORE_UP = _stored("store_up", "1 where the run store has answered.")
STORE_READ = _stored("store_read_seconds", "How long the run store took for these figures.")
RUNTIMES = _stored("runtimes_alive", "Runtimes that are alive.")
PENDING = _stored("pending_runs", "Runs that wait for their time, due and overdue ones too.")
DUE = _stored("due_runs", "Pending runs whose time has come, overdue ones too.")
OVERDUE = _stored("overdue_runs", "Pending runs that are more than 60 s late (R1).")
EXECUTING = _stored("executing_runs", "Runs that execute, on all runtimes.")
ELEMENTS = _stored("elements", "Elements, by state.", "state")
BLOCKED = _stored("blocked_tasks", "Tasks that something outside their files keeps from running.")
PAUSED = _stored("paused_tasks", "Tasks that are paused.")
FAILING = _stored("failing_tasks", "Tasks that have failed for good since they completed last.")
LAST_SCAN = _stored("last_scan_timestamp_seconds", "When the planner last looked for due rows.")
LAST_RELOAD = _stored("last_reload_timestamp_seconds", "When files were last reloaded.")
RELOAD_OK = _stored("last_reload_success", "1 where the last reload left no broken element (H1).")
TASK_COMPLETED = _stored(
    "task_last_completed_timestamp_seconds",
    "When the newest completed run of the task has ended.",
    "task",
)
TASK_FAILED = _stored("task_last_failed_timestamp_seconds",
                      "When the newest run of the task that failed for good has ended.",
                      "task")  # fmt: skip

RUNS = _counted("runs", Kind.COUNTER, "Runs that have ended here.", "status", "kind")
RETRIES = _counted("retries", Kind.COUNTER, "Attempts that another attempt follows.", "kind")
DURATION = _counted("run_duration_seconds", Kind.HISTOGRAM, "How long bodies ran.", "kind")
LATENESS = _counted("run_lateness_seconds", Kind.HISTOGRAM,
                    "From the expected start to that of the first attempt; of scheduled runs.",
                    "kind")  # fmt: skip
WORKERS = _counted("workers", Kind.GAUGE, "How many bodies may run here at once.")
BUSY = _counted("workers_busy", Kind.GAUGE, "How many of them are busy.")
RELOADS = _counted("reloads", Kind.COUNTER, "Reloads that changed something.")
RELOAD_SECONDS = _counted("reload_duration_seconds", Kind.HISTOGRAM,
                          "From a seen change to the new version in effect.")  # fmt: skip
TROUBLES = _counted("troubles", Kind.COUNTER, "Events `trouble`, by their code.", "code")
NOTIFICATIONS = _counted(
    "notifications", Kind.COUNTER, "Messages to people, sent and failed tries.", "result"
)
UNDELIVERED = _stored(
    "undelivered_notifications", "Targets of notifications that cannot be reached."
)

CATALOG: tuple[Metric, ...] = (
    BUILD, WELL, PROBLEMS, STORE_UP, STORE_READ, RUNTIMES, PENDING, DUE, OVERDUE, EXECUTING,
    ELEMENTS, BLOCKED, PAUSED, FAILING, LAST_SCAN, LAST_RELOAD, RELOAD_OK, TASK_COMPLETED,
    TASK_FAILED, RUNS, RETRIES, DURATION, LATENESS, WORKERS, BUSY, RELOADS, RELOAD_SECONDS,
    TROUBLES, NOTIFICATIONS, UNDELIVERED,
)  # fmt: skip
