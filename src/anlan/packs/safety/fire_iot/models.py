"""Units, hydrants and what roads need of them; checks of hydrants and verdicts on alarms, which are only ever added."""

from __future__ import annotations

from django.db import models

from anlan.kernel.alarms.models import Alarm
from anlan.kernel.registry.models import Entry


class FireUnit(Entry):
    """A building whose devices report. `station_code` names its station; `smokes` are stand-alone smoke alarms that do not report."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    use = models.CharField(max_length=12)
    station_code = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=160, blank=True)
    beds = models.IntegerField(null=True)
    smokes = models.IntegerField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class HydrantNeed(Entry):
    """How many hydrants a road has to have."""

    code = models.CharField(max_length=40, unique=True)
    road = models.CharField(max_length=80)
    length = models.IntegerField()
    required = models.IntegerField()
    valid_from = models.DateField()
    basis = models.CharField(max_length=160)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.road


class Hydrant(Entry):
    code = models.CharField(max_length=40, unique=True)
    road = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=12)
    installed_on = models.DateField()
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.code


class HydrantCheck(models.Model):
    """One look at one hydrant. The newest says how it is."""

    hydrant = models.ForeignKey(Hydrant, on_delete=models.PROTECT, related_name="checks")
    checked_on = models.DateField()
    sound = models.BooleanField()
    fault = models.CharField(max_length=200, blank=True)
    person_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "safety"
        ordering = ["-checked_on", "-id"]
        indexes = [models.Index(fields=["hydrant", "-checked_on"])]

    def __str__(self) -> str:
        return f"{self.hydrant} {self.checked_on}"


class FireVerdict(models.Model):
    """What an alarm turned out to be. A second one corrects the first, which stays."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="fire_verdicts")
    verdict = models.CharField(max_length=8)
    cause = models.CharField(max_length=200)
    person_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "safety"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.verdict
