"""What a case is about (对应的管控措施): offered by another room, chosen by who enters the case, kept as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import declared
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import About, Process, Subject, SubjectKind
from anlan.kernel.web import picking
from anlan.kernel.web.picking import Choice, Picker

NAME = "subject"  # of the field
ASIDE = ("void", "merged")


def offered(actor: Actor, process: Process, owner: Organisation | None) -> Sequence[Subject]:
    kind = declared.about(process)
    return kind.offered(actor, owner) if kind and owner else ()


def choices(rows: Sequence[Subject]) -> list[Choice]:
    return [Choice(one.id, one.title, one.within) for one in rows]


def picker(
    actor: Actor, process: Process, owner: Organisation | None, given: Mapping[str, Any], *, fixed: bool = False
) -> Picker:  # fmt: skip
    """The control of the form; what is offered follows the organisation that is chosen, unless that is `fixed`."""
    url = f"{reverse('case_subjects')}?process={process.slug}"
    return picking.picker_of(
        choices(offered(actor, process, owner)), given, NAME, url, fixed=fixed, listed="look" in given
    )


def chosen(
    actor: Actor, process: Process, owner: Organisation, given: Mapping[str, Any]
) -> tuple[About, dict[str, Any]]:  # fmt: skip
    """What the form or the phone named, and its fields with what that answers of those left empty. Raises Refused at `subject`."""
    kind, values = declared.about(process), dict(given)
    found = named(actor, kind, owner, given) if kind else None
    if kind is None or found is None:
        return About(), values
    known = {name: word for name, word in found.known.items() if not str(values.get(name) or "").strip()}
    return About(kind=kind.slug, id=found.id, title=found.title[:120]), {**values, **known}


def named(actor: Actor, kind: SubjectKind, owner: Organisation, given: Mapping[str, Any]) -> Subject | None:
    """The one a form or the phone named; None when it named none. Raises Refused at `subject` for what means none or several."""
    number, words = picking.sent(given, NAME)
    if not (number or words):
        return None
    if words:
        fitting = picking.fitting(choices(kind.offered(actor, owner)), words)
        if len(fitting) > 1:
            raise Refused(NAME, f"“{words[:30]}”对得上不止一条{kind.title}。从列出的里选一条，或空着。", NAME)
        number = fitting[0].value if fitting else ""
    found = kind.found(owner, number) if number else None
    if found is None:
        raise Refused(NAME, f"{owner}没有{f'“{words[:30]}”' if words else ''}这条{kind.title}。重新选，或空着。", NAME)
    return found


def link(actor: Actor, case: Case) -> tuple[str, str, str] | None:
    """(term, words, address) for the page of the case; the address is empty when its page is not for this person, or gone."""
    if not case.subject_title:
        return None
    kind = declared.subjects().get(case.subject_kind)
    return (kind.title if kind else "对应", case.subject_title, kind.link(actor, case.subject_id) if kind else "")


def reported(kind: str) -> QuerySet[Case]:
    """Cases about things of that kind that stand: neither found to be nothing nor joined to another."""
    return Case.objects.filter(subject_kind=kind).exclude(state__in=ASIDE)
