"""All 36 printed indicators of the published plan, imported, shown and judged, without a figure and with one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import AT, Cast

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.planning import intake
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.values import actions, reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(shared: Path, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    seen = intake.preview((shared / "plan" / "plan-2022-5.txt").read_bytes())
    intake.store(actor=SYSTEM, seen=seen, file_name="plan.txt", at=AT)


def states() -> Counter[str]:
    return Counter(row.verdict.state for row in reading.rows_of(Indicator.objects.all(), AT.date()))


def test_without_figures_twelve_wait_for_the_city_and_the_rest_for_a_figure(stored: None) -> None:
    rows = reading.rows_of(Indicator.objects.all(), AT.date())
    assert len(rows) == 36
    assert Counter(row.indicator.plan.domain for row in rows) == {"safety": 8, "education": 12, "environment": 16}
    assigned = sum(row.indicator.comparator == "city_assigned" for row in rows)
    assert states() == {"unassigned": assigned, "unfilled": 36 - assigned}
    assert assigned == 11


def test_with_its_target_as_figure_every_indicator_is_judged_by_its_own_comparator(stored: None) -> None:
    """In the last year the target itself reaches >=, <= and =, and does not reach the strict > of education."""
    for one in Indicator.objects.select_related("plan__document", "responsible"):
        value = one.target if one.target is not None else Decimal(1)
        typed = actions.Typed(year=2025, value=value, as_of=date(2025, 7, 1), source="示例统计表", sure=True)
        actions.type_in(actor=SYSTEM, indicator=one, typed=typed, at=AT)
    rows = reading.rows_of(Indicator.objects.all(), AT.date())
    for row in rows:
        wanted = "unassigned" if row.indicator.comparator == "city_assigned" else "reached"
        strict = row.indicator.comparator in (">", "<")
        assert row.verdict.state == ("behind" if strict else wanted), row.indicator.name
        assert not strict or row.verdict.gap == 0


def test_the_two_below_their_baselines_are_judged_by_target_and_direction(stored: None) -> None:
    two = [one for one in Indicator.objects.select_related("plan", "responsible") if "below_baseline" in one.flags]
    assert len(two) == 2
    for one in two:
        assert one.baseline is not None
        assert one.target is not None
        between = (one.baseline + one.target) / 2
        for year, value, state in ((2023, between, "reached"), (2024, one.target - 1, "behind")):
            typed = actions.Typed(year=year, value=value, as_of=date(year, 12, 31), source="示例统计表")
            actions.type_in(actor=SYSTEM, indicator=one, typed=typed, at=AT)
            row = reading.rows_of(Indicator.objects.filter(pk=one.pk), date(year, 12, 31))[0]
            assert (row.verdict.state, row.verdict.pace) == (state, None)


def test_all_thirty_six_are_on_the_pages(cast: Cast, stored: None) -> None:
    names = set(Indicator.objects.values_list("name", flat=True))
    pages = {"staff": cast.client("leader"), "public": cast.client(None)}
    for who, path in (("staff", "/planning/indicators/"), ("public", "/public/indicators/")):
        text = "".join(pages[who].get(f"{path}?plan={plan.pk}").content.decode() for plan in reading.plans())
        assert {name for name in names if name not in text} == set()
    assert "市下达" in text
    assert "初步值" in text
