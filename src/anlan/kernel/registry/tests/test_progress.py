"""How far an import is: told in a file, asked by its id, gone at the end; the plain way stays as it was."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.cast import Cast

from anlan.kernel.registry import excel, progress
from anlan.kernel.registry.models import Place
from anlan.kernel.registry.sheets import PLACES

pytestmark = pytest.mark.django_db


def book(rows: int) -> bytes:
    page = (work := openpyxl.Workbook()).active
    assert page is not None
    page.append(["编号", "名称", "种类", "坐标来源"])
    for number in range(rows):
        page.append([f"T{number}", f"示例地点{number}", "公园", "WGS-84"])
    out = BytesIO()
    work.save(out)
    return out.getvalue()


def test_a_long_file_tells_how_far_it_is(cast: Cast) -> None:
    said: list[tuple[str, int, int]] = []
    excel.dry_run(PLACES, book(500), cast.actor("admin"), lambda *words: said.append(words))
    assert said == [("读文件", 0, 0), ("逐格检查", 200, 501), ("逐格检查", 400, 501)]


def test_asked_by_its_id_and_gone_at_the_end(cast: Cast) -> None:
    key = str(uuid4())
    client = cast.client("admin")
    progress.telling(key)("逐格检查", 200, 501)
    assert client.get(f"/registry/progress/{key}/").json() == {"words": "逐格检查", "done": 200, "total": 501}
    file = SimpleUploadedFile("places.xlsx", book(3))
    asked = {"file": file, "organisation": cast.district.pk, "progress": key}
    page = client.post("/registry/places/import/", asked, headers={"X-Progress": "1"})
    assert page.status_code == 200, page.content.decode()[:300]
    assert client.get(f"/registry/progress/{key}/").json() == {}


def test_a_confirmed_import_says_where_to_go(cast: Cast) -> None:
    client = cast.client("admin")
    page = client.post(
        "/registry/places/import/", {"file": SimpleUploadedFile("p.xlsx", book(3)), "organisation": cast.district.pk}
    )
    token = page.context["token"]
    said = client.post(
        "/registry/places/import/", {"token": token, "organisation": cast.district.pk}, headers={"X-Progress": "1"}
    )
    assert said.json() == {"to": "/registry/places/"}
    assert Place.objects.count() == 3


@pytest.mark.parametrize("text", ["", "../../etc/passwd", "x" * 5000, "\x00", "null"])
def test_a_wrong_id_tells_nobody(text: str) -> None:
    progress.telling(text)("读文件", 0, 0)
    progress.forget(text)
    assert progress.telling(text) is progress.silent


def test_a_citizen_may_not_ask(cast: Cast) -> None:
    assert cast.client(None).get(f"/registry/progress/{UUID(int=1)}/").status_code in (302, 401)
