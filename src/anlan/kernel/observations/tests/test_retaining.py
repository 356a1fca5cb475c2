"""保存期 on both engines: what is too old goes in slices, what something stands on stays, and it is said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import reading, retaining
from anlan.kernel.observations.models import Retention, Stream
from anlan.kernel.observations.rules import Kept, days_of, defaults
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.databases import SqliteDatabase
from anlan.kernel.observations.store.forgetting import Forgetter, Plan
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, HOUR_MS, Commit, columns

MIDNIGHT = 20_000 * DAY_MS - CHINA_MS


@pytest.fixture
def engine() -> Iterator[Store]:
    """SQLite, or in the PostgreSQL part the test database."""
    if connection.vendor == "postgresql":
        asked = connection.get_connection_params()
        database = open_database(
            f"postgresql://{asked['user']}@/{asked['dbname']}?host={asked['host']}&port={asked.get('port') or 5432}",
            writes=True,
        )
        for table in ("commit", "frame", "day", "latest", "state", "event"):
            database.run(f"DELETE FROM obs_{table}", [()])
        yield Store(database)
        database.close()
        return
    with tempfile.TemporaryDirectory() as folder:
        sqlite = SqliteDatabase(Path(folder) / "observations.sqlite3", writes=True)
        yield Store(sqlite)
        sqlite.close()


def filled(store: Store, days: int) -> None:
    """Two streams, every six hours of each day before MIDNIGHT, the interval that ends at midnight is the day's last; a frame a day."""
    for back in range(days, 0, -1):
        start = MIDNIGHT - back * DAY_MS
        rows = [
            (stream, start + part * 6 * HOUR_MS, start + (part + 1) * 6 * HOUR_MS, 1.0, 0, 0)
            for stream in (1, 2)
            for part in range(4)
        ]
        store.append(Commit(start + DAY_MS, columns(rows), frames=(("9", b"frame"),)))
    while store.settle():
        pass


def run(store: Store, plan: Plan, limit: int) -> Forgetter:
    forgetter, turns = Forgetter(store, plan), 0
    while not forgetter.done:
        forgetter.step(limit)
        turns += 1
        assert turns < 1000
    return forgetter


def ends(store: Store, stream: int) -> list[int]:
    return [(end - MIDNIGHT) // (6 * HOUR_MS) for end in store.raw(stream, 0, MIDNIGHT).end.tolist()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", [1, 3, 64])
def test_whole_days_go_and_cited_ones_stay(engine: Store, limit: int) -> None:
    filled(engine, 10)
    cited = {1: [(MIDNIGHT - 8 * DAY_MS, MIDNIGHT - 7 * DAY_MS)]}  # one day, ending at its midnight
    plan = Plan(MIDNIGHT - 4 * DAY_MS, [(1, MIDNIGHT - 3 * DAY_MS), (2, MIDNIGHT - 5 * DAY_MS - 1)], cited, [(MIDNIGHT - 6 * DAY_MS, MIDNIGHT - 5 * DAY_MS)])  # fmt: skip
    done = run(engine, plan, limit)
    assert (done.days, done.frames, done.spared) == (6 + 4, 4, 1 + 1)
    assert ends(engine, 1) == [-31, -30, -29, -28, *range(-11, 1)]
    assert ends(engine, 2) == list(range(-23, 1))  # a day that has begun before its limit is not old yet
    received = [at for at, _frames in engine.newest_frames(99)]
    assert [(at - MIDNIGHT) // DAY_MS for at in sorted(received)] == [-5, -4, -3, -2, -1, 0]
    again = run(engine, plan, limit)
    assert (again.days, again.frames) == (0, 0)
    (told,) = engine.statistics([2], MIDNIGHT - 10 * DAY_MS, MIDNIGHT, DAY_MS)
    assert told.count.tolist() == [4] * 6  # what is left is whole, midnight in the day before


@pytest.mark.django_db(transaction=True)
def test_what_lies_in_commits_is_settled_before_it_can_hide(engine: Store) -> None:
    rows = columns([(1, MIDNIGHT - 9 * DAY_MS, MIDNIGHT - 9 * DAY_MS, 1.0, 0, 0)])
    engine.append(Commit(MIDNIGHT - 9 * DAY_MS, rows))
    assert run(engine, Plan(0, [(1, MIDNIGHT)]), 8).days == 1
    assert ends(engine, 1) == []


def test_the_most_particular_setting_wins() -> None:
    given = tuple(Kept("values", days, "b", True, kind, period) for days, kind, period in ((1, "boiler", "hour"), (2, "boiler", ""), (3, "", "hour"), (4, "", "")))  # fmt: skip
    asked = (("boiler", "hour"), ("boiler", "day"), ("water", "hour"), ("water", "day"))
    assert [days_of(given, "values", *one) for one in asked] == [1, 2, 3, 4]
    assert days_of((), "frames") == next(one.days for one in defaults() if one.what == "frames")


@pytest.mark.django_db(transaction=True)
def test_settings_are_dated_and_what_is_cited_is_in_the_plan(cast: Cast, stream: Stream) -> None:
    at, officer = cast.at, cast.actor("monitor")
    good = {
        "actor": officer,
        "what": "values",
        "kind": "boiler",
        "period": "",
        "days": 500,
        "basis": "管理办法",
        "at": at,
    }
    for wrong in ({"days": 399}, {"days": 99_999}, {"what": "all"}, {"kind": "nothing"}, {"period": "week"}, {"basis": " "},
                  {"what": "frames", "days": 30}, {"actor": cast.actor("leader")}):  # fmt: skip
        with pytest.raises(Refused):
            retaining.set_retention(**{**good, **wrong})  # type: ignore[arg-type]
    assert Retention.objects.count() == 0
    retaining.set_retention(**good)  # type: ignore[arg-type]
    retaining.set_retention(**{**good, "days": 600, "at": at + timedelta(days=1)})  # type: ignore[arg-type]
    assert [(one.days, one.valid_to is None) for one in Retention.objects.order_by("pk")] == [(500, False), (600, True)]
    span = {"stream": stream, "after": at - timedelta(days=900), "until": at - timedelta(days=899)}
    for _twice in range(2):
        retaining.cite(**span, subject_kind="case", subject_id=7)  # type: ignore[arg-type]
    plan = retaining.plan(at, [(stream.pk, at - timedelta(days=5), at)])
    assert dict(plan.values)[stream.pk] == reading.ms(at - timedelta(days=600))
    assert len(plan.cited[stream.pk]) == 2
    retaining.told({"frames": 3, "days": 2, "spared": 1}, at)
    assert Entry.objects.filter(verb="observations.store.forgotten").count() == 1
    assert SYSTEM.name in Entry.objects.get(verb="observations.store.forgotten").actor_name


@pytest.mark.django_db(transaction=True)
def test_the_page_says_what_holds_and_keeps_what_was_typed(cast: Cast, store: Store) -> None:
    client = cast.client("admin")
    client.session.save()
    officer = cast.client("monitor")
    bad = officer.post(reverse("retention_set"), {"what": "frames", "days": "2", "basis": "示例办法"})
    assert (bad.status_code, "示例办法" in bad.content.decode()) == (422, True)
    assert (
        officer.post(reverse("retention_set"), {"what": "frames", "days": "30", "basis": "示例办法"}).status_code == 302
    )
    page = officer.get(reverse("retention")).content.decode()
    assert ("示例办法" in page, "还没有清理过" in page) == (True, True)
    assert cast.client("leader").get(reverse("retention")).status_code == 403
