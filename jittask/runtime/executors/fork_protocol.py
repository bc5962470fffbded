"""What the runtime and its fork server say to each other.

FORK comes with a socket for the new worker process, and KILL names a worker
process by its number. The fork server answers FORKED with the process id and,
on Linux, a descriptor of the process (pidfd). It answers ENDED with how the
process ended, an exit code or minus the signal's number, once all that the
process left behind has ended too; the text behind the frame names that.
"""

from __future__ import annotations

import struct

FRAME = struct.Struct("!cqqI")
"""The kind, the worker's number, a process id or an exit code, and the length of a text."""
FORK, KILL, FORKED, ENDED = b"F", b"K", b"P", b"E"
LEASE_OVER = 75
"""The exit code of a worker process that ended because its lease was not extended."""
CHANNEL_LOST = 76
"""The exit code of a worker process whose body closed its channel, or read from it."""
