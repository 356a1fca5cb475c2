"""Made-up hours (示例) of one invented station, and the declared substitution for files of elsewhere.

The hours have a yearly and a daily shape, gaps, a stuck day and a dust day; they are drawn with a fixed seed and go
through the same import as any file.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.packs.environment.air_quality import actions, intake, queries
from anlan.packs.environment.air_quality.models import AirFile, AirStation

STATION = "示例站"
FIRST, LAST = date(2020, 1, 1), date(2025, 12, 31)
SEED = 20201225
# Files of elsewhere that may be brought in; their years stand for the last three of the plan.
ELSEWHERE = ("dongsi", "nongzhanguan", "tiantan")
SHIFT = 9


def hours_csv() -> str:
    """The whole made-up file, the same bytes every time."""
    draw = np.random.Generator(np.random.PCG64(SEED))
    days = (LAST - FIRST).days + 1
    day = np.arange(days)[:, None]
    hour = np.arange(24)[None, :]
    winter = 1 + 0.75 * np.cos(2 * np.pi * (day - 15) / 365.25)
    better = 1 - 0.035 * day / 365.25  # the air gets a little better each year
    weather = np.exp(draw.normal(0, 0.5, (days, 1)))
    noise = np.exp(draw.normal(0, 0.12, (6, days, 24)))
    rush = 1 + 0.22 * np.cos(2 * np.pi * (hour - 8) / 12)
    sun = np.clip(np.sin(np.pi * (hour - 6) / 13), 0, None)
    summer = 1 - 0.85 * np.cos(2 * np.pi * (day - 15) / 365.25)
    pm25 = 43 * winter * better * weather * rush * noise[0]
    pm10 = pm25 * 1.45 + 14 * noise[1]
    so2, no2 = 7 * winter * better * noise[2], 30 * winter**0.5 * rush * noise[3] * weather**0.4
    co = 0.55 * winter * weather**0.6 * noise[4]
    o3 = 22 + 62 * summer * sun * noise[5]
    dust = (date(2023, 3, 22) - FIRST).days
    pm10[dust] += 620
    columns = (so2, no2, pm10, pm25, co, o3)
    missing = draw.random((days, 24)) < 0.012
    stuck = (date(2024, 8, 10) - FIRST).days
    for column in columns:
        column[stuck : stuck + 2] = column[stuck, 0]
    lines = ["station,time,so2,no2,pm10,pm25,co,o3"]
    for at in range(days):
        stamp = (FIRST + timedelta(days=at)).isoformat()
        for clock in range(24):
            if missing[at, clock]:
                continue
            values = [f"{column[at, clock]:.1f}" if column is co else f"{column[at, clock]:.0f}" for column in columns]
            lines.append(f"{STATION},{stamp}T{clock:02d},{','.join(values)}")
    return "\n".join(lines) + "\n"


def load(at: datetime) -> None:
    """Idempotent."""
    place = queries.area()
    if place is None or AirFile.objects.filter(name="示例小时值.csv").exists():
        return
    owner = Organisation.objects.filter(short_name="区生态环境局").first()
    AirStation.objects.get_or_create(
        code=STATION,
        defaults={
            "name": STATION,
            "organisation": owner,
            "in_district": True,
            "longitude": 117.205,
            "latitude": 39.158,
            "is_demo": True,
        },
    )
    seen = intake.preview(hours_csv().encode())
    intake.store(actor=SYSTEM, seen=seen, file_name="示例小时值.csv", at=at, owner=owner)
    actions.mark_dust(actor=SYSTEM, area=place, day=date(2023, 3, 22), reason="示例：按区域沙尘过程认定", at=at)
    for code in ELSEWHERE:
        station, _made = AirStation.objects.get_or_create(code=code, defaults={"name": code, "organisation": owner})
        actions.declare_substitution(
            actor=SYSTEM, area=place, station=station, shift_years=SHIFT,
            reason="示例区没有真实测点：以外地公开小时值顶替，年份顺移。", at=at,
        )  # fmt: skip
