"""Rain gauges and level stations; identifiers of SL 651-2014 appendix C."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION = "rain_and_water.read"
_BATTERY = Channel(
    code="battery",
    quantity="voltage",
    title="电池电压",
    unit="V",
    decimals=2,
    every=300,
    low=0,
    high=30,
    sources={"sl651": "38"},
)
RAIN = StationKind(
    slug="rain", title="雨量", permission=PERMISSION,
    channels=(
        Channel(code="total", quantity="rain_total", title="累计雨量", unit="mm", every=300, low=0, high=999999, sources={"sl651": "26"}),
        _BATTERY,
    ),
)  # fmt: skip
LEVEL = StationKind(
    slug="level", title="水位", permission=PERMISSION,
    channels=(
        Channel(code="level", quantity="level", title="水位", unit="m", decimals=2, every=300, low=-20, high=200, sources={"sl651": "39"}),
        _BATTERY,
    ),
)  # fmt: skip
KINDS = (RAIN, LEVEL)
