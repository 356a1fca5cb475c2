"""Quick reports as they came. None is changed: a later measurement of the same earthquake is a report of its own that `corrects` the former."""

from __future__ import annotations

import uuid

from django.db import models

from anlan.kernel.response.boards import Shaking
from anlan.kernel.response.models import Incident

KINDS = {"automatic": "自动测定", "formal": "正式测定"}


class QuickReport(models.Model):
    """`magnitude` M; `depth` km; degrees of WGS-84; `source`: who published it. `incident`: None while nobody opened one."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=KINDS)
    magnitude = models.DecimalField(max_digits=3, decimal_places=1)
    depth = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    place = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    source = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="quick_reports")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["-occurred_at"])]

    def __str__(self) -> str:
        return f"{self.place} {self.magnitude} 级地震"

    @property
    def shaking(self) -> Shaking:
        return Shaking(
            magnitude=float(self.magnitude), depth=None if self.depth is None else float(self.depth), longitude=self.longitude, latitude=self.latitude,
            occurred_at=self.occurred_at,
        )  # fmt: skip
