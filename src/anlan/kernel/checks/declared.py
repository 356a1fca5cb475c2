"""The areas and forms of the product, installed once by the server storey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anlan.base.errors import Refused
from anlan.kernel.checks.types import CheckArea, CheckForm

_areas: dict[str, CheckArea] = {}
_forms: list[CheckForm] = []


def install(areas: Iterable[CheckArea], forms: Iterable[CheckForm]) -> None:
    """Replace what is declared; also for tests that need their own."""
    fresh = {one.slug: one for one in areas}
    _areas.clear()
    _areas.update(fresh)
    _forms[:] = forms


def areas() -> Mapping[str, CheckArea]:
    return _areas


def forms() -> tuple[CheckForm, ...]:
    return tuple(_forms)


def area(slug: str) -> CheckArea:
    """Raises Refused `not_found` for an area of a pack that is gone."""
    try:
        return _areas[slug]
    except KeyError:
        raise Refused("not_found", f"没有“{slug}”这类检查。") from None
