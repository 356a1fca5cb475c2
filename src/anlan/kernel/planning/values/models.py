"""Values in versions, which formula an indicator uses, what was written about a gap, and what a review has frozen."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.files.models import Stored
from anlan.kernel.planning.models import Indicator

SOURCES = {"computed": "计算", "typed": "手填"}


class Binding(models.Model):
    """Which formula computes an indicator. Empty means a person has chosen to type the values in.

    `checked` holds, by year, the fingerprint of formula and inputs that was last computed: the worker skips the same.
    """

    indicator = models.OneToOneField(Indicator, on_delete=models.CASCADE, related_name="binding")
    formula = models.CharField(max_length=80, blank=True)
    automatic = models.BooleanField(default=True)
    checked = models.JSONField(default=dict)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.indicator} ← {self.formula or SOURCES['typed']}"


class IndicatorValue(models.Model):
    """One version of the figure of one year. A correction is the next version; the old one keeps when it stopped to hold.

    `value` None says that it cannot be computed and `note` why. `expected` and `valid` count the base records;
    `inputs_hash` fixes them. `ratio_of`/`ratio_in` hold counted days.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="values")
    year = models.IntegerField()
    version = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    unit = models.CharField(max_length=20, blank=True)
    window_from = models.DateField()
    window_to = models.DateField()
    as_of = models.DateField()
    expected = models.IntegerField(null=True)
    valid = models.IntegerField(null=True)
    ratio_of = models.IntegerField(null=True)
    ratio_in = models.IntegerField(null=True)
    rule = models.CharField(max_length=200, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True)
    steps = models.JSONField(default=list)
    substitution = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=8, choices=SOURCES)
    formula = models.CharField(max_length=80, blank=True)
    source_text = models.CharField(max_length=300, blank=True)
    stored = models.ForeignKey(Stored, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    computed_at = models.DateTimeField()
    entered_by = models.CharField(max_length=80)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["indicator", "year", "version"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year", "version"], name="value_version_once"),
            models.UniqueConstraint(
                fields=["indicator", "year"], condition=Q(superseded_at=None), name="value_one_current"
            ),
            models.CheckConstraint(
                condition=Q(source="computed") | (~Q(source_text="") & Q(value__isnull=False)), name="typed_has_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year} v{self.version}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.indicator.access_paths

    @property
    def partial(self) -> bool:
        """Of a year that had not ended on the day the figure stands for."""
        return (self.as_of.month, self.as_of.day) != (12, 31) and self.as_of.year == self.year

    @property
    def ratio(self) -> tuple[int, int] | None:
        return None if self.ratio_of is None or self.ratio_in is None else (self.ratio_of, self.ratio_in)


class GapNote(models.Model):
    """差距说明: why an indicator is behind and what is done about it. Only added."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="gap_notes")
    year = models.IntegerField()
    cause = models.TextField()
    measures = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=80)
    written_for = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"


class FrozenValue(models.Model):
    """What a signed review says of an indicator. Never follows later versions."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="frozen")
    year = models.IntegerField()
    value = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    as_of = models.DateField(null=True)
    label = models.CharField(max_length=120)
    snapshot_hash = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["-frozen_at", "-id"]

    def __str__(self) -> str:
        return f"{self.label} {self.indicator}"
