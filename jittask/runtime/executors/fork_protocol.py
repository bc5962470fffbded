"""What the runtime and its fork server say to each other, in frames of one size.

FORK comes with a socket for the new worker process, and KILL names a worker
process by its number. The fork server answers FORKED with the process id, and
ENDED with how the process ended: an exit code, or minus the signal's number.
"""

from __future__ import annotations

import struct

FRAME = struct.Struct("!cqq")
"""The kind of the message, the worker's number, and a process id or an exit code."""
FORK, KILL, FORKED, ENDED = b"F", b"K", b"P", b"E"
LEASE_OVER = 75
"""The exit code of a worker process that ended because its lease was not extended."""
