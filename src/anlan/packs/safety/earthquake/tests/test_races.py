"""Two people with the same report before them, at once: one incident. Real threads, on both databases."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from tests.support.cast import make_cast
from tests.support.together import codes

from anlan.kernel.response.models import Incident
from anlan.packs.safety.earthquake import actions
from anlan.packs.safety.earthquake.models import QuickReport
from anlan.packs.safety.earthquake.tests.test_earthquake import VALUES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("same_key", "told"), [(True, ["", ""]), (False, ["", "same"])])
def test_one_earthquake_opens_one_incident(same_key: bool, told: list[str]) -> None:
    cast, shared = make_cast(), uuid4()
    acts = [
        partial(
            actions.take, actor=cast.actor(who), organisation=cast.district, values=VALUES, occurred_at=cast.at - timedelta(minutes=12), at=cast.at,
            key=shared if same_key else uuid4(),
        )
        for who in ("duty", "commander")
    ]  # fmt: skip
    assert sorted(codes(*acts)) == told
    assert Incident.objects.count() == 1
    assert QuickReport.objects.count() == 1
