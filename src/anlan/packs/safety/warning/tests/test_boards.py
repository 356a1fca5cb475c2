"""The boards name hazards that warnings can speak of; warnings that nobody has decided on stand on them."""

from __future__ import annotations

import pytest
from tests.support.cast import Cast

from anlan.kernel.response.boards import BOARDS
from anlan.packs.safety.warning import panels, rules


@pytest.mark.pure
def test_boards_name_hazards_there_are() -> None:
    named = {hazard for one in BOARDS.values() for hazard in one.hazards}
    assert named <= set(rules.hazards())


@pytest.mark.django_db
def test_nothing_held_is_no_line(cast: Cast) -> None:
    assert panels.lines(cast.actor("duty"), cast.at) == []
