"""Shelters as rows."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class Shelter(Entry):
    """`capacity`: people by day; `night`: with a place to sleep, None when nobody said: then as by day."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    area = models.DecimalField(max_digits=10, decimal_places=1)
    capacity = models.IntegerField()
    night = models.IntegerField(null=True)
    facilities = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name

    @property
    def beds(self) -> int:
        """Who can stay overnight."""
        return self.capacity if self.night is None else min(self.night, self.capacity)
