"""审核: raw values stay, the reviewed series says what counts; the gateway takes each correction once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import actions, quality, reading, reviewing
from anlan.kernel.observations.models import Conversion, Correction, Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Commit, columns

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def fill(store: Store, stream: Stream, last: datetime, values: Sequence[float | None], judged: int = 0) -> None:
    end = reading.ms(last)
    store.append(Commit(end, columns([
        (stream.pk, end - 3_600_000 * (back + 1), end - 3_600_000 * back, value, 0, judged if value is not None else 3)
        for back, value in enumerate(reversed(values))
    ])))  # fmt: skip


def take(store: Store) -> int:
    """What the gateway does, without a gateway."""
    wanted = reviewing.pending()
    for one in wanted:
        rows = reviewing.rows_of(store, one)
        store.append(Commit(1, rows))
        reviewing.taken(one.number, len(rows), clock.now())
    return len(wanted)


def counted(store: Store, stream: Stream, after: datetime, until: datetime) -> list[float | None]:
    other = Stream.objects.filter(raw=stream).first()
    rows = reviewing.effective(store, stream.pk, other.pk if other else None, reading.ms(after), reading.ms(until))
    assert set(rows.stream.tolist()) <= {stream.pk}
    return [value if judged == quality.USABLE else None for value, judged in zip(rows.value.tolist(), rows.judged.tolist(), strict=True)]  # fmt: skip


def test_set_reject_restore_leave_the_raw_values_alone(cast: Cast, store: Store, stream: Stream) -> None:
    at, officer = cast.at.replace(minute=0), cast.actor("monitor")
    fill(store, stream, at, [10, 20, 30, 40])
    span = {"stream": stream, "actor": officer, "reason": "比对不合格", "at": at}
    first = reviewing.review(act="reject", after=at - 2 * HOUR, until=at - HOUR, **span)  # type: ignore[arg-type]
    second = reviewing.review(act="set", value=35, after=at - HOUR, until=at, seen=first.pk, **span)  # type: ignore[arg-type]
    assert counted(store, stream, at - 4 * HOUR, at) == [10, 20, 30, 40]  # nobody has taken them yet
    assert take(store) == 2
    assert counted(store, stream, at - 4 * HOUR, at) == [10, 20, None, 35]
    assert store.raw(stream.pk, reading.ms(at - 4 * HOUR), reading.ms(at)).value.tolist() == [10, 20, 30, 40]
    reviewing.review(act="restore", after=at - 4 * HOUR, until=at, seen=second.pk, **span)  # type: ignore[arg-type]
    take(store)
    assert counted(store, stream, at - 4 * HOUR, at) == [10, 20, 30, 40]
    assert Entry.objects.filter(verb="observations.value.reviewed").count() == 3
    assert [one.rows for one in Correction.objects.order_by("pk")] == [1, 1, 4]


def test_a_missing_hour_is_filled_in_and_a_late_raw_value_does_not_undo_it(
    cast: Cast, store: Store, stream: Stream
) -> None:
    at, officer = cast.at.replace(minute=0), cast.actor("monitor")
    fill(store, stream, at - 3 * HOUR, [10])
    reviewing.review(
        actor=officer, stream=stream, act="set", value=11, after=at - 3 * HOUR, until=at, reason="手工监测", at=at
    )
    take(store)
    assert counted(store, stream, at - 4 * HOUR, at) == [10, 11, 11, 11]
    fill(store, stream, at, [99])
    assert counted(store, stream, at - 4 * HOUR, at) == [10, 11, 11, 11]
    rows = store.raw(Stream.objects.get(raw=stream).pk, 0, reading.ms(at))
    assert set(rows.sent.tolist()) == {quality.code_of("S")}
    assert (rows.end - rows.start).tolist() == [3_600_000] * 3


def test_what_is_refused(cast: Cast, stream: Stream) -> None:
    at, officer = cast.at, cast.actor("monitor")
    good: dict[str, Any] = {
        "actor": officer,
        "stream": stream,
        "act": "set",
        "value": 5.0,
        "after": at - HOUR,
        "until": at,
        "reason": "r",
        "at": at,
    }
    for wrong, word in (
        ({"act": "delete"}, "怎么审核"), ({"reason": " "}, "理由"), ({"until": at + HOUR}, "过去"), ({"after": at}, "过去"),
        ({"after": at - timedelta(days=32)}, "31 天"), ({"value": None}, "没有写值"), ({"value": float("inf")}, "没有写值"),
        ({"value": -5.0}, "可能范围"), ({"actor": cast.actor("leader")}, "不能"), ({"actor": cast.actor("street")}, "不能"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=word):
            reviewing.review(**{**good, **wrong})
    assert (Correction.objects.count(), Stream.objects.filter(nature="reviewed").count()) == (0, 0)
    first = reviewing.review(**good)
    with pytest.raises(Refused, match="别人刚审核过"):
        reviewing.review(**{**good, "after": at - 2 * HOUR})
    reviewing.review(**{**good, "seen": first.pk})
    reviewing.review(**{**good, "after": at - 9 * HOUR, "until": at - 8 * HOUR})  # other hours are nobody's conflict


def test_the_page_shows_marks_and_judgements_and_neighbours_become_one_correction(
    cast: Cast, store: Store, stream: Stream
) -> None:
    day = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    fill(store, stream, day, [10, None, 30])
    client, address = cast.client("monitor"), reverse("stream_values", args=[stream.pk])
    page = client.get(address, {"day": f"{day:%Y-%m-%d}"}).content.decode()
    assert ("没有值" in page, "缺测" in page, page.count('name="row"')) == (True, True, 24)
    ends = [str(reading.ms(day - back * HOUR)) for back in (0, 1, 5)]
    post = {"row": ends, "act": "reject", "reason": "停炉", "seen": "0"}
    assert client.post(reverse("stream_review", args=[stream.pk]), {**post, "reason": ""}).status_code == 422
    assert client.post(reverse("stream_review", args=[stream.pk]), {**post, "row": ["x"]}).status_code == 422
    assert (
        client.post(reverse("stream_review", args=[stream.pk]), {**post, "act": "set", "value": "abc"}).status_code
        == 422
    )
    assert Correction.objects.count() == 0
    assert client.post(reverse("stream_review", args=[stream.pk]), post).status_code == 302
    assert [round((one.until - one.after) / HOUR, 3) for one in Correction.objects.order_by("pk")] == [0.0, 1.0]
    assert client.post(reverse("stream_review", args=[stream.pk]), post).status_code == 409  # seen before, said twice
    assert "等网关写入" in client.get(address).content.decode()
    assert cast.client("street").get(address).status_code == 404
    assert client.get(address, {"day": "31.12.2025"}).status_code == 200


def test_a_conversion_is_never_changed_but_followed(cast: Cast, stream: Stream) -> None:
    at, officer = cast.at, cast.actor("monitor")
    for step, scale in enumerate((2.0, 3.0)):
        actions.change_stream(actor=officer, stream=stream, at=at + step * HOUR, scale=scale, shift=0, low=stream.low, high=stream.high, reason="换探头")  # fmt: skip
    told = [(one.scale, one.valid_from, one.valid_to) for one in Conversion.objects.order_by("pk")]
    assert told == [(1.0, None, at), (2.0, at, at + HOUR), (3.0, at + HOUR, None)]
    with pytest.raises(Refused, match="没有改动"):
        actions.change_stream(
            actor=officer, stream=stream, at=at + 2 * HOUR, scale=3.0, shift=0, low=stream.low, high=stream.high
        )
    with pytest.raises(Refused, match="倍数"):
        actions.change_stream(actor=SYSTEM, stream=stream, at=at, scale=0, shift=0, low=None, high=None)


def test_a_frame_is_shown_without_its_password(cast: Cast, store: Store, stream: Stream) -> None:
    raw = b"##0100QN=20260101080000000;ST=31;CN=2011;PW=hunter2;MN=MN1;Flag=5;CP=&&DataTime=20260101080000&&0000\r\n"
    store.append(Commit(1, columns([]), frames=((str(stream.device_id), raw),)))
    page = cast.client("monitor").get(reverse("device", args=[stream.device_id])).content.decode()
    assert (
        cast.client("monitor").get(reverse("devices")).status_code == 200
    )  # though no gateway has said anything of it
    assert ("PW=******;MN=MN1" in page, "hunter2" in page) == (True, False)
