"""Reading: peers as a viewer sees them, what waits at the duty desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.exchange.delivery.models import Arrived, Forged, Parcel, Peer
from anlan.kernel.exchange.delivery.moves import CARRY, CONFIRM, READ
from anlan.kernel.exchange.delivery.types import LATE_AFTER
from anlan.kernel.web.types import Fact, Waiting


def visible(actor: Actor) -> QuerySet[Peer]:
    return policy.visible_to(actor, READ, Peer.objects.select_related("organisation"), "organisation__path")


def linked(code: str) -> Peer | None:
    return Peer.objects.filter(code=code, state="linked").first()


@dataclass(frozen=True)
class Line:
    """A peer with its figures. `oldest`: since when the longest waiting parcel waits; `held`: parcels of it that wait for an earlier one."""

    peer: Peer
    queued: int
    dead: int
    acked: int
    oldest: datetime | None
    held: int
    refused: int

    def late(self, at: datetime) -> bool:
        return bool(self.dead or (self.oldest and at - self.oldest > LATE_AFTER))


def lines(peers: QuerySet[Peer]) -> list[Line]:
    out = {
        row["peer"]: row
        for row in Parcel.objects.filter(peer__in=peers).values("peer").annotate(
            queued=Count("pk", filter=Q(state="queued")), dead=Count("pk", filter=Q(state="dead")), acked=Count("pk", filter=Q(state="acked")),
            oldest=Min("since", filter=Q(state="queued")),
        )
    }  # fmt: skip
    came = {
        row["peer"]: row
        for row in Arrived.objects.filter(peer__in=peers).exclude(state="applied").values("peer").annotate(
            held=Count("pk", filter=Q(state="waiting")), refused=Count("pk", filter=Q(state="refused"))
        )
    }  # fmt: skip
    none: dict[str, Any] = {}
    found = []
    for one in peers:
        mine, theirs = out.get(one.pk, none), came.get(one.pk, none)
        found.append(
            Line(
                peer=one, queued=mine.get("queued", 0), dead=mine.get("dead", 0), acked=mine.get("acked", 0), oldest=mine.get("oldest"),
                held=theirs.get("held", 0), refused=theirs.get("refused", 0),
            )
        )  # fmt: skip
    return found


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Dead letters, parcels that wait too long, what could not be taken, forged messages, keys to compare."""
    if policy.may(actor, CARRY):
        for line in lines(visible(actor).exclude(state="proposed")):
            peer, url = line.peer, reverse("delivery_peer", args=[line.peer.pk])
            if line.dead:
                yield Waiting(
                    kind="链路",
                    title=f"{peer}：死信 {line.dead} 件",
                    fact="对方没有收到",
                    sender="系统",
                    verb="去处理",
                    url=url,
                )
            elif line.oldest and at - line.oldest > LATE_AFTER:
                yield Waiting(
                    kind="链路", title=f"{peer}：{line.queued} 件没有送到", fact=peer.trouble or "线路不通", sender="系统", verb="去看", url=url,
                    started_at=line.oldest,
                )  # fmt: skip
            if line.refused:
                yield Waiting(
                    kind="链路",
                    title=f"{peer}来的 {line.refused} 件不能收办",
                    fact="见原因",
                    sender=peer.title,
                    verb="去看",
                    url=url,
                )
        count = Forged.objects.filter(seen_at=None).count()
        if count:
            yield Waiting(
                kind="链路", title=f"拒收 {count} 种来历不明的消息", fact="签名不对或不认识发送方", sender="系统", verb="去看", url=f"{reverse('delivery')}#forged"
            )  # fmt: skip
    if policy.may(actor, CONFIRM):
        for one in visible(actor).filter(state="proposed").exclude(maker_id=actor.person_id):
            yield Waiting(
                kind="链路", title=f"核对{one}的公钥", fact="打电话逐字核对", sender=one.made_by, verb="去核对", url=reverse("delivery_peer", args=[one.pk])
            )  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if policy.may(actor, READ):
        shown = lines(visible(actor).filter(state="linked"))
        if shown:
            late = sum(one.late(at) for one in shown)
            text = f"{late} 条不通" if late else f"{len(shown)} 条，待送 {sum(one.queued for one in shown)} 件"
            yield Fact(title="链路", text=text, url=reverse("delivery"))
