"""What a penalty is beyond a case, and what is published of inspections, penalties and cards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.casework.models import Case
from anlan.kernel.draw.models import Draw
from anlan.kernel.registry.models import Entry

KINDS = {"inspection": "检查结果", "penalty": "行政处罚", "card": "红黄牌"}
STATES = {"shown": "公示中", "ended": "已期满", "withdrawn": "已撤下"}
WAYS = {"direct": "直接送达", "left": "留置送达", "post": "邮寄送达", "electronic": "电子送达（当事人同意）", "notice": "公告送达"}  # fmt: skip


class PlanEntry(Entry):
    """A line of a department's yearly plan of inspections: how many of a category and level, and how (random or plan); with `month`, in that one."""

    code = models.CharField(max_length=40, unique=True)
    year = models.IntegerField()
    month = models.IntegerField(null=True)
    category = models.CharField(max_length=20)
    level = models.CharField(max_length=8, blank=True)
    way = models.CharField(max_length=8)
    number = models.IntegerField()
    basis = models.CharField(max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class Penalty(models.Model):
    """Money in yuan. `low` and `high` are the range that held; `outside` why the fine lies outside it. `decide_by`: the legal last day."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="penalty")
    filed_on = models.DateField()
    decide_by = models.DateField()
    violation = models.CharField(max_length=40, blank=True)
    law = models.CharField(max_length=200, blank=True)
    circumstance = models.CharField(max_length=40, blank=True)
    low = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    other = models.CharField(max_length=200, blank=True)  # 警告、责令停产停业 …
    outside = models.CharField(max_length=400, blank=True)
    is_heavy = models.BooleanField(default=False)
    hearing = models.BooleanField(default=False)  # the party asked for one
    notified_on = models.DateField(null=True)
    public_text = models.TextField(blank=True)
    number = models.CharField(max_length=60, blank=True)
    decided_on = models.DateField(null=True)
    served_on = models.DateField(null=True)
    way = models.CharField(max_length=12, choices=WAYS, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="penalties_number_once")
        ]

    def __str__(self) -> str:
        return self.number or str(self.case)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class Inspected(models.Model):
    """What an inspection is beyond a case: the draw it came from and whom that draw named, and who went."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="inspected")
    draw = models.ForeignKey(Draw, null=True, on_delete=models.PROTECT, related_name="inspections")
    target_code = models.CharField(max_length=40, blank=True)
    inspectors = models.JSONField(default=list)  # certificate numbers that were drawn
    went = models.JSONField(default=list)  # certificate numbers that went
    replaced = models.CharField(max_length=200, blank=True)  # why others went

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "target_code"], condition=Q(draw__isnull=False), name="penalties_drawn_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class Publication(models.Model):
    """One line of what everyone may read: an organisation, never a person. It ends by itself after `shown_until`, or is withdrawn with a reason."""

    kind = models.CharField(max_length=12, choices=KINDS)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="publications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=120)
    outcome = models.CharField(max_length=80)
    law = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    decided_on = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)
    shown_until = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdrawn_reason = models.CharField(max_length=400, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["kind", "case"], name="penalties_published_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.organisation}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.issuer.path, self.organisation.path)
