"""A document comes in: preview what it would change, then store it as one action. Again is a difference, never a duplicate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.files.keeping import keep
from anlan.kernel.journal.record import record
from anlan.kernel.planning.matching import is_group, known_names, match
from anlan.kernel.planning.models import (
    Chapter,
    Correction,
    ImportRun,
    Indicator,
    Plan,
    PlanDocument,
    Project,
    Target,
    Task,
    TaskOwner,
    Terms,
)  # fmt: skip
from anlan.kernel.planning.reading.diff import Change, diff, key_of, plan_key
from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.reading.types import to_json
from anlan.kernel.planning.rules import due_day

_DOMAIN_WORDS = (
    ("environment", ("生态环境", "环境保护")),
    ("education", ("教育",)),
    ("safety", ("安全", "应急", "防灾")),
)


@dataclass
class Preview:
    """What an import would do. Nothing has been stored."""

    data: bytes
    sha256: str
    reading: Mapping[str, Any]
    changes: list[Change]
    problems: list[str]
    missing_rows: list[int]
    known: PlanDocument | None
    unmatched: list[tuple[str, int]] = field(default_factory=list)

    @property
    def same_file(self) -> bool:
        return self.known is not None and not self.changes

    def counts(self) -> dict[str, dict[str, int]]:
        """Per plan title, how many of each kind."""
        kinds = ("chapters", "indicators", "tasks", "projects", "targets")
        return {plan["title"]: {kind: len(plan[kind]) for kind in kinds} for plan in self.reading["plans"]}


def preview(data: bytes) -> Preview:
    """Read and compare; raises Refused with one sentence for what is no plan."""
    reading = read(data)
    answer = to_json(reading)
    keys = [plan_key(plan) for plan in answer["plans"]]
    known = PlanDocument.objects.filter(plans__key__in=keys).order_by("-id").first()
    changes = diff(known.reading if known else {}, answer)
    printed = Counter(name for plan in answer["plans"] for task in plan["tasks"] for name in task["departments"])
    names = known_names()
    matched = dict(zip(printed, match(printed, names), strict=True))
    unmatched = [(name, count) for name, count in printed.most_common() if matched[name] is None and not is_group(name)]
    digest = hashlib.sha256(data).hexdigest()
    return Preview(data, digest, answer, changes, reading.problems, reading.missing_rows, known, unmatched)


@transaction.atomic
def store(*, actor: Actor, seen: Preview, file_name: str, at: datetime, is_demo: bool = False) -> ImportRun:
    """Store what was previewed: one transaction, one journal entry that carries the file's hash."""
    policy.require(actor, "planning.import")
    if seen.missing_rows:
        raise Refused("missing_rows", f"任务表缺第 {'、'.join(map(str, seen.missing_rows))} 行。补全后再导入。")
    document = seen.known or PlanDocument(key=_document_key(seen.reading), is_demo=is_demo)
    _describe(document, seen, actor, at)
    kept = keep(actor=actor, name=_safe_name(file_name), content=seen.data, at=at)
    today = civil_date(at)
    names = known_names()
    for order, plan_json in enumerate(seen.reading["plans"]):
        plan = _plan(document, plan_json)
        _Intake(plan, plan_json, names, today, at).run(order)
    run = ImportRun.objects.create(
        document=document, at=at, by=actor.name, file_name=file_name[-160:], sha256=seen.sha256, stored=kept,
        changes=[_brief(change) for change in seen.changes], problems=seen.problems,
    )  # fmt: skip
    record(
        actor=actor, verb="planning.document.imported", subject_kind="plan_document", subject_id=document.pk, at=at,
        new={"title": document.title, "file": file_name, "counts": seen.counts(), "changes": len(seen.changes)},
        content_hash=seen.sha256,
    )  # fmt: skip
    return run


def _safe_name(name: str) -> str:
    """Plans come as text, web pages, Word or PDF; what has no known ending is kept as text."""
    return name if name.lower().endswith((".pdf", ".docx", ".txt")) else f"{name}.txt"


def _document_key(reading: Mapping[str, Any]) -> str:
    return f"{reading['document']['number']}/{plan_key(reading['plans'][0])}"[:200]


def _describe(document: PlanDocument, seen: Preview, actor: Actor, at: datetime) -> None:
    head = seen.reading["document"]
    document.title = head["title"] or seen.reading["plans"][0]["title"]
    for name in ("number", "issuer", "index", "topics", "valid"):
        setattr(document, name, head[name])
    document.sha256, document.reading = seen.sha256, seen.reading
    document.imported_at, document.imported_by = at, actor.name
    document.save()


def _plan(document: PlanDocument, plan_json: Mapping[str, Any]) -> Plan:
    title = plan_json["title"]
    domain = next((slug for slug, words in _DOMAIN_WORDS if any(word in title for word in words)), "general")
    first, last = plan_json["period"]
    plan, _made = Plan.objects.update_or_create(
        key=plan_key(plan_json),
        defaults={"document": document, "title": title, "domain": domain, "first_year": first, "last_year": last},
    )
    return plan


def _brief(change: Change) -> dict[str, Any]:
    return {
        "plan": change.plan,
        "kind": change.kind,
        "key": change.key,
        "what": change.what,
        "fields": sorted(change.fields),
    }


class _Intake:
    """Writes one plan's items: new ones are made, changed ones updated field by field, gone ones retired, none deleted."""

    def __init__(
        self, plan: Plan, plan_json: Mapping[str, Any], names: Mapping[str, Organisation], today: date, at: datetime
    ) -> None:
        self.plan, self.json, self.names, self.today, self.at = plan, plan_json, names, today, at
        # A plan holds from its first year on, whenever it was typed in: the past can then be asked for.
        self.from_day = date(plan.first_year, 1, 1) if plan.first_year else today
        self.corrections = {(row.kind, row.item_id, row.field): row for row in Correction.objects.all()}

    def run(self, _order: int) -> None:
        self._chapters()
        self._indicators()
        self._tasks()
        self._items("projects", Project, self._project)
        self._targets()

    def _chapters(self) -> None:
        self.plan.chapters.all().delete()
        Chapter.objects.bulk_create(
            Chapter(
                plan=self.plan,
                order=order,
                **{name: row[name] for name in ("number", "title", "level", "path", "text")},
            )
            for order, row in enumerate(self.json["chapters"])
        )

    def _keyed(self, kind: str) -> dict[str, tuple[int, Mapping[str, Any]]]:
        keyed: dict[str, tuple[int, Mapping[str, Any]]] = {}
        for order, row in enumerate(self.json[kind]):
            key, again = key_of(kind, row), 2
            while key in keyed:
                key, again = f"{key_of(kind, row)}#{again}", again + 1
            keyed[key] = (order, row)
        return keyed

    def _items(self, kind: str, model: Any, fields: Any, **once: Any) -> dict[str, Any]:
        """Make, update and retire the items of a kind; returns them by key. `fields(row)` gives the columns read from
        print, `once` those set only when the item is made."""
        keyed = self._keyed(kind)
        known = {item.key: item for item in model.objects.filter(plan=self.plan)}
        made = [
            model(plan=self.plan, key=key, order=order, **fields(row), **once)
            for key, (order, row) in keyed.items()
            if key not in known
        ]
        model.objects.bulk_create(made)
        for key, item in known.items():
            if key in keyed:
                self._update(kind.rstrip("s"), item, keyed[key][0], fields(keyed[key][1]))
            elif item.retired_on is None:
                item.retired_on = self.today
                item.save(update_fields=["retired_on"])
        fresh = {item.key: item for item in made}
        return {**known, **fresh}

    def _update(self, kind: str, item: Any, order: int, printed: Mapping[str, Any]) -> None:
        changed = [] if item.order == order and item.retired_on is None else ["order", "retired_on"]
        item.order, item.retired_on = order, None
        for name, value in printed.items():
            correction = self.corrections.get((kind, item.pk, name))
            if correction is not None:
                correction.printed = _plain(value)
                correction.save(update_fields=["printed"])
            elif getattr(item, name) != value:
                setattr(item, name, value)
                changed.append(name)
        if changed:
            item.save(update_fields=sorted(set(changed)))
            if set(changed) - {"order", "retired_on"} and kind in ("task", "indicator"):
                new_terms(
                    kind,
                    item.pk,
                    {name: printed[name] for name in changed if name in printed},
                    self.today,
                    "import",
                    "新版文件",
                )

    def _indicators(self) -> None:
        before = set(Indicator.objects.filter(plan=self.plan).values_list("key", flat=True))
        items = self._items("indicators", Indicator, _indicator)
        self._first_terms("indicator", [item for key, item in items.items() if key not in before], _indicator_facts)

    def _tasks(self) -> None:
        before = set(Task.objects.filter(plan=self.plan).values_list("key", flat=True))
        items = self._items("tasks", Task, self._task, stored_at=self.at)
        fresh = [item for key, item in items.items() if key not in before]
        self._first_terms("task", fresh, task_facts)
        keyed = self._keyed("tasks")
        owners = []
        for item in fresh:
            owners += self._owners(item, keyed[item.key][1]["departments"])
        TaskOwner.objects.bulk_create(owners)
        for key, item in items.items():
            if key in before and key in keyed:
                self._again_owners(item, keyed[key][1]["departments"])

    def _first_terms(self, kind: str, items: list[Any], facts: Any) -> None:
        Terms.objects.bulk_create(
            Terms(kind=kind, item_id=item.pk, effective_from=self.from_day, facts=facts(item), source="import")
            for item in items
        )

    def _owners(self, task: Task, printed: list[str]) -> list[TaskOwner]:
        matched = match(printed, self.names)
        lead = next((index for index, name in enumerate(printed) if not is_group(name)), None)
        owners = [
            TaskOwner(
                task=task,
                order=index,
                printed=name,
                organisation=matched[index],
                is_lead=index == lead,
                is_group=is_group(name),
            )
            for index, name in enumerate(printed)
        ]
        first = next((owner.organisation for owner in owners if owner.is_lead), None)
        if first is not None and task.lead_id != first.pk:
            Task.objects.filter(pk=task.pk).update(lead=first)
        return owners

    def _again_owners(self, task: Task, printed: list[str]) -> None:
        """Departments printed anew replace the old ones, but a person's assignment of a name stays."""
        known = {owner.printed: owner for owner in task.owners.all()}
        if list(known) == printed or ("task", task.pk, "departments") in self.corrections:
            return
        fresh = self._owners(task, printed)
        for owner in fresh:
            if owner.organisation is None and owner.printed in known:
                owner.organisation = known[owner.printed].organisation
        task.owners.all().delete()
        TaskOwner.objects.bulk_create(fresh)

    def _task(self, row: Mapping[str, Any]) -> dict[str, Any]:
        due = row["deadline"]
        title = row["path"][-1] if row["path"] else row["text"][:40]
        return {
            "number": row["number"], "path": row["path"], "title": title[:120], "text": row["text"], "flags": row["flags"],
            "deadline_kind": due["kind"] or "", "deadline_year": due["year"], "deadline_text": due["text"],
            "due_on": due_day(due["kind"], due["year"]),
        }  # fmt: skip

    def _project(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: row[name] for name in ("kind", "box", "number", "title", "text")}

    def _targets(self) -> None:
        indicators = {item.name: item for item in Indicator.objects.filter(plan=self.plan, retired_on=None)}
        targets = self._items("targets", Target, _target)
        named = {key: row["attached_to"] for key, (_order, row) in self._keyed("targets").items() if row["attached_to"]}
        for key, name in named.items():
            if targets[key].attached is None and name in indicators:
                Target.objects.filter(pk=targets[key].pk).update(indicator=indicators[name])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date) else value


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _indicator(row: Mapping[str, Any]) -> dict[str, Any]:
    same = {
        name: row[name]
        for name in ("group", "number", "name", "unit", "baseline_text", "target_text", "comparator", "flags")
    }
    return {**same, "kind": row["kind"] or "", "baseline": _decimal(row["baseline"]), "target": _decimal(row["target"])}


def _indicator_facts(item: Indicator) -> dict[str, Any]:
    return {name: _plain(getattr(item, name)) for name in ("baseline", "target", "comparator", "kind", "name", "unit")}


def task_facts(item: Task) -> dict[str, Any]:
    return {
        name: _plain(getattr(item, name))
        for name in ("deadline_kind", "deadline_year", "deadline_text", "due_on", "text")
    }


def _target(row: Mapping[str, Any]) -> dict[str, Any]:
    same = {name: row[name] for name in ("text", "unit", "comparator", "year", "place")}
    return {**same, "value": _decimal(row["value"])}


def new_terms(kind: str, item_id: int, facts: Mapping[str, Any], from_day: date, source: str, reason: str) -> None:
    """Close the terms in force and open new ones from a day on; unchanged facts carry over."""
    last = (
        Terms.objects.filter(kind=kind, item_id=item_id, effective_to=None).order_by("-effective_from", "-id").first()
    )
    merged = {**(last.facts if last else {}), **{name: _plain(value) for name, value in facts.items()}}
    if last is not None:
        last.effective_to = from_day
        last.save(update_fields=["effective_to"])
    Terms.objects.create(
        kind=kind, item_id=item_id, effective_from=from_day, facts=merged, source=source, reason=reason[:200]
    )
