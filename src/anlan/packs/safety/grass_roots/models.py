"""Registers of the grass roots: micro fire stations. Reserves are shared nouns (`subjects.reserve_models`)."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class MicroStation(Entry):
    """微型消防站."""

    field_classes = {"name": "thing", "phone": "office"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=12)
    people = models.IntegerField()
    trained = models.IntegerField(default=0)
    pumps = models.IntegerField(default=0)
    suits = models.IntegerField(default=0)
    extinguishers = models.IntegerField(default=0)
    phone = models.CharField(max_length=40, blank=True)
    drilled_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name
