"""Simulates a scenario, and compares what it gives with what it expects (rule V9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.operations.simulate.compare import Mismatch, mismatches, nothing_fires
from jittask.operations.simulate.scenario import read_scenario
from jittask.operations.simulate.simulate import SILENT, Progress, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jittask.operations.simulate.result import Problem, Simulated, SimulatedRun
    from jittask.operations.simulate.scenario import Scenario
    from jittask.operations.simulate.scenario_file import ScenarioFile
    from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario, what it gave, and what of it was not expected."""

    scenario: Scenario
    simulated: Simulated
    mismatches: tuple[Mismatch, ...]

    @property
    def failed(self) -> Sequence[SimulatedRun]:
        """The runs that failed, and are not expected to."""
        expected = {
            (expectation.task, firing.at, firing.row or expectation.row)
            for expectation in self.scenario.expectations
            for firing in expectation.firings
            if firing.status == "failed"
        }
        return [run for run in self.simulated.failed if (run.task, run.at, run.row) not in expected]

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be simulated."""
        return self.simulated.problems

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not (self.mismatches or self.failed or self.problems)


def check_scenario(
    workspace: Workspace,
    file: ScenarioFile,
    *,
    run: bool | None = None,
    progress: Progress = SILENT,
) -> Checked:
    """Simulate a scenario; ``run`` replaces what it says of functions.

    Raises BadScenario, and what ``simulate`` raises.
    """
    scenario = read_scenario(file, workspace)
    runs = scenario.run if run is None else run
    found = simulate(workspace, scenario.period, scenario.given, run=runs, progress=progress)
    expectations = scenario.expectations
    if file.data.get("expect") == []:
        expectations = nothing_fires(found, file.place(("expect",)))
    return Checked(scenario, found, tuple(mismatches(expectations, found)))
