"""What I did, and what the auditor reads, is said in words."""

from __future__ import annotations

import pytest

from anlan.kernel.journal.models import Entry
from anlan.server.desk.subjects import subjects


@pytest.mark.pure
@pytest.mark.parametrize(
    ("kind", "number", "new", "said"),
    [
        ("incident", "3", "", "事件 3号"),
        ("case", "7", '{"number":"YH-2026-00007"}', "事项 YH-2026-00007"),
        ("shelters", "1", '{"code":"BN-01","name":"示例"}', "应急避难场所 BN-01"),
        ("unheard_of", "5", "", "5号"),
    ],
)
def test_a_subject_is_called_by_its_number_and_never_by_a_name(kind: str, number: str, new: str, said: str) -> None:
    entry = Entry(subject_kind=kind, subject_id=number, new_text=new)
    assert [words for _entry, words in subjects([entry])] == [said]
