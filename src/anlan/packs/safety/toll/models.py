"""What a year is measured by (GDP, people, jobs), and what an incident's casualties are counted under."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class YearFigure(Entry):
    """One civil year of the district, from the statistics office. `gdp` in 亿元, `residents` in 万人 (常住人口), `trade_workers` in persons
    (工矿商贸从业人员). The four sums stand for a year of which no incident is recorded; `None` is not known, never nought."""

    year = models.IntegerField(unique=True)
    gdp = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    residents = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    trade_workers = models.IntegerField(null=True)
    source = models.CharField(max_length=200)
    work_deaths = models.IntegerField(null=True)
    trade_deaths = models.IntegerField(null=True)
    disaster_deaths = models.IntegerField(null=True)
    disaster_loss = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    earlier_source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return str(self.year)


class AccidentRuling(Entry):
    """Under what an incident's casualties are counted, as somebody ruled (事故认定). Without one its kind decides, and it is told as such."""

    number = models.CharField(max_length=24, unique=True)
    field = models.CharField(max_length=10)
    ruled_on = models.DateField()
    basis = models.CharField(max_length=200)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.number


class CultureBase(Entry):
    """安全生产和应急文化基地."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=10)
    opened_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name
