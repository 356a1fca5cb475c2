"""The register of origin: one row a task or a letter, as the inspection handed it over."""

from __future__ import annotations

from django.db import models

from anlan.kernel.casework.models import Case
from anlan.kernel.registry.models import Entry


class InspectorItem(Entry):
    """`case` is there once it was started; `percent` and `progress` are those last reported."""

    code = models.CharField(max_length=40, unique=True)
    round = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)
    problem = models.TextField()
    goal = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    responsible = models.CharField(max_length=80)
    supervisor = models.CharField(max_length=80)
    received_on = models.DateField()
    target_on = models.DateField()
    is_public = models.BooleanField(default=False)
    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="inspector_item")
    percent = models.IntegerField(default=0)
    progress = models.CharField(max_length=400, blank=True)
    progressed_at = models.DateTimeField(null=True)
    published_on = models.DateField(null=True)
    published_where = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "environment"

    def __str__(self) -> str:
        return self.code
