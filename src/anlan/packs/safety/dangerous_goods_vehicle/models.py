"""Vehicles, the areas and the routes that hold for them: registers, so every change is dated and kept. No person is in them."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class GoodsVehicle(Entry):
    """A vehicle that is followed. `station_code` names its place among the stations; `routes` the codes of its allowed routes."""

    field_classes = {"plate": "firm"}
    plate = models.CharField(max_length=20, unique=True)
    station_code = models.CharField(max_length=40)
    goods = models.CharField(max_length=8)
    cargo = models.CharField(max_length=80, blank=True)
    routes = models.CharField(max_length=200, blank=True)
    permit_until = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.plate


class VehicleArea(Entry):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    points = models.TextField()
    hours = models.CharField(max_length=11, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.CharField(max_length=160)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class VehicleRoute(Entry):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    points = models.TextField()
    half_width = models.IntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.CharField(max_length=160)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name
