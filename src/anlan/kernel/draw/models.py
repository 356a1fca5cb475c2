"""A draw as it is kept and published, and the abstract rows of what is drawn, for the registers of packs."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.registry.models import Entry

STATES = {"frozen": "名单已锁定", "drawn": "已抽取", "void": "已作废"}
LEVELS = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
# Published with the list, so never in free words.
REASONS = {"kin": "亲属关系", "worked": "曾在该单位任职", "interest": "有利害关系", "other": "其他应当回避的情形"}


class Draw(models.Model):
    """`text` is the frozen list and never changes; `list_hash` was published with it. Everything else is filled once, by the reveal."""

    number = models.CharField(max_length=24, unique=True)
    pool = models.CharField(max_length=40)  # slug of the capability that draws
    title = models.CharField(max_length=120)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default="frozen")
    version = models.IntegerField(default=1)
    text = models.TextField()
    list_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=200)
    form = models.CharField(max_length=200)
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=80)
    known_at = models.DateTimeField()
    value = models.CharField(max_length=200, blank=True)
    value_from = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    result = models.JSONField(default=list)  # [{"object", "inspectors", "spare"}]
    revealed_at = models.DateTimeField(null=True)
    revealed_by = models.CharField(max_length=80, blank=True)
    void_reason = models.CharField(max_length=400, blank=True)
    voided_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-frozen_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="drawn") | ~Q(seed=""), name="draw_drawn_has_seed"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)

    @property
    def late_void(self) -> bool:
        """Made void when the value could already be known: the page says so, and everyone can compute what was given up."""
        return self.voided_at is not None and self.voided_at >= self.known_at

    @property
    def listed(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


class DrawCounter(models.Model):
    """The last number given to a draw of a prefix in a year."""

    prefix = models.CharField(max_length=8)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="draw_counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last}"


class DrawnEntry(Entry):
    """What the three registers of a draw have in common."""

    class Meta:
        abstract = True

    @classmethod
    def kept(cls) -> models.QuerySet[Any]:
        """Rows in use, of whichever pack's table this is."""
        return cls._default_manager.filter(retired_on=None).select_related("organisation")


class TargetEntry(DrawnEntry):
    """What can be inspected (检查对象): the organisation the row belongs to, in a category and at a risk level."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    category = models.CharField(max_length=20)
    level = models.CharField(max_length=8)
    last_on = models.DateField(null=True)  # when it was last inspected at random
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class InspectorEntry(DrawnEntry):
    """Who can be drawn to inspect (执法检查人员), by the number of the certificate (执法证号)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    valid_until = models.DateField()
    away_until = models.DateField(null=True)
    away_reason = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class RecusalEntry(DrawnEntry):
    """Conflict of interest (回避): this inspector never goes to this object; the kind of reason is published."""

    code = models.CharField(max_length=40, unique=True)
    inspector_code = models.CharField(max_length=40)
    target_code = models.CharField(max_length=40)
    reason = models.CharField(max_length=12)
    valid_to = models.DateField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code
