"""What a surface water station measures; codes are those of `science.water`."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION = "water_station.read"
_ITEMS = (
    ("pH", "w01001", "pH", "", 2, 0.0, 14.0), ("DO", "w01009", "溶解氧", "mg/L", 2, 0.0, 25.0),
    ("CODMn", "w01019", "高锰酸盐指数", "mg/L", 2, 0.0, 200.0), ("NH3N", "w21003", "氨氮", "mg/L", 3, 0.0, 100.0),
    ("TP", "w21011", "总磷", "mg/L", 3, 0.0, 20.0), ("temperature", "w01010", "水温", "°C", 1, -5.0, 45.0),
    ("turbidity", "w01003", "浊度", "NTU", 1, 0.0, 4000.0),
)  # fmt: skip
WATER = StationKind(
    slug="water", title="地表水断面", permission=PERMISSION,
    channels=tuple(
        Channel(code=code, quantity=code, title=title, unit=unit, decimals=decimals, period="hour", every=3600, low=low, high=high,
                sources={"hj212": f"2061/{factor}-Avg", "http": code})
        for code, factor, title, unit, decimals, low, high in _ITEMS
    ),
)  # fmt: skip
EVALUATED = ("pH", "DO", "CODMn", "NH3N", "TP")
