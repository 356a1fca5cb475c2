"""Class of a section by its worst item, times over class III, river quality, CWQI. Exact decimals.

Source: GB 3838-2002 table 1; 《地表水环境质量评价办法（试行）》 (2011) for rivers and the order of the main pollutants; CWQI after
《城市地表水环境质量排名技术规定（试行）》. Temperature, total nitrogen and faecal coliforms are not evaluated.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("gb3838.toml").read_text(encoding="utf-8"))
CLASSES: tuple[str, ...] = (*_TABLE["classes"], "劣V")
NAMES: Mapping[str, str] = _TABLE["names"]
SOURCE: str = _TABLE["source"]
LIMITS: Mapping[str, tuple[Decimal, ...]] = {
    item: tuple(Decimal(one) for one in row) for item, row in _TABLE["limits"].items()
}
_TOXIC = frozenset({"Hg", "Cd", "Cr6", "Pb", "As", "Cu", "Zn", "Se", "CN"})  # named first among the main pollutants
_PH_LOW, _PH_HIGH, _PH_MIDDLE = Decimal(6), Decimal(9), Decimal(7)
_WORST, _THIRD = len(CLASSES) - 1, 2


def at_least(water_class: str, target: str) -> bool:
    """Whether a class is as good as the target or better. Raises ValueError for a word that is no class."""
    return CLASSES.index(water_class) <= CLASSES.index(target)


def limit_of(item: str, target: str, *, lake: bool = False) -> Decimal | None:
    """The limit of an item for a class (least for dissolved oxygen); None for pH. Raises KeyError, ValueError."""
    if item == "pH":
        return None
    return LIMITS["TP_lake" if item == "TP" and lake else item][CLASSES.index(target)]


@dataclass(frozen=True)
class Over:
    """An item above class III; `times` is (value − limit) / limit, None for pH and dissolved oxygen."""

    item: str
    water_class: str
    times: Decimal | None


@dataclass(frozen=True)
class Verdict:
    """`items` are those that decide the class (none when it is I); `over` the main pollutants, the worst first."""

    water_class: str
    items: tuple[str, ...]
    over: tuple[Over, ...]
    by_item: Mapping[str, str]


def _place(item: str, value: Decimal, *, lake: bool) -> int:
    """Index of the class of one value."""
    if item == "pH":
        return 0 if _PH_LOW <= value <= _PH_HIGH else _WORST
    limits = LIMITS["TP_lake" if item == "TP" and lake else item]
    if item == "DO":
        return next((place for place, limit in enumerate(limits) if value >= limit), _WORST)
    return next((place for place, limit in enumerate(limits) if value <= limit), _WORST)


def evaluate(sample: Mapping[str, Decimal], *, lake: bool = False) -> Verdict | None:
    """The class of a sample (mg/L, pH without unit); None when it holds no evaluated item. Raises KeyError for an unknown item."""
    places = {item: _place(item, value, lake=lake) for item, value in sample.items()}
    if not places:
        return None
    worst = max(places.values())
    over = [
        Over(item, CLASSES[place], _times(item, sample[item], lake=lake))
        for item, place in places.items()
        if place > _THIRD
    ]
    order = sorted(
        over,
        key=lambda one: (
            one.item not in _TOXIC,
            -CLASSES.index(one.water_class),
            -(one.times if one.times is not None else Decimal(-1)),
        ),
    )
    deciding = tuple(sorted(item for item, place in places.items() if place == worst)) if worst else ()
    return Verdict(CLASSES[worst], deciding, tuple(order), {item: CLASSES[place] for item, place in places.items()})


def _times(item: str, value: Decimal, *, lake: bool) -> Decimal | None:
    if item in ("pH", "DO"):
        return None
    limit = LIMITS["TP_lake" if item == "TP" and lake else item][_THIRD]
    return ((value - limit) / limit).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


@dataclass(frozen=True)
class River:
    """Shares in per cent to one decimal, and the word."""

    good: Decimal
    worse: Decimal
    quality: str


def river(sections: Sequence[str]) -> River:
    """A river of five or more sections. Raises ValueError for fewer: they are judged by the mean of the sections."""
    if len(sections) < 5:
        raise ValueError("fewer than five sections")
    good, worse = (
        Decimal(100 * sum(one in named for one in sections)) / len(sections) for named in (CLASSES[:3], CLASSES[-1:])
    )
    if good >= 75:
        word = "优" if good >= 90 else "良好"
    elif worse < 20:
        word = "轻度污染"
    else:
        word = "重度污染" if worse >= 40 and good < 60 else "中度污染"
    tenth = Decimal("0.1")
    return River(good.quantize(tenth, ROUND_HALF_EVEN), worse.quantize(tenth, ROUND_HALF_EVEN), word)


QUALITY: Mapping[str, str] = {
    "I": "优",
    "II": "优",
    "III": "良好",
    "IV": "轻度污染",
    "V": "中度污染",
    "劣V": "重度污染",
}


def mean_of(samples: Sequence[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """The arithmetic mean of each item over the samples that have it, six decimals."""
    items = sorted({item for one in samples for item in one})
    found = {}
    for item in items:
        values = [one[item] for one in samples if item in one]
        found[item] = (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
    return found


def river_of(samples: Sequence[Mapping[str, Decimal]], *, lake: bool = False) -> River | None:
    """A river by its sections' samples: five and more by shares, fewer by the class of their mean. None without a sample."""
    verdicts = [one for one in (evaluate(sample, lake=lake) for sample in samples) if one is not None]
    if not verdicts:
        return None
    if len(verdicts) >= 5:
        return river([one.water_class for one in verdicts])
    classes = [one.water_class for one in verdicts]
    mean = evaluate(mean_of(samples), lake=lake)
    assert mean is not None  # noqa: S101 - there is a verdict, so there is an item
    good, worse = (
        Decimal(100 * sum(one in named for one in classes)) / len(classes) for named in (CLASSES[:3], CLASSES[-1:])
    )
    tenth = Decimal("0.1")
    return River(
        good.quantize(tenth, ROUND_HALF_EVEN), worse.quantize(tenth, ROUND_HALF_EVEN), QUALITY[mean.water_class]
    )


def changed(before: River, now: River) -> str:
    """Between two periods by ΔG − ΔD (share of good minus share of worse): 无明显变化, 有所… or 明显…."""
    moved = (now.good - before.good) - (now.worse - before.worse)
    if abs(moved) <= 10:
        return "无明显变化"
    return ("有所" if abs(moved) <= 20 else "明显") + ("好转" if moved > 0 else "变差")


def ranked(indices: Mapping[str, Decimal]) -> list[tuple[int, str, Decimal]]:
    """(rank, name, index), the smallest first; equal values share a rank and the next one counts on."""
    order = sorted(indices.items(), key=lambda one: (one[1], one[0]))
    return [(1 + sum(other < value for other in indices.values()), name, value) for name, value in order]


def index_parts(mean: Mapping[str, Decimal], *, lake: bool = False) -> dict[str, Decimal]:
    """Share of each item in CWQI: C / S(III), S / C for dissolved oxygen, the distance from 7 for pH. Raises KeyError, ZeroDivisionError."""
    found = {}
    for item, value in mean.items():
        if item == "pH":
            found[item] = (_PH_MIDDLE - value) if value <= _PH_MIDDLE else (value - _PH_MIDDLE) / 2
        else:
            limit = LIMITS["TP_lake" if item == "TP" and lake else item][_THIRD]
            found[item] = limit / value if item == "DO" else value / limit
    return found


def cwqi(mean: Mapping[str, Decimal], *, lake: bool = False) -> Decimal:
    """Sum of the parts, four decimals; smaller is better. The official one is over 21 items."""
    return sum(index_parts(mean, lake=lake).values(), Decimal(0)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
