"""What the packs tell the command: the assets of their registers, the warnings in force. Installed once at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from anlan.kernel.response.activation import Asset
from anlan.kernel.response.grading import HazardWarning

Assets = Callable[[datetime], Iterable[Asset]]
Warnings = Callable[[datetime], Iterable[HazardWarning]]

_assets: list[Assets] = []
_warnings: list[Warnings] = []


def install(assets: Iterable[Assets], warnings: Iterable[Warnings]) -> None:
    _assets[:], _warnings[:] = list(assets), list(warnings)


def assets(at: datetime) -> list[Asset]:
    """Everything the registers know that a plan's card can ask for."""
    return [one for source in _assets for one in source(at)]


def warnings(at: datetime) -> list[HazardWarning]:
    """The warnings in force."""
    return [one for source in _warnings for one in source(at)]
