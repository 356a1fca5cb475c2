"""Rain and levels as they are now, for the boards."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.response.boards import FLOOD, GEOLOGICAL, BoardPanel, PanelLine
from anlan.packs.safety.rain_and_water import queries
from anlan.packs.safety.rain_and_water.kinds import PERMISSION
from anlan.packs.safety.rain_and_water.rules import Amount


def _fallen(amount: Amount) -> str:
    """One that is not of the whole span is a least."""
    return f"{'' if amount.whole else '≥'}{amount.value:.1f}"


def rain(actor: Actor, at: datetime) -> list[PanelLine]:
    """Millimetres of the last hour and of 24 hours by station; what passes its line first."""
    found = []
    for one in queries.rains(actor, at):
        hour, day = one.amounts[0], one.amounts[-1]
        passed = "、".join(f"{hours} 小时 {line:g} mm" for hours, line in one.over.items())
        found.append(PanelLine(
            title=one.station.name, value=f"{_fallen(hour)} / {_fallen(day)}" if hour and day else "—", unit="mm" if hour and day else "",
            sign="red" if one.over else "silent" if one.silent else "", word="过线" if one.over else "没有数据" if one.silent else "",
            note=f"过了 {passed}" if passed else "", url=reverse("rain_station", args=[one.station.code]), at=one.at, longitude=one.station.longitude,
            latitude=one.station.latitude, label=f"雨{hour.value:.0f}mm" if hour else "雨—",
        ))  # fmt: skip
    return found


def levels(actor: Actor, at: datetime) -> list[PanelLine]:
    """Metres of level and over the warning line by station."""
    found = []
    for one in queries.levels(actor, at):
        ensured, over = one.above_ensured, one.above
        sign, word = (
            ("silent", "没有数据") if one.silent else ("red", "超保证") if ensured is not None and ensured >= 0
            else ("orange", "超警戒") if over is not None and over >= 0 else ("ok", "警戒以下") if over is not None else ("", "")
        )  # fmt: skip
        found.append(PanelLine(
            title=one.station.name, value=f"{one.value:.2f}" if one.value is not None else "—", unit="m" if one.value is not None else "", sign=sign, word=word,  # type: ignore[arg-type]
            note=f"比警戒水位{'高' if over >= 0 else '低'} {abs(over):.2f} m" if over is not None else "", url=reverse("rain_station", args=[one.station.code]), at=one.at,
            longitude=one.station.longitude, latitude=one.station.latitude, label=f"水{one.value:.2f}" if one.value is not None else "水—",
        ))  # fmt: skip
    return found


PANELS = (
    BoardPanel(slug="levels", title="水位", boards=(FLOOD,), permission=PERMISSION, lines=levels, column="now", order=10, page="rain", empty="没有水位站。在台账登记监测点。"),
    BoardPanel(slug="rain", title="雨量（1 小时 / 24 小时）", boards=(FLOOD, GEOLOGICAL), permission=PERMISSION, lines=rain, column="now", order=11, page="rain", empty="没有雨量站。在台账登记监测点。"),
)  # fmt: skip
