"""What is measured below ground. Devices speak HTTP or MQTT; one kind of station for all spaces, what each is stands in the register."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION, WRITE = "underground.read", "underground.write"


def _channel(code: str, title: str, unit: str, decimals: int, low: float, high: float, word: str = "") -> Channel:
    return Channel(code=code, quantity=code, title=title, unit=unit, decimals=decimals, every=300, low=low, high=high,
                   sources={"http": code, "mqtt": code}, bits=((1, word),) if word else ())  # fmt: skip


UNDERGROUND = StationKind(
    slug="underground", incident="gas", title="地下空间", permission=PERMISSION, page="underground_space",
    channels=(
        _channel("ch4", "可燃气体", "%LEL", 1, 0, 100), _channel("h2s", "硫化氢", "mg/m³", 1, 0, 1000), _channel("co", "一氧化碳", "mg/m³", 1, 0, 2000),
        _channel("o2", "氧", "%", 1, 0, 30), _channel("level", "液位", "m", 2, 0, 30), _channel("ingress", "浸水", "", 0, 0, 1, "浸水"),
        _channel("cover", "井盖", "", 0, 0, 1, "开启"), _channel("battery", "电池电压", "V", 2, 0, 20),
    ),
)  # fmt: skip
