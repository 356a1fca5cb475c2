"""Printed department names and organisations. A name matches exactly, blanks aside, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anlan.kernel.access.models import Organisation
from anlan.kernel.planning.reading.text import normal
from anlan.kernel.planning.rules import GROUP_WORDS


def is_group(printed: str) -> bool:
    """A phrase for many (及相关责任部门, 各街道办事处): it owns nothing by itself."""
    return normal(printed) in GROUP_WORDS


def known_names() -> dict[str, Organisation]:
    """Every full and short name of an organisation that is not closed; a name borne by two matches neither."""
    found: dict[str, Organisation] = {}
    twice: set[str] = set()
    for organisation in Organisation.objects.filter(closed_on=None):
        for name in {normal(organisation.name), normal(organisation.short_name)} - {""}:
            twice |= {name} if name in found else set()
            found[name] = organisation
    return {name: organisation for name, organisation in found.items() if name not in twice}


def match(printed: Iterable[str], names: Mapping[str, Organisation]) -> list[Organisation | None]:
    return [None if is_group(name) else names.get(normal(name)) for name in printed]
