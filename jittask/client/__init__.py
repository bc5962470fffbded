"""``Client``: what the command line can do, for Python programs.

A web application, a test or a notebook asks a tree's records through it, and
asks the runtime that runs the tree, in this process or another, to act.
"""

from jittask.client.control import ControlCalls
from jittask.client.records import RecordCalls
from jittask.client.schedule import ScheduleCalls

__all__ = ["Client"]


class Client(ControlCalls, RecordCalls, ScheduleCalls):
    """One tree, and its run store; a context manager.

    Safe to use from several threads. The run store stays open until ``close``.
    Each call that is about tasks sees files that have been edited meanwhile.
    Nothing of the tree's code is imported.

    A task is named as on the command line; ``tasks.`` may be left out. A row is
    named by the value of its key column (a number, a text, a UUID, …), by the
    values of several, or by the text that ``records`` shows. Instants that are
    returned are aware, in UTC. A naive instant that is given is wall-clock time
    in the app's zone. All times in seconds may be fractions.

    Every method raises ``Unavailable`` where the run store or a database does
    not answer, and ``OperationError`` where it cannot be used; see
    ``jittask.errors``. Methods that only read raise ``NoRecords`` before
    anything has run.
    """
