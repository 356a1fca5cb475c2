"""What of campus safety waits for a person, and its state in one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from django.db.models import Q
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.capability.registers import Due, waiting
from anlan.kernel.web.types import Fact, Waiting
from anlan.packs.education.campus_safety import queries
from anlan.packs.education.campus_safety.sheets import CANTEENS, DRIVERS, PROFILES, READ, VEHICLES, WATER, WRITE
from anlan.science.calendar.workdays import china

SAMPLE_HOUR = 14  # lunch has been served; a sample that is not on record by then is asked for
_COUNT = "campus_safety.watch"


def _due(sheet, column: str, kind: str, verb: str, ahead: int = 30, where: Q | None = None) -> Due:  # type: ignore[no-untyped-def]
    return Due(sheet=sheet, column=column, kind=kind, verb=verb, ahead=ahead, where=where or Q(), counts=_COUNT)


_papers = waiting(
    _due(CANTEENS, "licence_expires_on", "食堂许可证", "换证"), _due(CANTEENS, "health_cards_expire_on", "健康证", "换证"),
    _due(VEHICLES, "permit_expires_on", "校车标牌", "换标牌"), _due(VEHICLES, "inspection_due_on", "校车检验", "送检"),
    _due(VEHICLES, "insurance_expires_on", "校车保险", "续保"), _due(DRIVERS, "licence_expires_on", "驾驶证", "换证"),
    _due(DRIVERS, "check_due_on", "驾驶员审验", "审验"), _due(PROFILES, "review_due_on", "安全概况", "复核", 14),
)  # fmt: skip


def waits(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Papers that run out, tests that are due, a lunch without a sample, a bus that may not drive."""
    yield from _papers(actor, at)
    today = civil_date(at)
    newest = _due(WATER, "next_on", "饮水检测", "送检", 14, Q(pk__in=queries.newest_water()) if _sees(actor) else None)
    yield from waiting(newest)(actor, at) if _sees(actor) else ()
    if not policy.may(actor, WRITE) or "school_officer" not in actor.roles:
        return
    local = at.astimezone(CHINA)
    if local.hour >= SAMPLE_HOUR and china().works(today):
        for canteen in queries.unsampled(actor, today):
            yield Waiting(kind="食品留样", title=canteen.name, fact="今天还没有登记留样", sender="食品留样", verb="登记",
                          url=reverse("campus_samples_new"), due_at=datetime.combine(today, time(18), CHINA))  # fmt: skip
    for name, why in queries.unfit_rides(actor, today):
        yield Waiting(kind="校车", title=name, fact=f"{why}，不能开", sender="校车班次", verb="换车换人", url=reverse("campus_rides_list"),
                      due_at=datetime.combine(today, time(6), CHINA))  # fmt: skip


def _sees(actor: Actor) -> bool:
    return policy.may(actor, WRITE) or policy.may(actor, _COUNT)


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, READ):
        return
    told = queries.lines(actor, at)
    if told:
        text = f"{len(told)} 所学校，在办隐患 {sum(one.open for one in told)}，超时 {sum(one.late for one in told)}，证件过期 {sum(bool(one.expired) for one in told)} 所"
        yield Fact(title="校园安全", text=text, url=reverse("campus"))
