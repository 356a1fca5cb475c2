"""The three-way comparison: what only one side changed is taken or kept, what both changed is asked."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.packs.safety.dual_prevention.merging import WHOLE, Merge, three_way
from anlan.packs.safety.dual_prevention.types import MeasureRow, RiskRow, cells, from_cells, from_json, ordered, to_json

pytestmark = pytest.mark.pure


def row(n: int, **more: object) -> RiskRow:
    measures = (
        MeasureRow(code="1", kind="engineering", text=f"联锁 {n}", pace="shift"),
        MeasureRow(code="2", kind="personal", text=f"防护 {n}"),
    )
    given: dict[str, object] = {"code": f"R{n:03d}", "point_code": f"P{n % 20}", "point": f"点 {n % 20}", "unit_code": f"U{n % 40}", "unit": f"单元 {n % 40}",
                                "title": f"事件 {n}", "method": "lec", "l": "3", "e": "6", "c": "7", "measures": measures}  # fmt: skip
    return RiskRow(**{**given, **more})  # type: ignore[arg-type]


def rows(*many: RiskRow) -> dict[str, RiskRow]:
    return {one.code: one for one in many}


def kinds(merge: Merge) -> list[str]:
    return [one.kind for one in merge.changes]


def test_parts_make_the_row_again() -> None:
    one = row(1, direct="x", control="company", post="班长")
    assert from_cells(one.code, cells(one)) == ordered(one)
    assert from_json(to_json(one)) == one
    assert from_json({**to_json(one), "later": 1}) == one


def test_only_mine_is_kept_and_only_theirs_is_taken() -> None:
    base = row(1)
    mine, theirs = replace(base, post="物流组"), replace(base, title="事件改名")
    merge = three_way(rows(base), rows(mine), rows(theirs))
    assert kinds(merge) == ["own", "update"]
    assert merge.rows["R001"] == ordered(replace(base, post="物流组", title="事件改名"))
    assert not merge.open


def test_both_the_same_is_no_change() -> None:
    base = row(1)
    new = replace(base, title="同样改")
    assert three_way(rows(base), rows(new), rows(new)).changes == ()


def test_a_conflict_keeps_mine_until_somebody_decides() -> None:
    base = row(1)
    mine, theirs = replace(base, l="1"), replace(base, l="6")
    merge = three_way(rows(base), rows(mine), rows(theirs))
    (conflict,) = merge.open
    assert (conflict.part, merge.rows["R001"].l) == ("grade", "1")
    taken = three_way(rows(base), rows(mine), rows(theirs), {conflict.key: "theirs"})
    assert (taken.open, taken.rows["R001"].l) == ((), "6")
    kept = three_way(rows(base), rows(mine), rows(theirs), {conflict.key: "mine"})
    assert (kept.open, kept.rows["R001"].l) == ((), "1")
    # A decision counts for the three values it was made for.
    moved = three_way(rows(base), rows(replace(base, l="0.5")), rows(theirs), {conflict.key: "theirs"})
    assert len(moved.open) == 1


def test_measures_are_parts_of_their_own() -> None:
    base = row(1)
    one, two = base.measures
    mine = replace(
        base, measures=(replace(one, text="我改的"), two, MeasureRow(code="9", kind="training", text="我加的"))
    )
    theirs = replace(
        base, measures=(one, replace(two, text="标准改的"), MeasureRow(code="3", kind="emergency", text="标准加的"))
    )
    merge = three_way(rows(base), rows(mine), rows(theirs))
    assert sorted(kinds(merge)) == ["added", "own", "own", "update"]
    assert [measure.text for measure in merge.rows["R001"].measures] == ["我改的", "标准改的", "标准加的", "我加的"]
    dropped = three_way(rows(base), rows(mine), rows(replace(base, measures=(two,))))
    assert [change.part for change in dropped.open] == ["measure:1"]


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "kind", "stays"),
    [
        (None, None, "a", "added", True), (None, "a", None, "own_added", True), ("a", None, "a", "own_removed", False), ("a", "a", None, "removed", False),
        ("a", "b", None, "conflict", True), ("a", None, "b", "conflict", False),
    ],
)  # fmt: skip
def test_whole_rows(base: str | None, mine: str | None, theirs: str | None, kind: str, stays: bool) -> None:
    made = [rows(row(1, title=one)) if one else {} for one in (base, mine, theirs)]
    old, own, new = made
    merge = three_way(old, own, new)
    assert [(one.kind, one.part) for one in merge.changes] == [(kind, WHOLE)]
    assert ("R001" in merge.rows) is stays
    if kind == "conflict":
        other = three_way(old, own, new, {merge.changes[0].key: "theirs"})
        assert ("R001" in other.rows) is not stays


def test_gone_on_both_sides_is_gone() -> None:
    assert three_way(rows(row(1)), {}, {}) == Merge((), {}, ())


def _shaken(dice: random.Random, base: dict[str, RiskRow]) -> dict[str, RiskRow]:
    found = dict(base)
    for code in dice.sample(sorted(base), 12):
        way = dice.choice(["title", "grade", "measure", "gone", "post"])
        if way == "gone":
            del found[code]
        elif way == "measure":
            found[code] = replace(
                found[code],
                measures=(replace(found[code].measures[0], text=dice.choice("甲乙")), *found[code].measures[1:]),
            )
        else:
            letter, factor = dice.choice("甲乙"), dice.choice("16")
            here = found[code]
            found[code] = {
                "title": replace(here, title=letter),
                "grade": replace(here, l=factor),
                "post": replace(here, post="丙"),
            }[way]
    for _new in range(3):
        fresh = row(dice.randrange(900, 904), title=dice.choice("甲乙"))
        found[fresh.code] = fresh
    return found


@given(st.integers(0, 10_000))
def test_nothing_of_mine_is_lost_without_a_decision(seed: int) -> None:
    """Random edits on both sides: each part that I changed is in the result as I left it, and the other side's alone is as it wrote it."""
    dice = random.Random(seed)
    base = rows(*(row(n) for n in range(30)))
    mine, theirs = _shaken(dice, base), _shaken(dice, base)
    merge = three_way(base, mine, theirs)
    asked = {(one.code, one.part) for one in merge.open}
    for code in {*base, *mine, *theirs}:
        old, own, new = (cells(rows_of[code]) if code in rows_of else None for rows_of in (base, mine, theirs))
        got = cells(merge.rows[code]) if code in merge.rows else None
        if own is None or new is None:
            if own != old and (code, WHOLE) not in asked:
                assert got == own
            continue
        assert got is not None
        for part in {*(old or {}), *own, *new}:
            before, here, there = (old or {}).get(part), own.get(part), new.get(part)
            if here != before:
                assert got.get(part) == here
            else:
                assert got.get(part) == there
    assert three_way(base, mine, base).rows == {code: ordered(one) for code, one in mine.items()}
