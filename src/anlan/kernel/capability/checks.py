"""Checks of the declarations: run by `anlan check`, by Django's system checks, and by the house tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from anlan.kernel.access.types import PUBLIC, SIGNED_IN, Role
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework import types as casework
from anlan.kernel.checks import types as check_types
from anlan.kernel.exchange import lines
from anlan.kernel.response import boards


def _twice(words: Iterable[str], what: str) -> Iterator[str]:
    yield from (f"{what} {word!r} is declared twice" for word, count in Counter(words).items() if count > 1)


def _of(capability: Capability, permissions: set[str], roles: set[str]) -> Iterator[str]:
    prefix = capability.slug.replace("/", ".") + "."
    for permission in capability.permissions:
        if not permission.slug.startswith(prefix):
            yield f"{capability.slug}: permission {permission.slug!r} must start with {prefix!r}"
        yield from (f"{permission.slug}: unknown role {role!r}" for role in permission.roles if role not in roles)
        if not permission.roles:
            yield f"{permission.slug}: nobody holds it"
    for verb in capability.verbs:
        if not verb.slug.startswith(prefix):
            yield f"{capability.slug}: verb {verb.slug!r} must start with {prefix!r}"
    own = {verb.slug for verb in capability.verbs}
    yield from (
        f"undo of {undo.verb!r}: not a verb of {capability.slug}" for undo in capability.undos if undo.verb not in own
    )
    yield from (
        f"{capability.slug}: subject kind {kind.slug!r} must start with {prefix!r}"
        for kind in capability.subjects
        if not kind.slug.startswith(prefix)
    )
    for process in capability.processes:
        yield from casework.faults(process, permissions)
    yield from _derived(capability)
    yield from (fault for area in capability.check_areas for fault in check_types.faults(area, permissions))
    for page in capability.pages:
        if page.permission not in permissions:
            yield f"page {page.name!r} asks for undeclared permission {page.permission!r}"
        if (page.kind == "api") != (page.operation is not None):
            yield f"page {page.name!r}: an API page, and no other, declares its operation"


def _derived(capability: Capability) -> Iterator[str]:
    """A derivation reads what its own capability's kind measures and fills what it declares as derived; nothing else is."""
    kinds = {kind.slug: kind for kind in capability.kinds}
    filled = {(one.kind, code) for one in capability.derivations for code in one.outputs}
    for one in capability.derivations:
        kind = kinds.get(one.kind)
        measured = {channel.code for channel in kind.channels if not channel.derived} if kind else set()
        if not set(one.inputs) <= measured:
            yield f"derivation {one.slug!r}: its inputs are not channels of {one.kind!r}"
    declared = {(kind.slug, channel.code) for kind in kinds.values() for channel in kind.channels if channel.derived}
    yield from (
        f"{capability.slug}: {code!r} of {kind!r} is derived by nothing, or not declared"
        for kind, code in filled ^ declared
    )


def _checks(every: tuple[Capability, ...], processes: set[str]) -> Iterator[str]:
    areas = {area.slug for one in every for area in one.check_areas}
    yield from _twice((area.slug for one in every for area in one.check_areas), "check area")
    yield from _twice(
        (f"{form.slug} {form.edition}" for one in every for form in one.check_forms), "edition of a check form"
    )
    for form in (form for one in every for form in one.check_forms):
        yield from (f"check form {form.slug}: {fault}" for fault in check_types.form_faults(form))
        if form.area not in areas:
            yield f"check form {form.slug!r} is of undeclared area {form.area!r}"
        if form.process and form.process not in processes:
            yield f"check form {form.slug!r} opens cases of undeclared process {form.process!r}"


def _boards(every: tuple[Capability, ...], permissions: set[str]) -> Iterator[str]:
    """Panels go to boards there are; the page behind one asks for what the panel asks for."""
    panels = [panel for one in every for panel in one.board_panels]
    asked = {page.name: page.permission for one in every for page in one.pages}
    yield from boards.faults(panels)
    for panel in panels:
        if panel.permission not in permissions:
            yield f"board panel {panel.slug!r} asks for undeclared permission {panel.permission!r}"
        if panel.act and asked.get(panel.act[0]) != panel.act[2]:
            yield f"board panel {panel.slug!r}: page {panel.act[0]!r} is none, or asks for another permission"
        if panel.page and asked.get(panel.page) != panel.permission:
            yield f"board panel {panel.slug!r}: page {panel.page!r} is none, or asks for another permission"


def faults(capabilities: Iterable[Capability], roles: Iterable[Role]) -> list[str]:
    """Every inconsistency of the declarations, as sentences; empty when sound."""
    every = tuple(capabilities)
    known = {permission.slug for capability in every for permission in capability.permissions} | {PUBLIC, SIGNED_IN}
    slugs = {role.slug for role in roles}
    found = [fault for capability in every for fault in _of(capability, known, slugs)]
    found += _twice((capability.slug for capability in every), "capability")
    found += _twice((permission.slug for one in every for permission in one.permissions), "permission")
    found += _twice((page.name for one in every for page in one.pages), "page")
    found += _twice((page.path for one in every for page in one.pages), "path")
    found += _twice((verb.slug for one in every for verb in one.verbs), "verb")
    found += _twice((sheet.slug for one in every for sheet in one.sheets), "sheet")
    found += _twice((formula.slug for one in every for formula in one.formulas), "formula")
    found += _twice(
        (rule for one in every for row in one.alarm_cases for rule in row.rules), "alarm rule that opens cases"
    )
    declared = {process.slug for one in every for process in one.processes}
    found += [
        f"{one.slug}: alarms open cases of undeclared process {row.process!r}"
        for one in every
        for row in one.alarm_cases
        if row.process not in declared
    ]
    found += _twice((process.slug for one in every for process in one.processes), "process")
    found += _twice((process.prefix for one in every for process in one.processes), "prefix of a case's number")
    found += _twice((subject.slug for one in every for subject in one.parcels), "subject of parcels")
    found += _twice((job.slug for one in every for job in one.jobs), "job")
    found += _checks(every, declared)
    found += _boards(every, known)
    found += lines.faults(line for one in every for line in one.lines)
    return found
