"""Limits in dated versions, what people and rules made of single hours, signed days, published bulletins, the dosing ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Entry, Station

VERDICTS = {"invalid": "判为无效", "valid": "判为有效", "stand_in": "替代"}
AGENTS = {"naclo": "次氯酸钠", "clo2": "二氧化氯", "o3": "臭氧", "uv": "紫外", "other": "其他"}


class Limit(models.Model):
    """What a source may emit of an item, in the civil days `valid_from` ≤ day < `valid_to` (None: still). `low` for pH only.

    `reference_oxygen` (per cent) is the one at which a flue gas limit is stated.
    """

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="limits")
    item = models.CharField(max_length=20)
    low = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    high = models.DecimalField(max_digits=10, decimal_places=3)
    reference_oxygen = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    permit = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["station", "item", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["station", "item"], condition=Q(valid_to=None), name="limit_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.item} {self.high}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.station.access_paths


class HourReview(models.Model):
    """One version of what was made of an hour: a value of the reviewed series. `value` None when the hour is invalid.

    `by_rule`: written when the day was signed, because the hour had no value; it decides nothing once a value has come.
    `stream` is the reviewed stream and names its raw one; the raw value stays where it is.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    value = models.FloatField(null=True)
    reason = models.CharField(max_length=200)
    by_rule = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    is_current = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["stream", "start", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "start", "version"], name="hour_review_version"),
            models.UniqueConstraint(
                fields=["stream", "start"], condition=Q(is_current=True), name="hour_review_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.start:%m-%d %H} {self.verdict}"


class DayReview(models.Model):
    """A source's day, looked through and signed. `lines` are the hours as they were signed, `digest` their SHA-256."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    version = models.IntegerField(default=1)
    is_current = models.BooleanField(default=True)
    lines = models.JSONField()
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["-day", "station", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["station", "day", "version"], name="day_review_version"),
            models.UniqueConstraint(fields=["station", "day"], condition=Q(is_current=True), name="day_review_current"),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.day}"


class Bulletin(models.Model):
    """The published bulletin of a day: facts about sites, frozen. Later data make a new version, never another content."""

    day = models.DateField()
    version = models.IntegerField(default=1)
    is_current = models.BooleanField(default=True)
    lines = models.JSONField()
    digest = models.CharField(max_length=64)
    issuer = models.CharField(max_length=120)
    is_demo = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["-day", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["day", "version"], name="bulletin_version"),
            models.UniqueConstraint(fields=["day"], condition=Q(is_current=True), name="bulletin_current"),
        ]

    def __str__(self) -> str:
        return f"{self.day} v{self.version}"


class Dosing(Entry):
    """One line of a hospital's ledger: what was dosed into the waste water, and the chlorine that was left."""

    code = models.CharField(max_length=40, unique=True)
    station_code = models.CharField(max_length=40)
    dosed_on = models.DateField()
    agent = models.CharField(max_length=8, choices=AGENTS)
    kilograms = models.DecimalField(max_digits=8, decimal_places=2)
    cubic_metres = models.DecimalField(max_digits=10, decimal_places=1)
    chlorine = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    contact_minutes = models.IntegerField(null=True)
    working = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code
