"""What of supplies waits for a person, the state in one line, what search finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.capability.registers import end_of
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.packs.safety.supplies import queries
from anlan.packs.safety.supplies.moves import CATALOGUE, DIRECT, MOVE, READ, REQUISITION, SIGN_OFF

SHOWN = 8


def waits(actor: Actor, at: datetime) -> Iterator[Waiting]:
    today = civil_date(at)
    if policy.may(actor, MOVE):
        yield from _offers(actor)
        yield from _expiring(actor, today)
    if policy.may(actor, SIGN_OFF):
        yield from _unsigned(actor)
    if policy.may(actor, DIRECT):
        yield from _missing()
    if policy.may(actor, CATALOGUE):
        yield from _ending(actor, today)
    if policy.may(actor, REQUISITION):
        yield from _taken(actor)


def _expiring(actor: Actor, today: date) -> Iterator[Waiting]:
    rows = queries.expiring(today, actor, mine=True)
    if rows:
        late = sum(state == "expired" for _row, state in rows)
        yield Waiting(kind="物资效期", title=f"{len(rows)} 批物资", fact=f"已过期 {late} 批，快过期 {len(rows) - late} 批", sender="总账", verb="看",
                      url=f"{reverse('supplies_expiring')}?mine=1", due_at=end_of(rows[0][0].lot.expires_on or today))  # fmt: skip


def _unsigned(actor: Actor) -> Iterator[Waiting]:
    for one in queries.to_sign(actor)[:SHOWN]:
        yield Waiting(kind="物资在途", title=one.number, fact="、".join(map(str, one.lines.all()))[:60], sender=str(one.source or one.partner), verb="签收",
                      url=reverse("supply_order", args=[one.number]), due_at=one.due_at, started_at=one.made_at)  # fmt: skip


def _missing() -> Iterator[Waiting]:
    rows = list(queries.needs().filter(state="open"))
    standing = queries.standing(rows)
    for need in [one for one in rows if standing[one.pk].missing][:SHOWN]:
        yield Waiting(kind="物资需求", title=f"{need.item} {need.amount:,}{need.item.unit}", fact=f"还缺 {standing[need.pk].missing:,}，送{need.place}",
                      sender=str(need.organisation), verb="找货", url=reverse("supply_need", args=[need.number]), due_at=need.due_at, started_at=need.made_at)  # fmt: skip


def _ending(actor: Actor, today: date) -> Iterator[Waiting]:
    for row in queries.agreements_ending(today):
        if policy.may(actor, CATALOGUE, row):
            yield Waiting(kind="协议储备", title=str(row), fact=f"有效期止 {row.valid_until}", sender="协议储备", verb="续签",
                          url=reverse("supply_agreements_detail", args=[row.pk]), due_at=end_of(row.valid_until))  # fmt: skip


def _taken(actor: Actor) -> Iterator[Waiting]:
    for one in queries.requisitions(actor).filter(state__in=("taken", "returned", "settled")):
        if policy.may(actor, REQUISITION, one):
            yield Waiting(kind="征用", title=str(one), fact=one.get_state_display(), sender=str(one.organisation), verb="办", url=reverse("supply_requisition", args=[one.number]),
                          due_at=end_of(one.until) if one.state == "taken" else None, started_at=one.taken_at)  # fmt: skip


def _offers(actor: Actor) -> Iterator[Waiting]:
    for one in queries.asked_of(actor)[:SHOWN]:
        need = one.need
        yield Waiting(kind="物资请求" if one.state == "asked" else "待发物资", title=f"{need.item} {one.amount:,}{need.item.unit}",
                      fact=f"从{one.store}，{need.due_at.astimezone(CHINA):%m-%d %H:%M} 前到{need.place}", sender=str(need.organisation),
                      verb="答复" if one.state == "asked" else "发货", url=reverse("supply_need", args=[need.number]), due_at=need.due_at, started_at=one.made_at)  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, READ):
        return
    rows = list(queries.needs().filter(state="open"))
    if rows:
        missing = sum(one.missing > 0 for one in queries.standing(rows).values())
        yield Fact(title="物资需求", text=f"{len(rows)} 项，{missing} 项还缺", url=reverse("supply_needs"))
    lines = queries.norms(civil_date(at))
    if lines:
        yield Fact(title="物资储备", text=f"{len(lines)} 种有定额，{sum(not one.reached for one in lines)} 种不够", url=reverse("supplies_norms"))  # fmt: skip


def find(actor: Actor, words: str) -> list[Hit]:
    if not policy.may(actor, READ):
        return []
    found = [Hit(group="查", title=one.name, detail="物资台账", url=reverse("supply_item_ledger", args=[one.pk])) for one in queries.items().filter(name__contains=words)[:5]]  # fmt: skip
    found += [Hit(group="查", title=one.number, detail=f"物资{one.get_kind_display()}单", url=reverse("supply_order", args=[one.number])) for one in queries.orders().filter(number__contains=words)[:5]]  # fmt: skip
    return found
