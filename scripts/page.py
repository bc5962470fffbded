"""Builds the console's page if it is stale; with arguments, runs npm for it: run check."""

import subprocess
import sys
from pathlib import Path

import hatch_build

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    if hatch_build.is_skipped():
        sys.stderr.write(f"the console's page is left as it is: {hatch_build.SKIP} is set\n")
        return 0
    try:
        if not arguments:
            hatch_build.build(ROOT)
            return 0
        npm = hatch_build.installed(ROOT)
    except hatch_build.Failure as failure:
        sys.stderr.write(f"the console's page: {failure}\n")
        return 1
    command = [*npm.command, *arguments]
    return subprocess.run(command, cwd=ROOT / "web", env=npm.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
