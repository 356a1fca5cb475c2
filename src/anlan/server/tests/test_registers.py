"""全部台账: what each role finds there, and the tabs beside a register."""

from __future__ import annotations

import pytest
from lxml import html
from tests.support.cast import AT, Cast

from anlan.kernel.registry.models import Place

pytestmark = pytest.mark.django_db


def _place(cast: Cast, code: str) -> Place:
    return Place.objects.create(
        code=code, name=code, kind="park", crs="wgs84", organisation=cast.environment, created_at=AT, updated_at=AT
    )  # fmt: skip


def test_counts_rows_and_narrows_by_name(cast: Cast) -> None:
    _place(cast, "A")
    _place(cast, "B")
    tree = html.fromstring(cast.client("planner").get("/registry/").content.decode())
    line = tree.xpath("//tr[th/a[@href='/registry/places/']]")[0]
    assert [cell.text_content() for cell in line] == ["地点 单位", "2", ""]
    narrowed = html.fromstring(cast.client("planner").get("/registry/?q=地点").content.decode())
    assert narrowed.xpath("//tbody/tr/th/a[1]/@href") == ["/registry/places/"]
    assert "没有这个名称的台账" in cast.client("planner").get("/registry/?q=没有").content.decode()


def test_each_sees_the_registers_of_the_role(cast: Cast) -> None:
    seen = {
        who: set(html.fromstring(cast.client(who).get("/registry/").content.decode()).xpath("//tbody//a/@href"))
        for who in ("planner", "worker")
    }
    assert "/dangers/" in seen["planner"] & seen["worker"]
    assert "/registry/places/" in seen["planner"] - seen["worker"]


def test_tabs_beside_a_register_are_those_of_its_capability(cast: Cast) -> None:
    tree = html.fromstring(cast.client("regulator").get("/dangers/monthly/").content.decode())
    assert tree.xpath("//nav[@class='tabs']/a/@href") == ["/registry/", "/dangers/", "/dangers/monthly/", "/dangers/enterprises/"]  # fmt: skip
