"""An indicator as its panel shows it: the number's four answers (of when, from where, how, show me). No queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anlan.kernel.planning.models.promises import COMPARATORS
from anlan.kernel.planning.values.judging import Verdict, pace, plain
from anlan.kernel.planning.values.models import IndicatorValue
from anlan.kernel.planning.values.reading import Row
from anlan.kernel.web import charts

# Printed units that have a common sign.
_SIGNS = {"微克/立方米": "μg/m³", "毫克/立方米": "mg/m³"}


def figure(value: Decimal | None) -> str:
    return "—" if value is None else plain(value)


def target_words(row: Row) -> str:
    """`≥ 74`, `市下达`, or the sentence as printed when there is no number."""
    one = row.promise
    if one.comparator == "city_assigned" and one.target is None:
        return _("市下达")
    return f"{COMPARATORS[row.promise.bound]} {plain(one.target)}" if one.target is not None else _("完成")


def current_words(row: Row) -> str:
    """The newest figure; a sentence without a number is done or not."""
    if row.value is None or row.value.value is None:
        return "—"
    if row.promise.qualitative:
        return _("已完成") if row.value.value >= 1 else _("未完成")
    return plain(row.value.value)


def sign(unit: str) -> str:
    """`μg/m³` for 微克/立方米, others as printed."""
    return _SIGNS.get(unit, unit)


def way(row: Row) -> Decimal | None:
    """Per cent of the way from baseline to target; None where either is not known."""
    one, now = row.promise, row.value.value if row.value else None
    if now is None or one.baseline is None or one.target is None or one.baseline == one.target or one.qualitative:
        return None
    return max(Decimal(0), min(Decimal(100), (now - one.baseline) / (one.target - one.baseline) * 100)).quantize(
        Decimal(1)
    )


@dataclass(frozen=True)
class Line:
    """One row of the table, already in words; `dumbbell` goes from baseline to target, `mark` is a substitution in short."""

    row: Row
    baseline: str
    current: str
    target: str
    provisional: bool
    dumbbell: SafeString
    as_of: str
    mark: str
    unit: str

    @property
    def verdict(self) -> Verdict:
        return self.row.verdict


def _short_day(day: date, this_year: int) -> str:
    """`7月24日`, or with its year when it is not this one: a table has no room for the weekday."""
    return f"{day.month}月{day.day}日" if day.year == this_year else day.isoformat()


def line_of(row: Row, this_year: int) -> Line:
    one = row.indicator
    now = row.value.value if row.value and not row.promise.qualitative else None
    title = f"{one.name}：{figure(one.baseline)} → {current_words(row)} → {target_words(row)}，{row.verdict.word}"
    picture = charts.dumbbell(row.promise.baseline, now, row.promise.target, behind=row.verdict.behind, title=title)
    return Line(
        row, figure(one.baseline), current_words(row), target_words(row), "provisional" in one.flags, picture,
        _short_day(row.value.as_of, this_year) if row.value else "—",
        row.value.substitution.split("（")[0] if row.value else "",
        "" if row.promise.qualitative else sign(row.promise.unit),
    )  # fmt: skip


@dataclass(frozen=True)
class YearCell:
    """One year of the table twin."""

    year: int
    value: str
    mark: str
    pace: str
    source: str


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(plain(value))


def _points(row: Row) -> list[charts.Point]:
    promise, points = row.promise, []
    for year in range(promise.baseline_year, promise.last_year + 1):
        held = row.series.get(year)
        value = held.value if held else None
        if year == promise.baseline_year and promise.baseline is not None:
            value = promise.baseline
        points.append(
            charts.Point(
                f"{year}{'*' if held and held.partial else ''}", _short(value), open=bool(held and held.partial)
            )
        )
    return points


def years_chart(row: Row) -> SafeString:
    """Years with target line and straight pace; nothing is drawn where nothing is known."""
    promise, one = row.promise, row.indicator
    if promise.qualitative:
        return SafeString("")
    ends = None
    if row.verdict.pace is not None and promise.start is not None and promise.target is not None:
        ends = (_short(promise.start) or Decimal(0), _short(promise.target) or Decimal(0))
    word = f"{_('目标')} {target_words(row)}"
    return charts.line_chart(
        _points(row), title=one.name, unit=one.unit, limit=_short(one.target), limit_word=word, pace=ends
    )


def years_table(row: Row) -> list[YearCell]:
    """The chart's twin, with every year of the plan."""
    from_baseline = YearCell(row.promise.baseline_year, figure(row.indicator.baseline), "", "—", _("规划基期"))
    cells = []
    for year in range(row.promise.baseline_year, row.promise.last_year + 1):
        held = row.series.get(year)
        if year == row.promise.baseline_year and (held is None or row.promise.baseline is not None):
            cells.append(from_baseline)
            continue
        cells.append(_cell(row, year, held))
    return cells


def _cell(row: Row, year: int, held: IndicatorValue | None) -> YearCell:
    asked = pace(row.promise, year)
    source = "" if held is None else held.substitution or str(held.get_source_display())
    return YearCell(
        year, figure(held.value if held else None), "*" if held and held.partial else "", figure(asked), source
    )


@dataclass(frozen=True)
class Link:
    """One link of 这个数从哪来."""

    title: str
    text: str
    word: str
    url: str


def chain_of(value: IndicatorValue | None, own_url: str, entered: str) -> list[Link]:
    """From the figure down to the records. A typed figure ends at its source."""
    if value is None:
        return []
    unit = value.unit
    shown = f"{figure(value.value)} {unit}，{entered}"
    links = [Link(_("指标值"), shown, _("计算记录") if value.source == "computed" else _("填报记录"), own_url)]
    if value.source == "typed":
        return [*links, Link(_("来源"), value.source_text, value.stored.name if value.stored else "", "")]
    return links + [
        Link(step["title"], step["text"], step.get("link", ""), step.get("url", "")) for step in value.steps
    ]


def completeness(value: IndicatorValue | None) -> str:
    """`应有 205，有效 204（99.5%）`."""
    if value is None or value.expected is None or value.valid is None:
        return ""
    share = f"（{Decimal(value.valid * 100) / value.expected:.1f}%）" if value.expected else ""
    return f"{_('应有')} {value.expected}，{_('有效')} {value.valid}{share}"
