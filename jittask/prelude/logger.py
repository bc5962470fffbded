"""The logger of element code; its lines are kept with the run (rule U5)."""

import logging

log = logging.getLogger("jittask.task")
