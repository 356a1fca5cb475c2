"""The clock is set back, or forward, between two actions: order is the order of commits, whatever the clock said."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from anlan.base.jobs import Job
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry, Seal
from anlan.kernel.journal.sealing import consume, seal_all, sealed_after, verify
from anlan.kernel.planning import actions, intake
from anlan.kernel.planning.models import Task
from anlan.kernel.planning.reading.cli import sample_text
from anlan.kernel.planning.reviews import gathering
from anlan.server import worker
from tests.support.cast import AT, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY, FILE = date(2025, 7, 1), ("佐证.txt", "示例佐证".encode())
BACK, FORWARD = AT - HOUR, AT + 3 * HOUR


@pytest.fixture
def task(cast: Cast) -> Task:
    """Row 12: led by 区生态环境局 alone."""
    intake.store(actor=SYSTEM, seen=intake.preview(sample_text().encode()), file_name="x.txt", at=AT)
    return Task.objects.select_related("plan", "lead").get(plan__domain="environment", number="12")


def test_order_and_chain_hold_when_the_clock_is_set_back(cast: Cast, task: Task) -> None:
    officer, seen = cast.actor("other"), []

    def follow(row: Seal) -> None:
        seen.append(row.entry.verb)

    seal_all(AT)
    consume("reader", lambda _row: None)
    actions.accept(actor=officer, task=task, at=FORWARD)
    seal_all(FORWARD)
    consume("reader", follow)
    actions.report(actor=officer, task=task, text="示例", as_of=DAY, percent=40, uploads=[FILE], at=BACK)
    seal_all(BACK)
    consume("reader", follow)
    actions.finish(actor=officer, task=task, at=AT)
    seal_all(BACK - HOUR)
    consume("reader", follow)
    verbs = ["planning.task.accepted", "planning.task.reported", "planning.task.finished"]
    assert seen == verbs
    assert [row.entry.verb for row in sealed_after(0)][-3:] == verbs
    times = list(Entry.objects.order_by("id").values_list("at", flat=True))[-3:]
    assert times == [FORWARD, BACK, AT]  # as the clock said, not as it should have said
    assert verify().intact
    task.refresh_from_db()
    assert task.state == "finished"
    exported = cast.client("auditor").get(reverse("journal_export")).content.decode("utf-8-sig")
    assert [row["动作"] for row in csv.DictReader(io.StringIO(exported))][:3] == verbs[::-1]


def test_the_later_report_counts_though_its_clock_is_earlier(cast: Cast, task: Task) -> None:
    officer = cast.actor("other")
    actions.accept(actor=officer, task=task, at=AT)
    for text, percent, at in (("先报的", 90, AT), ("更正的", 40, BACK)):
        actions.report(actor=officer, task=task, text=text, as_of=DAY, percent=percent, at=at)
    stood = next(one for one in gathering.stands(task.plan, AT.date()) if one.task.pk == task.pk)
    assert stood.percent == 40
    page = cast.client("other").get(reverse("plan_task", args=[task.pk])).content.decode()
    assert page.index("更正的") < page.index("先报的")


def test_the_worker_keeps_its_pace_by_a_clock_nobody_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are due by the monotonic clock: an hour back neither stops nor floods them."""
    given: list[datetime] = []
    clock = iter([AT, BACK, FORWARD])
    monkeypatch.setattr(worker.clock, "now", lambda: next(clock))
    job, due = Job(slug="x", title="x", every=timedelta(seconds=1), run=lambda at: given.append(at) or 0), {}
    for monotonic in (0.0, 0.5, 1.0, 1.5, 2.0):
        worker.run_due([job], due, monotonic)
    assert given == [AT, BACK, FORWARD]
