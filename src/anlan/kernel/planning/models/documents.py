"""The document as published and the plans in it."""

from __future__ import annotations

from django.db import models

from anlan.kernel.files.models import Stored

DOMAINS = {"safety": "安全与应急", "education": "教育", "environment": "生态环境", "general": "综合"}


class PlanDocument(models.Model):
    """A published document. `reading` is the reader's whole answer, kept to tell what a later version changed."""

    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80, blank=True)
    issuer = models.CharField(max_length=120, blank=True)
    index = models.CharField(max_length=80, blank=True)
    topics = models.JSONField(default=list)
    valid = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class Plan(models.Model):
    """One plan of a document. Dates of what it promises run from `first_year` to `last_year`."""

    document = models.ForeignKey(PlanDocument, on_delete=models.PROTECT, related_name="plans")
    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=120)
    domain = models.CharField(max_length=12, choices=DOMAINS)
    first_year = models.IntegerField()
    last_year = models.IntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_demo(self) -> bool:
        return self.document.is_demo

    @property
    def period(self) -> str:
        return f"{self.first_year}—{self.last_year}"


class Chapter(models.Model):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="chapters")
    order = models.IntegerField()
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    level = models.IntegerField()
    path = models.CharField(max_length=60)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["plan", "order"]

    def __str__(self) -> str:
        return f"{self.number}{self.title}"


class ImportRun(models.Model):
    """One stored import: what it brought, as counts and as the list of differences."""

    document = models.ForeignKey(PlanDocument, on_delete=models.PROTECT, related_name="runs")
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    file_name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    stored = models.ForeignKey(Stored, null=True, on_delete=models.PROTECT)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} {self.at:%Y-%m-%d}"
