"""Two people with the same report before them, at once: one incident. Real threads, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from tests.support.cast import Cast, make_cast

from anlan.base.errors import Refused
from anlan.kernel.response.models import Incident
from anlan.packs.safety.earthquake import actions
from anlan.packs.safety.earthquake.models import QuickReport
from anlan.packs.safety.earthquake.tests.test_earthquake import VALUES

pytestmark = pytest.mark.django_db(transaction=True)


def _both(cast: Cast, same_key: bool) -> list[str]:
    gate, answers, shared = threading.Barrier(2), ["", ""], uuid4()
    people = (cast.actor("duty"), cast.actor("commander"))

    def run(place: int) -> None:
        gate.wait(10)
        try:
            for _each in range(20):  # SQLite: a writer that finds the file busy asks again, as the pages do
                try:
                    actions.take(
                        actor=people[place], organisation=cast.district, values=VALUES, occurred_at=cast.at - timedelta(minutes=12), at=cast.at,
                        key=shared if same_key else uuid4(),
                    )  # fmt: skip
                    break
                except OperationalError:
                    continue
        except Refused as refused:
            answers[place] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return sorted(answers)


@pytest.mark.parametrize(("same_key", "told"), [(True, ["", ""]), (False, ["", "same"])])
def test_one_earthquake_opens_one_incident(same_key: bool, told: list[str]) -> None:
    assert _both(make_cast(), same_key) == told
    assert Incident.objects.count() == 1
    assert QuickReport.objects.count() == 1
