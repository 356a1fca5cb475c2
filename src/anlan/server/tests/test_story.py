"""The demonstration's dangers stand in every state, and loading it again changes nothing."""

from __future__ import annotations

import pytest

from anlan.base import clock
from anlan.kernel.casework.models import Case
from anlan.server import demonstration

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_story_loads_and_loads_again() -> None:
    at = clock.now()
    demonstration.load(at)
    first = list(Case.objects.order_by("id").values_list("number", "state"))
    assert {state for _number, state in first} >= {"reported", "graded", "rectifying", "reviewing", "closed"}
    demonstration.load(at)
    assert list(Case.objects.order_by("id").values_list("number", "state")) == first
