"""Codes, masks, marks of addresses: pure."""

from __future__ import annotations

import pytest

from anlan.kernel.access.personal import masked, masked_number
from anlan.kernel.casework.processes.public_report import STATES
from anlan.kernel.reporting import rules

pytestmark = pytest.mark.pure


def test_a_code_is_the_same_for_the_same_form_and_another_for_another() -> None:
    one = rules.code_of("k1", "s")
    assert one == rules.code_of("k1", "s")
    assert len({one, rules.code_of("k2", "s"), rules.code_of("k1", "t")}) == 3
    assert len(one) == rules.CODE_LENGTH
    assert set(one) <= set(rules.ALPHABET)
    assert not set("0O1IL") & set(rules.ALPHABET)
    assert len({rules.code_of(str(number), "s") for number in range(5000)}) == 5000


@pytest.mark.parametrize("typed", ["k7xq-m2p9", " K7XQ M2P9 ", "k7xq—m2p9", "K7XQM2P9"])
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert rules.same(typed, "salt", rules.hashed("K7XQM2P9", "salt"))
    assert not rules.same(typed, "other", rules.hashed("K7XQM2P9", "salt"))


def test_masks_never_show_the_whole() -> None:
    assert masked("示例·王某") == "示**"
    assert masked_number("13800000001") == "***0001"
    assert masked_number("12345") == "***"
    assert masked("") == masked_number("") == ""


@pytest.mark.parametrize(("text", "good"), [("13800000001", True), ("022-2600 0000", True), ("+86 138 0000 0000", True), ("王先生", False), ("12", False), ("1" * 20, False), ("<b>1</b>", False)])  # fmt: skip
def test_telephones(text: str, good: bool) -> None:
    assert rules.good_phone(text) is good


def test_a_mark_is_of_one_day_and_tells_no_address() -> None:
    mark = rules.fingerprint("203.0.113.9", "2025-07-25", "s")
    assert mark != rules.fingerprint("203.0.113.9", "2025-07-26", "s")
    assert "203" not in mark[:3] or len(mark) == 32


def test_every_state_has_plain_words() -> None:
    assert set(rules.STATE_WORDS) == set(STATES)
