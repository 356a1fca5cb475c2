"""What the packs tell the command: the assets of their registers, the warnings in force, panels of the boards. Installed once at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from anlan.kernel.response.activation import Asset
from anlan.kernel.response.boards import BoardPanel, LossModel
from anlan.kernel.response.grading import HazardWarning
from anlan.kernel.response.types import IncidentRoom

Assets = Callable[[datetime], Iterable[Asset]]
Warnings = Callable[[datetime], Iterable[HazardWarning]]

_assets: list[Assets] = []
_warnings: list[Warnings] = []
_rooms: list[IncidentRoom] = []
_panels: list[BoardPanel] = []
_losses: list[LossModel] = []


def install(
    assets: Iterable[Assets],
    warnings: Iterable[Warnings],
    rooms: Iterable[IncidentRoom] = (),
    panels: Iterable[BoardPanel] = (),
    losses: Iterable[LossModel] = (),
) -> None:
    _assets[:], _warnings[:], _rooms[:] = list(assets), list(warnings), list(rooms)
    _panels[:], _losses[:] = sorted(panels, key=lambda one: (one.order, one.slug)), list(losses)


def assets(at: datetime) -> list[Asset]:
    """Everything the registers know that a plan's card can ask for."""
    return [one for source in _assets for one in source(at)]


def warnings(at: datetime) -> list[HazardWarning]:
    """The warnings in force."""
    return [one for source in _warnings for one in source(at)]


def rooms() -> list[IncidentRoom]:
    """Pages of other rooms about an incident."""
    return list(_rooms)


def panels(board: str) -> list[BoardPanel]:
    """The panels of a board, in their order."""
    return [one for one in _panels if board in one.boards]


def losses() -> list[LossModel]:
    """Models that estimate what an earthquake did; none is part of the product."""
    return list(_losses)
