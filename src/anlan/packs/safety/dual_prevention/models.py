"""A firm's risks with their history, the signals that raise them, near misses, and standards as editions that firms adopt."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.casework.models import Case
from anlan.kernel.response.models import Incident
from anlan.packs.safety.dual_prevention.rules import LEVELS
from anlan.packs.safety.dual_prevention.types import CONTROLS, KINDS, METHODS, POINT_KINDS, MeasureRow, RiskRow


class RiskPoint(models.Model):
    """风险点: a facility, part, place or activity. WGS-84 degrees, the firm's own, never part of a standard."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=POINT_KINDS, default="place")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["organisation__path", "code"]
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="risk_point_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class RiskUnit(models.Model):
    """分析单元 of a point: a machine, a step of the work."""

    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["point", "code"]
        constraints = [models.UniqueConstraint(fields=["point", "code"], name="risk_unit_once")]

    def __str__(self) -> str:
        return self.name


class Risk(models.Model):
    """风险事件. `level`, `score` and `lead` are computed from the row and kept with it; changed by `actions` alone. `looked_at`: a person of
    this firm has held it against their own conditions (an adopted row has not been)."""

    STATES = {"active": "管控中", "retired": "已停用"}
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(RiskUnit, on_delete=models.PROTECT, related_name="risks")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    accident = models.CharField(max_length=40, blank=True)
    consequence = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=8, choices=METHODS)
    factors = models.JSONField(default=dict)
    direct = models.CharField(max_length=200, blank=True)
    control = models.CharField(max_length=12, choices=CONTROLS, blank=True)
    post = models.CharField(max_length=80, blank=True)
    score = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    level = models.CharField(max_length=8, choices=LEVELS)
    lead = models.CharField(max_length=12, choices=CONTROLS)
    state = models.CharField(max_length=8, choices=STATES, default="active")
    version = models.IntegerField(default=1)
    graded_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["organisation__path", "code"]
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="risk_code_once")]
        indexes = [models.Index(fields=["organisation", "state", "level"])]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)

    def row(self) -> RiskRow:
        """As a value; reads `unit.point` and the measures."""
        point = self.unit.point
        return RiskRow(
            code=self.code, point_code=point.code, point=point.name, point_kind=point.kind, unit_code=self.unit.code, unit=self.unit.name, title=self.title,
            accident=self.accident, consequence=self.consequence, method=self.method, **self.factors, direct=self.direct, control=self.control, post=self.post,
            measures=tuple(one.row() for one in sorted(self.measures.all(), key=lambda one: one.code) if one.is_active),
        )  # fmt: skip


class Measure(models.Model):
    """管控措施, one of five kinds. It keeps its id when its words change, so that its failures stay counted."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="measures")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=KINDS)
    text = models.CharField(max_length=200)
    criterion = models.CharField(max_length=400, blank=True)
    pace = models.CharField(max_length=8, blank=True)
    role = models.CharField(max_length=40, blank=True)
    photo = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["risk", "code"]
        constraints = [models.UniqueConstraint(fields=["risk", "code"], name="risk_measure_once")]

    def __str__(self) -> str:
        return self.text

    def row(self) -> MeasureRow:
        return MeasureRow(
            code=self.code,
            kind=self.kind,
            text=self.text,
            criterion=self.criterion,
            pace=self.pace,
            role=self.role,
            photo=self.photo,
        )


class RiskVersion(models.Model):
    """What a risk was from a moment on, who wrote it and why. Only grows."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="versions")
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=80)
    why = models.CharField(max_length=400, blank=True)
    row = models.JSONField()
    score = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    level = models.CharField(max_length=8, choices=LEVELS)
    state = models.CharField(max_length=8, choices=Risk.STATES, default="active")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.risk} {self.at:%Y-%m-%d}"


class NearMiss(models.Model):
    """未遂事故 or accident of a firm, told so that the risks it touches are graded again. No person is named."""

    KINDS = {"near_miss": "未遂事故", "accident": "事故"}
    key = models.UUIDField(unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    title = models.CharField(max_length=120)
    fact = models.TextField(blank=True)
    place = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-happened_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Signal(models.Model):
    """A reason to grade a risk again. `mark` makes the same reason one signal. Answered by grading, whatever the new grade is; withdrawn
    when the cause that an incident's review gave is struck."""

    KINDS = {"accident": "事故", "near_miss": "未遂事故", "repeated": "措施反复失效"}
    STATES = {"open": "待重评", "answered": "已重评", "withdrawn": "已撤回"}
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=10, choices=KINDS)
    mark = models.CharField(max_length=80)
    text = models.CharField(max_length=200)
    near_miss = models.ForeignKey(NearMiss, null=True, on_delete=models.PROTECT, related_name="signals")
    measure = models.ForeignKey(Measure, null=True, on_delete=models.PROTECT, related_name="signals")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")  # whose review asked
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    version = models.ForeignKey(RiskVersion, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["risk", "mark"], name="risk_signal_once")]

    def __str__(self) -> str:
        return self.text


class Standard(models.Model):
    """标杆标准: a firm's whole register, published for its peers."""

    title = models.CharField(max_length=80)
    trade = models.CharField(max_length=40, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """One edition, frozen. `approval`: who or what approved it (专家审定, number of the consultation or document)."""

    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="editions")
    number = models.IntegerField()
    name = models.CharField(max_length=20)
    note = models.CharField(max_length=400, blank=True)
    approval = models.CharField(max_length=200)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    risks = models.IntegerField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["standard", "-number"]
        constraints = [models.UniqueConstraint(fields=["standard", "number"], name="standard_edition_once")]

    def __str__(self) -> str:
        return f"{self.standard} {self.name}"


class Adoption(models.Model):
    """Which edition a firm's register stands on; `version` is compared and set, so that two upgrades at once never both win."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="adoptions")
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=80)
    upgraded_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default="active")
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["organisation__path"]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(state="active"), name="one_adoption")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.edition}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class RiskConsultation(models.Model):
    """Which risk an expert consultation is about."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="risk_consultation")
    risk = models.ForeignKey(Risk, null=True, on_delete=models.PROTECT, related_name="consultations")

    def __str__(self) -> str:
        return str(self.case)
