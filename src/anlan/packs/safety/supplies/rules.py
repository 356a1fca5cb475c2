"""The words of supplies and the pure parts: kinds of orders, first expired first out, what a need still lacks. Amounts are whole pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.base.errors import Refused

MOST = 100_000_000  # pieces on one line

# Words people read, by table; gathered for translation.
WORDS: Mapping[str, Mapping[str, str]] = {
    "categories": {
    "flood": "防汛抗旱", "rescue": "抢险救援", "living": "生活保障", "medical": "医疗防疫", "light": "照明供电", "signal": "通信", "protect": "个人防护", "other": "其他",
},
    "stores": {"store": "仓库", "point": "前置点", "vehicle": "车载", "site": "安置场所"},
    "outside": {
    "bought": "采购", "donated": "捐赠", "agreed": "协议供货", "used": "消耗", "scrapped": "报废", "given": "捐出", "counted": "盘点差异",
},
    "inside": {"transit": "在途", "in_use": "在用"},
    "order_states": {
    "moving": "在途", "done": "已完成", "ordered": "已下单", "cancelled": "已取消", "reversed": "已冲回",
},
    "need_states": {"open": "办理中", "closed": "已满足", "withdrawn": "已撤回"},
    "offer_states": {
    "asked": "待答复", "offered": "已承诺", "sent": "已发出", "declined": "不能供", "withdrawn": "已撤回",
},
    "requisition_states": {
    "taken": "征用中",
    "returned": "已归还",
    "settled": "补偿已定",
    "paid": "已补偿",
},
}  # fmt: skip
CATEGORIES = WORDS["categories"]
STORES = WORDS["stores"]
ORDER_STATES = WORDS["order_states"]
NEED_STATES = WORDS["need_states"]
OFFER_STATES = WORDS["offer_states"]
REQUISITION_STATES = WORDS["requisition_states"]
# Places that are no store. Outside ones are where goods come from and go to: what all places hold together is zero.
OUTSIDE, INSIDE = WORDS["outside"], WORDS["inside"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of order (单据). `outside`: the place beyond the stores that it comes from (`into`) or goes to. `says`: a reason is asked
    for; `partner`: the word for who gives or takes; `typed`: a person starts it on the form of moves."""

    slug: str
    title: str
    into: bool = False
    outside: str = ""
    says: bool = False
    partner: str = ""
    typed: bool = True


KINDS: Mapping[str, Kind] = {
    one.slug: one
    for one in (
        Kind(slug="issue", title="发放", partner="领用单位或人"),
        Kind(slug="transfer", title="调拨"),
        Kind(slug="purchase", title="采购入库", into=True, outside="bought", partner="供货单位"),
        Kind(slug="donation", title="捐赠入库", into=True, outside="donated", partner="捐赠人"),
        Kind(slug="scrap", title="报废", outside="scrapped", says=True),
        Kind(slug="give", title="捐出", outside="given", says=True, partner="受赠单位"),
        Kind(slug="return", title="退库", into=True, typed=False),
        Kind(slug="count", title="盘点", outside="counted", says=True, typed=False),
        Kind(slug="agreement", title="协议调用", into=True, outside="agreed", typed=False),
        Kind(slug="reversal", title="冲回", says=True, typed=False),
    )
}
TYPED = {slug: one.title for slug, one in KINDS.items() if one.typed}
KIND_TITLES = {slug: one.title for slug, one in KINDS.items()}


# ---- lots
@dataclass(frozen=True)
class Held:
    """What a store holds of a lot."""

    lot: int
    amount: int
    expires_on: date | None


def expired(expires_on: date | None, today: date) -> bool:
    """A lot is good until the end of its last day."""
    return expires_on is not None and expires_on < today


def condition(expires_on: date | None, today: date, warn_days: int) -> str:
    """`expired`, `near` (within `warn_days` of its last day) or `good`."""
    if expired(expires_on, today):
        return "expired"
    return "near" if expires_on is not None and expires_on <= today + timedelta(days=warn_days) else "good"


def pick(held: Iterable[Held], amount: int, today: date, *, also_expired: bool = False) -> list[tuple[int, int]]:
    """(lot, amount) that make up `amount`: what expires first goes first, lots without a date last. What is expired is taken only when
    asked for, and then after all that is good. Raises Refused `short`, with what there is."""
    rows = [one for one in held if one.amount > 0]
    good = sorted(
        (one for one in rows if not expired(one.expires_on, today)),
        key=lambda one: (one.expires_on is None, one.expires_on or today, one.lot),
    )
    bad = sorted(
        (one for one in rows if expired(one.expires_on, today)), key=lambda one: (one.expires_on or today, one.lot)
    )
    found, left = [], amount
    for one in [*good, *bad] if also_expired else good:
        if left <= 0:
            break
        part = min(one.amount, left)
        found.append((one.lot, part))
        left -= part
    if left > 0:
        fresh, old = sum(one.amount for one in good), sum(one.amount for one in bad)
        if old and not also_expired:
            raise Refused(
                "expired", f"在效期内的只有 {fresh:,}，另有 {old:,} 已过期。改数量，或写明为什么发过期的。", "amount"
            )
        raise Refused("short", f"只有 {fresh + old:,}，不够 {amount:,}。改数量，或换一个储备点。", "amount")
    return found


def netted(changes: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """(place, lot, amount) added up, in one order for every writer; what comes to nothing is left out."""
    total: dict[tuple[int, int], int] = {}
    for place, lot, amount in changes:
        total[place, lot] = total.get((place, lot), 0) + amount
    return [(place, lot, amount) for (place, lot), amount in sorted(total.items()) if amount]


# ---- needs
@dataclass(frozen=True)
class Standing:
    """A need in pieces: asked for, sent (and not reversed or returned unused), promised and not yet sent."""

    wanted: int
    sent: int
    promised: int

    @property
    def missing(self) -> int:
        """What nobody has sent or promised."""
        return max(0, self.wanted - self.sent - self.promised)

    @property
    def open(self) -> int:
        """What is not yet sent."""
        return max(0, self.wanted - self.sent)

    @property
    def share(self) -> int:
        """Sent of wanted in whole per cent, rounded down: 100 only when all is sent."""
        return 100 if self.sent >= self.wanted else self.sent * 100 // self.wanted


@dataclass(frozen=True)
class Norm:
    """One line of the norms: needed, held in date, promised by agreements."""

    slug: str
    title: str
    unit: str
    needed: int
    held: int
    agreed: int
    verified: bool

    @property
    def reached(self) -> bool:
        return self.held + self.agreed >= self.needed

    @property
    def lacking(self) -> int:
        return max(0, self.needed - self.held - self.agreed)


def whole(text: str, title: str, field: str, most: int = MOST) -> int:
    """A whole number above zero that a person typed. Raises Refused at the field."""
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain.isdecimal() or not 0 < int(plain[:20]) <= most:
        raise Refused(field, f"{title}要填 1 到 {most:,} 的整数。", field)
    return int(plain)


def words(text: str, title: str, field: str, most: int = 200, *, needed: bool = True) -> str:
    """Trimmed text of at most `most` characters. Raises Refused at the field."""
    text = text.strip()
    if needed and not text:
        raise Refused(field, f"没有写{title}。", field)
    if len(text) > most:
        raise Refused(field, f"{title}最多 {most} 个字。", field)
    return text


def joined(parts: Sequence[str]) -> str:
    """A list of goods in one line, at most three by name."""
    return "、".join(parts[:3]) + (f"等 {len(parts)} 种" if len(parts) > 3 else "")
