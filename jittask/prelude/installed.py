"""The app that this process has installed, and ``app`` as ``jittask`` exports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from jittask.prelude.app import App

_app: App | None = None


def put(new: App | None) -> None:
    """Make ``new`` the app of this process."""
    global _app  # noqa: PLW0603 - a process has one app, as it has one sys.modules
    _app = new


def installed() -> App:
    """Return the app of this process. Raises RuntimeError where there is none."""
    if _app is None:
        raise RuntimeError("app: no app is installed here; element code runs in jittask's workers")
    return _app


class _InstalledApp:
    """Stands for the app, so that ``from jittask import app`` works before there is one."""

    __slots__ = ()

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(installed(), name)

    def __repr__(self) -> str:
        return "<app>" if _app is None else repr(_app)


app = cast("App", _InstalledApp())
