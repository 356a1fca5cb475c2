"""What a surface water station measures; codes are those of `science.water`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from anlan.kernel.observations.types import Channel, StationKind
from anlan.science.water import surface

PERMISSION = "water_station.read"
_ITEMS = (
    ("pH", "w01001", "pH", "", 2, 0.0, 14.0), ("DO", "w01009", "溶解氧", "mg/L", 2, 0.0, 25.0),
    ("CODMn", "w01019", "高锰酸盐指数", "mg/L", 2, 0.0, 200.0), ("NH3N", "w21003", "氨氮", "mg/L", 3, 0.0, 100.0),
    ("TP", "w21011", "总磷", "mg/L", 3, 0.0, 20.0), ("temperature", "w01010", "水温", "°C", 1, -5.0, 45.0),
    ("turbidity", "w01003", "浊度", "NTU", 1, 0.0, 4000.0),
)  # fmt: skip
EVALUATED = ("pH", "DO", "CODMn", "NH3N", "TP")


def facts(values: Mapping[str, float]) -> list[tuple[str, str, bool]]:
    """The class of the newest hour and the items that make it worse than III."""
    verdict = surface.evaluate({code: Decimal(str(values[code])) for code in EVALUATED if code in values})
    if verdict is None:
        return []
    bad = surface.CLASSES.index(verdict.water_class) > surface.CLASSES.index("III")
    items = "、".join(surface.NAMES[one.item] for one in verdict.over)
    return [("水质类别（末次小时值）", f"{verdict.water_class} 类" + (f"，{items}" if items else ""), bad)]


WATER = StationKind(
    slug="water", title="地表水断面", permission=PERMISSION, first=("environment_officer",), facts=facts,
    channels=tuple(
        Channel(code=code, quantity=code, title=title, unit=unit, decimals=decimals, period="hour", every=3600, low=low, high=high,
                sources={"hj212": f"2061/{factor}-Avg", "http": code})
        for code, factor, title, unit, decimals, low, high in _ITEMS
    ),
)  # fmt: skip
