"""The table of bodies that misbehave, a file for each kind."""

from tests.hostile.bodies import (
    children,
    descriptors,
    endings,
    forks,
    output,
    outside,
    resources,
    state,
    threads,
)

CASES = [
    case
    for kind in (children, forks, endings, descriptors, output, threads, resources, state, outside)
    for case in kind.CASES
]
