"""Every number a plan promises is attached to something, or stands in the list of the unattached; the counts are printed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from anlan.kernel.planning.intake import preview, store
from anlan.kernel.planning.models import Plan
from anlan.kernel.planning.queries import unattached
from tests.support.cast import AT, Cast

pytestmark = pytest.mark.django_db


def test_numbers_left_unattached_per_plan(cast: Cast, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared / "plan" / "plan-2022-5.txt"
    store(actor=cast.actor("planner"), seen=preview(file.read_bytes()), file_name=file.name, at=AT)
    said = io.StringIO()
    call_command("plan_coverage", stdout=said)
    with capsys.disabled():
        print("\n" + said.getvalue(), end="")
    plans = list(Plan.objects.all())
    assert len(plans) == len(said.getvalue().splitlines()) == 3
    for plan in plans:
        left = {target.pk for target in unattached(plan)}
        held = {target.pk for target in plan.targets.all() if target.attached}
        assert left.isdisjoint(held)
        assert len(left | held) == plan.targets.count() > 0
