"""Moves are tables: legal or refused as the table says, and only one of two may win."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from anlan.base.errors import Refused
from anlan.kernel.access.moves import Move, advance, find, offers
from anlan.kernel.access.types import PUBLIC, SYSTEM

TABLE = (
    Move(slug="start", title="开始", sources=("new",), target="running", permission=PUBLIC),
    Move(slug="stop", title="停", sources=("running",), target="done", permission=PUBLIC),
)


class Rows:
    """A stand-in for the table: answers like an UPDATE … WHERE."""

    def __init__(self) -> None:
        self.state, self.version = "new", 1

    def filter(self, **wanted: Any) -> Rows:
        self.hit = wanted["state"] == self.state and wanted["version"] == self.version
        return self

    def update(self, *, state: str, **_changes: Any) -> int:
        if self.hit:
            self.state, self.version = state, self.version + 1
        return int(self.hit)


@dataclass
class Thing:
    state: str = "new"
    version: int = 1
    pk: int = 1
    access_paths: tuple[str, ...] = ()


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    made = Rows()
    monkeypatch.setattr(Thing, "_default_manager", made, raising=False)
    return made


@pytest.mark.pure
def test_the_second_of_two_is_stale(rows: Rows) -> None:
    first, second = Thing(), Thing()
    advance(first, find(TABLE, "start"), actor=SYSTEM)
    assert (first.state, first.version) == ("running", 2)
    with pytest.raises(Refused) as caught:
        advance(second, find(TABLE, "start"), actor=SYSTEM)
    assert caught.value.code == "stale"
    assert second.state == "new"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("state", "slug"), [("new", "stop"), ("done", "start"), ("done", "stop"), ("running", "start")]
)
def test_what_the_table_does_not_list_is_illegal(rows: Rows, state: str, slug: str) -> None:
    with pytest.raises(Refused) as caught:
        advance(Thing(state=state), find(TABLE, slug), actor=SYSTEM)
    assert caught.value.code == "illegal"


@pytest.mark.pure
def test_offers_follow_the_state() -> None:
    assert [offer.move.slug for offer in offers(TABLE, Thing(), SYSTEM)] == ["start"]
    assert [offer.move.slug for offer in offers(TABLE, Thing(state="running"), SYSTEM)] == ["stop"]
