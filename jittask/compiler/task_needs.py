"""The elements that a task's ``e.json`` names, whether or not they exist (rules F3, F5, R2)."""

from __future__ import annotations

from jittask.compiler.reading import ElementFiles, Reading


def needs_of_task(element: ElementFiles, reading: Reading) -> tuple[str, ...]:
    """Return the services whose functions a task names, and its model."""
    data = element.source.data
    policy = data.get("policy")
    functions = [data.get("func"), data.get("taskFunc")]
    own = policy.get("onFailure") if isinstance(policy, dict) else None
    functions.append(own or reading.settings.app.policy.get("onFailure"))
    named = [name.rpartition(".")[0] for name in functions if isinstance(name, str)]
    model = data.get("modelPath")
    return (*named, model) if isinstance(model, str) else tuple(named)
