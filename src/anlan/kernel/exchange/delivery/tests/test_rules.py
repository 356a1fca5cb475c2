"""Signatures, cards, back-off: what is believed and what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from anlan.base.errors import Refused
from anlan.kernel.exchange.delivery import rules
from anlan.kernel.exchange.delivery.rules import Ack, Envelope

pytestmark = pytest.mark.pure
AT = datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_known_answer_of_rfc_8032() -> None:
    """Test 1 of section 7.1: the key of the published secret, the signature of the empty text."""
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    assert rules.public_key(seed) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = rules.sign(seed, "")
    assert signature.startswith("e5564300c360ac729086e2cc806e828a")
    assert rules.signed_by(rules.public_key(seed), "", signature)


def test_a_letter_changed_by_one_sign_is_not_believed() -> None:
    seed = rules.new_seed()
    key, text = rules.public_key(seed), "转移 640 人"
    signature = rules.sign(seed, text)
    assert rules.signed_by(key, text, signature)
    assert not rules.signed_by(key, "转移 64 人", signature)
    assert not rules.signed_by(rules.public_key(rules.new_seed()), text, signature)
    for wrong in ("", "00", signature[:-1] + "g", signature.upper(), signature + "00"):
        assert not rules.signed_by(key, text, wrong)
    assert not rules.signed_by("zz", text, signature)


def test_an_envelope_comes_back_as_it_was_written() -> None:
    one = Envelope(
        id=uuid4(), sender="sl", to="city", seq=7, subject="incident", made_at=AT, body={"人": [1, 2.5, None]}
    )
    assert rules.read_envelope(rules.write_envelope(one)) == one


@pytest.mark.parametrize(
    "change",
    [{"v": 2}, {"seq": 0}, {"seq": "1"}, {"seq": True}, {"seq": 1 << 60}, {"id": "x"}, {"body": []}, {"from": 5}, {"made_at": "2026-07-01T08:00:00"}, {"made_at": "昨天"}],
)  # fmt: skip
def test_a_crooked_envelope_is_refused_in_one_sentence(change: dict[str, object]) -> None:
    one = Envelope(id=uuid4(), sender="sl", to="city", seq=7, subject="incident", made_at=AT, body={})
    facts = {**json.loads(rules.write_envelope(one)), **change}
    with pytest.raises(Refused) as refused:
        rules.read_envelope(json.dumps(facts))
    assert refused.value.code == "form"
    for junk in ("", "[", "[]", "null", "[" * 100_000):
        with pytest.raises(Refused):
            rules.read_envelope(junk)
        assert rules.claimed_sender(junk) == ""


def test_an_ack_comes_back_and_knows_two_results() -> None:
    one = Ack(id=uuid4(), sender="city", to="sl", digest="ab", state="kept", why="")
    assert rules.read_ack(rules.write_ack(one)) == one
    with pytest.raises(Refused):
        rules.read_ack(rules.write_ack(Ack(id=uuid4(), sender="city", to="sl", digest="ab", state="perhaps", why="")))


def test_waits_double_up_to_a_minute() -> None:
    assert [rules.wait(one) for one in (1, 2, 3, 5, 6, 400)] == [timedelta(seconds=one) for one in (2, 4, 8, 32, 60, 60)]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "good"),
    [("", True), ("https://link.example.cn", True), ("http://127.0.0.1:8100", True), ("http://10.3.4.5:80/anlan", True), ("http://localhost:1", True),
     ("http://link.example.cn", False), ("ftp://127.0.0.1", False), ("https://", False), ("https://a.cn/?x=1", False), ("https://u:p@a.cn", False),
     ("http://8.8.8.8", False), ("https://a.cn:99999", False), ("https://" + "a" * 300, False)],
)  # fmt: skip
def test_addresses(address: str, good: bool) -> None:
    if good:
        rules.check_address(address)
    else:
        with pytest.raises(Refused) as refused:
            rules.check_address(address)
        assert refused.value.field == "address"


def test_a_card_is_read_whole_or_refused() -> None:
    card = rules.read_card(
        '{"code":"city","title":"示例市","address":"","key":"' + rules.public_key(rules.new_seed()) + '"}'
    )
    assert rules.read_card(rules.write_card(card)) == card
    for wrong in (
        "",
        "{}",
        "[]",
        '{"code":"City","title":"x","key":"00"}',
        '{"code":"city","title":"","key":"' + "0" * 64 + '"}',
        '{"code":1,"title":2,"key":3}',
    ):
        with pytest.raises(Refused):
            rules.read_card(wrong)


def test_fingerprints_are_sixteen_digits_in_fours() -> None:
    assert [len(one) for one in rules.fingerprint(rules.public_key(rules.new_seed())).split()] == [4, 4, 4, 4]
