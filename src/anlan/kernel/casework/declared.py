"""The processes of the product, installed once by the server storey."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.casework.types import Process, SubjectKind

_processes: dict[str, Process] = {}
Links = Callable[[Any], Iterable[tuple[str, str, str]]]
_links: list[Links] = []
_subjects: dict[str, SubjectKind] = {}


def install(processes: Iterable[Process]) -> None:
    """Replace what is declared; also for tests that need their own."""
    _processes.clear()
    _processes.update({one.slug: one for one in processes})


def processes() -> Mapping[str, Process]:
    return _processes


def process(slug: str) -> Process:
    """Raises Refused `not_found` for a process of a pack that is gone."""
    try:
        return _processes[slug]
    except KeyError:
        raise Refused("not_found", f"没有“{slug}”这种流程。") from None


def install_links(links: Iterable[Links]) -> None:
    """Replace what rooms above casework tell of where a case comes from."""
    _links[:] = links


def links(case: Any) -> list[tuple[str, str, str]]:
    """(term, words, address) for the page of the case."""
    return [row for one in _links for row in one(case)]


def install_subjects(kinds: Iterable[SubjectKind]) -> None:
    """Replace what rooms offer for cases to be about; also for tests that need their own."""
    fresh = {one.slug: one for one in kinds}
    _subjects.clear()
    _subjects.update(fresh)


def subjects() -> Mapping[str, SubjectKind]:
    return _subjects


def about(process: Process) -> SubjectKind | None:
    """What cases of the process may be about; None when it asks for nothing, or the pack that offers it is gone."""
    return _subjects.get(process.about)
