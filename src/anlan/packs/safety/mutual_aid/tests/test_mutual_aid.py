"""Agreements in force, requests in both directions, an exercise on both sides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.exchange.delivery import actions as delivery
from anlan.kernel.exchange.delivery import rules
from anlan.kernel.exchange.delivery.models import Arrived, Parcel, Peer
from anlan.kernel.exchange.delivery.tests.support import Other
from anlan.kernel.registry import actions as registry
from anlan.kernel.response.actions import intake
from anlan.kernel.response.tests.support import flood
from anlan.packs.safety.mutual_aid import actions, queries
from anlan.packs.safety.mutual_aid.models import AidRequest
from anlan.packs.safety.mutual_aid.sheets import AGREEMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Any) -> None:
    settings.VAR = tmp_path


def agreed(cast: Cast, until: date | None = None) -> None:
    values = {
        "code": "LD-1", "partner": "示例东区", "peer_code": "city", "signed_on": date(2024, 1, 1), "valid_until": until or date(2027, 1, 1), "scope": "泵车",
        "contact": "示例", "telephone": "000", "document": "",
    }  # fmt: skip
    registry.add(actor=cast.actor("duty"), sheet=AGREEMENTS, organisation=cast.district, values=values, at=cast.at)


def asked(cast: Cast, peer: Peer, **more: Any) -> AidRequest:
    plain = {"what": "泵车两台", "place": "示例路下沉桥", "needed_at": cast.at + timedelta(hours=2)}
    return actions.ask(actor=cast.actor("duty"), organisation=cast.district, peer=peer, at=cast.at, **{**plain, **more})


def told(cast: Cast, other: Other, seq: int, **body: Any) -> Arrived:
    plain = {"kind": "state", "exercise": False, "by": "东区 示例"}
    delivery.receive([other.letter(seq, {**plain, **body}, subject="aid")], way="line", source="", at=cast.at)
    return Arrived.objects.get(seq=seq)


def test_no_agreement_in_force_no_request(cast: Cast) -> None:
    peer = Other(cast).linked()
    with pytest.raises(Refused) as none:
        asked(cast, peer)
    assert none.value.field == "peer"
    agreed(cast, until=date(2025, 7, 24))  # ended yesterday
    with pytest.raises(Refused):
        asked(cast, peer)
    assert (AidRequest.objects.count(), Parcel.objects.count()) == (0, 0)


def test_asked_promised_arrived_closed(cast: Cast) -> None:
    other = Other(cast)
    peer = other.linked()
    agreed(cast)
    incident = flood(cast)
    row = asked(cast, peer, incident=incident)
    body = rules.read_envelope(Parcel.objects.get().text).body
    assert (body["what"], body["exercise"], body["key"]) == ("泵车两台", False, str(row.key))
    assert told(cast, other, 1, key=str(row.key), state="promised", words="一小时到").state == "applied"
    row.refresh_from_db()
    assert (row.state, row.answer, row.answered_by) == ("promised", "一小时到", "东区 示例")
    duty = cast.actor("duty")
    for step in ("arrive", "close"):
        actions.move(actor=duty, request=row, step=step, words="已办", at=cast.at)
    assert row.state == "closed"
    notes = [one.payload["text"] for one in incident.entries.filter(kind="note").order_by("seq")]
    assert len(notes) == 4
    assert "请求支援" in notes[0]
    # What is not the other side's to say, or comes too late, is refused and kept.
    for seq, state in ((2, "arrived"), (3, "promised"), (4, "nonsense")):
        assert told(cast, other, seq, key=str(row.key), state=state, words="x").state == "refused"


def test_a_neighbour_asks_and_is_answered(cast: Cast) -> None:
    other = Other(cast)
    other.linked()
    key = str(uuid4())
    given = {
        "kind": "request",
        "key": key,
        "what": "帐篷 20 顶",
        "place": "东区广场",
        "needed_at": (cast.at + timedelta(hours=4)).isoformat(),
    }
    assert told(cast, other, 1, **given).state == "applied"
    row = AidRequest.objects.get()
    duty = cast.actor("duty")
    assert [one.verb for one in queries.waiting(duty, cast.at)] == ["去答复"]
    with pytest.raises(Refused):
        actions.move(actor=cast.actor("officer"), request=row, step="promise", words="来", at=cast.at)
    with pytest.raises(Refused):
        actions.move(actor=duty, request=row, step="arrive", words="来", at=cast.at)
    actions.move(actor=duty, request=row, step="promise", words="20 顶，两小时到", at=cast.at)
    assert rules.read_envelope(Parcel.objects.get().text).body["state"] == "promised"
    assert told(cast, other, 2, key=key, state="withdrawn", words="不用了").state == "applied"
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert told(cast, other, 3, **given).state == "refused"  # the number is used


def test_a_drill_asks_as_an_exercise_and_both_sides_agree_on_it(cast: Cast) -> None:
    other = Other(cast)
    peer = other.linked()
    agreed(cast)
    drill = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place="示例路",
        kind="flood",
        source="演练",
        at=cast.at,
        mode="drill",
    )
    row = asked(cast, peer, incident=drill, exercise=False)
    assert row.exercise
    assert rules.read_envelope(Parcel.objects.get().text).body["exercise"] is True
    assert told(cast, other, 1, key=str(row.key), state="promised", words="来", exercise=False).state == "refused"
    assert told(cast, other, 2, key=str(row.key), state="promised", words="来", exercise=True).state == "applied"


@pytest.mark.parametrize("body", [{}, {"key": "x"}, {"key": str(uuid4()), "exercise": "no"}, {"key": str(uuid4()), "kind": "request"}, {"key": str(uuid4()), "state": "promised"}])  # fmt: skip
def test_crooked_messages_are_refused(cast: Cast, body: dict[str, Any]) -> None:
    other = Other(cast)
    other.linked()
    row = told(cast, other, 1, **body)
    assert row.state == "refused"
    assert "出错" not in row.why


def test_pages(cast: Cast) -> None:
    duty = cast.client("duty")
    assert "没有在有效期内的联动协议" in duty.get(reverse("mutual_aid")).content.decode()
    peer = Other(cast).linked()
    agreed(cast, until=date(2199, 1, 1))
    assert "一年内没有" in duty.get(reverse("mutual_aid")).content.decode()
    given = {"peer": peer.pk, "what": "泵车", "place": "桥", "needed_at": "2001-01-01T00:00"}
    assert duty.post(reverse("mutual_aid_ask"), given).status_code == 422
    assert duty.post(reverse("mutual_aid_ask"), {**given, "peer": ""}).status_code == 422
    row = asked(cast, peer)
    assert duty.post(reverse("mutual_aid_move", args=[row.pk, "withdraw"]), {"words": ""}).status_code == 422
    assert duty.post(reverse("mutual_aid_move", args=[row.pk, "withdraw"]), {"words": "自己解决了"}).status_code == 302
    assert cast.client("street").get(reverse("mutual_aid")).status_code == 403
