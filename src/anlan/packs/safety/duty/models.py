"""What stands around the kernel's shifts: which posts must be manned, trades, hand-overs, call-ups, self-checks, large events, sensitive periods."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.registry.models import Entry
from anlan.kernel.response.models import DutyShift, Incident
from anlan.kernel.response.types import POSTS

KINDS = {"fair": "展会", "race": "体育赛事", "show": "演出", "festival": "节庆", "meeting": "会议", "other": "其他"}


class LargeEvent(Entry):
    """A large event that is watched over (重大活动保障). `most` is how many persons the place is let for."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=KINDS)
    place = models.CharField(max_length=120)
    host = models.CharField(max_length=80)
    starts_on = models.DateField()
    opens = models.CharField(max_length=5)
    ends_on = models.DateField()
    closes = models.CharField(max_length=5)
    expected = models.IntegerField()
    most = models.IntegerField()
    permit = models.CharField(max_length=80, blank=True)
    plan = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class SensitivePeriod(Entry):
    """Days on which duty is strengthened (敏感时期): dated data with its source."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    measures = models.CharField(max_length=400)
    source = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Manning(models.Model):
    """A post that must have `people` at once from the first to the last day; `edges` are the hours of changing. For a large event or a
    sensitive period it comes on top and says so."""

    post = models.CharField(max_length=16, choices=POSTS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    edges = models.CharField(max_length=60)
    people = models.SmallIntegerField(default=1)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    event = models.ForeignKey(LargeEvent, null=True, on_delete=models.PROTECT, related_name="mannings")
    period = models.ForeignKey(SensitivePeriod, null=True, on_delete=models.PROTECT, related_name="mannings")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["post", "organisation", "from_on", "id"]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.organisation}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


TRADE_STATES = {
    "asked": "待对方答复",
    "agreed": "待批准",
    "done": "已换",
    "refused": "对方不换",
    "denied": "没有批准",
    "withdrawn": "已撤回",
    "void": "已失效",
}
OPEN_TRADES = ("asked", "agreed")


class ShiftTrade(models.Model):
    """`shift` goes to `to`; with `back`, theirs comes in return. `over`: why it needs an approval."""

    shift = models.ForeignKey(DutyShift, on_delete=models.PROTECT, related_name="+")
    back = models.ForeignKey(DutyShift, null=True, on_delete=models.PROTECT, related_name="+")
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    over = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=TRADE_STATES, default="asked")
    version = models.IntegerField(default=1)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state__in=OPEN_TRADES), name="safety_one_trade_a_shift"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shift} → {self.to}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.shift.access_paths


class HandOver(models.Model):
    """The sheet of a shift that ends. Drafted from what happened; the one who goes signs it, then the one who comes: two signatures."""

    STATES = {"draft": "待交班人签", "given": "待接班人签", "done": "已交接"}
    shift = models.OneToOneField(DutyShift, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default="draft")
    version = models.IntegerField(default=1)
    sheet = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    hash = models.CharField(max_length=64, blank=True)
    drafted_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    taken_note = models.CharField(max_length=400, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-drafted_at", "-id"]

    def __str__(self) -> str:
        return f"{self.shift}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.shift.access_paths


class CallUp(models.Model):
    """People who are called to their posts (召集), for an incident or as a test. `key` keeps the night's test single."""

    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    words = models.CharField(max_length=300, blank=True)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    is_test = models.BooleanField(default=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices={"open": "在召集", "closed": "已结束"}, default="open")
    version = models.IntegerField(default=1)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path, *((self.incident.organisation.path,) if self.incident else ()))


CALLS = {
    "called": "已呼叫",
    "answered": "已应答",
    "moving": "在途",
    "arrived": "到岗",
    "silent": "没有应答",
    "declined": "来不了",
}


class Called(models.Model):
    """One person of a post who was called. `level` 1 first; who does not answer by `climb_at` is passed over once, and the next is called."""

    call = models.ForeignKey(CallUp, on_delete=models.PROTECT, related_name="people")
    post = models.CharField(max_length=16, choices=POSTS)
    level = models.SmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CALLS, default="called")
    version = models.IntegerField(default=1)
    called_at = models.DateTimeField()
    climb_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80, blank=True)  # who wrote it down, when it was said by telephone
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["post", "level"]
        constraints = [models.UniqueConstraint(fields=["call", "post", "level"], name="safety_called_once_a_level")]
        indexes = [models.Index(fields=["climb_at"], condition=Q(climb_at__isnull=False), name="safety_calls_to_climb")]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.person}"


class SelfCheck(models.Model):
    """A look at what a shift needs, at its start: what the program saw and what the officer ticked, as it was."""

    shift = models.ForeignKey(DutyShift, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    results = models.JSONField(default=list)  # [slug, sound, words]
    faults = models.IntegerField(default=0)
    note = models.CharField(max_length=400, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.person} {self.at:%Y-%m-%d %H:%M}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Beat(models.Model):
    """One row: when the worker last ran."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}"


class CrowdCount(models.Model):
    """How many were inside a large event at an instant; never changed, a wrong one is followed by another."""

    event = models.ForeignKey(LargeEvent, on_delete=models.PROTECT, related_name="counts")
    at = models.DateTimeField()
    people = models.IntegerField()
    spot = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.event} {self.people}"
