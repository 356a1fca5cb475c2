"""What changed between two readings: by stable keys, so that reading again is a difference and never a duplicate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.kernel.planning.reading.text import normal

Item = Mapping[str, Any]


def key_of(kind: str, item: Item) -> str:
    """The identity of an item inside its plan: what stays when its wording is corrected."""
    match kind:
        case "tasks":
            return str(item["number"])
        case "indicators":
            return f"{item['group']}/{item['number']}"
        case "projects":
            return f"{item['kind']}/{item['box']}/{item['number']}"
        case "targets":
            # Not the offset: a word added before it does not make another target.
            section = str(item["place"]).partition(" ")[0]
            return f"{section} {item['text']} {item['value']}{item['unit']}"
        case _:
            return f"{item['path']}"


def fingerprint(item: Item) -> str:
    """A hash of everything printed in the item."""
    text = json.dumps(item, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def plan_key(plan: Item) -> str:
    """A plan is recognised by its title, blanks and quotation marks aside."""
    return normal(str(plan["title"])).replace("“", "").replace("”", "")


@dataclass
class Change:
    """One item that is `new`, `changed` (with the fields) or `gone`."""

    plan: str
    kind: str
    key: str
    what: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


KINDS = ("indicators", "tasks", "projects", "targets", "chapters")


def _keyed(items: Iterable[Item], kind: str) -> dict[str, Item]:
    keyed: dict[str, Item] = {}
    for item in items:
        key, again = key_of(kind, item), 2
        while key in keyed:  # the same number printed twice: both are kept apart
            key, again = f"{key_of(kind, item)}#{again}", again + 1
        keyed[key] = item
    return keyed


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every difference between two results of `to_json`, in reading order; then the plans that are gone."""
    before = {plan_key(plan): plan for plan in old.get("plans", [])}
    after = {plan_key(plan): plan for plan in new["plans"]}
    changes: list[Change] = []
    for title in [*after, *(title for title in before if title not in after)]:
        for kind in KINDS:
            was, now = (side.get(title, {}).get(kind, []) for side in (before, after))
            changes += _kind(title, kind, _keyed(was, kind), _keyed(now, kind))
    return changes


def _kind(plan: str, kind: str, old: dict[str, Item], new: dict[str, Item]) -> list[Change]:
    changes = []
    for key, item in new.items():
        if key not in old:
            changes.append(Change(plan, kind, key, "new"))
        elif fields := {
            name: (old[key].get(name), value) for name, value in item.items() if old[key].get(name) != value
        }:
            changes.append(Change(plan, kind, key, "changed", fields))
    return changes + [Change(plan, kind, key, "gone") for key in old if key not in new]
