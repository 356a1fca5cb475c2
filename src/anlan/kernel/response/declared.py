"""What the packs tell the command: the assets of their registers, the warnings in force. Installed once at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from anlan.kernel.response.activation import Asset
from anlan.kernel.response.grading import HazardWarning
from anlan.kernel.response.types import IncidentRoom

Assets = Callable[[datetime], Iterable[Asset]]
Warnings = Callable[[datetime], Iterable[HazardWarning]]

_assets: list[Assets] = []
_warnings: list[Warnings] = []
_rooms: list[IncidentRoom] = []


def install(assets: Iterable[Assets], warnings: Iterable[Warnings], rooms: Iterable[IncidentRoom] = ()) -> None:
    _assets[:], _warnings[:], _rooms[:] = list(assets), list(warnings), list(rooms)


def assets(at: datetime) -> list[Asset]:
    """Everything the registers know that a plan's card can ask for."""
    return [one for source in _assets for one in source(at)]


def warnings(at: datetime) -> list[HazardWarning]:
    """The warnings in force."""
    return [one for source in _warnings for one in source(at)]


def rooms() -> list[IncidentRoom]:
    """Pages of other rooms about an incident."""
    return list(_rooms)
