"""One outbox, one inbox: in order, once, signed; whatever the line does to the letters."""

from __future__ import annotations

import itertools
import json
import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.exchange.delivery import actions, carrying, declared, identity, queries, rules, sending
from anlan.kernel.exchange.delivery.models import Arrived, Forged, Parcel, Peer
from anlan.kernel.exchange.delivery.tests.support import Other
from anlan.kernel.exchange.delivery.types import DEAD_AFTER, MOST_WAITING, Arrival, Subject
from anlan.kernel.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def taken(settings: Any, tmp_path: Any) -> Iterator[list[Arrival]]:
    """A subject `test` that writes down what it is given, and refuses what says so."""
    settings.VAR = tmp_path
    got: list[Arrival] = []

    def arrived(one: Arrival) -> None:
        if one.body.get("refuse"):
            raise Refused("no", "这一件不收。")
        if one.body.get("break"):
            raise ZeroDivisionError
        got.append(one)

    before = declared.subjects()
    kept = list(before.values())
    declared.install(
        [*kept, Subject(slug="test", title="试", arrived=arrived, words=lambda body: str(body.get("n", "")))]
    )
    yield got
    declared.install(kept)


def post(peer: Peer, cast: Cast, count: int = 1) -> list[Parcel]:
    with transaction.atomic():
        return [actions.post(peer=peer, subject="test", body={"n": number}, at=cast.at) for number in range(count)]


def receive(letters: list[actions.Signed], cast: Cast) -> actions.Received:
    return actions.receive(letters, way="line", source="127.0.0.1", at=cast.at)


# ---- peers
def test_nothing_travels_before_another_person_compared_the_key(cast: Cast) -> None:
    other = Other(cast)
    admin, duty = cast.actor("admin"), cast.actor("duty")
    peer = actions.enter_peer(actor=admin, card=other.card(), kind="city", organisation=cast.district, at=cast.at)
    with pytest.raises(Refused, match="没有连通"):
        post(peer, cast)
    assert receive([other.letter(1, {"n": 1}, subject="test")], cast).refused[0].code == "forged"
    print_ = rules.fingerprint(peer.key)
    with pytest.raises(Refused) as same:
        actions.move_peer(actor=admin, peer=peer, step="confirm", at=cast.at, fingerprint=print_)
    assert same.value.code == "same_person"
    with pytest.raises(Refused) as wrong:
        actions.move_peer(actor=duty, peer=peer, step="confirm", at=cast.at, fingerprint="0000 0000 0000 0000")
    assert wrong.value.field == "fingerprint"
    actions.move_peer(actor=duty, peer=peer, step="confirm", at=cast.at, fingerprint=print_.replace(" ", "").upper())
    assert post(peer, cast)[0].seq == 1


def test_own_card_and_known_code_are_refused(cast: Cast) -> None:
    other = Other(cast)
    other.linked()
    for card in (identity.card(), other.card()):
        with pytest.raises(Refused) as refused:
            actions.enter_peer(
                actor=cast.actor("admin"), card=card, kind="city", organisation=cast.district, at=cast.at
            )
        assert refused.value.field == "card"
    with pytest.raises(Refused):
        actions.enter_peer(
            actor=cast.actor("duty"), card=Other(cast, "b2").card(), kind="city", organisation=cast.district, at=cast.at
        )


def test_the_private_key_is_a_file_of_its_owner_and_not_in_the_records(cast: Cast, tmp_path: Any) -> None:
    Other(cast).linked()
    seed = identity.seed()
    assert (tmp_path / "link.key").stat().st_mode & 0o777 == 0o600
    assert seed == identity.seed() == (tmp_path / "link.key").read_text()
    assert not Entry.objects.filter(new_text__contains=seed).exists()


# ---- in
def test_any_order_any_number_of_times(cast: Cast, taken: list[Arrival]) -> None:
    """Twelve letters, shuffled, half of them twice: handed on once each, in order."""
    other = Other(cast)
    peer = other.linked()
    letters = [other.letter(seq, {"n": seq}, subject="test") for seq in range(1, 13)]
    dice = random.Random(5)
    line = letters + dice.sample(letters, 6)
    dice.shuffle(line)
    for one in line:
        done = receive([one], cast)
        assert len(done.acks) == 1
    assert [one.seq for one in taken] == list(range(1, 13))
    assert [one.body["n"] for one in taken] == list(range(1, 13))
    peer.refresh_from_db()
    assert peer.in_seq == 12
    assert Arrived.objects.filter(state="applied").count() == 12
    assert sum(Arrived.objects.values_list("times", flat=True)) == 18


def test_every_order_of_four(cast: Cast, taken: list[Arrival]) -> None:
    for number, order in enumerate(itertools.permutations(range(4))):
        other = Other(cast, f"city-{number}")
        other.linked()
        letters = [other.letter(seq + 1, {"n": seq}, subject="test") for seq in range(4)]
        taken.clear()
        for place in order:
            receive([letters[place]], cast)
        assert [one.body["n"] for one in taken] == [0, 1, 2, 3], order


def test_forged_letters_are_refused_and_shown(cast: Cast, taken: list[Arrival]) -> None:
    other = Other(cast)
    other.linked()
    good = other.letter(1, {"n": 1}, subject="test")
    stranger = Other(cast, "stranger").letter(1, {"n": 1}, subject="test")
    wrong_key = other.letter(1, {"n": 9}, subject="test", seed=rules.new_seed())
    changed = (good[0].replace('"n":1', '"n":2'), good[1])
    elsewhere = other.letter(1, {"n": 1}, subject="test", to="somebody")
    junk = ("不是邮件", "00")
    for one in (stranger, wrong_key, changed, elsewhere, junk):
        done = receive([one], cast)
        assert not done.acks
        assert done.refused[0].code in ("forged", "form")
    assert taken == []
    assert Arrived.objects.count() == 0
    assert Forged.objects.count() == 4  # the two wrong signatures are one line
    assert Forged.objects.get(why__contains="签名不对").times == 2
    assert [one.title for one in queries.waiting(cast.actor("duty"), cast.at)] == ["拒收 4 种来历不明的消息"]
    actions.seen(actor=cast.actor("duty"), at=cast.at)
    assert list(queries.waiting(cast.actor("duty"), cast.at)) == []


def test_another_text_under_a_known_number_is_forged(cast: Cast, taken: list[Arrival]) -> None:
    other = Other(cast)
    other.linked()
    first = other.letter(1, {"n": 1}, subject="test")
    receive([first], cast)
    done = receive([other.letter(1, {"n": 2}, subject="test")], cast)
    assert "内容和这次的不同" in done.refused[0].message
    assert [one.body["n"] for one in taken] == [1]


def test_what_cannot_be_taken_stops_nothing_and_is_told(cast: Cast, taken: list[Arrival]) -> None:
    other = Other(cast)
    other.linked()
    bodies: list[dict[str, Any]] = [{"n": 1}, {"refuse": True}, {"break": True}, {"n": 4}]
    letters = [other.letter(seq, body, subject="test") for seq, body in enumerate(bodies, start=1)]
    letters.insert(3, other.letter(5, {"n": 5}, subject="nobody"))
    done = receive(letters, cast)
    assert [one.body["n"] for one in taken] == [1, 4]
    states = dict(Arrived.objects.values_list("seq", "state"))
    assert states == {1: "applied", 2: "refused", 3: "refused", 4: "applied", 5: "refused"}
    told = [json.loads(text) for text, _signature in done.acks]
    assert {one["state"] for one in told} == {"kept", "refused"}
    assert "这一件不收。" in {one["why"] for one in told}
    assert any("不能收办" in one.title for one in queries.waiting(cast.actor("duty"), cast.at))


def test_a_letter_far_ahead_waits_outside(cast: Cast) -> None:
    other = Other(cast)
    other.linked()
    done = receive([other.letter(MOST_WAITING + 2, {"n": 1}, subject="test")], cast)
    assert done.refused[0].code == "full"
    assert Forged.objects.count() == 0


# ---- out
def test_only_the_peers_own_word_settles_a_parcel(cast: Cast) -> None:
    other = Other(cast)
    peer = other.linked()
    (parcel,) = post(peer, cast)
    for wrong in (
        other.ack(parcel, seed=rules.new_seed()),
        other.ack(parcel, digest="0" * 64),
        Other(cast, "c2").ack(parcel),
        ("{}", "00"),
    ):
        assert not actions.take_ack(peer, wrong, cast.at)
    assert actions.take_ack(peer, other.ack(parcel), cast.at)
    assert not actions.take_ack(peer, other.ack(parcel), cast.at)
    parcel.refresh_from_db()
    assert parcel.state == "acked"


def test_a_refusal_is_a_dead_letter_until_sent_again(cast: Cast) -> None:
    other = Other(cast)
    peer = other.linked()
    (parcel,) = post(peer, cast)
    assert actions.take_ack(peer, other.ack(parcel, state="refused", why="没有这类内容"), cast.at)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.why) == ("dead", "没有这类内容")
    assert any("死信" in one.title for one in queries.waiting(cast.actor("duty"), cast.at))
    text = parcel.text
    with pytest.raises(Refused):
        actions.again(actor=cast.actor("officer"), parcel=parcel, at=cast.at)
    actions.again(actor=cast.actor("duty"), parcel=parcel, at=cast.at)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.text, parcel.seq) == ("queued", text, 1)


def test_a_day_without_an_answer_is_a_dead_letter(cast: Cast) -> None:
    peer = Other(cast).linked("http://127.0.0.1:9")
    post(peer, cast)
    assert actions.bury(cast.at + DEAD_AFTER) == 0
    late = cast.at + DEAD_AFTER + timedelta(seconds=1)
    assert actions.bury(late) == 1
    assert actions.bury(late) == 0


def test_a_dead_line_backs_off_and_is_shown(cast: Cast) -> None:
    peer = Other(cast).linked("http://127.0.0.1:9")
    post(peer, cast, 3)
    assert sending.send_all(cast.at) == 0
    peer.refresh_from_db()
    assert peer.failures == 1
    assert "连不上" in peer.trouble
    assert peer.retry_at == cast.at + timedelta(seconds=2)
    assert sending.due(cast.at) == []
    assert sending.due(cast.at + timedelta(seconds=2)) != []
    titles = [one.title for one in queries.waiting(cast.actor("duty"), cast.at + timedelta(minutes=6))]
    assert titles == ["示例市：3 件没有送到"]


def test_numbers_follow_one_another_and_a_rollback_takes_its_number_back(cast: Cast) -> None:
    peer = Other(cast).linked()
    post(peer, cast, 3)

    def fails() -> None:
        with transaction.atomic():
            actions.post(peer=peer, subject="test", body={}, at=cast.at)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    post(peer, cast)
    assert list(Parcel.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_give_every_number_once(cast: Cast) -> None:
    peer = Other(cast).linked()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _one in range(8):
                post(peer, cast)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert list(Parcel.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 33))


@pytest.mark.django_db(transaction=True)
def test_the_same_letters_at_once_are_taken_once(cast: Cast, taken: list[Arrival]) -> None:
    other = Other(cast)
    other.linked()
    letters = [other.letter(seq, {"n": seq}, subject="test") for seq in range(1, 9)]
    failed: list[BaseException] = []

    def work(order: int) -> None:
        try:
            for one in random.Random(order).sample(letters, 8):
                receive([one], cast)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert [one.seq for one in taken] == list(range(1, 9))


# ---- the line and the file
def test_a_post_without_session_is_taken_by_its_signature_alone(cast: Cast, taken: list[Arrival]) -> None:
    other = Other(cast)
    other.linked()
    text, signature = other.letter(1, {"n": 1}, subject="test")
    client, url = cast.client(None), reverse("delivery_parcels")

    def sent(body: Any) -> Any:
        return client.post(url, json.dumps(body), content_type="application/json")

    answer = sent({"parcels": [{"text": text, "signature": signature}]})
    assert answer.status_code == 200, answer.content
    ack = answer.json()["acks"][0]
    assert rules.signed_by(rules.public_key(identity.seed()), ack["text"], ack["signature"])
    forged = sent({"parcels": [{"text": text.replace('"n":1', '"n":3'), "signature": signature}]})
    assert forged.status_code == 403
    crooked: list[Any] = [{}, [], {"parcels": 3}, {"parcels": [3]}, {"parcels": [{"text": 1, "signature": 2}]}, {"parcels": [{"text": "", "signature": ""}] * 21}]  # fmt: skip
    for body in crooked:
        assert sent(body).status_code == 400
    assert client.post(url, b"\xff{", content_type="application/json").status_code == 400
    assert len(taken) == 1


def test_the_file_carries_the_same_letters(cast: Cast, taken: list[Arrival]) -> None:
    other = Other(cast)
    peer = other.linked()
    duty = cast.actor("duty")
    parcels = post(peer, cast, 3)
    content = carrying.export(actor=duty, peer=peer, at=cast.at)
    assert content.startswith(b"PK")
    with pytest.raises(Refused):  # our own letters are not for us
        carrying._content(b"PK\x03\x04 broken")
    received, _settled = carrying.bring(actor=duty, data=content, at=cast.at)
    assert received.fresh == 0
    assert len(received.refused) == 3
    letters = [other.letter(seq, {"n": seq}, subject="test") for seq in (1, 2)]
    file = json.dumps({"from": "city", "parcels": [{"text": text, "signature": sign} for text, sign in letters]})
    for fresh in (2, 0):
        received, _settled = carrying.bring(actor=duty, data=file.encode(), at=cast.at)
        assert received.fresh == fresh
    assert [one.seq for one in taken] == [1, 2]
    acks = [{"text": text, "signature": sign} for text, sign in map(other.ack, parcels)]
    _received, settled = carrying.bring(
        actor=duty, data=json.dumps({"from": "city", "acks": acks}).encode(), at=cast.at
    )
    assert settled == 3
    with pytest.raises(Refused, match="都收到了"):
        carrying.export(actor=duty, peer=peer, at=cast.at)


@pytest.mark.parametrize("data", [b"", b"x", b"{}", b"[]", b'{"parcels":[]}', b"PK\x03\x04", b'{"acks":[{"text":"a","signature":"b"}],"from":[]}'])  # fmt: skip
def test_a_wrong_file_says_what_to_do(cast: Cast, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        carrying.bring(actor=cast.actor("duty"), data=data, at=cast.at)
    assert refused.value.field == "file"


class _Liar(BaseHTTPRequestHandler):
    answers: list[tuple[int, bytes]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None: ...


def test_an_answer_that_is_none_is_a_failure(cast: Cast) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Liar)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        peer = Other(cast).linked(f"http://127.0.0.1:{server.server_port}")
        post(peer, cast)
        at = cast.at
        _Liar.answers = [
            (200, b'{"acks": []}'),
            (500, b"<html>"),
            (200, b"[1]"),
            (403, '{"message": "签名不对"}'.encode()),
        ]
        for number, word in enumerate(("回执", "500", "不是链路", "签名不对"), start=1):
            assert sending.send_all(at) == 0
            peer.refresh_from_db()
            assert (peer.failures, word in peer.trouble) == (number, True), peer.trouble
            at += timedelta(minutes=2)
        assert Parcel.objects.get().state == "queued"
    finally:
        server.shutdown()
        server.server_close()


# ---- pages
def test_pages_show_and_say(cast: Cast) -> None:
    other = Other(cast)
    admin, duty = cast.client("admin"), cast.client("duty")
    card = rules.write_card(other.card())
    assert "还没有对端" in admin.get(reverse("delivery")).content.decode()
    bad = admin.post(reverse("delivery_enter"), {"card": "x", "kind": "city"})
    assert bad.status_code == 422
    assert "这不是对方的连接卡" in bad.content.decode()
    assert admin.post(reverse("delivery_enter"), {"card": card, "kind": "city"}).status_code == 302
    peer = Peer.objects.get()
    page = duty.get(reverse("delivery_peer", args=[peer.pk])).content.decode()
    print_ = rules.fingerprint(peer.key)
    assert print_ not in page  # it must be heard, not copied
    assert duty.post(reverse("delivery_do", args=[peer.pk, "confirm"]), {"fingerprint": "1"}).status_code == 422
    assert duty.post(reverse("delivery_do", args=[peer.pk, "confirm"]), {"fingerprint": print_}).status_code == 302
    post(peer, cast)
    assert "待送 1" in duty.get(reverse("delivery_peer", args=[peer.pk])).content.decode()
    assert duty.post(reverse("delivery_export", args=[peer.pk])).content.startswith(b"PK")
    assert "送件人" in duty.get(reverse("delivery_print", args=[peer.pk])).content.decode()
    assert duty.get(reverse("delivery_acks", args=[peer.pk])).json()["acks"] == []
    assert duty.post(reverse("delivery_import"), {}).status_code == 422
    assert duty.post(reverse("delivery_do", args=[peer.pk, "again"]), {"seq": "77"}).status_code == 404
