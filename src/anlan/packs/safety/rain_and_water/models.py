"""Warning lines of stations: dated, with the document that fixed them."""

from __future__ import annotations

from django.db import models

from anlan.kernel.registry.models import Entry


class WarningLine(Entry):
    code = models.CharField(max_length=40, unique=True)
    station_code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)
    value = models.DecimalField(max_digits=8, decimal_places=3)
    datum = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.CharField(max_length=160)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.code
