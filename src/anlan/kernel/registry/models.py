"""Rows of registers: what every entry has, and the kernel's own nouns: places and stations; saved views."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Organisation, Person


class Entry(models.Model):
    """What every row of a register has. Rows are retired, never deleted."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    reviewed_on = models.DateField(null=True)
    review_due_on = models.DateField(null=True)
    retired_on = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Place(Entry):
    """A point that other registers name. WGS-84 degrees; `crs` is what the source file was in."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    crs = models.CharField(max_length=10, default="wgs84")

    def __str__(self) -> str:
        return self.name


class Station(Entry):
    """Where something is measured; observations will hang on it."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    place_name = models.CharField(max_length=80, blank=True)
    method = models.CharField(max_length=80, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    since = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A list's filter and sort under a name, of one person or shared with all who may read the list."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    sheet = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)
    is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sheet", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
