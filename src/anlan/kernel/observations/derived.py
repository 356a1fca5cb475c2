"""The derivations of the product, given once at start, and what each needs at every station. How they are used: `deriving`."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.types import Derivation, KnownDerivation

_derivations: list[Derivation] = []


def install(derivations: Iterable[Derivation]) -> None:
    _derivations[:] = derivations


def known() -> dict[int, KnownDerivation]:
    """Every derivation at every station that has its streams and its records, by the stream of each input."""
    found: dict[int, KnownDerivation] = {}
    for one in _derivations:
        streams: dict[int, dict[str, int]] = {}
        rows = Stream.objects.filter(
            station__kind=one.kind, code__in=(*one.inputs, *one.outputs), nature="raw", retired_at=None
        )
        for station, code, number in rows.values_list("station_id", "code", "id"):
            streams.setdefault(station, {})[code] = number
        for station, prepared in one.prepare().items():
            mine = streams.get(station, {})
            inputs = {mine[code]: code for code in one.inputs if code in mine}
            outputs = {code: mine[code] for code in one.outputs if code in mine}
            if outputs:
                found |= dict.fromkeys(inputs, KnownDerivation(inputs, outputs, prepared, one.derive))
    return found
