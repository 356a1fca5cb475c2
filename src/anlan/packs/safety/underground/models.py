"""The register of underground spaces."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class UndergroundSpace(Entry):
    """`station_code` names the station that measures in it; empty: nothing does."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    station_code = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=160, blank=True)
    depth = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    entry_rules = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name
