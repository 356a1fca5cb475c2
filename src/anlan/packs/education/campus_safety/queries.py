"""What the pages show: schools side by side, what is due, a report found by its number and secret. Each takes the viewer, or the secret."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.db.models import Count, Q

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Line
from anlan.kernel.checks.models import Task
from anlan.kernel.registry.queries import visible
from anlan.packs.education.campus_safety.checks import FORM, PASS
from anlan.packs.education.campus_safety.models import (
    BullyingReport,
    BusDriver,
    CampusProfile,
    Canteen,
    FoodSample,
    SchoolBus,
)
from anlan.packs.education.campus_safety.process import SLUG
from anlan.packs.education.campus_safety.sheets import CANTEENS, DRIVERS, PROFILES, RIDES, VEHICLES, WATER

TRIES, WINDOW = 10, 3600  # wrong secrets of one number in so many seconds
_WRONG = "编号或查询码不对。照着送出时给你的那两行填；查询码不分大小写。"


@dataclass
class SchoolLine:
    """One school: its rows of the profile, dangers open and late, papers run out (`expired` says which)."""

    organisation: Organisation
    profiles: list[CampusProfile] = field(default_factory=list)
    open: int = 0
    late: int = 0
    expired: list[str] = field(default_factory=list)
    score: tuple[int, Decimal] | None = None  # the task of the last safe-campus check, and its share in per cent

    @property
    def guards(self) -> tuple[int, int]:
        return sum(one.guards for one in self.profiles), sum(one.guards_needed for one in self.profiles)

    @property
    def guarded(self) -> bool:
        return bool(self.profiles) and all(one.guards >= one.guards_needed for one in self.profiles)

    @property
    def closed(self) -> bool:
        return bool(self.profiles) and all(one.closed for one in self.profiles)

    @property
    def alarm(self) -> bool:
        return bool(self.profiles) and all(one.alarm for one in self.profiles)


def schools() -> list[Organisation]:
    return list(Organisation.objects.filter(kind="school", closed_on=None).order_by("path"))


def lines(actor: Actor, at: datetime) -> list[SchoolLine]:
    """The schools this person may see, those with late dangers and expired papers first."""
    today, district = civil_date(at), policy.reach(actor, f"{SLUG}.read") == "district"
    known = {
        one.pk: SchoolLine(one) for one in schools() if district or (actor.path and one.path.startswith(actor.path))
    }
    for profile in visible(PROFILES, actor).filter(retired_on=None):
        if profile.organisation_id in known:
            known[profile.organisation_id].profiles.append(profile)
    told = cases.visible(actor, SLUG).filter(is_open=True).order_by()
    for row in told.values("owner").annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at))):
        if row["owner"] in known:
            known[row["owner"]].open, known[row["owner"]].late = row["open"], row["late"]
    _papers(known, actor, today)
    for task, target, share in scores(at):
        if target in known:
            known[target].score = (task, share)
    return sorted(known.values(), key=lambda one: (-one.late, -len(one.expired), -one.open, one.organisation.path))


def _papers(known: dict[int, SchoolLine], actor: Actor, today: date) -> None:
    """Say at each school which of its papers and tests have run out."""
    for sheet, column, word in (
        (CANTEENS, "licence_expires_on", "食堂许可证"), (CANTEENS, "health_cards_expire_on", "健康证"), (WATER, "next_on", "饮水检测"),
        (VEHICLES, "permit_expires_on", "校车标牌"), (VEHICLES, "inspection_due_on", "校车检验"), (VEHICLES, "insurance_expires_on", "校车保险"),
        (DRIVERS, "licence_expires_on", "驾驶证"), (DRIVERS, "check_due_on", "驾驶员审验"),
    ):  # fmt: skip
        rows = visible(sheet, actor).filter(retired_on=None, **{f"{column}__lt": today})
        if sheet is WATER:
            rows = rows.filter(pk__in=newest_water())
        for pk in rows.values_list("organisation", flat=True).distinct():
            if pk in known:
                known[pk].expired.append(word)


def scores(at: datetime, since: date | None = None) -> list[tuple[int, int, Decimal]]:
    """(task, school, per cent) of the last safe-campus check of each school by `at`, not before `since`; the standing record counts."""
    rows = Task.objects.filter(area=SLUG, form__slug=FORM, state="done", records__state="standing", done_at__lte=at)
    if since is not None:
        rows = rows.filter(done_at__gte=datetime.combine(since, time(0), CHINA))
    found: dict[int, tuple[int, int, Decimal]] = {}
    for task in rows.distinct().order_by("done_at", "id").prefetch_related("records"):
        record = next(one for one in task.records.all() if one.state == "standing")
        if record.full:
            found[task.target_id] = (task.pk, task.target_id, Decimal(record.got * 1000 // record.full) / 10)
    return list(found.values())


def standard(day: date) -> list[int]:
    """The schools whose last check of the year before `day` reached the mark."""
    rows = scores(datetime.combine(day, time(23, 59, 59), CHINA), day - timedelta(days=365))
    return [school for _task, school, share in rows if share >= PASS]


def newest_water() -> list[int]:
    """The last test of each tap: only its next day counts."""
    newest: dict[tuple[int, str], int] = {}
    rows = WATER.model.objects.filter(retired_on=None).order_by("tested_on", "pk")
    for pk, organisation, point in rows.values_list("pk", "organisation", "point"):
        newest[organisation, point] = pk
    return list(newest.values())


def unfit_rides(actor: Actor, today: date) -> list[tuple[str, str]]:
    """(ride, what has expired) of rides on the timetable whose bus or driver may not drive today."""
    buses = {
        one.code: one
        for one in SchoolBus.objects.filter(retired_on=None)
        if one.inspection_due_on < today
        or one.insurance_expires_on < today
        or (one.permit_expires_on is not None and one.permit_expires_on < today)
    }
    drivers = set(
        BusDriver.objects.filter(Q(licence_expires_on__lt=today) | Q(check_due_on__lt=today), retired_on=None).values_list("code", flat=True)
    )  # fmt: skip
    found = []
    for ride in visible(RIDES, actor).filter(retired_on=None):
        why = [
            word
            for word, bad in (("车辆证件过期", ride.bus_code in buses), ("驾驶员证件过期", ride.driver_code in drivers))
            if bad
        ]
        if why:
            found.append((f"{ride.name} {ride.departs}", "、".join(why)))
    return found


def unsampled(actor: Actor, today: date) -> list[Canteen]:
    """Canteens of the actor's own schools that serve and have no sample of today."""
    mine = Canteen.objects.filter(open=True, retired_on=None, organisation__path__startswith=actor.path)
    kept = FoodSample.objects.filter(served_on=today, retired_on=None).values("canteen_code")
    return list(mine.exclude(code__in=kept))


# ---- a report, for who wrote it
def found_report(number: str, secret: str) -> BullyingReport:
    """The report with this number and secret. Raises Refused with one sentence for every kind of miss, and after too many tries."""
    key = f"bullying:{hashlib.sha256(number.encode()).hexdigest()}"
    if cache.get(key, 0) >= TRIES:
        raise Refused("tries", "试的次数太多。一小时后再试，或到学校、教育局当面问。", "secret")
    row = BullyingReport.objects.filter(case__number=number).select_related("case").first()
    if row is None or not check_password(secret.strip().upper(), row.secret):
        cache.set(key, cache.get(key, 0) + 1, timeout=WINDOW)
        raise Refused("not_yours", _WRONG, "secret")
    return row


def answers(report: BullyingReport) -> list[tuple[datetime, str, str]]:
    """(when, what, the words meant for the reporter) of the steps they read."""
    rows = Line.objects.filter(
        case=report.case, step__in=("open", "accept", "decline", "answer", "send_back", "close", "reopen")
    )
    words = {"open": "送到", "accept": "受理", "send_back": "再查", "close": "办结", "reopen": "重新办理"}
    return [(one.at, words.get(one.step, "答复"), one.facts.get("答复", "")) for one in rows]
