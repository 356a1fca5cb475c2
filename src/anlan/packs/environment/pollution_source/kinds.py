"""What the sources measure, where HJ 212 carries it, and which of it a permit limits. Possible ranges are our own bounds against
nonsense, not limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from anlan.kernel.observations.types import Channel, StationKind
from anlan.science.flue.validity import Medium

PERMISSION = "pollution_source.read"


@dataclass(frozen=True, kw_only=True)
class Item:
    """What a limit is set for. `now` is the stream of real-time values; `hour` that of the hourly means the device sends, empty when
    it sends none; `converted`: to reference oxygen; `judged`: which mean decides; `rule`: the alarm rule that follows its limit."""

    code: str
    title: str
    unit: str
    now: str
    hour: str = ""
    converted: bool = False
    judged: Literal["hour", "day"] = "hour"
    rule: str = ""

    @property
    def raw(self) -> str:
        """The stream that is judged and reviewed."""
        return self.hour or self.now


MEDIUM: Mapping[str, Medium] = {"boiler": "gas", "medical": "water", "vapour": "gas"}
ITEMS: Mapping[str, tuple[Item, ...]] = {
    "boiler": (
        Item(code="nox", title="氮氧化物", unit="mg/m³", now="nox_now", hour="nox", converted=True, rule="boiler_nox_hour"),
        Item(code="so2", title="二氧化硫", unit="mg/m³", now="so2_now", hour="so2", converted=True),
        Item(code="soot", title="颗粒物", unit="mg/m³", now="soot_now", hour="soot", converted=True),
    ),
    "medical": (
        Item(code="cod", title="化学需氧量", unit="mg/L", now="cod", judged="day", rule="medical_cod"),
        Item(code="nh3n", title="氨氮", unit="mg/L", now="nh3n", judged="day"),
        Item(code="ph", title="pH", unit="", now="ph", rule="medical_ph"),
    ),
    "vapour": (Item(code="nmhc", title="非甲烷总烃", unit="g/m³", now="nmhc_now", hour="nmhc", rule="vapour_nmhc"),),
}  # fmt: skip
OXYGEN, FLUE_FLOW, WATER_FLOW = "o2", "flue_flow", "flow"
NOZZLES = ("al_1", "al_2", "al_3", "al_4")


def item_of(kind: str, code: str) -> Item | None:
    return next((one for one in ITEMS.get(kind, ()) if one.code == code), None)


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
# Stations report over HTTP with our own channel names: the XML of GB 20952-2020 was not at hand.
VAPOUR = StationKind(
    slug="vapour", title="油气回收", permission=PERMISSION,
    channels=(
        *(Channel(code=code, quantity="al", title=f"{place} 号枪气液比", unit="", decimals=2, every=900, low=0, high=3, sources={"http": code})
          for place, code in enumerate(NOZZLES, 1)),
        Channel(code="tank_pressure", quantity="pressure", title="油罐压力", unit="Pa", decimals=0, low=-5000, high=5000,
                sources={"http": "tank_pressure"}),
        Channel(code="nmhc_now", quantity="nmhc", title="非甲烷总烃", unit="g/m³", decimals=2, low=0, high=200, sources={"http": "nmhc_now"}),
        Channel(code="nmhc", quantity="nmhc", title="非甲烷总烃小时均值", unit="g/m³", decimals=2, period="hour", every=3600, low=0, high=200,
                sources={"http": "nmhc"}),
    ),
)  # fmt: skip
KINDS = (BOILER, MEDICAL, VAPOUR)
