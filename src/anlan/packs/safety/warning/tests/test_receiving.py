"""Alert, Update, Cancel in any order, duplicates, exercises, sources, the folder: what holds afterwards."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.response import declared
from anlan.kernel.response import queries as response
from anlan.kernel.response.log import board
from anlan.kernel.response.tests.support import flood, plan
from anlan.packs.safety.warning import actions, folder, queries, receiving
from anlan.packs.safety.warning.models import WarningMessage, WarningNotice, WarningRefusal, WarningSubscription
from anlan.packs.safety.warning.tests.support import SQUARE, cap, ref, take

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(WarningMessage.objects.values_list("identifier", "state"))


def hold(cast: Cast, minutes: int = 30) -> list[str]:
    return sorted(one.identifier for one in queries.holding(cast.at + timedelta(minutes=minutes)))


def test_every_order_ends_the_same(cast: Cast) -> None:
    """Alert, its update, the cancel of that update: in all six orders only the cancel's notice is left standing."""
    for number, order in enumerate(itertools.permutations(range(3))):
        names = [f"A{number}", f"B{number}", f"C{number}"]
        a, b, c = cast.at, cast.at + timedelta(minutes=5), cast.at + timedelta(minutes=9)
        documents = [
            cap(names[0], a),
            cap(names[1], b, kind="Update", refs=(ref(names[0], a),)),
            cap(names[2], c, kind="Cancel", refs=(ref(names[1], b), ref(names[0], a))),
        ]
        for place in order:
            take(cast, documents[place])
        told = states()
        assert told[names[2]] == "notice", order
        assert told[names[0]] in ("updated", "cancelled"), order
        assert told[names[1]] == "cancelled", order
        assert hold(cast) == []


def test_an_update_replaces_and_links(cast: Cast) -> None:
    take(cast, cap("A", cast.at))
    done = take(
        cast,
        cap("B", cast.at, kind="Update", refs=(ref("A", cast.at),), parameters=(("颜色", "红色"), ("灾种", "rain"))),
    )
    assert done.outcome == "update"
    assert states() == {"A": "updated", "B": "active"}
    assert WarningMessage.objects.get(identifier="B").follows == WarningMessage.objects.get(identifier="A")


def test_the_same_again_is_one(cast: Cast) -> None:
    data = cap("A", cast.at)
    assert [take(cast, data).outcome for _time in range(3)] == ["new", "repeat", "repeat"]
    assert take(cast, cap("A", cast.at + timedelta(minutes=1))).outcome == "new"  # another time is another message
    assert take(cast, cap("A", cast.at, sender="other@weather.example")).outcome == "new"
    assert WarningMessage.objects.count() == 3


def test_expired_is_not_cancelled(cast: Cast) -> None:
    take(cast, cap("A", cast.at, expires=cast.at + timedelta(hours=1)))
    take(cast, cap("B", cast.at))
    take(cast, cap("C", cast.at, kind="Cancel", refs=(ref("B", cast.at),)))
    a, b = (WarningMessage.objects.get(identifier=one) for one in "AB")
    later = cast.at + timedelta(hours=2)
    assert (queries.standing(a, cast.at), queries.standing(a, later)) == ("现行", "已过期")
    assert queries.standing(b, later) == "已解除"
    assert hold(cast, 30) == ["A"]
    assert hold(cast, 120) == []
    assert [one.identifier for one in queries.ended(later)] == ["C"]


def test_a_cancel_of_nothing_known_is_held_for_a_person(cast: Cast) -> None:
    done = take(cast, cap("C", cast.at, kind="Cancel", refs=(ref("A", cast.at),)))
    assert done.outcome == "held"
    assert "没有收到过" in done.words
    duty = cast.actor("duty")
    assert any(one.verb == "去核定" for one in queries.waiting(duty, cast.at))
    with pytest.raises(Refused, match="没有可以解除的"):
        receiving.move(actor=duty, message=done.message, step="accept", reason="核实", at=cast.at)
    receiving.move(actor=duty, message=done.message, step="decline", reason="对方误发", at=cast.at)
    assert states() == {"C": "ignored"}


def test_nobody_lifts_anothers_warning_without_a_person(cast: Cast) -> None:
    take(cast, cap("A", cast.at))
    done = take(cast, cap("X", cast.at, kind="Cancel", sender="other@example.cn", refs=(ref("A", cast.at),)))
    assert done.outcome == "held"
    assert states()["A"] == "active"
    receiving.move(
        actor=cast.actor("duty"), message=done.message, step="accept", reason="上级代发，电话核实", at=cast.at
    )
    assert states() == {"A": "cancelled", "X": "notice"}


def test_an_update_of_something_unknown_is_taken_as_new(cast: Cast) -> None:
    done = take(cast, cap("B", cast.at, kind="Update", refs=(ref("A", cast.at),)))
    assert done.outcome == "new"
    assert "没有收到过" in done.words
    assert hold(cast) == ["B"]


def test_a_reference_with_another_time_is_another_warning(cast: Cast) -> None:
    take(cast, cap("A", cast.at))
    done = take(cast, cap("C", cast.at, kind="Cancel", refs=(ref("A", cast.at + timedelta(minutes=1)),)))
    assert done.outcome == "held"
    assert states()["A"] == "active"


@pytest.mark.parametrize("status", ["Test", "System", "Draft"])
def test_what_is_no_warning_is_kept_and_ignored(cast: Cast, status: str) -> None:
    assert take(cast, cap("A", cast.at, status=status)).outcome == "ignored"
    assert hold(cast) == []


# ---- exercises
def test_an_exercise_is_never_handled_as_actual(cast: Cast) -> None:
    """Not in force, proposes nothing, not public, told to no subscriber, and touches nothing actual."""
    plan(cast)
    incident = flood(cast)
    WarningSubscription.objects.create(channel="email", address="a@example.cn", state="active", made_at=cast.at)
    take(cast, cap("A", cast.at, parameters=(("颜色", "蓝色"), ("灾种", "rain"))))
    drill = take(cast, cap("X", cast.at, status="Exercise", parameters=(("颜色", "红色"), ("灾种", "rain")))).message
    update = take(cast, cap("Y", cast.at, status="Exercise", kind="Cancel", refs=(ref("A", cast.at),)))
    assert update.outcome == "held"
    assert states()["A"] == "active"
    assert hold(cast) == ["A"]
    assert [one.colour for one in declared.warnings(cast.at)] == [4]
    assert [one for one in response.proposed(board(incident), cast.at) if one.what == "level"] == []
    assert list(queries.public(cast.at)) == [WarningMessage.objects.get(identifier="A")]
    public = cast.client(None)
    assert public.get(reverse("public_warning", args=[drill.pk])).status_code == 404
    assert str(drill) not in public.get(reverse("public_warnings")).content.decode()
    actions.pass_on(actor=cast.actor("duty"), message=drill, at=cast.at)
    assert WarningNotice.objects.filter(message=drill, subscription__isnull=False).count() == 0
    assert WarningNotice.objects.filter(message=drill, channel="page").exists()
    opened = actions.propose(actor=cast.actor("duty"), message=drill, place="", at=cast.at)
    assert opened.is_drill
    assert opened.title.startswith("【演练】")


def test_the_database_itself_holds_an_exercise_apart(cast: Cast) -> None:
    drill = take(cast, cap("X", cast.at, status="Exercise")).message
    for wrong in ({"status": "Actual"}, {"exercise": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WarningMessage.objects.filter(pk=drill.pk).update(**wrong)


# ---- the command
def test_a_warning_proposes_a_level_and_opens_one_incident(cast: Cast) -> None:
    plan(cast)
    one = take(cast, cap("A", cast.at)).message
    incident = actions.propose(actor=cast.actor("duty"), message=one, place="示例路下沉桥", at=cast.at)
    assert actions.propose(actor=cast.actor("duty"), message=one, place="别处", at=cast.at).pk == incident.pk
    assert (incident.kind, incident.mode) == ("flood", "real")
    opened = incident.entries.get(seq=1)
    assert opened.payload["link"]["identifier"] == "A"
    proposed = [each for each in response.proposed(board(incident), cast.at) if each.what == "level"]
    assert [each.value for each in proposed] == [3]
    assert "示例气象台" in proposed[0].why


def test_what_does_not_say_its_colour_proposes_nothing_until_somebody_adds_it(cast: Cast) -> None:
    one = take(cast, cap("A", cast.at, severity="Extreme", parameters=())).message
    assert list(queries.in_force(cast.at)) == []
    duty = cast.actor("duty")
    with pytest.raises(Refused, match="灾种"):
        actions.propose(actor=duty, message=one, place="", at=cast.at)
    with pytest.raises(Refused):
        receiving.say(actor=duty, message=one, hazard="rain", colour="purple", at=cast.at)
    receiving.say(actor=duty, message=one, hazard="rain", colour="red", at=cast.at)
    assert [(each.hazard, each.colour) for each in queries.in_force(cast.at)] == [("rain", 1)]
    with pytest.raises(Refused, match="不能改"):
        receiving.say(
            actor=duty, message=take(cast, cap("B", cast.at)).message, hazard="wind", colour="blue", at=cast.at
        )


# ---- doors
def test_a_refusal_is_kept_until_somebody_looked(cast: Cast) -> None:
    for _time in range(2):
        with pytest.raises(Refused):
            take(cast, b"<!DOCTYPE x><alert/>")
    row = WarningRefusal.objects.get()
    assert (row.times, row.code) == (2, "doctype")
    duty = cast.actor("duty")
    assert any("没有收下" in one.title for one in queries.waiting(duty, cast.at))
    receiving.seen(actor=duty, at=cast.at)
    assert not any("没有收下" in one.title for one in queries.waiting(duty, cast.at))


def test_a_source_posts_with_its_token(cast: Cast) -> None:
    row, token = receiving.add_source(
        actor=cast.actor("duty"), name="气象台", senders="qx@weather.example", organisation=cast.district, at=cast.at
    )
    assert token not in str(row.__dict__)
    client, url = cast.client(None), reverse("warning_post")

    def post(data: bytes, given: str) -> Any:
        return client.post(url, data, content_type="application/cap+xml", headers={"Authorization": f"Bearer {given}"})

    assert post(cap("A", cast.at), "wrong").status_code == 401
    answer = post(cap("A", cast.at), token)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "new")
    assert post(cap("A", cast.at), token).json()["outcome"] == "repeat"
    other = post(cap("B", cast.at, sender="other@example.cn"), token)
    assert other.status_code == 422
    assert "不能代" in other.json()["message"]
    assert post(b"", token).status_code == 422
    receiving.revoke_source(actor=cast.actor("duty"), source=row, at=cast.at)
    assert post(cap("D", cast.at), token).status_code == 401
    assert client.get(url).status_code == 405


def test_the_folder(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    assert folder.sweep(cast.at) == 0
    place = folder.place()
    place.mkdir(parents=True)
    (place / "a.xml").write_bytes(cap("A", cast.at))
    (place / "b.xml").write_bytes(cap("A", cast.at))
    (place / "bad.xml").write_bytes(b"<feed/>")
    (place / "half.xml.part").write_bytes(b"<al")
    (place / "link.xml").symlink_to("/etc/passwd")
    assert folder.sweep(cast.at) == 3
    assert states() == {"A": "active"}
    assert sorted(one.name for one in (tmp_path / "warnings" / "done").iterdir()) == ["a.xml", "b.xml"]
    assert "不是 CAP" in (tmp_path / "warnings" / "refused" / "bad.xml.txt").read_text(encoding="utf-8")
    assert folder.sweep(cast.at) == 0
    assert WarningMessage.objects.get().made_by == SYSTEM.name


def test_only_those_who_may_receive(cast: Cast) -> None:
    for who in ("street", "planner", "leader"):
        with pytest.raises(Refused) as told:
            receiving.receive(actor=cast.actor(who), data=cap("A", cast.at), way="upload", at=cast.at)
        assert told.value.code == "forbidden"


@pytest.mark.django_db(transaction=True)
def test_at_once_an_alert_and_its_cancel_never_miss_each_other(cast: Cast) -> None:
    failed: list[BaseException] = []
    for number in range(6):
        documents = [cap(f"A{number}", cast.at), cap(f"C{number}", cast.at, kind="Cancel", refs=(ref(f"A{number}", cast.at),))] * 2  # fmt: skip
        start = threading.Barrier(len(documents))

        def work(data: bytes, start: threading.Barrier = start) -> None:
            try:
                start.wait()
                receiving.receive(actor=SYSTEM, data=data, way="upload", at=cast.at)
            except BaseException as error:  # noqa: BLE001 - told below
                failed.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(one,)) for one in documents]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert failed == []
    assert set(states().values()) == {"cancelled", "notice"}
    assert WarningMessage.objects.count() == 12


def test_polygons_reach_the_map(cast: Cast) -> None:
    take(cast, cap("A", cast.at, polygon=SQUARE))
    found = queries.layer(cast.actor("duty"), cast.at)["features"]
    assert found[0]["geometry"]["type"] == "Polygon"
    assert found[0]["geometry"]["coordinates"][0][0] == (117.18, 39.15)
    assert found[0]["properties"]["sign"] == "橙色"
