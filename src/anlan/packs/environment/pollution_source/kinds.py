"""What the sources measure, and where HJ 212 carries it. Possible ranges are our own bounds against nonsense, not limits."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION = "pollution_source.read"


def _gas(code: str, factor: str, title: str, unit: str, high: float, decimals: int = 1) -> tuple[Channel, Channel]:
    """A flue gas value as measured each minute, and its hourly mean at reference oxygen."""
    return (
        Channel(code=f"{code}_now", quantity=code, title=title, unit=unit, decimals=decimals, every=60, low=0, high=high,
                sources={"hj212": f"2011/{factor}-Rtd"}),
        Channel(code=code, quantity=code, title=f"{title}小时均值（折算）", unit=unit, decimals=decimals, period="hour", every=3600, low=0,
                high=high, sources={"hj212": f"2061/{factor}-ZsAvg"}),
    )  # fmt: skip


BOILER = StationKind(
    slug="boiler", title="锅炉烟气", permission=PERMISSION,
    channels=(
        *_gas("nox", "a21002", "氮氧化物", "mg/m³", 1000), *_gas("so2", "a21026", "二氧化硫", "mg/m³", 1000),
        *_gas("soot", "a34013", "颗粒物", "mg/m³", 500),
        Channel(code="o2", quantity="o2", title="氧含量", unit="%", decimals=2, low=0, high=21, sources={"hj212": "2011/a19001-Rtd"}),
        Channel(code="flue_temperature", quantity="temperature", title="烟温", unit="°C", low=-20, high=400, sources={"hj212": "2011/a01012-Rtd"}),
        Channel(code="flue_flow", quantity="flow", title="烟气流量", unit="m³/s", low=0, high=500, sources={"hj212": "2011/a00000-Rtd"}),
    ),
)  # fmt: skip
MEDICAL = StationKind(
    slug="medical", title="医疗废水", permission=PERMISSION,
    channels=(
        Channel(code="cod", quantity="cod", title="化学需氧量", unit="mg/L", low=0, high=2000, sources={"hj212": "2011/w01018-Rtd"}),
        Channel(code="nh3n", quantity="nh3n", title="氨氮", unit="mg/L", decimals=2, low=0, high=300, sources={"hj212": "2011/w21003-Rtd"}),
        Channel(code="ph", quantity="ph", title="pH", unit="", decimals=2, low=0, high=14, sources={"hj212": "2011/w01001-Rtd"}),
        Channel(code="flow", quantity="flow", title="流量", unit="L/s", decimals=2, low=0, high=500, sources={"hj212": "2011/w00000-Rtd"}),
    ),
)  # fmt: skip
KINDS = (BOILER, MEDICAL)
