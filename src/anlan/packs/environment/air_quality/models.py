"""Stations, files, station-days in versions, dust days and declared substitutions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db import models
from django.db.models import Q
from numpy.typing import NDArray

from anlan.kernel.access.models import Organisation
from anlan.kernel.files.models import Stored

ITEM_COUNT = 6


class AirStation(models.Model):
    """A station. WGS-84 degrees. Only stations in the district, or declared substitutes, feed its indicators."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    in_district = models.BooleanField(default=False)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-in_district", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,) if self.organisation else ()


class AirFile(models.Model):
    """One imported file; its bytes are kept, so that a figure leads back to a line."""

    name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64, unique=True)
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT)
    rows = models.IntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    findings = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


@dataclass
class HourBlock:
    """The 24 hours of a station-day. `values` (24, 6) thousandths, -1 missing; `lines`, `files` 0 where no row;
    `aqi` -1 where none; `primary` masks; `corrected` 1 where a person changed the hour."""

    values: NDArray[np.int32]
    lines: NDArray[np.int32]
    files: NDArray[np.int32]
    aqi: NDArray[np.int32]
    primary: NDArray[np.int32]
    corrected: NDArray[np.int32]

    def pack(self) -> bytes:
        parts = (self.values.ravel(), self.lines, self.files, self.aqi, self.primary, self.corrected)
        return b"".join(np.ascontiguousarray(part, dtype="<i4").tobytes() for part in parts)

    @classmethod
    def unpack(cls, data: bytes | memoryview) -> HourBlock:
        flat = np.frombuffer(bytes(data), dtype="<i4").astype(np.int32)
        cut = 24 * ITEM_COUNT
        rest = flat[cut:].reshape(5, 24)
        return cls(flat[:cut].reshape(24, ITEM_COUNT), rest[0], rest[1], rest[2], rest[3], rest[4])


class StationDay(models.Model):
    """One version of a station's day: its hours and their evaluation under the edition in force that day.

    `exact` are the six exact daily values (see science.air.vector), `reported` rounded ones; -1 where not valid.
    """

    station = models.ForeignKey(AirStation, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    version = models.IntegerField(default=1)
    is_current = models.BooleanField(default=True)
    hours = models.BinaryField()
    counts = models.JSONField()
    exact = models.JSONField()
    reported = models.JSONField()
    iaqi = models.JSONField()
    aqi = models.IntegerField(null=True)
    primary = models.IntegerField(default=0)
    usable = models.BooleanField()
    present = models.IntegerField()
    edition = models.CharField(max_length=8)
    inputs_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["station", "day", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["station", "day", "version"], name="station_day_version"),
            models.UniqueConstraint(
                fields=["station", "day"], condition=Q(is_current=True), name="station_day_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.day} v{self.version}"

    @property
    def block(self) -> HourBlock:
        return HourBlock.unpack(self.hours)


class DustDay(models.Model):
    """A day of the area marked as influenced by sand and dust, and who approved it. Withdrawn rows stay."""

    area = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    day = models.DateField()
    reason = models.CharField(max_length=200)
    approved_at = models.DateTimeField()
    approved_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["area", "day"], condition=Q(withdrawn_at=None), name="dust_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.day}"


class Substitution(models.Model):
    """Declared: a station elsewhere stands in for the area's own. `shift_years` are added to the days it measured.

    Shown on every figure it feeds. It stands in only for years in which it has data; 29 February is dropped where the
    year it stands for has none.
    """

    area = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    station = models.ForeignKey(AirStation, on_delete=models.PROTECT, related_name="substitutions")
    shift_years = models.IntegerField(default=0)
    reason = models.CharField(max_length=200)
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "station"], condition=Q(withdrawn_at=None), name="substitution_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.station} → {self.area}"
