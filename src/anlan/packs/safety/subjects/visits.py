"""Visits to the places of a campaign register (S24): those that a draw asked for (抽查), and second looks (回头看). Added, never changed; what
was found stands in the register's row by the row's own checks, and what lacks something has a day for the next look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import Q, QuerySet

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.types import Actor
from anlan.kernel.draw.models import Draw
from anlan.kernel.journal.record import record as write
from anlan.kernel.journal.types import Verb
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.types import Problem, Sheet

KINDS = {"sample": "抽查", "again": "回头看"}
STATES = {"open": "待查", "done": "已查", "excused": "不查了"}
WITHIN = 15  # days from the order to the visit; 本系统默认值
VERBS = (
    Verb(slug="campaign.row.drawn", title="抽中待查"),
    Verb(slug="campaign.row.looked", title="记抽查或回头看"),
    Verb(slug="campaign.row.excused", title="抽中不查了"),
)


class Register(Protocol):
    """What a register says of itself to be visited: see `campaign.Campaign`."""

    @property
    def slug(self) -> str: ...
    @property
    def sheet(self) -> Sheet: ...
    @property
    def requirements(self) -> Mapping[str, str]: ...
    @property
    def second_looks(self) -> Q: ...
    def faults(self, values: Mapping[str, Any]) -> Sequence[Problem]: ...


class CampaignVisit(models.Model):
    """One visit to one row (`campaign`, `row`). `lacking`: the requirements that did not hold; `again_on`: the day set for looking again.

    `name` is the place's when the visit was made."""

    campaign = models.CharField(max_length=40)
    row = models.BigIntegerField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=KINDS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    draw = models.ForeignKey(Draw, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default="open")
    version = models.IntegerField(default=1)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    lacking = models.JSONField(default=list)
    again_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    person_name = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["-due_on", "-id"]
        indexes = [
            models.Index(fields=["campaign", "row", "-id"]),
            models.Index(fields=["campaign", "state", "due_on"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["draw", "row"], condition=Q(draw__isnull=False), name="campaign_drawn_once"),
            models.UniqueConstraint(fields=["campaign", "row"], condition=Q(state="open"), name="campaign_one_open_visit"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


def of_row(register: Register, row: Any) -> QuerySet[CampaignVisit]:
    return CampaignVisit.objects.filter(campaign=register.slug, row=row.pk).select_related("draw").order_by("-id")


def open_rows(register: Register) -> set[int]:
    """The rows that were drawn and not visited yet."""
    rows = CampaignVisit.objects.filter(campaign=register.slug, state="open")
    return set(rows.values_list("row", flat=True))


def wanted(register: Register, row: Any) -> str:
    """Which visit the row waits for: a slug of KINDS, or ""."""
    if row.retired_on is not None:
        return ""
    if of_row(register, row).filter(state="open").exists():
        return "sample"
    return "again" if register.sheet.model.objects.filter(register.second_looks, pk=row.pk).exists() else ""


def _note(actor: Actor, register: Register, row: Any, verb: str, at: datetime, new: Mapping[str, object]) -> None:
    write(actor=actor, verb=f"campaign.row.{verb}", subject_kind=register.sheet.slug, subject_id=row.pk, at=at, org_path=row.organisation.path, new=new)  # fmt: skip


@transaction.atomic
def begin(*, actor: Actor, register: Register, hold: str, draw: Draw, code: str, at: datetime) -> CampaignVisit:
    """The visit that a draw asks for; asked again, the one that stands. A row that waits for a visit from another draw gets no second one,
    one that was retired meanwhile is written down as not visited."""
    policy.require(actor, hold, draw)
    row = register.sheet.model.objects.select_related("organisation").filter(code=code).first()
    if row is None:
        raise Refused("target", f"台账里没有 {code}。")
    found = (
        CampaignVisit.objects.filter(draw=draw, row=row.pk).first()
        or of_row(register, row).filter(state="open").first()
    )
    if found is not None:
        return found
    due, gone = civil_date(at) + timedelta(days=WITHIN), row.retired_on is not None
    told = {
        "name": row.name,
        "kind": "sample",
        "organisation": row.organisation,
        "due_on": due,
        "made_at": at,
        "is_demo": draw.is_demo,
    }
    if gone:
        told |= {"state": "excused", "note": "下达时已经停用，用候补"}
    made: CampaignVisit
    made, fresh = CampaignVisit.objects.get_or_create(draw=draw, row=row.pk, campaign=register.slug, defaults=told)
    if not fresh:
        return made
    _note(actor, register, row, "drawn", at, {"抽查编号": draw.number, "查到哪天": due})
    return made


@transaction.atomic
def record(
    *, actor: Actor, register: Register, row: Any, kind: str, done_on: date, held: Collection[str], again_on: date | None, note: str, version: int, at: datetime,
) -> CampaignVisit:  # fmt: skip
    """What was found at a visit that was wanted. `held`: the requirements that hold; what does not has a day for the second look (`again_on`).
    `version`: the row as it was shown. Raises Refused at a field."""
    policy.require(actor, register.sheet.write, row)
    if kind not in KINDS or kind != wanted(register, row):
        raise Refused("stale", "这一处现在不等抽查，也不等回头看。刷新后再看。")
    if unknown := set(held) - set(register.requirements):
        raise Refused("held", f"没有这项要求：{min(unknown)[:40]}。", "held")
    said, today, visit = note.strip(), civil_date(at), of_row(register, row).filter(state="open").first()
    earliest = civil_date(visit.made_at) if visit else row.checked_on or date.min
    if not earliest <= done_on <= today:
        raise Refused("done_on", f"日期在 {earliest} 到今天之间。改日期再存。", "done_on")
    if len(said) > 200:
        raise Refused("note", "说明最多 200 个字。", "note")
    lacking, asked_by = [name for name in register.requirements if name not in held], row.second_look_on or done_on
    _store(actor, register, row, kind, done_on, lacking, again_on, version, at)
    told = {"done_on": done_on, "lacking": lacking, "again_on": again_on, "note": said, "person_name": actor.name}
    if visit:
        move = Move(slug="look", title="记抽查", sources=("open",), target="done", permission=register.sheet.write)
        advance(visit, move, actor=actor, **told)
    else:
        visit = CampaignVisit.objects.create(
            campaign=register.slug, row=row.pk, name=row.name, kind=kind, organisation=row.organisation, state="done", due_on=asked_by,
            made_at=at, is_demo=row.is_demo, **told,
        )  # fmt: skip
    _note(actor, register, row, "looked", at, {KINDS[kind]: f"{len(lacking)} 项没有做到" if lacking else "都做到"})
    row.refresh_from_db()
    return visit


def _store(
    actor: Actor, register: Register, row: Any, kind: str, done_on: date, lacking: Collection[str], again_on: date | None, version: int, at: datetime
) -> None:  # fmt: skip
    """The finding in the register's row, under the row's own checks."""
    sheet, changes = register.sheet, {name: name not in lacking for name in register.requirements}
    fresh: dict[str, Any] = {"checked_on": done_on, "second_look_on": again_on, "second_looked_on": None}
    if kind == "sample":
        fresh["sampled_on"] = done_on
    elif not lacking and again_on is None:
        fresh = {"second_looked_on": done_on}
    values = {**registry.facts(row, sheet), **changes, **fresh}
    if problem := next(iter(register.faults(values)), None):
        field = {"second_look_on": "again_on", "checked_on": "done_on"}.get(problem.column, problem.column)
        raise Refused(field, problem.message, field)
    if any(getattr(row, name) != value for name, value in values.items()):
        registry.change(actor=actor, sheet=sheet, row=row, values=values, version=version, at=at)


@transaction.atomic
def excuse(*, actor: Actor, register: Register, hold: str, visit: CampaignVisit, reason: str, at: datetime) -> CampaignVisit:  # fmt: skip
    """Not visited after all (closed, moved away), said by whoever may draw; the draw and its result stay as they are."""
    if not 4 <= len(reason.strip()) <= 200:
        raise Refused("reason", "写明为什么不查，4 到 200 个字；候补的另外下达。", "reason")
    row = register.sheet.model.objects.select_related("organisation").get(pk=visit.row)
    policy.require(actor, hold, visit.draw)
    move = Move(slug="excuse", title="不查了", sources=("open",), target="excused", permission=register.sheet.write)
    advance(visit, move, actor=actor, note=reason.strip(), person_name=actor.name)
    _note(actor, register, row, "excused", at, {"理由": reason.strip()})
    return visit
