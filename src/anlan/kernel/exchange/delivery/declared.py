"""The subjects that capabilities declare; installed once at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anlan.kernel.exchange.delivery.types import Subject

_subjects: dict[str, Subject] = {}


def install(subjects: Iterable[Subject]) -> None:
    _subjects.clear()
    _subjects.update({one.slug: one for one in subjects})


def subjects() -> Mapping[str, Subject]:
    return _subjects
