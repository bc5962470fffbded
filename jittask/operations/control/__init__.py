"""What steers running runtimes: run a task now, run it again, end a run, pause a task."""
