"""One kept file. The bytes lie in MEDIA_ROOT under their hash; the row says what it is and whose."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models


class Stored(models.Model):
    """`org_path` is the organisation it belongs to; empty means the whole district's staff may read it."""

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    org_path = models.CharField(max_length=200, blank=True, db_index=True)
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=80)
    is_public = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.org_path,)

    @property
    def location(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256
