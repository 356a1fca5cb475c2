"""A review on its way, and the snapshot that signing freezes."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Organisation
from anlan.kernel.planning.models import Plan

KINDS = {"yearly": "年度评估", "mid": "中期评估", "final": "终期评估"}
STATES = {"draft": "起草", "scored": "待签发", "signed": "已签发", "published": "已公布"}


class Review(models.Model):
    """`data` is what was gathered as of `as_of` (see `gathering`); it is only replaced while the review is not signed.

    `round` counts reviews of the same plan, kind and year: a second one follows a published one, never replaces it.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=8, choices=KINDS)
    year = models.IntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=STATES, default="draft", db_index=True)
    version = models.PositiveIntegerField(default=1)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    number_year = models.IntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    addressee = models.CharField(max_length=60)
    opinion = models.TextField(blank=True)
    proposals = models.TextField(blank=True)
    data = models.JSONField()
    returned_for = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind", "year", "round"], name="review_once"),
            models.UniqueConstraint(
                fields=["code", "number_year", "serial"],
                condition=models.Q(serial__isnull=False),
                name="review_number_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.year} {self.get_kind_display()}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Snapshot(models.Model):
    """What was signed: canonical JSON and its sha256. The database refuses to change a row (migration 0002)."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="snapshot")
    content = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    frozen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:16]
