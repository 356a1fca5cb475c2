"""Whose a field is (字段类别): what a model's `field_classes` says of each field that holds a person's name, number or paper. Pure.

A model declares `field_classes = {"phone": "household"}`; `tests/house/test_field_classes.py` names every field that looks like a person's
and has none. Fields that end in `_by` and the actor of an entry are officers acting in office and need no word. Free text is no field of this
kind: forms say what not to write there. What is masked is so in pages, exports, prints, the API and search alike; of a narrow class the
original is shown only by an action with a reason, which is an entry of the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FieldClass:
    """`masked`: by default; `narrow`: in no register, and the original only by the model's `unmask` permission, each look in the journal."""

    title: str
    masked: bool = False
    narrow: bool = False


CLASSES: Mapping[str, FieldClass] = {
    "thing": FieldClass(title="不是人的"),
    "office": FieldClass(title="公务"),  # whoever holds a post or answers a duty telephone
    "firm": FieldClass(title="单位"),  # a firm's or shop's own contact
    "person": FieldClass(title="个人", masked=True),
    "household": FieldClass(title="受灾户", masked=True, narrow=True),
    "pupil": FieldClass(title="学生", masked=True, narrow=True),
    "reporter": FieldClass(title="举报人、来件人", masked=True, narrow=True),
}  # fmt: skip


def masked(text: str) -> str:
    """The first letter of a name, a class, a plate; nothing of nothing."""
    return f"{text[0]}**" if text else ""


def masked_number(number: str) -> str:
    """The last four of a telephone or paper number; nothing of anything shorter than eight."""
    return f"***{number[-4:]}" if len(number) >= 8 else "***" if number else ""
