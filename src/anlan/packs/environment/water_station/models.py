"""Sections and their manual samples, drinking-water results, black-odorous waters and their readings. All are registers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import models

from anlan.kernel.registry.models import Entry
from anlan.packs.environment.water_station.rules import ITEM_COLUMNS

LEVELS = {"national": "国控", "city": "市控", "district": "区控", "watch": "上下游"}
CLASSES = {"I": "Ⅰ类", "II": "Ⅱ类", "III": "Ⅲ类", "IV": "Ⅳ类", "V": "Ⅴ类"}
DRINKING = {"source": "水源水", "plant": "出厂水", "tap": "末梢水"}
VERDICTS = {"pass": "达标", "fail": "不达标", "short": "检测不全"}


def _amount() -> Any:
    return models.DecimalField(max_digits=12, decimal_places=6, null=True)


class Section(Entry):
    """A section of a river. `station_code` names its automatic station, empty without one; `position` orders it downstream."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    river = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=LEVELS)
    target = models.CharField(max_length=4, choices=CLASSES)
    target_basis = models.CharField(max_length=160, blank=True)
    position = models.IntegerField(default=0)
    is_lake = models.BooleanField(default=False)
    station_code = models.CharField(max_length=40, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name


class Sample(Entry):
    """One manual sample of a section, mg/L (pH without unit). What was not detected is entered as half the detection limit."""

    code = models.CharField(max_length=60, unique=True)
    section_code = models.CharField(max_length=40)
    taken_on = models.DateField()
    laboratory = models.CharField(max_length=80, blank=True)
    ph, do, codmn, cod, bod5, nh3n, tp = (_amount() for _ in range(7))
    cu, zn, f, se, arsenic, hg, cd, cr6, pb, cn = (_amount() for _ in range(10))
    phenol, oil, las, s2 = (_amount() for _ in range(4))

    class Meta:
        indexes = [models.Index(fields=["section_code", "taken_on"], name="sample_of_section")]

    def __str__(self) -> str:
        return self.code

    def amounts(self) -> Iterator[tuple[str, Decimal]]:
        """(item of `science.water`, value) of what was measured."""
        for item, column in ITEM_COLUMNS.items():
            value = getattr(self, column)
            if value is not None:
                yield item, Decimal(value)


class DrinkingResult(Entry):
    """One place of drinking water in one quarter. On the public page from `published_at` on."""

    code = models.CharField(max_length=60, unique=True)
    place = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=DRINKING)
    year = models.IntegerField()
    quarter = models.IntegerField()
    items = models.IntegerField()
    passed = models.IntegerField()
    verdict = models.CharField(max_length=6, choices=VERDICTS)
    failing = models.CharField(max_length=200, blank=True)
    standard = models.CharField(max_length=80)
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.place} {self.year}Q{self.quarter}"


class BlackWater(Entry):
    """A stretch that is, was or might be black and odorous."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    river = models.CharField(max_length=60, blank=True)
    length = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    found_on = models.DateField()
    treated_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name


class BlackReading(Entry):
    """One reading at one point of such a stretch."""

    code = models.CharField(max_length=60, unique=True)
    water_code = models.CharField(max_length=40)
    measured_on = models.DateField()
    transparency = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    oxygen = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    orp = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    ammonia = models.DecimalField(max_digits=8, decimal_places=3, null=True)

    def __str__(self) -> str:
        return self.code
