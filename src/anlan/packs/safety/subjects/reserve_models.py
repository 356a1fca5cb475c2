"""Registers of reserves that several rooms read: goods kept at the grass roots, scenarios with their norms, and what is planned."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry
from anlan.packs.safety.subjects.reserve import BASES, ITEMS, KINDS


class Reserve(Entry):
    """One lot of goods at one place, or one agreement."""

    code = models.CharField(max_length=40, unique=True)
    item = models.CharField(max_length=12, choices=ITEMS)
    kind = models.CharField(max_length=10, choices=KINDS)
    quantity = models.IntegerField()
    place = models.CharField(max_length=120)
    expires_on = models.DateField(null=True)
    partner = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.get_item_display()} {self.code}"


class ReserveScenario(Entry):
    """What might happen, to how many people, for how many days."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    people = models.IntegerField()
    days = models.IntegerField()
    basis = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class ReserveNorm(Entry):
    """How much of an item a scenario asks for. `scenario` is the scenario's code."""

    code = models.CharField(max_length=40, unique=True)
    scenario = models.CharField(max_length=40)
    item = models.CharField(max_length=12, choices=ITEMS)
    basis = models.CharField(max_length=12, choices=BASES)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    source = models.CharField(max_length=200, blank=True)
    verified = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.scenario} {self.get_item_display()}"


class ReservePlan(Entry):
    """储备规划: what is to be bought or agreed in a year, and how much of it came."""

    code = models.CharField(max_length=40, unique=True)
    year = models.IntegerField()
    item = models.CharField(max_length=12, choices=ITEMS)
    kind = models.CharField(max_length=10, choices=KINDS)
    quantity = models.IntegerField()
    arrived = models.IntegerField(default=0)
    money = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    def __str__(self) -> str:
        return f"{self.year} {self.get_item_display()}"
