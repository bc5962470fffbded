"""The command line: one file a command; each translates, calls, and shows (rules V1-V8)."""
