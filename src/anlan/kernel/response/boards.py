"""The boards "1+5": one general board and five professional ones, as data; what the rooms put on them. Pure.

A board (指挥平台) says which incidents and which warnings are its own; a panel (栏) is declared by a room and goes to the boards it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anlan.kernel.access.types import Actor

Column = Literal["now", "resources", "notices"]
Sign = Literal["", "ok", "red", "orange", "yellow", "blue", "silent"]
# What needs eyes first: the order of lines and of the words that sum them up.
SIGNS: Mapping[Sign, int] = {"red": 0, "orange": 1, "yellow": 2, "blue": 3, "silent": 4, "": 5, "ok": 6}


@dataclass(frozen=True, kw_only=True)
class CommandBoard:
    """One of the six. `kinds` of incidents and `hazards` of warnings that are its own; empty: every one."""

    slug: str
    title: str
    kinds: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()

    def takes(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def warns(self, hazard: str) -> bool:
        return not self.hazards or hazard in self.hazards


GENERAL, FLOOD, DISASTER, GEOLOGICAL, EARTHQUAKE, WORK_SAFETY = (
    "general", "flood", "disaster", "geological", "earthquake", "work_safety",
)  # fmt: skip
_NATURAL = ("flood", "storm", "snow", "geological", "earthquake")
BOARDS: Mapping[str, CommandBoard] = {
    one.slug: one
    for one in (
        CommandBoard(slug=GENERAL, title="总览"),
        CommandBoard(slug=FLOOD, title="防汛抗旱", kinds=("flood", "storm"), hazards=("rain", "flood", "waterlogging", "typhoon", "thunder", "hail")),
        CommandBoard(
            slug=DISASTER, title="防灾减灾", kinds=_NATURAL,
            hazards=("rain", "wind", "thunder", "hail", "typhoon", "snow", "cold", "ice", "heat", "fog", "flood", "waterlogging", "geological"),
        ),
        CommandBoard(slug=GEOLOGICAL, title="地质灾害", kinds=("geological",), hazards=("geological", "rain")),
        CommandBoard(slug=EARTHQUAKE, title="地震", kinds=("earthquake",), hazards=("geological",)),
        CommandBoard(
            slug=WORK_SAFETY, title="安全生产",
            kinds=("hazchem", "fire", "traffic", "construction", "gas", "special_equipment", "utility"), hazards=("thunder", "wind", "heat", "cold"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PanelLine:
    """One line of a panel. A sign never stands without its word. `name`: of a person, left out on walls. `at`: as of when, None: now.
    With a place and a `label` it also stands on the map."""

    title: str
    value: str
    unit: str = ""
    sign: Sign = ""
    word: str = ""
    note: str = ""
    name: str = ""
    url: str = ""
    at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if self.sign and not self.word:
            raise ValueError(f"{self.title}: a sign without a word")

    @property
    def placed(self) -> bool:
        return bool(self.label) and self.longitude is not None and self.latitude is not None


@dataclass(frozen=True, kw_only=True)
class BoardPanel:
    """What a room shows on the boards of these slugs to who holds `permission`. `empty`: the sentence when there is no line.
    `page`: the name of a page without arguments where one sees all of it; it asks for the same permission. `act`: what one can do right
    here: (page, words, permission of that page)."""

    slug: str
    title: str
    boards: tuple[str, ...]
    permission: str
    lines: Callable[[Actor, datetime], Sequence[PanelLine]]
    empty: str
    column: Column = "resources"
    order: int = 50
    page: str = ""
    act: tuple[str, str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Shaking:
    """An earthquake as it was reported: magnitude M, depth in km (None: not said), degrees of WGS-84."""

    magnitude: float
    depth: float | None
    longitude: float
    latitude: float
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class LossModel:
    """The socket for an estimate of losses: from a shaking to lines of the earthquake board. `source` names the model and its edition."""

    title: str
    source: str
    lines: Callable[[Shaking, datetime], Sequence[PanelLine]]


def faults(panels: Sequence[BoardPanel]) -> list[str]:
    """What is wrong with the panels of all rooms."""
    slugs = [one.slug for one in panels]
    found = [f"board panel {slug!r} is declared twice" for slug in sorted(set(slugs)) if slugs.count(slug) > 1]
    return found + [
        f"board panel {one.slug!r}: no board {slug!r}" for one in panels for slug in one.boards if slug not in BOARDS
    ]
