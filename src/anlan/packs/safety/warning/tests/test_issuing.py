"""Own warnings: two people, an update and a cancel with one click, the feed, who is told and who confirmed."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from lxml import etree
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.registry import actions as registry
from anlan.kernel.response.actions import intake
from anlan.packs.safety.subjects import letters as senders
from anlan.packs.safety.subjects.letters import Gateway, Letter
from anlan.packs.safety.warning import actions, feeds, queries, rules, telling
from anlan.packs.safety.warning.models import WarningMessage, WarningNotice, WarningSubscription
from anlan.packs.safety.warning.sheets import RESPONSES
from anlan.packs.safety.warning.tests.support import cap, given, issued, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at)


def subscriber(cast: Cast, address: str = "a@example.cn", **more: Any) -> WarningSubscription:
    place = more.pop("place", None)
    made = telling.subscribe(channel="email", address=address, place=place, hazard=more.get("hazard", ""), colour=more.get("colour", "blue"), at=cast.at)  # fmt: skip
    telling.settle(made, "confirm", cast.at)
    return made


def test_who_writes_does_not_approve(cast: Cast) -> None:
    duty, commander = cast.actor("duty"), cast.actor("commander")
    made = actions.draft(actor=commander, organisation=cast.district, given=given(cast), at=cast.at)
    actions.move(actor=commander, message=made, step="submit", at=cast.at)
    with pytest.raises(Refused) as same:
        actions.move(actor=commander, message=made, step="approve", at=cast.at)
    assert same.value.code == "same_person"
    with pytest.raises(Refused) as role:
        actions.move(actor=duty, message=made, step="approve", at=cast.at)
    assert role.value.code == "forbidden"
    actions.move(actor=cast.actor("leader"), message=made, step="return", reason="写清街道", at=cast.at)
    assert made.state == "draft"
    changed = actions.change(
        actor=duty, message=made, given=given(cast, headline="改过"), at=cast.at, seen=made.version
    )
    with pytest.raises(Refused) as stale:
        actions.change(actor=duty, message=made, given=given(cast), at=cast.at, seen=1)
    assert stale.value.code == "stale"
    actions.move(actor=duty, message=changed, step="submit", at=cast.at)
    done = actions.move(actor=commander, message=changed, step="approve", at=cast.at)  # who changed it last wrote it
    assert (done.state, done.approved_by) == ("active", "示例·commander")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"headline": ""}, "headline"), ({"headline": "长" * 201}, "headline"), ({"description": " "}, "description"), ({"hazard": "war"}, "hazard"),
     ({"colour": ""}, "colour"), ({"severity": ""}, "severity"), ({"urgency": "Now"}, "urgency"), ({"expires_at": None}, "expires_at"),
     ({"polygon": "1,2 3,4"}, "polygon")],
)  # fmt: skip
def test_a_wrong_draft_is_refused_at_its_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as told:
        actions.draft(actor=cast.actor("duty"), organisation=cast.district, given=given(cast, **change), at=cast.at)
    assert told.value.field == field
    assert WarningMessage.objects.count() == 0


def test_expiry_must_lie_ahead_also_when_it_is_approved(cast: Cast) -> None:
    for hours in (-1, 0, 24 * 11):
        with pytest.raises(Refused):
            actions.draft(actor=cast.actor("duty"), organisation=cast.district, given=given(cast, expires_at=cast.at + timedelta(hours=hours)), at=cast.at)  # fmt: skip
    made = actions.draft(actor=cast.actor("duty"), organisation=cast.district, given=given(cast), at=cast.at)
    actions.move(actor=cast.actor("duty"), message=made, step="submit", at=cast.at)
    with pytest.raises(Refused) as told:
        actions.move(actor=cast.actor("commander"), message=made, step="approve", at=cast.at + timedelta(hours=13))
    assert told.value.field == "expires_at"


def test_update_and_cancel_refer_to_all_before(cast: Cast) -> None:
    first = issued(cast)
    duty, commander = cast.actor("duty"), cast.actor("commander")
    second = actions.draft(
        actor=duty, organisation=cast.district, given=given(cast, colour="red"), at=cast.at, follows=first
    )
    actions.move(actor=duty, message=second, step="submit", at=cast.at)
    actions.move(actor=commander, message=second, step="approve", at=cast.at + timedelta(minutes=5))
    first.refresh_from_db()
    assert (first.state, second.state) == ("updated", "active")
    third = actions.cancel(actor=duty, message=second, reason="雨停", at=cast.at)
    with pytest.raises(Refused, match="已经送审"):
        actions.cancel(actor=duty, message=second, reason="雨停", at=cast.at)
    actions.move(actor=commander, message=third, step="approve", at=cast.at + timedelta(minutes=9))
    second.refresh_from_db()
    assert (second.state, third.state) == ("cancelled", "notice")
    told = rules.read(third.text.encode())
    assert [one.identifier for one in told.references] == [second.identifier, first.identifier]
    assert (told.message_type, told.status) == ("Cancel", "Actual")
    with pytest.raises(Refused):
        actions.cancel(actor=duty, message=second, reason="再来", at=cast.at)
    with pytest.raises(Refused):
        actions.draft(actor=duty, organisation=cast.district, given=given(cast), at=cast.at, follows=first)


def test_an_exercise_stays_one_in_all_that_follows(cast: Cast) -> None:
    first = issued(cast, exercise=True)
    assert (first.status, first.exercise) == ("Exercise", True)
    assert rules.read(first.text.encode()).status == "Exercise"
    assert "【演练】" in first.text
    duty = cast.actor("duty")
    update = actions.draft(
        actor=duty, organisation=cast.district, given=given(cast), at=cast.at, exercise=False, follows=first
    )
    assert update.exercise
    actions.move(actor=duty, message=update, step="drop", at=cast.at)
    lifted = actions.cancel(actor=duty, message=first, reason="演练结束", at=cast.at)
    assert lifted.exercise
    actions.move(actor=cast.actor("commander"), message=lifted, step="approve", at=cast.at)
    assert rules.read(lifted.text.encode()).status == "Exercise"


def test_a_warning_of_a_drill_is_an_exercise(cast: Cast) -> None:
    duty = cast.actor("duty")
    drill = intake.open_incident(
        actor=duty, organisation=cast.district, place="示例路", kind="flood", source="演练", at=cast.at, mode="drill"
    )
    made = actions.draft(
        actor=duty, organisation=cast.district, given=given(cast), at=cast.at, exercise=False, incident=drill
    )
    assert (made.exercise, made.status) == (True, "Exercise")


def test_an_exercise_leaves_by_no_door(cast: Cast) -> None:
    """The feed, the single document, the page, the letters; and when a record was tampered with, the stop at the door holds."""
    row = subscriber(cast)
    drill, real = issued(cast, exercise=True), issued(cast)
    public = cast.client(None)
    feed = public.get(reverse("public_warning_feed")).content.decode()
    assert real.identifier in feed
    assert drill.identifier not in feed
    assert public.get(reverse("public_warning_cap", args=[drill.identifier])).status_code == 404
    assert public.get(reverse("public_warning", args=[drill.pk])).status_code == 404
    assert list(
        WarningNotice.objects.filter(subscription=row, message__isnull=False).values_list("message", flat=True)
    ) == [real.pk]
    # Somebody swaps the text of a real one for that of the exercise: nothing goes out.
    WarningMessage.objects.filter(pk=real.pk).update(text=drill.text)
    real.refresh_from_db()
    with pytest.raises(Refused):
        feeds.document(real)
    assert public.get(reverse("public_warning_cap", args=[real.identifier])).status_code == 422
    telling.deliver(cast.at)
    sent = senders.outbox().read_text(encoding="utf-8") if senders.outbox().exists() else ""
    assert "演练" not in sent
    assert WarningNotice.objects.get(subscription=row, message=real).state == "failed"


def test_the_feed_is_atom_and_its_documents_are_ours(cast: Cast) -> None:
    one = issued(cast)
    public = cast.client(None)
    answer = public.get(reverse("public_warning_feed"))
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = etree.fromstring(answer.content)
    space = {"a": feeds.ATOM}
    assert root.findtext("a:id", namespaces=space)
    entry = root.find("a:entry", space)
    link = entry.find("a:link", space)
    assert link.get("type") == "application/cap+xml"
    document = public.get(link.get("href").partition("testserver")[2])
    assert document["Content-Type"].startswith("application/cap+xml")
    assert document.content == one.text.encode()
    assert take(cast, document.content).outcome == "repeat"  # our own comes back to us as what we know
    assert [each.identifier for each in feeds.outgoing(cast.at + timedelta(days=8))] == []


# ---- who is told
def test_streets_bureaus_and_subscribers_are_told_once_and_counted(cast: Cast) -> None:
    near = subscriber(cast, "near@example.cn", place=cast.street, hazard="rain", colour="orange")
    subscriber(cast, "wind@example.cn", hazard="wind")
    subscriber(cast, "red@example.cn", colour="red")
    telling.subscribe(channel="email", address="pending@example.cn", place=None, hazard="", colour="blue", at=cast.at)
    one = issued(cast)
    assert set(one.notices.filter(channel="page").values_list("organisation__code", flat=True)) == {
        "SL-S01",
        "SL-B11",
        "SL-B13",
        "SL-B02",
    }
    assert list(one.notices.exclude(channel="page").values_list("subscription", flat=True)) == [near.pk]
    assert queries.receipts(one) == queries.Receipts(4, 0, 1, 0, 0, 1, 0)
    assert telling.deliver(cast.at) >= 1
    assert telling.deliver(cast.at) == 0
    street = cast.actor("street")
    assert [each.verb for each in queries.waiting(street, cast.at)] == ["去签收"]
    notice = queries.mine(street, one)
    assert notice is not None
    telling.confirm(actor=street, notice=notice, at=cast.at)
    with pytest.raises(Refused):
        telling.confirm(actor=street, notice=notice, at=cast.at)
    with pytest.raises(Refused):
        telling.confirm(actor=street, notice=one.notices.get(organisation=cast.emergency), at=cast.at)
    letters = [json.loads(line) for line in senders.outbox().read_text(encoding="utf-8").splitlines()]
    letter = next(each for each in letters if each["address"] == "near@example.cn" and "橙色" in each["subject"])
    address = re.search(r"/public/warnings/receipt/\S+", letter["text"]).group()  # type: ignore[union-attr]
    public = cast.client(None)
    assert public.get(address).status_code == 200
    assert queries.receipts(one).read == 0  # opening is not confirming
    assert public.post(address).status_code == 302
    assert queries.receipts(one) == queries.Receipts(4, 1, 1, 1, 1, 0, 0)
    wrong = address.replace(address.rstrip("/").rpartition("/")[2], "0" * 32)
    assert public.get(wrong).status_code == 404
    assert public.post(wrong).status_code == 404


def test_who_was_told_hears_of_the_end(cast: Cast) -> None:
    """An orange subscriber was told of orange; the update to yellow and the cancel reach them too."""
    row = subscriber(cast, colour="orange")
    one = issued(cast)
    duty, commander = cast.actor("duty"), cast.actor("commander")
    less = actions.draft(
        actor=duty, organisation=cast.district, given=given(cast, colour="yellow"), at=cast.at, follows=one
    )
    actions.move(actor=duty, message=less, step="submit", at=cast.at)
    actions.move(actor=commander, message=less, step="approve", at=cast.at)
    lifted = actions.cancel(actor=duty, message=less, reason="雨停", at=cast.at)
    actions.move(actor=commander, message=lifted, step="approve", at=cast.at)
    assert list(row.notices.exclude(message=None).order_by("pk").values_list("message", flat=True)) == [
        one.pk,
        less.pk,
        lifted.pk,
    ]


def test_a_gateway_that_fails_is_tried_again_and_then_given_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    subscriber(cast)
    WarningNotice.objects.all().delete()
    one = issued(cast)
    seen: list[str] = []

    def fails(letter: Letter) -> None:
        seen.append(letter.key)
        raise OSError

    monkeypatch.setattr(senders, "GATEWAYS", {"file": Gateway(slug="file", title="坏的", send=fails)})
    at = cast.at
    for _time in range(12):
        telling.deliver(at)
        at += timedelta(hours=2)
    assert len(seen) == senders.ATTEMPTS
    assert len(set(seen)) == 1  # one key: a gateway that keeps it sends nothing twice
    assert queries.receipts(one).failed == 1


def test_subscribing_asks_the_address_first(cast: Cast) -> None:
    public, url = cast.client(None), reverse("public_warning_subscribe")
    assert public.get(url).status_code == 200
    good = {
        "channel": "email",
        "address": "me@example.cn",
        "place": cast.street.code,
        "hazard": "rain",
        "colour": "yellow",
    }
    for change, status in (({"address": "me"}, 422), ({"channel": "fax"}, 422), ({"channel": "message", "address": "me@example.cn"}, 422), ({"place": "X"}, 422),
                           ({"hazard": "war"}, 422), ({"colour": ""}, 422), ({"website": "x"}, 422)):  # fmt: skip
        assert public.post(url, {**good, **change}).status_code == status, change
    assert public.post(url, good).status_code == 302
    row = WarningSubscription.objects.get()
    assert row.state == "pending"
    telling.deliver(cast.at)
    letter = json.loads(senders.outbox().read_text(encoding="utf-8"))
    address = re.search(r"/public/warnings/subscription/\S+", letter["text"]).group()  # type: ignore[union-attr]
    assert "确认订阅" in public.get(address).content.decode()
    assert public.post(address, {"step": "confirm"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "active"
    assert public.post(address, {"step": "stop"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "stopped"
    assert public.get(address.replace(address.rstrip("/").rpartition("/")[2], "0" * 32)).status_code == 404
    assert "me@example.cn" not in cast.client("duty").get(reverse("warning_subscribers")).content.decode()


def test_one_address_gets_three_letters_a_day(cast: Cast) -> None:
    for hazard in ("rain", "wind", "snow"):
        telling.subscribe(channel="email", address="a@example.cn", place=None, hazard=hazard, colour="blue", at=cast.at)
    with pytest.raises(Refused) as told:
        telling.subscribe(channel="email", address="a@example.cn", place=None, hazard="fog", colour="blue", at=cast.at)
    assert told.value.code == "too_many"


# ---- the matrix
def test_the_matrix_is_dated(cast: Cast) -> None:
    def line(code: str, level: str, start: date, end: date | None) -> None:
        values = {"code": code, "hazard": "rain", "colour": "orange", "level": level, "plan": "示例预案", "law": "第八条", "verified": level == "2", "valid_from": start, "valid_to": end}  # fmt: skip
        registry.add(actor=cast.actor("duty"), sheet=RESPONSES, organisation=cast.district, values=values, at=cast.at)

    line("1", "3", date(2021, 1, 1), date(2025, 1, 1))
    line("2", "2", date(2025, 1, 1), None)
    assert queries.response_of("rain", 2, date(2024, 12, 31)).level == "3"  # type: ignore[union-attr]
    assert queries.response_of("rain", 2, date(2025, 1, 1)).level == "2"  # type: ignore[union-attr]
    assert queries.response_of("rain", 2, date(2020, 1, 1)) is None
    assert queries.response_of("rain", 1, date(2025, 2, 1)) is None
    assert "条款待核" in queries.proposal(queries.response_of("rain", 2, date(2024, 1, 1)))
    take(cast, cap("A", cast.at))
    (told,) = queries.in_force(cast.at)
    assert told.words == "示例气象台发布暴雨橙色预警，对应表：Ⅱ级响应，示例预案（第八条）"


# ---- pages
def test_pages_from_draft_to_receipt(cast: Cast) -> None:
    duty, commander, street = cast.client("duty"), cast.client("commander"), cast.client("street")
    assert "现在没有现行预警" in duty.get(reverse("warnings")).content.decode()
    assert duty.get(reverse("warning_new")).status_code == 200
    assert duty.post(reverse("warning_new"), {}).status_code == 422
    typed = {**given(cast), "expires_at": "2099-01-01T00:00"}
    assert duty.post(reverse("warning_new"), typed).status_code == 422
    typed["expires_at"] = f"{cast.at + timedelta(hours=3):%Y-%m-%dT%H:%M}"
    assert duty.post(reverse("warning_new"), typed).status_code == 302
    one = WarningMessage.objects.get()
    url = reverse("warning", args=[one.pk])

    def do(client: Any, word: str, **more: str) -> int:
        return int(client.post(reverse("warning_do", args=[one.pk, word]), more).status_code)

    assert duty.get(reverse("warning_edit", args=[one.pk])).status_code == 200
    assert do(duty, "submit") == 302
    assert do(duty, "approve") == 403
    assert "去批" in [each.verb for each in queries.waiting(cast.actor("commander"), cast.at)]
    assert do(commander, "approve") == 302
    assert "家已签收" in commander.get(url).content.decode()
    assert do(street, "confirm") == 302
    assert do(street, "confirm") == 422
    assert do(duty, "cancel", reason="") == 422
    assert do(duty, "nothing") == 404
    assert (
        duty.get(reverse("warning_document", args=[one.pk])).content
        == WarningMessage.objects.get(pk=one.pk).text.encode()
    )
    for name in ("warnings", "warning_refusals", "warning_sources", "warning_subscribers"):
        assert duty.get(reverse(name)).status_code == 200
    for view in queries.VIEWS:
        assert duty.get(reverse("warnings"), {"view": view}).status_code == 200
    assert duty.get(reverse("warnings_export"), {"form": "csv"}).status_code == 200
    page = cast.client(None).get(reverse("public_warnings")).content.decode()
    assert "暴雨橙色" in page
    assert duty.post(reverse("warning_upload"), {}).status_code == 422
    shown = duty.post(reverse("warning_source_new"), {"name": "气象台", "senders": ""})
    assert "只显示这一次" in shown.content.decode()
