"""People, shifts and manned posts in the test cast's district; work done at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.models import Person
from anlan.kernel.response.models import DutyShift
from anlan.packs.safety.duty import rostering
from anlan.packs.safety.duty.models import (
    Manning,
)


def person(cast: Cast, who: str) -> Person:
    return cast.posts[who].person


def shift(cast: Cast, who: str, start: float, hours: float = 12, post: str = "duty", rank: int = 1) -> DutyShift:
    begin = cast.at + timedelta(hours=start)
    row = DutyShift.objects.create(
        post=post, organisation=cast.district, person=person(cast, who), rank=rank, starts_at=begin, ends_at=begin + timedelta(hours=hours)
    )  # fmt: skip
    return DutyShift.objects.select_related("person", "organisation").get(pk=row.pk)


def manned(cast: Cast, post: str = "duty", **more: Any) -> Manning:
    given: dict[str, Any] = {"edges": "08:30、20:30", "people": 1, "from_on": cast.at.date(), "until_on": None} | more
    return rostering.man(actor=cast.actor("duty"), post=post, organisation=cast.district, at=cast.at, **given)


def refused(work: Callable[..., object], **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        work(**more)
    return caught.value
