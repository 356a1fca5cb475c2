"""Rules in dated versions, alarms as the records hold them, shelving. What the engine raised is in the observation store;
`consuming` carries it here, once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.alarms.types import FORMS, PRIORITIES
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station

STATES = {"raised": "未确认", "acknowledged": "已确认", "returned": "已恢复未确认", "cleared": "已结束"}
OPEN = ("raised", "acknowledged", "returned")


class Rule(models.Model):
    """One version of a rule, in force from `valid_from` until `valid_to` (None: still). The same `slug` is the same rule.

    It applies to the streams with `code` at stations of `kind`; with `station`, at that one only, where it replaces the
    general rule of the same slug. `settings` are those of `types.Watch` that its form reads; `permit` true takes the limit
    of each stream's own `Permit` and leaves out streams without one.
    """

    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    form = models.CharField(max_length=8, choices=FORMS)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    station = models.ForeignKey(Station, null=True, on_delete=models.PROTECT, related_name="rules")
    settings = models.JSONField(default=dict)
    priority = models.IntegerField(choices=PRIORITIES)
    advice = models.CharField(max_length=200, blank=True)  # what to do about it
    basis = models.CharField(max_length=200)  # law, article, permit
    verified = models.BooleanField(default=False)  # whether `basis` was read in its own text
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["kind", "slug", "station", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "station"], condition=Q(valid_to=None), name="rule_of_station_in_force"
            ),
            models.UniqueConstraint(fields=["slug"], condition=Q(valid_to=None, station=None), name="rule_in_force"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.station.access_paths if self.station else ()


class Alarm(models.Model):
    """One alarm: a rule that became true on a stream, at `since`. Its events are named by these three."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="alarms")
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="alarms")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    priority = models.IntegerField(choices=PRIORITIES)
    state = models.CharField(max_length=12, choices=STATES, default="raised")
    since = models.DateTimeField()  # when the condition began
    raised_at = models.DateTimeField()  # the value that raised it
    value = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    returned_at = models.DateTimeField(null=True)
    withdrawn = models.BooleanField(default=False)  # the rule went, not the condition
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=80, blank=True)
    cleared_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    climbed = models.IntegerField(default=0)  # how often it went to the next person, unanswered
    answer_due_at = models.DateTimeField()  # by its priority; moves on when it climbs
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["priority", "-since"]
        constraints = [models.UniqueConstraint(fields=["rule", "stream", "since"], name="alarm_once")]
        indexes = [
            models.Index(fields=["state", "priority", "-since"]),
            models.Index(fields=["stream", "-since"]),
            models.Index(fields=["raised_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.stream.station} · {self.rule}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Climb(models.Model):
    """One alarm, one level: nobody had acknowledged it in its time, so it went to the next people. One row a level, ever."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="climbs")
    level = models.IntegerField()
    at = models.DateTimeField()
    told = models.CharField(max_length=200, blank=True)  # who they were then

    class Meta:
        ordering = ["level"]
        constraints = [models.UniqueConstraint(fields=["alarm", "level"], name="climb_once_a_level")]

    def __str__(self) -> str:
        return f"{self.alarm_id} · {self.level}"


class Permit(models.Model):
    """The limit that a permit or a design gives one stream, in force from `valid_from` until `valid_to` (None: still)."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="permits")
    limit = models.FloatField()
    low = models.FloatField(null=True)
    basis = models.CharField(max_length=200)  # permit number and article
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["stream", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["stream"], condition=Q(valid_to=None), name="permit_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.limit:g}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.stream.access_paths


class Shelf(models.Model):
    """A rule on a stream put aside until an end (搁置): its alarms are kept, but call nobody."""

    alarm = models.ForeignKey(
        Alarm, null=True, on_delete=models.PROTECT, related_name="shelves"
    )  # on which it was done
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)  # when its end was noticed, by hand or by the clock
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    person_name = models.CharField(max_length=80)

    class Meta:
        ordering = ["-ends_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="shelf_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.ends_at}"


class Consumed(models.Model):
    """One row: the number of the last event of the observation store that is in these tables."""

    event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.event)
