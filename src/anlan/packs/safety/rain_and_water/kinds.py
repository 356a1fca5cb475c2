"""Rain gauges and level stations; identifiers of SL 651-2014 appendix C. Two channels of a level station follow from its lines."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION, WRITE = "rain_and_water.read", "rain_and_water.write"
_BATTERY = Channel(code="battery", quantity="voltage", title="电池电压", unit="V", decimals=2, every=300, low=0, high=30,
                   sources={"sl651": "38"})  # fmt: skip


def _margin(code: str, title: str) -> Channel:
    return Channel(code=code, quantity="margin", title=title, unit="m", decimals=2, every=300, derived=True)


RAIN = StationKind(
    slug="rain", incident="flood", title="雨量", permission=PERMISSION, page="rain_station",
    channels=(
        Channel(code="total", quantity="rain_total", title="累计雨量", unit="mm", every=300, low=0, high=999999, sources={"sl651": "26"}),
        _BATTERY,
    ),
)  # fmt: skip
LEVEL = StationKind(
    slug="level", incident="flood", title="水位", permission=PERMISSION, page="rain_station",
    channels=(
        Channel(code="level", quantity="level", title="水位", unit="m", decimals=2, every=300, low=-20, high=200, sources={"sl651": "39"}),
        _BATTERY,
        _margin("over_warning", "高出警戒水位"),
        _margin("over_ensured", "高出保证水位"),
    ),
)  # fmt: skip
KINDS = (RAIN, LEVEL)
