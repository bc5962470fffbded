"""The exit codes of every command, and the environment variables that they read (rule V1)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    PROBLEMS = 1
    WRONG_USE = 2
    OUR_FAILURE = 3
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.DONE: "Done; for `validate`, no error was found (warnings are allowed).",
    ExitCode.PROBLEMS: "Problems were found; something does not exist or cannot be done; or a "
    "run that was waited for did not end as it should, or not within `--timeout`.",
    ExitCode.WRONG_USE: "The command was not used as its help says.",
    ExitCode.OUR_FAILURE: "JitTask itself failed, or its output could not be written.",
    ExitCode.INTERRUPTED: "Ctrl-C ended it. What runs until Ctrl-C (`run`, `--watch`) ends with 0.",
}

COMPLETE_VARIABLE = "_JITTASK_COMPLETE"

VARIABLES = {
    "JITTASK_TREE": "The tree, where neither TREE nor `--tree` names one.",
    "JITTASK_STATE_DIR": "The folder of the run store, locks and caches of one tree, instead of "
    "`.jittask` in the tree, which then may be read only; `--state-dir` wins.",
    "JITTASK_METRICS_PORT": "The port on which `run` serves metrics; `--metrics-port` wins.",
    "JITTASK_METRICS_HOST": "The address on which it does; `--metrics-host` wins.",
    "JITTASK_CONSOLE": "`run` starts the console, too (1), or never (0); `--console` and "
    "`--no-console` win.",
    "JITTASK_CONSOLE_HOST": "`--host` of `console`, also of the one that `run` starts.",
    "JITTASK_CONSOLE_PORT": "Its `--port`.",
    "JITTASK_CONSOLE_ALLOW_HOST": "Its `--allow-host`; several names with spaces between them.",
    "JITTASK_CONSOLE_TLS_CERT": "Its `--tls-cert`.",
    "JITTASK_CONSOLE_TLS_KEY": "Its `--tls-key`.",
    "JITTASK_CONSOLE_BEHIND_PROXY": "Its `--behind-proxy` (1).",
    "JITTASK_CONSOLE_READ_ONLY": "Its `--read-only` (1).",
    "JITTASK_CONSOLE_TOKEN_FILE": "Its `--token-file`.",
    "JITTASK_NOW": "The time of `next`, `plan`, `explain`, `simulate` and `new`: an ISO 8601 "
    "instant with an offset, such as `2026-01-05T09:00:00+08:00`.",
    "JITTASK_LANG": "The language of explanations: `en` or `zh`; else that of `LC_ALL`, "
    "`LC_MESSAGES` or `LANG`.",
    "JITTASK_DEBUG": "Set to anything: a failure of JitTask itself shows its traceback.",
    "NO_COLOR": "Set to anything: no colour.",
    "FORCE_COLOR": "Set to anything: colour also where the output is no terminal; `NO_COLOR` wins.",
    "TZ": "The zone that `init` writes into `app.json`, where `--timezone` names none.",
    "WATCHFILES_FORCE_POLLING": "Set to anything: `run` looks for changed files in intervals, "
    "for drives that report no changes.",
    COMPLETE_VARIABLE: "Set by a shell that asks for completions; see `completion`.",
}
