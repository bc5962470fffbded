"""``python -m jittask`` is ``jittask``."""

from jittask.cli.main import main

main()
