"""One declaration gives a whole register: forms, history, import, export, API — and never another's rows."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry as JournalEntry
from anlan.kernel.registry import actions, excel
from anlan.kernel.registry.cells import value_of
from anlan.kernel.registry.models import Place, SavedView
from anlan.kernel.registry.sheets import PLACES
from anlan.kernel.registry.types import Column

GOOD = {
    "code": "P1",
    "name": "示例点",
    "kind": "park",
    "address": "",
    "longitude": 117.2,
    "latitude": 39.15,
    "crs": "wgs84",
}


def book(*rows: Any, head: tuple[str, ...] = ("编号", "名称", "种类", "经度", "纬度", "坐标来源")) -> bytes:
    work = openpyxl.Workbook()
    page = work.active
    assert page is not None
    page.append(head)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    work.save(out)
    return out.getvalue()


def add(cast: Cast, **more: Any) -> Place:
    row = actions.add(actor=SYSTEM, sheet=PLACES, organisation=cast.environment, values={**GOOD, **more}, at=AT)
    assert isinstance(row, Place)
    return row


@pytest.mark.django_db
def test_add_change_review_retire_and_history(cast: Cast) -> None:
    client = cast.client("other")
    form = {**GOOD, "kind": "公园", "crs": "WGS-84"}
    assert client.post("/registry/places/new/", form).status_code == 302
    row = Place.objects.get()
    assert client.post(f"/registry/places/{row.pk}/edit/", {**form, "name": "改名", "version": "1"}).status_code == 302
    stale = client.post(f"/registry/places/{row.pk}/edit/", {**form, "name": "晚了", "version": "1"})
    assert stale.status_code == 409
    assert "晚了" in stale.content.decode()
    assert client.post(f"/registry/places/{row.pk}/review/").status_code == 302
    assert client.post(f"/registry/places/{row.pk}/retire/", {"reason": ""}).status_code == 422
    assert client.post(f"/registry/places/{row.pk}/retire/", {"reason": "拆除"}).status_code == 302
    body = client.get(f"/registry/places/{row.pk}/").content.decode()
    assert "改名" in body
    assert "示例点 → 改名" in body
    verbs = list(JournalEntry.objects.filter(subject_kind="places").order_by("id").values_list("verb", flat=True))
    assert verbs == [f"registry.row.{word}" for word in ("added", "changed", "reviewed", "retired")]


@pytest.mark.django_db
def test_another_organisations_row_is_not_there(cast: Cast) -> None:
    row = add(cast)
    client = cast.client("street")
    for path in ("", "edit/", "review/", "retire/"):
        method = client.post if path in ("review/", "retire/") else client.get
        assert method(f"/registry/places/{row.pk}/{path}").status_code == 404, path
    assert client.get(f"/api/v1/places/{row.pk}").status_code == 404
    assert client.get("/api/v1/places").json()["count"] == 0
    assert "P1" not in client.get("/registry/places/export.csv").content.decode()
    assert cast.client("other").get(f"/api/v1/places/{row.pk}").json()["name"] == "示例点"
    # A file may not change it either.
    run = excel.dry_run(PLACES, book(("P1", "偷改", "公园", 117, 39, "WGS-84")), cast.actor("street"))
    assert not run.good


@pytest.mark.django_db
def test_import_all_or_nothing_then_update_by_key(cast: Cast) -> None:
    client = cast.client("other")
    mixed = book(("A1", "甲", "公园", 117.2, 39.1, "WGS-84"), ("A2", "", "城堡", "东", 39.1, "WGS-84"))
    page = client.post("/registry/places/import/", {"file": SimpleUploadedFile("x.xlsx", mixed)})
    assert page.context["run"].faults == 1
    token = page.context["token"]
    assert (
        client.post("/registry/places/import/", {"token": token, "organisation": cast.environment.pk}).status_code
        == 422
    )
    assert not Place.objects.exists()
    marked = client.post("/registry/places/import/", {"token": token, "do": "marked"})
    sheet = openpyxl.load_workbook(io.BytesIO(marked.content)).active
    assert sheet is not None
    assert sheet["C3"].comment is not None
    good = book(("A1", "甲", "公园", 117.2, 39.1, "WGS-84"), ("Ａ２", "乙", "park", "１１７．３", 39, "wgs84"))
    token = client.post("/registry/places/import/", {"file": SimpleUploadedFile("x.xlsx", good)}).context["token"]
    before = JournalEntry.objects.count()
    assert (
        client.post("/registry/places/import/", {"token": token, "organisation": cast.environment.pk}).status_code
        == 302
    )
    assert sorted(Place.objects.values_list("code", "longitude")) == [("A1", 117.2), ("A2", 117.3)]
    assert JournalEntry.objects.count() == before + 1
    run = excel.dry_run(
        PLACES,
        book(("A1", "甲二", "公园", 117.2, 39.1, "WGS-84"), ("A2", "乙", "公园", 117.3, 39, "WGS-84")),
        cast.actor("other"),
    )
    assert run.counts == {"new": 0, "changed": 1, "same": 1}


WRONG = [
    b"", b"   ", b"\x00\x01\x02", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"<html></html>", b"%PDF-1.4", b"a,b\n1,2\n", "编号,名称\n".encode(),
    "编号,名称,种类,坐标来源\n".encode(), "编号,编号,名称,种类,坐标来源\n1,1,x,公园,WGS-84\n".encode(), book(), book(head=("x", "y")),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("data", WRONG, ids=range(len(WRONG)))
def test_wrong_files_get_one_sentence(cast: Cast, data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        excel.dry_run(PLACES, data, cast.actor("other"))
    assert caught.value.message
    assert "\n" not in caught.value.message


BAD_ROWS = [
    ("", "甲", "公园", 1, 1, "WGS-84"), ("A", "", "公园", 117, 39, "WGS-84"), ("A", "甲", "城堡", 117, 39, "WGS-84"), ("A", "甲", "公园", 200, 39, "WGS-84"),
    ("A", "甲", "公园", 117, 139, "WGS-84"), ("A", "甲", "公园", "x", 39, "WGS-84"), ("A", "甲", "公园", 117, 39, ""), ("A" * 41, "甲", "公园", 117, 39, "WGS-84"),
    ("A", "甲" * 81, "公园", 117, 39, "WGS-84"), ("A", "甲", "公园", "inf", 39, "WGS-84"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("row", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_wrong_cells_are_named(cast: Cast, row: tuple[Any, ...]) -> None:
    run = excel.dry_run(PLACES, book(row), cast.actor("other"))
    assert run.faults == 1
    assert run.lines[0].problems[0].column


@pytest.mark.django_db
def test_rows_repeated_in_a_file_are_named(cast: Cast) -> None:
    run = excel.dry_run(
        PLACES,
        book(("A", "甲", "公园", 117, 39, "WGS-84"), ("A", "乙", "公园", 117, 39, "WGS-84")),
        cast.actor("other"),
    )
    assert [problem.message for line in run.lines for problem in line.problems] == ["与第 2 行重复。"]


@pytest.mark.django_db
def test_saved_views_filters_and_template(cast: Cast) -> None:
    add(cast)
    add(cast, code="P2", name="另一处", kind="river")
    client = cast.client("other")
    assert client.get("/registry/places/", {"kind": "river"}).context["page"].paginator.count == 1
    assert client.get("/registry/places/", {"q": "另一"}).context["page"].paginator.count == 1
    assert client.get("/registry/places/", {"sort": "-name", "page": "x"}).status_code == 200
    assert client.post("/registry/places/", {"name": "河道", "query": "kind=river", "shared": "1"}).status_code == 302
    assert SavedView.objects.get().query == "kind=river"
    page = openpyxl.load_workbook(io.BytesIO(client.get("/registry/places/template.xlsx").content)).worksheets[0]
    head = [cell.value for cell in page[1]]
    assert head == [column.title for column in PLACES.columns]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [("45658", "date", "2025-01-01"), ("2025年1月2日", "date", "2025-01-02"), ("２０２５／１／３", "date", "2025-01-03"), ("20250104", "date", "2025-01-04"),
     (3.0, "int", "3"), ("1,234", "int", "1234"), ("是", "bool", "True"), ("", "bool", "False")],
)  # fmt: skip
def test_cells_as_people_write_them(raw: Any, kind: Any, value: str) -> None:
    got, fault = value_of(raw, Column("x", "某", kind=kind))
    assert (str(got), fault) == (value, "")


@pytest.mark.pure
@pytest.mark.fuzz
@given(
    st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.none(), st.dates()),
    st.sampled_from(["text", "int", "decimal", "date", "choice", "bool", "longitude"]),
)
def test_any_cell_gives_a_value_or_a_fault(raw: Any, kind: Any) -> None:
    value, fault = value_of(raw, Column("x", "某", kind=kind, required=True, choices={"a": "甲"}))
    assert fault or value is not None


@pytest.mark.django_db
def test_administrator_adds_people_and_ends_posts(cast: Cast) -> None:
    client = cast.client("admin")
    good = {
        "username": "new",
        "name": "示例·新人",
        "password": "long-enough-phrase",
        "organisation": cast.street.pk,
        "role": "street_officer",
        "title": "经办",
    }
    for wrong in (
        {"username": ""},
        {"password": "short"},
        {"role": "king"},
        {"organisation": ""},
        {"username": "planner"},
    ):
        assert client.post("/registry/people/", {**good, **wrong}).status_code == 422, wrong
    assert client.post("/registry/people/", good).status_code == 302
    assert client.post("/registry/people/", {"end": cast.posts["street"].pk, "ends_on": "x"}).status_code == 422
    assert (
        client.post("/registry/people/", {"end": cast.posts["street"].pk, "ends_on": "2025-07-01"}).status_code == 302
    )
    assert cast.client("planner").post("/registry/people/", good).status_code == 403


def test_text_keeps_its_punctuation_and_codes_become_half_width() -> None:
    assert value_of("逐家登记，检查２次（每年）；不少于。", Column("duty", "职责", kind="long")) == (
        "逐家登记，检查2次（每年）；不少于。",
        "",
    )
    assert value_of("ＳＬ－０１（甲）", Column("code", "编号"))[0] == "SL-01(甲)"
    assert value_of("１，２００", Column("area", "面积", kind="int"))[0] == 1200
