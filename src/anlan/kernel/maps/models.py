"""Layers a customer brings: GeoJSON in WGS-84, with the source and its coordinate system recorded."""

from __future__ import annotations

from django.db import models


class ImportedLayer(models.Model):
    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=60)
    crs = models.CharField(max_length=10)
    source = models.CharField(max_length=200)
    review_number = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64)
    features = models.JSONField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.title
