"""From the list of the inspection to a closed and published task, and the rates recounted by hand."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case
from anlan.kernel.planning.values.formulas import answering
from anlan.kernel.registry import actions as registry
from anlan.packs.environment.inspector_rectification import actions, demonstration, formulas, queries
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.process import PROCESS
from anlan.packs.environment.inspector_rectification.rules import SLUG
from anlan.packs.environment.inspector_rectification.sheet import ITEMS

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 x"
ROW: dict[str, Any] = {
    "code": "D-1", "round": "第二轮", "kind": "central", "problem": "支渠晴天有污水", "goal": "不流水", "measures": "改管网",
    "responsible": "SL-S01", "supervisor": "SL-B13", "received_on": date(2025, 7, 1), "target_on": date(2025, 8, 1), "is_public": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at)


def item(cast: Cast, **more: Any) -> InspectorItem:
    row = registry.add(
        actor=cast.actor("monitor"), sheet=ITEMS, organisation=cast.environment, values={**ROW, **more}, at=cast.at
    )
    assert isinstance(row, InspectorItem)
    return row


def go(cast: Cast, case: Case, who: str, step: str, days: int = 1, **more: Any) -> Case:
    return make_step(
        actor=cast.actor(who), case=Case.objects.get(pk=case.pk), step=step, at=cast.at + timedelta(days=days), **more
    )


def closed(cast: Cast, days: int = 4, **more: Any) -> Case:
    case = actions.start(actor=cast.actor("monitor"), item=item(cast, **more), at=cast.at)
    go(cast, case, "street", "submit", 1, note="改好", uploads=[("after", "后.pdf", PDF)])
    go(cast, case, "monitor", "pass_major", 2, uploads=[("review", "查.pdf", PDF)])
    told = {"published_on": (cast.at + timedelta(days=days)).date().isoformat(), "published_where": "网站"}
    return go(
        cast,
        case,
        "monitor",
        "close",
        days,
        values=told,
        uploads=[("acceptance", "验.pdf", PDF), ("publication", "公.pdf", PDF)],
    )


def test_a_row_is_started_once_and_ordered_with_its_own_day(cast: Cast) -> None:
    row = item(cast)
    case = actions.start(actor=cast.actor("monitor"), item=row, at=cast.at)
    assert (case.state, case.owner_id, case.issuer_id, case.holder_id) == (
        "rectifying",
        cast.street.pk,
        cast.environment.pk,
        cast.street.pk,
    )
    assert case.due_at is not None
    assert case.due_at.date().isoformat() == "2025-08-01"
    with pytest.raises(Refused) as caught:
        actions.start(actor=cast.actor("monitor"), item=row, at=cast.at)
    assert caught.value.code == "twice"
    with pytest.raises(Refused):
        actions.start(actor=cast.actor("street"), item=item(cast, code="D-2"), at=cast.at)
    assert Case.objects.count() == 1


def test_a_task_whose_day_is_past_is_late_at_once(cast: Cast) -> None:
    case = actions.start(actor=cast.actor("monitor"), item=item(cast, target_on=date(2025, 7, 10)), at=cast.at)
    assert case.due_at is not None
    assert case.due_at < cast.at
    assert [one.late for one in queries.ledger(cast.actor("monitor"), {"late": "1"}, cast.at.date())] == [True]


def test_progress_is_reported_and_wrong_progress_is_not(cast: Cast) -> None:
    case = actions.start(actor=cast.actor("monitor"), item=item(cast), at=cast.at)
    for wrong in ("101", "33.5", "-1", "很多", ""):
        with pytest.raises(Refused) as caught:
            go(cast, case, "street", "progress", values={"percent": wrong, "done": "做了一些"})
        assert caught.value.field == "percent"
    go(cast, case, "street", "progress", values={"percent": "40", "done": "改了一半"})
    assert InspectorItem.objects.values_list("percent", "progress").get() == (40, "改了一半")
    assert Case.objects.get().state == "rectifying"


def test_it_is_closed_with_acceptance_and_publication_and_never_by_whose_task_it_is(cast: Cast) -> None:
    case = actions.start(
        actor=cast.actor("monitor"), item=item(cast, responsible="SL-B13", supervisor="SL-B11"), at=cast.at
    )
    go(cast, case, "other", "submit", note="改好", uploads=[("after", "后.pdf", PDF)])
    with pytest.raises(Refused) as caught:
        go(cast, case, "monitor", "pass_major", uploads=[("review", "查.pdf", PDF)])
    assert "责任单位" in caught.value.message
    go(cast, case, "officer", "pass_major", 2, uploads=[("review", "查.pdf", PDF)])
    case = closed(cast, code="D-9")
    assert case.state == "closed"
    row = InspectorItem.objects.get(code="D-9")
    assert (row.percent, row.published_where) == (100, "网站")


def test_closing_needs_both_receipts_and_a_publication_that_was(cast: Cast) -> None:
    case = actions.start(actor=cast.actor("monitor"), item=item(cast), at=cast.at)
    go(cast, case, "street", "submit", note="好", uploads=[("after", "后.pdf", PDF)])
    go(cast, case, "monitor", "pass_major", uploads=[("review", "查.pdf", PDF)])
    files = [("acceptance", "验.pdf", PDF), ("publication", "公.pdf", PDF)]
    with pytest.raises(Refused):
        go(
            cast,
            case,
            "monitor",
            "close",
            values={"published_on": "2025-07-26", "published_where": "网站"},
            uploads=files[:1],
        )
    with pytest.raises(Refused) as caught:
        go(
            cast,
            case,
            "monitor",
            "close",
            values={"published_on": "2025-09-26", "published_where": "网站"},
            uploads=files,
        )
    assert caught.value.field == "published_on"
    assert Case.objects.get().state == "passed"


def test_rates_recounted(cast: Cast) -> None:
    closed(cast, code="D-1")  # 29 July, in time
    closed(cast, days=12, code="D-2")  # 6 August, after the day
    actions.start(actor=cast.actor("monitor"), item=item(cast, code="D-3"), at=cast.at)  # never
    item(cast, code="D-4", target_on=date(2026, 1, 1))  # not due
    told = queries.rates(date(2025, 8, 31))
    assert (told.total, told.closed, told.due, told.on_time) == (4, 2, 3, 1)
    assert formulas.on_time(2025, date(2025, 8, 31)).value == Decimal("33.3")
    assert formulas.closed(2025, date(2025, 7, 30)).ratio == (1, 4)  # as known then: the later one was open
    assert formulas.on_time(2024, date(2024, 8, 31)).value is None
    assert answering("督察整改按期完成率") == formulas.FORMULAS[0]
    before = formulas.fingerprint(2025)
    item(cast, code="D-5")
    assert formulas.fingerprint(2025) != before


def _file(rows: list[dict[str, Any]]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([column.title for column in ITEMS.columns])
    for row in rows:
        page.append([row[column.name] for column in ITEMS.columns])
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("清单.xlsx", out.getvalue())


def test_the_list_comes_from_excel_and_faults_are_named(cast: Cast) -> None:
    client, good = (
        cast.client("monitor"),
        {
            **ROW,
            "kind": "中央督察反馈",
            "is_public": "是",
            "responsible": "示例一街道、区教育局",
            "supervisor": "区生态环境局",
        },
    )
    bad = [
        {**good, "code": "D-1", "responsible": "没有这个局"}, {**good, "code": "D-2", "supervisor": "示例一街道"},
        {**good, "code": "D-3", "target_on": date(2025, 6, 1)}, {**good, "code": "D-4", "kind": "省级"},
    ]  # fmt: skip
    said = client.post(reverse("inspector_items_import"), {"file": _file(bad)}).content.decode()
    for words in ("没有“没有这个局”", "不能就是责任单位自己", "早于交办日期", "只能填"):
        assert words in said
    assert InspectorItem.objects.count() == 0
    answer = client.post(
        reverse("inspector_items_import"), {"file": _file([{**good, "code": f"D-{number}"} for number in range(3)])}
    )
    token = answer.context["token"]
    client.post(reverse("inspector_items_import"), {"token": token})
    assert InspectorItem.objects.count() == 3
    client.post(reverse(f"{SLUG}_start_all"))
    assert {one.owner_id for one in Case.objects.all()} == {cast.street.pk}
    future = client.post(
        reverse("inspector_items_import"), {"file": _file([{**good, "code": "D-8", "received_on": date(2025, 7, 26)}])}
    )
    late = client.post(reverse("inspector_items_import"), {"token": future.context["token"]})
    assert late.status_code == 422
    assert "还没有到" in late.content.decode()


def test_pages_of_each_role(cast: Cast) -> None:
    actions.start(actor=cast.actor("monitor"), item=item(cast), at=cast.at)
    item(cast, code="D-2", is_public=False)
    for who, seen in (("monitor", 2), ("leader", 2), ("auditor", 2), ("street", 1), ("officer", 0)):
        answer = cast.client(who).get(reverse(f"{SLUG}_ledger"))
        assert answer.status_code == 200
        assert len(answer.context["lines"]) == seen, who
    assert cast.client("safety").get(reverse(f"{SLUG}_ledger")).status_code == 403
    assert (
        cast.client("monitor")
        .get(reverse("inspector_items_detail", args=[InspectorItem.objects.get(code="D-2").pk]))
        .content.decode()
        .count("立案并下达")
        == 1
    )
    public = cast.client(None).get("/public/rectification/").content.decode()
    assert "D-1" in public
    assert "D-2" not in public
    text = cast.client("monitor").get(f"{reverse(f'{SLUG}_ledger_export')}?form=csv").content.decode("utf-8-sig")
    assert text.startswith("编号,批次")
    assert text.count("\r\n") == 3


def test_the_story(cast: Cast) -> None:
    demonstration.load(cast.at)
    assert set(Case.objects.filter(process=PROCESS.slug).values_list("state", flat=True)) == {
        "rectifying",
        "reviewing",
        "closed",
    }
    demonstration.load(cast.at)
    assert InspectorItem.objects.count() == 5
