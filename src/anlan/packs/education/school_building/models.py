"""School buildings and the works on them. `area` in m², money in 万元."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class SchoolBuilding(Entry):
    code = models.CharField(max_length=40, unique=True)
    school = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    built_year = models.IntegerField()
    area = models.DecimalField(max_digits=10, decimal_places=1)
    structure = models.CharField(max_length=12)
    grade = models.CharField(max_length=8)
    appraised_on = models.DateField(null=True)
    appraised_by = models.CharField(max_length=80, blank=True)
    works = models.CharField(max_length=12)
    use = models.CharField(max_length=12, default="teaching")
    used = models.BooleanField(default=True)
    people = models.IntegerField(null=True)
    storeys = models.IntegerField(null=True)
    seismic_class = models.CharField(max_length=12, default="key")
    intensity = models.CharField(max_length=4, blank=True)
    appraisal_due_on = models.DateField(null=True)
    report_number = models.CharField(max_length=40, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return f"{self.school} {self.name}"


class BuildingWork(Entry):
    code = models.CharField(max_length=40, unique=True)
    building_code = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    budget = models.DecimalField(max_digits=10, decimal_places=2)
    fund = models.CharField(max_length=80, blank=True)
    contractor = models.CharField(max_length=80, blank=True)
    planned_start_on = models.DateField()
    planned_done_on = models.DateField()
    approved_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return f"{self.code} {self.building_code}"
