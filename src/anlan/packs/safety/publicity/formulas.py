"""综合减灾示范社区: how many communities hold a title, with the way back to each file."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Sum
from django.urls import reverse

from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.safety.publicity import queries
from anlan.packs.safety.publicity.models import CommunityTitle

NAMED = 5


def compute(year: int, as_of: date) -> Computed:
    """Communities with at least one title that holds at the end of the window; of two levels a community counts once."""
    window = (date(year, 1, 1), min(as_of, date(year, 12, 31)))
    rows = list(queries.holding(window[1]))
    communities = list(dict.fromkeys(str(one.organisation) for one in rows))
    there = reverse("community_titles")
    told = sorted((one.pk, one.version) for one in rows)
    lapsed = (
        CommunityTitle.objects.filter(titled_on__isnull=False, titled_on__lte=window[1])
        .exclude(pk__in=[one.pk for one in rows])
        .count()
    )
    return Computed(
        value=Decimal(len({one.organisation_id for one in rows})), unit="个", window=window, as_of=window[1], expected=len(rows), valid=len(rows),
        rule="命名日到有效期最后一天都算；过期没有复核的、摘牌的不算；两级命名算一个社区",
        sentence=f"{window[1]} 有效命名的社区 {len(communities)} 个", inputs_hash=hashlib.sha256(repr(told).encode()).hexdigest(),
        steps=(
            Step(title="有效命名", text="、".join(communities[:NAMED]) + (" 等" if len(communities) > NAMED else "") or "没有", link=f"{len(rows)} 件", url=f"{there}?view=held"),
            Step(title="过期或摘牌的", text="命名过、到期为止已不算", link=f"{lapsed} 件", url=f"{there}?view=lapsed"),
        ),
    )  # fmt: skip


def fingerprint(_year: int) -> str:
    return repr(CommunityTitle.objects.aggregate(rows=Count("pk"), last=Max("pk"), versions=Sum("version")))


FORMULAS = (
    Formula(
        slug="publicity.demo_communities", title="综合减灾示范社区数", unit="个", indicators=("综合减灾示范社区", "综合减灾示范社区数", "综合减灾示范社区创建数", "申报全国综合减灾示范社区", "创建全国综合减灾示范社区", "创建综合减灾示范社区"),
        compute=compute, fingerprint=fingerprint, text="到期为止有效命名的社区数，每个社区算一次。",
    ),
)  # fmt: skip
