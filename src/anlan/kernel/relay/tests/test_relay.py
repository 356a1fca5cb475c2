"""An incident and its log at the other side: every entry, in order, equal by hash; read-only; signed for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.exchange.delivery import actions as delivery
from anlan.kernel.exchange.delivery import rules
from anlan.kernel.exchange.delivery.models import Arrived, Parcel, Peer
from anlan.kernel.exchange.delivery.tests.support import Other
from anlan.kernel.relay import actions, queries
from anlan.kernel.relay.models import Handover, Mirror, MirrorEntry
from anlan.kernel.relay.wording import said
from anlan.kernel.response.actions import command, saying
from anlan.kernel.response.fold import fold
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.response.tests.support import assessed, flood

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Any) -> None:
    settings.VAR = tmp_path


def handed(cast: Cast, incident: Incident) -> tuple[Other, Peer, Handover]:
    other = Other(cast)
    peer = other.linked()
    done = actions.hand_over(actor=cast.actor("duty"), incident=incident, peer=peer, reason="请市里统筹", at=cast.at)
    return other, peer, done


def across(cast: Cast, other: Other, after: int = 0) -> None:
    """What we sent comes back to us as if the other side had sent its own: the same letters, signed by it."""
    for parcel in Parcel.objects.filter(seq__gt=after).order_by("seq"):
        body = rules.read_envelope(parcel.text).body
        delivery.receive(
            [other.letter(parcel.seq, body, subject=parcel.subject, key=parcel.pk)], way="line", source="", at=cast.at
        )


def test_the_log_arrives_equal_by_hash_and_goes_on(cast: Cast) -> None:
    incident = assessed(cast)
    duty = cast.actor("duty")
    for number in range(130):  # more than two parcels
        saying.note(actor=duty, incident=incident, text=f"水深 {number} 厘米", at=cast.at)
    other, _peer, handover = handed(cast, incident)
    across(cast, other)
    incident.refresh_from_db()
    mirror = Mirror.objects.get()
    assert (mirror.seq, mirror.head) == (incident.seq, incident.head)
    assert (mirror.title, mirror.state, mirror.grade, mirror.place) == (incident.title, "assessed", 4, incident.place)
    ours = list(LogEntry.objects.order_by("seq").values_list("seq", "hash"))
    assert list(MirrorEntry.objects.order_by("seq").values_list("seq", "hash")) == ours
    assert queries.verify(mirror) == ""
    assert queries.board(mirror).counts["trapped"].value == 2
    before = Parcel.objects.count()
    assert actions.follow(cast.at) == 0
    saying.fact(actor=duty, incident=incident, values={"evacuated": 640}, at=cast.at)
    assert actions.follow(cast.at) == 1
    assert actions.follow(cast.at) == 0
    across(cast, other, before)
    mirror.refresh_from_db()
    incident.refresh_from_db()
    assert mirror.head == incident.head
    handover.refresh_from_db()
    assert handover.sent_seq == incident.seq


def test_a_long_log_is_not_read_again_for_every_parcel(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Only a strike, which changes what was before it, has the whole log read again; the board is the fold of all entries either way."""
    incident, duty, read = assessed(cast), cast.actor("duty"), list[int]()
    queries.BOARDS.clear()
    other, _peer, _handover = handed(cast, incident)
    whole = queries.entries
    monkeypatch.setattr(queries, "entries", lambda mirror: read.append(mirror.seq) or whole(mirror))  # type: ignore[func-returns-value]

    def go_on() -> Mirror:
        before = Parcel.objects.count() if Mirror.objects.exists() else 0
        actions.follow(cast.at)
        with django_capture_on_commit_callbacks(execute=True):
            across(cast, other, before)
        mirror = Mirror.objects.get()
        assert queries.board(mirror) == fold(said(one) for one in whole(mirror))
        return mirror

    go_on()
    first = len(read)
    for number in range(3):
        told = saying.fact(actor=duty, incident=incident, values={"evacuated": 640 + number}, at=cast.at)
        assert queries.board(go_on()).counts["evacuated"].value == 640 + number
    assert len(read) == first
    saying.strike(actor=duty, incident=incident, entry=told[0].pk, reason="数错了", at=cast.at)
    assert queries.board(go_on()).counts["evacuated"].value == 641
    assert len(read) == first + 1


def test_handing_over_is_said_in_the_log_and_once(cast: Cast) -> None:
    incident = flood(cast)
    _other, peer, _done = handed(cast, incident)
    last = LogEntry.objects.order_by("-seq")[0]
    assert (last.kind, last.payload["peer"]) == ("link", "city")
    with pytest.raises(Refused, match="已经移送"):
        actions.hand_over(actor=cast.actor("duty"), incident=incident, peer=peer, reason="再来", at=cast.at)
    for who in ("officer", "street", "leader"):
        with pytest.raises(Refused):
            actions.hand_over(actor=cast.actor(who), incident=incident, peer=peer, reason="x", at=cast.at)
    assert LogEntry.objects.count() == 2


def test_nothing_is_left_behind_when_the_line_is_not_open(cast: Cast) -> None:
    incident = flood(cast)
    peer = delivery.enter_peer(
        actor=cast.actor("admin"), card=Other(cast).card(), kind="city", organisation=cast.district, at=cast.at
    )
    with pytest.raises(Refused) as refused:
        actions.hand_over(actor=cast.actor("duty"), incident=incident, peer=peer, reason="x", at=cast.at)
    assert refused.value.field == "peer"
    assert (LogEntry.objects.count(), Handover.objects.count(), Parcel.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize("what", ["text", "hash", "gap", "order"])
def test_a_log_that_was_changed_is_not_taken(cast: Cast, what: str) -> None:
    incident = flood(cast)
    saying.note(actor=cast.actor("duty"), incident=incident, text="水深 10 厘米", at=cast.at)
    other, _peer, _done = handed(cast, incident)
    body = rules.read_envelope(Parcel.objects.get().text).body
    rows = json.loads(json.dumps(body["entries"]))
    if what == "text":
        rows[1]["payload"]["text"] = "水深 100 厘米"
    elif what == "hash":
        rows[1]["hash"] = "0" * 64
    elif what == "gap":
        del rows[1]
    else:
        rows[0], rows[1] = rows[1], rows[0]
    letter = other.letter(1, {**body, "entries": rows})
    delivery.receive([letter], way="line", source="", at=cast.at)
    assert Arrived.objects.get().state == "refused"
    assert Mirror.objects.count() == 0
    assert MirrorEntry.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"incident": {}, "entries": [{}]}, {"incident": {"key": "x", "number": "1"}, "entries": [1]}, {"incident": [], "entries": []},
     {"incident": {"key": "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "number": "1"}, "entries": [{"seq": 1}]},
     {"incident": {"key": "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "number": "1"}, "entries": ["x"]}],
)  # fmt: skip
def test_crooked_bodies_are_refused(cast: Cast, body: dict[str, Any]) -> None:
    other = Other(cast)
    other.linked()
    delivery.receive([other.letter(1, body)], way="line", source="", at=cast.at)
    row = Arrived.objects.get()
    assert row.state == "refused"
    assert row.why != "收办时出错，已记入日志。"


def test_a_person_signs_and_the_other_side_sees_who(cast: Cast) -> None:
    incident = flood(cast)
    other, _peer, handover = handed(cast, incident)
    across(cast, other)
    mirror = Mirror.objects.get()
    assert [one.verb for one in queries.waiting(cast.actor("duty"), cast.at)] == ["去签收"]
    with pytest.raises(Refused):
        actions.take(actor=cast.actor("leader"), mirror=mirror, at=cast.at)
    actions.take(actor=cast.actor("commander"), mirror=mirror, at=cast.at)
    with pytest.raises(Refused, match="已经签收"):
        actions.take(actor=cast.actor("duty"), mirror=mirror, at=cast.at)
    assert list(queries.waiting(cast.actor("duty"), cast.at)) == []
    across(cast, other, after=1)  # the receipt, as if it came from there
    handover.refresh_from_db()
    assert "commander" in handover.taken_by
    assert LogEntry.objects.order_by("-seq")[0].payload["kind"] == "handover_taken"


def test_a_receipt_of_other_words_is_refused(cast: Cast) -> None:
    incident = flood(cast)
    other, _peer, handover = handed(cast, incident)
    body = {"key": str(incident.key), "seq": 1, "head": "0" * 64, "by": "谁"}
    delivery.receive([other.letter(1, body, subject="incident_receipt")], way="line", source="", at=cast.at)
    handover.refresh_from_db()
    assert handover.taken_at is None
    assert "不同" in Arrived.objects.get().why


def test_stopped_and_resumed(cast: Cast) -> None:
    incident = flood(cast)
    duty = cast.actor("duty")
    _other, _peer, handover = handed(cast, incident)
    actions.move(actor=duty, handover=handover, step="close", at=cast.at)
    saying.note(actor=duty, incident=incident, text="退水", at=cast.at)
    assert actions.follow(cast.at) == 0
    handover.refresh_from_db()
    actions.move(actor=duty, handover=handover, step="reopen", at=cast.at)
    assert actions.follow(cast.at) == 1


def test_acknowledged_up_to_where(cast: Cast) -> None:
    incident = flood(cast)
    other, peer, handover = handed(cast, incident)
    saying.note(actor=cast.actor("duty"), incident=incident, text="退水", at=cast.at)
    actions.follow(cast.at)
    first, second = Parcel.objects.order_by("seq")
    delivery.take_ack(peer, other.ack(second), cast.at)
    assert queries.acked_seq(handover) == 0  # the first is not there yet
    delivery.take_ack(peer, other.ack(first), cast.at)
    assert queries.acked_seq(handover) == 3


def test_pages(cast: Cast) -> None:
    incident = assessed(cast)
    duty = cast.client("duty")
    assert "没有别处移送来的事件" in duty.get(reverse("relay")).content.decode()
    other = Other(cast)
    peer = other.linked()
    assert (
        duty.post(reverse("relay_new"), {"incident": incident.number, "peer": peer.pk, "reason": ""}).status_code == 422
    )
    assert duty.post(reverse("relay_new"), {"incident": "x", "peer": peer.pk, "reason": "x"}).status_code == 404
    assert duty.post(reverse("relay_new"), {"incident": incident.number, "peer": "", "reason": "x"}).status_code == 422
    given = {"incident": incident.number, "peer": peer.pk, "reason": "统筹"}
    assert duty.post(reverse("relay_new"), given).status_code == 302
    command.decide_grade(actor=cast.actor("duty"), incident=incident, grade=3, reason="扩大", at=cast.at)
    actions.follow(cast.at)
    across(cast, other)
    mirror = Mirror.objects.get()
    page = duty.get(reverse("relay_mirror", args=[mirror.pk])).content.decode()
    assert "每条的校验值都对得上" in page
    assert "较大" in page
    assert duty.get(reverse("relay_export", args=[mirror.pk]), {"form": "csv"}).status_code == 200
    MirrorEntry.objects.filter(seq=2).update(told=MirrorEntry.objects.get(seq=2).told.replace("verify", "varify"))
    assert "被改动过" in duty.get(reverse("relay_mirror", args=[mirror.pk])).content.decode()
    assert duty.post(reverse("relay_take", args=[mirror.pk])).status_code == 302
    assert duty.post(reverse("relay_take", args=[mirror.pk])).status_code == 422
    assert cast.client("street").get(reverse("relay_mirror", args=[mirror.pk])).status_code == 403
