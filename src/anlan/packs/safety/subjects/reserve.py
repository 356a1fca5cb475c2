"""What the district keeps for an emergency: the kinds of goods that norms speak of, what a scenario demands, and what is lacking.
Pure; amounts are whole pieces of the item's unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

# What is kept, with its unit.
ITEMS: Mapping[str, str] = {
    "tent": "帐篷", "bed": "折叠床", "quilt": "棉被", "water": "饮用水", "food": "方便食品", "bag": "编织袋", "pump": "抽水泵", "lamp": "照明灯", "aid": "急救箱",
    "suit": "防化服", "generator": "发电机", "radio": "对讲机",
}  # fmt: skip
UNITS: Mapping[str, str] = {
    "tent": "顶", "bed": "张", "quilt": "床", "water": "瓶", "food": "份", "bag": "条", "pump": "台", "lamp": "盏", "aid": "个", "suit": "套", "generator": "台",
    "radio": "部",
}  # fmt: skip
KINDS: Mapping[str, str] = {"stock": "实物储备", "agreement": "协议储备"}
BASES: Mapping[str, str] = {"person": "每百人", "person_day": "每百人每天", "once": "每次"}


def demand(basis: str, amount: Decimal, people: int, days: int) -> int:
    """Pieces that a norm asks for, rounded up. `amount` a hundred people, a hundred people and day, or once."""
    factor = {"person": Decimal(people) / 100, "person_day": Decimal(people) * days / 100, "once": Decimal(1)}[basis]
    return int((amount * factor).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True)
class Gap:
    """One kind of goods against one scenario, in pieces. `planned`: what the plan still brings."""

    item: str
    demand: int
    stock: int
    agreement: int
    planned: int
    verified: bool

    @property
    def title(self) -> str:
        return ITEMS[self.item]

    @property
    def unit(self) -> str:
        return UNITS[self.item]

    @property
    def lacking(self) -> int:
        return max(0, self.demand - self.stock - self.agreement)

    @property
    def after_plan(self) -> int:
        return max(0, self.lacking - self.planned)

    @property
    def share(self) -> Decimal:
        """Held of what is asked for, in per cent, at most 100."""
        if self.demand == 0:
            return Decimal(100)
        return min(Decimal(100), Decimal(self.stock + self.agreement) * 100 / self.demand).quantize(Decimal("0.1"))


def gaps(
    norms: Iterable[tuple[str, str, Decimal, bool]], people: int, days: int, held: Mapping[tuple[str, str], int], planned: Mapping[str, int]
) -> list[Gap]:  # fmt: skip
    """Of norms (item, basis, amount, verified), what is held by (item, kind) and what is planned; most lacking first. Several norms of
    one item add up."""
    wanted: dict[str, tuple[int, bool]] = {}
    for item, basis, amount, verified in norms:
        asked, sound = wanted.get(item, (0, True))
        wanted[item] = (asked + demand(basis, amount, people, days), sound and verified)
    found = [
        Gap(item, asked, held.get((item, "stock"), 0), held.get((item, "agreement"), 0), planned.get(item, 0), sound)
        for item, (asked, sound) in wanted.items()
    ]
    return sorted(found, key=lambda one: (one.share, one.item))
