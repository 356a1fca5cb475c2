"""Indicators of supplies, computed from the ledger as it stood at the end of a day: the moves until then added up."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Sum
from django.urls import reverse

from anlan.kernel.capability.registers import end_of
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.safety.subjects.reserve_models import ReserveNorm, ReserveScenario
from anlan.packs.safety.supplies import queries
from anlan.packs.safety.supplies.models import Lot, StockMove, SupplyAgreement, SupplyItem
from anlan.packs.safety.supplies.rules import expired
from anlan.science.stats.rounding import round_half_even

RULE = "本系统的总账口径"


def _lots(as_of: date) -> dict[int, int]:
    """By lot, what all stores held at the end of that day."""
    held: dict[int, int] = defaultdict(int)
    rows = StockMove.objects.filter(at__lte=end_of(as_of)).order_by()
    for side, sign in (("target", 1), ("source", -1)):
        stores = rows.exclude(**{f"{side}__store": None})
        for lot, amount in stores.values_list("lot_id").annotate(n=Sum("amount")):
            held[lot] += sign * amount
    return {lot: amount for lot, amount in held.items() if amount > 0}


def _window(year: int, as_of: date) -> tuple[date, date]:
    return date(year, 1, 1), min(as_of, date(year, 12, 31))


def _share(good: int, total: int) -> Decimal | None:
    return round_half_even(Decimal(good * 100) / total, 1) if total else None


def _reached(year: int, as_of: date) -> Computed:
    window = _window(year, as_of)
    held: dict[int, int] = defaultdict(int)
    lots = _lots(window[1])
    for lot in Lot.objects.filter(pk__in=lots):
        if not expired(lot.expires_on, window[1]):
            held[lot.item_id] += lots[lot.pk]
    lines = queries.norms(window[1], dict(held))
    good = sum(one.reached for one in lines)
    value, unsure = _share(good, len(lines)), sum(not one.verified for one in lines)
    return Computed(
        value=value, unit="%", window=window, as_of=window[1], expected=len(lines), valid=good, rule=RULE,
        sentence=f"{good} ÷ {len(lines)} = {value} %" if lines else "",
        note=(f"{unsure} 种的定额没有核对来源。" if unsure else "") if lines else "还没有储备定额。",
        inputs_hash=hashlib.sha256(repr([(one.slug, one.needed, one.held, one.agreed) for one in lines]).encode()).hexdigest(),
        ratio=(good, len(lines)) if lines else None,
        steps=(
            Step(title="有定额的物资", text=f"{len(lines)} 种", link=f"{len(lines)} 行", url=f"{reverse('supplies_norms')}"),
            Step(title="不够定额的", text="、".join(one.title for one in lines if not one.reached)[:120] or "没有", link=f"{len(lines) - good} 种", url=f"{reverse('supplies_norms')}?lacking=1"),
            Step(title="总账", text=f"截至 {window[1]} 的收发", link="单据", url=reverse("supply_orders")),
        ),
    )  # fmt: skip


def _expired(year: int, as_of: date) -> Computed:
    window = _window(year, as_of)
    lots = _lots(window[1])
    dated = list(Lot.objects.filter(pk__in=lots).exclude(expires_on=None))
    late = [one for one in dated if expired(one.expires_on, window[1])]
    value = _share(len(late), len(dated))
    return Computed(
        value=value, unit="%", window=window, as_of=window[1], expected=len(dated), valid=len(dated) - len(late), rule=RULE,
        sentence=f"{len(late)} ÷ {len(dated)} = {value} %" if dated else "", note="" if dated else "没有带有效期的批次。",
        inputs_hash=hashlib.sha256(repr(sorted((one.pk, lots[one.pk]) for one in dated)).encode()).hexdigest(),
        ratio=(len(late), len(dated)) if dated else None,
        steps=(
            Step(title="带有效期的批次", text=f"{len(dated)} 批在库", link=f"{len(dated)} 批", url=reverse("supplies_expiring")),
            Step(title="过期还在库的", text=f"{len(late)} 批", link=f"{len(late)} 批", url=f"{reverse('supplies_expiring')}?state=expired"),
        ),
    )  # fmt: skip


def _fingerprint(_year: int) -> str:
    return repr(
        (
            StockMove.objects.aggregate(n=Count("pk"), last=Max("pk")),
            *(
                one.objects.aggregate(n=Count("pk"), v=Sum("version"))
                for one in (SupplyItem, SupplyAgreement, ReserveNorm, ReserveScenario)
            ),
            SupplyAgreement.objects.aggregate(n=Sum("drawn")),
        )
    )


FORMULAS = (
    Formula(
        slug="supplies.norm_share", title="应急物资储备达标率", unit="%", indicators=("应急物资储备达标率",), compute=_reached, fingerprint=_fingerprint,
        text="达到储备定额的品种数 ÷ 有定额的品种数。达到：在效期内的实物加上没有调用的协议储备，不少于定额。定额取各情景需求里最大的；没有情景的取目录里自定的。",
    ),
    Formula(
        slug="supplies.expired_share", title="过期物资批次占比", unit="%", indicators=("过期物资批次占比",), compute=_expired, fingerprint=_fingerprint,
        text="在库的过期批次数 ÷ 在库的带有效期的批次数，保留一位小数。",
    ),
)  # fmt: skip
