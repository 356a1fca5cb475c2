"""The forms of processes as data for a phone, each with its edition."""

from __future__ import annotations

from typing import Any

from anlan.kernel.casework import declared
from anlan.kernel.casework.types import SOURCES, Field, Process, Step
from anlan.kernel.field.rules import edition


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name, "title": field.title, "kind": field.kind, "required": field.required, "help": field.help, "unit": field.unit,
        "max_length": field.max_length, "choices": [list(pair) for pair in (field.choices or {}).items()],
    }  # fmt: skip


def _evidence(process: Process, kinds: tuple[str, ...]) -> list[list[str]]:
    words = process.evidence or {}
    return [[kind, words.get(kind, kind)] for kind in kinds]


def _with_edition(form: dict[str, Any]) -> dict[str, Any]:
    return {**form, "edition": edition(form)}


def open_form(process: Process) -> dict[str, Any]:
    """What a new case is asked for."""
    about = declared.about(process)
    return _with_edition({
        "process": process.slug, "title": process.title, "note": process.note, "subject": about.title if about else "", "kinds": [list(pair) for pair in (process.kinds or {}).items()],
        "sources": [list(pair) for pair in SOURCES.items()], "fields": [_field(one) for one in process.asks],
        "evidence": _evidence(process, tuple(process.evidence or {})[:1]),
    })  # fmt: skip


def step_form(process: Process, step: Step) -> dict[str, Any]:
    """What a step is asked for: a sentence, fields, photos it must have and may have."""
    extra = tuple(one for one in step.takes if one not in step.proves) or (
        () if step.proves else tuple(process.evidence or {})[-1:]
    )
    return _with_edition({
        "process": process.slug, "step": step.slug, "title": step.title, "says": step.says, "fields": [_field(one) for one in step.fields],
        "proves": _evidence(process, step.proves), "takes": _evidence(process, extra),
    })  # fmt: skip


def edition_now(process: Process, step: str = "") -> str:
    """The edition that is in force; empty when there is no such step any more."""
    if not step:
        return str(open_form(process)["edition"])
    row = next((one for one in process.steps if one.slug == step), None)
    return str(step_form(process, row)["edition"]) if row else ""
