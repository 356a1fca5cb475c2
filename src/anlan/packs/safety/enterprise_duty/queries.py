"""What the pages show of enterprises. Each takes the viewer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case
from anlan.kernel.registry.models import Entry
from anlan.packs.safety.enterprise_duty import rules
from anlan.packs.safety.enterprise_duty.models import (
    Certificate,
    Contractor,
    EnterpriseFile,
    FeeAccount,
    FeeEntry,
    ProjectOpinion,
    Promise,
    SafetyProject,
    StaffDuty,
)
from anlan.packs.safety.enterprise_duty.process import SLUG

READ, PERSONS = "enterprise_duty.read", "enterprise_duty.persons"
AHEAD = timedelta(days=30)
# (table, date, what it is called): everything of an enterprise that runs out.
DATES: tuple[tuple[type[Entry], str, str], ...] = (
    (EnterpriseFile, "level_expires_on", "标准化等级"), (EnterpriseFile, "insurance_expires_on", "安责险"), (EnterpriseFile, "plan_due_on", "应急预案修订"),
    (EnterpriseFile, "drill_due_on", "演练"), (StaffDuty, "assess_due_on", "责任制考核"), (Certificate, "recheck_on", "证件复审"),
    (Certificate, "expires_on", "证件到期"), (Contractor, "licence_expires_on", "承包商资质"), (Contractor, "contract_until", "承包合同"),
)  # fmt: skip


def visible(actor: Actor) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(kind="enterprise", closed_on=None)
    return policy.visible_to(actor, READ, rows, "path").order_by("path")


@dataclass(frozen=True)
class Expiring:
    """A date that has passed or comes within 30 days."""

    word: str
    name: str
    on: date
    late: bool


def expiring(rows: Iterable[Organisation], today: date) -> dict[int, list[Expiring]]:
    """By enterprise, the soonest first."""
    known = [one.pk for one in rows]
    found: dict[int, list[Expiring]] = {pk: [] for pk in known}
    for table, column, word in DATES:
        due = table.objects.filter(organisation__in=known, retired_on=None, **{f"{column}__lte": today + AHEAD})  # type: ignore[attr-defined]
        for row in due.select_related("organisation"):
            day = getattr(row, column)
            found[row.organisation_id].append(
                Expiring(word, "" if isinstance(row, EnterpriseFile) else str(row), day, day < today)
            )
    return {pk: sorted(lines, key=lambda one: one.on) for pk, lines in found.items()}


def late(actor: Actor, today: date) -> int:
    """How many of the enterprises this person may see have something that has run out."""
    known = visible(actor).values("pk")
    found: set[int] = set()
    for table, column, _word in DATES:
        rows = table.objects.filter(organisation__in=known, retired_on=None, **{f"{column}__lt": today})  # type: ignore[attr-defined]
        found |= set(rows.values_list("organisation", flat=True))
    return len(found)


def open_permits(actor: Actor) -> int:
    return cases.visible(actor, SLUG).filter(is_open=True).count()


@dataclass
class Line:
    """One enterprise in the regulator's table. Money in yuan, of the year."""

    organisation: Organisation
    file: EnterpriseFile | None = None
    late: int = 0
    near: int = 0
    certificates: int = 0
    balance: Decimal | None = None
    drawn: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    permits: int = 0
    promised: bool = False
    projects: int = 0

    @property
    def level(self) -> str:
        return rules.LEVELS[self.file.level] if self.file else ""


def lines(actor: Actor, at: datetime) -> list[Line]:
    """Every enterprise this person may see, those with something run out first."""
    today, units = civil_date(at), list(visible(actor))
    known = {one.pk: Line(one) for one in units}
    for file in EnterpriseFile.objects.filter(organisation__in=known, retired_on=None):
        known[file.organisation_id].file = file
    for pk, dates in expiring(units, today).items():
        known[pk].late = sum(one.late for one in dates)
        known[pk].near = len(dates) - known[pk].late
    held = Certificate.objects.filter(organisation__in=known, retired_on=None).order_by()
    for row in held.values("organisation").annotate(all=Count("pk")):
        known[row["organisation"]].certificates = row["all"]
    for owner, balance in FeeAccount.objects.filter(organisation__in=known).values_list("organisation", "balance"):
        known[owner].balance = balance
    moved = FeeEntry.objects.filter(account__organisation__in=known, on__year=today.year).order_by()
    for row in moved.values("account__organisation", "source", "target").annotate(all=Sum("amount")):
        line = known[row["account__organisation"]]
        if "cost" in (row["source"], row["target"]):
            line.drawn += row["all"] if row["source"] == "cost" else -row["all"]
        else:
            line.used += row["all"] if row["source"] == "reserve" else -row["all"]
    for owner in Case.objects.filter(process=SLUG, is_open=True, owner__in=known).values_list("owner", flat=True):
        known[owner].permits += 1
    for organisation in Promise.objects.filter(organisation__in=known, kind="year", on__year=today.year).values_list(
        "organisation", flat=True
    ):
        known[organisation].promised = True
    for organisation in SafetyProject.objects.filter(organisation__in=known).exclude(state__in=("done", "dropped")).values_list("organisation", flat=True):  # fmt: skip
        known[organisation].projects += 1
    return sorted(known.values(), key=lambda one: (-one.late, -one.near, one.organisation.path))


# ---- the safety fee
@dataclass
class Year:
    """One year of the ledger: what stood at its beginning and end, drawn, used by item."""

    year: int
    opening: Decimal
    drawn: Decimal = Decimal(0)
    items: dict[str, Decimal] = field(default_factory=dict)

    @property
    def used(self) -> Decimal:
        return sum(self.items.values(), Decimal(0))

    @property
    def closing(self) -> Decimal:
        return self.opening + self.drawn - self.used


def ledger(account: FeeAccount | None) -> list[Year]:
    """The years, the newest first; each begins with what the one before left."""
    found: list[Year] = []
    for entry in account.entries.all() if account else ():
        if not found or found[-1].year != entry.on.year:
            found.append(Year(entry.on.year, found[-1].closing if found else Decimal(0)))
        year = found[-1]
        if entry.source == "cost":
            year.drawn += entry.amount
        elif entry.target == "cost":
            year.drawn -= entry.amount
        elif entry.source == "reserve":
            year.items[entry.target] = year.items.get(entry.target, Decimal(0)) + entry.amount
        else:
            year.items[entry.source] = year.items.get(entry.source, Decimal(0)) - entry.amount
    return found[::-1]


def entries(account: FeeAccount | None, year: int) -> list[FeeEntry]:
    if account is None:
        return []
    return list(account.entries.filter(on__year=year).select_related("reverses", "reversed_by").order_by("-on", "-id"))


# ---- people, permits, projects
def certificates(actor: Actor, enterprise: Organisation) -> list[tuple[Certificate, str, str]]:
    """(row, name, number): whole for the enterprise itself and the regulator, masked for everybody else."""
    whole = policy.may(actor, PERSONS, enterprise)
    rows = Certificate.objects.filter(organisation=enterprise, retired_on=None).order_by("expires_on", "code")
    return [(row, *((row.holder, row.number) if whole else (_mask(row.holder), _mask(row.number)))) for row in rows]


def duties(actor: Actor, enterprise: Organisation) -> list[tuple[StaffDuty, str]]:
    whole = policy.may(actor, PERSONS, enterprise)
    rows = StaffDuty.objects.filter(organisation=enterprise, retired_on=None).order_by("code")
    return [(row, row.holder if whole else _mask(row.holder)) for row in rows]


def _mask(text: str) -> str:
    return text[:1] + "**" if text else ""


def permits(actor: Actor, enterprise: Organisation) -> list[Case]:
    return list(cases.visible(actor, SLUG).filter(owner=enterprise, is_open=True).order_by("due_at", "id")[:50])


def projects(actor: Actor) -> QuerySet[SafetyProject]:
    """Those of the enterprises this person may see, and those their department was asked about."""
    rows = SafetyProject.objects.select_related("organisation").prefetch_related("opinions__department")
    asked = Q(opinions__department__path__startswith=actor.path) if actor.path else None
    return policy.visible_to(actor, "enterprise_duty.project_read", rows, "organisation__path", asked)


def to_answer(actor: Actor) -> list[ProjectOpinion]:
    """Opinions that wait for this person's department, of a stage the project is still in."""
    if not policy.may(actor, "enterprise_duty.opinion") or not actor.path:
        return []
    rows = ProjectOpinion.objects.filter(state="asked", department__path__startswith=actor.path)
    return [one for one in rows.select_related("project__organisation", "department").order_by("due_at") if one.stage == one.project.state]  # fmt: skip


def today_facts(enterprise: Organisation) -> dict[str, str]:
    """What stands in a promise of today: counted, not written."""
    running = Case.objects.filter(process=SLUG, owner=enterprise, state__in=("approved", "working", "halted"))
    hot = running.exclude(grade="confined").count()
    people = (
        Contractor.objects.filter(organisation=enterprise, retired_on=None).aggregate(all=Sum("people"))["all"] or 0
    )
    return {"动火作业": f"{hot} 处", "受限空间作业": f"{running.count() - hot} 处", "承包商在厂": f"{people} 人"}
