"""The tables of campus safety. The `organisation` of a register's row is the school."""

from __future__ import annotations

from django.db import models

from anlan.kernel.casework.models import Case
from anlan.kernel.registry.models import Entry
from anlan.packs.education.campus_safety.rules import REPORTERS


class CampusProfile(Entry):
    """One row a school or campus: guards, gates, alarm (专职保安、封闭管理、一键报警)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    stage = models.CharField(max_length=12)
    pupils = models.IntegerField()
    guards_needed = models.IntegerField()
    guards = models.IntegerField()
    closed = models.BooleanField(default=False)
    alarm = models.BooleanField(default=False)
    alarm_tested_on = models.DateField(null=True)
    barriers = models.BooleanField(default=False)
    police = models.BooleanField(default=False)
    cameras = models.IntegerField(null=True)
    drill_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return self.name


class Canteen(Entry):
    field_classes = {"food_officer": "person"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    mode = models.CharField(max_length=12)
    open = models.BooleanField(default=True)
    meals = models.IntegerField()
    licence = models.CharField(max_length=40)
    licence_expires_on = models.DateField()
    health_cards_expire_on = models.DateField(null=True)
    kitchen_shown = models.BooleanField(default=False)
    food_officer = models.CharField(max_length=40)
    inspected_on = models.DateField(null=True)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return self.name


class FoodSample(Entry):
    """What was kept of a dish (留样): `grams`, from the day it was served until `discarded_on`."""

    field_classes = {"taken_by": "person"}
    code = models.CharField(max_length=40, unique=True)
    canteen_code = models.CharField(max_length=40, db_index=True)
    served_on = models.DateField()
    meal = models.CharField(max_length=12)
    dish = models.CharField(max_length=60)
    grams = models.IntegerField()
    discarded_on = models.DateField(null=True)
    taken_by = models.CharField(max_length=40)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return f"{self.served_on} {self.dish}"


class WaterTest(Entry):
    code = models.CharField(max_length=40, unique=True)
    point = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    tested_on = models.DateField()
    laboratory = models.CharField(max_length=80)
    verdict = models.CharField(max_length=8)
    failing = models.CharField(max_length=120, blank=True)
    measure = models.CharField(max_length=200, blank=True)
    next_on = models.DateField()

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return f"{self.point} {self.tested_on}"


class SchoolBus(Entry):
    """`code` is the plate."""

    field_classes = {"keeper": "firm"}
    code = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12)
    seats = models.IntegerField()
    keeper = models.CharField(max_length=80)
    permit = models.CharField(max_length=40, blank=True)
    permit_expires_on = models.DateField(null=True)
    inspection_due_on = models.DateField()
    insurance_expires_on = models.DateField()
    tracked = models.BooleanField(default=False)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return self.code


class BusDriver(Entry):
    field_classes = {"name": "person", "licence": "person"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    licence = models.CharField(max_length=40)
    licence_class = models.CharField(max_length=4)
    qualified_on = models.DateField()
    licence_expires_on = models.DateField()
    check_due_on = models.DateField()

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return self.code


class BusRide(Entry):
    """A ride on the timetable: which bus, which driver, how many pupils. Pupils' names are not kept here."""

    field_classes = {"name": "thing", "driver_code": "thing", "escort": "person"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    bus_code = models.CharField(max_length=16)
    driver_code = models.CharField(max_length=40)
    direction = models.CharField(max_length=8)
    departs = models.CharField(max_length=5)
    pupils = models.IntegerField()
    stops = models.CharField(max_length=300, blank=True)
    escort = models.CharField(max_length=40)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return self.name


class BullyingReport(models.Model):
    """What a pupil, parent or other person wrote. `secret` is a password hash; with the case's number it opens the answer."""

    field_classes = {
        "reporter_kind": "thing",
        "reporter": "pupil",
        "contact": "pupil",
        "pupil": "pupil",
        "pupil_class": "pupil",
    }
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="bullying")
    secret = models.CharField(max_length=128)
    reporter_kind = models.CharField(max_length=12, choices=REPORTERS)
    reporter = models.CharField(max_length=40, blank=True)
    contact = models.CharField(max_length=80, blank=True)
    pupil = models.CharField(max_length=40, blank=True)
    pupil_class = models.CharField(max_length=40, blank=True)
    happened = models.CharField(max_length=80, blank=True)
    words = models.TextField()

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return self.case.number

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class BullyingWords(models.Model):
    """What the reporter added later."""

    report = models.ForeignKey(BullyingReport, on_delete=models.PROTECT, related_name="added")
    at = models.DateTimeField()
    words = models.TextField()

    class Meta:
        app_label = "education"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.report} {self.at:%Y-%m-%d}"
